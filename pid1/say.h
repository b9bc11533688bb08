/*
 * Saying a few words without stdio, which would be half of the program.
 *
 *	struct say s = SAY(2);
 *
 *	say_text(&s, "reaped ");
 *	say_number(&s, 3);
 *	say_end(&s);
 *
 * What is said goes out in one write(2) if it fits.
 */
#ifndef PID1_SAY_H
#define PID1_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct say {
	int fd;
	bool failed;
	size_t used;
	char text[1024];
};

/* The text is left alone: clearing it would touch a page for nothing. */
#define SAY(to) \
	{ \
		.fd = (to), .failed = false, .used = 0 \
	}

void say_text(struct say *s, const char *text);
void say_number(struct say *s, uint64_t n);
void say_seconds(struct say *s, uint64_t ns); /* 1.234567 */
void say_signed(struct say *s, int64_t n);
void say_signal(struct say *s, int sig);        /* SIGTERM, SIGRT_2 */
void say_ending(struct say *s, int status);     /* "exited with 3" */
void say_json(struct say *s, const char *text); /* with its quotes */
bool say_end(struct say *s);                    /* was all of it written? */

#endif
