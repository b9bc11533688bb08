#include "pid1/say.h"

#include <errno.h>
#include <unistd.h>

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
