/*
 * Whatever bytes come over the control socket: what is accepted is a request, to
 * the letter, and nothing else is.  tests/fuzz/one.c gives this to libFuzzer,
 * t-init-ctlfuzz.c what is in tests/fuzz/ctl.
 */
#ifndef TESTS_INIT_CTLFUZZ_H
#define TESTS_INIT_CTLFUZZ_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pid1/ctl.h"
#include "tests/must.h"

/* The language, said in another way than the reader says it. */
static inline int ctlfuzz_word(const char *text, size_t size)
{
	static const char *const words[] = { "status",  "metrics", "report",
					     "restart", "stop",    "update" };

	for (int i = 0; i < 6; i++)
		if (size == strlen(words[i]) && !memcmp(text, words[i], size))
			return i;
	return -1;
}

static inline bool ctlfuzz_is_hex(const char *text)
{
	for (int i = 0; i < 64; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

static inline void ctlfuzz_one(const uint8_t *data, size_t size)
{
	/* Of exactly its size, so that a step beyond is seen. */
	char *packet = calloc(1, size ? size : 1);
	struct ctl_request r;
	const char *wrong;
	size_t n = size;
	int word;
	bool hex;

	if (size)
		memcpy(packet, data, size);
	wrong = ctl_read(packet, size, &r);
	if (n && packet[n - 1] == '\n')
		n--;
	hex = n == 71 && !memcmp(packet, "update ", 7) &&
	      ctlfuzz_is_hex(packet + 7);
	word = hex ? 5 : ctlfuzz_word(packet, n);
	must((wrong == NULL) == (word >= 0));
	must(wrong || ((int)r.what == word && r.has_digest == hex));
	must(!wrong || (strlen(wrong) > 3 && !strchr(wrong, '\n')));
	if (!wrong && hex)
		for (int i = 0; i < 32; i++) {
			char two[3];

			snprintf(two, sizeof(two), "%02x", r.digest[i]);
			must(tolower((unsigned char)packet[7 + 2 * i]) ==
				     two[0] &&
			     tolower((unsigned char)packet[8 + 2 * i]) ==
				     two[1]);
		}
	free(packet);
}

#endif
