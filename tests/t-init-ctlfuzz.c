/*
 * Requests to the control socket: each of the corpus, cut short everywhere, with
 * each of its bytes changed, and with something behind it.
 */
#include "tests/corpus.h"
#include "tests/init-ctlfuzz.h"

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
	corpus_each("ctl", variations);
	diag("%zu inputs, %zu runs", inputs, runs);
	ok(inputs > 50, "what is no request is refused, and nothing else");
	return done_testing();
}
