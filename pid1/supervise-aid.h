/*
 * Helpers: the command that asks whether the program is healthy, the one that
 * tells it to come to an end.
 *
 * A command is words with blanks between them, without quoting, run directly: an
 * image need not have a shell.  It runs as init's own user, in a session of its
 * own, with the program's output and without input, and finds the program's pid
 * in KITH_MAIN_PID.
 */
#ifndef PID1_SUPERVISE_AID_H
#define PID1_SUPERVISE_AID_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

enum { AID_WORDS = 32, AID_TEXT = 1024 };

struct aid {
	char *argv[AID_WORDS + 1];
	char text[AID_TEXT];
	pid_t pid;      /* while it runs, or 0 */
	uint64_t until; /* then it is killed; UINT64_MAX: never */
};

/* Take the command apart.  NULL, or what is wrong with it. */
const char *aid_read(struct aid *a, const char *command);

/* What a child of init gets back, and where its output goes. */
struct aid_place {
	uint64_t mask;
	struct sigaction chld;
	char **env;
	int out; /* 1 and 2 */
};

/* Start it.  Returns 0, or an errno: a->pid says who it is. */
int aid_start(struct aid *a, const struct aid_place *p, pid_t main);

#endif
