/* SPDX-License-Identifier: MIT */
/* See group_merge.h. */
#include <config.h>

#include "alert/deliver/group/group_merge.h"

#include "alert/config/config_group.h"
#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/state/alert_build.h"
#include "alert/state/alert_table.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_group.h"
#include "alert/store/store_notification_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More of one group come in two messages. */
enum { COMPANIONS_MAX = 1000 };

struct ending {
  int64_t alert_id;
  char fingerprint[33];
};

struct merge {
  struct deliver *d;
  int channel;
  int64_t now;
  bool ends;    /* it is about ends */
  int64_t head; /* the row that is the next of its channel */
  bool head_moot;
  struct gathering g;
  struct open_alert first; /* of those in g, with its names */
  bool quiet;              /* all of them are */
  bool still;              /* all of them are reminders */
  struct ending *endings;  /* not yet heard */
  size_t endings_num;
  int64_t taken[COMPANIONS_MAX]; /* rows whose alerts are in g */
  size_t taken_num;
};

/* -- one member ------------------------------------------------------------ */

/* As it is now: false when it is gone. */
static bool load(struct merge *m, int64_t id, struct open_alert *out) {
  const struct open_alert *e = m->d->facts.open != NULL
                                   ? alert_table_find_id(m->d->facts.open, id)
                                   : NULL;

  memset(out, 0, sizeof(*out));
  if (e != NULL)
    out->a = e->a;
  else if (store_alert_get(m->d->store, id, &out->a) < 0)
    return false;
  open_alert_names(m->d->config, out);
  if (out->a.state == ALERT_RECOVERING && isfinite(out->a.peak))
    out->a.value = out->a.peak; /* the good value is not yet to be trusted */
  return true;
}

static bool add(struct merge *m, const struct open_alert *e, bool over,
                const char *route) {
  if (gathering_add(&m->g, &e->a, over, route_by_key(m->d->config, route)) < 0)
    return false;
  if (m->g.all_num == 1)
    m->first = *e;
  return true;
}

static bool announced(struct merge *m, int64_t alert_id) {
  struct notification_log told;

  store_notification_log_get(m->d->store, alert_id,
                             m->d->channels[m->channel].config->name, &told);
  return told.announced;
}

static bool worth_it(struct merge *m, const struct outbox_row *r, bool over) {
  if (m->ends)
    return announced(m, r->alert_id);
  if (over) /* it came and went before anybody heard; else its end follows */
    return (r->kind == MESSAGE_OPEN || r->kind == MESSAGE_NOTE) &&
           !announced(m, r->alert_id);
  return r->kind != MESSAGE_REPEAT ||
         store_outbox_newer(m->d->store, r, -1) == 0;
}

static void note_ending(void *arg, int64_t alert_id, const char *fingerprint) {
  struct merge *m = arg;
  struct ending *grown =
      realloc(m->endings, (m->endings_num + 1) * sizeof(*grown));

  if (grown == NULL)
    return;
  m->endings = grown;
  grown += m->endings_num++;
  grown->alert_id = alert_id;
  snprintf(grown->fingerprint, sizeof(grown->fingerprint), "%s", fingerprint);
}

/* It was bad before, and people have not heard the end of that yet. */
static bool too_early(const struct merge *m, const struct alert *a) {
  for (size_t i = 0; i < m->endings_num; i++)
    if (m->endings[i].alert_id != a->id &&
        strcmp(m->endings[i].fingerprint, a->fingerprint) == 0)
      return true;
  return false;
}

/* What changed while the row waited is part of what it says. */
static void renew(struct merge *m, struct outbox_row *r, struct alert a) {
  char *snapshot;

  if (r->kind == MESSAGE_OPEN)
    a.reason = REASON_OPENED;
  else if (a.reason != REASON_WORSE && a.reason != REASON_BETTER)
    a.reason = r->reason;
  snapshot = alert_json_text(&a);
  if (snapshot == NULL)
    return;
  free(r->snapshot);
  r->snapshot = snapshot;
  r->level = a.level;
  r->reason = a.reason;
  deliver_new_ids(m->d, &a, r);
  deliver_save(m->d, r);
}

/* A row that waited: its alert joins the others, or it gives way. What else of
 * the alert waits is said by that, too. */
static void take(struct merge *m, struct outbox_row *r) {
  struct open_alert e;
  bool there = load(m, r->alert_id, &e);
  bool over = there && e.a.state >= ALERT_RESOLVED;

  if (!there || !worth_it(m, r, over)) {
    m->head_moot = m->head_moot || r->id == m->head;
    deliver_moot(m->d, r, m->now);
    return;
  }
  if ((r->id != m->head && too_early(m, &e.a)) ||
      !add(m, &e, over && !m->ends, r->route))
    return; /* it comes later, as without memory */
  m->taken[m->taken_num++] = r->id;
  m->quiet = m->quiet && (r->quiet || (over && !m->ends));
  m->still = m->still && r->kind == MESSAGE_REPEAT;
  if (m->ends)
    return;
  if (over) {
    deliver_supersede(m->d, r, -1, r->id);
  } else if (store_outbox_newer(m->d->store, r, MESSAGE_UPDATE) > 0) {
    deliver_supersede(m->d, r, MESSAGE_UPDATE, r->id);
    renew(m, r, e.a);
  }
}

