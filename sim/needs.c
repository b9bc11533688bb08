#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/script.h"
#include "sim/stage.h"

/* What the model is a model of, unless the script says otherwise. */
enum { NEWEST = KITH_LINUX(6, 18) };

/* By number: capabilities(7). */
static const char *const caps[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

enum { NR_CAPS = sizeof(caps) / sizeof(caps[0]) };

static bool take_cap(struct scan *s, uint64_t *set)
{
	size_t len = name_here(s);

	for (int i = 0; i < NR_CAPS; i++)
		if (is_name(s->p, len, caps[i])) {
			s->p += len;
			*set |= UINT64_C(1) << i;
			return true;
		}
	return false;
}

static bool read_version(struct scan *s, struct needs *needs)
{
	int64_t version, level;

	if (!must_take(s, ">=") ||
	    !read_decimal(s, "a version, like 6.14", 0, 1000, &version) ||
	    !must_take(s, ".") ||
	    !read_decimal(s, "a version, like 6.14", 0, 1000, &level))
		return false;
	if (KITH_LINUX((int)version, (int)level) > needs->linux_version)
		needs->linux_version = KITH_LINUX((int)version, (int)level);
	return true;
}

bool read_needs(struct scan *s, struct needs *needs, uint32_t line)
{
	needs->line = line;
	do {
		if (take_name(s, "linux")) {
			if (!read_version(s, needs))
				return false;
		} else if (take_name(s, "root")) {
			needs->root = true;
		} else if (take_name(s, "userns")) {
			needs->userns = true;
		} else if (!take_cap(s, &needs->caps)) {
			return expected(s, "root, userns, CAP_... or linux >= "
					   "...");
		}
	} while (take(s, ","));
	return at_end(s) ? true : expected(s, "','");
}

/* --- is it here ----------------------------------------------------------- */

static bool has_userns(void)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(unshare(CLONE_NEWUSER) != 0);
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

static const char *missing_cap(uint64_t need)
{
	for (int i = 0; i < NR_CAPS; i++)
		if (need >> i & 1 && prctl(PR_CAPBSET_READ, i) != 1)
			return caps[i];
	return NULL;
}

static const char *missing(const struct needs *n)
{
	if (n->root && geteuid() != 0)
		return "root";
	if (n->userns && !has_userns())
		return "user namespaces";
	return missing_cap(n->caps);
}

/* The version that the model is of, and whether that is new enough. */
static bool model_is_new_enough(const struct script *script)
{
	const struct needs *n = &script->needs;
	int of = script->machine.linux_version;

	of = of ? of : NEWEST;
	if (n->linux_version <= of)
		return true;
	fprintf(stderr,
		"%s:%u: this needs linux >= %d.%d; the model is %d.%d\n",
		script->source.name, (unsigned)n->line, n->linux_version / 1000,
		n->linux_version % 1000, of / 1000, of % 1000);
	return false;
}

/* What a script says of a kernel older than this is not to be held against it.
 */
static bool linux_is_the_one(const struct script *script)
{
	const struct needs *n = &script->needs;
	int of = script->machine.linux_version, here = kernel_version();
	struct utsname u;

	uname(&u);
	if (here < n->linux_version)
		fprintf(stderr,
			"%s:%u: this needs linux >= %d.%d; this is %s\n",
			script->source.name, (unsigned)n->line,
			n->linux_version / 1000, n->linux_version % 1000,
			u.release);
	else if (of && of != here)
		fprintf(stderr, "%s: this is about linux %d.%d; this is %s\n",
			script->source.name, of / 1000, of % 1000, u.release);
	else
		return true;
	return false;
}

bool needs_are_met(const struct script *script, bool on_linux)
{
	const struct needs *n = &script->needs;
	const char *what = on_linux ? missing(n) : NULL;

	if (!model_is_new_enough(script) ||
	    (on_linux && !linux_is_the_one(script)))
		return false;
	if (what)
		fprintf(stderr, "%s:%u: this needs %s\n", script->source.name,
			(unsigned)n->line, what);
	return !what;
}
