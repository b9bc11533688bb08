#include <string.h>

#include "sim/compose.h"
#include "sim/print.h"

/* How many of the numbers behind set_tid a transcript can show. */
static unsigned shown_numbers(const struct kith_clone_args *a)
{
	const uint64_t room = sizeof(a->set_tid_numbers) / sizeof(int32_t);

	return (unsigned)(a->set_tid_size < room ? a->set_tid_size : room);
}

static const void *text_behind(struct pool *pool, const struct kith_call *call)
{
	struct string *string = pool_alloc(pool, sizeof(*string));

	string->text = call->in.text;
	string->len = strlen(call->in.text);
	return string;
}

static const void *clone_behind(struct pool *pool, const struct kith_call *call)
{
	struct clone_text *clone = pool_alloc(pool, sizeof(*clone));

	clone->args = call->in.clone;
	clone->numbers = shown_numbers(&call->in.clone);
	return clone;
}

/* What an argument that is KITH_HERE points to, if that is shown. */
static const void *behind(struct pool *pool, const struct arg *arg,
			  const struct kith_call *call)
{
	switch (arg->kind) {
	case KIND_STRING:
		return text_behind(pool, call);
	case KIND_CLONEARGS:
		return clone_behind(pool, call);
	case KIND_SIGACTION:
		return &call->in.action;
	case KIND_SPEND:
		return &call->in.spend;
	default:
		return NULL;
	}
}

struct call_text *text_of(struct pool *pool, const struct kith_call *call)
{
	const struct form *form = form_of(call);
	int n = form_args(form);
	struct call_text *text;

	text = pool_alloc(pool,
			  sizeof(*text) + (size_t)n * sizeof(text->args[0]));
	text->form = form;
	for (int i = 0; i < n; i++) {
		const struct arg *arg = &form->args[i];
		struct value *v = &text->args[i];

		v->num = call->arg[arg->slot];
		if (v->num == KITH_HERE)
			v->data = behind(pool, arg, call);
	}
	return text;
}

void compose(struct out *o, pid_t tid, const struct kith_call *call)
{
	struct pool pool = { 0 };

	print_made(o, tid, text_of(&pool, call));
	pool_free(&pool);
}
