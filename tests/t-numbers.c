/*
 * The table of numbers: against a bitmap.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "namespace/numbers.h"
#include "tests/rig.h"

static struct ground ground;
static struct numbers numbers;
static unsigned char *taken; /* 0, 1, or 2: published, too */
static char things[8];

static void begin(void)
{
	ground = (struct ground){ .memory = memory_new(0, false) };
	numbers_init(&numbers, &ground);
	taken = calloc(NUMBERS_LIMIT + 1, 1);
}

static void end(const char *claim)
{
	numbers_destroy(&numbers);
	grace_end(&ground);
	is((long)ground.memory->blocks, 0, "%s: nothing is left", claim);
	memory_destroy(ground.memory);
	free(taken);
}

static void *thing_of(int nr)
{
	return &things[nr % 8];
}

/* One thing done to nr, in both; false if they do not agree. */
static bool change(int nr)
{
	int err;

	if (taken[nr] == 2) {
		numbers_release(&numbers, nr);
		taken[nr] = 0;
		return numbers_find(&numbers, nr) == NULL;
	}
	if (taken[nr] == 1) {
		if (numbers_find(&numbers, nr))
			return false;
		numbers_publish(&numbers, nr, thing_of(nr));
		taken[nr] = 2;
		return numbers_find(&numbers, nr) == thing_of(nr) &&
		       numbers_reserve(&numbers, nr) == -EEXIST;
	}
	err = numbers_reserve(&numbers, nr);
	taken[nr] = 1;
	return err == 0 && numbers_reserve(&numbers, nr) == -EEXIST;
}

static int expected_free(int min, int max)
{
	for (int nr = min; nr < max; nr++)
		if (!taken[nr])
			return nr;
	return -1;
}

static int expected_next(int nr)
{
	for (nr = nr < 0 ? 0 : nr; nr < NUMBERS_LIMIT; nr++)
		if (taken[nr] == 2)
			return nr;
	return -1;
}

static bool looks_right(unsigned *seed, int spread)
{
	int min = rand_r(seed) % spread, max = min + rand_r(seed) % spread;
	int nr = rand_r(seed) % spread;
	void *thing = NULL;

	if (max > NUMBERS_LIMIT)
		max = NUMBERS_LIMIT;
	if (numbers_free_from(&numbers, min, max) != expected_free(min, max))
		return false;
	if (numbers_next(&numbers, nr, &thing) != expected_next(nr))
		return false;
	return expected_next(nr) < 0 || thing == thing_of(expected_next(nr));
}

static void it_is_a_bitmap(unsigned seed, int spread, int changes)
{
	unsigned wrong = 0;
	unsigned s = seed;

	begin();
	changes = rounds(changes);
	for (int i = 0; i < changes; i++) {
		wrong += !change(rand_r(&s) % spread);
		if (i % (spread > 100000 ? 64 : 16) == 0)
			wrong += !looks_right(&s, spread);
		grace_end(&ground);
		wrong += numbers_nodes(&numbers) != ground.memory->blocks;
	}
	is(wrong, 0, "%d changes below %d, seed %u", changes, spread, seed);
	for (int nr = 0; nr < spread; nr++)
		while (taken[nr] && change(nr))
			;
	grace_end(&ground);
	ok(ground.memory->blocks <= NUMBERS_LEVELS,
	   "empty again, only the way to one leaf is left");
	end("a bitmap");
}

/* The limits of leaves and nodes, one full after the other. */
static void full_nodes_are_passed_over(void)
{
	static const int ends[] = { 1, 63, 64, 65, 4095, 4096, 4097, 5000 };
	unsigned wrong = 0;

	begin();
	for (int nr = 0, i = 0; nr < 5000; nr++) {
		change(nr);
		if (nr + 1 != ends[i])
			continue;
		wrong +=
			numbers_free_from(&numbers, 0, NUMBERS_LIMIT) != nr + 1;
		wrong += numbers_free_from(&numbers, 0, nr + 1) != -1;
		wrong += numbers_free_from(&numbers, nr, nr + 2) != nr + 1;
		i++;
	}
	is(wrong, 0, "a run of taken numbers, and the first free one after it");
	for (int nr = 0; nr < 5000; nr += 777) {
		change(nr);
		change(nr);
		wrong += numbers_free_from(&numbers, 0, NUMBERS_LIMIT) != nr;
		change(nr);
	}
	is(wrong, 0, "one released in the middle is found at once");
	end("full nodes");
}

