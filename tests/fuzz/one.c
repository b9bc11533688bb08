/*
 * For libFuzzer: one input of one of the readers.  tests/aid-fuzz.sh says which,
 * by FUZZ_HEADER and FUZZ_ONE.
 */
#include FUZZ_HEADER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FUZZ_ONE(data, size);
	return 0;
}
