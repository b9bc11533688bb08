#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS /* or a comma looks back at all that was before */
#include <jsmn.h>

#include "pid1/vmjson.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

struct vm_token {
	jsmntok_t t;
};

void *vm_take(struct vm_store *s, size_t bytes)
{
	size_t wanted = (bytes + 7) & ~(size_t)7;
	void *p = s->at;

	if (wanted < bytes || wanted > s->left) {
		s->failed = true;
		return NULL;
	}
	s->at += wanted;
	s->left -= wanted;
	return p;
}

static bool wrong(struct vm_json *j, size_t at, const char *why)
{
	j->at = at;
	j->why = why;
	return false;
}

static const jsmntok_t *token(const struct vm_json *j, int i)
{
	return &j->token[i].t;
}

/* --- is it JSON? ----------------------------------------------------------- */

/*
 * Before jsmn, which closes a bracket by walking up all that are open: depth;
 * and what it lets pass in strings.
 */
static bool sound(struct vm_json *j)
{
	bool string = false;
	int depth = 0;
	size_t i;
	char c;

	for (i = 0; i < j->len; i++) {
		c = j->text[i];
		if (string && (unsigned char)c < ' ')
			return wrong(j, i, "a control character in a string");
		if (string && c == '\\')
			i++;
		else if (c == '"')
			string = !string;
		else if (!string && (c == '[' || c == '{') &&
			 ++depth > MAX_DEPTH)
			return wrong(j, i, "too many brackets in brackets");
		else if (!string && (c == ']' || c == '}'))
			depth--;
	}
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *p, size_t i, size_t len)
{
	while (i < len && is_digit(p[i]))
		i++;
	return i;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_number(const char *p, size_t len)
{
	size_t i = len > 0 && p[0] == '-', before = i;

	i = digits(p, i, len);
	if (i == before || (p[before] == '0' && i > before + 1))
		return false;
	if (i < len && p[i] == '.') {
		before = ++i;
		i = digits(p, i, len);
		if (i == before)
			return false;
	}
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		i += i < len && (p[i] == '+' || p[i] == '-');
		before = i;
		i = digits(p, i, len);
		if (i == before)
			return false;
	}
	return i == len;
}

static bool is(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(p, word, len) == 0;
}

static bool is_word(const char *p, size_t len)
{
	return is(p, len, "true") || is(p, len, "false") ||
	       is(p, len, "null") || is_number(p, len);
}

/* Go over white space; is this there? */
static bool stands(const struct vm_json *j, size_t *at, char c)
{
	while (*at < j->len && memchr(" \t\r\n", j->text[*at], 4))
		++*at;
	return *at < j->len && j->text[*at] == c;
}

static bool expect(struct vm_json *j, size_t *at, char c, const char *why)
{
	if (!stands(j, at, c))
		return wrong(j, *at, why);
	++*at;
	return true;
}

/*
 * Token i stands at *at, and all that is in it is as it should be.  Moves both
 * behind it.  Cannot go deeper than sound() lets pass.
 */
static bool proper(struct vm_json *j, int *i, size_t *at)
{
	const jsmntok_t *t = token(j, *i);
	bool object, string;
	size_t start;
	int left;

	if (*i >= j->n)
		return wrong(j, *at, "a value is expected");
	object = t->type == JSMN_OBJECT;
	string = t->type == JSMN_STRING;
	start = (size_t)t->start - string;
	left = t->size;
	stands(j, at, '\0');
	if (*at != start)
		return wrong(j, *at, "a value is expected");
	++*i;
	if (string || t->type == JSMN_PRIMITIVE) {
		*at = (size_t)t->end + string;
		return string || is_word(j->text + start, *at - start) ||
		       wrong(j, start, "this is no value");
	}

	++*at;
	for (; left > 0; left--) {
		if (object && *i < j->n && token(j, *i)->type != JSMN_STRING)
			return wrong(j, *at, "a key is expected");
		if (!proper(j, i, at))
			return false;
		if (object && (!expect(j, at, ':', "\":\" is expected") ||
			       !proper(j, i, at)))
			return false;
		if (left > 1 && !expect(j, at, ',', "\",\" is expected"))
			return false;
	}
	if (stands(j, at, ','))
		return wrong(j, *at, "nothing comes behind this comma");
	return expect(j, at, object ? '}' : ']',
		      object ? "\",\" or \"}\" is expected"
			     : "\",\" or \"]\" is expected");
}

static bool understood(struct vm_json *j, int result, size_t at)
{
	if (result > 0)
		return true;
	if (result == JSMN_ERROR_PART)
		return wrong(j, j->len, "it ends too early");
	return wrong(j, at, result ? "this can't stand here" : "it is empty");
}

bool vmjson_read(struct vm_json *j, const char *text, size_t len,
		 struct vm_store *s)
{
	struct vm_token *tokens;
	jsmn_parser p;
	size_t at = 0;
	int i = 0, n;

