/* kith-init: the core, and every part there is. */
#include "pid1/as-others.h"
#include "pid1/as.h"
#include "pid1/parts.h"

#include <stddef.h>

#include "pid1/supervise-part.h"
#include "pid1/vm.h"

const struct part *const parts[] = { &supervise_first, &vm_part,
				     &supervise_part, NULL };

const struct called others[] = {
	{ "tini", &tini_dialect },           { "tini-static", &tini_dialect },
	{ "docker-init", &tini_dialect }, /* as Docker names its own tini */
	{ "dumb-init", &dumb_init_dialect }, { "", NULL },
};
