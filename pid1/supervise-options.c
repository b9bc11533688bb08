#include "pid1/supervise-options.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "pid1/names.h"
#include "pid1/supervise.h"

#define SECOND UINT64_C(1000000000)

/* The command line is one, and so is this. */
struct supervise_options supervise_options;

/* What holds beside what is asked, if anything is. */
static const struct supervise_options defaults = {
	.wanted = true,
	.pause_ns = SECOND / 10,
	.pause_max_ns = 30 * SECOND,
	.well_ns = 10 * SECOND,
	.restart_on = SIGUSR1,
	.pre_stop = "TERM",
	.pre_stop_ns = 5 * SECOND,
	.health_every_ns = 30 * SECOND,
	.health_time_ns = 5 * SECOND,
	.health_retries = 3,
	.output_limit = 10 << 20,
	.update_on = SIGUSR2,
};

/* Where a row's value goes. */
#define AT(member) ((int)offsetof(struct supervise_options, member))

static void *field(struct options *o, int offset)
{
	if (!supervise_options.wanted)
		supervise_options = defaults;
	o->supervised = true;
	return (char *)&supervise_options + offset;
}

static const char *set_flag(struct options *o, const char *value, int at)
{
	(void)value;
	*(bool *)field(o, at) = true;
	return NULL;
}

static const char *set_word(struct options *o, const char *value, int at)
{
	*(const char **)field(o, at) = value;
	return *value ? NULL : "is empty";
}

static const char *set_time(struct options *o, const char *value, int at)
{
	return read_time(value, field(o, at)) ? NULL : "is no time";
}

static const char *set_number(struct options *o, const char *value, int at)
{
	return read_number(value, strlen(value), 1000000, field(o, at))
		       ? NULL
		       : "is no number from 0 to 1000000";
}

/* A signal, or "none". */
static const char *set_signal(struct options *o, const char *value, int at)
{
	int sig = signal_number(value, strlen(value));

	if (!sig && strcmp(value, "none") != 0)
		return "is no signal";
	*(int *)field(o, at) = sig;
	return NULL;
}

static int choose(const char *const *words, const char *value)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static const char *set_restart(struct options *o, const char *value, int at)
{
	static const char *const words[] = { "never", "on-failure", "always",
					     NULL };
	int i = choose(words, value);

	if (i < 0)
		return "is none of never, on-failure, always";
	*(uint8_t *)field(o, at) = (uint8_t)i;
	supervise_options.softly = true;
	return NULL;
}

static const char *set_unwell(struct options *o, const char *value, int at)
{
	static const char *const words[] = { "restart", "stop", "tell", NULL };
	int i = choose(words, value);

	if (i < 0)
		return "is none of restart, stop, tell";
	*(uint8_t *)field(o, at) = (uint8_t)i;
	return NULL;
}

/* Bytes: 4096, 64k, 10M, 1G. */
static const char *set_size(struct options *o, const char *value, int at)
{
	static const char units[] = "kmg";
	size_t len = strlen(value);
	const char *unit =
		len ? strchr(units, value[len - 1] | ('a' - 'A')) : NULL;
	uint64_t n;

	if (!unit || !*unit)
		unit = NULL;
	if (!read_number(value, len - (unit != NULL), UINT64_C(1) << 33, &n))
		return "is no size";
	*(uint64_t *)field(o, at) = unit ? n << (10 * (unit - units + 1)) : n;
	return NULL;
}

const struct option_row supervise_rows[] = {
	{ 0, "restart", "WHEN", set_restart, AT(restart),
	  "start the program again: always, on-failure, never" },
	{ 0, "restart-pause", "TIME", set_time, AT(pause_ns),
	  "before the second start in a row; then doubled (100ms)" },
	{ 0, "restart-pause-max", "TIME", set_time, AT(pause_max_ns),
	  "but no longer than this (30s)" },
	{ 0, "restart-well", "TIME", set_time, AT(well_ns),
	  "who lived so long did well: no pause (10s)" },
	{ 0, "restart-most", "N", set_number, AT(most),
	  "give up after so many in a row; 0: never (0)" },
	{ 0, "restart-on", "SIG", set_signal, AT(restart_on),
	  "what asks for a soft restart, or none (USR1)" },
	{ 0, "pre-stop", "SIG|CMD", set_word, AT(pre_stop),
	  "what a soft restart asks the program to end with (TERM)" },
	{ 0, "pre-stop-time", "TIME", set_time, AT(pre_stop_ns),
	  "and so much later comes KILL (5s)" },
	{ 0, "health", "CMD", set_word, AT(health),
	  "a command that ends with 0 if the program is well" },
	{ 0, "health-every", "TIME", set_time, AT(health_every_ns),
	  "how long between two checks (30s)" },
	{ 0, "health-time", "TIME", set_time, AT(health_time_ns),
	  "how long one may take (5s)" },
	{ 0, "health-retries", "N", set_number, AT(health_retries),
	  "so many that fail in a row are too many (3)" },
	{ 0, "health-action", "WHAT", set_unwell, AT(unwell),
	  "and then: restart, stop, tell (restart)" },
	{ 0, "output", "FILE", set_word, AT(output),
	  "stdout and stderr of the program go there" },
	{ 0, "output-limit", "SIZE", set_size, AT(output_limit),
	  "and beyond that size to a new one; 0: never (10M)" },
	{ 0, "control", "PATH", set_word, AT(control),
	  "a socket for kith-init ctl" },
	{ 0, "update", NULL, set_flag, AT(update),
	  "may replace itself by what lies beside it as .new" },
	{ 0, "update-on", "SIG", set_signal, AT(update_on),
	  "what asks for that, or none (USR2)" },
	{ 0 },
};

const char *supervise_check(const struct options *o)
{
	if (o->pause)
		return "--pause has no program to supervise";
	if (supervise_options.health && !supervise_options.health_retries)
		return "--health-retries must be 1 at least";
	return NULL;
}
