/* SPDX-License-Identifier: MIT */
/* Where a house comes from: a file, the built-in demo, a number of plugs, a
 * directory of dumps. */
#ifndef KASASIM_HOMES_H
#define KASASIM_HOMES_H

#include "base.h"

struct house;

/* Each adds devices, and exits with a message when it cannot. */
void home_from_file(struct house *house, const char *path);
/* all: not only those that need no account. */
void home_demo(struct house *house, bool all);
void home_generated(struct house *house, unsigned long count,
                    double strips_percent, const char *transport);
/* transport: only those that speak it; NULL: all. */
void home_from_dumps(struct house *house, const char *directory,
                     const char *transport);

#endif
