/*
 * What the fuzzer found worth keeping, again: every file of tests/vm/corpus, and
 * each of them cut short.  A file can hold several, each ended by the byte 0x1d.
 */
#include <dirent.h>

#include "tests/init-vmfuzz.h"
#include "tests/tap.h"

enum { INPUT_END = 0x1d };

static uint8_t bytes[1 << 20];

static size_t runs, inputs;

/* Long ones not at every byte: this is no soak. */
static void replay(const uint8_t *at, size_t size)
{
	for (size_t n = 0; n < size; n += 1 + size / 64, runs++)
		vmfuzz_one(at, n);
	vmfuzz_one(at, size);
	inputs++;
}

static void replay_each(const uint8_t *at, size_t size)
{
	const uint8_t *end;

	while (size && (end = memchr(at, INPUT_END, size))) {
		replay(at, (size_t)(end - at));
		size -= (size_t)(end - at) + 1;
		at = end + 1;
	}
	if (size)
		replay(at, size);
}

static size_t load(const char *dir, const char *name)
{
	char path[8192];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "re");
	if (f) {
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
	}
	return n;
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	struct dirent *e;
	char path[4000];
	size_t size;
	DIR *d;

	snprintf(path, sizeof(path), "%s/tests/vm/corpus",
		 srcdir ? srcdir : ".");
	d = opendir(path);
	if (!d)
		skip_all("there is no %s", path);
	while ((e = readdir(d))) {
		size = load(path, e->d_name);
		replay_each(bytes, size);
	}
	closedir(d);
	diag("%zu inputs, %zu runs", inputs, runs);
	ok(inputs > 100, "nothing in the corpus is believed, or fatal");
	return done_testing();
}
