/*
 * A parent's list of children, kept in step with its tree of news and with its
 * counts.  For wait/ only; the family lock is held.
 */
#ifndef WAIT_LISTS_H
#define WAIT_LISTS_H

#include "wait/kin.h"

void children_add(struct kin *parent, struct kin *k); /* as the last */
void children_remove(struct kin *k);
void children_has_news(struct kin *k); /* k can be waited for */

#endif
