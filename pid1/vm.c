#include "pid1/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pid1/ids.h"
#include "pid1/rare.h"
#include "pid1/search.h"
#include "pid1/vmconf.h"
#include "pid1/vmend.h"
#include "pid1/vmfiles.h"
#include "pid1/vmmount.h"
#include "pid1/vmsay.h"

#define BIT(sig) (UINT64_C(1) << ((sig)-1))

/* The name of the machine's own pid namespace, in every Linux since 3.8. */
#define FIRST_PIDNS "pid:[4026531836]"

/* How long everybody may take to end: 30 s. */
#define DEADLINE (UINT64_C(30) * 1000000000)

enum { ASKED_VM = 1, ASKED_CONTAINER = 2 };

static struct {
	uint8_t asked; /* by options: ASKED_... */
	uint8_t end; /* enum vm_end: when the program has, or a stop is asked */
	bool first;  /* we are the first process of a machine */
	bool active; /* or are to act so */
	bool by_kernel;   /* and nobody was before us */
	const char *line; /* the command line, a file; or NULL */
	bool started;     /* there was, or should have been, a program */
} vm;

extern char **environ;

/* --- where are we? --------------------------------------------------------- */

RARE static bool in_first_pidns(void)
{
	char name[32];
	ssize_t n = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);
	bool mounted = false, first;

	if (n < 0) {
		mounted = vmmount_proc();
		n = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);
	}
	name[n > 0 ? n : 0] = '\0';
	first = strcmp(name, FIRST_PIDNS) == 0;
	if (mounted && !first)
		umount2("/proc", MNT_DETACH); /* in a container, not ours */
	return first;
}

static bool has(char **argv, const char *word)
{
	for (; *argv; argv++)
		if (strcmp(*argv, word) == 0)
			return true;
	return false;
}

/* --vm or --container, among the options. */
static int asked_in(char **argv)
{
	for (; *argv && strcmp(*argv, OFTEN("--")) != 0; argv++) {
		if (strcmp(*argv, OFTEN("--container")) == 0)
			return ASKED_CONTAINER;
		if (strcmp(*argv, OFTEN("--vm")) == 0)
			return ASKED_VM;
	}
	return 0;
}

static int asked_by_variable(void)
{
	const char *mode = env_value(environ, OFTEN("KITH_INIT_MODE"));

	if (mode && strcmp(mode, "container") == 0)
		return ASKED_CONTAINER;
	return mode && strcmp(mode, "vm") == 0 ? ASKED_VM : 0;
}

RARE static void look_around(char ***argv, bool maybe)
{
	/* Nobody writes to it. */
	static const char *const nothing[] = { "kith-init", NULL };
	int asked = asked_in(*argv);

	if (!asked)
		asked = asked_by_variable();
	if (asked == ASKED_CONTAINER)
		return;
	vm.first = maybe && in_first_pidns();
	vm.active = vm.first || asked == ASKED_VM;
	vm.line = vm.first ? "/proc/cmdline" : NULL;
	vm.by_kernel = vm.first && !has(*argv, "--");
	if (vm.by_kernel)
		*argv = (char **)nothing;
}

/*
 * In the first pid namespace the kernel's own thread number 2 is there before we
 * are.  In a container there rarely is a 2, and that is the end of the question;
 * the name is asked for only if there is.  The words are ours then, and --vm is
 * seen among them when they are read.
 */
static void begin(char ***argv)
{
	bool maybe;

	if (gettid() != 1) /* as getpid(); musl knows it without asking */
		return;
	maybe = getpgid(2) >= 0 || errno != ESRCH;
	if (maybe || env_value(environ, OFTEN("KITH_INIT_MODE")))
		look_around(argv, maybe);
}

/* --- options --------------------------------------------------------------- */

static const char *read_asked(struct options *o, const char *value, int what)
{
	(void)o;
	(void)value;
	vm.asked = (uint8_t)what;
	return NULL;
}

static const char *read_line(struct options *o, const char *value, int what)
{
	(void)o;
	(void)what;
	vm.line = value;
	return NULL;
}

static const char *const end_names[NR_VM_ENDS] = {
	[VM_POWEROFF] = "poweroff",
	[VM_REBOOT] = "reboot",
	[VM_HALT] = "halt",
};

