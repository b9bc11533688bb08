#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/fuzz.h"
#include "sim/sim.h"

enum {
	USUAL_PROGRAMS = 100,
	USUAL_STEPS = 200,
	MOST_STEPS = 100000,
};

/* --- options -------------------------------------------------------------- */

static bool whole_number(const char *text, char end, uint64_t max, uint64_t *n,
			 const char **rest)
{
	char *behind;

	errno = 0;
	*n = strtoull(text, &behind, 10);
	*rest = behind + 1;
	return !errno && *text >= '0' && *text <= '9' && *behind == end &&
	       *n >= 1 && *n <= max;
}

static const char *const family_names[] = {
#define FAMILY(name, weight) #name,
#include <kith/calls.def>
};

/* Which family's name it is, if there are calls in it; else -1. */
static int family_called(const char *name, size_t len)
{
	for (int nr = 0; nr < KITH_NR_CALLS; nr++) {
		const char *other = family_names[kith_row(nr)->family];

		if (strlen(other) == len && !memcmp(other, name, len))
			return kith_row(nr)->family;
	}
	return -1;
}

/*
 * Three of four calls are of the families asked for; without some births and
 * deaths, which are the first family, they would have nobody to be about.
 */
static bool read_families(const char *list, unsigned *weight)
{
	memset(weight, 0, KITH_NR_FAMILIES * sizeof(*weight));
	weight[0] = 1;
	while (true) {
		size_t len = strcspn(list, ",");
		int family = family_called(list, len);

		if (family < 0)
			return false;
		weight[family] = 3;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

static const char *no_such_family(void)
{
	static char text[200] = "families are";
	bool there[KITH_NR_FAMILIES] = { false };

	for (int nr = 0; nr < KITH_NR_CALLS; nr++)
		there[kith_row(nr)->family] = true;
	for (int i = 0; i < KITH_NR_FAMILIES; i++)
		if (there[i]) {
			strcat(text, " ");
			strcat(text, family_names[i]);
		}
	strcat(text, ", joined by commas; not ");
	return text;
}

const char *fuzz_option(struct fuzz_options *fuzz, int letter, const char *arg)
{
	unsigned weight[KITH_NR_FAMILIES];
	const char *rest;

	switch (letter) {
	case 'p':
		return whole_number(arg, '\0', UINT32_MAX, &fuzz->programs,
				    &rest)
			       ? NULL
			       : "not a number of programs: ";
	case 'n':
		return whole_number(arg, '\0', MOST_STEPS, &fuzz->steps, &rest)
			       ? NULL
			       : "not a number of steps, 1 to 100000: ";
	case 'j':
		return whole_number(arg, '\0', MOST_JOBS, &fuzz->jobs, &rest)
			       ? NULL
			       : "not a number of jobs, 1 to 256: ";
	case 'S':
		return whole_number(arg, '/', UINT32_MAX, &fuzz->shard,
				    &rest) &&
				       whole_number(rest, '\0', UINT32_MAX,
						    &fuzz->shards, &rest) &&
				       fuzz->shard <= fuzz->shards
			       ? NULL
			       : "a shard is I/N, 1/N to N/N, not ";
	case 'F':
		fuzz->family = arg;
		return read_families(arg, weight) ? NULL : no_such_family();
	case 'o':
		fuzz->out = arg;
		return *arg ? NULL : "--out wants a folder, not nothing";
	default:
		fuzz->model_only = true;
		return NULL;
	}
}

static uint64_t fresh_seed(void)
{
	uint32_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint32_t)getpid();
	printf("seed %u\n", (unsigned)seed);
	return seed;
}

static void read_options(struct fuzzing *f, const struct options *options)
{
	static const unsigned usual[] = {
#define FAMILY(name, weight) weight,
#include <kith/calls.def>
	};
	const struct fuzz_options *o = &options->fuzz;
	long cpus;

	memcpy(f->habits.weight, usual, sizeof(usual));
	if (o->family)
		read_families(o->family, f->habits.weight);
	f->seed = options->has_seed ? options->seed : fresh_seed();
	f->programs = o->programs ? (unsigned)o->programs : USUAL_PROGRAMS;
	f->habits.steps = o->steps ? (unsigned)o->steps : USUAL_STEPS;
	f->shard = o->shards ? (unsigned)o->shard : 1;
	f->shards = o->shards ? (unsigned)o->shards : 1;
	f->out = o->out;
	f->engine = o->model_only ? &engine_alone : &engine_pair;
	f->habits.any_machine = o->model_only;
	f->patience = o->model_only ? 5000 : 400;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	f->jobs = o->jobs ? (unsigned)o->jobs : cpus > 0 ? (unsigned)cpus : 1;
	if (f->jobs > MOST_JOBS)
		f->jobs = MOST_JOBS;
}

int cmd_fuzz(const struct options *options, int words, char **word)
{
	struct fuzzing f = { 0 };

	if (words) {
		fprintf(stderr, "kith fuzz: it takes no files, such as %s\n",
			word[0]);
		return USAGE;
	}
	if (options->fuzz.out && mkdir(options->fuzz.out, 0777) &&
	    errno != EEXIST) {
		fprintf(stderr, "kith fuzz: %s: %s\n", options->fuzz.out,
			strerror(errno));
		return USAGE;
	}
	read_options(&f, options);
	return fuzz(&f);
}
