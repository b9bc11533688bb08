/*
 * A cgroup for the main child and all that come of it, where there is a cgroup
 * v2 that we may write to.
 *
 * Linux wants that a cgroup with processes in it hands no controllers to others
 * below it (but for the root).  So init moves to one next to the main child's:
 *
 *	ours ----+---- kith-init.PID	init
 *	         '---- kith-main.PID	the main child and its children
 *
 * If somebody lives in one of that name, since the pid is that of an init of another
 * namespace, too, PID is larger by ten million.
 *
 * Both are taken away in the end, if they are empty; in a container the runtime
 * does it, for who is PID 1 cannot leave.
 */
#ifndef PID1_CGROUP_H
#define PID1_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/rare.h"

struct cgroup {
	int ours; /* the folder that init was found in, or -1 */
	int main; /* that of the main child, or -1 */
	bool moved;
	bool kept; /* found and made already, by who we were before */
	char main_name[24], init_name[24];
};

/* Look for ours; false if there is none, or it is nothing we could open. */
RARE bool cgroup_find(struct cgroup *c);

/* Make one for the main child.  Returns 0 or an errno. */
RARE int cgroup_make(struct cgroup *c, pid_t self);

/* Set a limit there: controller "memory", file "memory.max". */
int cgroup_limit(struct cgroup *c, const char *controller, const char *file,
		 const char *value);

/* In the child: move in.  Returns 0 or an errno. */
RARE int cgroup_enter(const struct cgroup *c);

/*
 * Nothing is left of it, if nobody lives in it.  `last`: we are PID 1 and about to
 * end, so that whoever is left is about to be killed; then that is done first.
 */
RARE void cgroup_end(struct cgroup *c, bool last);

/* A number behind a name in a file of a cgroup, or alone in it; 0 if absent. */
uint64_t cgroup_count(int dir, const char *file, const char *name);

#endif