static const char *read_end(struct options *o, const char *value, int what)
{
	(void)o;
	(void)what;
	for (uint8_t i = 0; i < NR_VM_ENDS; i++)
		if (strcmp(value, end_names[i]) == 0) {
			vm.end = i;
			return NULL;
		}
	return "is not poweroff, reboot or halt";
}

static const struct option_row rows[] = {
	{ 0, "vm", NULL, read_asked, ASKED_VM,
	  "be the first process of a machine" },
	{ 0, "container", NULL, read_asked, ASKED_CONTAINER,
	  "do not be one, whatever this is" },
	{ 0, "end", "HOW", read_end, 0,
	  "of the machine: poweroff, reboot, halt (poweroff)" },
	{ 0, "cmdline", "FILE", read_line, 0,
	  "read this instead of /proc/cmdline" },
	{ 0 },
};

/* --- saying ---------------------------------------------------------------- */

static void warn_of(void *whom, const struct vm_remark *r)
{
	(void)whom;
	vmsay_remark("warning: ", r);
}

static void warn_mount(const char *what, const char *where, int error)
{
	struct say s;

	vmsay_begin(&s);
	say_text(&s, "warning: there is no ");
	say_text(&s, what);
	say_text(&s, " at ");
	say_text(&s, where);
	say_text(&s, ": ");
	say_text(&s, strerror(error));
	vmsay_end(&s);
}

/* Says it, and returns true: there is nothing more to be done. */
static bool give_up(int *code, int with, const struct vm_remark *r)
{
	vmsay_remark("", r);
	*code = with;
	return true;
}

/* --- metald-init's files for debugging ------------------------------------- */

static void leave(const char *path, struct say *s)
{
	s->fd = open(path,
		     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (s->fd < 0)
		return; /* the root may be read-only */
	say_end(s);
	close(s->fd);
}

static void leave_traces(const struct options *o, unsigned int n_env)
{
	struct say s = SAY(-1);
	struct timespec t;
	char **a;

	say_text(&s, "Started at ");
	/* Not by the vDSO, as time() would: that takes a page of its own. */
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
	say_number(&s, (uint64_t)t.tv_sec);
	say_text(&s, " (seconds since 1970)\n");
	leave("/init.started", &s);

	s = (struct say)SAY(-1);
	say_text(&s, "Command: ");
	vmsay_clean(&s, o->program[0]);
	say_text(&s, "\nArgs: [");
	/* Not more than is written at once. */
	for (a = o->program + 1; *a && s.used + strlen(*a) < 3500; a++) {
		say_text(&s, a == o->program + 1 ? "" : " ");
		say_text(&s, *a);
	}
	say_text(&s, *a ? " ...]\nEnv count: " : "]\nEnv count: ");
	say_number(&s, n_env);
	say_text(&s, "\nWorking dir: ");
	vmsay_clean(&s, o->dir ? o->dir : "/");
	say_text(&s, "\n");
	leave("/init.command", &s);
}

/* --- what was read, as options --------------------------------------------- */

/* kith.NAME=VALUE.  False: something was wrong, and is said. */
static bool take_own(struct options *o, const struct vm_conf *c, int *code)
{
	const char *wrong;
	unsigned int i;

	for (i = 0; i < c->n_own; i++) {
		wrong = options_set(o, c->own[i].name, strlen(c->own[i].name),
				    c->own[i].value);
		if (wrong) {
			give_up(code, CODE_USAGE,
				&(struct vm_remark){
					.file = "the kernel's command line: "
						"kith",
					.about = c->own[i].name,
					.why = wrong });
			return false;
		}
	}
	return true;
}

static bool take_user(struct options *o, const struct vm_conf *c, int *code)
{
	struct vm_remark r = { .file = vmfiles_image(c), .about = "User" };
	static struct ids ids;
	uint64_t uid;

	if (!c->user || o->user || o->has_uid)
		return true;
	r.why = ids_find(c->user, &ids);
	if (!r.why) {
		o->user = c->user;
		return true;
	}
	/* A number that nobody knows: with an image, its group is root's. */
	if (!read_number(c->user, strlen(c->user), UINT32_MAX - 1, &uid))
		return !give_up(code, CODE_FAILED, &r);
	o->has_uid = o->has_gid = true;
	o->uid = (uid_t)uid;
	o->gid = 0;
	return true;
}

/* What the program is told to stop by. */
static int stop_signal(const struct vm_conf *c)
{
	const struct vm_remark r = { .file = vmfiles_image(c),
				     .about = "StopSignal",
				     .why = "is no signal" };
	int sig = SIGTERM;

	if (c->stop_signal)
		sig = signal_number(c->stop_signal, strlen(c->stop_signal));
	if (sig)
		return sig;
	warn_of(NULL, &r);
	return SIGTERM;
}

/*
 * TERM and PWR ask for the machine to be switched off, INT (from the keyboard)
 * for a reboot.  The program hears its own word for it, from whichever; and there
 * is an end to it, since here nobody outside can make one.
 */
static void set_stops(struct options *o, int sig)
{
	static const int asking[] = { SIGTERM, SIGINT, SIGPWR };
	size_t i;

	for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
		o->stops |= BIT(asking[i]);
		if (!o->rewrite[asking[i]] && asking[i] != sig)
			o->rewrite[asking[i]] = (uint8_t)sig;
	}
	o->rewrites = true;
	if (o->deadline_ns == TIME_NEVER)
		o->deadline_ns = DEADLINE;
}

