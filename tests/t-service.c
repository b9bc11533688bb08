/*
 * The service library: starting, waiting, reaping, ending; what fails says so
 * and leaves nothing behind.
 */
#include <kith/service.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

static char dir[] = "/tmp/kith-service.XXXXXX";

/*
 * valgrind makes a fork of what we mean as a vfork: no exec error comes back, and
 * a child may not lead its group yet when spawn returns.
 */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static bool no_child(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD;
}

#define SH(line) \
	(const char *const[]) \
	{ \
		"sh", "-c", (line), NULL \
	}

static struct kith_spawn shell(const char *const *args)
{
	return (struct kith_spawn){ .command = "/bin/sh", .arguments = args };
}

/* Run it to its end; its code, or what spawn said. */
static int run(struct kith_service *s, struct kith_spawn how)
{
	struct kith_spawned c;
	int err;

	how.wait = true;
	err = kith_service_spawn(s, &how, &c);
	if (err)
		return err;
	kith_service_release(s, c.handle);
	return c.end.code;
}

/* The same, with its output. */
static int output(struct kith_service *s, struct kith_spawn how, char *text,
		  size_t size)
{
	struct kith_spawned c;
	struct kith_ended end;
	size_t used = 0;
	ssize_t n;
	int err;

	how.output = KITH_STREAM_PIPE;
	err = kith_service_spawn(s, &how, &c);
	text[0] = '\0';
	if (err)
		return err;
	while (used + 1 < size &&
	       (n = read(c.output, text + used, size - used - 1)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(c.output);
	kith_service_wait(s, c.handle, -1, &end);
	kith_service_release(s, c.handle);
	return end.code;
}

static char *contents(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static const char *in_dir(const char *name)
{
	static char path[4][128];
	static int i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

/* --- one child ------------------------------------------------------------ */

static void a_status_is_kept_until_the_handle_is_released(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawned c;
	struct kith_ended end;
	struct pollfd p;

	ok(s, "a service can be made of nothing");
	is(kith_service_spawn(s, &(struct kith_spawn){ .command = "true" }, &c),
	   0, "a program is started");
	is(kith_service_pid(s, c.handle), c.pid, "its pid is known");
	p = (struct pollfd){ .fd = c.handle, .events = POLLIN };
	is(poll(&p, 1, -1), 1, "its handle says when it has ended");
	is(kith_service_count(s), 1, "it counts until somebody looks");
	p = (struct pollfd){ .fd = kith_service_fd(s), .events = POLLIN };
	is(poll(&p, 1, 0), 1, "the service's descriptor says so too");
	is(kith_service_reap(s), 1, "reaping takes it");
	is(kith_service_count(s), 0, "and then it does not run");
	is(poll(&p, 1, 0), 0, "and there is nothing more to reap");
	memset(&end, 0xff, sizeof(end));
	is(kith_service_wait(s, c.handle, -1, &end), 0,
	   "whoever waits after that");
	ok(end.code == 0 && !end.signal && !end.unknown,
	   "is told all the same");
	is(kith_service_wait(s, c.handle, 0, NULL), 0, "as often as one likes");
	is(kith_service_kill(s, c.handle, SIGKILL, false), -ESRCH,
	   "who has ended gets no signals");
	is(kith_service_release(s, c.handle), 0, "the handle goes back");
	is(kith_service_release(s, c.handle), -EBADF, "once");
	is(kith_service_wait(s, c.handle, 0, NULL), -EBADF,
	   "and then nobody knows it");
	is(kith_service_free(s), 0, "nobody is left");
}

static void ends_are_told_exactly(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how;
	struct kith_spawned c;
	struct kith_ended end;
	int wrong = 0;

	for (int code = 0; code < 256; code += 15) {
		char line[16];

		snprintf(line, sizeof(line), "exit %d", code);
		how = shell(SH(line));
		wrong += run(s, how) != code;
	}
	is(wrong, 0, "codes are the program's");
	for (int sig = 1; sig <= 64; sig++) {
		static const char harmless[] = { SIGCHLD, SIGCONT,  SIGSTOP,
						 SIGTSTP, SIGTTIN,  SIGTTOU,
						 SIGURG,  SIGWINCH, 32,
						 33 };

		if (memchr(harmless, sig, sizeof(harmless)))
			continue;
		how = shell(SH("ulimit -c 0; while :; do sleep 9; done"));
		how.group = KITH_GROUP_NEW;
		kith_service_spawn(s, &how, &c);
		kith_service_kill(s, c.handle, sig, true);
		kith_service_wait(s, c.handle, -1, &end);
		kith_service_release(s, c.handle);
		wrong += end.signal != sig || end.code != 128 + sig ||
			 end.status != sig;
	}
	is(wrong, 0, "or 128 and the signal");
	how = shell(SH("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"));
	how.wait = true;
	kith_service_spawn(s, &how, &c);
	ok(c.end.utime_ns > 0 && c.end.maxrss_kib > 100 && c.end.lived_ns > 0,
	   "what it used is told");
	kith_service_release(s, c.handle);
	kith_service_free(s);
}

static void waiting_has_a_limit(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawned c;

	kith_service_spawn(
		s,
		&(struct kith_spawn){
			.command = "sleep",
			.arguments =
				(const char *const[]){ "sleep", "100", NULL } },
		&c);
	is(kith_service_wait(s, c.handle, 0, NULL), -ETIMEDOUT, "not at all");
	is(kith_service_wait(s, c.handle, 20, NULL), -ETIMEDOUT, "or a moment");
	is(kith_service_kill(s, c.handle, 65, false), -EINVAL,
	   "there is no signal 65");
	is(kith_service_kill(s, c.handle, SIGKILL, false), 0, "a signal");
	is(kith_service_wait(s, c.handle, -1, NULL), 0, "ends it");
	is(kith_service_wait(s, -1, 0, NULL), -EBADF, "-1 is no handle");
	is(kith_service_wait(s, 0, 0, NULL), -EBADF,
	   "nor is another descriptor");
	kith_service_free(s);
}

static void a_child_can_do_without_a_handle(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = { .command = "cat",
				  .input = KITH_STREAM_PIPE,
				  .output = KITH_STREAM_NULL };
	struct kith_spawned c;
	struct pollfd p = { .fd = kith_service_fd(s), .events = POLLIN };
	int before = descriptors();

	kith_service_spawn(s, &how, &c);
	is(kith_service_release(s, c.handle), 0, "released while it runs");
	is(kith_service_count(s), 1, "it runs on");
	close(c.input);
	poll(&p, 1, -1);
	is(kith_service_reap(s), 1, "and is reaped when it has ended");
	ok(no_child(), "there is no zombie");
	is(descriptors(), before, "and no descriptor");
	is(kith_service_spawn(s, &(struct kith_spawn){ .command = "true" },
			      NULL),
	   0, "or nobody wants the handle");
	poll(&p, 1, -1);
	is(kith_service_reap(s), 1, "which is the same");
	is(descriptors(), before, "to the last descriptor");
	kith_service_free(s);
}

/* --- failures ------------------------------------------------------------- */

static volatile sig_atomic_t told;

static void note(int sig)
{
	(void)sig;
	told++;
}

static void a_failed_start_says_why(void)
{
	struct kith_service *s = kith_service_new(NULL);
	static const struct kith_spawn_user nobody = { 65534, 65534, NULL, 0 };
	struct kith_spawned c;
	int before;

	if (under_valgrind()) {
		skip(1, "valgrind has no vfork");
		kith_service_free(s);
		return;
	}
	signal(SIGCHLD, note);
	told = 0;
	before = descriptors();
#define FAILS(err, at, ...) \
	do { \
		struct kith_spawn how = { __VA_ARGS__ }; \
		is(kith_service_spawn(s, &how, &c), err, #__VA_ARGS__); \
		is_str(c.step, at, "fails at the step: " at); \
		is(c.handle, -1, "and there is no handle"); \
	} while (0)
	close(open(in_dir("text"), O_CREAT | O_WRONLY, 0755));
	close(open(in_dir("plain"), O_CREAT | O_WRONLY, 0644));
	FAILS(-ENOENT, "exec", .command = "no-such-program");
	FAILS(-ENOENT, "exec", .command = "./no/such");
	FAILS(-ENOENT, "exec", .command = "");
	FAILS(-ENOEXEC, "exec", .command = in_dir("text"));
	FAILS(-EACCES, "exec", .command = in_dir("plain"));
	FAILS(-ENOENT, "directory", .command = "true", .directory = "/no/such");
	FAILS(-ENOENT, "log file", .command = "true", .log_path = "/no/such");
	FAILS(-EINVAL, "options", .command = NULL);
	FAILS(-EINVAL, "options", .command = "true", .wait = true,
	      .output = KITH_STREAM_PIPE);
	FAILS(-EINVAL, "options", .command = "true", .output = KITH_STREAM_LOG);
	FAILS(-EINVAL, "options", .command = "true",
	      .output = KITH_STREAM_OUTPUT);
	FAILS(-EINVAL, "options", .command = "true", .group = 9);
	FAILS(-EOPNOTSUPP, "limits", .command = "true", .cpu_percent = 50);
	if (geteuid() == 0)
		FAILS(-EOPNOTSUPP, "limits", .command = "true", .processes = 9);
	else
		FAILS(-EPERM, "user", .command = "true", .user = &nobody);
#undef FAILS
	ok(no_child(), "no failure leaves a child");
	is(told, 0, "or is heard of as SIGCHLD");
	is(descriptors(), before, "or keeps a descriptor");
	signal(SIGCHLD, SIG_DFL);
	kith_service_free(s);
}

struct bank {
	long calls, fail_at, open;
};

static void *lend(void *ctx, void *old, size_t size)
{
	struct bank *b = ctx;

	if (!size) {
		b->open -= old != NULL;
		free(old);
		return NULL;
	}
	if (++b->calls == b->fail_at)
		return NULL;
	b->open += !old;
	return realloc(old, size);
}

static int some_life(struct bank *b)
{
	struct kith_service_config config = { .resize = lend, .ctx = b };
	struct kith_service *s = kith_service_new(&config);
	struct kith_spawned c;
	int failures = 0;

	if (!s)
		return errno == ENOMEM ? 1 : 99;
	for (int i = 0; i < 70; i++) {
		int err = kith_service_spawn(
			s, &(struct kith_spawn){ .command = "true" }, &c);

		failures += err == -ENOMEM ? 1 : err ? 99 : 0;
	}
	kith_service_reap(s);
	return kith_service_free(s) ? 99 : failures;
}

static void memory_may_fail_anywhere(void)
{
	struct bank b = { 0, 0, 0 };
	long all, wrong = 0, leaked = 0;

	is(some_life(&b), 0, "with memory all is well");
	all = b.calls;
	/* All of the beginning, and the growth of the chains at 64. */
	for (long n = 1; n <= all; n += n < 6 || n > 64 ? 1 : 20) {
		b = (struct bank){ 0, n, 0 };
		wrong += some_life(&b) > 1;
		leaked += b.open;
	}
	is(wrong, 0, "any allocation may fail, and only what needs it does");
	is(leaked, 0, "and nothing is leaked");
}

/* --- beside the program's own children ------------------------------------ */

static bool has_records(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 15);
}

static void own_children_are_left_alone(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawned c;
	struct kith_ended end;
	siginfo_t info;
	pid_t own = fork();
	int status = 0;

	if (own == 0)
		_exit(5);
	waitid(P_PID, (id_t)own, &info, WEXITED | WNOWAIT);
	is(kith_service_reap(s), 0, "the program's own child is not reaped");
	is(waitpid(own, &status, 0), own, "it is there for the program");
	is(WEXITSTATUS(status), 5, "with its status");

	struct kith_spawn how = shell(SH("exit 6"));

	kith_service_spawn(s, &how, &c);
	is(waitpid(-1, &status, 0), c.pid, "who waits for anyone takes ours");
	is(kith_service_wait(s, c.handle, -1, &end), 0,
	   "we still hear the end");
	if (has_records())
		ok(!end.unknown && end.code == 6, "and the kernel knows how");
	else
		ok(end.unknown, "but not how");
	kith_service_release(s, c.handle);

	signal(SIGCHLD, SIG_IGN);
	kith_service_spawn(s, &how, &c);
	is(kith_service_wait(s, c.handle, -1, &end), 0,
	   "with SIGCHLD ignored as well");
	ok(has_records() ? !end.unknown && end.code == 6 : end.unknown,
	   "it is the same");
	signal(SIGCHLD, SIG_DFL);
	kith_service_free(s);
}

/* As a subreaper: everybody.  In a process of its own. */
static int adopt(void)
{
	struct kith_service_config config = { .orphans = true };
	struct kith_service *s = kith_service_new(&config);
	struct kith_spawn how =
		shell(SH("i=0; while [ $i -lt 50 ]; do i=$((i + 1));"
			 "(sh -c 'exit 3' & ); done; exit 4"));
	struct kith_service_stats stats;
	struct kith_spawned c;
	struct kith_ended end;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kith_service_spawn(s, &how, &c);
	do
		kith_service_listen(s, 100);
	while (kith_service_stats(s, &stats), stats.orphans < 50);
	kith_service_wait(s, c.handle, -1, &end);
	if (end.code != 4 || end.unknown || !no_child())
		return 1;
	return kith_service_free(s);
}

static void orphans_are_reaped_if_asked_for(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(adopt());
	waitpid(pid, &status, 0);
	is(status, 0, "50 orphans are reaped, and the child's status is kept");
}

/* --- what a child is given ------------------------------------------------- */

static void arguments_and_surroundings_are_given(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("echo $0 $A; pwd"));
	char text[4096], want[256];

	how.arguments =
		(const char *const[]){ "sh",   "-c",  "echo $0 $1 $A; pwd",
				       "name", "one", NULL };
	how.environment = (const char *const[]){ "A=b", NULL };
	how.directory = "/proc";
	is(output(s, how, text, sizeof(text)), 0, "arguments, environment");
	is_str(text, "name one b\n/proc\n", "and directory");

	mkdir(in_dir("bin"), 0755);
	symlink("/bin/echo", in_dir("bin/where-am-i"));
	snprintf(want, sizeof(want), "PATH=/nowhere:%s/bin:/bin", dir);
	how = (struct kith_spawn){
		.command = "where-am-i",
		.arguments = (const char *const[]){ "echo", NULL },
		.directory = "/proc",
		.environment = (const char *const[]){ want, NULL }
	};
	is(output(s, how, text, sizeof(text)), 0,
	   "the PATH is that of the child's environment");
	kith_service_free(s);
}

static void streams_go_where_they_should(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = { .command = "cat",
				  .input = KITH_STREAM_PIPE,
				  .output = KITH_STREAM_PIPE };
	struct kith_spawned c;
	char text[64] = "";
	int saved;

	kith_service_spawn(s, &how, &c);
	is(write(c.input, "hello", 5), 5, "a pipe in");
	close(c.input);
	is(read(c.output, text, sizeof(text)), 5, "a pipe out");
	is_str(text, "hello", "and what goes in comes out");
	is(read(c.output, text, sizeof(text)), 0, "and ends with the child");
	close(c.output);
	kith_service_wait(s, c.handle, -1, NULL);
	kith_service_release(s, c.handle);

	how = shell(SH("echo out; echo err >&2"));
	how.log_path = in_dir("log");
	run(s, how);
	run(s, how);
	is_str(contents(in_dir("log")), "out\nerr\nout\nerr\n",
	       "a log gets both, at its end");
	how.output = KITH_STREAM_NULL;
	run(s, how);
	is_str(contents(in_dir("log")), "out\nerr\nout\nerr\nerr\n",
	       "or only what is not elsewhere");
	how = shell(SH("echo out; echo err >&2"));
	how.errors = KITH_STREAM_OUTPUT;
	output(s, how, text, sizeof(text));
	is_str(text, "out\nerr\n", "errors follow the output");

	/* The host may have closed its own. */
	saved = fcntl(0, F_DUPFD, 10);
	close(0);
	how.input = KITH_STREAM_NULL;
	output(s, how, text, sizeof(text));
	is_str(text, "out\nerr\n", "also with descriptor 0 closed");
	dup2(saved, 0);
	close(saved);
	kith_service_free(s);
}

static void a_child_has_no_more_than_it_should(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("echo /proc/self/fd/*; exec <&-"));
	uint64_t mask = 0;
	sigset_t some, before;
	char text[4096];
	int extra = open("/dev/null", O_RDONLY);

	dup2(extra, 77);
	how.arguments =
		SH("[ -e /proc/self/fd/77 ] && echo open || echo closed");
	output(s, how, text, sizeof(text));
	is_str(text, "closed\n", "descriptors are not handed on");
	how.keep_descriptors = true;
	output(s, how, text, sizeof(text));
	is_str(text, "open\n", "unless they are to be");
	close(77);
	close(extra);

	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, &before);
	signal(SIGUSR2, SIG_IGN);
	how = (struct kith_spawn){ .command = "grep",
				   .arguments = (const char *const[]){
					   "grep", "-E", "Sig(Blk|Ign)",
					   "/proc/self/status", NULL } };
	output(s, how, text, sizeof(text));
	mask = strtoull(text + strlen("SigBlk:\t"), NULL, 16);
	ok(mask == 0, "no signal is blocked");
	mask = strtoull(strstr(text, "SigIgn:") + 8, NULL, 16);
	ok(mask == 0, "and none ignored");
	how.keep_signals = true;
	output(s, how, text, sizeof(text));
	mask = strtoull(text + strlen("SigBlk:\t"), NULL, 16);
	ok(mask == KITH_SIGNAL_BIT(SIGUSR1), "unless they are to be");
	mask = strtoull(strstr(text, "SigIgn:") + 8, NULL, 16);
	/* Whoever started us may have others ignored, too. */
	ok(mask & KITH_SIGNAL_BIT(SIGUSR2), "as they were");
	signal(SIGUSR2, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);

	how = shell(SH("grep NoNewPrivs /proc/self/status"));
	how.no_new_privileges = true;
	output(s, how, text, sizeof(text));
	is_str(text, "NoNewPrivs:\t1\n", "no new privileges");
	kith_service_free(s);
}

static void it_becomes_who_it_is_told(void)
{
	static const gid_t groups[] = { 2345, 3456 };
	struct kith_spawn_user user = { 1234, 1235, groups, 2 };
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("id -u; id -g; id -G"));
	char text[256];

	if (geteuid() != 0) {
		skip(3, "not root");
		kith_service_free(s);
		return;
	}
	how.user = &user;
	output(s, how, text, sizeof(text));
	is_str(text, "1234\n1235\n1235 2345 3456\n", "user, group and groups");
	user.count = 0;
	output(s, how, text, sizeof(text));
	is_str(text, "1234\n1235\n1235\n", "root's groups do not stay");
	how.processes = 7;
	how.arguments = SH("grep processes /proc/self/limits");
	output(s, how, text, sizeof(text));
	ok(strstr(text, " 7 "), "processes are limited for an ordinary user");
	kith_service_free(s);
}

