/*
 * What a test program says, in the Test Anything Protocol.
 *
 * ok(), is() and is_str() each print one line and return whether they passed;
 * the text is a claim, which the line confirms or denies: "orphans go to the
 * nearest subreaper".  main() ends with "return done_testing();".
 *
 * Made for tests that fork.  Only the process that began the test prints: in
 * any other a check that holds is silent, and one that does not complains on
 * stderr and ends that process with status 99, which its parent should look
 * for.  Checks are for one thread at a time.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>

#define ok(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)
#define is(got, want, ...) \
	tap_is((long)(got), (long)(want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

/* A remark, seen when something failed, or with prove -v. */
void diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* count checks cannot be made here, and why. */
void skip(int count, const char *why, ...)
	__attribute__((format(printf, 2, 3)));

/* None of this program's can: ends it, successfully. */
_Noreturn void skip_all(const char *why, ...)
	__attribute__((format(printf, 1, 2)));

/* Print how many there were; the status for main to return. */
int done_testing(void);

bool tap_ok(bool pass, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool tap_is(long got, long want, const char *file, int line, const char *fmt,
	    ...) __attribute__((format(printf, 5, 6)));
bool tap_is_str(const char *got, const char *want, const char *file, int line,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
