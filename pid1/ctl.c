#include "pid1/ctl.h"

#include <string.h>

#include "pid1/supervise-sha256.h"
#include "wait/status.h"

/* --- requests -------------------------------------------------------------- */

static const char *const words[NR_CTL] = {
	[CTL_STATUS] = "status", [CTL_METRICS] = "metrics",
	[CTL_REPORT] = "report", [CTL_RESTART] = "restart",
	[CTL_STOP] = "stop",     [CTL_UPDATE] = "update",
};

static bool is_word(const char *text, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(text, word, size) == 0;
}

const char *ctl_read(const char *packet, size_t size,
		     struct ctl_request *request)
{
	char hex[65] = "";
	size_t first = 0;
	int what = 0;

	*request = (struct ctl_request){ .what = CTL_STATUS };
	if (size && packet[size - 1] == '\n')
		size--;
	if (size >= CTL_MOST)
		return "is too long";
	while (first < size && packet[first] != ' ')
		first++;
	while (what < NR_CTL && !is_word(packet, first, words[what]))
		what++;
	if (what == NR_CTL)
		return "is no request";
	request->what = (enum ctl_what)what;
	if (first == size)
		return NULL;
	if (what != CTL_UPDATE || size - first - 1 != 64)
		return "has a word too many";
	memcpy(hex, packet + first + 1, 64);
	if (!sha256_read(hex, request->digest))
		return "is no SHA-256";
	request->has_digest = true;
	return NULL;
}

void ctl_done(struct say *s)
{
	say_text(s, "+");
}

void ctl_refuse(struct say *s, const char *why)
{
	say_text(s, "-");
	say_text(s, why);
	say_text(s, "\n");
}

/* --- answers --------------------------------------------------------------- */

static const char *const states[NR_SUPER_STATES] = {
	[SUPER_RUNNING] = "running",  [SUPER_WAITING] = "waiting",
	[SUPER_ASKED] = "restarting", [SUPER_KILLED] = "killing",
	[SUPER_ENDING] = "stopping",  [SUPER_OVER] = "stopped",
};

/* "name":  and then its value; the first of an object has no comma. */
static void say_key(struct say *s, const char *name)
{
	say_text(s, ",\"");
	say_text(s, name);
	say_text(s, "\":");
}

static void json_number(struct say *s, const char *name, uint64_t n)
{
	say_key(s, name);
	say_number(s, n);
}

static void json_seconds(struct say *s, const char *name, uint64_t ns)
{
	say_key(s, name);
	say_seconds(s, ns);
}

static void json_bool(struct say *s, const char *name, bool is)
{
	say_key(s, name);
	say_text(s, is ? "true" : "false");
}

static void json_last(struct say *s, int status)
{
	say_key(s, "last");
	if (status < 0) {
		say_text(s, "null");
		return;
	}
	say_text(s, "{\"code\":");
	say_number(s, (uint64_t)status_for_shell(status));
	json_number(s, "signal",
		    status_is_exit(status) ? 0
					   : (uint64_t)status_value(status));
	json_bool(s, "core", status_is_core(status));
	say_text(s, "}");
}

static void say_status(const struct figures *f, struct say *s)
{
	say_text(s, "{\"state\":\"");
	say_text(s, states[f->state]);
	say_text(s, "\"");
	say_key(s, "program");
	say_json(s, f->program);
	json_number(s, "init", (uint64_t)f->init);
	json_number(s, "pid", (uint64_t)f->main);
	json_seconds(s, "up", f->main ? f->main_up_ns : 0);
	json_number(s, "restarts", f->starts);
	json_last(s, f->last_status);
	if (f->checks)
		json_bool(s, "healthy", f->in_a_row == 0);
	say_text(s, "}\n");
}

