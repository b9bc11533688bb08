#include "pid1/vmend.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pid1/linux.h"
#include "pid1/vmmount.h"

enum {
	FADT_FLAGS = 112,   /* four bytes */
	FADT_CONTROL = 244, /* the sleep control register: an address of */
	FADT_STATUS = 256,  /* twelve bytes, of which the last eight count */
	FADT_REDUCED = 1 << 20,

	PATIENCE = 2,       /* seconds for the killed to be gone */
	SYNC_PATIENCE = 30, /* seconds for the disks */
};

void vmend_order(enum vm_end wanted, bool can_power_off,
		 enum vm_end order[NR_VM_ENDS])
{
	static const enum vm_end orders[][NR_VM_ENDS] = {
		[VM_POWEROFF] = { VM_POWEROFF, VM_REBOOT, VM_HALT },
		[VM_REBOOT] = { VM_REBOOT, VM_POWEROFF, VM_HALT },
		[VM_HALT] = { VM_HALT, VM_POWEROFF, VM_REBOOT },
	};

	if (wanted == VM_POWEROFF && !can_power_off)
		wanted = VM_REBOOT;
	memcpy(order, orders[wanted], sizeof(orders[wanted]));
}

static bool has_address(const unsigned char *table, size_t len, size_t at)
{
	static const unsigned char none[8];

	return len >= at + 12 && memcmp(table + at + 4, none, 8) != 0;
}

bool vmend_fadt(const unsigned char *table, size_t len)
{
	uint32_t flags;

	if (len < FADT_FLAGS + 4)
		return false;
	flags = (uint32_t)table[FADT_FLAGS] |
		(uint32_t)table[FADT_FLAGS + 1] << 8 |
		(uint32_t)table[FADT_FLAGS + 2] << 16 |
		(uint32_t)table[FADT_FLAGS + 3] << 24;
	return !(flags & FADT_REDUCED) ||
	       (has_address(table, len, FADT_CONTROL) &&
		has_address(table, len, FADT_STATUS));
}

bool vmend_can_power_off(void)
{
#if defined(__x86_64__) || defined(__i386__)
	unsigned char table[512];
	ssize_t n = -1;
	int fd;

	fd = open("/sys/firmware/acpi/tables/FACP", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, table, sizeof(table));
	close(fd);
	return n > 0 && vmend_fadt(table, (size_t)n);
#else
	return true; /* by firmware calls (PSCI, SBI) */
#endif
}

/* --- carrying it out ------------------------------------------------------- */

static uint64_t seconds_from_now(unsigned int s)
{
	return linux_now() + (uint64_t)s * 1000000000;
}

/* Reap until this child is dead (0: until there is none), or for so long. */
static void reap_until(pid_t who, unsigned int seconds)
{
	static const uint64_t chld = UINT64_C(1) << (SIGCHLD - 1);
	static const struct timespec while_ago = { .tv_nsec = 50000000 };
	uint64_t end = seconds_from_now(seconds);
	pid_t pid;

	do {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			if (pid == who)
				return;
		if (pid < 0 && errno == ECHILD)
			return;
		syscall(SYS_rt_sigtimedwait, &chld, NULL, &while_ago,
			sizeof(chld));
	} while (linux_now() < end);
}

/*
 * In a child, for a disk that does not answer would keep us for ever.  With no
 * child to be had, in person.
 */
static void write_out(void)
{
	/* Not fork(), which would bring all of musl's threads along. */
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid > 0) {
		reap_until(pid, SYNC_PATIENCE);
		return;
	}
	vmmount_off();
	if (pid == 0)
		_exit(0);
}

static void sleep_until_asked(void)
{
	static const uint64_t all = ALL_SIGNALS;
	long sig;

	do {
		sig = syscall(SYS_rt_sigtimedwait, &all, NULL, NULL,
			      sizeof(all));
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (sig != SIGTERM && sig != SIGINT);
}

static void ask(enum vm_end how)
{
	static const int commands[] = { [VM_POWEROFF] = RB_POWER_OFF,
					[VM_REBOOT] = RB_AUTOBOOT,
					[VM_HALT] = RB_HALT_SYSTEM };

	reboot(commands[how]);
}

void vmend(enum vm_end wanted, bool whole_machine)
{
	enum vm_end order[NR_VM_ENDS];
	int i;

	if (getpid() != 1)
		return;
	/* A namespace is ended by any of them, and its parent told by which. */
	vmend_order(wanted, !whole_machine || vmend_can_power_off(), order);
	linux_block(ALL_SIGNALS);
	signal(SIGCHLD, SIG_DFL);
	kill(-1, SIGKILL);
	reap_until(0, PATIENCE);
	if (whole_machine)
		write_out();
	for (;;) {
		for (i = 0; i < NR_VM_ENDS; i++)
			ask(order[i]);
		/* Not allowed to, perhaps.  Whoever asks again may be luckier. */
		sleep_until_asked();
	}
}
