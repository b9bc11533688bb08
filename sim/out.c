#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/memory.h"
#include "sim/out.h"

static void need(struct out *o, size_t more)
{
	size_t room = o->room ? o->room : 128;

	while (room < o->len + more + 1)
		room *= 2;
	if (room != o->room)
		o->text = must_grow(o->text, o->room = room);
}

void out_bytes(struct out *o, const char *s, size_t len)
{
	need(o, len);
	memcpy(o->text + o->len, s, len);
	o->text[o->len += len] = '\0';
}

void out_text(struct out *o, const char *s)
{
	out_bytes(o, s, strlen(s));
}

void out(struct out *o, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	need(o, (size_t)len);
	va_start(args, fmt);
	vsnprintf(o->text + o->len, (size_t)len + 1, fmt, args);
	va_end(args);
	o->len += (size_t)len;
}

void out_pad(struct out *o, size_t column)
{
	while (o->len < column)
		out_bytes(o, " ", 1);
}

void out_cut(struct out *o, size_t len)
{
	o->len = len;
	if (o->text)
		o->text[len] = '\0';
}

void out_clear(struct out *o)
{
	out_cut(o, 0);
}

void out_free(struct out *o)
{
	free(o->text);
	*o = (struct out){ 0 };
}

const char *out_line(const struct out *o)
{
	return o->text ? o->text : "";
}

/* How many bytes of UTF-8 begin here; 0 if it is something else. */
static size_t utf8(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0x80                   ? 1
		   : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		   : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
		   : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						 : 0;

	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((n == 3 && s[0] == 0xe0 && s[1] < 0xa0) ||
	    (n == 3 && s[0] == 0xed && s[1] > 0x9f) ||
	    (n == 4 && s[0] == 0xf0 && s[1] < 0x90) ||
	    (n == 4 && s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void out_json(struct out *o, const char *s, size_t len)
{
	out_bytes(o, "\"", 1);
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8(s + i, len - i);
		if (!n) {
			out_text(o, "\\ufffd");
			n = 1;
		} else if (s[i] == '"' || s[i] == '\\') {
			out(o, "\\%c", s[i]);
		} else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f) {
			out(o, "\\u%04x", (unsigned)s[i]);
		} else {
			out_bytes(o, s + i, n);
		}
	}
	out_bytes(o, "\"", 1);
}

static void quoted_byte(struct out *o, unsigned char c, bool digit_follows)
{
	static const char escapes[] = "\tt\nn\vv\ff\rr\"\"\\\\";

	for (const char *e = escapes; *e; e += 2)
		if (c == (unsigned char)e[0]) {
			out(o, "\\%c", e[1]);
			return;
		}
	if (c >= 0x20 && c < 0x7f)
		out(o, "%c", c);
	else
		out(o, digit_follows ? "\\%03o" : "\\%o", c);
}

void out_quoted(struct out *o, const char *s, size_t len)
{
	out_bytes(o, "\"", 1);
	for (size_t i = 0; i < len; i++)
		quoted_byte(o, (unsigned char)s[i],
			    i + 1 < len && isdigit((unsigned char)s[i + 1]));
	out_bytes(o, "\"", 1);
}

const struct paint *paint_for(FILE *f)
{
	static const struct paint none = { "", "", "", "", "", "" };
	static const struct paint ansi = { "\033[2m",  "\033[31m", "\033[32m",
					   "\033[33m", "\033[1m",  "\033[0m" };
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if ((no && *no) || !isatty(fileno(f)) || !term || !strcmp(term, "dumb"))
		return &none;
	return &ansi;
}
