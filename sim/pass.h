/*
 * A call of the library's, as Linux wants it; and what Linux made of it, as the
 * library says it.
 *
 * pass_call() fills a slot: numbers as they are, and for pointers that are
 * KITH_HERE memory in the slot, with the argument's bytes in it.  Memory that
 * is to be filled in is covered with a pattern first, so that pass_result() can
 * tell what was written from what was not.  How each kind of argument is passed
 * is a row of a table, as are all other things about kinds (sim/kinds.h).
 */
#ifndef SIM_PASS_H
#define SIM_PASS_H

#include <kith/kith.h>

#include "sim/channel.h"

/* What a call may do besides returning. */
bool call_may_give_birth(const struct kith_call *call);
bool call_is_vfork(const struct kith_call *call); /* wait for the child */
bool call_is_exec(const struct kith_call *call);
bool call_may_sleep(const struct kith_call *call); /* interruptibly */

/*
 * NULL; or why Linux shall not be asked this, in a few words: it would cost the
 * machine too much.
 */
const char *pass_refuses(const struct kith_call *call);

/* The slot is ready to be told, but for the slot of a child. */
void pass_call(void *channel, struct slot *slot, const struct kith_call *call);

/* After its return. */
void pass_result(const struct slot *slot, const struct kith_call *call,
		 struct kith_result *result);

#endif
