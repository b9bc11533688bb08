#include "pid1/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/cgroup.h"
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

static int by_fd(int fd, int sig, const siginfo_t *info, unsigned int flags)
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

static int to_main(const struct reach *r, int sig, const siginfo_t *info)
{
	if (!r->main)
		return ESRCH;
	return r->pidfd >= 0 ? by_fd(r->pidfd, sig, info, 0)
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

/* The n-th word from here. */
static const char *word(const char *at, int n)
{
	while (n-- && at) {
		at = find_character(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at;
}

/* What stat of a folder in /proc says; false for the dead. */
static bool ask(int folder, struct person *p)
{
	char text[512];
	const char *at;

	if (slurp(folder, "stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')'); /* a name may have anything in it */
	at = at ? word(at, 1) : NULL;
	if (!at || *at == 'Z' || *at == 'X')
		return false;
	p->parent = (pid_t)leading_number(at + 2);
	at = word(at, 2);
	p->group = at ? (pid_t)leading_number(at) : 0;
	at = word(at, 1);
	p->session = at ? (pid_t)leading_number(at) : 0;
	at = at ? word(at, 16) : NULL;
	p->born = at ? leading_number(at) : 0;
	p->below = -1;
	return at != NULL;
}

static bool add(struct census *c, const struct person *p)
{
	size_t size = c->room * sizeof(*c->person);
	void *more;

	if (c->n == c->room) {
		more = c->room ? mremap(c->person, size, size * 2,
					MREMAP_MAYMOVE)
			       : mmap(NULL, 65536, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (more == MAP_FAILED)
			return false;
		c->room = (size ? size * 2 : 65536) / sizeof(*c->person);
		c->person = more;
	}
	c->person[c->n++] = *p;
	return true;
}

static bool take_down(struct census *c, const char *name)
{
	struct person p;
	uint64_t pid;
	bool alive;
	int folder;

	if (!read_number(name, strlen(name), INT32_MAX, &pid))
		return true;
	p.pid = (pid_t)pid;
	folder = openat(c->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return true;
	alive = ask(folder, &p);
	close(folder);
	return !alive || add(c, &p);
}

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* Everybody.  /proc must be ours, or its numbers are other people's. */
static int take_census(struct census *c, pid_t self)
{
	char text[2048];
	uint64_t seen;
	ssize_t n, at;

	c->person = NULL;
	c->n = c->room = 0;
	n = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self", text,
		    sizeof(text) - 1);
	if (n <= 0 || !read_number(text, (size_t)n, INT32_MAX, &seen) ||
	    (pid_t)seen != self)
		return ENOENT;
	c->proc = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->proc < 0)
		return errno;
	while ((n = syscall(SYS_getdents64, c->proc, text, sizeof(text))) > 0)
		for (at = 0; at < n;) {
			const struct entry *e = (void *)(text + at);

			if (!take_down(c, e->name))
				return ENOMEM;
			at += e->length;
		}
	return 0;
}

static void end_census(struct census *c)
{
	if (c->proc >= 0)
		close(c->proc);
	if (c->person)
		munmap(c->person, c->room * sizeof(*c->person));
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
	char name[12], *digit = name + sizeof(name) - 1;
	struct person same;
	pid_t n = p->pid;
	int folder;

	*digit = '\0';
	for (; n; n /= 10)
		*--digit = (char)('0' + n % 10);
	folder = openat(c->proc, digit, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return false;
	*err = ESRCH;
	if (ask(folder, &same) && same.born == p->born)
		*err = by_fd(folder, sig, info, 0);
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

	for (i = 0; !err && i < c.n; i++) {
		struct person *p = &c.person[i];

		if (p->pid == r->self || !is_below(&c, p, r->self) ||
		    (group && p->group != group) ||
		    (session && p->session != session))
			continue;
		any |= tell(&c, p, sig, info, &last);
	}
	end_census(&c);
	/* Without a /proc there is one whom we know. */
	return err ? to_main(r, sig, info) : any ? 0 : last;
}

static int to_group(const struct reach *r, int sig, const siginfo_t *info)
{
	/* In the group of whoever started init there are others as well. */
	if (r->place == TOGETHER)
		return to_counted(r, getpgid(0), 0, sig, info);
	if (r->main && r->pidfd >= 0 &&
	    by_fd(r->pidfd, sig, info, PIDFD_SIGNAL_PROCESS_GROUP) == 0)
		return 0;
	/* While anybody is in it, its number is not given out again. */
	return r->group && kill(-r->group, sig) == 0 ? 0 : ESRCH;
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
	int fd = openat(cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
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
	fd = openat(r->cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return to_counted(r, 0, 0, sig, info);
	while ((n = read(fd, text + kept, sizeof(text) - kept)) > 0)
		kept = each_of(r, text, kept + (size_t)n, sig, info, &any);
	close(fd);
	return any ? 0 : ESRCH;
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
