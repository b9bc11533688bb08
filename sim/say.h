/*
 * Events in plain words.
 */
#ifndef SIM_SAY_H
#define SIM_SAY_H

#include "sim/history.h"
#include "sim/out.h"

/*
 * What thread who did in a step that began with the event `from`: "3
 * exit_group: gives 4 to 2 [RPT-02], becomes a zombie".  After_exit: its step
 * before was the one with which its exit began.
 */
void say_step(struct out *o, struct kith_machine *m, const struct history *h,
	      size_t from, pid_t who, bool after_exit);

#endif
