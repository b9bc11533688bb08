/*
 * Whatever bytes: what kith-init reads as a machine's first process must neither
 * crash nor believe them.  One input is all that it reads, in sections that end
 * with the byte 0x1e:
 *
 *	command line, image config, /container.env, metadata, /container.cmd
 *
 * A section that is empty, or missing, is a file that is not there.  tests/fuzz/
 * one.c gives this to libFuzzer, t-init-vmfuzz.c what libFuzzer found.
 */
#ifndef TESTS_INIT_VMFUZZ_H
#define TESTS_INIT_VMFUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pid1/vmconf.h"
#include "pid1/vmrules.h"
#include "tests/must.h"

enum { SECTIONS = 5, SECTION_END = 0x1e };

/* Copies of exactly their size, so that a step beyond is seen. */
struct section {
	char *text; /* NUL behind it; NULL: not there */
	size_t len;
};

static inline void vmfuzz_cut(struct section s[SECTIONS], const uint8_t *data,
			      size_t size)
{
	for (int i = 0; i < SECTIONS; i++) {
		const uint8_t *end =
			size ? memchr(data, SECTION_END, size) : NULL;
		size_t len = end ? (size_t)(end - data) : size;

		s[i].len = len;
		s[i].text = len ? malloc(len + 1) : NULL;
		if (s[i].text) {
			memcpy(s[i].text, data, len);
			s[i].text[len] = '\0';
		}
		len += end != NULL;
		data += len;
		size -= len;
	}
}

static inline void vmfuzz_warned(void *count, const struct vm_remark *r)
{
	must(r->file && r->about && r->why);
	++*(unsigned int *)count;
}

static inline bool vmfuzz_read(struct vm_conf *c, const struct section *s,
			       char *line)
{
	static char *environment[] = { (char *)"HOME=/", (char *)"TERM=linux",
				       NULL };

	return vmconf_begin(c, environment) && vmconf_line(c, line) &&
	       (!s[1].text ||
		vmconf_image(c, "/container.oci", s[1].text, s[1].len)) &&
	       (!s[2].text || vmconf_container_env(c, s[2].text, s[2].len)) &&
	       (!s[3].text || !c->metadata ||
		vmconf_metadata(c, s[3].text, s[3].len)) &&
	       (!s[4].text || vmconf_container_cmd(c, s[4].text, s[4].len)) &&
	       vmconf_end(c);
}

/* What comes out is whole, and by the rules. */
static inline void vmfuzz_look(const struct vm_conf *c)
{
	unsigned int i;

	must(c->n_env <= VM_MAX_ENV && !c->env[c->n_env]);
	for (i = 0; i < c->n_env; i++)
		must(strchr(c->env[i], '=') > c->env[i]);
	for (char **a = c->program; a && *a; a++)
		must(strlen(*a) < 1 << 24);
	must(!c->program || c->program[0]);
	for (i = 0; i < c->n_late; i++)
		must(!vmrules_variable(c->late[i].name, c->late[i].value));
	must(!c->metadata || !vmrules_metadata(c->metadata));
	must(!c->line_dir || !vmrules_path(c->line_dir));
}

static inline void vmfuzz_one(const uint8_t *data, size_t size)
{
	struct section s[SECTIONS];
	size_t room = 24 * size + 65536;
	unsigned int warnings = 0;
	struct vm_store store;
	struct vm_conf c;
	char *memory, *line;

	if (size > VM_MAX_FILE)
		return;
	/* A third of the runs are short of memory, at a place that varies. */
	if (size && size % 3 == 0)
		room = 33000 + (size_t)data[size - 1] * 8;
	vmfuzz_cut(s, data, size);
	line = strdup(s[0].text ? s[0].text : "");
	memory = malloc(room);
	must(line && memory);
	store = (struct vm_store){ .at = memory, .left = room };
	memset(&c, 0, sizeof(c));
	c.store = &store;
	c.warn = vmfuzz_warned;
	c.whom = &warnings;
	if (vmfuzz_read(&c, s, line))
		vmfuzz_look(&c);
	else
		must(c.wrong.file && c.wrong.about && c.wrong.why);
	free(memory);
	free(line);
	for (int i = 0; i < SECTIONS; i++)
		free(s[i].text);
}

#endif
