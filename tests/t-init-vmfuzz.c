/*
 * What the fuzzer found worth keeping, again: every input of tests/fuzz/vm, and
 * each of them cut short.
 */
#include "tests/corpus.h"
#include "tests/init-vmfuzz.h"

static size_t runs, inputs;

/* Long ones not at every byte: this is no soak. */
static void replay(uint8_t *at, size_t size)
{
	for (size_t n = 0; n < size; n += 1 + size / 64, runs++)
		vmfuzz_one(at, n);
	vmfuzz_one(at, size);
	inputs++;
}

int main(void)
{
	corpus_each("vm", replay);
	diag("%zu inputs, %zu runs", inputs, runs);
	ok(inputs > 800, "nothing in the corpus is believed, or fatal");
	return done_testing();
}
