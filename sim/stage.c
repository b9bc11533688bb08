#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <linux/futex.h>
#include <grp.h>
#include <unistd.h>

#include "sim/stage.h"

/* The agent's bytes, put into the program by sim/image.c. */
extern const unsigned char agent_image[], agent_image_end[];

#define INSIDE "/tmp" /* where the new root is mounted, before it is one */

enum { FROM_OUTSIDE = 9 }; /* the keeper's status: who ended init? */

/* What comes up from the inside while it is built. */
struct report {
	int err; /* 0: all is well so far */
	pid_t pid;
	char what[200];
};

/* --- inside: from the keeper's child to init ------------------------------ */

static _Noreturn void give_up(int up, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static _Noreturn void give_up(int up, const char *fmt, ...)
{
	struct report r = { .err = errno ? errno : EIO };
	va_list args;

	va_start(args, fmt);
	vsnprintf(r.what, sizeof(r.what), fmt, args);
	va_end(args);
	if (send(up, &r, sizeof(r), MSG_NOSIGNAL) < 0)
		_exit(3);
	_exit(2);
}

/* The directories on the way to path, which begins at the new root. */
static int make_way(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -1;
		*p = '/';
	}
	return 0;
}

static void write_agent(int up)
{
	const unsigned char *p = agent_image;
	int fd = open(INSIDE "/init", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	if (fd < 0)
		give_up(up, "cannot make the agent's file");
	while (p < agent_image_end) {
		ssize_t n = write(fd, p, (size_t)(agent_image_end - p));

		if (n <= 0)
			give_up(up, "cannot write the agent's file");
		p += n;
	}
	close(fd);
}

/* A name for the agent.  One that cannot be a file's is not found by execve
 * either. */
static void link_program(int up, const char *name)
{
	char path[PATH_MAX + 2];
	int n = snprintf(path, sizeof(path), "/%s", name);

	if (n < 0 || (size_t)n >= sizeof(path) || make_way(path))
		return;
	if (link("/init", path) && errno != EEXIST && errno != ENOENT &&
	    errno != ENAMETOOLONG && errno != ENOTDIR && errno != EISDIR)
		give_up(up, "cannot make the program %s", name);
}

static void hand_over(int up, int channel, int proc)
{
	struct report r = { 0 };
	struct iovec io = { &r, sizeof(r) };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fds[2] = { channel, proc };

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	if (sendmsg(up, &m, MSG_NOSIGNAL) < 0)
		_exit(3);
}

/* The slot of the first thread: as if it had just called execve. */
static void prepare_init(int up, int fd)
{
	struct channel *c = mmap(NULL, CHANNEL_SIZE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);
	struct slot *slot;

	if (c == MAP_FAILED)
		give_up(up, "cannot map the channel");
	slot = channel_slot(c, 0);
	c->used = 1;
	c->execs = 1;
	slot->word = BUSY;
	slot->tgid = 1;
	slot->exec_order = 1;
}

static void make_root(int up, const struct stage_config *config)
{
	int channel, proc;

	if (mount("none", INSIDE, "tmpfs", 0, "mode=755,size=256m"))
		give_up(up, "cannot mount a tmpfs");
	write_agent(up);
	if (mkdir(INSIDE "/proc", 0755) && errno != EEXIST)
		give_up(up, "cannot make /proc");
	if (mount("proc", INSIDE "/proc", "proc",
		  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		give_up(up, "cannot mount a /proc");
	channel = open(INSIDE CHANNEL_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (channel < 0 || ftruncate(channel, (off_t)CHANNEL_SIZE))
		give_up(up, "cannot make the channel");
	prepare_init(up, channel);
	proc = open(INSIDE "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		give_up(up, "cannot open the new /proc");
	hand_over(up, channel, proc);
	if (mkdir(INSIDE "/.old", 0700) || chdir(INSIDE) ||
	    syscall(SYS_pivot_root, ".", ".old") ||
	    umount2("/.old", MNT_DETACH) || rmdir("/.old") || chdir("/"))
		give_up(up, "cannot change the root");
	/* Not before: a name like "/../etc/x" leads to where we still were. */
	for (int i = 0; config->programs && config->programs[i]; i++)
		link_program(up, config->programs[i]);
}

static void set_pid_max(int up, pid_t pid_max)
{
	char text[16];
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%d", (int)pid_max);

	if (fd < 0 || write(fd, text, (size_t)n) != n)
		give_up(up, "cannot set pid_max to %s", text);
	close(fd);
}

static void set_limits(int up, const struct stage_config *config)
{
	struct rlimit core = { 0, 0 }, files = { 1024, 1024 };

	if (getrlimit(RLIMIT_CORE, &core))
		give_up(up, "cannot read a limit");
	core.rlim_cur = config->dump_core ? core.rlim_max : 0;
	if (config->dump_core && !core.rlim_max)
		give_up(up, "no core may be dumped here");
	if (setrlimit(RLIMIT_CORE, &core) || setrlimit(RLIMIT_NOFILE, &files))
		give_up(up, "cannot set a limit");
}

static void drop_caps(int up, uint64_t lacks)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (!lacks)
		return;
	for (int cap = 0; cap < 64; cap++)
		if (lacks >> cap & 1 && prctl(PR_CAPBSET_READ, cap) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap))
			give_up(up, "cannot drop capability %d", cap);
	if (syscall(SYS_capget, &head, data))
		give_up(up, "cannot read capabilities");
	for (int i = 0; i < 2; i++) {
		uint32_t keep = ~(uint32_t)(lacks >> 32 * i);

		data[i].effective &= keep;
		data[i].permitted &= keep;
		data[i].inheritable &= keep;
	}
	if (syscall(SYS_capset, &head, data))
		give_up(up, "cannot set capabilities");
}

/*
 * Also those two that the C library keeps for itself: who was started by
 * posix_spawn(), as by GNU make, may have them ignored.
 */
static void reset_signals(void)
{
	const struct {
		uint64_t handler, flags, restorer, mask;
	} dfl = { 0 };
	sigset_t none;

	for (int sig = 1; sig <= 64; sig++)
		syscall(SYS_rt_sigaction, sig, &dfl, NULL, 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void be_init(int up, const struct stage_config *config)
{
	char *argv[] = { (char[]){ "init" }, NULL }, *envp[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	umask(022);
	if (null < 0)
		give_up(up, "cannot open /dev/null");
	make_root(up, config);
	if (config->pid_max)
		set_pid_max(up, config->pid_max);
	set_limits(up, config);
	setgroups(0, NULL); /* where it is not permitted they stay, and show */
	drop_caps(up, config->lacks_caps);
	reset_signals();
	setpriority(PRIO_PROCESS, 0, 0); /* if not permitted, it shows */
	stay_on(config->cpu);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			give_up(up, "cannot copy a descriptor");
	if (syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */))
		give_up(up, "cannot close descriptors");
	execve("/init", argv, envp);
	give_up(up, "cannot run the agent");
}

/* --- the keeper ----------------------------------------------------------- */

static bool write_map(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	ssize_t len = (ssize_t)strlen(text), n;

	if (fd < 0)
		return false;
	n = write(fd, text, (size_t)len);
	close(fd);
	return n == len;
}

/* Nobody special becomes root of a namespace of his own. */
static void own_user_namespace(int up)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[40];

	if (unshare(CLONE_NEWUSER))
		give_up(up, "cannot make a user namespace");
	if (!write_map("/proc/self/setgroups", "deny") && errno != ENOENT)
		give_up(up, "cannot write /proc/self/setgroups");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_map("/proc/self/uid_map", map))
		give_up(up, "cannot write /proc/self/uid_map");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (!write_map("/proc/self/gid_map", map))
		give_up(up, "cannot write /proc/self/gid_map");
}

static void own_namespaces(int up)
{
	enum { ALL = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC };

	if (unshare(ALL)) {
		if (errno != EPERM)
			give_up(up, "cannot make namespaces");
		own_user_namespace(up);
		if (unshare(ALL))
			give_up(up, "cannot make namespaces");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		give_up(up, "cannot make mounts private");
}

/*
 * Until the driver lets go of life, or init ends by itself.  Nobody inside can
 * send it a SIGKILL: if it died of one that was not ours, that is told.
 */
static _Noreturn void keep(pid_t init, int life)
{
	struct pollfd p[2] = {
		{ .fd = life, .events = POLLIN },
		{ .fd = (int)syscall(SYS_pidfd_open, init, 0),
		  .events = POLLIN },
	};
	int status = 0;

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	kill(init, SIGKILL);
	waitpid(init, &status, __WALL);
	_exit(p[0].revents || !WIFSIGNALED(status) ||
			      WTERMSIG(status) != SIGKILL
		      ? 0
		      : FROM_OUTSIDE);
}

static _Noreturn void be_keeper(int up, int life,
				const struct stage_config *config)
{
	struct report r = { 0 };
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "kith-keeper");
	own_namespaces(up);
	r.pid = fork();
	if (r.pid < 0)
		give_up(up, "cannot make init");
	if (!r.pid)
		be_init(up, config);
	if (send(up, &r, sizeof(r), MSG_NOSIGNAL) < 0)
		kill(r.pid, SIGKILL);
	/* The ends of other stages' pipes would keep those alive. */
	dup2(life, 0);
	syscall(SYS_close_range, 1, ~0u, 0);
	keep(r.pid, 0);
}

/* --- outside -------------------------------------------------------------- */

int kernel_version(void)
{
	struct utsname u;
	int version, level;

	if (uname(&u) || sscanf(u.release, "%d.%d", &version, &level) != 2)
		return 0;
	return KITH_LINUX(version, level);
}

struct slot *stage_slot(const struct stage *s, uint32_t index)
{
	return channel_slot(s->channel, index);
}

struct slot *stage_new_slot(struct stage *s, uint32_t *index)
{
	struct channel *c = s->channel;
	struct slot *slot;

	if (c->used == SLOTS)
		return NULL;
	*index = c->used;
	slot = stage_slot(s, *index);
	slot->word = BUSY;
	c->used++;
	return slot;
}

void stage_tell(struct slot *slot)
{
	__atomic_store_n(&slot->word, TOLD, __ATOMIC_RELEASE);
	syscall(SYS_futex, &slot->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* The next report, with the descriptors that come with it; false: the end. */
static bool hear(int up, struct report *r, int fds[2])
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec io = { r, sizeof(*r) };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	ssize_t n;

	do {
		n = recvmsg(up, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n != sizeof(*r))
		return false;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(2 * sizeof(int)))
		memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
	return true;
}

/* All that the inside has to say until it is built; it ends with exec. */
static int listen_to(struct stage *s, int up, char *why, size_t size)
{
	int fds[2] = { -1, -1 };
	struct report r;

	while (hear(up, &r, fds)) {
		if (r.err) {
			snprintf(why, size, "%s: %s", r.what, strerror(r.err));
			return -1;
		}
		if (r.pid)
			s->init_pid = r.pid;
	}
	s->proc = fds[1];
	if (fds[0] >= 0) {
		s->channel = mmap(NULL, CHANNEL_SIZE, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fds[0], 0);
		close(fds[0]);
	}
	if (s->proc >= 0 && s->init_pid && s->channel != MAP_FAILED)
		return 0;
	snprintf(why, size, "the inside ended before it was built");
	return -1;
}

static int attach(struct stage *s, char *why, size_t size)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)s->init_pid);
	s->ns = open(path, O_RDONLY | O_CLOEXEC);
	s->init = (int)syscall(SYS_pidfd_open, s->init_pid, 0);
	if (s->init >= 0)
		return 0;
	snprintf(why, size, "cannot hold init: %s", strerror(errno));
	return -1;
}

static int build(struct stage *s, const struct stage_config *config, char *why,
		 size_t size)
{
	int up[2], life[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, up) ||
	    pipe2(life, O_CLOEXEC)) {
		snprintf(why, size, "no descriptors: %s", strerror(errno));
		return -1;
	}
	s->life = life[1];
	fflush(NULL);
	s->keeper = fork();
	if (!s->keeper) {
		close(life[1]);
		close(up[0]);
		be_keeper(up[1], life[0], config);
	}
	close(up[1]);
	close(life[0]);
	if (s->keeper < 0) {
		snprintf(why, size, "cannot fork: %s", strerror(errno));
		close(up[0]);
		return -1;
	}
	if (listen_to(s, up[0], why, size)) {
		close(up[0]);
		return -1;
	}
	close(up[0]);
	return attach(s, why, size);
}

