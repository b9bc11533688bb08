/*
 * SHA-256 (FIPS 180-4), for one purpose: is this file the one that was meant?
 *
 * There is no small library for it that a static program with musl could be
 * linked with on Debian, and a kernel need not have AF_ALG.
 */
#ifndef PID1_SUPERVISE_SHA256_H
#define PID1_SUPERVISE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t state[8];
	uint64_t size; /* bytes so far */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t size);
void sha256_end(struct sha256 *s, uint8_t digest[32]);

/* 64 hexadecimal digits, and then no further one.  False if it is not that. */
bool sha256_read(const char *text, uint8_t digest[32]);

#endif
