/*
 * What is said on a machine's console before and after there is a program.
 *
 * Names may come from outside and the console is somebody's terminal, so only
 * what can be printed is, and not more than 64 characters of it.  Values are
 * never said: see vmconf.h.
 */
#ifndef PID1_VMSAY_H
#define PID1_VMSAY_H

#include "pid1/say.h"
#include "pid1/vmconf.h"

void vmsay_begin(struct say *s); /* "kith-init: ", to stderr */
void vmsay_clean(struct say *s, const char *text);
void vmsay_end(struct say *s); /* the newline, and out */

/* "kith-init: SORT FILE:LINE:COLUMN: ABOUT WHY" */
void vmsay_remark(const char *sort, const struct vm_remark *r);

#endif
