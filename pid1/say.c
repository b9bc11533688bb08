#include "pid1/say.h"

#include <errno.h>
#include <unistd.h>

#include "pid1/names.h"
#include "wait/status.h"

static void flush(struct say *s)
{
	size_t done = 0;
	ssize_t n;

	while (done < s->used && !s->failed) {
		n = write(s->fd, s->text + done, s->used - done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			s->failed = true;
	}
	s->used = 0;
}

static void say_char(struct say *s, char c)
{
	if (s->used == sizeof(s->text))
		flush(s);
	s->text[s->used++] = c;
}

void say_text(struct say *s, const char *text)
{
	while (*text)
		say_char(s, *text++);
}

static void digits(struct say *s, uint64_t n, int least)
{
	if (n > 9 || least > 1)
		digits(s, n / 10, least - 1);
	say_char(s, (char)('0' + n % 10));
}

void say_number(struct say *s, uint64_t n)
{
	digits(s, n, 1);
}

void say_signed(struct say *s, int64_t n)
{
	if (n < 0)
		say_char(s, '-');
	digits(s, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);
}

void say_signal(struct say *s, int sig)
{
	if (signal_name(sig)) {
		say_text(s, signal_name(sig));
	} else {
		say_text(s, "SIGRT_");
		say_number(s, (uint64_t)(sig - 32));
	}
}

/* Bytes that are no UTF-8 become what they are called in Latin-1. */
static void say_escaped(struct say *s, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
		say_char(s, (char)c);
		return;
	}
	say_text(s, "\\u00");
	say_char(s, hex[c >> 4]);
	say_char(s, hex[c & 15]);
}

void say_json(struct say *s, const char *text)
{
	say_char(s, '"');
	while (*text)
		say_escaped(s, (unsigned char)*text++);
	say_char(s, '"');
}

void say_seconds(struct say *s, uint64_t ns)
{
	digits(s, ns / 1000000000, 1);
	say_char(s, '.');
	digits(s, ns % 1000000000 / 1000, 6);
}

bool say_end(struct say *s)
{
	flush(s);
	return !s->failed;
}

void say_ending(struct say *s, int status)
{
	if (status_is_exit(status)) {
		say_text(s, "exited with ");
		say_number(s, (uint64_t)status_value(status));
		return;
	}
	say_text(s, "killed by ");
	say_signal(s, status_value(status));
	if (status_is_core(status))
		say_text(s, " (core dumped)");
}
