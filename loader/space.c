#include "loader/space.h"

#include <errno.h>
#include <string.h>

#include "base/ref.h"

struct space *space_new(struct ground *g)
{
	struct space *s = ground_alloc(g, struct space);

	if (s) {
		s->users = 1;
		s->ground = g;
	}
	return s;
}

struct space *space_copy(struct space *s)
{
	struct space *copy = space_new(s->ground);

	if (copy) {
		copy->pages = __atomic_load_n(&s->pages, __ATOMIC_RELAXED);
		copy->most = copy->pages;
	}
	return copy;
}

struct space *space_share(struct space *s)
{
	ref_get(s->ground, &s->users);
	return s;
}

void space_put(struct space *s)
{
	if (s && ref_put(s->ground, &s->users))
		ground_free(s->ground, s);
}

void space_touch(struct space *s, uint64_t pages)
{
	uint64_t now = __atomic_add_fetch(&s->pages, pages, __ATOMIC_RELAXED);
	uint64_t most = __atomic_load_n(&s->most, __ATOMIC_RELAXED);

	while (now > most &&
	       !__atomic_compare_exchange_n(&s->most, &most, now, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

uint64_t space_most_kib(const struct space *s)
{
	return __atomic_load_n(&s->most, __ATOMIC_RELAXED) * PAGE_KIB;
}

int program_name(const char *path, char name[NAME_SIZE])
{
	size_t len = strnlen(path, 4096), part;
	const char *last = path;

	if (len == 0)
		return -ENOENT;
	if (len == 4096)
		return -ENAMETOOLONG;
	for (const char *p = path; *p; p += part + strspn(p + part, "/")) {
		part = strcspn(p, "/");
		if (part > 255)
			return -ENAMETOOLONG;
		if (part > 0)
			last = p;
	}
	part = strcspn(last, "/");
	if (part == 0 || (part == 1 && last[0] == '.') ||
	    (part == 2 && last[0] == '.' && last[1] == '.'))
		return -EACCES;
	if (path[len - 1] == '/')
		return -ENOTDIR;
	memset(name, 0, NAME_SIZE);
	memcpy(name, last, part < NAME_SIZE ? part : NAME_SIZE - 1);
	return 0;
}