/*
 * Somebody has cut the channel's file short, and what was memory is none.  The
 * keeper sees us go and ends the rest.
 */
static void channel_is_lost(int sig)
{
	static const char text[] = "kith: the channel to linux is lost\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(3);
	_exit(3);
}

int stage_open(struct stage *s, const struct stage_config *config, char *why,
	       size_t size)
{
	*s = (struct stage){ .channel = MAP_FAILED,
			     .proc = -1,
			     .ns = -1,
			     .init = -1,
			     .life = -1,
			     .keeper = -1 };
#ifdef __SANITIZE_THREAD__
	/* It begins a thread of its own in each child, init among them. */
	snprintf(why, size, "ThreadSanitizer would take the number 2");
	return -1;
#endif
#ifndef __x86_64__
	snprintf(why, size, "the agent is for x86-64");
	return -1;
#endif
	if (config->pid_max && kernel_version() < KITH_LINUX(6, 14)) {
		snprintf(why, size,
			 "pid_max is the whole machine's before linux 6.14");
		return -1;
	}
	sigaction(SIGBUS, &(struct sigaction){ .sa_handler = channel_is_lost },
		  NULL);
	if (!build(s, config, why, size))
		return 0;
	stage_close(s);
	return -1;
}

bool stage_is_alive(const struct stage *s)
{
	struct pollfd p = { .fd = s->init, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

bool stage_was_killed(struct stage *s)
{
	int status;

	if (stage_is_alive(s) || s->keeper <= 0)
		return false;
	while (waitpid(s->keeper, &status, 0) < 0 && errno == EINTR)
		;
	s->keeper = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == FROM_OUTSIDE;
}

static void close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

void stage_close(struct stage *s)
{
	if (s->init >= 0)
		syscall(SYS_pidfd_send_signal, s->init, SIGKILL, NULL, 0);
	close_if(s->life);
	if (s->keeper > 0)
		while (waitpid(s->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	if (s->channel != MAP_FAILED)
		munmap(s->channel, CHANNEL_SIZE);
	close_if(s->proc);
	close_if(s->ns);
	close_if(s->init);
}
