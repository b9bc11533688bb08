#include "pid1/vmconf.h"

#include <string.h>

#include "pid1/vmline.h"
#include "pid1/vmrules.h"

#define LINE "the kernel's command line"
#define USUAL_PATH \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* --- telling --------------------------------------------------------------- */

static bool refuse(struct vm_conf *c, const char *file, const char *about,
		   const char *why)
{
	c->wrong =
		(struct vm_remark){ .file = file, .about = about, .why = why };
	return false;
}

static bool no_memory(struct vm_conf *c, const char *file)
{
	return refuse(c, file, "", "there is no memory for it");
}

static struct vm_remark json_remark(const char *file, const struct vm_json *j,
				    const char *about)
{
	struct vm_remark r = { .file = file, .about = about, .why = j->why };

	vmjson_where(j, &r.line, &r.column);
	return r;
}

static bool refuse_json(struct vm_conf *c, const char *file,
			const struct vm_json *j)
{
	c->wrong = json_remark(file, j, "");
	return false;
}

static void warn_json(struct vm_conf *c, const char *file, struct vm_json *j,
		      int i, const char *about, const char *why)
{
	struct vm_remark r;

	vmjson_wrong(j, i, why);
	r = json_remark(file, j, about);
	c->warn(c->whom, &r);
}

/* --- the environment ------------------------------------------------------- */

static bool names(const char *entry, const char *name, size_t len)
{
	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* An entry, NAME=VALUE, instead of what has its name.  False: too many. */
static bool put(struct vm_conf *c, char *entry)
{
	size_t len = strcspn(entry, "=");
	unsigned int i = 0;

	while (i < c->n_env && !names(c->env[i], entry, len))
		i++;
	if (i == c->n_env) {
		if (c->n_env == VM_MAX_ENV)
			return false;
		c->n_env++;
	}
	c->env[i] = entry;
	return true;
}

static char *join(struct vm_conf *c, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value) + 1;
	char *entry = vm_take(c->store, n + 1 + v);

	if (!entry)
		return NULL;
	memcpy(entry, name, n);
	entry[n] = '=';
	memcpy(entry + n + 1, value, v);
	return entry;
}

static const char *set(struct vm_conf *c, const char *name, const char *value)
{
	char *entry = join(c, name, value);

	if (!entry)
		return "there is no memory for it";
	return put(c, entry) ? NULL : "is one variable too many";
}

/* Words of ours that the kernel has made variables of. */
static bool is_ours(const char *entry)
{
	return names(entry, "workdir", 7) || names(entry, "metadata", 8) ||
	       names(entry, "oci", 3) || names(entry, "zinitdebug", 10);
}

bool vmconf_begin(struct vm_conf *c, char **environment)
{
	c->env = vm_take(c->store, (VM_MAX_ENV + 1) * sizeof(*c->env));
	if (!c->env)
		return no_memory(c, LINE);
	for (; *environment; environment++)
		if (!is_ours(*environment) && !put(c, *environment))
			return refuse(c, LINE, "", "too many variables");
	return true;
}

/* --- the command line ------------------------------------------------------ */

/* Everything behind "--": the program. */
static bool take_program(struct vm_conf *c, char *rest)
{
	size_t most = strlen(rest) / 2 + 2;
	struct vm_word word;
	char **at;

	at = vm_take(c->store, most * sizeof(*at));
	if (!at)
		return no_memory(c, LINE);
	if (vmline_next(&rest, &word)) {
		c->program = at;
		c->rank = RANK_LINE;
		do
			*at++ = vmline_whole(&word);
		while (vmline_next(&rest, &word));
	}
	*at = NULL;
	return true;
}

static bool take_own(struct vm_conf *c, const char *name, const char *value)
{
	if (strcmp(name, "debug") == 0) {
		c->debug = !value || strcmp(value, "0") != 0;
		return true;
	}
	if (c->n_own == VM_MAX_OWN)
		return refuse(c, LINE, name, "is one option too many");
	c->own[c->n_own++] = (struct vm_own){ name, value };
	return true;
}

