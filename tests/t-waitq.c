/*
 * Wait queues.
 */
#include <stdlib.h>
#include <string.h>

#include "base/waitq.h"
#include "tests/tap.h"

enum { WAITERS = 20 };

static struct waiter waiter[WAITERS];
static char told[400];
static int wanted; /* the only one whom news concerns; -1: all */

static void note(struct waiter *w, void *news)
{
	int i = (int)(w - waiter);

	if (wanted < 0 || i == wanted)
		strcat(strcat(told, (char[]){ (char)('a' + i), 0 }), news);
}

static const char *wake(struct waitq *q, int whom)
{
	static char news[] = "!";

	wanted = whom;
	told[0] = '\0';
	waitq_wake(q, news);
	return told;
}

static void make(struct waitq *q)
{
	waitq_init(q);
	for (int i = 0; i < WAITERS; i++)
		waiter_init(&waiter[i], note);
}

static void all_are_asked_the_latest_first(void)
{
	struct waitq q;

	make(&q);
	is_str(wake(&q, -1), "", "nobody waits, nobody is asked");
	waitq_join(&q, &waiter[2]);
	waitq_join(&q, &waiter[0]);
	waitq_join(&q, &waiter[1]);
	is_str(wake(&q, -1), "b!a!c!", "the latest first");
	is_str(wake(&q, 0), "a!", "each decides for itself");
	is_str(wake(&q, -1), "b!a!c!", "asking takes nobody off the queue");
}

static void joining_and_leaving_twice_is_nothing(void)
{
	struct waitq q;

	make(&q);
	waitq_join(&q, &waiter[0]);
	waitq_join(&q, &waiter[1]);
	waitq_join(&q, &waiter[0]);
	is_str(wake(&q, -1), "b!a!",
	       "who joins twice waits once, at his place");
	waitq_leave(&waiter[0]);
	waitq_leave(&waiter[0]);
	is_str(wake(&q, -1), "b!", "who leaves is gone");
	waitq_leave(&waiter[5]);
	waitq_join(&q, &waiter[0]);
	is_str(wake(&q, -1), "a!b!", "and comes first when he is back");
}

static void one_may_change_queues(void)
{
	struct waitq p, q;

	make(&p);
	waitq_init(&q);
	waitq_join(&p, &waiter[0]);
	waitq_leave(&waiter[0]);
	waitq_join(&q, &waiter[0]);
	is_str(wake(&p, -1), "", "not on the old one any more");
	is_str(wake(&q, -1), "a!", "but on the new one");
}

/* Against a string of letters. */
static void it_is_a_queue(unsigned seed)
{
	char model[WAITERS + 1] = "", want[2 * WAITERS + 1];
	unsigned wrong = 0;
	struct waitq q;

	make(&q);
	for (int step = 0; step < 2000; step++) {
		int i = rand_r(&seed) % WAITERS;
		char *at = strchr(model, 'a' + i);

		if (rand_r(&seed) & 1) {
			waitq_join(&q, &waiter[i]);
			if (!at) {
				memmove(model + 1, model, strlen(model) + 1);
				model[0] = (char)('a' + i);
			}
		} else {
			waitq_leave(&waiter[i]);
			if (at)
				memmove(at, at + 1, strlen(at));
		}
		want[0] = '\0';
		for (const char *c = model; *c; c++)
			strcat(want, (char[]){ *c, '!', 0 });
		wrong += strcmp(wake(&q, -1), want) != 0;
	}
	is(wrong, 0, "joining and leaving at random, seed %u", seed);
}

int main(void)
{
	all_are_asked_the_latest_first();
	joining_and_leaving_twice_is_nothing();
	one_may_change_queues();
	for (unsigned seed = 1; seed <= 4; seed++)
		it_is_a_queue(seed);
	return done_testing();
}
