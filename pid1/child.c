#include "pid1/child.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pid1/limits.h"
#include "pid1/names.h"
#include "pid1/rare.h"

extern char **environ;

/* --- in init ---------------------------------------------------------------
 */

enum { MAX_ENV = 4096 };

static size_t name_of(const char *word)
{
	return before(word, "=");
}

/* Where a variable is, or the end. */
static size_t find(char **env, size_t n, const char *word)
{
	size_t len = name_of(word), i;

	for (i = 0; i < n; i++)
		if (name_of(env[i]) == len && memcmp(env[i], word, len) == 0)
			break;
	return i;
}

static char **make_env(const struct options *o)
{
	static char *env[MAX_ENV];
	size_t n = 0, i, at;
	char **from;

	for (from = environ; !o->clear_env && *from; from++) {
		if (n == MAX_ENV - 1)
			return NULL;
		env[n++] = *from;
	}
	for (i = 0; i < o->env.n; i++) {
		const char *word = o->env.at[i];

		at = find(env, n, word);
		if (!word[name_of(word)]) { /* to be taken away */
			if (at < n)
				memmove(env + at, env + at + 1,
					(--n - at) * sizeof(*env));
			continue;
		}
		if (at == n && n++ == MAX_ENV - 1)
			return NULL;
		env[at] = (char *)word;
	}
	env[n] = NULL;
	return env;
}

static int plan_cgroup(struct child *c, struct cgroup *cgroup, pid_t self,
		       struct complaint *why)
{
	const struct options *o = c->options;
	const struct limit *which = NULL;
	int err;

	if (cgroup->kept
		    ? cgroup->main >= 0
		    : cgroup_find(cgroup) && cgroup_make(cgroup, self) == 0)
		c->cgroup = cgroup;
	err = limits_write(o, c->cgroup ? cgroup : NULL, &c->written, &which);
	if (err && c->cgroup)
		cgroup_end(cgroup, false);
	if (err)
		*why = (struct complaint){ .trouble = CANNOT_START,
					   .about = which->name,
					   .why = "there is no cgroup that it "
						  "could be set for",
					   .error = err };
	return err;
}

static int plan_user(struct child *c, struct ids *ids, struct complaint *why)
{
	const struct options *o = c->options;
	const char *wrong = o->user ? ids_find(o->user, ids) : NULL;

	if (!o->user)
		*ids = (struct ids){ .uid = o->uid, .gid = o->gid };
	c->ids = ids;
	if (wrong)
		*why = (struct complaint){ .trouble = CANNOT_START,
					   .about = o->user,
					   .why = wrong };
	return wrong ? 1 : 0;
}

static int too_large(struct complaint *why)
{
	*why = (struct complaint){ .trouble = CANNOT_START,
				   .about = "environment",
				   .error = E2BIG };
	return E2BIG;
}

RARE static int plan_changes(struct child *c, struct cgroup *cgroup,
			     struct ids *ids, pid_t self, struct complaint *why)
{
	const struct options *o = c->options;
	int err = 0;

	if (o->clear_env || o->env.n)
		c->env = make_env(o);
	if (!c->env)
		return too_large(why);
	if (o->user || o->has_uid)
		err = plan_user(c, ids, why);
	if (!err && (o->scope == SCOPE_CGROUP || o->rest == SCOPE_CGROUP ||
		     (o->limits && limits_want_cgroup(o))))
		err = plan_cgroup(c, cgroup, self, why);
	return err;
}

int child_plan(struct child *c, const struct options *o, struct cgroup *cgroup,
	       struct ids *ids, pid_t self, struct complaint *why)
{
	const bool changes = o->clear_env || o->env.n || o->user ||
			     o->has_uid || o->limits ||
			     o->scope == SCOPE_CGROUP ||
			     o->rest == SCOPE_CGROUP;

	/* What it is without changes is not copied. */
	*c = (struct child){ .options = o, .env = environ };
	if (!cgroup->kept)
		cgroup->ours = cgroup->main = -1;
	return changes ? plan_changes(c, cgroup, ids, self, why) : 0;
}

/* --- in the child ----------------------------------------------------------
 */

static const char listen_pid[] = "LISTEN_PID=";
enum { NAMED = sizeof(listen_pid) - 1 };

char **sockets_find(char **env)
{
	for (; *env; env++)
		if (strncmp(*env, listen_pid, NAMED) == 0)
			return env;
	return NULL;
}

RARE bool sockets_are_for(const char *word, pid_t pid)
{
	return leading_number(word + NAMED) == (uint64_t)pid;
}

RARE void sockets_name(char word[SOCKETS_WORD], pid_t pid)
{
	numbered(word, listen_pid, (uint64_t)pid);
}

/*
 * Sockets that systemd hands over are for the process that it names.  That was
 * init, and is the program now.
 */
RARE static void pass_on(char **env, pid_t init)
{
	static char now[SOCKETS_WORD];

	/* Or one that was started before this one, and named here. */
	if (*env != now && !sockets_are_for(*env, init))
		return;
	sockets_name(now, getpid());
	*env = now;
}

static void pass_sockets_on(char **env, pid_t init)
{
	env = sockets_find(env);
	if (env)
		pass_on(env, init);
}

RARE static int as_asked(const struct child *c, const char **step)
{
	const struct options *o = c->options;
	int err;

	if (c->cgroup) {
		*step = "cannot enter the cgroup";
		err = cgroup_enter(c->cgroup);
		if (err)
			return err;
	}
	if (o->limits) {
		*step = "cannot set a limit";
		err = limits_take(o, c->written);
		if (err)
			return err;
	}
	if (c->ids) {
		*step = "cannot change the user";
		err = ids_take(c->ids);
		if (err)
			return err;
	}
	if (o->dir) {
		*step = "cannot go to the folder";
		if (chdir(o->dir) < 0)
			return errno;
	}
	*step = NULL;
	return 0;
}

int child_prepare(const struct child *c, pid_t init, const char **step)
{
	const struct options *o = c->options;

	pass_sockets_on(c->env, init);
	return c->cgroup || o->limits || c->ids || o->dir ? as_asked(c, step)
							  : 0;
}
