/*
 * What a machine needs under its first program, and does not have: kernel file
 * systems where everybody looks for them, a few names, a console.
 *
 * Each is made only if it is not there: an image, an initramfs or another init
 * before us may have made it.  What cannot be made is told of and left; whether
 * the program can do without is for the program to find out.
 */
#ifndef PID1_VMMOUNT_H
#define PID1_VMMOUNT_H

#include <stdbool.h>

/* Told of what could not be done: to what, and an errno. */
typedef void vmmount_warn(const char *what, const char *where, int error);

/* /proc alone, which says where we are.  True if we mounted it just now. */
bool vmmount_proc(void);

/*
 * And all the rest.  Groups at the root can be given limits only if the whole
 * machine is ours.
 */
void vmmount_all(vmmount_warn *warn, bool whole_machine);

/*
 * Standard input, output and error, where they are closed: the console.  Where
 * they are the console already, by its name in the new /dev.
 */
void vmmount_console(void);

/* Everything that is on a disk: written out and, where it can be, taken off. */
void vmmount_off(void);

#endif
