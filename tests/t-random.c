/*
 * Programs at random: all calls, in normal and in micro steps, with and without
 * a seed of choice.  After every step all fits together, and everybody's parent
 * is who it should be according to a model of its own: struct world, which
 * knows nothing but what the events say of births and deaths.
 */
#include "tests/rig.h"

/* --- chance --------------------------------------------------------------- */

static uint64_t dice; /* the generator's; the machine has its own */

static unsigned roll(unsigned n)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)((dice >> 20) % n);
}

/* --- the model of families ------------------------------------------------ */

enum { NUMBERS = 700, MOST = 64 };

/* A list of numbers, in order. */
struct list {
	int n, of[MOST];
};

/* A thread; processes are their leaders, by number. */
struct soul {
	bool there, exiting, given;
	int tgid;
	int order;            /* of creation, in its process */
	int parent;           /* leader: a thread */
	bool subreaper;       /* leader */
	int wants;            /* the subreaper bit it has asked for; -1: none */
	struct list children; /* of this thread */
};

static struct world {
	struct soul soul[NUMBERS];
	int reaper, births;
	uint64_t digest; /* of the events */
	unsigned wrong;
	bool halted;
} world;

static void append(struct list *l, int nr)
{
	if (l->n < MOST)
		l->of[l->n++] = nr;
}

static void strike(struct list *l, int nr)
{
	for (int i = 0; i < l->n; i++) {
		if (l->of[i] != nr)
			continue;
		memmove(&l->of[i], &l->of[i + 1],
			(size_t)(l->n - i - 1) * sizeof(l->of[0]));
		l->n--;
		return;
	}
	world.wrong++;
}

/* The first living thread of a process; 0 if there is none. */
static int living_thread(int tgid)
{
	int best = 0;

	for (int nr = 1; nr < NUMBERS; nr++) {
		const struct soul *s = &world.soul[nr];

		if (s->there && s->tgid == tgid && !s->exiting &&
		    (!best || s->order < world.soul[best].order))
			best = nr;
	}
	return best;
}

/* Who gets the children of the dying: RPT-01, RPT-02, WMT-10. */
static int heir_of(int dying)
{
	int tgid = world.soul[dying].tgid, heir = living_thread(tgid);

	while (!heir && world.soul[tgid].parent) {
		tgid = world.soul[world.soul[tgid].parent].tgid;
		if (world.soul[tgid].subreaper)
			heir = living_thread(tgid);
	}
	return heir ? heir : world.reaper;
}

static void give_children_away(int dying)
{
	struct soul *s = &world.soul[dying];
	int other = living_thread(s->tgid), heir;

	if (s->given)
		return;
	s->given = true;
	if (world.reaper == dying && other)
		world.reaper = other;
	if (s->children.n == 0)
		return;
	heir = heir_of(dying);
	for (int i = 0; i < s->children.n; i++) {
		world.soul[s->children.of[i]].parent = heir;
		append(&world.soul[heir].children, s->children.of[i]);
	}
	s->children.n = 0;
}

static void be_born(const struct kith_event *e)
{
	struct soul *s = &world.soul[e->subject];
	struct soul *by = &world.soul[e->actor];

	world.wrong += s->there || !by->there;
	*s = (struct soul){ .there = true,
			    .tgid = e->other ? by->tgid : e->subject,
			    .order = world.births++,
			    .wants = -1 };
	if (e->other)
		return;
	s->parent = e->value & KITH_CLONE_PARENT ? world.soul[by->tgid].parent
						 : e->actor;
	append(&world.soul[s->parent].children, e->subject);
}

/* Two threads of a process exchange their numbers: k becomes the leader. */
static void exchange(int leader, int k)
{
	struct soul old = world.soul[leader], new = world.soul[k];

	new.parent = old.parent;
	new.subreaper = old.subreaper;
	world.soul[leader] = new;
	world.soul[k] = old;
	for (int i = 0; i < new.children.n; i++)
		world.soul[new.children.of[i]].parent = leader;
	if (world.reaper == k || world.reaper == leader)
		world.reaper = leader;
}

