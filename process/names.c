/*
 * Names of things, from the tables.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kith/kith.h>

const char *kith_call_name(unsigned nr)
{
	static const char *const name[KITH_NR_CALLS] = {
#define CALL(n, NAME, restart, result, family, number) [KITH_##NAME] = #n,
#include <kith/calls.def>
	};

	return nr < KITH_NR_CALLS ? name[nr] : "?";
}

static const struct error {
	int number;
	const char *name, *text;
} errors[] = {
#define ERROR(NAME, number, text) { number, #NAME, text },
#include <kith/errors.def>
};

static const struct error *find_error(int number)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == number)
			return &errors[i];
	return NULL;
}

const char *kith_errno_name(int number)
{
	const struct error *e = find_error(number);

	return e ? e->name : NULL;
}

const char *kith_errno_text(int number)
{
	const struct error *e = find_error(number);

	return e ? e->text : NULL;
}

static const struct {
	const char *name, *subject, *value, *other;
} events[KITH_NR_EVENTS] = {
#define EVENT(name, NAME, subject, value, other, meaning) \
	[KITH_EV_##NAME] = { #name, #subject, #value, #other },
#include <kith/events.def>
};

const char *kith_event_name(unsigned type)
{
	return type < KITH_NR_EVENTS ? events[type].name : "?";
}

struct json {
	char *buf;
	size_t room;
	int len;
};

static void put(struct json *j, const char *text)
{
	for (; *text; text++, j->len++)
		if ((size_t)j->len + 1 < j->room)
			j->buf[j->len] = *text;
}

static void put_number(struct json *j, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	put(j, text);
}

/* What the value of a field is called, if it has a name. */
static const char *name_of(const char *key, int64_t value)
{
	if (!strcmp(key, "call") && value >= 0)
		return kith_call_name((unsigned)value);
	if (!strcmp(key, "signal"))
		return kith_signal_name((int)value);
	return NULL;
}

/* ,"key":value unless the event has no such field. */
static void put_field(struct json *j, const char *key, int64_t value)
{
	const char *name = name_of(key, value);
	char text[64];

	if (key[0] == '-')
		return;
	if (name)
		snprintf(text, sizeof(text), "\":\"%s\"", name);
	else
		snprintf(text, sizeof(text), "\":%" PRId64, value);
	put(j, ",\"");
	put(j, key);
	put(j, text);
}

static void put_info(struct json *j, const struct kith_siginfo *i)
{
	put(j, ",\"info\":{\"code\":");
	put_number(j, i->code);
	put_field(j, "pid", i->pid);
	put_field(j, "uid", i->uid);
	put_field(j, "status", i->status);
	put(j, "}");
}

int kith_event_json(const struct kith_event *e, char *buf, size_t len)
{
	struct json j = { .buf = buf, .room = len };
	char head[64];

	snprintf(head, sizeof(head), "{\"seq\":%" PRIu64 ",\"time\":%" PRIu64,
		 e->seq, e->time);
	put(&j, head);
	put(&j, ",\"event\":\"");
	put(&j, kith_event_name(e->type));
	put(&j, "\"");
	if (e->type < KITH_NR_EVENTS) {
		put_field(&j, "actor", e->actor);
		put_field(&j, events[e->type].subject, e->subject);
		put_field(&j, events[e->type].value, e->value);
		put_field(&j, events[e->type].other, e->other);
	}
	if (e->info.signo)
		put_info(&j, &e->info);
	if (e->rule) {
		put(&j, ",\"rule\":\"");
		put(&j, e->rule);
		put(&j, "\"");
	}
	put(&j, "}");
	if (len)
		buf[(size_t)j.len < len ? (size_t)j.len : len - 1] = '\0';
	return j.len;
}