static void the_last_number_is_one_too(void)
{
	const int last = NUMBERS_LIMIT - 1;
	void *thing = NULL;

	begin();
	is(numbers_free_from(&numbers, last, NUMBERS_LIMIT), last,
	   "in an empty table the last number is free");
	change(last);
	change(last);
	is(numbers_free_from(&numbers, last, NUMBERS_LIMIT), -1,
	   "taken, there is none above");
	is(numbers_next(&numbers, 0, &thing), last, "and it is found from 0");
	is(numbers_next(&numbers, last + 1, &thing), -1, "not from above");
	ok(!numbers_find(&numbers, -1) && !numbers_find(&numbers, last + 1) &&
		   !numbers_find(&numbers, INT32_MAX),
	   "numbers that can't be are not found");
	is(numbers_next(&numbers, -5, &thing), last,
	   "a search from below 0 begins at 0");
	end("the last number");
}

static void an_empty_table_has_nothing(void)
{
	void *thing = NULL;

	begin();
	ok(!numbers_find(&numbers, 1) &&
		   numbers_next(&numbers, 0, &thing) == -1,
	   "nothing is found in it");
	is(numbers_free_from(&numbers, 1, NUMBERS_LIMIT), 1, "all is free");
	is((long)numbers_nodes(&numbers), 0, "and it takes no memory");
	end("an empty table");
}

/* The nth allocation fails, for a number that needs a new node at each level */
static void without_memory_nothing_has_changed(int there, int nr)
{
	unsigned wrong = 0, tries = 0;
	int err;

	begin();
	change(there);
	change(there);
	do {
		tries++;
		ground.memory->fail_at = ground.memory->allocations + tries;
		err = numbers_reserve(&numbers, nr);
		ground.memory->fail_at = 0;
		wrong += err != 0 && err != -ENOMEM;
		wrong += err && numbers_free_from(&numbers, nr, nr + 1) != nr;
		wrong += numbers_find(&numbers, there) != thing_of(there);
		grace_end(&ground);
		wrong += numbers_nodes(&numbers) != ground.memory->blocks;
		/* A neighbour comes and goes; that takes no nodes along. */
		ok(!numbers_reserve(&numbers, nr ^ 4096), "a neighbour of %d",
		   nr);
		numbers_release(&numbers, nr ^ 4096);
		grace_end(&ground);
		wrong += numbers_nodes(&numbers) != ground.memory->blocks;
	} while (err && tries < 10);
	is(wrong, 0, "%d is there, %d is wanted: %u tries", there, nr, tries);
	end("without memory");
}

/* The same at random: every change may fail. */
static void memory_may_fail_at_any_time(unsigned seed)
{
	unsigned wrong = 0, s = seed, failed = 0;
	int nr;

	begin();
	for (int i = 0; i < rounds(20000); i++) {
		nr = rand_r(&s) % 16 * (NUMBERS_LIMIT / 16) +
		     (rand_r(&s) & 4096);
		ground.memory->fail_at =
			ground.memory->allocations + rand_r(&s) % 4;
		if (taken[nr])
			wrong += !change(nr);
		else if (numbers_reserve(&numbers, nr) == 0)
			taken[nr] = 1;
		else
			failed++;
		grace_end(&ground);
		wrong += numbers_nodes(&numbers) != ground.memory->blocks;
		wrong += !!numbers_find(&numbers, nr) != (taken[nr] == 2);
	}
	ok(failed > 100 && !wrong, "%u changes failed, seed %u", failed, seed);
	end("failures");
}

int main(void)
{
	for (unsigned seed = 1; seed <= 4; seed++) {
		it_is_a_bitmap(seed, 100, 3000);
		it_is_a_bitmap(seed, 5000, 20000);
	}
	it_is_a_bitmap(5, 300000, 20000);
	it_is_a_bitmap(6, NUMBERS_LIMIT, 2000);
	full_nodes_are_passed_over();
	the_last_number_is_one_too();
	an_empty_table_has_nothing();
	without_memory_nothing_has_changed(1, 2);
	without_memory_nothing_has_changed(1, 100);
	without_memory_nothing_has_changed(1, 10000);
	without_memory_nothing_has_changed(1, 1000000);
	for (unsigned seed = 1; seed <= 3; seed++)
		memory_may_fail_at_any_time(seed);
	return done_testing();
}
