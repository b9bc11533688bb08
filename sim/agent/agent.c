/*
 * The agent: every thread of a scenario on Linux is one.
 *
 * It sleeps until the driver has put a call into its slot, makes that call and
 * leaves the result there.  It knows nothing else, because whatever it did
 * besides could be seen by the scenario: it has no libc, no thread-local
 * storage, no heap, no descriptors, no signal handlers, and it never asks the
 * kernel for anything of its own but its number, once, at birth.
 *
 * Each slot has a stack, in memory that a forked child gets a copy of; the
 * number of the slot lies at its lowest word and is the only thing that a
 * thread knows about itself.  After any call it must be looked up again, for
 * the one that returns from it may be the child.
 */
#include "sim/channel.h"

typedef uint64_t u64;

enum {
	NR_WRITE = 1,
	NR_OPEN = 2,
	NR_CLOSE = 3,
	NR_MMAP = 9,
	NR_MUNMAP = 11,
	NR_MADVISE = 28,
	NR_GETPID = 39,
	NR_EXIT = 60,
	NR_GETTID = 186,
	NR_FUTEX = 202,
	NR_CLOCK_GETTIME = 228,
	NR_EXIT_GROUP = 231,
};

static struct {
	_Alignas(STACK_SIZE) unsigned char bytes[STACK_SIZE];
} stacks[SLOTS];

#define channel ((struct channel *)CHANNEL_AT)

static inline long call6(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define call0(nr)          call6(nr, 0, 0, 0, 0, 0, 0)
#define call1(nr, a)       call6(nr, a, 0, 0, 0, 0, 0)
#define call2(nr, a, b)    call6(nr, a, b, 0, 0, 0, 0)
#define call3(nr, a, b, c) call6(nr, (u64)(a), (u64)(b), (u64)(c), 0, 0, 0)

/*
 * A call whose child shares our memory.  Both would go on with one stack
 * pointer; the child takes its own before it touches anything.
 */
static inline long call_share(const u64 *a, u64 nr, void *top)
{
	register u64 r10 __asm__("r10") = a[3];
	register u64 r8 __asm__("r8") = a[4];
	register u64 r9 __asm__("r9") = a[5];
	register void *r12 __asm__("r12") = top;
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "mov %%r12, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call child\n"
			 "1:"
			 : "=a"(result)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10),
			   "r"(r8), "r"(r9), "r"(r12)
			 : "rcx", "r11", "memory");
	return result;
}

static _Noreturn void die(void)
{
	for (;;)
		call1(NR_EXIT_GROUP, 126);
}

/* --- who am I ------------------------------------------------------------- */

static inline uint32_t *own_number(void)
{
	u64 here;

	__asm__ volatile("mov %%rsp, %0" : "=r"(here));
	return (uint32_t *)(here & ~(u64)(STACK_SIZE - 1));
}

static struct slot *self(void)
{
	return channel_slot(channel, *own_number());
}

static void rest(struct slot *s)
{
	__atomic_store_n(&s->word, REST, __ATOMIC_RELEASE);
}

static void answer(struct slot *s, long result)
{
	s->result = result;
	__atomic_store_n(&s->results, s->results + 1, __ATOMIC_RELEASE);
}

static void be_born(struct slot *s)
{
	s->tgid = (int32_t)call0(NR_GETPID);
	__atomic_store_n(&s->tid, (int32_t)call0(NR_GETTID), __ATOMIC_RELEASE);
}

/* --- what it can do ------------------------------------------------------- */

static u64 cpu_time(void)
{
	u64 time[2];

	call2(NR_CLOCK_GETTIME, 3 /* CLOCK_THREAD_CPUTIME_ID */, (u64)time);
	return time[0] * 1000000000u + time[1];
}

static void spend_user(u64 ns)
{
	for (u64 end = cpu_time() + ns; ns && cpu_time() < end;)
		for (int i = 0; i < 20000; i++)
			__asm__ volatile("");
}

static void spend_system(u64 ns)
{
	for (u64 end = cpu_time() + ns; ns && cpu_time() < end;)
		for (int i = 0; i < 50; i++)
			cpu_time();
}

/* So many minor faults: pages of its own, never a huge one. */
static long touch(u64 pages)
{
	enum { PAGE = 4096, AT_ONCE = 256 };

	while (pages) {
		u64 n = pages < AT_ONCE ? pages : AT_ONCE;
		long at = call6(NR_MMAP, 0, n * PAGE, 3, 0x22, (u64)-1, 0);

		if (at < 0 && at > -4096)
			return at;
		call3(NR_MADVISE, at, n * PAGE, 15 /* MADV_NOHUGEPAGE */);
		for (u64 i = 0; i < n; i++)
			*(volatile char *)(at + (long)(i * PAGE)) = 1;
		call2(NR_MUNMAP, (u64)at, n * PAGE);
		pages -= n;
	}
	return 0;
}

