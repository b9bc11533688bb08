#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sim/memory.h"
#include "sim/pass.h"
#include "sim/watch.h"

#define PATIENCE 60 /* seconds until somebody is said never to come to rest */

/* From <linux/pidfd.h> and <linux/nsfs.h>, as of 6.15 and 6.11. */
struct end_info {
	uint64_t mask, cgroup;
	uint32_t pid, tgid, ppid, ids[8];
	int32_t exit_code;
};
#define GET_INFO    _IOWR(0xFF, 11, struct end_info)
#define INFO_EXIT   (1u << 3)
#define PIDFD_ONE   O_EXCL               /* PIDFD_THREAD */
#define PID_OUTSIDE _IOR(0xb7, 0x6, int) /* NS_GET_PID_FROM_PIDNS */

#define PF_EXITING 0x4

/* --- persons -------------------------------------------------------------- */

static struct person *add_person(struct watch *w, uint32_t slot)
{
	struct person *p = must_alloc(sizeof(*p));

	p->slot = slot;
	p->pidfd = -1;
	for (int i = 0; i < PROC_FILES; i++)
		p->fd[i] = -1;
	w->person[w->count++] = p;
	return p;
}

static struct slot *slot_of(const struct watch *w, const struct person *p)
{
	return stage_slot(w->stage, p->slot);
}

struct person *watch_find(const struct watch *w, pid_t tid)
{
	for (uint32_t i = w->count; i-- > 0;) {
		struct person *p = w->person[i];

		if (p->tid == tid && (p->life == ALIVE || p->life == ZOMBIE))
			return p;
	}
	return NULL;
}

bool person_is_idle(const struct person *p)
{
	return p->life == ALIVE && !p->in_call;
}

char person_letter(const struct person *p)
{
	return person_is_idle(p) && p->letter == 'S' ? 'R' : p->letter;
}

static void close_files(struct person *p)
{
	for (int i = 0; i < PROC_FILES; i++) {
		if (p->fd[i] >= 0)
			close(p->fd[i]);
		p->fd[i] = -1;
	}
}

static void drop(struct person *p)
{
	close_files(p);
	if (p->pidfd >= 0)
		close(p->pidfd);
	p->pidfd = -1;
	free(p->status_text);
	free(p->children_text);
	p->status_text = p->children_text = NULL;
	p->status_room = p->children_room = 0;
}

/* A held pidfd tells how it ended, also after the last of it is gone. */
static void learn_end(struct person *p)
{
	struct end_info info = { .mask = INFO_EXIT };

	if (p->pidfd < 0 || ioctl(p->pidfd, GET_INFO, &info) ||
	    !(info.mask & INFO_EXIT))
		return;
	p->status = info.exit_code;
	p->knows_status = true;
}

static void is_gone(struct watch *w, struct person *p)
{
	w->changes++;
	if (p->life == ALIVE)
		p->ended = true;
	p->leaving = p->outside > 0;
	learn_end(p);
	drop(p);
	p->life = GONE;
	p->in_call = false;
	slot_of(w, p)->exec_order = 0;
}

/* --- files ---------------------------------------------------------------- */

static void open_files(struct watch *w, struct person *p)
{
	static const char *const names[] = { [PROC_STAT] = "stat",
					     [PROC_STATUS] = "status",
					     [PROC_RAN] = "schedstat",
					     [PROC_SYSCALL] = "syscall" };
	char path[60];

	for (int i = 0; i < PROC_FILES; i++) {
		if (i == PROC_CHILDREN)
			snprintf(path, sizeof(path), "%d/task/%d/children",
				 (int)p->tid, (int)p->tid);
		else
			snprintf(path, sizeof(path), "%d/%s", (int)p->tid,
				 names[i]);
		p->fd[i] = openat(w->stage->proc, path, O_RDONLY | O_CLOEXEC);
	}
}

static void hold(struct watch *w, struct person *p)
{
	if (!w->ends_known)
		return;
	p->outside = ioctl(w->stage->ns, PID_OUTSIDE, (unsigned long)p->tid);
	if (p->outside > 0)
		p->pidfd = (int)syscall(SYS_pidfd_open, p->outside, PIDFD_ONE);
}

