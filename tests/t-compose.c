/*
 * What a random program calls can be written down and read again: any call, by
 * any way of writing it, is the same call afterwards.
 */
#include <kith/property.h>

#include "sim/call.h"
#include "sim/compose.h"
#include "sim/print.h"
#include "tests/rig.h"

static unsigned wrong, forms_seen[100], made;
static const char *wrong_at = "";

static void note_form(const struct call_text *text)
{
	forms_seen[text->form - forms]++;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_clone(const struct kith_clone_args *a,
		       const struct kith_clone_args *b)
{
	unsigned n = a->set_tid_size < 4 ? (unsigned)a->set_tid_size : 4;

	return a->flags == b->flags && a->pidfd == b->pidfd &&
	       a->child_tid == b->child_tid && a->parent_tid == b->parent_tid &&
	       a->exit_signal == b->exit_signal && a->stack == b->stack &&
	       a->stack_size == b->stack_size && a->tls == b->tls &&
	       a->set_tid == b->set_tid && a->set_tid_size == b->set_tid_size &&
	       a->cgroup == b->cgroup && a->tail_is_dirty == b->tail_is_dirty &&
	       (a->set_tid != HERE ||
		!memcmp(a->set_tid_numbers, b->set_tid_numbers,
			n * sizeof(int32_t)));
}

/* What lies behind pointers that are there. */
static bool same_behind(const struct form *form, const struct kith_call *a,
			const struct kith_call *b)
{
	for (const struct arg *arg = form->args; arg->kind; arg++) {
		if (a->arg[arg->slot] != HERE)
			continue;
		switch (arg->kind) {
		case KIND_STRING:
			return same_text(a->in.text, b->in.text);
		case KIND_CLONEARGS:
			return same_clone(&a->in.clone, &b->in.clone);
		case KIND_SIGACTION:
			return !memcmp(&a->in.action, &b->in.action,
				       sizeof(a->in.action));
		case KIND_SPEND:
			return !memcmp(&a->in.spend, &b->in.spend,
				       sizeof(a->in.spend));
		default:
			break;
		}
	}
	return true;
}

static bool same_call(const struct form *form, const struct kith_call *a,
		      const struct kith_call *b)
{
	return a->nr == b->nr && !memcmp(a->arg, b->arg, sizeof(a->arg)) &&
	       same_behind(form, a, b);
}

static void complain(const struct out *line, const char *what)
{
	static char text[700];

	if (!wrong++)
		snprintf(text, sizeof(text), "%s: %s", out_line(line), what);
	wrong_at = text;
}

/* The line of a call, read again: the number is not part of it. */
static void read_again(struct pool *pool, const struct out *line,
		       const struct kith_call *call)
{
	const char *start = strchr(out_line(line), ' ') + 1;
	struct scan s = { .line = start,
			  .p = start,
			  .end = start + strlen(start),
			  .pool = pool };
	struct call_text *text = read_call(&s);
	struct kith_call again;

	if (!text) {
		complain(line, s.complaint);
		return;
	}
	note_form(text);
	again = call_of(text);
	if (!same_call(text->form, call, &again))
		complain(line, "is another call");
}

static void write_and_read(const struct kith_call *call)
{
	struct pool pool = { 0 };
	struct out line = { 0 };

	compose(&line, 2, call);
	read_again(&pool, &line, call);
	out_clear(&line);
	print_call(&line, 2, text_of(&pool, call), NULL);
	read_again(&pool, &line, call);
	out_free(&line);
	pool_free(&pool);
	made++;
}

/* Not only what is modelled and wise: whatever can be drawn at all. */
static void any_call_can_be_written(void)
{
	struct kith_tape t = { 0 };
	struct kith_call call;
	unsigned seen = 0;

	for (int i = 0; i < 200; i++) {
		struct kith_generator g = { .machine = kith_new(NULL) };

		kith_tape_random(&t, (uint64_t)i);
		for (int j = 0; j < 100; j++) {
			kith_take_turn(&g, &t);
			if (!kith_look_around(&g))
				break;
			g.by = &g.seen[0];
			kith_draw_call(&g, &t, &call);
			if (!kith_unmodelled(&call))
				write_and_read(&call);
		}
		kith_free(g.machine);
	}
	kith_tape_free(&t);
	is(wrong, 0, "%u calls are the same when they have been read", made);
	is_str(wrong_at, "", "every one of them");
	for (unsigned i = 0; i < nr_forms; i++)
		seen += forms_seen[i] > 0;
	is(seen, nr_forms, "each way of writing one was among them");
}

static void is_written(const char *want, const struct kith_call *call)
{
	struct out line = { 0 };

	compose(&line, 2, call);
	is_str(out_line(&line), want, "%s", want);
	out_free(&line);
}

static void lines_are_short(void)
{
	is_written("2 fork()", &(struct kith_call){ .nr = KITH_FORK });
	is_written("2 wait4(-1)", &(struct kith_call){ .nr = KITH_WAIT4,
						       .arg = { ANY, HERE } });
	is_written("2 wait4(-1, NULL)",
		   &(struct kith_call){ .nr = KITH_WAIT4, .arg = { ANY } });
	is_written("2 waitid(P_ALL, 0, ..., WEXITED)",
		   &(struct kith_call){ .nr = KITH_WAITID,
					.arg = { 0, 0, HERE, KITH_WEXITED } });
	is_written("2 clone(flags=CLONE_PARENT|SIGCHLD)",
		   &(struct kith_call){
			   .nr = KITH_CLONE,
			   .arg = { KITH_CLONE_PARENT | KITH_SIGCHLD } });
	is_written("2 execve(\"/bin/true\")",
		   &(struct kith_call){ .nr = KITH_EXECVE,
					.arg = { HERE },
					.in.text = "/bin/true" });
}

int main(void)
{
	lines_are_short();
	any_call_can_be_written();
	return done_testing();
}
