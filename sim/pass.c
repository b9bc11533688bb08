#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>

#include "sim/pass.h"
#include "sim/stage.h"
#include "sim/table.h"

#define PATTERN 0xa5 /* where nothing has been written */

/* What one line may cost: well below what a machine would notice. */
#define MOST_TIME  UINT64_C(10000000000) /* nanoseconds */
#define MOST_PAGES UINT64_C(1048576)

static const struct {
	long number; /* -1: no system call; the agent does it by itself */
	enum { NONE, SYS, NOINTR } restart;
} calls[KITH_NR_CALLS] = {
#define CALL(name, NAME, restart, result, family, number) \
	[KITH_##NAME] = { number, restart },
#include <kith/calls.def>
};

/* The kernel's own, which no header has. */
struct kernel_action {
	uint64_t handler, flags, restorer, mask;
};
struct kernel_tms {
	int64_t utime, stime, cutime, cstime;
};

struct passing {
	void *channel;
	struct slot *slot;
	const struct kith_call *call;
};

static uint64_t at(const struct passing *p, const void *byte)
{
	return channel_address(p->channel, byte);
}

/* --- what is given -------------------------------------------------------- */

static uint64_t give_string(struct passing *p, int i)
{
	size_t len = strnlen(p->call->in.text, BIG - 1);

	(void)i;
	memcpy(p->slot->big, p->call->in.text, len);
	p->slot->big[len] = '\0';
	return at(p, p->slot->big);
}

/* One word, whichever; what is in them does not matter to processes. */
static uint64_t give_strings(struct passing *p, int i)
{
	uint64_t *list = (uint64_t *)p->slot->small[i];
	char *word = (char *)&list[2];

	strcpy(word, "kith");
	list[0] = at(p, word);
	list[1] = 0;
	return at(p, list);
}

static uint64_t give_action(struct passing *p, int i)
{
	const struct kith_sigaction *a = &p->call->in.action;
	struct kernel_action k = { .handler = a->handler,
				   .flags = a->flags,
				   .mask = a->mask };

	memcpy(p->slot->small[i], &k, sizeof(k));
	return at(p, p->slot->small[i]);
}

/* A pointer inside of a structure: room number i if there shall be memory. */
static uint64_t inner(struct passing *p, uint64_t pointer, int i)
{
	if (pointer != KITH_HERE)
		return pointer;
	memset(p->slot->small[i], PATTERN, 8);
	return at(p, p->slot->small[i]);
}

enum { ROOM_SET_TID = 3, ROOM_PARENT_TID, ROOM_CHILD_TID };

static uint64_t give_clone(struct passing *p, int i)
{
	const struct kith_clone_args *a = &p->call->in.clone;
	uint64_t k[11] = {
		a->flags,
		inner(p, a->pidfd, ROOM_CHILD_TID),
		inner(p, a->child_tid, ROOM_CHILD_TID),
		inner(p, a->parent_tid, ROOM_PARENT_TID),
		a->exit_signal,
		a->stack,
		a->stack_size,
		a->tls,
		inner(p, a->set_tid, ROOM_SET_TID),
		a->set_tid_size,
		a->cgroup,
	};

	(void)i;
	memset(p->slot->big, 0, BIG);
	memcpy(p->slot->big, k, sizeof(k));
	p->slot->big[sizeof(k)] = a->tail_is_dirty;
	if (a->set_tid == KITH_HERE)
		memcpy(p->slot->small[ROOM_SET_TID], a->set_tid_numbers,
		       sizeof(a->set_tid_numbers));
	return at(p, p->slot->big);
}

/* --- what is filled in ---------------------------------------------------- */

static bool get_status(const void *mem, struct kith_result *r)
{
	memcpy(&r->status, mem, sizeof(r->status));
	return true;
}

static bool get_number(const void *mem, struct kith_result *r)
{
	memcpy(&r->number, mem, sizeof(r->number));
	return true;
}

static bool get_siginfo(const void *mem, struct kith_result *r)
{
	siginfo_t s;

	memcpy(&s, mem, sizeof(s));
	r->info = (struct kith_siginfo){ .signo = s.si_signo,
					 .code = s.si_code,
					 .pid = s.si_pid,
					 .uid = (int32_t)s.si_uid,
					 .status = s.si_status };
	return true;
}

static uint64_t nanoseconds(struct timeval t)
{
	return ((uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec) * 1000;
}

static bool get_usage(const void *mem, struct kith_result *r)
{
	struct rusage u;

	memcpy(&u, mem, sizeof(u));
	r->usage = (struct kith_usage){ .utime = nanoseconds(u.ru_utime),
					.stime = nanoseconds(u.ru_stime),
					.minflt = (uint64_t)u.ru_minflt,
					.majflt = (uint64_t)u.ru_majflt,
					.maxrss = (uint64_t)u.ru_maxrss,
					.nvcsw = (uint64_t)u.ru_nvcsw,
					.nivcsw = (uint64_t)u.ru_nivcsw };
	return true;
}

static bool get_tms(const void *mem, struct kith_result *r)
{
	struct kernel_tms t;

	memcpy(&t, mem, sizeof(t));
	r->tms = (struct kith_tms){ .utime = (uint64_t)t.utime,
				    .stime = (uint64_t)t.stime,
				    .cutime = (uint64_t)t.cutime,
				    .cstime = (uint64_t)t.cstime };
	return true;
}

static bool get_name(const void *mem, struct kith_result *r)
{
	memcpy(r->name, mem, sizeof(r->name));
	r->name[sizeof(r->name) - 1] = '\0';
	return true;
}

static bool get_action(const void *mem, struct kith_result *r)
{
	struct kernel_action k;

	memcpy(&k, mem, sizeof(k));
	r->action = (struct kith_sigaction){ .handler = k.handler,
					     .flags = k.flags,
					     .mask = k.mask };
	return true;
}

/* --- the table ------------------------------------------------------------ */

/* Kinds that are not here are numbers, and passed as they are. */
static const struct {
	uint64_t (*give)(struct passing *p, int i);
	size_t room; /* to be filled in */
	bool (*get)(const void *mem, struct kith_result *r);
	uint32_t filled;
} kinds_of_memory[NR_KINDS] = {
	[KIND_STRING] = { .give = give_string },
	[KIND_STRINGS] = { .give = give_strings },
	[KIND_SIGACTION] = { .give = give_action },
	[KIND_CLONEARGS] = { .give = give_clone,
			     .get = get_number,
			     .filled = KITH_OUT_PARENT_TID },
	[KIND_OUT_STATUS] = { .room = 4,
			      .get = get_status,
			      .filled = KITH_OUT_STATUS },
	[KIND_OUT_SIGINFO] = { .room = sizeof(siginfo_t),
			       .get = get_siginfo,
			       .filled = KITH_OUT_SIGINFO },
	[KIND_OUT_RUSAGE] = { .room = sizeof(struct rusage),
			      .get = get_usage,
			      .filled = KITH_OUT_USAGE },
	[KIND_OUT_TMS] = { .room = sizeof(struct kernel_tms),
			   .get = get_tms,
			   .filled = KITH_OUT_TMS },
	[KIND_OUT_INT] = { .room = 4,
			   .get = get_number,
			   .filled = KITH_OUT_NUMBER },
	[KIND_OUT_SIG] = { .room = 4,
			   .get = get_number,
			   .filled = KITH_OUT_NUMBER },
	[KIND_OUT_TID] = { .room = 4,
			   .get = get_number,
			   .filled = KITH_OUT_PARENT_TID },
	[KIND_OUT_STRING] = { .room = 16,
			      .get = get_name,
			      .filled = KITH_OUT_NAME },
	[KIND_OUT_SIGACTION] = { .room = sizeof(struct kernel_action),
				 .get = get_action,
				 .filled = KITH_OUT_ACTION },
};

static uint64_t pass_argument(struct passing *p, const struct arg *arg)
{
	uint64_t n = p->call->arg[arg->slot];
	unsigned char *mem = p->slot->small[arg->slot];
	size_t room = kinds_of_memory[arg->kind].room;

	if (n != KITH_HERE)
		return n;
	if (kinds_of_memory[arg->kind].give)
		return kinds_of_memory[arg->kind].give(p, arg->slot);
	if (!room)
		return n;
	memset(mem, PATTERN, room);
	return at(p, mem);
}

/* --- births and their like ------------------------------------------------ */

bool call_may_give_birth(const struct kith_call *call)
{
	return call->nr == KITH_FORK || call->nr == KITH_VFORK ||
	       call->nr == KITH_CLONE || call->nr == KITH_CLONE3;
}

bool call_is_exec(const struct kith_call *call)
{
	return call->nr == KITH_EXECVE;
}

bool call_may_sleep(const struct kith_call *call)
{
	return calls[call->nr].restart != NONE && !call_may_give_birth(call);
}

bool call_is_vfork(const struct kith_call *call)
{
	bool here = call->nr == KITH_CLONE3 && call->arg[0] == KITH_HERE;

	if (call->nr == KITH_CLONE || here)
		return (here ? call->in.clone.flags : call->arg[0]) &
		       KITH_CLONE_VFORK;
	return call->nr == KITH_VFORK;
}

/* Has a child memory of its own, and does it go on where its parent was? */
static enum command kind_of_birth(const struct kith_call *call)
{
	bool here = call->nr == KITH_CLONE3 && call->arg[0] == KITH_HERE;
	uint64_t flags = here ? call->in.clone.flags : call->arg[0];
	uint64_t stack = here ? call->in.clone.stack : call->arg[1];

	if (call->nr == KITH_FORK)
		return DO_BIRTH_COPY;
	if (call->nr == KITH_VFORK || stack || (flags & KITH_CLONE_VM))
		return DO_BIRTH_SHARE;
	return DO_BIRTH_COPY;
}

static enum command command_of(const struct kith_call *call)
{
	if (call_may_give_birth(call))
		return kind_of_birth(call);
	return call_is_exec(call) ? DO_EXEC : DO_CALL;
}

/* --- what is no system call ----------------------------------------------- */

static void pass_spend(struct slot *slot, const struct kith_spend *spend)
{
	slot->command = DO_SPEND;
	slot->arg[0] = spend->utime;
	slot->arg[1] = spend->stime;
	slot->arg[2] = spend->pages;
}

static void pass_sysctl(struct slot *slot, const struct kith_call *call)
{
	char *path = (char *)slot->small[0];
	int n = snprintf(path, SMALL, "/proc/sys/%s", call->in.text);

	for (char *p = path + sizeof("/proc/sys/") - 1; *p; p++)
		if (*p == '.')
			*p = '/';
	if (n >= SMALL)
		strcpy(path, "/proc/sys/.");
	slot->command = DO_SYSCTL;
	slot->arg[0] = (uint64_t)snprintf((char *)slot->small[1], SMALL, "%lld",
					  (long long)call->arg[1]);
}

/* What has no memory to read from: as a call that fails so. */
static void pass_bad_pointer(struct slot *slot)
{
	slot->command = DO_CALL;
	slot->nr = calls[KITH_TIMES].number;
	slot->arg[0] = 1;
}

static void pass_pseudo(struct slot *slot, const struct kith_call *call)
{
	if (call->arg[0] != KITH_HERE)
		pass_bad_pointer(slot);
	else if (call->nr == KITH_SPEND)
		pass_spend(slot, &call->in.spend);
	else
		pass_sysctl(slot, call);
}

static const char *refuses_spend(const struct kith_spend *s)
{
	if (s->utime > MOST_TIME || s->stime > MOST_TIME)
		return "a line may spend 10 seconds on linux, no more";
	if (s->pages > MOST_PAGES)
		return "a line may touch 1048576 pages on linux, no more";
	return NULL;
}

const char *pass_refuses(const struct kith_call *call)
{
	if (call->arg[0] != KITH_HERE)
		return NULL;
	switch (call->nr) {
	case KITH_SPEND:
		return refuses_spend(&call->in.spend);
	case KITH_SYSCTL:
		return !strcmp(call->in.text, "kernel.pid_max") &&
				       kernel_version() < KITH_LINUX(6, 14)
			       ? "pid_max is the whole machine's before linux "
				 "6.14"
			       : NULL;
	case KITH_CLONE3:
		/* The stage is a namespace in others: so far there is room. */
		return call->in.clone.set_tid == KITH_HERE &&
				       call->in.clone.set_tid_size == 2
			       ? "the second number of set_tid would be one "
				 "outside of the stage"
			       : NULL;
	default:
		return NULL;
	}
}

/* --- there and back ------------------------------------------------------- */

void pass_call(void *channel, struct slot *slot, const struct kith_call *call)
{
	struct passing p = { channel, slot, call };
	const struct form *form = form_of(call);

	slot->nr = calls[call->nr].number;
	if (slot->nr < 0) {
		pass_pseudo(slot, call);
		return;
	}
	slot->command = command_of(call);
	memcpy(slot->arg, call->arg, sizeof(slot->arg));
	for (int i = 0; form->args[i].kind != KIND_NONE; i++)
		slot->arg[form->args[i].slot] =
			pass_argument(&p, &form->args[i]);
}

static bool was_written(const unsigned char *mem)
{
	for (int i = 0; i < 4; i++)
		if (mem[i] != PATTERN)
			return true;
	return false;
}

static void get_argument(const struct slot *slot, const struct arg *arg,
			 const struct kith_call *call, struct kith_result *r)
{
	const unsigned char *mem = slot->small[arg->slot];

	if (!kinds_of_memory[arg->kind].get ||
	    call->arg[arg->slot] != KITH_HERE)
		return;
	if (arg->kind == KIND_CLONEARGS) {
		if (call->in.clone.parent_tid != KITH_HERE)
			return;
		mem = slot->small[ROOM_PARENT_TID];
	}
	if (was_written(mem) && kinds_of_memory[arg->kind].get(mem, r))
		r->filled |= kinds_of_memory[arg->kind].filled;
}

void pass_result(const struct slot *slot, const struct kith_call *call,
		 struct kith_result *result)
{
	const struct form *form = form_of(call);

	memset(result, 0, sizeof(*result));
	result->nr = call->nr;
	result->value = slot->result;
	if (calls[call->nr].number < 0)
		return;
	for (int i = 0; form->args[i].kind != KIND_NONE; i++)
		get_argument(slot, &form->args[i], call, result);
}