/* Its number is known: look at it under that number from now on. */
static void is_called(struct watch *w, struct person *p, pid_t tid)
{
	drop(p);
	p->tid = tid;
	p->life = ALIVE;
	open_files(w, p);
	hold(w, p);
}

/* As much as fits; its length, or -1 if the thread is gone. */
static ssize_t read_file(struct person *p, enum proc_file file, char *buf,
			 size_t size)
{
	ssize_t n = p->fd[file] < 0 ? -1 : pread(p->fd[file], buf, size - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

static bool read_whole(struct person *p, enum proc_file file, char **text,
		       size_t *room)
{
	ssize_t n;

	if (!*text) {
		*room = file == PROC_STATUS ? 2048 : 256;
		*text = must_alloc(*room);
	}
	while ((n = read_file(p, file, *text, *room)) == (ssize_t)*room - 1) {
		*room *= 2;
		*text = must_grow(*text, *room);
	}
	return n >= 0;
}

/* --- who is who ----------------------------------------------------------- */

/* It has another number than before: execve by one who was not the leader. */
static void is_renamed(struct watch *w, struct person *p, pid_t tid)
{
	struct person *old = watch_find(w, tid);

	if (old && old != p) {
		is_gone(w, old);
		old->superseded = true;
		old->leaving = false;
	}
	p->renamed = p->tid;
	is_called(w, p, tid);
}

static bool parent_has_answered(const struct watch *w, const struct person *p)
{
	const struct person *parent = p->parent;

	return parent->life != ALIVE ||
	       __atomic_load_n(&slot_of(w, parent)->results,
			       __ATOMIC_ACQUIRE) != parent->results;
}

/* True when it is settled whether p is born. */
static bool meet(struct watch *w, struct person *p)
{
	struct slot *slot = slot_of(w, p);
	pid_t tid = __atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE);
	bool answered = parent_has_answered(w, p);

	if (!tid && answered && p->parent->life == ALIVE)
		tid = (pid_t)slot_of(w, p->parent)->result;
	if (tid > 0) {
		is_called(w, p, tid);
		p->born = true;
		return true;
	}
	if (!answered)
		return false;
	p->life = GONE; /* it never was */
	w->spare = p->slot + 1;
	return true;
}

/* What the slots say; false if somebody is still to be met. */
static bool look_at_slots(struct watch *w)
{
	bool all = true;

	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];
		pid_t tid = slot_of(w, p)->tid;

		if (p->life == UNBORN)
			all = meet(w, p) && all;
		else if (p->life == ALIVE && tid && tid != p->tid)
			is_renamed(w, p, tid);
	}
	return all;
}

/* --- is it quiet ---------------------------------------------------------- */

/* The letter and the flags, fields 3 and 9. */
static void parse_stat(struct person *p, unsigned long *flags)
{
	const char *end = strrchr(p->stat, ')');

	*flags = 0;
	p->letter = '?';
	if (end)
		sscanf(end + 1, " %c %*d %*d %*d %*d %*d %lu", &p->letter,
		       flags);
}

/*
 * An execve by p, who was no leader and is not found any more: is it about to
 * be seen under the leader's number?  Not if that is still the old leader's, who
 * sleeps, or that of a zombie.
 */
static bool may_be_renamed(struct watch *w, const struct person *p)
{
	struct slot *slot = slot_of(w, p);
	struct person leader = { .letter = 'Z' };
	char path[40];
	unsigned long flags;

	if (!p->in_call || !call_is_exec(&p->call) || slot->tgid == p->tid)
		return false;
	snprintf(path, sizeof(path), "%d/stat", (int)slot->tgid);
	leader.fd[PROC_STAT] =
		openat(w->stage->proc, path, O_RDONLY | O_CLOEXEC);
	if (read_file(&leader, PROC_STAT, leader.stat, sizeof(leader.stat)) > 0)
		parse_stat(&leader, &flags);
	if (leader.fd[PROC_STAT] >= 0)
		close(leader.fd[PROC_STAT]);
	return __atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE) != p->tid ||
	       !strchr("SZT", leader.letter);
}

