/*
 * Files and folders, by the few plain calls that are needed: the C libraries'
 * know of more, and are longer.
 */
#ifndef PID1_FILES_H
#define PID1_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As openat(2), to be closed by exec, and readable by all if it is created. */
int open_at(int folder, const char *name, int flags);

/* The text of a small file in a folder, and its length; or "", and -1. */
ssize_t slurp(int folder, const char *name, char *text, size_t size);

/* Does /proc show our pid namespace, where we are `self`?  Another's tells of strangers. */
bool proc_is_ours(pid_t self);

/*
 * The numbers that a folder of /proc has for names: processes, descriptors.  Calls
 * each(what, n) for every one, in the order of /proc, until it returns false.  What
 * is looked at may change meanwhile.  Returns 0, or an errno: ENOMEM if each() did
 * not want to go on.
 */
int numbers_in(int folder, bool (*each)(void *what, int n), void *what);

/* That of this number, opened as a folder: a descriptor, or -1. */
int number_open(int folder, int n);

#endif
