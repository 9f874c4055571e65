/* SPDX-License-Identifier: MIT */
/* See deliver_rate.h. */
#include <config.h>

#include "alert/deliver/deliver_rate.h"

#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_channel.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  ROWS_STEP = 64,
  BACKWARD_MS = 5000, /* a clock behind by more was set unseen */
};

/* -- the bucket ------------------------------------------------------------ */

static bool unlimited(const struct channel_run *c) {
  return c->config->rate_count == 0;
}

static double per_ms(const struct channel_run *c) {
  return c->config->rate_count / (c->config->rate_window * 1000);
}

static double tokens_now(const struct channel_run *c, int64_t now) {
  double most = c->config->rate_count;
  double passed = (double)now - (double)c->state.tokens_at;

  if (c->state.tokens_at == 0) /* never used */
    return most;
  return fmin(most, c->state.tokens + fmax(0, passed) * per_ms(c));
}

bool deliver_rate_has(const struct deliver *d, int channel, int64_t now) {
  const struct channel_run *c = &d->channels[channel];

  /* what adds up to one may lack the last bit of it */
  return unlimited(c) || tokens_now(c, now) >= 1 - 1e-6;
}

int64_t deliver_rate_token_at(const struct deliver *d, int channel,
                              int64_t now) {
  const struct channel_run *c = &d->channels[channel];

  if (deliver_rate_has(d, channel, now))
    return now;
  return now + (int64_t)ceil((1 - tokens_now(c, now)) / per_ms(c));
}

void deliver_rate_take(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (unlimited(c))
    return;
  c->state.tokens = fmax(0, tokens_now(c, now) - 1);
  if (now >= c->state.tokens_at || c->state.tokens_at - now > BACKWARD_MS)
    c->state.tokens_at = now;
  /* with the row that goes: a kill gives none back */
  deliver_complain(store_channel_set(d->store, c->config->name, &c->state),
                   "channel not recorded");
  c->dirty = false;
}

enum outbox_rows deliver_rate_exempt(const struct deliver *d, int channel) {
  return d->channels[channel].config->sender->stateful ? ROWS_FREE_STATEFUL
                                                       : ROWS_FREE;
}

bool deliver_rate_is_exempt(const struct deliver *d, int channel,
                            const struct outbox_row *row) {
  return row->attempts > 0 || row->recipient[0] != '\0' ||
         row->kind == MESSAGE_CANCEL ||
         (row->kind == MESSAGE_RESOLVED &&
          d->channels[channel].config->sender->stateful);
}

void deliver_rate_look(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int64_t due = c->counts.queued > 0
                    ? store_outbox_due(d->store, c->config->name, ROWS_ALL)
                    : 0;

  c->limited = due > 0 && due <= now;
}

int64_t deliver_rate_due(const struct deliver *d, int channel, int64_t now) {
  const struct channel_run *c = &d->channels[channel];
  int64_t due = store_outbox_due(d->store, c->config->name, ROWS_ALL);
  int64_t exempt;
  int64_t token;

  if (due == 0 || deliver_rate_has(d, channel, now))
    return due;
  token = deliver_rate_token_at(d, channel, now);
  if (due < token)
    due = token;
  exempt = store_outbox_due(d->store, c->config->name,
                            deliver_rate_exempt(d, channel));
  return exempt > 0 && exempt < due ? exempt : due;
}

bool deliver_rate_short(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (c->limited && (c->counts.queued == 0 || unlimited(c) ||
                     tokens_now(c, now) >= (double)c->counts.queued))
    c->limited = false;
  return c->limited;
}

/* -- the message about what waited ------------------------------------------
 */

bool deliver_rate_folds(const struct deliver *d, int channel,
                        const struct outbox_row *row) {
  struct alert a;

  /* a list of incidents needs each of them; a message about many, a report or
   * what may have arrived says what nothing else would */
  return !d->channels[channel].config->sender->stateful && row->alert_id != 0 &&
         !row->ambiguous && !deliver_rate_is_exempt(d, channel, row) &&
         store_alert_get(d->store, row->alert_id, &a) == 0 &&
         strcmp(a.type, "report") != 0;
}

int rate_digest_add(struct deliver *d, int channel, struct rate_digest *g,
                    struct outbox_row *row) {
  struct waiting *w;

  if (g->num % ROWS_STEP == 0) {
    void *grown = realloc(g->rows, (g->num + ROWS_STEP) * sizeof(*g->rows));

    if (grown == NULL)
      return -ENOMEM;
    g->rows = grown;
  }
  w = &g->rows[g->num];
  w->row_id = row->id;
  w->alert_id = row->alert_id;
  memcpy(w->route, row->route, sizeof(w->route));
  if (g->num++ == 0)
    g->place = row->place;
  row->state = ROW_SUPERSEDED;
  deliver_save(d, row);
  deliver_left(d, channel, 1);
  return 0;
}

static bool seen_before(const struct rate_digest *g, size_t i) {
  for (size_t j = 0; j < i; j++)
    if (g->rows[j].alert_id == g->rows[i].alert_id)
      return true;
  return false;
}

/* Each alert once, as it is by now. An end that is told here is noted like a
 * beginning: accept_member() sees that it is over, and owes nothing. */
static void gather(struct deliver *d, const struct rate_digest *g,
                   struct gathering *out) {
  struct alert a;

  for (size_t i = 0; i < g->num; i++) {
    if (seen_before(g, i) ||
        store_alert_get(d->store, g->rows[i].alert_id, &a) < 0)
      continue;
    if (a.flags & ALERT_ONESHOT) /* news, and over at once */
      a.state = ALERT_FIRING;
    deliver_complain(gathering_add(out, &a, a.flags & ALERT_ONESHOT,
                                   route_by_key(d->config, g->rows[i].route)),
                     "an alert is missing in a digest");
  }
}

static void back_into_queue(struct deliver *d, int channel,
                            const struct rate_digest *g) {
  for (size_t i = 0; i < g->num; i++) {
    struct outbox_row row;

    if (store_outbox_get(d->store, g->rows[i].row_id, &row) < 0)
      continue;
    row.state = ROW_QUEUED;
    deliver_save(d, &row);
    outbox_row_free(&row);
  }
  deliver_count_queue(d, channel);
}

void rate_digest_end(struct deliver *d, int channel, struct rate_digest *g,
                     int64_t now) {
  struct gathering all = {.list_max = RATE_WORST, .by_level = true};

  gather(d, g, &all);
  all.place = g->place;
  if (all.all_num < 2 ||
      gathering_send(d, channel, &all, "while limited", now) < 0)
    back_into_queue(d, channel, g);
  gathering_free(&all);
  free(g->rows);
}
