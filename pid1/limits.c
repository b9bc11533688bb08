#include "pid1/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/names.h"

enum { NO_RLIMIT = -1 };

static const struct kind {
	char name[12];
	int8_t rlimit;
	bool cgroup;
} kinds[] = {
	{ "memory", RLIMIT_DATA, true },
	{ "pids", RLIMIT_NPROC, true },
	{ "cpu", NO_RLIMIT, true },
	{ "as", RLIMIT_AS, false },
	{ "core", RLIMIT_CORE, false },
	{ "cputime", RLIMIT_CPU, false },
	{ "data", RLIMIT_DATA, false },
	{ "fsize", RLIMIT_FSIZE, false },
	{ "memlock", RLIMIT_MEMLOCK, false },
	{ "nofile", RLIMIT_NOFILE, false },
	{ "nproc", RLIMIT_NPROC, false },
	{ "stack", RLIMIT_STACK, false },
};

static const struct kind *kind_of(const struct limit *l)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == l->name_len &&
		    memcmp(kinds[i].name, l->name, l->name_len) == 0)
			return &kinds[i];
	return NULL;
}

/* "512M", "unlimited". */
static bool read_amount(const char *text, size_t len, uint64_t *n)
{
	static const char units[] = "KMGT";
	const char *unit;

	if ((len == 9 && memcmp(text, "unlimited", 9) == 0) ||
	    (len == 3 && memcmp(text, "max", 3) == 0)) {
		*n = UINT64_MAX;
		return true;
	}
	unit = len ? find_character(units, text[len - 1]) : NULL;
	if (!unit)
		return read_number(text, len, INT64_MAX, n);
	if (!read_number(text, len - 1, INT64_MAX >> 40, n))
		return false;
	*n <<= 10 * (unit - units + 1);
	return true;
}

/* "1.5": in hundred thousandths of a cpu, which is what cpu.max counts in. */
static bool read_share(const char *text, uint64_t *n)
{
	uint64_t ns;

	/* As it happens, a share is written as a time in seconds is. */
	if (text[before(text, "nmush")] || !read_time(text, &ns) ||
	    ns < 10000000)
		return false;
	*n = ns / 10000;
	return true;
}

/* "soft", "soft:hard". */
static bool read_pair(const char *text, struct rlimit *r)
{
	size_t len = before(text, ":");
	uint64_t soft, hard;

	if (!read_amount(text, len, &soft))
		return false;
	hard = soft;
	if (text[len] &&
	    (!read_amount(text + len + 1, strlen(text + len + 1), &hard) ||
	     hard < soft))
		return false;
	r->rlim_cur = (rlim_t)soft;
	r->rlim_max = (rlim_t)hard;
	return true;
}

const char *limit_check(const struct limit *l)
{
	const struct kind *k = kind_of(l);
	struct rlimit r;
	uint64_t n;

	if (!k)
		return "is no limit that there is";
	if (k->rlimit == NO_RLIMIT)
		return read_share(l->value, &n) ? NULL : "is no share of cpu";
	if (k->cgroup)
		return read_amount(l->value, strlen(l->value), &n)
			       ? NULL
			       : "is no amount";
	return read_pair(l->value, &r) ? NULL : "is no amount";
}

bool limits_want_cgroup(const struct options *o)
{
	unsigned int i;

	for (i = 0; i < o->limits; i++)
		if (kind_of(&o->limit[i])->cgroup)
			return true;
	return false;
}

/* Copies it there, and returns where it ends. */
static char *append(char *to, const char *text)
{
	while ((*to = *text++))
		to++;
	return to;
}

static int write_one(const struct kind *k, const struct limit *l,
		     struct cgroup *c)
{
	char file[16], text[48] = "max";
	uint64_t n = UINT64_MAX;

	if (k->rlimit == NO_RLIMIT)
		read_share(l->value, &n);
	else
		read_amount(l->value, strlen(l->value), &n);
	if (n != UINT64_MAX)
		numbered(text, "", n);
	if (k->rlimit == NO_RLIMIT)
		append(text + strlen(text), " 100000"); /* microseconds */
	append(append(file, k->name), ".max");
	return cgroup_limit(c, k->name, file, text);
}

int limits_write(const struct options *o, struct cgroup *c, uint32_t *written,
		 const struct limit **which)
{
	unsigned int i;
	int err;

	*written = 0;
	for (i = 0; i < o->limits; i++) {
		const struct kind *k = kind_of(&o->limit[i]);

		*which = &o->limit[i];
		if (!k->cgroup)
			continue;
		err = c ? write_one(k, *which, c) : ENOENT;
		if (!err)
			*written |= UINT32_C(1) << i;
		else if (k->rlimit == NO_RLIMIT)
			return err;
	}
	return 0;
}

int limits_take(const struct options *o, uint32_t written)
{
	struct rlimit r;
	unsigned int i;

	for (i = 0; i < o->limits; i++) {
		if (written >> i & 1)
			continue;
		read_pair(o->limit[i].value, &r);
		if (syscall(SYS_prlimit64, 0, kind_of(&o->limit[i])->rlimit, &r,
			    NULL) < 0)
			return errno;
	}
	return 0;
}

const char *limit_place(const struct limit *l, bool has_cgroup)
{
	const struct kind *k = kind_of(l);

	if (k->cgroup && has_cgroup)
		return k->rlimit == NO_RLIMIT
			       ? "by a cgroup"
			       : "by a cgroup, or else an rlimit";
	return k->rlimit == NO_RLIMIT ? "nowhere" : "by an rlimit";
}
