/* SPDX-License-Identifier: MIT */
/* See state_news.h. */
#include <config.h>

#include "alert/state/state_news.h"

#include "alert/state/open_alert.h"
#include "base/milliseconds.h"

#include <math.h>
#include <string.h>

enum {
  FIRST_S = 60,
  LONGEST_S = 3600, /* the pauses double up to here, or to the option */
};

static double first_pause(const struct state *s, const struct open_alert *e) {
  double own = e->routes_num > 0
                   ? s->config->routes[e->routes[0]].new_text_interval
                   : SECONDS_UNSET;

  return own == SECONDS_UNSET ? FIRST_S : own;
}

/* Our own troubles are told once a day, whatever they count by now. */
static bool listens(const struct state *s, const struct open_alert *e) {
  return e->a.class == ALERT_EVENT && strcmp(e->a.plugin, "notify_kasa") != 0 &&
         first_pause(s, e) >= 0;
}

void state_news_take(const struct state *s, struct open_alert *e,
                     const struct event *ev) {
  if (listens(s, e) && strcmp(e->a.text, ev->text) != 0)
    e->a.news++;
}

int64_t state_news_due(const struct state *s, const struct open_alert *e) {
  double first = first_pause(s, e);
  double pause;

  if (e->a.news == 0 || e->a.state != ALERT_FIRING ||
      (e->a.flags & (ALERT_ACKED | ALERT_FLAPPING)) || !listens(s, e))
    return 0;
  pause = ldexp(first, e->a.news_told < 30 ? (int)e->a.news_told : 30);
  if (pause > fmax(first, LONGEST_S))
    pause = fmax(first, LONGEST_S);
  return e->a.news_at + ms_of(pause);
}

bool state_news_tick(struct state *s, struct open_alert *e, int64_t now) {
  int64_t due = state_news_due(s, e);

  if (due == 0 || now < due)
    return false;
  e->a.news_told++;
  open_alert_history(s, e, now, "news", e->a.text);
  open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_NEWS, false);
  open_alert_text_told(e, now);
  open_alert_store(s, e);
  return false;
}
