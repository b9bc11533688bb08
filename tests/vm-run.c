/*
 * vm-run -k KERNEL -i INITRAMFS -o FOLDER [-a WORDS] [-m MB] [-t SECONDS]
 *	  [-M MACHINE] [-u TEXT] [-1] [-I]
 *
 * Boot a kernel under qemu, watch it, and see to it that it ends.
 *
 *	guest				here
 *	-----				----
 *	console, the first port ......> FOLDER/console
 *	results, the second port .....> FOLDER/results, but for lines that begin
 *					with "vm: ", which are for us:
 *
 *	vm: exit N			what came of it; our own status
 *	vm: keys K-K-K			press these together, as ctrl-alt-delete
 *	vm: enough			end the machine from outside
 *	vm: mark WORD			FOLDER/marks: WORD, and the seconds since qemu
 *					was started
 *
 * -a is added to the kernel's command line; -M gives another machine than q35;
 * with -1, for machines that have but one port, the results are read from the
 * console.  -I counts instructions instead of time, a nanosecond each.  With -u
 * it is enough some seconds after a line of the console had TEXT in it.
 *
 * How it ended is the last word of FOLDER/end and, with the time it took, a line
 * on stderr: guest-shutdown (it switched itself off), guest-reset (it rebooted),
 * guest-panic, enough, time-up, qemu (which ended for another reason).
 *
 * The status is what the guest said, 123 if it said nothing, 124 if its time was
 * up, 125 if there is no machine to be had.  qemu dies with us.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds after -u's text. */
enum { MORE = 3 };
enum { SILENT = 123, TIME_UP = 124, TROUBLE = 125 };
enum { CONSOLE, RESULTS, MONITOR, NR_LINKS };

/* A byte stream out of qemu, taken apart into lines. */
struct link {
	int fd;      /* ours, or -1 when it is at its end */
	int theirs;  /* qemu's */
	FILE *copy;  /* where it is written down, or NULL */
	size_t used; /* of the line that is not complete yet */
	char line[4096];
};

static struct {
	const char *kernel, *initrd, *out, *words, *machine, *megabytes, *until;
	int seconds;
	bool one_port, count;
} opt = { .words = "", .machine = "q35", .megabytes = "192", .seconds = 180 };

static struct link links[NR_LINKS];
static FILE *marks;
static double started;
static double last;     /* when to end it, if not 0 */
static const char *end; /* the reason, once there is one */
static int status = SILENT;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static FILE *file(const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", opt.out, name);
	f = fopen(path, "we");
	if (!f)
		err(TROUBLE, "%s", path);
	return f;
}

static void ask(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (links[MONITOR].fd >= 0)
		vdprintf(links[MONITOR].fd, format, args);
	va_end(args);
}

/* ctrl-alt-delete, as the monitor wants it. */
static void press(char *keys)
{
	const char *sep = "";

	ask("{\"execute\":\"send-key\",\"arguments\":{\"keys\":[");
	for (char *k = strtok(keys, "-"); k; k = strtok(NULL, "-")) {
		ask("%s{\"type\":\"qcode\",\"data\":\"%s\"}", sep, k);
		sep = ",";
	}
	ask("]}}\n");
}

static void told(char *what)
{
	if (strncmp(what, "exit ", 5) == 0)
		status = atoi(what + 5);
	else if (strncmp(what, "keys ", 5) == 0)
		press(what + 5);
	else if (strncmp(what, "mark ", 5) == 0)
		fprintf(marks, "%s %.4f\n", what + 5, now() - started);
	else if (strcmp(what, "enough") == 0)
		end = "enough";
	else
		warnx("the guest asks for \"%s\"", what);
}

static void hear_monitor(const char *line)
{
	if (!strstr(line, "\"SHUTDOWN\"") || end)
		return;
	if (strstr(line, "guest-shutdown"))
		end = "guest-shutdown";
	else if (strstr(line, "guest-reset"))
		end = "guest-reset";
}

/* A line, without its end, or the beginning of one that is too long. */
static void hear(struct link *l)
{
	bool results = l == &links[opt.one_port ? CONSOLE : RESULTS];

	l->line[l->used] = '\0';
	if (results && strncmp(l->line, "vm: ", 4) == 0)
		told(l->line + 4);
	else if (l->copy)
		fprintf(l->copy, "%s\n", l->line);
	if (l == &links[MONITOR])
		hear_monitor(l->line);
	if (l == &links[CONSOLE] && strstr(l->line, "Kernel panic"))
		end = "guest-panic";
	if (l == &links[CONSOLE] && opt.until && strstr(l->line, opt.until))
		last = now() + MORE;
	l->used = 0;
}

static void take(struct link *l)
{
	char bytes[4096];
	ssize_t n = read(l->fd, bytes, sizeof(bytes));

	if (n <= 0) {
		close(l->fd);
		l->fd = -1;
		if (l->used)
			hear(l);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		/* The guest's terminals end lines with two bytes. */
		if (bytes[i] == '\r' || bytes[i] == '\0')
			continue;
		if (bytes[i] == '\n' || l->used == sizeof(l->line) - 1)
			hear(l);
		if (bytes[i] != '\n')
			l->line[l->used++] = bytes[i];
	}
}

