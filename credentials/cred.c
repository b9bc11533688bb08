#include "credentials/cred.h"

#include "base/ref.h"

enum { CAP_KITH_KILL = 5 };

struct cred *cred_new_root(struct ground *g, uint64_t lacks)
{
	uint64_t all = (UINT64_C(2) << CAP_KITH_LAST) - 1;
	struct cred *c = ground_alloc(g, struct cred);

	if (!c)
		return NULL;
	c->ref = 1;
	c->ground = g;
	c->caps.permitted = c->caps.effective = c->caps.bounding = all & ~lacks;
	return c;
}

struct cred *cred_get(struct cred *c)
{
	ref_get(c->ground, &c->ref);
	return c;
}

void cred_put(struct cred *c)
{
	if (c && ref_put(c->ground, &c->ref))
		ground_free(c->ground, c);
}

bool cred_has(const struct cred *c, int cap)
{
	return c->caps.effective >> cap & 1;
}

bool cred_may_signal(const struct cred *sender, const struct cred *target)
{
	return sender->uid.effective == target->uid.saved ||
	       sender->uid.effective == target->uid.real ||
	       sender->uid.real == target->uid.saved ||
	       sender->uid.real == target->uid.real ||
	       cred_has(sender, CAP_KITH_KILL);
}
