/*
 * The program's output, in a file that does not grow beyond a limit.
 *
 *	program --- pipe ---> init ---> FILE, and when that is full, FILE.1
 *
 * The program never waits for a disk: what cannot be written is read all the
 * same, and counted as lost.  The pipe stays the same through any number of
 * starts.  The kernel says by SIGIO that there is something to read.
 */
#ifndef PID1_SUPERVISE_OUTPUT_H
#define PID1_SUPERVISE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct output {
	int in, out;      /* the pipe: what init reads, what others write */
	int file;         /* -1: could not be opened just now */
	int folder;       /* what path is relative to */
	const char *path; /* NULL: output is not kept */
	uint64_t limit;   /* bytes in a file; 0: none */
	uint64_t size;    /* of this one */
	uint64_t written, lost, turned;
};

/* Returns 0 or an errno. */
int output_open(struct output *o, int folder, const char *path, uint64_t limit);

/* The pipe was open before; only the file is not. */
void output_resume(struct output *o);

/*
 * Take what is there, and write it; not for ever.  Returns whether something
 * may be left.
 */
bool output_drain(struct output *o);

#endif
