/* For libFuzzer: see tests/init-vmfuzz.h, and soak-init-vmfuzz.sh. */
#include "tests/init-vmfuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vmfuzz_one(data, size);
	return 0;
}
