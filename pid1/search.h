/*
 * Finding the program, as execvp(3) does, and saying exactly why it cannot be
 * run.  Nothing here allocates, so that it can be done in a child that borrows
 * init's memory.
 */
#ifndef PID1_SEARCH_H
#define PID1_SEARCH_H

#include <stdbool.h>

#include "pid1/rare.h"

/*
 * Become argv[0], by the PATH of env.  With `try_shell` a file of no format that
 * the kernel knows is given to sh, as execvp() does.  Returns only with the reason
 * why not.
 */
int search_and_run(char **argv, char **env, bool try_shell);

/*
 * The reason, more exactly.  *torn: the file is there, and what it needs to run
 * is not.  A folder of PATH that is closed is no proof that it is in there.
 */
RARE int search_why_not(char **argv, char **env, int err, bool *torn);

/* The value of a variable in env, or NULL. */
const char *env_value(char **env, const char *name);

#endif
