#include "pid1/explain.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/cgroup.h"
#include "pid1/files.h"
#include "pid1/kernel.h"
#include "pid1/limits.h"
#include "pid1/say.h"
#include "pid1/spawn.h"

static void line(struct say *s, const char *about, const char *what,
		 const char *why)
{
	size_t at = s->used;

	say_text(s, about);
	say_text(s, ":");
	while (s->used - at < 10)
		say_text(s, " ");
	say_text(s, what);
	if (why) {
		say_text(s, " (");
		say_text(s, why);
		say_text(s, ")");
	}
	say_text(s, "\n");
}

static void say_init(struct say *s, pid_t self)
{
	say_text(s, "init:     ");
	if (self == 1) {
		say_text(s, "PID 1\n");
		return;
	}
	say_text(s, "PID ");
	say_number(s, (uint64_t)self);
	say_text(s, ", a subreaper\n");
}

static void say_place(struct say *s, const struct launch *l)
{
	static const char *const why[] = { "there is no terminal",
					   "the terminal is handed on",
					   "the terminal is another's" };

	if (l->options->pause) {
		line(s, "program", "none", NULL);
		return;
	}
	line(s, "program",
	     l->place == APART      ? "in a session of its own"
	     : l->place == TOGETHER ? "in the group of kith-init"
				    : "in a group of its own",
	     l->options->place ? "asked for"
			       : why[!l->terminal ? 0
				     : l->leader  ? 1
						  : 2]);
}

static void say_reaping(struct say *s, const struct launch *l)
{
	const char *why;

	if (l->leaves) {
		line(s, "reaping", "by the kernel; kith-init does not wake",
		     NULL);
		return;
	}
	if (l->options->reaping == REAP_EACH)
		why = "asked for";
	else if (l->tracks)
		why = "each orphan is to be told of";
	else if (l->place == TOGETHER)
		why = "the program may stop, as a job";
	else if (!kernel_keeps_exits())
		why = "Linux keeps exit records since 6.15";
	else
		why = "the kernel does not answer about exits";
	line(s, "reaping", "each orphan, as SIGCHLD names it", why);
}

static void say_scope(struct say *s, const char *about, uint8_t scope,
		      pid_t self, bool has_cgroup)
{
	static const char *const words[] = {
		"the program",
		"its process group",
		"those below kith-init in its session, by /proc",
		"its cgroup",
		"all below kith-init, by /proc",
		"all of the namespace",
		"nobody",
	};
	const char *why = NULL;

	if (scope == SCOPE_ALL && self != 1) {
		scope = SCOPE_TREE;
		why = "not PID 1";
	}
	if (scope == SCOPE_CGROUP && !has_cgroup) {
		scope = SCOPE_TREE;
		why = "there is no cgroup v2 to write to";
	}
	line(s, about, words[scope], why);
}

/* Is what this limit is called one of the controllers there? */
static bool has_controller(int cgroup, const struct limit *l)
{
	char text[512];
	const char *at;
	size_t len;

	if (slurp(cgroup, "cgroup.controllers", text, sizeof(text)) <= 0)
		return false;
	for (at = text; *at; at += len + (at[len] != '\0')) {
		len = before(at, " \n");
		if (len == l->name_len && memcmp(at, l->name, len) == 0)
			return true;
	}
	return false;
}

static void say_limits(struct say *s, const struct options *o,
		       const struct cgroup *c)
{
	unsigned int i;

	for (i = 0; i < o->limits; i++)
		line(s, "limit", o->limit[i].name,
		     limit_place(&o->limit[i],
				 c && has_controller(c->ours, &o->limit[i])));
}

int explain(const struct options *o)
{
	struct launch l = { .mask = 0 };
	struct say s = SAY(1);
	struct cgroup c;
	bool has_cgroup;

	launch_prepare(&l, o);
	launch_survey(&l);
	has_cgroup = cgroup_find(&c) &&
		     syscall(SYS_faccessat, c.ours, "cgroup.procs", W_OK) == 0;
	say_init(&s, l.self);
	say_place(&s, &l);
	say_reaping(&s, &l);
	if (!o->pause)
		say_scope(&s, "signals", o->scope, l.self, has_cgroup);
	say_scope(&s, "rest", o->rest, l.self, has_cgroup);
	say_limits(&s, o, has_cgroup ? &c : NULL);
	return say_end(&s) ? 0 : CODE_FAILED;
}
