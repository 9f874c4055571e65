/* What the state_*.c files share. */
#ifndef ALERT_STATE_INSIDE_H
#define ALERT_STATE_INSIDE_H

#include "alert/state.h"

struct state {
  const struct notify_config *config;
  struct store *store;
  struct state_hooks hooks;
  struct episodes table;
  int64_t grace_until;
  struct state_counts counts;
  bool no_route_said;
  bool clock_uncertain;
};

/* Seconds of the configuration in ms. */
int64_t ms_of(double seconds);

double recover_after(const struct state *s, const struct episode *e);
/* SECONDS_NEVER or seconds, for the level the alert has now. */
double repeat_every(const struct state *s, const struct episode *e,
                    size_t route);

void episode_store(struct state *s, struct episode *e);
void episode_tell(struct state *s, struct episode *e, const struct say *say);
void episode_say(struct state *s, struct episode *e, int64_t now,
                 enum message_kind kind, enum alert_reason reason, bool quiet);
void episode_history(struct state *s, const struct episode *e, int64_t now,
                     const char *what, const char *detail);

/* Transitions. fire, reopen and recover leave e alive; the others end it. */
void episode_fire(struct state *s, struct episode *e, int64_t now);
void episode_recover(struct state *s, struct episode *e, int64_t now);
void episode_resolve(struct state *s, struct episode *e, int64_t at,
                     int64_t now);
void episode_drop(struct state *s, struct episode *e);
enum close_how { CLOSE_TELL_ALL, CLOSE_TELL_STATEFUL };
void episode_close(struct state *s, struct episode *e, int64_t now,
                   enum close_how how, const char *why);
/* An OKAY with a number, or what amounts to it. */
void episode_fine(struct state *s, struct episode *e, int64_t now);
void episode_member_back(struct state *s, struct episode *e,
                         struct alert_member *m, int64_t now);

#endif