static long spend(struct slot *s)
{
	spend_user(s->arg[0]);
	spend_system(s->arg[1]);
	return touch(s->arg[2]);
}

/* The namespace that is meant is that of the one who opens the file. */
static long write_sysctl(struct slot *s)
{
	long fd = call3(NR_OPEN, s->small[0], 1 /* O_WRONLY */, 0), n;

	if (fd < 0)
		return fd;
	n = call3(NR_WRITE, fd, s->small[1], s->arg[0]);
	call1(NR_CLOSE, (u64)fd);
	return n < 0 ? n : 0;
}

static long birth(struct slot *s)
{
	uint32_t child = s->child;
	long result;

	if (s->command == DO_BIRTH_SHARE) {
		*(uint32_t *)stacks[child].bytes = child;
		return call_share(s->arg, (u64)s->nr,
				  stacks[child].bytes + STACK_SIZE - 64);
	}
	result = call6((u64)s->nr, s->arg[0], s->arg[1], s->arg[2], s->arg[3],
		       s->arg[4], s->arg[5]);
	if (result == 0)
		*own_number() = child;
	return result;
}

static long obey(struct slot *s)
{
	switch (s->command) {
	case DO_BIRTH_COPY:
	case DO_BIRTH_SHARE:
		return birth(s);
	case DO_EXEC:
		s->exec_order = __atomic_add_fetch(&channel->execs, 1,
						   __ATOMIC_RELAXED);
		break;
	case DO_SPEND:
		return spend(s);
	case DO_SYSCTL:
		return write_sysctl(s);
	default:
		break;
	}
	return call6((u64)s->nr, s->arg[0], s->arg[1], s->arg[2], s->arg[3],
		     s->arg[4], s->arg[5]);
}

static void one_call(struct slot *s)
{
	long result;

	s->word = BUSY;
	result = obey(s);
	if (self() != s) { /* so this is the child */
		s = self();
		be_born(s);
	} else {
		s->exec_order = 0;
		answer(s, result);
	}
	rest(s);
}

static _Noreturn void loop(void)
{
	for (;;) {
		struct slot *s = self();

		if (__atomic_load_n(&s->word, __ATOMIC_ACQUIRE) == TOLD)
			one_call(s);
		else
			call3(NR_FUTEX, &s->word, 0 /* FUTEX_WAIT */, REST);
	}
}

__attribute__((used, noreturn)) void child(void);
void child(void)
{
	struct slot *s = self();

	be_born(s);
	rest(s);
	loop();
}

/* --- a program begins ----------------------------------------------------- */

static void open_channel(void)
{
	long fd = call3(NR_OPEN, CHANNEL_FILE, 2 /* O_RDWR */, 0), at;

	at = call6(NR_MMAP, CHANNEL_AT, CHANNEL_SIZE, 3,
		   0x100001 /* MAP_FIXED_NOREPLACE|MAP_SHARED */, (u64)fd, 0);
	if (at != (long)CHANNEL_AT)
		die();
	call1(NR_CLOSE, (u64)fd);
}

/* The slot that called execve: the first to do so in this process. */
static uint32_t find_slot(void)
{
	int32_t tgid = (int32_t)call0(NR_GETPID);
	uint32_t found = SLOTS;

	for (uint32_t i = 0; i < channel->used; i++) {
		const struct slot *s = channel_slot(channel, i);

		if (s->exec_order && s->tgid == tgid &&
		    (found == SLOTS ||
		     s->exec_order < channel_slot(channel, found)->exec_order))
			found = i;
	}
	if (found == SLOTS)
		die();
	return found;
}

__attribute__((used, noreturn)) void begin(void);
void begin(void)
{
	struct slot *s = self();

	be_born(s);
	s->exec_order = 0;
	answer(s, 0);
	rest(s);
	loop();
}

__attribute__((used, noreturn)) void agent_main(void);
void agent_main(void)
{
	uint32_t n;

	open_channel();
	n = find_slot();
	*(uint32_t *)stacks[n].bytes = n;
	__asm__ volatile("mov %0, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call begin"
			 :
			 : "r"(stacks[n].bytes + STACK_SIZE - 64)
			 : "memory");
	__builtin_unreachable();
}

__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"and $-16, %rsp\n\t"
	"call agent_main\n");