/* Linux: wait_task_inactive(); where it may not be read, the letter counts. */
static bool is_off_the_cpu(struct person *p)
{
	char text[200];

	return read_file(p, PROC_SYSCALL, text, sizeof(text)) <= 0 ||
	       strncmp(text, "running", 7);
}

static bool sleeps_for_good(const struct watch *w, struct person *p,
			    unsigned long flags)
{
	struct slot *slot = slot_of(w, p);
	uint32_t word = __atomic_load_n(&slot->word, __ATOMIC_ACQUIRE);

	if (flags & PF_EXITING)
		return false; /* init, too, comes to its end: nothing holds it here */
	if (p->letter == 'D')
		return word == BUSY && p->in_call && call_is_vfork(&p->call);
	if (p->letter != 'S' && p->letter != 'T')
		return false;
	return word == REST || (word == BUSY && p->in_call &&
				call_may_sleep(&p->call) && is_off_the_cpu(p));
}

static void is_zombie(struct watch *w, struct person *p)
{
	const char *last = strrchr(p->stat, ' ');

	if (p->life == ALIVE) {
		p->ended = true;
		w->changes++;
	}
	p->life = ZOMBIE;
	p->in_call = false;
	slot_of(w, p)->exec_order = 0;
	if (last) {
		p->status = atoi(last);
		p->knows_status = true;
	}
}

/* False: this one moves, or has just moved. */
static bool look_at(struct watch *w, struct person *p)
{
	unsigned long flags;

	if (p->life != ALIVE && p->life != ZOMBIE)
		return true;
	if (read_file(p, PROC_STAT, p->stat, sizeof(p->stat)) < 0) {
		if (may_be_renamed(w, p))
			return false;
		is_gone(w, p);
		return true;
	}
	parse_stat(p, &flags);
	if (p->letter == 'Z') {
		/* Other threads are no zombies for long. */
		if (slot_of(w, p)->tgid && slot_of(w, p)->tgid != p->tid)
			return false;
		is_zombie(w, p);
		return true;
	}
	return sleeps_for_good(w, p, flags);
}

static bool all_sleep(struct watch *w)
{
	for (uint32_t i = w->count; i-- > 0;)
		if (!look_at(w, w->person[i]))
			return false;
	return true;
}

static bool is_there(const struct person *p)
{
	return p->life == ALIVE || p->life == ZOMBIE;
}

static void note_times(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (is_there(w->person[i]))
			read_file(w->person[i], PROC_RAN,
				  w->person[i]->ran_before,
				  sizeof(w->person[i]->ran_before));
}

static bool nobody_ran(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];

		if (!is_there(p))
			continue;
		read_file(p, PROC_RAN, p->ran, sizeof(p->ran));
		if (strcmp(p->ran, p->ran_before))
			return false;
	}
	return true;
}

/* What is to be shown; false if somebody went while it was read. */
static bool take_picture(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];

		if (!is_there(p))
			continue;
		if (!read_whole(p, PROC_STATUS, &p->status_text,
				&p->status_room) ||
		    !read_whole(p, PROC_CHILDREN, &p->children_text,
				&p->children_room))
			return false;
	}
	return true;
}

/* Does anybody's group or session go by this number? */
static bool is_used(const struct watch *w, pid_t number)
{
	for (uint32_t i = 0; i < w->count; i++) {
		const struct person *p = w->person[i];
		int group, session;
		const char *end = is_there(p) ? strrchr(p->stat, ')') : NULL;

		if (end &&
		    sscanf(end + 1, " %*c %*d %d %d", &group, &session) == 2 &&
		    (group == number || session == number))
			return true;
	}
	return false;
}

/*
 * A thread that nobody waits for is gone from /proc a moment before its number
 * may be given out again.  F_SETOWN asks for the number, not for the thread.
 */
static bool numbers_are_free(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];

		if (!p->leaving)
			continue;
		if (!fcntl(w->stage->life, F_SETOWN, p->outside) &&
		    !is_used(w, p->tid))
			return false;
		p->leaving = false;
	}
	return true;
}