static void connect_all(void)
{
	int pair[2];

	for (int i = 0; i < NR_LINKS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			err(TROUBLE, "socketpair");
		fcntl(pair[0], F_SETFD, FD_CLOEXEC);
		links[i].fd = pair[0];
		links[i].theirs = pair[1];
	}
	links[CONSOLE].copy = file("console");
	links[RESULTS].copy = opt.one_port ? NULL : file("results");
	marks = file("marks");
}

static char *text(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	if (vasprintf(&s, format, args) < 0)
		err(TROUBLE, "memory");
	va_end(args);
	return s;
}

static void qemu(void)
{
	const char *argv[40] = { "qemu-system-x86_64",
				 "-accel",
				 "tcg",
				 "-nodefaults",
				 "-no-user-config",
				 "-display",
				 "none",
				 "-no-reboot",
				 "-M",
				 opt.machine,
				 "-m",
				 opt.megabytes,
				 "-kernel",
				 opt.kernel,
				 "-initrd",
				 opt.initrd,
				 "-append" };
	int n = 17;

	/* Quiet: what the kernel says on a slow line is time and noise. */
	argv[n++] = text("console=ttyS0 panic=-1 quiet %s", opt.words);
	if (opt.count) {
		argv[n++] = "-icount";
		argv[n++] = "shift=0,sleep=off";
	}
	for (int i = 0; i < NR_LINKS; i++) {
		if (i == RESULTS && opt.one_port)
			continue;
		argv[n++] = "-chardev";
		argv[n++] = text("socket,id=c%d,fd=%d", i, links[i].theirs);
		argv[n++] = i == MONITOR ? "-mon" : "-serial";
		argv[n++] = i == MONITOR ? text("chardev=c%d,mode=control", i)
					 : text("chardev:c%d", i);
	}
	execvp(argv[0], (char **)argv);
	err(TROUBLE, "%s", argv[0]);
}

static pid_t start(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err(TROUBLE, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(TROUBLE);
		qemu();
	}
	for (int i = 0; i < NR_LINKS; i++)
		close(links[i].theirs);
	ask("{\"execute\":\"qmp_capabilities\"}\n");
	return pid;
}

/* Until qemu is at its end, or the time is, or somebody had enough. */
static void watch(void)
{
	while (links[MONITOR].fd >= 0) {
		struct pollfd polls[NR_LINKS];
		double left = started + opt.seconds - now();

		if (left <= 0) {
			end = "time-up";
			return;
		}
		if (last && now() >= last && !end)
			end = "enough";
		if (end && strcmp(end, "enough") == 0)
			return;
		if (last && last - now() < left)
			left = last - now();
		for (int i = 0; i < NR_LINKS; i++)
			polls[i] = (struct pollfd){ .fd = links[i].fd,
						    .events = POLLIN };
		if (poll(polls, NR_LINKS,
			 left > 0 ? (int)(left * 1000) + 1 : 0) <= 0)
			continue;
		for (int i = 0; i < NR_LINKS; i++)
			if (polls[i].revents)
				take(&links[i]);
	}
	/* What it wrote before it ended may still be under way to us. */
	for (int i = 0; i < MONITOR; i++)
		while (links[i].fd >= 0)
			take(&links[i]);
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "k:i:o:a:m:t:M:u:1I")) != -1)
		switch (c) {
		case 'k':
			opt.kernel = optarg;
			break;
		case 'i':
			opt.initrd = optarg;
			break;
		case 'o':
			opt.out = optarg;
			break;
		case 'a':
			opt.words = optarg;
			break;
		case 'm':
			opt.megabytes = optarg;
			break;
		case 't':
			opt.seconds = atoi(optarg);
			break;
		case 'u':
			opt.until = optarg;
			break;
		case 'M':
			opt.machine = optarg;
			break;
		case '1':
			opt.one_port = true;
			break;
		case 'I':
			opt.count = true;
			break;
		default:
			exit(TROUBLE);
		}
	if (!opt.kernel || !opt.initrd || !opt.out || optind != argc)
		errx(TROUBLE, "-k, -i and -o are needed, and nothing else");
}

int main(int argc, char **argv)
{
	int how;
	pid_t pid;
	FILE *f;

	options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	started = now();
	connect_all();
	pid = start();
	watch();
	kill(pid, SIGKILL);
	if (waitpid(pid, &how, 0) < 0)
		err(TROUBLE, "waitpid");
	if (!end)
		end = "qemu";
	if (strcmp(end, "time-up") == 0)
		status = TIME_UP;
	else if (strcmp(end, "qemu") == 0)
		status = TROUBLE;
	for (int i = 0; i < MONITOR; i++)
		if (links[i].copy)
			fclose(links[i].copy);
	fclose(marks);
	f = file("end");
	fprintf(f, "%s\n", end);
	fclose(f);
	fprintf(stderr, "vm-run: %s after %.1f s\n", end, now() - started);
	return status;
}