static bool take_late(struct vm_conf *c, const char *name, const char *value)
{
	const char *why = vmrules_variable(name, value);

	if (!why && c->n_late == sizeof(c->late) / sizeof(*c->late))
		why = "is one variable too many";
	if (why)
		return refuse(c, LINE, name, why);
	c->late[c->n_late++] = (struct vm_own){ name, value };
	return true;
}

static bool take_path(struct vm_conf *c, const char **where,
		      const struct vm_word *word,
		      const char *(*rule)(const char *))
{
	const char *why = rule(word->value);

	if (why)
		return refuse(c, LINE, word->name, why);
	*where = word->value;
	return true;
}

static bool take_word(struct vm_conf *c, const struct vm_word *w)
{
	if (strncmp(w->name, "kith.", 5) == 0)
		return take_own(c, w->name + 5, w->value);
	if (!w->value)
		return true;
	if (strncmp(w->name, "env.", 4) == 0)
		return take_late(c, w->name + 4, w->value);
	if (strcmp(w->name, "workdir") == 0)
		return take_path(c, &c->line_dir, w, vmrules_path);
	if (strcmp(w->name, "metadata") == 0)
		return take_path(c, &c->metadata, w, vmrules_metadata);
	if (strcmp(w->name, "oci") == 0)
		return take_path(c, &c->image, w, vmrules_path);
	if (strcmp(w->name, "zinitdebug") == 0)
		c->debug = strcmp(w->value, "1") == 0;
	return true;
}

bool vmconf_line(struct vm_conf *c, char *line)
{
	size_t len = strlen(line);
	struct vm_word word;

	/* /proc/cmdline has one of its own, which an open quote would keep. */
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	while (vmline_next(&line, &word)) {
		if (!word.value && strcmp(word.name, "--") == 0)
			return take_program(c, line);
		if (!take_word(c, &word))
			return false;
	}
	return true;
}

/* --- parts of the files ---------------------------------------------------- */

static bool is_kind(struct vm_json *j, int i, enum vm_kind kind,
		    const char *why)
{
	return i < 0 || vmjson_kind(j, i) == kind || vmjson_wrong(j, i, why);
}

static bool is_string(struct vm_json *j, int i)
{
	return is_kind(j, i, VM_STRING, "a string is expected");
}

/* An object or array, all of whose values are strings; or not there. */
static bool are_strings(struct vm_json *j, int whole, enum vm_kind kind)
{
	int i;

	if (whole < 0)
		return true;
	if (!is_kind(j, whole, kind,
		     kind == VM_OBJECT ? "an object is expected"
				       : "an array is expected"))
		return false;
	for (i = vmjson_first(j, whole); i >= 0; i = vmjson_next(j, whole, i))
		if (!is_string(j, kind == VM_OBJECT ? i + 1 : i))
			return false;
	return true;
}

/* A string if it is there and not empty. */
static bool read_string(struct vm_conf *c, struct vm_json *j, int i,
			const char **out)
{
	const char *s;

	if (i < 0)
		return true;
	s = vmjson_string(j, i, c->store);
	if (!s)
		return false;
	if (*s)
		*out = s;
	return true;
}

/* "env": { NAME: VALUE }, by the rules; what breaks them is left out. */
static void read_env(struct vm_conf *c, const char *file, struct vm_json *j,
		     int env, bool path_too)
{
	const char *name, *value, *why;
	int i;

	for (i = env < 0 ? -1 : vmjson_first(j, env); i >= 0;
	     i = vmjson_next(j, env, i)) {
		name = vmjson_string(j, i, c->store);
		value = name ? vmjson_string(j, i + 1, c->store) : NULL;
		if (!value) {
			warn_json(c, file, j, i, name ? name : "", j->why);
			continue;
		}
		if (!path_too && strcmp(name, "PATH") == 0)
			continue;
		why = vmrules_variable(name, value);
		if (!why)
			why = set(c, name, value);
		if (why)
			warn_json(c, file, j, i, name, why);
	}
}