static void limits_hold(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("ulimit -v"));
	char text[256];

	how.memory_bytes = UINT64_C(1) << 30;
	is(output(s, how, text, sizeof(text)), 0, "memory:");
	is_str(text, "1048576\n", "the address space is limited");
	kith_service_free(s);
}

/* The cgroup v2 hierarchy, if we may make one there; a folder of our own. */
static bool cgroup_folder(char *path, size_t size)
{
	FILE *f = fopen("/proc/self/mounts", "r");
	char line[1024], at[512], type[32];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %511s %31s", at, type) == 2 &&
			strcmp(type, "cgroup2") == 0;
	if (f)
		fclose(f);
	if (!found)
		return false;
	snprintf(path, size, "%s/kith-test-%d", at, (int)getpid());
	return mkdir(path, 0755) == 0;
}

static int folders_in(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int)st.st_nlink - 2;
}

static void limits_by_cgroup_hold_or_are_refused(void)
{
	char path[600], file[640], text[512];
	struct kith_service_config config = { .cgroup = path };
	struct kith_spawn how = shell(SH("cat /proc/self/cgroup"));
	struct kith_spawned c;
	struct kith_service *s;
	int err;

	config.cgroup = "/no/such";
	ok(!kith_service_new(&config) && errno == ENOENT,
	   "a cgroup that is not there is an error");
	config.cgroup = path;
	if (!cgroup_folder(path, sizeof(path))) {
		skip(3, "no cgroup v2 that could be written to");
		return;
	}
	snprintf(file, sizeof(file), "%s/cgroup.subtree_control", path);
	s = kith_service_new(&config);
	how.processes = 20;
	/* A controller that the hierarchy does not have is not made up. */
	int fd = open(file, O_WRONLY);
	bool has = write(fd, "+pids +memory +cpu", 18) == 18;

	close(fd);
	if (has) {
		how.memory_bytes = 64 << 20;
		how.cpu_percent = 50;
		how.arguments = SH("cd /sys/fs/cgroup/$(cut -d : -f 3 "
				   "/proc/self/cgroup) && cat pids.max "
				   "memory.max cpu.max");
		is(output(s, how, text, sizeof(text)), 0,
		   "it is started in a cgroup of its own");
		is_str(text, "20\n67108864\n50000 100000\n",
		       "with the limits that it should have");
	} else {
		err = output(s, how, text, sizeof(text));
		is(err, -EOPNOTSUPP, "no controller: refused");
		kith_service_spawn(s, &how, &c);
		is_str(c.step, "cgroup", "at that step");
	}
	is(folders_in(path), 0, "the cgroup is taken away again");
	kith_service_free(s);
	rmdir(path);
}

