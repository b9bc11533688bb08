/*
 * The descriptor table, thin: which numbers are open, which of them close on
 * exec, and what they refer to.
 *
 * A table is shared by CLONE_FILES, copied by fork, and made private by
 * execve, which then closes what is marked (EXE-07).  The objects that
 * descriptors refer to belong to the folders below; so far there is one kind,
 * the console that an init finds open at 0, 1 and 2.
 *
 * Locking: one table may be used by several threads at once in a shared
 * machine; (t) is guarded by the table's own lock, of the rank of actions.
 */
#ifndef PROCESS_FILES_H
#define PROCESS_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ground.h"
#include "base/lock.h"

enum {
	FILES_MAX = 1024, /* RLIMIT_NOFILE, as Linux starts with */
	FILES_FEW = 8,    /* that need no memory of their own */
};

enum file_kind { FILE_NONE, FILE_CONSOLE };

struct file_slot {
	uint8_t kind; /* enum file_kind */
	bool on_exec; /* FD_CLOEXEC */
};

struct files {
	int users;               /* threads that share it; atomic */
	int seen;                /* 0; for the walk of kith_check() */
	struct ground *ground;   /* (c) */
	struct lock lock;        /* RANK_ACTION */
	int room;                /* (t) slots there is memory for */
	struct file_slot *slots; /* (t) few, or more elsewhere */
	struct file_slot few[FILES_FEW];
};

/* All of these return NULL, or -ENOMEM, if memory is missing. */
struct files *files_new(struct ground *g);
struct files *files_copy(struct files *f);
struct files *files_share(struct files *f);
void files_put(struct files *f); /* NULL is fine */
void files_close_on_exec(struct files *f);

/* 0 or more, or -EBADF, -EMFILE, -ENOMEM, -EINVAL; fcntl(2). */
int file_open(struct files *f, enum file_kind kind);
int file_close(struct files *f, int64_t fd);
int file_dup(struct files *f, int64_t fd, int64_t lowest, bool on_exec);
int file_get_on_exec(struct files *f, int64_t fd);
int file_set_on_exec(struct files *f, int64_t fd, bool on_exec);

/* For invariants and hashes: the slots, as bytes. */
size_t files_bytes(const struct files *f);

#endif
