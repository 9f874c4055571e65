/* SPDX-License-Identifier: MIT */
/* What the state_*.c files share. */
#ifndef ALERT_STATE_STATE_INTERNAL_H
#define ALERT_STATE_STATE_INTERNAL_H

#include "alert/state/state.h"

struct state {
  const struct notify_config *config;
  struct store *store;
  struct state_hooks hooks;
  struct alert_table table;
  int64_t grace_until;
  struct state_counts counts;
  bool no_route_said;
  bool clock_uncertain;
};

/* Seconds of the configuration in ms. */
int64_t ms_of(double seconds);

double recover_after(const struct state *s, const struct open_alert *e);
/* SECONDS_NEVER or seconds, for the level the alert has now. */
double repeat_every(const struct state *s, const struct open_alert *e,
                    size_t route);

void open_alert_store(struct state *s, struct open_alert *e);
void open_alert_tell(struct state *s, struct open_alert *e,
                     const struct notification *say);
void open_alert_notify(struct state *s, struct open_alert *e, int64_t now,
                       enum message_kind kind, enum alert_reason reason,
                       bool quiet);
void open_alert_history(struct state *s, const struct open_alert *e,
                        int64_t now, const char *what, const char *detail);

/* Transitions. fire, reopen and recover leave e alive; the others end it. */
void open_alert_fire(struct state *s, struct open_alert *e, int64_t now);
void open_alert_recover(struct state *s, struct open_alert *e, int64_t now);
void open_alert_resolve(struct state *s, struct open_alert *e, int64_t at,
                        int64_t now);
void open_alert_drop(struct state *s, struct open_alert *e);
enum close_how { CLOSE_TELL_ALL, CLOSE_TELL_STATEFUL };
void open_alert_close(struct state *s, struct open_alert *e, int64_t now,
                      enum close_how how, const char *why);
/* An OKAY with a number, or what amounts to it. */
void open_alert_fine(struct state *s, struct open_alert *e, int64_t now);
void open_alert_member_back(struct state *s, struct open_alert *e,
                            struct alert_member *m, int64_t now);

#endif
