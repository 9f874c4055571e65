/* SPDX-License-Identifier: MIT */
/* Fetches a page from a running daemon. One thread. */
#ifndef CLI_LIVE_FETCH_H
#define CLI_LIVE_FETCH_H

#include "base/buf.h"

enum { FETCH_WHY_SIZE = 300 };

struct fetch;

/* For url (http or https); NULL when memory is out. */
struct fetch *fetch_create(const char *url);
void fetch_free(struct fetch *f);

/* Replaces page (whose max bounds it): 0, or -1 and why. Gives up when
 * screen_quitting(). The connection is kept for the next time. */
int fetch_page(struct fetch *f, struct buf *page, char why[FETCH_WHY_SIZE]);

#endif
