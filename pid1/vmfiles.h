/*
 * Finding and reading what vmconf.h understands.
 *
 * All files are opened without waiting: a pipe or a device in the place of one
 * is refused, not waited for.  Nothing is given back; what is read, and the store
 * that it is understood in, is kept as long as the program's arguments.
 */
#ifndef PID1_VMFILES_H
#define PID1_VMFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "pid1/vmconf.h"

#define VM_CONTAINER_CMD "/container.cmd"
#define VM_CONTAINER_ENV "/container.env"
#define VM_IMAGE_CONFIG  "/container.oci"

/* A file, read whole, with a NUL behind it; text is NULL if it was not there. */
struct vm_text {
	char *text;
	size_t len;
	const char
		*why; /* it could not be read; NULL if it is just not there */
};

/* At most VM_MAX_FILE bytes; of what has more, nothing. */
struct vm_text vmfiles_read(const char *path);

/*
 * All of it, from the environment, this command line (a file; NULL: there is
 * none) and what it names.  With `program` a program is known already.  False:
 * c->wrong says why.
 */
bool vmfiles_gather(struct vm_conf *c, const char *line, bool program);

/* Which file the image's config is. */
const char *vmfiles_image(const struct vm_conf *c);

#endif