/* --- groups and signals --------------------------------------------------- */

static void a_group_is_one_s_own(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("sleep 1000 & echo up; wait"));
	struct kith_spawned c;
	char text[8];

	how.output = KITH_STREAM_PIPE;
	how.group = KITH_GROUP_NEW;
	kith_service_spawn(s, &how, &c);
	is(getpgid(c.pid), c.pid, "it leads a group");
	ok(getsid(c.pid) == getsid(0), "of our session");
	is(read(c.output, text, sizeof(text)), 3, "with somebody in it");
	is(kith_service_kill(s, c.handle, SIGKILL, true), 0,
	   "a signal for all of them");
	is(read(c.output, text, sizeof(text)), 0, "reaches all of them");
	close(c.output);
	kith_service_wait(s, c.handle, -1, NULL);
	kith_service_release(s, c.handle);

	how = (struct kith_spawn){ .command = "cat",
				   .input = KITH_STREAM_PIPE,
				   .group = KITH_GROUP_SESSION };
	kith_service_spawn(s, &how, &c);
	is(getsid(c.pid), c.pid, "or it leads a session");
	close(c.input);
	kith_service_free(s);
}

static void signals_are_forwarded_to_whom_they_are_for(void)
{
	struct kith_service_config config = {
		.forward = KITH_SIGNAL_BIT(SIGUSR1) | KITH_SIGNAL_BIT(SIGTERM),
	};
	sigset_t before;
	struct kith_service *s, *plain = kith_service_new(NULL);
	struct kith_spawn how = shell(SH("sleep 1000"));
	struct kith_spawned a, b;
	struct kith_ended end;

	is(kith_service_listen(plain, 0), -EINVAL, "nothing to listen for");
	kith_service_free(plain);
	sigprocmask(SIG_BLOCK, NULL, &before);
	s = kith_service_new(&config);
	how.forward_signals = true;
	how.group = KITH_GROUP_NEW;
	kith_service_spawn(s, &how, &a);
	how.forward_signals = false;
	kith_service_spawn(s, &how, &b);
	is(kith_service_listen(s, 0), 0, "nothing came");
	kill(getpid(), SIGUSR1);
	is(kith_service_listen(s, -1), SIGUSR1, "a signal came");
	kith_service_wait(s, a.handle, -1, &end);
	is(end.signal, SIGUSR1, "and went to the one who wants it");
	is(kith_service_wait(s, b.handle, 0, NULL), -ETIMEDOUT,
	   "and to no other");
	kith_service_free(s);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void the_end_of_a_service_is_the_end_of_all(void)
{
	struct kith_service_config config = { .grace_ms = 50,
					      .log_path = in_dir("end"),
					      .log_level = KITH_LOG_INFO };
	struct kith_service *s = kith_service_new(&config);
	struct kith_spawn how = shell(SH("trap '' TERM; echo up; sleep 1000"));
	struct kith_spawned c;
	char text[8];
	int before = descriptors();

	how.output = KITH_STREAM_PIPE;
	how.group = KITH_GROUP_NEW;
	kith_service_spawn(s, &how, &c);
	is(read(c.output, text, sizeof(text)), 3, "one who will not end");
	close(c.output);
	kith_service_spawn(s, &(struct kith_spawn){ .command = "true" }, NULL);
	is(kith_service_free(s), 0, "nobody is left");
	ok(no_child(), "and nobody is a zombie");
	ok(strstr(contents(in_dir("end")), "killed by signal 9"),
	   "he was killed after the grace");
	is(descriptors(), before - 2, "all descriptors are closed");
	is(kith_service_free(NULL), 0, "no service is no trouble");
}

/* --- the log -------------------------------------------------------------- */

static void the_log_says_what_it_should(void)
{
	struct kith_service_config config = { .log_path = in_dir("said"),
					      .log_level = KITH_LOG_WARNING };
	struct kith_service *s = kith_service_new(&config);
	struct kith_service_stats stats;
	char long_one[1000];

	run(s, (struct kith_spawn){ .command = "true" });
	is_str(contents(in_dir("said")), "",
	       "what is below the level is not said");
	if (under_valgrind()) {
		skip(1, "valgrind has no vfork");
	} else {
		run(s, (struct kith_spawn){ .command = "no\nsuch" });
		ok(strstr(contents(in_dir("said")),
			  "Z warning: no?such: not started: exec: "),
		   "what is not is, on one line");
	}
	rename(in_dir("said"), in_dir("old"));
	is(kith_service_set_log(s, in_dir("said"), KITH_LOG_DEBUG), 0,
	   "the file can be changed");
	kith_service_log(s, KITH_LOG_INFO, "%s %d", "words", 3);
	ok(strstr(contents(in_dir("said")), "Z info: words 3\n"),
	   "and be written to by others");
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	kith_service_log(s, KITH_LOG_INFO, "%s", long_one);
	ok(strlen(contents(in_dir("said"))) < 700, "what is too long is cut");
	is(kith_service_set_log(s, "/no/such/file", KITH_LOG_DEBUG), -ENOENT,
	   "one that cannot be opened");
	kith_service_log(s, KITH_LOG_INFO, "still here");
	ok(strstr(contents(in_dir("said")), "still here"), "changes nothing");

	is(kith_service_set_log(s, "/dev/full", KITH_LOG_DEBUG), 0,
	   "on a disk that is full");
	is(run(s, (struct kith_spawn){ .command = "true" }), 0, "life goes on");
	kith_service_stats(s, &stats);
	ok(stats.log_lost >= 2, "and what is lost is counted");
	ok(stats.spawned == 2 && stats.ended == 2, "as is everything else");
	kith_service_free(s);
	config.log_path = "/no/such/file";
	ok(!kith_service_new(&config) && errno == ENOENT,
	   "no service without the log that it was to have");
}

int main(void)
{

	pid_t pid;

	if (!mkdtemp(dir))
		return 1;
	a_status_is_kept_until_the_handle_is_released();
	if (!under_valgrind())
		ends_are_told_exactly();
	waiting_has_a_limit();
	a_child_can_do_without_a_handle();
	a_failed_start_says_why();
	memory_may_fail_anywhere();
	own_children_are_left_alone();
	orphans_are_reaped_if_asked_for();
	arguments_and_surroundings_are_given();
	streams_go_where_they_should();
	a_child_has_no_more_than_it_should();
	it_becomes_who_it_is_told();
	limits_hold();
	limits_by_cgroup_hold_or_are_refused();
	if (!under_valgrind()) {
		a_group_is_one_s_own();
		signals_are_forwarded_to_whom_they_are_for();
		the_end_of_a_service_is_the_end_of_all();
	}
	the_log_says_what_it_should();
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return done_testing();
}
