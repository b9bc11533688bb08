/*
 * What kith-init reads when it is the first process of a machine: JSON, the rules
 * of metald-init, and what follows from all of them together, with the kernel's
 * command line (whose words are t-init-vmline.c's).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pid1/vmconf.h"
#include "pid1/vmrules.h"
#include "tests/tap.h"

/* --- JSON ------------------------------------------------------------------ */

static char memory[1 << 20];

static struct vm_store fresh(void)
{
	return (struct vm_store){ .at = memory, .left = sizeof(memory) };
}

/* "yes", or "LINE:COLUMN: why". */
static const char *verdict(const char *text, size_t len)
{
	static char out[200];
	struct vm_store s = fresh();
	unsigned int line, column;
	struct vm_json j;

	if (vmjson_read(&j, text, len, &s))
		return "yes";
	vmjson_where(&j, &line, &column);
	snprintf(out, sizeof(out), "%u:%u: %s", line, column, j.why);
	return out;
}

static void json_is_read_to_the_letter(void)
{
	static const char *const good[] = {
		"{}",
		"[]",
		"\"\"",
		"[0]",
		" [ 1 , -2.5e+3 , 0.1E9 ] ",
		"{\"a\":{\"b\":[]},\"c\":null}",
		"[true,false,null]",
		"[\"\\u00e4\\n\\\\\\\"\\/\"]",
		"[[],{},[[]]]",
		"{\"\":\"\",\"\":[\"\",\"\"]}",
	};
	static const char *const bad[][2] = {
		{ "", "1:1: it is empty" },
		{ " \n ", "2:2: it is empty" },
		{ "[", "1:2: it ends too early" },
		{ "[1", "1:3: it ends too early" },
		{ "{\"a", "1:4: it ends too early" },
		{ "[1 2]", "1:4: \",\" is expected" },
		{ "[1,]", "1:3: nothing comes behind this comma" },
		{ "{\"a\":1,}", "1:7: nothing comes behind this comma" },
		{ "[,1]", "1:2: a value is expected" },
		{ "{\"a\"}", "1:5: \":\" is expected" },
		{ "{\"a\":}", "1:6: a value is expected" },
		{ "{\"a\" \"b\"}", "1:6: \":\" is expected" },
		{ "{\"a\":1 \"b\":2}", "1:8: \",\" or \"}\" is expected" },
		{ "{\"a\":1,\n\"b\"}", "2:4: \":\" is expected" },
		{ "{1:2}", "1:2: this can't stand here" },
		{ "[01]", "1:2: this is no value" },
		{ "[1.]", "1:2: this is no value" },
		{ "[1e]", "1:2: this is no value" },
		{ "[-]", "1:2: this is no value" },
		{ "[tru]", "1:2: this is no value" },
		{ "[nul]", "1:2: this is no value" },
		{ "[\"a\":1]", "1:5: \",\" or \"]\" is expected" },
		{ "[1:2]", "1:2: this is no value" },
		{ "[:]", "1:2: \",\" or \"]\" is expected" },
		{ "[]]", "1:3: this can't stand here" },
		{ "[}", "1:2: this can't stand here" },
		{ "[] []", "1:3: there is more than one value" },
		{ "[] x", "1:4: this can't stand here" },
		{ "[\"\\x\"]", "1:2: this can't stand here" },
		{ "[\"\\u12g4\"]", "1:2: this can't stand here" },
		{ "[\"a\nb\"]", "1:4: a control character in a string" },
	};
	char deep[200];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		is_str(verdict(good[i], strlen(good[i])), "yes", "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		is_str(verdict(bad[i][0], strlen(bad[i][0])), bad[i][1],
		       "no: %s", bad[i][0]);
	is_str(verdict("[]\0[]", 5), "1:3: there is more than one value",
	       "a NUL is no end");
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	is_str(verdict(deep + 68, 64), "yes", "32 brackets deep");
	is_str(verdict(deep + 67, 66), "1:33: too many brackets in brackets",
	       "33 are too deep");
}

static const char *decoded(const char *text)
{
	static struct vm_json j;
	struct vm_store s = fresh();
	const char *out;

	if (!vmjson_read(&j, text, strlen(text), &s))
		return j.why;
	out = vmjson_string(&j, 0, &s);
	return out ? out : j.why;
}

