#include "sim/engine.h"
#include "sim/pass.h"
#include "sim/stage.h"

static void *begin(const struct kith_config *config,
		   const char *const *programs, int cpu, char *why, size_t size)
{
	struct kith_config mine = *config;

	if (kernel_version() < KITH_LINUX(6, 14))
		mine.pid_max = 0; /* it would be the whole machine's */
	return pair_new(&mine, programs, cpu, why, size);
}

static void end(void *self)
{
	pair_free(self);
}

static enum pair_result call(void *self, pid_t tid,
			     const struct kith_call *made, struct difference *d)
{
	return pass_refuses(made) ? PAIR_REFUSED
				  : pair_call(self, tid, made, d);
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

static void hurry(void *self)
{
	pair_hurry(self);
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
	.hurry = hurry,
};
