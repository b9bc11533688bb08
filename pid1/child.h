/*
 * What the main child does to itself before it becomes the program, and what is
 * made ready for that.
 */
#ifndef PID1_CHILD_H
#define PID1_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "pid1/cgroup.h"
#include "pid1/ids.h"
#include "pid1/options.h"

struct child {
	const struct options *options;
	const struct cgroup *cgroup; /* to move into, or NULL */
	const struct ids *ids;       /* to become, or NULL */
	uint32_t written; /* limits that the cgroup has: bit by bit */
	char **env;
};

/*
 * In init: find out what there is to find out, make the cgroup.  Returns 0, or
 * fills in the complaint and returns its errno (or 1).
 */
int child_plan(struct child *c, const struct options *o, struct cgroup *cgroup,
	       struct ids *ids, pid_t self, struct complaint *why);

/*
 * In the child, in init's memory.  `init`: the pid of our parent.  Returns 0,
 * or an errno and in *step what could not be done.
 */
int child_prepare(const struct child *c, pid_t init, const char **step);

/*
 * LISTEN_PID: where it stands in an environment, or NULL; is it pid that it
 * names; and the word that names pid, written.
 */
enum { SOCKETS_WORD = 32 };
char **sockets_find(char **env);
bool sockets_are_for(const char *word, pid_t pid);
void sockets_name(char word[SOCKETS_WORD], pid_t pid);

#endif
