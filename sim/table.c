#include <string.h>

#include "sim/table.h"

#define ARG(kind, slot, label, otherwise, ...) \
	{ \
		KIND_##kind, slot, label, otherwise \
	}

const struct form forms[] = {
#define FORM(NAME, slot, key, ...) \
	{ KITH_##NAME, slot, (uint64_t)key, { __VA_ARGS__ } },
#include <kith/calls.def>
};
const unsigned nr_forms = sizeof(forms) / sizeof(forms[0]);

static const enum result_kind results[] = {
#define CALL(name, NAME, restart, result, family, number) RESULT_##result,
#include <kith/calls.def>
};

const struct named names[] = {
#define VALUE(set, NAME, number) { #set, #NAME, (uint64_t)number },
#define FLAG(set, NAME, number)  { #set, #NAME, (uint64_t)number },
#include <kith/values.def>
#define SIGNAL(NAME, number, action) { "signal", #NAME, number },
#include <kith/signals.def>
#define ERROR(NAME, number, text) { "error", #NAME, number },
#include <kith/errors.def>
};
const unsigned nr_names = sizeof(names) / sizeof(names[0]);

enum result_kind result_kind(enum kith_call_nr nr)
{
	return results[nr];
}

bool call_is_wait(int64_t nr)
{
	return nr == KITH_WAIT4 || nr == KITH_WAITID;
}

const struct form *first_form(enum kith_call_nr nr)
{
	for (unsigned i = 0; i < nr_forms; i++)
		if (forms[i].nr == nr)
			return &forms[i];
	return NULL;
}

const struct form *form_for(enum kith_call_nr nr, uint64_t key)
{
	for (unsigned i = 0; i < nr_forms; i++)
		if (forms[i].nr == nr &&
		    (forms[i].slot < 0 || forms[i].key == key))
			return &forms[i];
	return NULL;
}

const struct form *form_of(const struct kith_call *call)
{
	const struct form *form = first_form(call->nr);

	return form->slot < 0 ? form
			      : form_for(call->nr, call->arg[form->slot]);
}

int form_args(const struct form *form)
{
	int n = 0;

	while (form->args[n].kind != KIND_NONE)
		n++;
	return n;
}

int call_named(const char *name, size_t len)
{
	for (unsigned nr = 0; nr < KITH_NR_CALLS; nr++) {
		const char *other = kith_call_name(nr);

		if (strlen(other) == len && !memcmp(name, other, len))
			return (int)nr;
	}
	return -1;
}

const struct named *named(const char *set, const char *name, size_t len)
{
	for (unsigned i = 0; i < nr_names; i++)
		if (!strcmp(names[i].set, set) &&
		    strlen(names[i].name) == len &&
		    !memcmp(names[i].name, name, len))
			return &names[i];
	return NULL;
}

const struct named *numbered(const char *set, uint64_t number)
{
	for (unsigned i = 0; i < nr_names; i++)
		if (names[i].number == number && !strcmp(names[i].set, set))
			return &names[i];
	return NULL;
}

/* As proc(5) calls them. */
static const char *const stat_names[] = {
	"pid",         "comm",        "state",
	"ppid",        "pgrp",        "session",
	"tty_nr",      "tpgid",       "flags",
	"minflt",      "cminflt",     "majflt",
	"cmajflt",     "utime",       "stime",
	"cutime",      "cstime",      "priority",
	"nice",        "num_threads", "itrealvalue",
	"starttime",   "vsize",       "rss",
	"rsslim",      "startcode",   "endcode",
	"startstack",  "kstkesp",     "kstkeip",
	"signal",      "blocked",     "sigignore",
	"sigcatch",    "wchan",       "nswap",
	"cnswap",      "exit_signal", "processor",
	"rt_priority", "policy",      "delayacct_blkio_ticks",
	"guest_time",  "cguest_time", "start_data",
	"end_data",    "start_brk",   "arg_start",
	"arg_end",     "env_start",   "env_end",
	"exit_code"
};

int stat_field(const char *name, size_t len)
{
	const int n = sizeof(stat_names) / sizeof(stat_names[0]);

	if (len <= 5 || memcmp(name, "stat.", 5))
		return -1;
	for (int i = 0; i < n; i++)
		if (strlen(stat_names[i]) == len - 5 &&
		    !memcmp(stat_names[i], name + 5, len - 5))
			return i;
	return -1;
}
