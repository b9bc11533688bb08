#include "signal/action.h"

#include <errno.h>
#include <string.h>

#include "base/ref.h"

struct sighand *sighand_new(struct ground *g)
{
	struct sighand *h = ground_alloc(g, struct sighand);

	if (!h)
		return NULL;
	h->ref = 1;
	h->ground = g;
	lock_init(&h->lock, RANK_ACTION, g->mutexes);
	return h;
}

struct sighand *sighand_get(struct sighand *h)
{
	ref_get(h->ground, &h->ref);
	return h;
}

static void actions_put(struct ground *g, struct actions *a)
{
	if (a && ref_put(g, &a->ref))
		ground_free(g, a);
}

void sighand_put(struct sighand *h)
{
	if (!h || !ref_put(h->ground, &h->ref))
		return;
	actions_put(h->ground, h->actions);
	ground_free(h->ground, h);
}

/* Does anything in the table differ from what a reset would make of it? */
static bool is_reset(const struct actions *a)
{
	for (int i = 0; i < KITH_NSIG; i++)
		if (a->of[i].handler > KITH_SIG_IGN || a->of[i].flags ||
		    a->of[i].mask)
			return false;
	return true;
}

static void reset(struct actions *a)
{
	for (int i = 0; i < KITH_NSIG; i++)
		a->of[i] = (struct kith_sigaction){
			.handler = a->of[i].handler == KITH_SIG_IGN
					   ? KITH_SIG_IGN
					   : KITH_SIG_DFL
		};
}

static struct actions *actions_copy(struct ground *g,
				    const struct actions *from)
{
	struct actions *a = ground_alloc(g, struct actions);

	if (!a)
		return NULL;
	if (from)
		memcpy(a->of, from->of, sizeof(a->of));
	a->ref = 1;
	return a;
}

/* A reference to h's table, or to a reset copy of it; call with h locked. */
static int table_for_copy(struct sighand *h, bool want_reset,
			  struct actions **table)
{
	*table = h->actions;
	if (!h->actions)
		return 0;
	if (!want_reset || is_reset(h->actions)) {
		ref_get(h->ground, &h->actions->ref);
		return 0;
	}
	*table = actions_copy(h->ground, h->actions);
	if (!*table)
		return -ENOMEM;
	reset(*table);
	return 0;
}

/* Linux: copy_sighand(), flush_signal_handlers() */
struct sighand *sighand_copy(struct sighand *h, bool want_reset)
{
	struct sighand *copy = sighand_new(h->ground);
	int err;

	if (!copy)
		return NULL;
	lock_acquire(&h->lock);
	err = table_for_copy(h, want_reset, &copy->actions);
	lock_release(&h->lock);
	if (err) {
		copy->actions = NULL;
		sighand_put(copy);
		return NULL;
	}
	return copy;
}

struct kith_sigaction action_get(struct sighand *h, int sig)
{
	struct kith_sigaction a = { .handler = KITH_SIG_DFL };

	lock_acquire(&h->lock);
	if (h->actions)
		a = h->actions->of[sig - 1];
	lock_release(&h->lock);
	return a;
}

int action_set(struct sighand *h, int sig, const struct kith_sigaction *a)
{
	struct actions *own;
	int err = 0;

	lock_acquire(&h->lock);
	if (!h->actions ||
	    __atomic_load_n(&h->actions->ref, __ATOMIC_ACQUIRE) > 1) {
		own = actions_copy(h->ground, h->actions);
		if (own) {
			actions_put(h->ground, h->actions);
			h->actions = own;
		} else {
			err = -ENOMEM;
		}
	}
	if (!err)
		h->actions->of[sig - 1] = *a;
	lock_release(&h->lock);
	return err;
}

bool action_ignores(const struct kith_sigaction *a, int sig)
{
	return a->handler == KITH_SIG_IGN ||
	       (a->handler == KITH_SIG_DFL &&
		signal_default(sig) == DEFAULT_IGNORE);
}

void action_sets(struct sighand *h, sigbits *ignored, sigbits *caught)
{
	*ignored = *caught = 0;
	lock_acquire(&h->lock);
	for (int sig = 1; h->actions && sig <= KITH_NSIG; sig++) {
		uint64_t handler = h->actions->of[sig - 1].handler;

		if (handler == KITH_SIG_IGN)
			*ignored |= SIGBIT(sig);
		else if (handler != KITH_SIG_DFL)
			*caught |= SIGBIT(sig);
	}
	lock_release(&h->lock);
}
