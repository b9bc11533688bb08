#include "pid1/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/cgroup.h"
#include "pid1/files.h"
#include "pid1/names.h"

#ifndef PIDFD_SIGNAL_PROCESS_GROUP
#define PIDFD_SIGNAL_PROCESS_GROUP 4
#endif

/* --- one process -----------------------------------------------------------
 */

bool scope_repeatable(const siginfo_t *info)
{
	return info->si_code < 0 && info->si_code != SI_TKILL;
}

static int send(int fd, int sig, const siginfo_t *info, unsigned int flags)
{
	siginfo_t copy;

	if (info && scope_repeatable(info)) {
		copy = *info;
		copy.si_signo = sig;
		if (syscall(SYS_pidfd_send_signal, fd, sig, &copy, flags) == 0)
			return 0;
	}
	/* A full queue refuses the value; the signal itself gets through. */
	return syscall(SYS_pidfd_send_signal, fd, sig, NULL, flags) ? errno : 0;
}

static int by_pid(pid_t pid, int sig, const siginfo_t *info)
{
	siginfo_t copy;

	if (info && scope_repeatable(info)) {
		copy = *info;
		copy.si_signo = sig;
		if (syscall(SYS_rt_sigqueueinfo, pid, sig, &copy) == 0)
			return 0;
	}
	return kill(pid, sig) ? errno : 0;
}

static int by_fd(int fd, pid_t pid, int sig, const siginfo_t *info)
{
	int err = send(fd, sig, info, 0);

	/* Before Linux 5.1, or if a filter has not heard of the call. */
	return err && err != ESRCH ? by_pid(pid, sig, info) : err;
}

static int to_main(const struct reach *r, int sig, const siginfo_t *info)
{
	if (!r->main)
		return ESRCH;
	return r->pidfd >= 0 ? by_fd(r->pidfd, r->main, sig, info)
			     : by_pid(r->main, sig, info);
}

/* --- everybody that /proc shows --------------------------------------------
 */

struct person {
	pid_t pid, parent, group, session;
	uint64_t born;
	int8_t below; /* init: 1 yes, 0 no, -1 not known yet */
};

struct census {
	int proc;
	struct person *person; /* in order of their numbers */
	size_t n, room;
};

/* The n-th word from here; "" if there is none. */
static const char *word(const char *at, int n)
{
	while (at && n--) {
		at = find_character(at, ' ');
		at += !!at;
	}
	return at ? at : "";
}

/*
 * What stat of a folder in /proc says; false for the dead.  Whose first thread alone
 * is dead looks like a zombie, and is none.
 */
static bool ask(int folder, struct person *p)
{
	char text[512];
	const char *at, *next;
	bool dead;

	if (slurp(folder, "stat", text, sizeof(text)) <= 0)
		return false;
	/* A name may have anything in it. */
	for (next = text; next; next = find_character(at + 1, ')'))
		at = next;
	at = word(at, 1);
	dead = *at == 'Z' || *at == 'X';
	p->parent = (pid_t)leading_number(at = word(at, 1));
	p->group = (pid_t)leading_number(at = word(at, 1));
	p->session = (pid_t)leading_number(at = word(at, 1));
	dead &= leading_number(at = word(at, 14)) < 2;
	p->born = leading_number(word(at, 2));
	p->below = -1;
	return !dead;
}

/* By plain calls: the library's functions know more ways than this one. */
#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#else
#define MMAP SYS_mmap
#endif

static bool add(struct census *c, const struct person *p)
{
	size_t size = c->room * sizeof(*c->person);
	long more;

	if (c->n == c->room) {
		more = c->room ? syscall(SYS_mremap, c->person, size, size * 2,
					 MREMAP_MAYMOVE)
			       : syscall(MMAP, NULL, 65536,
					 PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (more == -1)
			return false;
		c->room = (size ? size * 2 : 65536) / sizeof(*c->person);
		c->person = (void *)more;
	}
	c->person[c->n++] = *p;
	return true;
}

static bool take_down(void *census, int pid)
{
	struct census *c = census;
	struct person p = { .pid = pid };
	int folder = number_open(c->proc, pid);
	bool alive;

	if (folder < 0)
		return true;
	alive = ask(folder, &p);
	close(folder);
	return !alive || add(c, &p);
}

/* Everybody.  /proc must be ours, or its numbers are other people's. */
static int take_census(struct census *c, pid_t self)
{
	if (!proc_is_ours(self))
		return ENOENT;
	c->proc = open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY);
	return c->proc < 0 ? errno : numbers_in(c->proc, take_down, c);
}

static void end_census(struct census *c)
{
	if (c->proc >= 0)
		close(c->proc);
	if (c->person)
		syscall(SYS_munmap, c->person, c->room * sizeof(*c->person));
}

