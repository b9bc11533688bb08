/*
 * Requests to the control socket: each of the corpus, cut short everywhere, with
 * each of its bytes changed, and with something behind it.
 */
#include <dirent.h>

#include "tests/init-ctlfuzz.h"
#include "tests/tap.h"

static size_t runs, inputs;

static void try(const uint8_t *at, size_t size)
{
	ctlfuzz_one(at, size);
	runs++;
}

static void variations(uint8_t *at, size_t size)
{
	static const uint8_t others[] = { 0, ' ', '\n', 'g', 0x80, 0xff };

	inputs++;
	for (size_t n = 0; n <= size; n++)
		try(at, n);
	for (size_t i = 0; i < size && i < 200; i++) {
		uint8_t was = at[i];

		for (size_t j = 0; j < sizeof(others); j++) {
			at[i] = others[j];
			try(at, size);
		}
		at[i] = was ^ 0x20;
		try(at, size);
		at[i] = was;
	}
	for (size_t j = 0; j < sizeof(others); j++) {
		at[size] = others[j];
		try(at, size + 1);
	}
}

int main(void)
{
	static uint8_t bytes[8192];
	const char *srcdir = getenv("srcdir");
	struct dirent *e;
	char path[8192];
	DIR *d;

	snprintf(path, sizeof(path), "%s/tests/ctl/corpus",
		 srcdir ? srcdir : ".");
	d = opendir(path);
	if (!d)
		skip_all("there is no %s", path);
	while ((e = readdir(d))) {
		char name[9000];
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		f = fopen(name, "re");
		if (!f)
			continue;
		variations(bytes, fread(bytes, 1, sizeof(bytes) - 1, f));
		fclose(f);
	}
	closedir(d);
	diag("%zu inputs, %zu runs", inputs, runs);
	ok(inputs >= 10, "what is no request is refused, and nothing else");
	return done_testing();
}
