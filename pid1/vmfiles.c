#include "pid1/vmfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_STORE = 128 << 20, LEAST_STORE = 1 << 20 };

extern char **environ;

static void *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * More than any text of the size that is allowed can want.  It is not used
 * before it is written to; a machine that counts it all the same gives less.
 */
static bool make_store(struct vm_store *s)
{
	s->failed = false;
	for (s->left = MOST_STORE; s->left >= LEAST_STORE; s->left /= 2) {
		s->at = pages(s->left);
		if (s->at)
			return true;
	}
	return false;
}

static int read_whole(int fd, struct vm_text *t)
{
	struct stat st;
	ssize_t n = 0;

	if (fstat(fd, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	if (st.st_size > VM_MAX_FILE)
		return EFBIG;
	/* A file of the kernel's says 0 and has more. */
	t->text = pages(VM_MAX_FILE + 2);
	if (!t->text)
		return ENOMEM;
	while (t->len <= VM_MAX_FILE &&
	       (n = read(fd, t->text + t->len, VM_MAX_FILE + 1 - t->len)) > 0)
		t->len += (size_t)n;
	if (n < 0)
		return errno;
	return t->len > VM_MAX_FILE ? EFBIG : 0;
}

static const char *in_words(int error)
{
	return error == EFBIG    ? "is longer than 1 MiB"
	       : error == EINVAL ? "is no plain file"
				 : strerror(error);
}

struct vm_text vmfiles_read(const char *path)
{
	struct vm_text t = { .text = NULL };
	int error, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		if (errno != ENOENT)
			t.why = in_words(errno);
		return t;
	}
	error = read_whole(fd, &t);
	close(fd);
	if (error) {
		t.text = NULL;
		t.why = in_words(error);
	}
	return t;
}

const char *vmfiles_image(const struct vm_conf *c)
{
	return c->image ? c->image : VM_IMAGE_CONFIG;
}

/* A file that need not be there, unless somebody named it. */
static bool fetch(struct vm_conf *c, const char *path, bool named,
		  struct vm_text *t)
{
	*t = vmfiles_read(path);
	if (!t->why && (t->text || !named))
		return true;
	c->wrong =
		(struct vm_remark){ .file = path,
				    .about = "",
				    .why = t->why ? t->why : "is not there" };
	return false;
}

static bool gather_line(struct vm_conf *c, const char *line)
{
	struct vm_text t;

	if (!line)
		return true;
	if (fetch(c, line, true, &t))
		return vmconf_line(c, t.text);
	c->warn(c->whom, &c->wrong);
	return true;
}

static bool gather_image(struct vm_conf *c)
{
	const char *path = vmfiles_image(c);
	struct vm_text t;

	if (!fetch(c, path, c->image, &t))
		return false;
	return !t.text || vmconf_image(c, path, t.text, t.len);
}

/* As with metald-init, this one does not end the start. */
static bool gather_container_env(struct vm_conf *c)
{
	struct vm_text t;

	if (!fetch(c, VM_CONTAINER_ENV, false, &t))
		c->warn(c->whom, &c->wrong);
	return !t.text || vmconf_container_env(c, t.text, t.len);
}

static bool gather_metadata(struct vm_conf *c)
{
	struct vm_text t;

	if (!c->metadata)
		return true;
	return fetch(c, c->metadata, true, &t) &&
	       vmconf_metadata(c, t.text, t.len);
}

static bool gather_container_cmd(struct vm_conf *c)
{
	struct vm_text t;

	if (c->rank > RANK_COMMAND)
		return true;
	if (!fetch(c, VM_CONTAINER_CMD, false, &t))
		return false;
	return !t.text || vmconf_container_cmd(c, t.text, t.len);
}

bool vmfiles_gather(struct vm_conf *c, const char *line, bool program)
{
	make_store(c->store); /* one without anything in it is told of */
	if (!vmconf_begin(c, environ) || !gather_line(c, line))
		return false;
	if (program)
		c->rank = RANK_LINE;
	return gather_image(c) && gather_container_env(c) &&
	       gather_metadata(c) && gather_container_cmd(c) && vmconf_end(c);
}
