/* SPDX-License-Identifier: MIT */
/* What happens to one open alert: it fires, recovers, ends. Inside an open
 * transaction of the store. */
#ifndef ALERT_STATE_OPEN_ALERT_H
#define ALERT_STATE_OPEN_ALERT_H

#include "alert/state/notification.h"
#include "alert/state/state_internal.h"

#include <stdbool.h>
#include <stdint.h>

double recover_after(const struct state *s, const struct open_alert *e);
/* How long it has to be good for that to be its end: that, or longer while it
 * is flapping. */
double good_after(const struct state *s, const struct open_alert *e);
/* SECONDS_NEVER or seconds, for the level the alert has now. */
double repeat_every(const struct state *s, const struct open_alert *e,
                    size_t route);

/* Whether reminders and escalations go on: it is bad for certain, and nobody
 * has acknowledged it. */
bool open_alert_insists(const struct open_alert *e);

void open_alert_store(struct state *s, struct open_alert *e);
void open_alert_history(struct state *s, const struct open_alert *e,
                        int64_t now, const char *what, const char *detail);
void open_alert_tell(struct state *s, struct open_alert *e,
                     const struct notification *n);
/* The same, to all its routes. */
void open_alert_notify(struct state *s, struct open_alert *e, int64_t now,
                       enum message_kind kind, enum alert_reason reason,
                       bool quiet);
/* People know the text that e has now. */
void open_alert_text_told(struct open_alert *e, int64_t now);
/* It goes on: those who took over from a channel that is gone hear so. */
void open_alert_tell_heir(struct state *s, struct open_alert *e, int64_t now);
/* Asks what a device that is away took at last, for its message. */
void open_alert_remember_power(const struct state *s, struct open_alert *e);

/* Transitions. Those that return bool say whether e has ended: it is gone. */
bool open_alert_fire(struct state *s, struct open_alert *e, int64_t now);
bool open_alert_recover(struct state *s, struct open_alert *e, int64_t now);
/* An OKAY with a number, or what amounts to it. */
bool open_alert_fine(struct state *s, struct open_alert *e, int64_t now);
bool open_alert_member_back(struct state *s, struct open_alert *e,
                            struct alert_member *m, int64_t now);
/* These end e. */
void open_alert_resolve(struct state *s, struct open_alert *e, int64_t at,
                        int64_t now);
void open_alert_drop(struct state *s, struct open_alert *e);
enum close_how { CLOSE_TELL_ALL, CLOSE_TELL_STATEFUL, CLOSE_RENAMED };
void open_alert_close(struct state *s, struct open_alert *e, int64_t now,
                      enum close_how how, const char *why);

#endif