/* Put the strings of an array at *at, and move it behind them. */
static bool read_words(struct vm_conf *c, struct vm_json *j, int array,
		       char ***at)
{
	int i;

	for (i = array < 0 ? -1 : vmjson_first(j, array); i >= 0;
	     i = vmjson_next(j, array, i)) {
		**at = vmjson_string(j, i, c->store);
		if (!*(*at)++)
			return false;
	}
	return true;
}

/* The strings of two arrays, as a program with its arguments. */
static bool read_program(struct vm_conf *c, const char *file, struct vm_json *j,
			 enum vm_rank rank, int first, int second)
{
	size_t n = 1;
	char **at, **program;

	n += first < 0 ? 0 : (size_t)vmjson_count(j, first);
	n += second < 0 ? 0 : (size_t)vmjson_count(j, second);
	if (n == 1 || rank < c->rank)
		return true;
	at = program = vm_take(c->store, n * sizeof(*at));
	if (!at)
		return no_memory(c, file);
	if (!read_words(c, j, first, &at) || !read_words(c, j, second, &at))
		return refuse_json(c, file, j);
	*at = NULL;
	c->program = program;
	c->rank = rank;
	return true;
}

static void read_dir(struct vm_conf *c, const char *file, const char *dir)
{
	if (!dir)
		return;
	c->dir = dir;
	c->dir_from = file;
}

/* --- the files ------------------------------------------------------------- */

static bool read_object(struct vm_conf *c, struct vm_json *j, const char *text,
			size_t len)
{
	return vmjson_read(j, text, len, c->store) &&
	       is_kind(j, 0, VM_OBJECT, "an object is expected");
}

/* { env, working_dir, user, exposed_ports }: user is not applied, as there. */
bool vmconf_container_env(struct vm_conf *c, const char *text, size_t len)
{
	static const char file[] = "/container.env";
	struct vm_remark r;
	const char *dir = NULL;
	struct vm_json j;
	int env, where;

	c->metald = true;
	if (!read_object(c, &j, text, len))
		goto left_out;
	env = vmjson_find(&j, 0, "env");
	where = vmjson_find(&j, 0, "working_dir");
	if (!are_strings(&j, env, VM_OBJECT) || !is_string(&j, where) ||
	    !is_string(&j, vmjson_find(&j, 0, "user")) ||
	    !are_strings(&j, vmjson_find(&j, 0, "exposed_ports"), VM_ARRAY) ||
	    !read_string(c, &j, where, &dir))
		goto left_out;
	read_env(c, file, &j, env, true);
	read_dir(c, file, dir);
	return true;

left_out:
	r = json_remark(file, &j, "");
	c->warn(c->whom, &r);
	return true;
}

/* { env, working_dir, entrypoint, command }; its PATH is not wanted. */
bool vmconf_metadata(struct vm_conf *c, const char *text, size_t len)
{
	const char *dir = NULL, *why;
	int env, where, entry, command;
	struct vm_json j;

	c->metald = true;
	if (!read_object(c, &j, text, len))
		return refuse_json(c, c->metadata, &j);
	env = vmjson_find(&j, 0, "env");
	where = vmjson_find(&j, 0, "working_dir");
	entry = vmjson_find(&j, 0, "entrypoint");
	command = vmjson_find(&j, 0, "command");
	if (!are_strings(&j, env, VM_OBJECT) || !is_string(&j, where) ||
	    !are_strings(&j, entry, VM_ARRAY) ||
	    !are_strings(&j, command, VM_ARRAY) ||
	    !read_string(c, &j, where, &dir))
		return refuse_json(c, c->metadata, &j);
	/* Where the command line says it, nobody asks what stands here. */
	why = dir && !c->line_dir ? vmrules_path(dir) : NULL;
	if (why) {
		vmjson_wrong(&j, where, why);
		return refuse_json(c, c->metadata, &j);
	}
	read_env(c, c->metadata, &j, env, false);
	read_dir(c, c->metadata, dir);
	return read_program(c, c->metadata, &j, RANK_METADATA, entry, command);
}