static void digest(uint64_t word)
{
	world.digest = (world.digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	world.digest ^= world.digest >> 29;
}

static void take_note(struct kith_observer *o, const struct kith_event *e)
{
	struct soul *actor = &world.soul[e->actor];

	(void)o;
	digest(e->time << 8 | e->type);
	digest((uint64_t)e->actor << 32 | (uint32_t)e->subject);
	digest((uint64_t)e->value);
	digest((uint64_t)e->other);
	digest((uint64_t)e->info.signo << 48 | (uint64_t)e->info.pid << 16 |
	       (uint16_t)e->info.status);
	switch (e->type) {
	case KITH_EV_FORK:
		be_born(e);
		break;
	case KITH_EV_EXIT:
		actor->exiting = true;
		break;
	case KITH_EV_REPARENT:
	case KITH_EV_LINGER:
		give_children_away(e->actor);
		break;
	case KITH_EV_DEAD:
		if (actor->tgid != e->actor || !actor->given)
			give_children_away(e->actor);
		break;
	case KITH_EV_REAP:
	case KITH_EV_AUTOREAP:
		strike(&world.soul[world.soul[e->subject].parent].children,
		       e->subject);
		break;
	case KITH_EV_SUPERSEDE:
		exchange(e->actor, e->subject);
		break;
	case KITH_EV_RELEASE:
		world.wrong += !actor->there;
		actor->there = false;
		break;
	case KITH_EV_RETURN:
		if (e->value == KITH_PRCTL && e->other == 0 &&
		    actor->wants >= 0)
			world.soul[actor->tgid].subreaper = actor->wants;
		actor->wants = -1;
		break;
	case KITH_EV_HALT:
		world.halted = true;
		break;
	default:
		break;
	}
}

/* --- a run ---------------------------------------------------------------- */

static struct kith_machine *m;
static struct kith_observer observer;
static uint64_t trail[400]; /* hashes, step by step */
static char complaint[300];

static void complain(const char *what, int nr, long got, long want)
{
	if (!complaint[0])
		snprintf(complaint, sizeof(complaint),
			 "%s of %d: %ld, should be %ld", what, nr, got, want);
	world.wrong++;
}

static void compare_children(int nr)
{
	const struct soul *s = &world.soul[nr];
	pid_t there[MOST];
	long n = kith_children(m, nr, there, MOST);

	if (n != s->children.n)
		complain("number of children", nr, n, s->children.n);
	for (int i = 0; i < n && i < s->children.n; i++)
		if (there[i] != s->children.of[i])
			complain("a child", nr, there[i], s->children.of[i]);
}

/* The machine and the model have the same people, related in the same way. */
static void compare(void)
{
	struct kith_look l;
	int parent;

	for (int nr = 1; nr < NUMBERS; nr++) {
		const struct soul *s = &world.soul[nr];
		bool there = kith_look(m, nr, &l) == 0;

		if (there != s->there)
			complain("presence", nr, there, s->there);
		if (!there || !s->there)
			continue;
		parent = world.soul[s->tgid].parent;
		if (l.tgid != s->tgid)
			complain("tgid", nr, l.tgid, s->tgid);
		if (l.parent_thread != parent)
			complain("parent thread", nr, l.parent_thread, parent);
		if (l.ppid != (parent ? world.soul[parent].tgid : 0))
			complain("ppid", nr, l.ppid, world.soul[parent].tgid);
		if (parent && world.soul[parent].given)
			complain("a dead parent", nr, parent, 0);
		compare_children(nr);
	}
	if (!sound(m)) {
		if (!complaint[0])
			strcpy(complaint, rig_complaint);
		world.wrong++;
	}
}

static pid_t people[NUMBERS];
static int living; /* of these */

static void count_people(void)
{
	living = 0;
	for (pid_t nr = kith_next(m, 0); nr; nr = kith_next(m, nr))
		people[living++] = nr;
}

static pid_t anybody(void)
{
	return people[roll((unsigned)living)];
}

/* --- what a thread may do ------------------------------------------------- */

static const int signals[] = { 0,
			       KITH_SIGTERM,
			       KITH_SIGKILL,
			       KITH_SIGQUIT,
			       KITH_SIGUSR1,
			       KITH_SIGCHLD,
			       KITH_SIGCONT,
			       KITH_SIGSEGV,
			       40 };

static uint64_t a_signal(void)
{
	return (uint64_t)signals[roll(sizeof(signals) / sizeof(signals[0]))];
}

static struct kith_call clone_call(void)
{
	static const uint64_t flags[] = {
		THREAD_FLAGS,
		THREAD_FLAGS,
		THREAD_FLAGS,
		KITH_CLONE_PARENT,
		KITH_CLONE_VM | KITH_CLONE_SIGHAND,
		KITH_CLONE_FILES,
		KITH_CLONE_VFORK,
		KITH_CLONE_VFORK | KITH_CLONE_VM,
		KITH_CLONE_PARENT | KITH_CLONE_VM,
		KITH_CLONE_THREAD,
		0,
	};
	static const uint64_t exits[] = { 17, 17, 17, 0, 10, 12, 65, 200 };

	return (struct kith_call){
		.nr = KITH_CLONE,
		.arg = { flags[roll(sizeof(flags) / sizeof(flags[0]))] |
				 exits[roll(sizeof(exits) / sizeof(exits[0]))],
			 0, roll(2) ? HERE : 0 },
	};
}

static struct kith_call clone3_call(void)
{
	return (struct kith_call){
		.nr = KITH_CLONE3,
		.arg = { HERE, 88 },
		.in.clone = { .flags = roll(2) ? KITH_CLONE_CLEAR_SIGHAND : 0,
			      .exit_signal = KITH_SIGCHLD,
			      .set_tid = HERE,
			      .set_tid_size = 1,
			      .set_tid_numbers = { (int)roll(60) } },
	};
}

static struct kith_call wait_call(void)
{
	static const uint64_t extra[] = { 0,
					  0,
					  0,
					  KITH_WNOHANG,
					  KITH___WALL,
					  KITH___WCLONE,
					  KITH___WNOTHREAD,
					  KITH___WALL | KITH_WNOHANG };
	uint64_t options = extra[roll(8)];
	uint64_t whom = roll(4) == 0   ? (uint64_t)anybody()
			: roll(8) == 0 ? 0
			: roll(8) == 0 ? (uint64_t)-anybody()
				       : ANY;

	if (roll(4))
		return (struct kith_call){
			.nr = KITH_WAIT4,
			.arg = { whom, roll(8) ? HERE : BAD, options,
				 roll(2) ? HERE : 0 },
		};
	return (struct kith_call){
		.nr = KITH_WAITID,
		.arg = { roll(4), (uint64_t)anybody(), roll(8) ? HERE : BAD,
			 options | (roll(8) ? KITH_WEXITED : KITH_WSTOPPED) |
				 (roll(3) ? 0 : KITH_WNOWAIT) },
	};
}

static struct kith_call kill_call(void)
{
	uint64_t whom = (uint64_t)anybody();

	if (roll(12) == 0)
		whom = (uint64_t)-anybody();
	if (roll(40) == 0)
		whom = roll(2) ? ANY : 0;
	return (struct kith_call){ .nr = KITH_KILL,
				   .arg = { whom, a_signal() } };
}

static struct kith_call sigchld_call(void)
{
	static const struct kith_sigaction to[] = {
		{ KITH_SIG_DFL, 0, 0 },
		{ KITH_SIG_IGN, 0, 0 },
		{ KITH_SIG_DFL, KITH_SA_NOCLDWAIT, 0 },
		{ KITH_SIG_DFL, KITH_SA_NOCLDSTOP, 0 },
	};

	return (struct kith_call){
		.nr = KITH_RT_SIGACTION,
		.arg = { roll(6) ? KITH_SIGCHLD : a_signal(), HERE,
			 roll(2) ? HERE : 0, 8 },
		.in.action = to[roll(4)],
	};
}

static struct kith_call prctl_call(void)
{
	if (roll(2))
		return (struct kith_call){
			.nr = KITH_PRCTL,
			.arg = { KITH_PR_SET_CHILD_SUBREAPER, roll(3) },
		};
	return (struct kith_call){
		.nr = KITH_PRCTL,
		.arg = { KITH_PR_SET_PDEATHSIG, a_signal() },
	};
}

static struct kith_call file_call(void)
{
	switch (roll(3)) {
	case 0:
		return (struct kith_call){ .nr = KITH_DUP, .arg = { roll(5) } };
	case 1:
		return (struct kith_call){ .nr = KITH_CLOSE,
					   .arg = { roll(9) } };
	default:
		return (struct kith_call){
			.nr = KITH_FCNTL,
			.arg = { roll(5), roll(2) ? 0 : 1030, roll(30) },
		};
	}
}

static struct kith_call small_call(void)
{
	switch (roll(7)) {
	case 0:
		return (struct kith_call){ .nr = KITH_GETPPID };
	case 1:
		return (struct kith_call){ .nr = KITH_TIMES, .arg = { HERE } };
	case 2:
		return (struct kith_call){ .nr = KITH_GETRUSAGE,
					   .arg = { roll(3) - 1u, HERE } };
	case 3:
		return (struct kith_call){
			.nr = KITH_SYSCTL,
			.arg = { HERE, roll(80) },
			.in.text = "kernel.ns_last_pid",
		};
	case 4:
		return file_call();
	default:
		return (struct kith_call){
			.nr = KITH_SPEND,
			.arg = { HERE },
			.in.spend = { roll(1u << 25), roll(1u << 25), roll(9) },
		};
	}
}

static struct kith_call any_call(void)
{
	unsigned r = roll(100);

	if (r < (living < 30 ? 20 : 2))
		return (struct kith_call){ .nr = roll(8) ? KITH_FORK
							 : KITH_VFORK };
	if (r < (living < 30 ? 40 : 6))
		return roll(5) ? clone_call() : clone3_call();
	if (r < 55)
		return wait_call();
	if (r < 65)
		return (struct kith_call){ .nr = roll(2) ? KITH_EXIT
							 : KITH_EXIT_GROUP,
					   .arg = { roll(256) } };
	if (r < 72)
		return kill_call();
	if (r < 77)
		return (struct kith_call){ .nr = KITH_EXECVE,
					   .arg = { HERE },
					   .in.text = roll(9) ? "prog" : "" };
	if (r < 85)
		return prctl_call();
	return r < 90 ? sigchld_call() : small_call();
}

/* One call by anybody, if he can; init stays alive as long as possible. */
static void somebody_does_something(bool micro)
{
	struct kith_call c;
	pid_t tid;

	count_people();
	tid = anybody();
	c = any_call();
	if (world.soul[tid].tgid == 1 &&
	    (c.nr == KITH_EXIT || c.nr == KITH_EXIT_GROUP) && roll(20))
		c.nr = KITH_GETPID;
	if (kith_call(m, tid, &c) == 0 && c.nr == KITH_PRCTL &&
	    c.arg[0] == KITH_PR_SET_CHILD_SUBREAPER)
		world.soul[tid].wants = c.arg[1] != 0;
	if (!micro || roll(8) == 0)
		kith_run(m);
	else
		for (unsigned n = 1 + roll(3); n > 0; n--)
			kith_step(m);
}

/* --- the properties ------------------------------------------------------- */

struct how {
	uint64_t program, seed;
	bool micro;
};

static void start(const struct how *how)
{
	struct kith_config config = { .seed = how->seed,
				      .micro = how->micro,
				      .memory = 256 << 20,
				      .pid_max = 600 };

	m = kith_new(&config);
	memset(&world, 0, sizeof(world));
	world.soul[1] = (struct soul){ .there = true, .tgid = 1, .wants = -1 };
	world.reaper = 1;
	world.births = 1;
	observer = (struct kith_observer){ .event = take_note };
	kith_watch(m, &observer);
	dice = how->program * UINT64_C(0x9e3779b97f4a7c15) | 1;
	rig_complaint[0] = '\0';
}

/* So many steps; with a trail, so that they can be told from others. */
static void go(const struct how *how, int steps)
{
	for (int i = 0; i < steps && !world.halted; i++) {
		somebody_does_something(how->micro);
		compare();
		trail[i] = kith_hash(m);
	}
}

/* Back to a point in the past: all the same, and the future repeats itself. */
static unsigned repeats_itself(const struct how *how, int steps)
{
	static uint64_t first[sizeof(trail) / sizeof(trail[0])];
	static struct world then;
	struct kith_snapshot *s = kith_save(m);
	uint64_t hash = kith_hash(m), dice_then = dice, digest_after;
	unsigned wrong = 0;

	then = world;
	go(how, steps);
	kith_step(m); /* what was said is shown before it is undone */
	memcpy(first, trail, sizeof(first));
	digest_after = world.digest;
	wrong += world.wrong;
	wrong += kith_restore(m, s) != 0;
	wrong += kith_hash(m) != hash;
	world = then;
	dice = dice_then;
	compare();
	go(how, steps);
	kith_step(m);
	wrong += memcmp(first, trail, sizeof(first)) != 0;
	wrong += world.digest != digest_after;
	if (wrong && !complaint[0])
		strcpy(complaint, "history does not repeat itself");
	kith_snapshot_free(s);
	return wrong;
}

static unsigned ends_well(void)
{
	struct kith_call exit = { .nr = KITH_EXIT_GROUP };
	struct kith_memory memory;

	kith_run(m);
	for (pid_t nr = kith_next(m, 0); nr; nr = kith_next(m, nr))
		if (world.soul[nr].tgid == 1)
			kith_call(m, nr, &exit);
	kith_run(m);
	compare();
	kith_memory(m, &memory);
	if (world.halted && kith_next(m, 1))
		complain("survivors", 1, kith_next(m, 1), 0);
	return world.wrong;
}

/* The digest of a whole run; 0 if something was wrong. */
static uint64_t live(const struct how *how)
{
	unsigned wrong;
	uint64_t end;

	complaint[0] = '\0';
	start(how);
	go(how, 60);
	wrong = world.wrong;
	if (!world.halted)
		wrong += repeats_itself(how, 40);
	go(how, 60);
	if (!world.halted)
		wrong += repeats_itself(how, 20);
	wrong += ends_well();
	end = world.digest;
	if (wrong)
		diag("program %d, seed %d, %s: %s", (int)how->program,
		     (int)how->seed, how->micro ? "micro" : "normal",
		     complaint);
	kith_free(m);
	return wrong ? 0 : end | 1;
}

static void programs(bool micro, uint64_t seed, int from, int n)
{
	unsigned wrong = 0, differ = 0;
	struct how how = { .seed = seed, .micro = micro };

	for (int i = 0; i < n; i++) {
		uint64_t first;

		how.program = (uint64_t)(from + i) * 31 + seed + micro;
		first = live(&how);
		wrong += !first;
		if (i % 4 == 0)
			differ += live(&how) != first;
	}
	is(wrong, 0, "%d programs, %s, seed %d: parents, children, snapshots",
	   n, micro ? "micro" : "normal", (int)seed);
	is(differ, 0, "and the same again, event by event");
}

int main(int argc, char **argv)
{
	int n = rounds(40), from = argc > 1 ? atoi(argv[1]) : 0;

	for (int micro = 0; micro < 2; micro++)
		for (uint64_t seed = 0; seed < 4; seed++)
			programs(micro, seed * 7919, from, n);
	return done_testing();
}
