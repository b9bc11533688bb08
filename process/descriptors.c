/*
 * dup, close, fcntl: as much of descriptors as close-on-exec needs.
 */
#include <errno.h>

#include "process/process.h"

enum outcome sys_dup(struct thread *t)
{
	return done(t, file_dup(t->files, (int)t->op.arg[0], 0, false));
}

enum outcome sys_close(struct thread *t)
{
	return done(t, file_close(t->files, (int)t->op.arg[0]));
}

enum outcome sys_fcntl(struct thread *t)
{
	int fd = (int)t->op.arg[0], arg = (int)t->op.arg[2];

	switch (t->op.arg[1]) {
	case KITH_F_DUPFD:
		return done(t, file_dup(t->files, fd, arg, false));
	case KITH_F_DUPFD_CLOEXEC:
		return done(t, file_dup(t->files, fd, arg, true));
	case KITH_F_GETFD:
		return done(t, file_get_on_exec(t->files, fd));
	case KITH_F_SETFD:
		return done(t, file_set_on_exec(t->files, fd,
						arg & KITH_FD_CLOEXEC));
	default:
		return done(t, -EINVAL);
	}
}
