/* SPDX-License-Identifier: MIT */
/* A plug or an outlet that got another name while it had alerts: no value of
 * the old name comes any more, so no end of them would either. kasa.so says it
 * by an OKAY of type "renamed". Inside an open transaction of the store. */
#ifndef ALERT_STATE_STATE_RENAMED_H
#define ALERT_STATE_STATE_RENAMED_H

#include "alert/model/event.h"

#include <stdbool.h>
#include <stdint.h>

struct state;

enum { RENAMED_MAX = 64 };

/* The names that are over, the newest so many of them. */
struct renamed {
  struct {
    int64_t at; /* wall ms; 0 = a free place */
    char host[ALERT_NAME_SIZE];
    char device[ALERT_NAME_SIZE];
    char plug[ALERT_NAME_SIZE]; /* "": all of the device */
  } names[RENAMED_MAX];
  unsigned next;
};

bool state_is_renaming(const struct event *ev);

/* Closes what is open under the name: who was told of it hears why, and what is
 * still bad opens an alert under the new one. */
void state_renamed(struct state *s, const struct event *ev, int64_t now);

/* Whether collectd misses, a while later, a series that only has another name
 * by now. */
bool state_was_renamed(const struct state *s, const struct event *missing,
                       int64_t now);

/* The wall clock was set by delta ms. */
void state_renamed_shift(struct state *s, int64_t delta_ms);

#endif
