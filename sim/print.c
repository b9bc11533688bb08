#include <string.h>
#include <sys/wait.h>

#include "sim/print.h"
#include "sim/shape.h"

#define RESULTS_AT 40 /* column, as strace -a has it */

/* What strace omits at the end of the arguments: addresses that are not there.
 */
static bool omitted(const struct call_text *call, int i)
{
	const struct arg *args = call->form->args;

	for (int j = i; args[j].kind != KIND_NONE; j++)
		if (args[j].otherwise == REQ)
			return false;
	for (int j = i; args[j].kind != KIND_NONE; j++) {
		if (args[j].kind != KIND_ADDR && !*args[j].label)
			return false;
		if (call->args[j].num != args[j].otherwise)
			return *args[i].label &&
			       call->args[i].num == args[i].otherwise;
	}
	return true;
}

/* An argument as it is known before the call, or after it. */
static void print_arg(struct out *o, const struct call_text *call, int i,
		      const struct kith_result *result)
{
	const struct arg *arg = &call->form->args[i];
	const struct kind *kind = &kinds[arg->kind];
	struct value v = call->args[i];

	if (*arg->label)
		out(o, "%s=", arg->label);
	if (kind->role == OUT) {
		v.data = NULL;
		v.checked = 0;
		if (result && (result->filled & kind->filled) && v.num) {
			v.data = (const char *)result + kind->offset;
			v.checked = ALL_FIELDS;
		}
	}
	kind->print(o, kind, &v);
	if (kind->role == BOTH && result && (result->filled & kind->filled))
		kind->print_after(o, (const char *)result + kind->offset);
}

static void print_args(struct out *o, const struct call_text *call, int first,
		       int end, const struct kith_result *result)
{
	const char *comma = first ? ", " : "";

	for (int i = first; i < end; i++) {
		if (omitted(call, i))
			continue;
		out_text(o, comma);
		print_arg(o, call, i, result);
		comma = ", ";
	}
}

static void print_name(struct out *o, pid_t tid, const struct call_text *call)
{
	out(o, "%d %s(", (int)tid, kith_call_name(call->form->nr));
}

void print_result(struct out *o, const struct form *form, int64_t value)
{
	static const char *const fd_sets[] = { "fd", NULL };
	bool flags = result_kind(form->nr) == RESULT_FDFLAGS && form->slot >= 0;
	const char *name;

	if (value < 0) {
		name = kith_errno_name((int)-value);
		if (name)
			out(o, "-1 %s (%s)", name,
			    kith_errno_text((int)-value));
		else
			out(o, "-1 (errno %d)", (int)-value);
	} else if (flags && value) {
		out(o, "%#llx (flags ", (unsigned long long)value);
		print_flags(o, fd_sets, "FD_???", (uint64_t)value);
		out_text(o, ")");
	} else {
		out(o, "%lld", (long long)value);
	}
}

static void print_end(struct out *o, const struct call_text *call,
		      const struct kith_result *result)
{
	out_text(o, ")");
	out_pad(o, RESULTS_AT - 1);
	out_text(o, " = ");
	if (result)
		print_result(o, call->form, result->value);
	else
		out_text(o, "?");
}

void print_call(struct out *o, pid_t tid, const struct call_text *call,
		const struct kith_result *result)
{
	print_name(o, tid, call);
	print_args(o, call, 0, form_args(call->form), result);
	print_end(o, call, result);
}

/* May be left out: it is what it is if it is. */
static bool is_default(const struct call_text *call, int i)
{
	return call->form->args[i].otherwise != REQ &&
	       call->form->args[i].otherwise == call->args[i].num &&
	       (call->args[i].num != KITH_HERE ||
		kinds[call->form->args[i].kind].role == OUT);
}