	*j = (struct vm_json){ .text = text, .len = len };
	if (len > INT_MAX / 2)
		return wrong(j, 0, "it is too long");
	if (!sound(j))
		return false;
	jsmn_init(&p);
	n = jsmn_parse(&p, text, len, NULL, 0);
	if (!understood(j, n, p.pos))
		return false;
	tokens = vm_take(s, (size_t)n * sizeof(*tokens));
	if (!tokens)
		return wrong(j, 0, "there is no memory for it");
	jsmn_init(&p);
	n = jsmn_parse(&p, text, len, &tokens->t, (unsigned int)n);
	if (!understood(j, n, p.pos))
		return false;

	j->token = tokens;
	j->n = n;
	if (!proper(j, &i, &at))
		return false;
	if (i != n || stands(j, &at, '\0') || at != len)
		return wrong(j, at, "there is more than one value");
	return true;
}

/* --- what is in it --------------------------------------------------------- */

enum vm_kind vmjson_kind(const struct vm_json *j, int i)
{
	const jsmntok_t *t = token(j, i);

	switch (t->type) {
	case JSMN_OBJECT:
		return VM_OBJECT;
	case JSMN_ARRAY:
		return VM_ARRAY;
	case JSMN_STRING:
		return VM_STRING;
	default:
		return j->text[t->start] == 'n' ? VM_NULL : VM_OTHER;
	}
}

int vmjson_first(const struct vm_json *j, int whole)
{
	return token(j, whole)->size ? whole + 1 : -1;
}

int vmjson_next(const struct vm_json *j, int whole, int child)
{
	int end = token(j, whole)->end;
	int i = child, last;

	/* Over the child; of a pair, over what the key stands for. */
	last = token(j, vmjson_kind(j, whole) == VM_OBJECT ? i + 1 : i)->end;
	while (i < j->n && token(j, i)->start <= last)
		i++;
	return i < j->n && token(j, i)->start < end ? i : -1;
}

int vmjson_count(const struct vm_json *j, int whole)
{
	return token(j, whole)->size;
}

int vmjson_find(const struct vm_json *j, int object, const char *key)
{
	const jsmntok_t *t;
	int i, found = -1;

	if (vmjson_kind(j, object) != VM_OBJECT)
		return -1;
	for (i = vmjson_first(j, object); i >= 0;
	     i = vmjson_next(j, object, i)) {
		t = token(j, i);
		if (is(j->text + t->start, (size_t)(t->end - t->start), key))
			found = i + 1;
	}
	return found < 0 || vmjson_kind(j, found) == VM_NULL ? -1 : found;
}

/* --- strings --------------------------------------------------------------- */

static unsigned int hex4(const char *p)
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < 4; i++)
		n = n << 4 |
		    (unsigned int)(is_digit(p[i]) ? p[i] - '0'
						  : (p[i] | 32) - 'a' + 10);
	return n;
}

static char *put_utf8(char *out, unsigned int c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* The character of \uXXXX at p (behind the \u), and how much of it was read. */
static unsigned int escaped(const char *p, const char *end, size_t *used)
{
	unsigned int high = hex4(p), low;

	*used = 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high < 0xdc00 && end - p >= 10 && p[4] == '\\' && p[5] == 'u') {
		low = hex4(p + 6);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*used = 10;
			return 0x10000 + ((high - 0xd800) << 10) +
			       (low - 0xdc00);
		}
	}
	return 0xfffd;
}

char *vmjson_string(struct vm_json *j, int i, struct vm_store *s)
{
	static const char plain[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const jsmntok_t *t = token(j, i);
	const char *p = j->text + t->start, *end = j->text + t->end, *known;
	char *out, *to;
	unsigned int c;
	size_t used;

	if (t->type != JSMN_STRING) {
		vmjson_wrong(j, i, "a string is expected");
		return NULL;
	}
	/* Nothing gets longer by being decoded. */
	to = out = vm_take(s, (size_t)(end - p) + 1);
	if (!out) {
		vmjson_wrong(j, i, "there is no memory for it");
		return NULL;
	}
	while (p < end) {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		p += 2;
		if (p[-1] != 'u') {
			known = strchr(plain, p[-1]);
			*to++ = known ? meant[known - plain] : p[-1];
			continue;
		}
		c = escaped(p, end, &used);
		if (!c) {
			vmjson_wrong(j, i, "there is a NUL in it");
			return NULL;
		}
		to = put_utf8(to, c);
		p += used;
	}
	*to = '\0';
	return out;
}

bool vmjson_wrong(struct vm_json *j, int i, const char *why)
{
	const jsmntok_t *t = token(j, i);

	return wrong(j, (size_t)t->start - (t->type == JSMN_STRING), why);
}

void vmjson_where(const struct vm_json *j, unsigned int *line,
		  unsigned int *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < j->at && i < j->len; i++) {
		++*column;
		if (j->text[i] == '\n') {
			++*line;
			*column = 1;
		}
	}
}
