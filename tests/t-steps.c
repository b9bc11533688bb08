/*
 * Stepping back is exact, cheap in memory, and goes anywhere.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <kith/kith.h>

#include "sim/steps.h"
#include "tests/tap.h"

enum { ROUNDS = 200 };

static void write_script(FILE *f)
{
	int next = 3;

	fputs("1 fork() = 2\n2 prctl(PR_SET_CHILD_SUBREAPER, 1)\n", f);
	for (int i = 0; i < ROUNDS; i++, next += 2) {
		fprintf(f, "2 fork() = %d\n%d fork() = %d\n", next, next,
			next + 1);
		fprintf(f, "%d exit_group(%d)\n2 wait4(-1) = %d\n", next, i % 7,
			next);
		fprintf(f, "@ %d PPid: 2\n", next + 1);
		if (i % 3 == 0)
			continue; /* an orphan stays */
		fprintf(f, "2 wait4(%d) = %d\n%d exit_group(1)\n", next + 1,
			i % 3 == 1 ? next + 1 : 77777, next + 1);
	}
}

static struct steps *begin(struct script *script, bool micro, uint64_t seed)
{
	char path[] = "/tmp/kith-steps.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	struct steps *s = calloc(1, sizeof(*s));

	if (!f || !s)
		exit(1);
	write_script(f);
	fclose(f);
	s->run.micro = micro;
	if (script_read(script, path) || steps_begin(s, script, &seed))
		exit(1);
	unlink(path);
	return s;
}

static void end(struct steps *s, struct script *script)
{
	steps_end(s);
	script_free(script);
	free(s);
}

struct seen {
	uint64_t hash;
	size_t text, happened;
	unsigned failures;
};

static struct seen see(struct steps *s)
{
	return (struct seen){ kith_hash(s->run.machine), s->text.len,
			      s->history.count, s->run.now.failures };
}

static bool same(struct seen a, struct seen b)
{
	return a.hash == b.hash && a.text == b.text &&
	       a.happened == b.happened && a.failures == b.failures;
}

/* To step `to`, which has been seen, by whatever way leads there. */
static void travel(struct steps *s, size_t to)
{
	if (to < s->count)
		steps_back(s, to);
	while (s->count < to)
		steps_next(s, 0);
}

static void back_is_where_one_was(bool micro, uint64_t seed)
{
	struct script script;
	struct steps *s = begin(&script, micro, seed);
	struct seen *seen = calloc(ROUNDS * 40, sizeof(*seen));
	size_t n = 0, wrong = 0;
	char why[200];

	if (!seen)
		exit(1);
	do
		seen[n++] = see(s);
	while (n < ROUNDS * 40 && steps_next(s, 0) != -ENODATA);
	ok(seen[n - 1].failures > 50, "of %zu steps, some fail", n - 1);
	ok(s->nr_keys <= MOST_KEYS, "at most %d snapshots are kept", MOST_KEYS);
	for (size_t i = n - 1; i-- > 0;) {
		steps_back(s, i);
		wrong += !same(see(s), seen[i]);
	}
	ok(wrong == 0, "one by one, back to the beginning");
	srand((unsigned)seed + micro);
	for (int i = 0; i < 150; i++) {
		size_t to = (size_t)rand() % n;

		travel(s, to);
		wrong += !same(see(s), seen[to]);
	}
	ok(wrong == 0, "to and fro");
	ok(kith_check(s->run.machine, why, sizeof(why)),
	   "the machine is sound");
	free(seen);
	end(s, &script);
}

/* The one that has waited least, now and then, for all to see. */
static pid_t somebody(struct steps *s)
{
	pid_t tid[64];
	long n = kith_runnable(s->run.machine, tid, 64);

	return s->run.now.inside && n > 0 && n <= 64 && rand() % 2 ? tid[n - 1]
								   : 0;
}

static void what_was_picked_stays_picked(void)
{
	struct script script;
	struct steps *s = begin(&script, true, 7);
	struct seen *seen = calloc(ROUNDS * 40, sizeof(*seen));
	size_t n = 0, wrong = 0, picked = 0;
	pid_t pick;

	if (!seen)
		exit(1);
	srand(1);
	do {
		seen[n++] = see(s);
		pick = somebody(s);
		picked += pick != 0;
	} while (n < ROUNDS * 40 && steps_next(s, pick) != -ENODATA);
	ok(picked > 100, "%zu times somebody was picked", picked);
	while (s->count) {
		steps_back(s, s->count - 1);
		wrong += !same(see(s), seen[s->count]);
	}
	ok(wrong == 0, "which is so again on the way back");
	free(seen);
	end(s, &script);
}

static void one_may_choose(void)
{
	const struct kith_config config = { .micro = true };
	struct kith_machine *m = kith_new(&config);
	const struct kith_call fork_ = { .nr = KITH_FORK },
			       getpid_ = { .nr = KITH_GETPID };
	struct kith_result r;
	pid_t tid[4];

	kith_call(m, 1, &fork_);
	kith_run(m);
	is(kith_runnable(m, tid, 4), 0, "nobody can run");
	is(kith_step_thread(m, 0), 0, "and nobody does");
	kith_call(m, 1, &getpid_);
	kith_call(m, 2, &getpid_);
	is(kith_runnable(m, tid, 1), 2, "two can");
	is(tid[0], 1, "the first is the one that waits longest");
	is(kith_step_thread(m, 3), -EAGAIN, "a third cannot");
	is(kith_step_thread(m, 2), 2, "but the second may go first");
	is(kith_result(m, 2, &r), 0, "and has its result");
	is(kith_result(m, 1, &r), -EBUSY, "while the first waits");
	is(kith_step_thread(m, 0), 1, "who is chosen next");
	kith_free(m);
}

int main(void)
{
	back_is_where_one_was(false, 0);
	back_is_where_one_was(true, 0);
	back_is_where_one_was(true, 12345);
	what_was_picked_stays_picked();
	one_may_choose();
	return done_testing();
}
