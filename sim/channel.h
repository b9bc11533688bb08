/*
 * What the driver and the agents tell each other, and where it lies.
 *
 * The channel is one file that everybody has mapped: a head, then a slot for
 * each thread that the scenario will ever have.  A slot belongs to a thread
 * from before its birth until after its death; it is not its number, which can
 * change, and outlives execve.
 *
 *	            driver tells            agent begins
 *	   REST ------------------> TOLD ----------------> BUSY
 *	    ^                                               |
 *	    +-----------------------------------------------+
 *	             the call has returned: results + 1
 *
 * The driver writes to a slot at REST only, and to the slot of a child that is
 * about to be made; the agent writes the rest.  word is a futex.  Pointers that
 * the kernel gets are addresses as the agents see them: channel_address().
 *
 * This is the only header that both sides include; the agent has no libc.
 */
#ifndef SIM_CHANNEL_H
#define SIM_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#define CHANNEL_AT 0x200000000ull /* in every agent */

enum {
	SLOTS = 4096,
	SLOT_SIZE = 8192,
	STACK_SIZE = 4096, /* of an agent, aligned to its size */
	SMALL = 256,       /* bytes behind one argument */
	BIG = 6144,        /* behind the one that needs more */
};

enum word { REST, TOLD, BUSY };

enum command {
	DO_CALL,
	DO_BIRTH_COPY,  /* the child has memory of its own: goes on as it is */
	DO_BIRTH_SHARE, /* it shares ours, and starts on its slot's stack */
	DO_EXEC,
	DO_SPEND,  /* args: user time, system time (ns), pages to touch */
	DO_SYSCTL, /* small[0]: path, small[1]: what to write, arg[0]: length */
};

struct slot {
	uint32_t word;     /* enum word */
	uint32_t results;  /* how many there were */
	int32_t tid, tgid; /* as the thread itself sees them; 0: not born yet */
	uint32_t command;
	uint32_t child;      /* births: the slot of the child */
	uint32_t exec_order; /* execs under way: which came first; 0: none */
	uint32_t spare;
	int64_t nr;
	uint64_t arg[6];
	int64_t result;
	unsigned char small[6][SMALL];
	unsigned char big[BIG];
};

struct channel {
	uint32_t used;  /* slots */
	uint32_t execs; /* so far */
};

_Static_assert(sizeof(struct slot) <= SLOT_SIZE, "a slot has room");

#define CHANNEL_SIZE ((size_t)(SLOTS + 1) * SLOT_SIZE)
#define CHANNEL_FILE "/.kith"

static inline struct slot *channel_slot(void *channel, uint32_t i)
{
	return (struct slot *)((char *)channel + (size_t)(i + 1) * SLOT_SIZE);
}

/* Where an agent sees byte p of the channel. */
static inline uint64_t channel_address(const void *channel, const void *p)
{
	return CHANNEL_AT + (uint64_t)((const char *)p - (const char *)channel);
}

#endif