static void strings_are_decoded(void)
{
	is_str(decoded("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "a\"\\/\b\f\n\r\t",
	       "what a backslash means");
	is_str(decoded("\"\\u0041\\u00e4\\u20AC\""), "A\303\244\342\202\254",
	       "by number");
	is_str(decoded("\"\\ud83d\\ude00\""), "\360\237\230\200", "a pair");
	is_str(decoded("\"\\ud83d\""), "\357\277\275", "half a pair");
	is_str(decoded("\"\\ude00x\""), "\357\277\275x", "the other half");
	is_str(decoded("\"\\ud83d\\u0041\""), "\357\277\275A",
	       "half a pair and a letter");
	is_str(decoded("\"\\u0000\""), "there is a NUL in it", "a NUL");
	is_str(decoded("[]"), "a string is expected", "an array");
}

static void children_are_found(void)
{
	static const char text[] = "{\"a\":[1,[2,3],{\"x\":\"\"}],\"b\":\"\","
				   "\"c\":null,\"b\":\"2\"}";
	struct vm_store s = fresh();
	struct vm_json j;
	int i, n = 0;

	ok(vmjson_read(&j, text, strlen(text), &s), "it is read");
	for (i = vmjson_first(&j, 0); i >= 0; i = vmjson_next(&j, 0, i))
		n++;
	is(n, 4, "four keys");
	i = vmjson_find(&j, 0, "a");
	is(vmjson_count(&j, i), 3, "three in the array");
	n = 0;
	for (int k = vmjson_first(&j, i); k >= 0; k = vmjson_next(&j, i, k))
		n++;
	is(n, 3, "of whom each is visited once");
	is_str(vmjson_string(&j, vmjson_find(&j, 0, "b"), &s), "2",
	       "of two with one name, the last");
	is(vmjson_find(&j, 0, "c"), -1, "null is as if it were not there");
	is(vmjson_find(&j, 0, "x"), -1, "a key of another object is not ours");
}

/* --- rules ----------------------------------------------------------------- */

static void variables_have_rules(void)
{
	char name[300], value[5000];

	memset(name, 'A', sizeof(name));
	memset(value, 'v', sizeof(value));
	name[257] = value[4097] = '\0';
	ok(!vmrules_variable("A", ""), "a short name, an empty value");
	ok(!vmrules_variable("A_1", value + 1), "a value of 4096 bytes");
	ok(!vmrules_variable(name + 1, "x"), "a name of 256");
	ok(vmrules_variable("", "x"), "no name is refused");
	ok(vmrules_variable(name, "x"), "a name of 257");
	ok(vmrules_variable("A", value), "a value of 4097");
	ok(vmrules_variable("a", "x"), "a small letter");
	ok(vmrules_variable("1A", "x"), "a number in front");
	ok(vmrules_variable("_A", "x"), "a _ in front");
	ok(vmrules_variable("A-B", "x"), "a hyphen");
	ok(vmrules_variable("LD_PRELOAD", "x"), "LD_PRELOAD");
	ok(vmrules_variable("LD_LIBRARY_PATH", "x"), "LD_LIBRARY_PATH");
	ok(vmrules_variable("DYLD_INSERT_LIBRARIES", "x"),
	   "DYLD_INSERT_LIBRARIES");
	ok(!vmrules_variable("LD_PRELOAD_X", "x"), "but not what begins so");
}

static void paths_have_rules(void)
{
	static const char *const good[] = { "/",    "/app",   "/a/b",
					    "/..a", "/a/...", "/.a" };
	static const char *const bad[] = { "",      "app",   "./a",   "/a/",
					   "//",    "/a//b", "/.",    "/a/.",
					   "/..",   "/../a", "/a/..", "//a",
					   "/a/./b" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(!vmrules_path(good[i]), "good: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(vmrules_path(bad[i]), "bad: %s", bad[i]);
	ok(!vmrules_metadata("/metadata/x.json") &&
		   !vmrules_metadata("/var/metadata/a/b") &&
		   !vmrules_metadata("/tmp/metadata/m"),
	   "metadata may be in three folders");
	ok(vmrules_metadata("/metadata") && vmrules_metadata("/metadatax/y") &&
		   vmrules_metadata("/metadata/../etc/shadow") &&
		   vmrules_metadata("/etc/passwd"),
	   "and nowhere else");
}

/* --- all together ---------------------------------------------------------- */

static char warnings[2000];

static void print(char *out, size_t size, const struct vm_remark *r)
{
	snprintf(out, size, "%s:%u:%u: %s%s%s", r->file, r->line, r->column,
		 r->about, *r->about ? " " : "", r->why);
}

static void note(void *whom, const struct vm_remark *r)
{
	size_t used = strlen(warnings);

	(void)whom;
	print(warnings + used, sizeof(warnings) - used, r);
	used = strlen(warnings);
	snprintf(warnings + used, sizeof(warnings) - used, "\n");
}

/* Texts, or NULL for those that are not there. */
struct told {
	const char *line, *image, *env, *metadata, *cmd;
};

static char *kernel_gives[] = { (char *)"HOME=/", (char *)"TERM=linux",
				(char *)"workdir=/x", NULL };
static char line[512];

static bool understand(struct vm_conf *c, const struct told *t,
		       struct vm_store *s)
{
	memset(c, 0, sizeof(*c));
	*warnings = '\0';
	c->store = s;
	c->warn = note;
	snprintf(line, sizeof(line), "%s", t->line);
	return vmconf_begin(c, kernel_gives) && vmconf_line(c, line) &&
	       (!t->image || vmconf_image(c, "/container.oci", t->image,
					  strlen(t->image))) &&
	       (!t->env || vmconf_container_env(c, t->env, strlen(t->env))) &&
	       (!t->metadata ||
		vmconf_metadata(c, t->metadata, strlen(t->metadata))) &&
	       (!t->cmd || vmconf_container_cmd(c, t->cmd, strlen(t->cmd))) &&
	       vmconf_end(c);
}

/* "A=1 B=2 | folder | program argument"; what is wrong. */
static const char *sum(const struct vm_conf *c)
{
	static char out[2000];
	char *to = out;

	for (char **e = c->env; *e; e++)
		to += sprintf(to, "%s ", *e);
	to += sprintf(to, "| %s |", c->dir ? c->dir : "-");
	for (char **a = c->program; a && *a; a++)
		to += sprintf(to, " %s", *a);
	return out;
}

static const char *outcome(const struct told *t)
{
	static char wrong[500];
	struct vm_store s = fresh();
	struct vm_conf c;

	if (understand(&c, t, &s))
		return sum(&c);
	print(wrong, sizeof(wrong), &c.wrong);
	return wrong;
}

#define USUAL \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "
#define BASE "HOME=/ TERM=linux "

static const struct told everything = {
	.line = "console=ttyS0 env.A=line env.B=\"x y\" workdir=/line "
		"metadata=/metadata/m -- prog \"an argument\" a=\"b c\"\n",
	.image =
		"{\"config\":{\"Env\":[\"PATH=/image\",\"A=image\",\"c=image\","
		"\"LD_PRELOAD=x\"],\"Entrypoint\":[\"/ie\"],\"Cmd\":[\"ic\"],"
		"\"WorkingDir\":\"/image\",\"User\":\"u:g\","
		"\"StopSignal\":\"SIGQUIT\"}}",
	.env = "{\"env\":{\"A\":\"env\",\"D\":\"env\",\"PATH\":\"/env\"},"
	       "\"working_dir\":\"/env\",\"user\":\"root\","
	       "\"exposed_ports\":[\"80/tcp\"]}",
	.metadata = "{\"env\":{\"A\":\"metadata\",\"D\":\"metadata\","
		    "\"PATH\":\"/m\"},\"working_dir\":\"/metadata\","
		    "\"entrypoint\":[\"/me\"],\"command\":[\"mc\"]}",
	.cmd = "[\"/cc\",\"arg\"]",
};

static void who_says_it_last(void)
{
	struct told t = everything;

	is_str(outcome(&t),
	       BASE "PATH=/env A=line c=image LD_PRELOAD=x D=metadata B=x y "
		    "| /line | prog an argument a=b c",
	       "the command line comes before everything");
	is_str(warnings, "", "and nobody complains");
	t.line = "metadata=/metadata/m";
	is_str(outcome(&t),
	       BASE "PATH=/env A=metadata c=image LD_PRELOAD=x D=metadata "
		    "| /metadata | /cc arg",
	       "then the metadata, with /container.cmd for the program");
	t.cmd = NULL;
	is_str(strrchr(outcome(&t), '|'), "| /me mc",
	       "then the program of the metadata");
	t.metadata = NULL;
	is_str(outcome(&t),
	       BASE "PATH=/env A=env c=image LD_PRELOAD=x D=env "
		    "| /env | /ie ic",
	       "then /container.env");
	t.env = NULL;
	is_str(outcome(&t),
	       BASE "PATH=/image A=image c=image LD_PRELOAD=x | /image | "
		    "/ie ic",
	       "then the image");
	t.image = NULL;
	is_str(outcome(&t), BASE USUAL "| - |", "and nothing is nothing");
}

static void the_image_names_a_user(void)
{
	struct vm_store s = fresh();
	struct vm_conf c;
	struct told t = { .line = "kith.grace=5s kith.debug oci=/i kith.w" };

	ok(understand(&c, &everything, &s), "everything is understood");
	is_str(c.user, "u:g", "the user");
	is_str(c.stop_signal, "SIGQUIT", "the signal");
	is_str(c.metadata, "/metadata/m", "where the metadata is");
	ok(c.metald && !c.debug, "it is a metald machine, and not looked into");
	s = fresh();
	ok(understand(&c, &t, &s) && c.debug && !c.metald, "debug");
	is(c.n_own, 2, "two more options");
	is_str(c.own[0].name, "grace", "one by name");
	is_str(c.own[0].value, "5s", "with its value");
	ok(!c.own[1].value, "one without");
	is_str(c.image, "/i", "where the image's config is");
}

static void what_is_wrong_is_said(void)
{
	static const struct {
		struct told t;
		const char *want;
	} fatal[] = {
		{ { .line = "env.a=x" },
		  "the kernel's command line:0:0: a has a name that is not of "
		  "A-Z, 0-9 and _" },
		{ { .line = "env.LD_PRELOAD=x" },
		  "the kernel's command line:0:0: LD_PRELOAD may not be set "
		  "from outside" },
		{ { .line = "workdir=app" },
		  "the kernel's command line:0:0: workdir is not an absolute "
		  "path" },
		{ { .line = "workdir=/a/../b" },
		  "the kernel's command line:0:0: workdir is not written in "
		  "the shortest way" },
		{ { .line = "metadata=/etc/shadow" },
		  "the kernel's command line:0:0: metadata is not below "
		  "/metadata, /var/metadata or /tmp/metadata" },
		{ { .line = "", .cmd = "[]" },
		  "/container.cmd:0:0: there is no program in it" },
		{ { .line = "", .cmd = "[\"a\", 1]" },
		  "/container.cmd:1:7: a string is expected" },
		{ { .line = "", .cmd = "{}" },
		  "/container.cmd:1:1: an array is expected" },
		{ { .line = "", .cmd = "[\"a\\u0000\"]" },
		  "/container.cmd:1:2: there is a NUL in it" },
		{ { .line = "metadata=/metadata/m", .metadata = "{" },
		  "/metadata/m:1:2: it ends too early" },
		{ { .line = "metadata=/metadata/m",
		    .metadata = "{\"env\":\n  {\"A\":1}}" },
		  "/metadata/m:2:8: a string is expected" },
		{ { .line = "metadata=/metadata/m",
		    .metadata = "{\"working_dir\":\"a\"}" },
		  "/metadata/m:1:16: is not an absolute path" },
		{ { .line = "", .image = "[]" },
		  "/container.oci:1:1: an object is expected" },
		{ { .line = "", .image = "{\"config\":[]}" },
		  "/container.oci:1:11: an object is expected" },
		{ { .line = "", .image = "{\"config\":{\"Env\":{}}}" },
		  "/container.oci:1:18: an array is expected" },
	};
	static const struct {
		struct told t;
		const char *out, *warned;
	} odd[] = {
		{ { .line = "", .env = "{\"env\":{\"A\":1}}" },
		  BASE USUAL "| - |",
		  "/container.env:1:13: a string is expected\n" },
		{ { .line = "", .env = "nonsense" },
		  BASE USUAL "| - |",
		  "/container.env:1:9: it ends too early\n" },
		{ { .line = "",
		    .env = "{\"env\":{\"a\":\"x\",\"B\":\"y\",\"LD_PRELOAD\":"
			   "\"z\"}}" },
		  BASE "B=y " USUAL "| - |",
		  "/container.env:1:9: a has a name that is not of A-Z, 0-9 "
		  "and _\n"
		  "/container.env:1:25: LD_PRELOAD may not be set from "
		  "outside\n" },
		{ { .line = "metadata=/metadata/m",
		    .metadata = "{\"env\":{\"A\":\"\\u0000\",\"B\":\"y\"}}" },
		  BASE "B=y " USUAL "| - |",
		  "/metadata/m:1:9: A there is a NUL in it\n" },
		{ { .line = "",
		    .image = "{\"Env\":[\"x\",\"=y\",\"z=\"],\"Cmd\":[\"/"
			     "c\"]}" },
		  BASE "z= " USUAL "| - | /c",
		  "/container.oci:1:9: NAME=VALUE is expected\n"
		  "/container.oci:1:13: NAME=VALUE is expected\n" },
		{ { .line = "workdir=/a metadata=/metadata/m",
		    .metadata = "{\"working_dir\":\"../x\"}" },
		  BASE USUAL "| /a |",
		  "" },
		{ { .line = "env.PATH= -- x" }, BASE USUAL "| - | x", "" },
		{ { .line = "env.PATH=/p --" }, BASE "PATH=/p | - |", "" },
	};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		is_str(outcome(&fatal[i].t), fatal[i].want, "refused: %s",
		       fatal[i].want);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		is_str(outcome(&odd[i].t), odd[i].out, "left out (%zu)", i);
		is_str(warnings, odd[i].warned, "and told of (%zu)", i);
	}
}

/* However little memory there is: an answer, and no other than the right one. */
static void memory_may_be_short(void)
{
	struct vm_store s = fresh();
	struct vm_conf c;
	size_t needed;
	char *right;
	bool same = true;
	int refused = 0;

	understand(&c, &everything, &s);
	right = strdup(sum(&c));
	needed = sizeof(memory) - s.left;
	for (size_t left = 0; left < needed; left += 8) {
		s = (struct vm_store){ .at = memory, .left = left };
		if (understand(&c, &everything, &s) && !s.failed)
			same = same && strcmp(sum(&c), right) == 0;
		else
			refused++;
	}
	ok(same, "whoever is not refused has it right");
	is(refused, needed / 8, "and whoever had less than needed was refused");
	free(right);
}

static void too_many_variables_are_told_of(void)
{
	static char text[65536];
	struct vm_store s = fresh();
	struct vm_conf c;
	struct told t = { .line = "", .env = text };
	char *to = text;

	to += sprintf(to, "{\"env\":{\"V0\":\"\"");
	for (int i = 1; i < 4094; i++)
		to += sprintf(to, ",\"V%d\":\"\"", i);
	sprintf(to, "}}");
	ok(!understand(&c, &t, &s), "PATH is one too many");
	is_str(c.wrong.about, "PATH", "and is named");
	sprintf(to, ",\"V5000\":\"\",\"PATH\":\"/\"}}");
	s = fresh();
	ok(!understand(&c, &t, &s), "so are others");
	is_str(warnings,
	       "/container.env:1:43933: V5000 is one variable too many\n"
	       "/container.env:1:43944: PATH is one variable too many\n",
	       "and are told of");
}

int main(void)
{
	json_is_read_to_the_letter();
	strings_are_decoded();
	children_are_found();
	variables_have_rules();
	paths_have_rules();
	who_says_it_last();
	the_image_names_a_user();
	what_is_wrong_is_said();
	memory_may_be_short();
	too_many_variables_are_told_of();
	return done_testing();
}
