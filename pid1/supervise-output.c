#include "pid1/supervise-output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pid1/ctl-socket.h"

enum { PIECE = 16384, PIECES = 8 };

static int open_file(struct output *o)
{
	struct stat st;

	o->file = openat(o->folder, o->path,
			 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
				 O_NONBLOCK,
			 0640);
	o->size = 0;
	if (o->file < 0)
		return errno;
	if (fstat(o->file, &st) == 0 && S_ISREG(st.st_mode))
		o->size = (uint64_t)st.st_size;
	return 0;
}

int output_open(struct output *o, int folder, const char *path, uint64_t limit)
{
	int p[2], err;

	o->folder = folder;
	o->path = path;
	o->limit = limit;
	err = open_file(o);
	if (err)
		return err;
	if (pipe2(p, O_CLOEXEC) < 0)
		return errno;
	o->in = p[0];
	o->out = p[1];
	ctl_tell_me(o->in);
	return 0;
}

void output_resume(struct output *o)
{
	open_file(o);
}

/* FILE becomes FILE.1, and whatever that was before is gone. */
static void turn(struct output *o)
{
	char old[PATH_MAX];
	size_t n = strlen(o->path);

	if (n + 3 > sizeof(old))
		return;
	memcpy(old, o->path, n);
	memcpy(old + n, ".1", 3);
	if (renameat(o->folder, o->path, o->folder, old) < 0)
		return;
	close(o->file);
	open_file(o);
	o->turned++;
}

static void put_piece(struct output *o, const char *text, size_t size)
{
	ssize_t n;

	if (o->limit && o->size && o->size + size > o->limit)
		turn(o);
	if (o->file < 0)
		open_file(o);
	for (; size; text += n, size -= (size_t)n) {
		n = o->file < 0 ? -1 : write(o->file, text, size);
		if (n <= 0)
			break;
		o->written += (uint64_t)n;
		o->size += (uint64_t)n;
	}
	o->lost += size;
}

/* As much as a whole file can take, whole lines of it if there is one. */
static size_t piece_of(const struct output *o, const char *text, size_t size)
{
	const char *end;

	if (!o->limit || size <= o->limit)
		return size;
	end = memrchr(text, '\n', o->limit);
	return end ? (size_t)(end - text) + 1 : o->limit;
}

static void put(struct output *o, const char *text, size_t size)
{
	size_t n;

	for (; size; text += n, size -= n) {
		n = piece_of(o, text, size);
		put_piece(o, text, n);
	}
}

bool output_drain(struct output *o)
{
	char text[PIECE];
	ssize_t n;
	int i;

	if (!o->path)
		return false;
	for (i = 0; i < PIECES; i++) {
		n = read(o->in, text, sizeof(text));
		if (n <= 0)
			return n < 0 && errno == EINTR;
		put(o, text, (size_t)n);
	}
	return true;
}
