/*
 * What a plain run does not do.
 *
 * Most runs of an init start a program, sleep, and end.  What only some need is
 * a function of its own and marked RARE: then it is not expanded where it is
 * called, and the linker script puts it away from what all runs do (hot.ld),
 * whose few pages are then all that is read, mapped and resident.
 */
#ifndef PID1_RARE_H
#define PID1_RARE_H

#define RARE __attribute__((cold, noinline))

/* And a text that a plain run does read: it is not to lie among all the others. */
#define OFTEN(text) \
	({ \
		static const char often[] = text; \
		often; \
	})

#endif