/* [ program, argument ... ] */
bool vmconf_container_cmd(struct vm_conf *c, const char *text, size_t len)
{
	static const char file[] = "/container.cmd";
	struct vm_json j;

	c->metald = true;
	if (!vmjson_read(&j, text, len, c->store) ||
	    !are_strings(&j, 0, VM_ARRAY))
		return refuse_json(c, file, &j);
	if (!vmjson_count(&j, 0))
		return refuse(c, file, "", "there is no program in it");
	return read_program(c, file, &j, RANK_COMMAND, 0, -1);
}

/* "Env": [ "NAME=VALUE" ... ], with no rule but that there is a name. */
static void read_image_env(struct vm_conf *c, const char *file,
			   struct vm_json *j, int env)
{
	const char *why;
	char *entry;
	int i;

	for (i = env < 0 ? -1 : vmjson_first(j, env); i >= 0;
	     i = vmjson_next(j, env, i)) {
		entry = vmjson_string(j, i, c->store);
		if (!entry)
			why = j->why;
		else if (*entry == '=' || !strchr(entry, '='))
			why = "NAME=VALUE is expected";
		else
			why = put(c, entry) ? NULL : "one variable too many";
		if (why)
			warn_json(c, file, j, i, "", why);
	}
}

/*
 * The config of an OCI image: { "config": { Env, Entrypoint, Cmd, WorkingDir,
 * User, StopSignal } }.  What docker calls "Config", and what libkrun has at the
 * top, is taken as well.
 */
bool vmconf_image(struct vm_conf *c, const char *file, const char *text,
		  size_t len)
{
	int at, env, entry, command, where, user, stop;
	const char *dir = NULL;
	struct vm_json j;

	if (!read_object(c, &j, text, len))
		return refuse_json(c, file, &j);
	at = vmjson_find(&j, 0, "config");
	if (at < 0)
		at = vmjson_find(&j, 0, "Config");
	if (at < 0)
		at = 0;
	if (!is_kind(&j, at, VM_OBJECT, "an object is expected"))
		return refuse_json(c, file, &j);
	env = vmjson_find(&j, at, "Env");
	entry = vmjson_find(&j, at, "Entrypoint");
	command = vmjson_find(&j, at, "Cmd");
	where = vmjson_find(&j, at, "WorkingDir");
	user = vmjson_find(&j, at, "User");
	stop = vmjson_find(&j, at, "StopSignal");
	if (!are_strings(&j, env, VM_ARRAY) ||
	    !are_strings(&j, entry, VM_ARRAY) ||
	    !are_strings(&j, command, VM_ARRAY) ||
	    !read_string(c, &j, where, &dir) ||
	    !read_string(c, &j, user, &c->user) ||
	    !read_string(c, &j, stop, &c->stop_signal))
		return refuse_json(c, file, &j);
	read_image_env(c, file, &j, env);
	read_dir(c, file, dir);
	return read_program(c, file, &j, RANK_IMAGE, entry, command);
}

bool vmconf_end(struct vm_conf *c)
{
	unsigned int i;
	const char *why;

	for (i = 0; i < c->n_late; i++) {
		why = set(c, c->late[i].name, c->late[i].value);
		if (why)
			return refuse(c, LINE, c->late[i].name, why);
	}
	read_dir(c, LINE, c->line_dir);

	for (i = 0; i < c->n_env && !names(c->env[i], "PATH", 4); i++)
		;
	if (i == c->n_env || !c->env[i][5]) {
		static char usual[sizeof(USUAL_PATH)];

		if (!put(c, memcpy(usual, USUAL_PATH, sizeof(usual))))
			return refuse(c, LINE, "PATH",
				      "is one variable too many");
	}
	c->env[c->n_env] = NULL;
	return true;
}
