/* The control socket's requests, for libFuzzer: see soak-init-ctlfuzz.sh. */
#include "tests/init-ctlfuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ctlfuzz_one(data, size);
	return 0;
}
