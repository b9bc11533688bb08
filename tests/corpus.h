/*
 * The inputs that a fuzzer found worth keeping: all files of tests/fuzz/NAME.  A
 * file can hold several, each ended by the byte 0x1d; those called "found" do.
 */
#ifndef TESTS_CORPUS_H
#define TESTS_CORPUS_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"

enum { CORPUS_END = 0x1d, CORPUS_ROOM = 1 << 20 };

/* There is room for one more byte behind the input, which may be changed. */
typedef void corpus_input(uint8_t *at, size_t size);

static inline void corpus_file(const char *path, corpus_input *input)
{
	static uint8_t bytes[CORPUS_ROOM], one[CORPUS_ROOM + 1];
	FILE *f = fopen(path, "re");
	uint8_t *at = bytes, *end;
	size_t size;

	if (!f)
		return;
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	do {
		end = size ? memchr(at, CORPUS_END, size) : NULL;
		if (!end)
			end = at + size;
		memcpy(one, at, (size_t)(end - at));
		input(one, (size_t)(end - at));
		size -= (size_t)(end - at);
		size -= size > 0;
		at = end + 1;
	} while (size);
}

/* Each of them, once. */
static inline void corpus_each(const char *name, corpus_input *input)
{
	const char *srcdir = getenv("srcdir");
	char folder[4000], path[8000];
	struct dirent *e;
	DIR *d;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s",
		 srcdir ? srcdir : ".", name);
	d = opendir(folder);
	if (!d)
		skip_all("there is no %s", folder);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		corpus_file(path, input);
	}
	closedir(d);
}

#endif