/* Set up by whom, and what: seen by who asked for it. */
static void tell(const struct options *o, const struct vm_conf *c)
{
	struct say s;

	vmsay_begin(&s);
	say_text(&s, vm.by_kernel ? "started by the kernel; "
				  : "started by hand; ");
	say_number(&s, c->n_env);
	say_text(&s, " variables; in ");
	vmsay_clean(&s, o->dir ? o->dir : "/");
	say_text(&s, "; ");
	vmsay_clean(&s, o->program[0]);
	vmsay_end(&s);
}

static bool no_program(int *code)
{
	return give_up(
		code, CODE_USAGE,
		&(struct vm_remark){
			.file = "no program",
			.about = "",
			.why = "none after -- on the kernel's command "
			       "line, no " VM_CONTAINER_CMD
			       ", none in metadata or " VM_IMAGE_CONFIG });
}

static bool apply(struct options *o, const struct vm_conf *c, int *code)
{
	if (!take_own(o, c, code) || !take_user(o, c, code))
		return true;
	if (!o->program[0] && c->program)
		o->program = c->program;
	if (!o->program[0])
		return no_program(code);
	if (!o->dir)
		o->dir = c->dir;
	environ = c->env;
	set_stops(o, stop_signal(c));
	if (c->debug && o->level < LOG_DEBUG)
		o->level = LOG_DEBUG;
	if (c->debug)
		tell(o, c);
	if (c->debug || c->metald)
		leave_traces(o, c->n_env);
	return false;
}

RARE static bool set_up(struct options *o, int *code)
{
	static struct vm_store store;
	static struct vm_conf c;
	static const struct vm_remark not_first = { .file = "--vm",
						    .about = "",
						    .why = "is for who is PID "
							   "1" };

	if (gettid() != 1)
		return give_up(code, CODE_USAGE, &not_first);
	vm.active = true;
	vmmount_all(warn_mount, vm.first);
	vmmount_console();
	c.store = &store;
	c.warn = warn_of;
	if (!vmfiles_gather(&c, vm.line, o->program[0]))
		return give_up(code, CODE_FAILED, &c.wrong);
	if (apply(o, &c, code))
		return true;
	vm.started = true;
	/* From here on it is a signal to us, who will hear it in a moment. */
	reboot(RB_DISABLE_CAD);
	return false;
}

static bool run(struct options *o, int *code)
{
	return (vm.active || vm.asked == ASKED_VM) && set_up(o, code);
}

/* --- the end --------------------------------------------------------------- */

RARE static void end_machine(int code, int asked_by)
{
	enum vm_end how = asked_by == SIGINT ? VM_REBOOT : (enum vm_end)vm.end;
	struct say s;

	vmsay_begin(&s);
	say_text(&s, vm.started ? "the program ended with "
				: "there is no program: ");
	say_number(&s, (uint64_t)code);
	say_text(&s, "; ");
	say_text(&s, end_names[how]);
	vmsay_end(&s);
	vmend(how, vm.first);
}

static void end(int code, int asked_by)
{
	if (vm.active)
		end_machine(code, asked_by);
}

const struct part vm_part = {
	.rows = rows,
	.begin = begin,
	.run = run,
	.end = end,
};
