/*
 * What a process runs: its program's name, and its address space.
 *
 * So far an address space knows how many share it, how many of its pages have
 * been touched, and the most that ever were (Linux: mm_struct's rss and
 * hiwater_rss).  fork copies it, CLONE_VM shares it, execve and exit let it go.
 * Real programs, and what is mapped where, come with the ELF loader.
 *
 * Locking: users is atomic; pages and most are touched by threads that share
 * the space, and are atomic too.
 */
#ifndef LOADER_SPACE_H
#define LOADER_SPACE_H

#include <stdint.h>

#include "base/ground.h"

enum { PAGE_KIB = 4, NAME_SIZE = 16 };

struct space {
	int users;             /* threads */
	int seen;              /* 0; for the walk of kith_check() */
	uint64_t pages, most;  /* touched now, and at most */
	struct ground *ground; /* (c) */
};

struct space *space_new(struct ground *g); /* NULL if memory is missing */
struct space *space_copy(struct space *s);
struct space *space_share(struct space *s);
void space_put(struct space *s); /* NULL is fine */

void space_touch(struct space *s, uint64_t pages);
uint64_t space_most_kib(const struct space *s);

/*
 * What execve makes of a path, as long as every name is a program (Linux:
 * getname(), do_open_execat()): 0 and the name that the thread will have, or
 * -ENOENT for an empty path, -ENAMETOOLONG, -EACCES for a directory, -ENOTDIR
 * for a program with a slash after it.
 */
int program_name(const char *path, char name[NAME_SIZE]);

#endif
