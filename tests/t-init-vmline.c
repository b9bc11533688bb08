/*
 * Words of the kernel's command line: fixed cases, of which the kernel was asked
 * once (tests/vm/t-init-line.sh asks it about others each time), and all short
 * lines and many long ones against the same rules, said in another way.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pid1/vmconf.h"
#include "pid1/vmline.h"
#include "tests/tap.h"

static const char *words_of(const char *line)
{
	static char out[512];
	char copy[256], *rest = copy, *to = out;
	struct vm_word w;

	snprintf(copy, sizeof(copy), "%s", line);
	*out = '\0';
	while (vmline_next(&rest, &w))
		to += sprintf(to, w.value ? "<%s><%s> " : "<%s> ", w.name,
			      w.value);
	if (to > out)
		to[-1] = '\0';
	return out;
}

static void a_line_is_cut_as_the_kernel_does(void)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "quiet\n", "<quiet>" },
		{ "  a  b=c\td=\n", "<a> <b><c> <d><>" },
		{ "a=b=c", "<a><b=c>" },
		{ "=a", "<=a>" },
		{ "=a=b", "<=a><b>" },
		{ "a=\"b c\" d", "<a><b c> <d>" },
		{ "\"a=b c\" d", "<a><b c> <d>" },
		{ "\"a b\"", "<a b>" },
		{ "\"a b\"=c", "<a b\"><c>" },
		{ "a\"b c\"d=e", "<a\"b c\"d><e>" },
		{ "a=b\"c d\"", "<a><b\"c d\">" },
		{ "a=\"b\"c", "<a><b\"c>" },
		{ "a=\"b c", "<a><b c>" },
		{ "\"a b", "<a b>" },
		{ "\"", "<>" },
		{ "\" ", "< >" },
		{ "\"\" x", "<> <x>" },
		{ "\"\" \"\" a=\"\" \"\"", "<> <> <a><> <>" },
		{ "\"\"\"\" x", "<\"\"> <x>" },
		{ "a=\"", "<a><>" },
		{ "a=\" ", "<a>< >" },
		{ "a=\"\"", "<a><>" },
		{ "a=\"b\" ", "<a><b>" },
		{ "a=\"b \" \" ", "<a><b > < >" },
		{ "\"a=\"", "<a><>" },
		{ "\"=a\"", "<=a>" },
		{ "\"a=\"b c\"\" d", "<a><b> <c\"\"> <d>" },
		{ "-- x", "<--> <x>" },
		{ "\"--\" x", "<--> <x>" },
		{ "\"--", "<-->" },
		{ "\"-- x\" --", "<-- x> <-->" },
		{ "--\"\" -\"-\" --=", "<--\"\"> <-\"-\"> <--><>" },
		{ "a=\303\240b", "<a><\303\240b>" },
		{ "\"\"cx\" ", "<\"cx\" >" },
		/* The line that was read with the newline behind it. */
		{ ".a==7-\" .b- --\".=b=\" \" -\"\" c\"\"  a/\" =\"abc.\" ax "
		  "\"x== .\"bc= \" ca7 = .=.7a c x \"\"cx\" ",
		  "<.a><=7-\" .b- --\".=b=\" \"> <-\"\"> <c\"\"> <a/\" "
		  "><abc.\" "
		  "ax \"x==> <.\"bc>< \"> <ca7> <=> <.><.7a> <c> <x> <\"cx\" "
		  ">" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_str(words_of(cases[i][0]), cases[i][1], "words of [%s]",
		       cases[i][0]);
}

static void a_word_is_put_together_again(void)
{
	char line[] = "FOO=\"a b\" \"x y\" p=q", *rest = line;
	struct vm_word w;

	vmline_next(&rest, &w);
	is_str(vmline_whole(&w), "FOO=a b", "quotes around a value go");
	vmline_next(&rest, &w);
	is_str(vmline_whole(&w), "x y", "quotes around a word go");
	vmline_next(&rest, &w);
	is_str(vmline_whole(&w), "p=q", "a plain one is as it was");
}

