#include "pid1/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/files.h"
#include "pid1/names.h"

/* --- files with lines of fields --------------------------------------------
 */

struct file {
	int fd;
	bool failed;
	size_t used, at;
	char text[16384];
};

static char *end_of(char *line, size_t len)
{
	for (; len; line++, len--)
		if (*line == '\n')
			return line;
	return NULL;
}

/*
 * The next line, without its end, which the last one may lack; NULL after that.  One
 * that is longer than the text there is room for comes in pieces.
 */
static char *next_line(struct file *f)
{
	char *end, *line;
	ssize_t n;

	for (;;) {
		line = f->text + f->at;
		end = end_of(line, f->used - f->at);
		if (end) {
			*end = '\0';
			f->at = (size_t)(end + 1 - f->text);
			return line;
		}
		memmove(f->text, line, f->used -= f->at);
		f->at = 0;
		n = read(f->fd, f->text + f->used,
			 sizeof(f->text) - 1 - f->used);
		f->failed |= n < 0;
		if (n <= 0 && !f->used)
			return NULL;
		if (n <= 0)
			f->text[f->used] = '\n';
		f->used += n > 0 ? (size_t)n : 1;
	}
}

static bool open_file(struct file *f, const char *path)
{
	f->fd = open_at(AT_FDCWD, path, O_RDONLY);
	f->used = f->at = 0;
	f->failed = false;
	return f->fd >= 0;
}

/* Cut the line at its colons; what is missing is "". */
static void cut(char *line, char *field[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		field[i] = line;
		line += before(line, ":");
		if (*line)
			*line++ = '\0';
	}
}

static bool read_id(const char *text, size_t len, uint32_t *id)
{
	uint64_t n;

	/* The last of all numbers means nobody. */
	if (!read_number(text, len, UINT32_MAX - 1, &n))
		return false;
	*id = (uint32_t)n;
	return true;
}

static bool is(const char *field, const char *text, size_t len)
{
	return strlen(field) == len && memcmp(field, text, len) == 0;
}

/* name:x:number:...: the line whose name or number this is. */
static bool look_up(const char *path, const char *text, size_t len,
		    char name[64], uint32_t *id, uint32_t *next)
{
	struct file f;
	char *line, *field[4];
	bool found = false;

	if (!open_file(&f, path))
		return false;
	while (!found && (line = next_line(&f))) {
		cut(line, field);
		found = (is(field[0], text, len) || is(field[2], text, len)) &&
			read_id(field[2], strlen(field[2]), id) &&
			(!next || read_id(field[3], strlen(field[3]), next)) &&
			strlen(field[0]) < 64;
		if (found)
			memcpy(name, field[0], strlen(field[0]) + 1);
	}
	close(f.fd);
	return found;
}

static const char unreadable[] = "has groups that cannot be read";
static const char too_many[] = "has too many groups";

/* Is the name in the list, with commas? */
static bool listed(const char *list, const char *name)
{
	size_t len;

	for (; *list; list += len + (list[len] == ',')) {
		len = before(list, ",");
		if (is(name, list, len))
			return true;
	}
	return false;
}

/* Without some of them it would be no start, but a riddle. */
static const char *add_memberships(struct ids *ids, const char *name)
{
	struct file f;
	char *line, *field[4];
	gid_t gid;

	if (!open_file(&f, "/etc/group"))
		return errno == ENOENT ? NULL : unreadable;
	while ((line = next_line(&f))) {
		cut(line, field);
		if (!listed(field[3], name) ||
		    !read_id(field[2], strlen(field[2]), &gid) ||
		    gid == ids->gid)
			continue;
		if (ids->n == MAX_GROUPS)
			break;
		ids->group[ids->n++] = gid;
	}
	close(f.fd);
	return line ? too_many : f.failed ? unreadable : NULL;
}

/* --- what was asked for ---------------------------------------------------- */

static bool find_group(const char *text, size_t len, gid_t *gid)
{
	char name[64];

	return read_id(text, len, gid) ||
	       look_up("/etc/group", text, len, name, gid, NULL);
}

static const char *find_groups(const char *text, struct ids *ids)
{
	gid_t *to = &ids->gid;
	size_t len;

	for (;; text += len + 1) {
		len = before(text, ",");
		if (!find_group(text, len, to))
			return "has a group that is not known";
		if (!text[len])
			return NULL;
		if (ids->n == MAX_GROUPS)
			return too_many;
		to = &ids->group[ids->n++];
	}
}

const char *ids_find(const char *text, struct ids *ids)
{
	size_t len = before(text, ":");
	char name[64];
	bool known =
		look_up("/etc/passwd", text, len, name, &ids->uid, &ids->gid);

	ids->n = 0;
	if (!known && !read_id(text, len, &ids->uid))
		return "is no user that is known";
	if (text[len])
		return find_groups(text + len + 1, ids);
	if (!known)
		return "is not in /etc/passwd, and has no group";
	return add_memberships(ids, name);
}

/*
 * Not by the functions of the C library, which would tell it to threads: there
 * are none, and the memory is init's.
 */
#ifdef SYS_setresuid32
#define SETGROUPS SYS_setgroups32
#define SETGID    SYS_setresgid32
#define SETUID    SYS_setresuid32
#else
#define SETGROUPS SYS_setgroups
#define SETGID    SYS_setresgid
#define SETUID    SYS_setresuid
#endif

int ids_take(const struct ids *ids)
{
	if (syscall(SETGROUPS, ids->n, ids->group) < 0 ||
	    syscall(SETGID, ids->gid, ids->gid, ids->gid) < 0 ||
	    syscall(SETUID, ids->uid, ids->uid, ids->uid) < 0)
		return errno;
	return 0;
}
