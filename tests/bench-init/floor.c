/*
 * The least that an init can be: no libc, no options, no complaints.  It is here
 * as a lower bound of what any init costs, and is not meant to be used.
 */
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "written for x86-64 only"
#endif

static inline __attribute__((always_inline)) long call(long nr, long a, long b,
						       long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static const uint64_t all = ~UINT64_C(0);
static uint64_t before;

static void __attribute__((noreturn)) leave(int status)
{
	int sig = status & 0x7f;

	for (;;)
		call(SYS_exit_group, sig ? 128 + sig : status >> 8, 0, 0, 0);
}

/* The stack at entry: argc, the arguments, NULL, the environment. */
__attribute__((used, noreturn)) static void begin(long *stack)
{
	char **argv = (char **)(stack + 1), **env = argv + stack[0] + 1;
	int status;
	long main, sig, pid;

	call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, 8);
	main = call(SYS_vfork, 0, 0, 0, 0);
	if (main == 0) {
		call(SYS_setsid, 0, 0, 0, 0);
		call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8);
		call(SYS_execve, (long)argv[1], (long)(argv + 1), (long)env, 0);
		leave(127 << 8);
	}
	for (;;) {
		sig = call(SYS_rt_sigtimedwait, (long)&all, 0, 0, 8);
		if (sig > 0 && sig != SIGCHLD)
			call(SYS_kill, main, sig, 0, 0);
		while (sig == SIGCHLD) {
			pid = call(SYS_wait4, -1, (long)&status, WNOHANG, 0);
			if (pid == main)
				leave(status);
			if (pid <= 0)
				break;
		}
	}
}

__asm__(".globl _start\n"
	"_start: mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call begin\n");