/* The last argument of the program of this line, as /proc/cmdline has it. */
static const char *last_of(const char *text)
{
	static char memory[1 << 20], line[256];
	static char *none[] = { NULL };
	struct vm_store s = { .at = memory, .left = sizeof(memory) };
	struct vm_conf c = { .store = &s };
	char **a;

	snprintf(line, sizeof(line), "%s", text);
	if (!vmconf_begin(&c, none) || !vmconf_line(&c, line) || !c.program)
		return "(nothing)";
	for (a = c.program; a[1];)
		a++;
	return *a;
}

static void the_newline_behind_it_is_not_the_line_s(void)
{
	is_str(last_of("-- x\n"), "x", "a newline ends the line");
	is_str(last_of("-- x \"y \n"), "y ", "also behind an open quote");
	is_str(last_of("-- x \"y\n\n"), "y\n", "it is but one");
	is_str(last_of("-- x \"y "), "y ", "and need not be there");
	is_str(last_of("-- x \"\n"), "", "nor anything before it");
	is_str(last_of("\n"), "(nothing)", "an empty line is empty");
}

/* --- the same rules, in another way ---------------------------------------- */

/* Words are looked at as copies; out gets what words_of() would say. */
struct other {
	char out[2048];
	size_t used;
};

static void put(struct other *o, const char *open, const char *text, size_t len)
{
	o->used += (size_t)snprintf(o->out + o->used, sizeof(o->out) - o->used,
				    "%s<%.*s>", open, (int)len, text);
}

static void other_word(struct other *o, const char *word, size_t len)
{
	const char *open = o->used ? " " : "", *eq;
	bool opened = *word == '"';
	size_t name;

	word += opened;
	len -= opened;
	eq = len > 1 ? memchr(word + 1, '=', len - 1) : NULL;
	if (eq) {
		name = (size_t)(eq - word);
		put(o, open, word, name);
		open = "";
		word += name + 1;
		len -= name + 1;
		if (len && *word == '"') {
			opened = true;
			word++;
			len--;
		}
	}
	if (opened && len && word[len - 1] == '"')
		len--;
	put(o, open, word, len);
}

/* White space parts words where the quotes so far are even. */
static const char *otherwise(const char *line)
{
	static struct other o;
	size_t quotes = 0, from = 0, i, n = strlen(line);

	o.used = 0;
	*o.out = '\0';
	for (i = 0; i <= n; i++) {
		quotes += line[i] == '"';
		if (i < n && (!strchr(" \t\n\v\f\r", line[i]) || quotes % 2))
			continue;
		if (i > from)
			other_word(&o, line + from, i - from);
		from = i + 1;
	}
	return o.out;
}

static unsigned long tried, wrong;

static void try(const char *line)
{
	const char *ours = words_of(line), *theirs = otherwise(line);

	tried++;
	if (strcmp(ours, theirs) == 0)
		return;
	if (!wrong++)
		diag("[%s] is %s, and should be %s", line, ours, theirs);
}

/* All lines of these characters, of at most so many. */
static void all_lines(char *line, size_t at, size_t most)
{
	line[at] = '\0';
	try(line);
	for (const char *c = "a\"= -"; at < most && *c; c++) {
		line[at] = *c;
		all_lines(line, at + 1, most);
	}
}

static void any_line(uint32_t *dice)
{
	static const char of[] = "\"\"\"\"===    \t\n\v\f\r--a.7/";
	char line[100];
	size_t n = 0;

	do {
		*dice = *dice * 1664525 + 1013904223;
		line[n++] = of[(*dice >> 16) % (sizeof(of) - 1)];
	} while (n < sizeof(line) - 1 && *dice >> 27);
	line[n] = '\0';
	try(line);
}

static void the_rules_in_another_way(void)
{
	const char *seed = getenv("KITH_SEED");
	uint32_t dice = seed ? (uint32_t)strtoul(seed, NULL, 0) : 1;
	char line[16];

	all_lines(line, 0, 8);
	ok(!wrong, "all %lu lines of up to eight", tried);
	tried = wrong = 0;
	diag("KITH_SEED=%u", dice);
	for (int i = 0; i < 20000; i++)
		any_line(&dice);
	ok(!wrong, "and %lu long ones", tried);
}

int main(void)
{
	a_line_is_cut_as_the_kernel_does();
	a_word_is_put_together_again();
	the_newline_behind_it_is_not_the_line_s();
	the_rules_in_another_way();
	return done_testing();
}