static void say_report(const struct figures *f, struct say *s)
{
	say_text(s, "{\"state\":\"");
	say_text(s, states[f->state]);
	say_text(s, "\"");
	json_seconds(s, "up", f->up_ns);
	json_number(s, "restarts", f->starts);
	json_number(s, "deaths", f->deaths);
	json_number(s, "start_failures", f->failures);
	json_last(s, f->last_status);
	json_number(s, "orphans", f->orphans);
	json_number(s, "signals", f->passed_on);
	json_number(s, "signals_refused", f->refused);
	json_number(s, "updates", f->updates);
	json_seconds(s, "user", f->used.utime);
	json_seconds(s, "system", f->used.stime);
	json_number(s, "maxrss_kb", f->used.maxrss);
	if (f->checks) {
		json_number(s, "checks_passed", f->healthy);
		json_number(s, "checks_failed", f->unhealthy);
		json_number(s, "checks_overdue", f->overdue);
	}
	if (f->writes) {
		json_number(s, "output_bytes", f->written);
		json_number(s, "output_lost_bytes", f->lost);
		json_number(s, "output_files_turned", f->turned);
	}
	say_text(s, "}\n");
}

/* One family: what it is, and its only value up to here. */
static void family(struct say *s, const char *name, const char *type,
		   const char *help)
{
	say_text(s, "# HELP kith_init_");
	say_text(s, name);
	say_text(s, " ");
	say_text(s, help);
	say_text(s, "\n# TYPE kith_init_");
	say_text(s, name);
	say_text(s, " ");
	say_text(s, type);
	say_text(s, "\nkith_init_");
	say_text(s, name);
	say_text(s, " ");
}

static void number(struct say *s, const char *name, const char *type,
		   uint64_t n, const char *help)
{
	family(s, name, type, help);
	say_number(s, n);
	say_text(s, "\n");
}

static void seconds(struct say *s, const char *name, const char *type,
		    uint64_t ns, const char *help)
{
	family(s, name, type, help);
	say_seconds(s, ns);
	say_text(s, "\n");
}

static const char gauge[] = "gauge", counter[] = "counter";

static void say_living(const struct figures *f, struct say *s)
{
	number(s, "main_up", gauge, f->main != 0,
	       "Whether the program is running.");
	seconds(s, "main_uptime_seconds", gauge, f->main ? f->main_up_ns : 0,
		"Time since its last start.");
	if (!f->known)
		return;
	seconds(s, "main_cpu_seconds", gauge, f->cpu_ns,
		"CPU time that the running program has used.");
	number(s, "main_resident_memory_bytes", gauge, f->rss_bytes,
	       "Memory that it has resident.");
}

static void say_metrics(const struct figures *f, struct say *s)
{
	say_living(f, s);
	seconds(s, "uptime_seconds", gauge, f->up_ns,
		"Time since kith-init began.");
	number(s, "restarts_total", counter, f->starts,
	       "Starts of the program after the first.");
	number(s, "deaths_total", counter, f->deaths, "Ends of the program.");
	number(s, "start_failures_total", counter, f->failures,
	       "Starts that did not succeed.");
	number(s, "last_code", gauge,
	       f->last_status < 0 ? 0
				  : (uint64_t)status_for_shell(f->last_status),
	       "How it ended last, as a shell says it.");
	seconds(s, "dead_cpu_seconds_total", counter,
		f->used.utime + f->used.stime,
		"CPU time used by the programs that ended.");
	number(s, "orphans_reaped_total", counter, f->orphans,
	       "Other processes reaped.");
	number(s, "signals_passed_on_total", counter, f->passed_on,
	       "Signals passed on to the program.");
	number(s, "signals_refused_total", counter, f->refused,
	       "Signals that could not be.");
	number(s, "updates_total", counter, f->updates,
	       "Times that kith-init replaced itself.");
	if (f->checks) {
		number(s, "healthy", gauge, f->in_a_row == 0,
		       "Whether the last health check passed.");
		number(s, "checks_passed_total", counter, f->healthy,
		       "Health checks that passed.");
		number(s, "checks_failed_total", counter, f->unhealthy,
		       "Health checks that did not.");
		number(s, "checks_overdue_total", counter, f->overdue,
		       "Of those, the ones that took too long.");
	}
	if (f->writes) {
		number(s, "output_bytes_total", counter, f->written,
		       "Output that was written.");
		number(s, "output_lost_bytes_total", counter, f->lost,
		       "Output that could not be.");
		number(s, "output_files_turned_total", counter, f->turned,
		       "Output files that were full.");
	}
}

void ctl_tell(const struct figures *f, enum ctl_what what, struct say *s)
{
	ctl_done(s);
	if (what == CTL_STATUS)
		say_status(f, s);
	else if (what == CTL_METRICS)
		say_metrics(f, s);
	else
		say_report(f, s);
}
