/*
 * What each OS thread has of its own: `thread_own` before a variable.
 *
 * There is little of it, and none is a machine's: only what checks contracts,
 * which locks the thread holds and how deep in read sections it is.  The model
 * of access is the fast one that a library may use if it is there from the
 * start; under UBSan it is the plain one, for there the linker's rewriting of
 * the fast one disturbs the check for null.
 */
#ifndef BASE_OWN_H
#define BASE_OWN_H

#if defined(__SANITIZE_ADDRESS__)
#define thread_own _Thread_local
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define thread_own _Thread_local
#endif
#endif
#if !defined(thread_own)
#define thread_own _Thread_local __attribute__((tls_model("initial-exec")))
#endif

#endif
