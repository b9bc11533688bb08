/*
 * The event stream, and events as JSON.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <urcu/compiler.h>

#include "base/event.h"
#include "tests/tap.h"

/* --- the stream ----------------------------------------------------------- */

struct watcher {
	struct kith_observer observer;
	struct ground *ground;
	char told[64]; /* letter after letter: what it was shown */
	uint64_t last_seq, last_time;
	struct watcher *dismiss; /* whom it dismisses when shown 'x' */
	int relay;               /* so often does it append when shown 'r' */
};

static void note(struct kith_observer *o, const struct kith_event *e)
{
	struct watcher *w = caa_container_of(o, struct watcher, observer);

	if (e->value)
		w->told[strlen(w->told)] = (char)e->value;
	w->last_seq = e->seq;
	w->last_time = e->time;
	if (e->value == 'x' && w->dismiss)
		stream_unwatch(w->ground->stream, &w->dismiss->observer);
	if (e->value == 'r' && w->relay-- > 0)
		emit(w->ground, .value = 'y');
}

static void make(struct ground *g, struct watcher *w, int n)
{
	*g = (struct ground){ .stream = stream_new(NULL) };
	for (int i = 0; i < n; i++) {
		w[i] = (struct watcher){ .observer.event = note, .ground = g };
		stream_watch(g->stream, &w[i].observer);
	}
}

static void show(struct ground *g, const char *letters)
{
	for (; *letters; letters++)
		emit(g, .value = *letters);
	stream_show(g->stream);
}

static void events_are_shown_in_order(void)
{
	struct ground g;
	struct watcher w[2];

	make(&g, w, 2);
	emit(&g, .value = 'a');
	is_str(w[0].told, "", "what is appended is not shown at once");
	show(&g, "bc");
	is_str(w[0].told, "abc", "but later, in order");
	is_str(w[1].told, "abc", "to everybody");
	is((long)w[0].last_seq, 2, "numbered from 0");
	show(&g, "");
	is_str(w[0].told, "abc", "and once");
	stream_destroy(g.stream);
}

static void time_is_the_moment_of_the_event(void)
{
	struct ground g;
	struct watcher w;

	make(&g, &w, 1);
	clock_advance(&g, 5);
	emit(&g, .value = 'a');
	clock_advance(&g, 5);
	stream_show(g.stream);
	is((long)w.last_time, 5, "an event bears the time when it happened");
	stream_destroy(g.stream);
}

static void for_nobody_events_are_free(void)
{
	struct ground g;
	struct watcher w;

	make(&g, &w, 0);
	show(&g, "abc");
	is((long)g.stream->seq, 0, "without observers nothing is appended");
	is((long)g.stream->room, 0, "nor is there memory for it");
	stream_destroy(g.stream);
}

static void observers_may_append(void)
{
	struct ground g;
	struct watcher w[2];

	make(&g, w, 2);
	w[0].relay = 1;
	show(&g, "rs");
	is_str(w[0].told, "rsy",
	       "what an observer appends is shown at the end");
	is_str(w[1].told, "rsy", "to the others too");
	stream_destroy(g.stream);
}

static void many_events_are_kept(void)
{
	struct ground g;
	struct watcher w;

	make(&g, &w, 1);
	w.relay = 40; /* the stream grows while it is shown */
	for (int i = 0; i < 63; i++)
		emit(&g, .value = 0);
	show(&g, "rrrr");
	is_str(w.told, "rrrryyyy", "more than there was room for at first");
	is((long)w.last_seq, 70, "all with their numbers");
	stream_destroy(g.stream);
}

static void observers_may_be_dismissed_meanwhile(int who, int whom)
{
	static const char *const want[3][3] = { { "ax", "axb", "axb" },
						{ "axb", "ax", "axb" },
						{ "axb", "axb", "ax" } };
	struct ground g;
	struct watcher w[3];
	const char *seen;

	make(&g, w, 3);
	w[who].dismiss = &w[whom];
	show(&g, "axb");
	for (int i = 0; i < 3; i++) {
		seen = want[whom][i];
		if (i == whom && whom > who)
			seen = "a";
		is_str(w[i].told, seen, "%d dismisses %d: %d is shown %s", who,
		       whom, i, seen);
	}
	stream_destroy(g.stream);
}

static void who_was_not_watching_is_dismissed_in_vain(void)
{
	struct ground g;
	struct watcher w, stranger = { .observer.event = note };

	make(&g, &w, 1);
	stream_unwatch(g.stream, &stranger.observer);
	show(&g, "a");
	is_str(w.told, "a", "the others watch on");
	stream_destroy(g.stream);
}

