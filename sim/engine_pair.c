#include "sim/engine.h"

static void *begin(const struct kith_config *config,
		   const char *const *programs, int cpu, char *why, size_t size)
{
	return pair_new(config, programs, cpu, why, size);
}

static void end(void *self)
{
	pair_free(self);
}

static enum pair_result call(void *self, pid_t tid,
			     const struct kith_call *made, struct difference *d)
{
	return pair_call(self, tid, made, d);
}

static struct kith_machine *model(void *self)
{
	return pair_model(self);
}

static const char *why(const void *self)
{
	return pair_why(self);
}

static bool is_disturbed(const void *self)
{
	return pair_is_disturbed(self);
}

const struct engine engine_pair = {
	.one = "the model",
	.other = "Linux",
	.begin = begin,
	.end = end,
	.call = call,
	.model = model,
	.why = why,
	.is_disturbed = is_disturbed,
};