/* An unborn child may wait for the death of its parent to be seen. */
static bool is_quiet(struct watch *w)
{
	bool all_met = look_at_slots(w);
	uint64_t changes;

	if (!all_sleep(w) || !all_met)
		return false;
	note_times(w);
	changes = w->changes;
	return take_picture(w) && all_sleep(w) && w->changes == changes &&
	       nobody_ran(w) && numbers_are_free(w);
}

/* --- calls ---------------------------------------------------------------- */

static void collect_results(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];
		struct slot *slot = slot_of(w, p);

		if (p->life != ALIVE || slot->results == p->results)
			continue;
		p->results = slot->results;
		p->returned = p->in_call;
		if (p->in_call)
			pass_result(slot, &p->call, &p->result);
		p->in_call = false;
	}
}

static int never_quiet(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];

		if (p->life == UNBORN || !look_at(w, p)) {
			snprintf(w->why, sizeof(w->why),
				 "thread %d never came to rest on linux "
				 "(%s%s, state %c)",
				 (int)p->tid, p->in_call ? "in " : "at rest",
				 p->in_call ? kith_call_name(p->call.nr) : "",
				 p->tid ? p->letter : '?');
			return -1;
		}
	}
	snprintf(w->why, sizeof(w->why), "linux never came to rest");
	return -1;
}

static long seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec;
}

int watch_settle(struct watch *w)
{
	long end = seconds() + PATIENCE;

	for (unsigned i = 1; !is_quiet(w); i++) {
		sched_yield();
		if (i % 1024 == 0 && seconds() > end)
			return never_quiet(w);
	}
	collect_results(w);
	return 0;
}

/* A slot for the child that p is about to make. */
static int expect_child(struct watch *w, struct person *p)
{
	struct person *child;
	uint32_t slot;

	if (w->spare) {
		slot = w->spare - 1;
		stage_slot(w->stage, slot)->word = BUSY;
	} else if (!stage_new_slot(w->stage, &slot)) {
		snprintf(w->why, sizeof(w->why),
			 "more than %d births in one scenario on linux", SLOTS);
		return -1;
	}
	w->spare = 0;
	child = add_person(w, slot);
	child->parent = p;
	slot_of(w, p)->child = slot;
	return 0;
}

/* Who was gone before is forgotten; of the others, what they did. */
static void begin_line(struct watch *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->count; i++) {
		struct person *p = w->person[i];

		if (p->life == GONE) {
			free(p);
			continue;
		}
		p->returned = p->ended = p->superseded = p->born = false;
		p->renamed = 0;
		w->person[n++] = p;
	}
	w->count = n;
}

int watch_post(struct watch *w, struct person *p, const struct kith_call *call)
{
	const char *no = pass_refuses(call);

	if (no) {
		snprintf(w->why, sizeof(w->why), "%s", no);
		return -1;
	}
	begin_line(w);
	if (call_may_give_birth(call) && expect_child(w, p))
		return -1;
	pass_call(w->stage->channel, slot_of(w, p), call);
	p->call = *call;
	p->in_call = true;
	stage_tell(slot_of(w, p));
	sched_yield();
	return 0;
}

/* --- the whole ------------------------------------------------------------ */

/* Four files for each thread; as many as we may. */
static void raise_limit(void)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

int watch_begin(struct watch *w, struct stage *s)
{
	struct person *init;

	memset(w, 0, sizeof(*w));
	w->stage = s;
	w->ends_known = s->ns >= 0 && kernel_version() >= KITH_LINUX(6, 15);
	raise_limit();
	init = add_person(w, 0);
	is_called(w, init, 1);
	init->in_call = true;
	init->call = (struct kith_call){ .nr = KITH_EXECVE };
	if (watch_settle(w))
		return -1;
	if (init->life == ALIVE)
		return 0;
	snprintf(w->why, sizeof(w->why), "the agent does not run");
	return -1;
}

void watch_end(struct watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		drop(w->person[i]);
		free(w->person[i]);
	}
	w->count = 0;
}
