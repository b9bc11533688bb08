/*
 * Telling AddressSanitizer and valgrind which parts of an arena are in bounds.
 *
 * Both watch malloc by themselves but know nothing of blocks cut from a larger
 * piece.  Where neither is at work, all of this is nothing.
 */
#ifndef BASE_BOUNDS_H
#define BASE_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define BOUNDS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BOUNDS_ASAN 1
#endif
#endif

#if defined(BOUNDS_ASAN)
void __asan_poison_memory_region(void const volatile *p, size_t size);
void __asan_unpoison_memory_region(void const volatile *p, size_t size);
#define bounds_checked()              true
#define bounds_open(p, size)          __asan_unpoison_memory_region(p, size)
#define bounds_close(p, size)         __asan_poison_memory_region(p, size)
#define bounds_open_for_copy(p, size) bounds_open(p, size)

#elif defined(__has_include) && __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define bounds_checked()              (RUNNING_ON_VALGRIND != 0)
#define bounds_open(p, size)          VALGRIND_MAKE_MEM_UNDEFINED(p, size)
#define bounds_close(p, size)         VALGRIND_MAKE_MEM_NOACCESS(p, size)
#define bounds_open_for_copy(p, size) VALGRIND_MAKE_MEM_DEFINED(p, size)

#else
#define bounds_checked()              false
#define bounds_open(p, size)          ((void)(p), (void)(size))
#define bounds_close(p, size)         ((void)(p), (void)(size))
#define bounds_open_for_copy(p, size) ((void)(p), (void)(size))
#endif

#endif