void print_made(struct out *o, pid_t tid, const struct call_text *call)
{
	const struct arg *args = call->form->args;
	int n = form_args(call->form);
	const char *comma = "";

	while (n > 0 && is_default(call, n - 1))
		n--;
	print_name(o, tid, call);
	for (int i = 0; i < n; i++) {
		if (*args[i].label && is_default(call, i))
			continue;
		out_text(o, comma);
		if (kinds[args[i].kind].role == OUT &&
		    call->args[i].num == KITH_HERE && !*args[i].label)
			out_text(o, "...");
		else
			print_arg(o, call, i, NULL);
		comma = ", ";
	}
	out_text(o, ")");
}

/* Would the arguments from here on be the same if they were left out? */
static bool rest_is_plain(const struct call_text *call, int i)
{
	const struct arg *args = call->form->args;

	for (; args[i].kind != KIND_NONE; i++)
		if (kinds[args[i].kind].role != OUT &&
		    (args[i].otherwise == REQ ||
		     args[i].otherwise != call->args[i].num))
			return false;
	return true;
}

/*
 * strace prints arguments up to the first output.  If the others say what could
 * not be guessed they are printed too, since the call may never be resumed.
 */
void print_unfinished(struct out *o, pid_t tid, const struct call_text *call)
{
	int entry = args_at_entry(call->form);
	const struct arg *args = call->form->args;

	print_name(o, tid, call);
	print_args(o, call, 0, entry, NULL);
	if (!rest_is_plain(call, entry)) {
		for (int i = entry; args[i].kind != KIND_NONE; i++) {
			if (omitted(call, i))
				continue;
			out_text(o, i ? ", " : "");
			if (kinds[args[i].kind].role == OUT &&
			    call->args[i].num == KITH_HERE && !*args[i].label)
				out_text(o, "...");
			else
				print_arg(o, call, i, NULL);
		}
	} else if (entry && kinds[args[entry].kind].role == OUT &&
		   !*args[entry].label) {
		out_text(o, ", ");
	}
	out_text(o, " <unfinished ...>");
}

void print_resumed(struct out *o, pid_t tid, const struct call_text *call,
		   const struct kith_result *result)
{
	const struct form *form = call->form;
	int entry = args_at_entry(form), n = form_args(form);
	struct out rest = { 0 };
	const struct kind *last =
		entry ? &kinds[form->args[entry - 1].kind] : NULL;

	out(o, "%d <... %s resumed>", (int)tid, kith_call_name(form->nr));
	if (last && last->role == BOTH && (result->filled & last->filled))
		last->print_after(o, (const char *)result + last->offset);
	print_args(&rest, call, entry, n, result);
	/* After an unlabelled output the comma stands on the other line. */
	if (entry && entry < n && kinds[form->args[entry].kind].role == OUT &&
	    !*form->args[entry].label && rest.len >= 2)
		out_text(o, rest.text + 2);
	else
		out_text(o, out_line(&rest));
	out_free(&rest);
	print_end(o, call, result);
}

void print_death(struct out *o, int status)
{
	if (WIFEXITED(status)) {
		out(o, "exited with %d", WEXITSTATUS(status));
		return;
	}
	out_text(o, "killed by ");
	print_signal(o, WTERMSIG(status));
	if (WCOREDUMP(status))
		out_text(o, " (core dumped)");
}

void print_signal_line(struct out *o, pid_t tid, int signo,
		       const struct kith_siginfo *info)
{
	out(o, "%d --- ", (int)tid);
	print_signal(o, signo);
	out_text(o, " ");
	shape_print(o, &siginfo_shape, info, ALL_FIELDS);
	out_text(o, " ---");
}

void print_death_line(struct out *o, pid_t tid, int status)
{
	out(o, "%d +++ ", (int)tid);
	print_death(o, status);
	out_text(o, " +++");
}

void print_superseded_line(struct out *o, pid_t tid, pid_t by)
{
	out(o, "%d +++ superseded by execve in pid %d +++", (int)tid, (int)by);
}
