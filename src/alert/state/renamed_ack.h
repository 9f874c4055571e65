/* SPDX-License-Identifier: MIT */
/* Who has taken charge of an alert has done so whatever its device is called: a
 * renaming closes the alert, and the one that follows under the new name is
 * acknowledged from the beginning. Inside an open transaction of the store. */
#ifndef ALERT_STATE_RENAMED_ACK_H
#define ALERT_STATE_RENAMED_ACK_H

#include "alert/model/alert.h"

#include <stdint.h>

struct open_alert;
struct state;

enum { RENAMED_ACKS_MAX = 64 };

struct renamed_ack {
  char fingerprint[33]; /* of the alert under its new name; "" = free */
  int64_t id;           /* the one that was closed */
  int64_t closed;       /* wall ms */
  char by[sizeof(((struct alert *)0)->ack_by)];
  char source[sizeof(((struct alert *)0)->ack_source)];
  int64_t at, until;
  enum level level;
};

/* The newest so many that wait for their alert. */
struct renamed_acks {
  struct renamed_ack items[RENAMED_ACKS_MAX];
  unsigned next;
};

/* An alert is being closed: its recovery_text says what is called how from now
 * on. Its successor may be there already. */
void renamed_ack_pass_on(struct state *s, const struct alert *closed,
                         int64_t now);
/* Those of the time before this start. */
void renamed_ack_load(struct state *s, int64_t now);
/* A new alert begins. */
void renamed_ack_take(struct state *s, struct open_alert *e, int64_t now);
/* The wall clock was set by delta ms. */
void renamed_ack_shift(struct state *s, int64_t delta_ms);

#endif
