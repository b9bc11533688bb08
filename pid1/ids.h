/*
 * Who the main child shall be.
 *
 *	1000:100,4,24	these numbers: user, group, further groups
 *	www-data	by /etc/passwd, with the groups of /etc/group
 *	1000		the same, if /etc/passwd knows it
 *	app:app		a group by its name, and no further ones
 *
 * A number that /etc/passwd does not know needs a group: to keep init's, which
 * is root's, would be no way to become somebody else.
 */
#ifndef PID1_IDS_H
#define PID1_IDS_H

#include <sys/types.h>

#include "pid1/rare.h"

enum { MAX_GROUPS = 256 };

struct ids {
	uid_t uid;
	gid_t gid;
	unsigned int n;
	gid_t group[MAX_GROUPS];
};

/* NULL, or what is wrong in a few words. */
RARE const char *ids_find(const char *text, struct ids *ids);

/* Become that: groups, group, user.  By plain calls.  Returns 0 or an errno. */
RARE int ids_take(const struct ids *ids);

#endif