static struct person *find(const struct census *c, pid_t pid)
{
	size_t low = 0, high = c->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->person[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->n && c->person[low].pid == pid ? &c->person[low] : NULL;
}

/* Is self among its ancestors?  What is found out is noted on the way. */
static bool is_below(const struct census *c, struct person *p, pid_t self)
{
	struct person *first = p;
	size_t steps = 0;
	int8_t answer = 0;

	for (; p && p->below < 0 && steps++ < c->n; p = find(c, p->parent))
		if (p->parent == self) {
			p->below = 1;
			break;
		}
	if (p && p->below > 0)
		answer = 1;
	for (p = first; p && p->below < 0; p = find(c, p->parent))
		p->below = answer;
	return answer;
}

/* One who was counted, if he is still the same. */
static bool tell(const struct census *c, const struct person *p, int sig,
		 const siginfo_t *info, int *err)
{
	int folder = number_open(c->proc, p->pid);
	struct person same;

	if (folder < 0)
		return false;
	*err = ESRCH;
	if (ask(folder, &same) && same.born == p->born)
		*err = by_fd(folder, p->pid, sig, info);
	close(folder);
	return *err == 0;
}

/* Those below init who are of this group and this session; 0: of any. */
static int to_counted(const struct reach *r, pid_t group, pid_t session,
		      int sig, const siginfo_t *info)
{
	struct census c = { .proc = -1 };
	int err = take_census(&c, r->self), last = ESRCH;
	bool any = false;
	size_t i;

	for (i = 0; i < c.n; i++) {
		struct person *p = &c.person[i];

		if (p->pid == r->self || !is_below(&c, p, r->self) ||
		    (group && p->group != group) ||
		    (session && p->session != session))
			continue;
		any |= tell(&c, p, sig, info, &last);
	}
	end_census(&c);
	/* Without a /proc there is one whom we know. */
	return any ? 0 : err ? to_main(r, sig, info) : last;
}

static int to_group(const struct reach *r, int sig, const siginfo_t *info)
{
	/* In the group of whoever started init there are others as well. */
	if (r->place == TOGETHER)
		return to_counted(r, getpgid(0), 0, sig, info);
	if (r->main && r->pidfd >= 0 &&
	    send(r->pidfd, sig, info, PIDFD_SIGNAL_PROCESS_GROUP) == 0)
		return 0;
	/* While anybody is in it, its number is not given out again. */
	if (r->group && kill(-r->group, sig) == 0)
		return 0;
	/* The program has gone to another. */
	return to_main(r, sig, info);
}

static int to_session(const struct reach *r, int sig, const siginfo_t *info)
{
	return to_counted(r, 0, r->place == APART ? r->group : getsid(0), sig,
			  info);
}

/* --- a cgroup --------------------------------------------------------------
 */

static char *end_of(char *line, size_t len)
{
	for (; len; line++, len--)
		if (*line == '\n')
			return line;
	return NULL;
}

/* The numbers in a text; what is left of its last line goes to the front. */
static size_t each_of(const struct reach *r, char *text, size_t len, int sig,
		      const siginfo_t *info, bool *any)
{
	char *line = text, *end;
	pid_t pid;

	while ((end = end_of(line, len - (size_t)(line - text)))) {
		/* 0 is somebody for whom our namespace has no number. */
		pid = (pid_t)leading_number(line);
		if (pid > 0 && pid != r->self)
			*any |= by_pid(pid, sig, info) == 0;
		line = end + 1;
	}
	len -= (size_t)(line - text);
	memmove(text, line, len);
	return len;
}

static bool kill_at_once(int cgroup)
{
	int fd = open_at(cgroup, "cgroup.kill", O_WRONLY);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, "1", 1) == 1;
	close(fd);
	return done;
}

static int to_cgroup(const struct reach *r, int sig, const siginfo_t *info)
{
	char text[2048];
	size_t kept = 0;
	bool any = false;
	ssize_t n;
	int fd;

	if (r->cgroup < 0)
		return to_counted(r, 0, 0, sig, info);
	if (sig == SIGKILL && kill_at_once(r->cgroup))
		return 0;
	fd = open_at(r->cgroup, "cgroup.procs", O_RDONLY);
	if (fd < 0)
		return to_counted(r, 0, 0, sig, info);
	while ((n = read(fd, text + kept, sizeof(text) - kept)) > 0)
		kept = each_of(r, text, kept + (size_t)n, sig, info, &any);
	close(fd);
	return any ? 0 : n < 0 ? to_counted(r, 0, 0, sig, info) : ESRCH;
}

/* --- all of them -----------------------------------------------------------
 */

int scope_send(const struct reach *r, enum scope scope, int sig,
	       const siginfo_t *info)
{
	switch (scope) {
	case SCOPE_CHILD:
		return to_main(r, sig, info);
	case SCOPE_GROUP:
		return to_group(r, sig, info);
	case SCOPE_SESSION:
		return to_session(r, sig, info);
	case SCOPE_CGROUP:
		return to_cgroup(r, sig, info);
	case SCOPE_ALL:
		if (r->self == 1)
			return kill(-1, sig) ? errno : 0;
		return to_counted(r, 0, 0, sig, info);
	case SCOPE_TREE:
		return to_counted(r, 0, 0, sig, info);
	default:
		return 0;
	}
}
