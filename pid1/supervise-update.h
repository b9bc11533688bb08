/*
 * Init replaces itself, without letting go of anything.
 *
 *	FILE.new, FILE.new.sha256     lie beside FILE, which init was run from
 *	   | the digest is right
 *	   v
 *	FILE -> FILE.old, FILE.new -> FILE
 *	   |
 *	   v
 *	exec: the same process, so the same pid, the same children, the signals
 *	that are waiting; the descriptors that are to stay; and what init knows,
 *	in a sealed memfd whose number is in KITH_INIT_STATE
 *
 * What is executed is the file whose bytes were looked at, by its descriptor.  If
 * that fails, FILE.old is put back, and life goes on as before.
 */
#ifndef PID1_SUPERVISE_UPDATE_H
#define PID1_SUPERVISE_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPDATE_STATE "KITH_INIT_STATE"

/*
 * Put FILE.new in the place of `self`.  `digest` is what it must have; NULL: what
 * FILE.new.sha256 says.  Returns a descriptor of it, or -1 and says why not.
 */
int update_install(const char *self, const uint8_t *digest, const char **why);

/* Put back what update_install() replaced. */
void update_undo(const char *self);

/*
 * Become the file of this descriptor, with `size` bytes of state; the n
 * descriptors stay open.  Returns only if it could not be, with an errno.
 */
int update_exec(int file, char **argv, char **env, const void *state,
		size_t size, const int *kept, int n);

/*
 * Are we what somebody became?  Then his state is filled in, and the variable is
 * taken out of the environment.  Of one who knew less, the rest is zero.
 */
bool update_resumed(void *state, size_t size);

#endif
