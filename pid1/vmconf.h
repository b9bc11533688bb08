/*
 * What the first process of a machine is told: by the kernel's command line and
 * by files in the image.  Texts go in, a configuration comes out; nothing here
 * opens, mounts or prints.
 *
 *	what                      environment   folder   program
 *	the kernel's own words      1
 *	an OCI image config         2             1         4
 *	/container.env              3             2
 *	metadata=FILE               4             3         3
 *	/container.cmd                                      2
 *	env.K=V, workdir=, --       5             4         1
 *	                          the last  the last   the first
 *
 * The three files but the image config are those of metald-init, and so are the
 * rules about what may stand in them: see vmrules.h.  An error in a file that
 * only adds to the environment is told of and the file left out; one in what
 * was named on the command line, or in what is to be run, ends the start.
 *
 * Guarantees:
 *
 * A.	All that comes out points into the store, the texts or the environment
 *	it began with, which must stay.
 * B.	No value is ever part of a message: values may be secrets.
 * C.	The functions are called in the order in which they stand here; a text
 *	that is not there is just not given.
 */
#ifndef PID1_VMCONF_H
#define PID1_VMCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "pid1/vmjson.h"

enum {
	VM_MAX_ENV = 4096,         /* variables */
	VM_MAX_OWN = 64,           /* kith.NAME=VALUE */
	VM_MAX_FILE = 1024 * 1024, /* bytes of a file */
};

/* Something that is wrong, or only odd: "FILE:LINE:COLUMN: ABOUT WHY". */
struct vm_remark {
	const char *file;          /* or "the kernel's command line" */
	unsigned int line, column; /* 0: not known */
	const char *about; /* a name, from outside; "" if there is none */
	const char *why;
};

/* Who may name the program; of several, the highest. */
enum vm_rank { RANK_NONE, RANK_IMAGE, RANK_METADATA, RANK_COMMAND, RANK_LINE };

struct vm_own {
	const char *name, *value; /* value: NULL if there is none */
};

struct vm_conf {
	struct vm_store *store;
	void (*warn)(void *whom, const struct vm_remark *what);
	void *whom;
	struct vm_remark wrong; /* why a function returned false */

	char **env; /* ended by NULL after vmconf_end() */
	unsigned int n_env;
	char **program;                 /* NULL: nobody named one */
	enum vm_rank rank;              /* who did */
	const char *dir, *dir_from;     /* NULL: nobody named one */
	const char *metadata, *image;   /* files that the command line names */
	const char *user, *stop_signal; /* of the image config; or NULL */
	bool debug;
	bool metald; /* there was something of metald-init's */
	struct vm_own own[VM_MAX_OWN]; /* kith.NAME=VALUE */
	unsigned int n_own;

	struct vm_own late[VM_MAX_OWN * 2]; /* env.NAME=VALUE, until the end */
	unsigned int n_late;
	const char *line_dir;
};

/* With the environment that the kernel gave. */
bool vmconf_begin(struct vm_conf *c, char **environment);

/* The kernel's command line, which is changed; a newline may end it. */
bool vmconf_line(struct vm_conf *c, char *line);

/* The files, in this order, as far as they are there. */
bool vmconf_image(struct vm_conf *c, const char *file, const char *text,
		  size_t len);
bool vmconf_container_env(struct vm_conf *c, const char *text, size_t len);
bool vmconf_metadata(struct vm_conf *c, const char *text, size_t len);
bool vmconf_container_cmd(struct vm_conf *c, const char *text, size_t len);

/* What the command line said of the environment; PATH. */
bool vmconf_end(struct vm_conf *c);

#endif
