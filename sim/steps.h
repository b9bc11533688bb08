/*
 * A run that one can go through, forward and back.
 *
 * A step is what one `next` does: a line of the script with all that follows
 * from it, or, in micro mode, one step of the machine.
 *
 * Going back takes two things, for a run has two halves.  What sim/ remembers
 * of it (what is expected, printed, failed) is undone exactly, change by change.
 * The machine is put back from a snapshot that was made some steps before, and
 * then does again what it did since, with nobody watching:
 *
 *	steps      0 ......... 32 ......... 64 ..... 80   81 (here)
 *	snapshots  S           S            S
 *	                                    |-------->|   back: 16 lines again
 *
 * There is a snapshot every KEY_STEPS steps, of a big machine every so many
 * more.  When there are too many the one goes that is missed least, so that
 * they get sparser with their distance.  Going far back is slower for it, once:
 * snapshots are laid again on the way.
 */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "sim/history.h"
#include "sim/run.h"

enum {
	KEY_STEPS = 32,
	KEY_BYTES_A_STEP = 64 << 10,
	MOST_KEYS = 64,
	MOST_KEY_BYTES = 64 << 20 /* but for the last two */
};

/* How it was before a step, and what the step did to the machine. */
struct mark {
	size_t undo, happened, text;
	unsigned failures;
	struct pool_mark pool;
	const struct line *next;
	bool inside;
	const struct line *entered;
	pid_t pick, who; /* of a step of the machine: asked for, and had */
};

struct keyframe {
	size_t at; /* before this step */
	struct kith_snapshot *snapshot;
};

struct steps {
	struct run run;
	struct history history;
	struct out text; /* all that was printed so far, as lines */
	struct undo undo;
	struct mark *marks;
	size_t count, room; /* steps taken */
	struct keyframe keys[MOST_KEYS + 1];
	size_t nr_keys, key_bytes;
	void (*printed)(struct run *run, const struct printed *p); /* or NULL */
};

/* run's paint, failed, moved and micro are the caller's, and so is printed. */
int steps_begin(struct steps *s, const struct script *script,
		const uint64_t *seed);
int steps_end(struct steps *s); /* 1 if expectations failed, else 0 */

/*
 * A step; in micro mode by thread pick, unless that is 0.  Returns whose it
 * was, 0 if the line needed none; -ENODATA at the end of the script, and
 * -EAGAIN if this thread cannot take one.
 */
pid_t steps_next(struct steps *s, pid_t pick);

/* To where `count` steps have been taken, which is not ahead. */
void steps_back(struct steps *s, size_t count);

/* Did the step before the last that thread who took begin its exit? */
bool steps_exits(const struct steps *s, pid_t who);

/* Has all up to and with this line of the script been run, and no step less? */
bool steps_reached(const struct steps *s, uint32_t line);

/* After how many steps that was so; only if it is. */
size_t steps_when(const struct steps *s, uint32_t line);

#endif