/* --- JSON ----------------------------------------------------------------- */

static const char *string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s && *s != '"'; s++)
		if (*s == '\\' || (unsigned char)*s < ' ')
			return NULL;
	return *s ? s + 1 : NULL;
}

static const char *object(const char *s);

static const char *value(const char *s)
{
	if (*s == '"')
		return string(s);
	if (*s == '{')
		return object(s);
	s += *s == '-';
	if (!isdigit((unsigned char)*s))
		return NULL;
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

/* Of strings, integers and objects, no key twice. */
static const char *object(const char *s)
{
	const char *key[16];
	size_t len[16];

	if (*s++ != '{')
		return NULL;
	for (int n = 0; n < 16; n++, s++) {
		key[n] = s;
		s = string(s);
		if (!s || *s != ':')
			return NULL;
		len[n] = (size_t)(s - key[n]);
		for (int i = 0; i < n; i++)
			if (len[i] == len[n] &&
			    !strncmp(key[i], key[n], len[n]))
				return NULL;
		s = value(s + 1);
		if (!s || (*s != ',' && *s != '}'))
			return NULL;
		if (*s == '}')
			return s + 1;
	}
	return NULL;
}

static bool is_json(const char *s)
{
	const char *end = object(s);

	return end && *end == '\0';
}

static struct kith_event event_of(unsigned type, int64_t number)
{
	return (struct kith_event){
		.seq = (uint64_t)number,
		.time = (uint64_t)number,
		.type = type,
		.actor = (pid_t)number,
		.subject = (pid_t)number,
		.value = number,
		.other = number,
		.info.signo = number == 1 ? KITH_SIGCHLD : 0,
		.rule = number ? "RPT-02" : NULL,
	};
}

static void every_event_is_json(void)
{
	static const int64_t numbers[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	unsigned wrong = 0;
	struct kith_event e;
	char buf[512];
	int len;

	for (unsigned type = 0; type <= KITH_NR_EVENTS; type++) {
		for (size_t i = 0; i < 5; i++) {
			e = event_of(type, numbers[i]);
			len = kith_event_json(&e, buf, sizeof(buf));
			if (!is_json(buf) || len != (int)strlen(buf)) {
				wrong++;
				diag("%s", buf);
			}
		}
	}
	is(wrong, 0, "every type of event, with every kind of number");
	ok(!is_json("{\"a\":1,\"a\":2}") && !is_json("{\"a\":1") &&
		   !is_json("{\"a\":}") &&
		   is_json("{\"a\":-1,\"b\":{\"a\":\"c\"}}"),
	   "(that would be noticed)");
}

static void a_field_is_called_what_it_is(void)
{
	struct kith_event e = { .seq = 7,
				.time = 8,
				.type = KITH_EV_REPARENT,
				.actor = 3,
				.subject = 4,
				.value = 2,
				.other = 5,
				.rule = "RPT-02" };
	char buf[512];

	kith_event_json(&e, buf, sizeof(buf));
	is_str(buf,
	       "{\"seq\":7,\"time\":8,\"event\":\"reparent\",\"actor\":3,"
	       "\"child\":4,\"parent\":2,\"thread\":5,\"rule\":\"RPT-02\"}",
	       "fields have the names of events.def");
}

static void a_small_buffer_is_safe(void)
{
	struct kith_event e = event_of(KITH_EV_SIGNAL, INT64_MIN);
	char full[512], buf[512];
	int len = kith_event_json(&e, full, sizeof(full));
	unsigned wrong = 0;

	for (int room = 0; room <= len + 1; room++) {
		memset(buf, '#', sizeof(buf));
		wrong += kith_event_json(&e, buf, (size_t)room) != len;
		wrong += buf[room] != '#';
		wrong += room && (strncmp(buf, full, (size_t)room - 1) != 0 ||
				  buf[room - 1] != '\0');
	}
	is(wrong, 0, "cut off at any length, and the length said all the same");
	is(kith_event_json(&e, NULL, 0), len, "even with no buffer at all");
}

int main(void)
{
	events_are_shown_in_order();
	time_is_the_moment_of_the_event();
	for_nobody_events_are_free();
	observers_may_append();
	many_events_are_kept();
	for (int who = 0; who < 3; who++)
		for (int whom = 0; whom < 3; whom++)
			observers_may_be_dismissed_meanwhile(who, whom);
	who_was_not_watching_is_dismissed_in_vain();
	every_event_is_json();
	a_field_is_called_what_it_is();
	a_small_buffer_is_safe();
	return done_testing();
}