/* One that a message about several tells of already, which did not arrive. */
static void take_again(struct deliver *d, void *arg, int64_t alert_id,
                       const char *route, bool was_over) {
  struct merge *m = arg;
  struct outbox_row rest = {.alert_id = alert_id};
  struct open_alert e;
  bool over;

  if (!load(m, alert_id, &e))
    return;
  over = e.a.state >= ALERT_RESOLVED && !m->ends;
  if (over && !was_over && announced(m, alert_id))
    return; /* it was no news, and its end follows */
  if (!add(m, &e, over, route) || !over || was_over)
    return;
  snprintf(rest.channel, sizeof(rest.channel), "%s",
           d->channels[m->channel].config->name);
  deliver_supersede(d, &rest, -1, 0);
}

/* -- the message ----------------------------------------------------------- */

static int compose(struct merge *m, struct outbox_row *row) {
  int route = m->g.all[0].route;
  char place[ALERT_TEXT_SIZE] = "";

  if (route >= 0)
    group_place(&m->d->config->routes[route].group, &m->first.a, place,
                sizeof(place));
  if (!m->ends)
    row->kind = m->still ? MESSAGE_REPEAT : MESSAGE_OPEN;
  row->quiet = m->quiet;
  return gathering_compose(m->d, &m->g,
                           m->ends    ? REASON_GROUP_OVER
                           : m->still ? REASON_GROUP_STILL
                                      : REASON_GROUP,
                           place, m->now, row);
}

static void give_way(struct merge *m) {
  for (size_t i = 0; i < m->taken_num; i++)
    deliver_complain(store_outbox_replaced(m->d->store, m->taken[i]),
                     "queue not updated");
  deliver_left(m->d, m->channel, (int64_t)m->taken_num);
}

/* One row in the place of those that waited. */
static void replace(struct merge *m, struct outbox_row *row) {
  struct outbox_row all = {.kind = row->kind,
                           .created = row->created,
                           .place = row->place,
                           .group_due = row->group_due,
                           .fell_back = row->fell_back,
                           .body = strdup("")};

  memcpy(all.group_key, row->group_key, sizeof(all.group_key));
  if (all.body == NULL || compose(m, &all) < 0 ||
      deliver_add(m->d, m->channel, &all) < 0) {
    outbox_row_free(&all);
    return; /* each alone, then */
  }
  gathering_record(m->d, &m->g, &all);
  give_way(m);
  outbox_row_free(row);
  *row = all;
}

/* A message about several that has not arrived is written anew, with those who
 * joined. */
static void rewrite(struct merge *m, struct outbox_row *row) {
  if (compose(m, row) < 0)
    return;
  deliver_save(m->d, row);
  deliver_complain(store_group_clear(m->d->store, row->id),
                   "queue not updated");
  gathering_record(m->d, &m->g, row);
  give_way(m);
}

/* Of several one is left, or there never was another. */
static void reread(struct merge *m, struct outbox_row *row) {
  struct outbox_row fresh;

  if (store_outbox_get(m->d->store, row->id, &fresh) < 0)
    return;
  outbox_row_free(row);
  *row = fresh;
}

static void take_all(struct merge *m, const struct outbox_row *row) {
  int64_t ids[COMPANIONS_MAX];
  size_t n =
      store_outbox_companions(m->d->store, row, m->now, ids, COMPANIONS_MAX);

  for (size_t i = 0; i < n; i++) {
    struct outbox_row r;

    if (store_outbox_get(m->d->store, ids[i], &r) < 0)
      continue;
    if (r.state == ROW_QUEUED)
      take(m, &r);
    outbox_row_free(&r);
  }
}

bool deliver_group_merge(struct deliver *d, int channel, struct outbox_row *row,
                         int64_t now) {
  bool several = row->alert_id == 0;
  struct merge *m;
  bool some = true;

  /* what may have arrived, or is one recipient's, stays as it is */
  if (row->group_key[0] == '\0' || row->ambiguous || row->shrink ||
      row->recipient[0] != '\0')
    return true;
  m = calloc(1, sizeof(*m));
  if (m == NULL)
    return true;
  m->d = d;
  m->channel = channel;
  m->now = now;
  m->head = row->id;
  m->ends = row->kind == MESSAGE_RESOLVED;
  m->quiet = !several || row->quiet;
  m->still = !several || row->kind == MESSAGE_REPEAT;
  if (!m->ends)
    store_group_each_ending(d->store, d->channels[channel].config->name,
                            note_ending, m);
  if (several)
    deliver_group_each(d, row->id, take_again, m);
  take_all(m, row);
  if (several && m->g.all_num > 0)
    rewrite(m, row);
  else if (!several && m->g.all_num > 1 && !m->head_moot)
    replace(m, row);
  else if (!several && m->taken_num > 0 && !m->head_moot)
    reread(m, row);
  else
    some = !several && !m->head_moot;
  if (m->head_moot)
    row->state = ROW_SUPERSEDED; /* in the store it is */
  gathering_free(&m->g);
  free(m->endings);
  free(m);
  return some;
}
