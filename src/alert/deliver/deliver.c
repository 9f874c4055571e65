/* SPDX-License-Identifier: MIT */
/* Who is told, and the bounds of the queue: see deliver.h. Choosing the next
 * message is in deliver_pick.c, results in deliver_done.c. */
#include <config.h>

#include "alert/deliver/deliver_internal.h"

#include "alert/config/route.h"
#include "alert/deliver/policy.h"
#include "alert/model/alert_json.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void deliver_complain(int err, const char *what) {
  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "%s: %s", what, strerror(-err));
}

double deliver_random01(struct deliver *d) {
  uint32_t bits = 0;

  d->hooks.random(d->hooks.arg, &bits, sizeof(bits));
  return bits / 4294967296.0;
}

void deliver_new_ids(struct deliver *d, const struct alert *a,
                     struct outbox_row *row) {
  unsigned char bytes[16];

  d->hooks.random(d->hooks.arg, bytes, sizeof(bytes));
  for (size_t i = 0; i < sizeof(bytes); i++)
    snprintf(row->delivery_id + 2 * i, 3, "%02x", bytes[i]);
  snprintf(row->message_id, sizeof(row->message_id), "<%.49s.%u.%.8s@%.50s>",
           a->episode[0] != '\0' ? a->episode : "test", a->sequence,
           row->delivery_id,
           d->hooks.collectd_host[0] != '\0' ? d->hooks.collectd_host
                                             : "localhost");
}

void deliver_history(struct deliver *d, const struct outbox_row *row,
                     int64_t now, const char *what, const char *detail) {
  deliver_complain(store_history_add(d->store, now, row->alert_id, what,
                                     row->channel, detail),
                   "history not recorded");
}

int deliver_channel_index(const struct deliver *d, const char *name) {
  for (size_t i = 0; i < d->config->channels_num; i++)
    if (strcmp(d->config->channels[i].name, name) == 0)
      return (int)i;
  return -1;
}

/* -- bounds --------------------------------------------------------------- */

void deliver_count_queue(struct deliver *d, int channel) {
  struct channel_run *c = &d->channels[channel];

  d->total -= c->counts.queued;
  c->counts.queued =
      store_outbox_count(d->store, c->config->name, &c->counts.oldest);
  d->total += c->counts.queued;
}

static void make_room(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  char why[120];
  int gone;

  if (c->counts.queued < QUEUE_CHANNEL_MAX && d->total < QUEUE_TOTAL_MAX)
    return;
  if (c->counts.queued < c->full_at)
    return;
  /* in slices: looking for victims costs a walk through the queue */
  gone = store_outbox_evict(d->store, c->config->name, QUEUE_CHANNEL_MAX / 20);
  if (gone <= 0) {
    c->full_at = c->counts.queued + QUEUE_CHANNEL_MAX / 20;
    return; /* all of it is critical: rather too long a queue */
  }
  c->full_at = 0;
  c->counts.queued -= gone;
  d->total -= gone;
  c->counts.failed += (uint64_t)gone;
  c->state.evicted += (uint64_t)gone;
  c->dirty = true;
  store_history_add(d->store, now, 0, "evicted", c->config->name,
                    "the queue was full");
  snprintf(why, sizeof(why),
           "its queue is full, %" PRIu64 " messages were given up so far",
           c->state.evicted);
  d->hooks.trouble(d->hooks.arg, c->config->name, "queue", why);
}

int deliver_add(struct deliver *d, int channel, struct outbox_row *row,
                int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int err;

  make_room(d, channel, now);
  snprintf(row->channel, sizeof(row->channel), "%s", c->config->name);
  err = store_outbox_add(d->store, row);
  if (err < 0) {
    deliver_complain(err, "message not queued");
    return err;
  }
  c->counts.queued++;
  d->total++;
  if (c->counts.oldest == 0)
    c->counts.oldest = row->created;
  return 0;
}

/* -- who is told ---------------------------------------------------------- */

/* One thing said, on its way to the channels. */
struct saying {
  struct deliver *d;
  struct open_alert *e;
  const struct notification *say;
  char *snapshot; /* made when the first channel needs it */
};

static int row_texts(struct saying *s, struct outbox_row *row, int route) {
  struct message m;
  struct buf title;
  struct buf body;
  int err;

  message_init(&m, &s->e->a);
  m.kind = row->kind;
  m.reason = row->reason;
  m.level = row->level;
  m.quiet = row->quiet;
  m.channel = row->channel;
  m.delivery_id = row->delivery_id;
  m.message_id = row->message_id;
  m.created = row->created;
  m.words = route >= 0 ? &s->d->config->routes[route].words : NULL;
  m.style = &s->d->config->style;
  m.collectd_host = s->d->hooks.collectd_host;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = message_texts(&m, TARGET_PLAIN, &title, &body);
  row->title = buf_take(&title);
  row->body = buf_take(&body);
  buf_free(&title);
  buf_free(&body);
  return err;
}

static void queue_one(struct saying *s, int channel, int route,
                      enum message_kind kind, bool quiet) {
  struct outbox_row row = {
      .alert_id = s->e->a.id,
      .kind = kind,
      .reason = kind == MESSAGE_OPEN ? REASON_OPENED : s->say->reason,
      .level = kind == MESSAGE_RESOLVED ? LEVEL_OK : s->e->a.level,
      .quiet = quiet,
      .created = s->say->now,
  };

  if (s->snapshot == NULL)
    s->snapshot = alert_json_text(&s->e->a);
  if (route >= 0)
    route_key(s->d->config, route, row.route, sizeof(row.route));
  snprintf(row.channel, sizeof(row.channel), "%s",
           s->d->channels[channel].config->name);
  deliver_new_ids(s->d, &s->e->a, &row);
  if (s->snapshot == NULL || row_texts(s, &row, route) < 0) {
    deliver_complain(-ENOMEM, "message not queued");
    free(row.title);
    free(row.body);
    return;
  }
  row.snapshot = s->snapshot;
  if (kind == MESSAGE_REPEAT) /* undelivered reminders: the newest is enough */
    store_outbox_supersede(s->d->store, row.channel, row.alert_id,
                           MESSAGE_REPEAT, 0, 0);
  deliver_add(s->d, channel, &row, s->say->now);
  free(row.title);
  free(row.body);
}

/* What kind of message this channel gets, if any: -1 = none. told is what it
 * heard or will hear before. */
static int kind_for(const struct notification *say, bool announced,
                    bool pending) {
  bool told = announced || pending;

  switch (say->kind) {
  case MESSAGE_RESOLVED:
    return told ? MESSAGE_RESOLVED : -1;
  case MESSAGE_ACKED:
    return announced ? MESSAGE_ACKED : -1;
  case MESSAGE_REPEAT:
    if (!told) /* what it should have heard was given up: again */
      return MESSAGE_OPEN;
    return announced ? MESSAGE_REPEAT : -1;
  case MESSAGE_UPDATE:
    if (told)
      return MESSAGE_UPDATE;
    return say->reason == REASON_WORSE ? MESSAGE_OPEN : -1;
  default:
    return (int)say->kind;
  }
}

/* True when a message was queued. */
static bool tell(struct saying *s, int channel, int route) {
  struct deliver *d = s->d;
  struct channel_run *c = &d->channels[channel];
  const struct policy *by = NULL;
  bool pending = store_outbox_pending(d->store, c->config->name, s->e->a.id,
                                      MESSAGE_OPEN) > 0;
  enum policy_answer answer;
  struct notification_log told;
  char why[200];
  char detail[280];
  int kind;

  store_notification_log_get(d->store, s->e->a.id, c->config->name, &told);
  kind = kind_for(s->say, told.announced, pending);
  if (kind < 0 || c->config->broken ||
      (s->say->stateful_only && !c->config->sender->stateful))
    return false;
  answer = policy_ask(
      &(struct policy_question){.config = d->config,
                                .alert = &s->e->a,
                                .route = route >= 0 ? &d->config->routes[route]
                                                    : NULL,
                                .channel = c->config,
                                .kind = (enum message_kind)kind,
                                .reason = s->say->reason,
                                .announced = told.announced || pending,
                                .now = s->say->now},
      &by, why, sizeof(why));
  if (answer == POLICY_SUPPRESS) {
    c->counts.suppressed++;
    snprintf(detail, sizeof(detail), "%s: %s", by->name, why);
    store_history_add(d->store, s->say->now, s->e->a.id, "suppressed",
                      c->config->name, detail);
    return false;
  }
  queue_one(s, channel, route, (enum message_kind)kind,
            s->say->quiet || answer == POLICY_QUIET);
  if ((kind == MESSAGE_RESOLVED || kind == MESSAGE_ACKED))
    deliver_add_cancel(d, channel, &s->e->a, s->say->now);
  return true;
}

/* Every channel once, through the first route that names it. */
static void tell_routes(struct saying *s) {
  bool done[CHANNELS_MAX] = {false};
  bool own = strcmp(s->e->a.plugin, "notify_kasa") == 0;
  bool any = false;

  for (size_t r = 0; r < s->e->routes_num; r++) {
    const struct route_config *route = &s->d->config->routes[s->e->routes[r]];

    if (s->say->route >= 0 && s->say->route != (int)r)
      continue;
    for (size_t i = 0; i < route->channels_num; i++) {
      int channel = route->channels[i];

      if (channel < 0 || channel >= CHANNELS_MAX || done[channel])
        continue;
      done[channel] = true;
      any = tell(s, channel, s->e->routes[r]) || any;
    }
  }
  /* the trouble of the only channel on the route is for the others to tell */
  for (size_t i = 0; own && !any && i < s->d->config->channels_num; i++)
    if (!done[i])
      tell(s, (int)i, s->e->routes_num > 0 ? s->e->routes[0] : -1);
}

/* The route of e that names channel, for its texts; -1 = none any more. */
static int route_of(const struct deliver *d, const struct open_alert *e,
                    int channel) {
  for (size_t r = 0; r < e->routes_num; r++) {
    const struct route_config *route = &d->config->routes[e->routes[r]];
    for (size_t i = 0; i < route->channels_num; i++)
      if (route->channels[i] == channel)
        return e->routes[r];
  }
  return -1;
}

void deliver_notify(struct deliver *d, struct open_alert *e,
                    const struct notification *say) {
  struct saying s = {.d = d, .e = e, .say = say};

  if (say->kind == MESSAGE_RESOLVED || say->kind == MESSAGE_ACKED)
    /* whoever was told, whatever the routes say by now */
    for (size_t i = 0; i < d->config->channels_num; i++)
      tell(&s, (int)i, route_of(d, e, (int)i));
  else
    tell_routes(&s);
  free(s.snapshot);
}

void deliver_add_cancel(struct deliver *d, int channel, const struct alert *a,
                        int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row row = {.alert_id = a->id,
                           .kind = MESSAGE_CANCEL,
                           .reason = a->reason,
                           .level = LEVEL_OK,
                           .quiet = true,
                           .created = now,
                           .title = "",
                           .body = ""};
  struct notification_log told;

  if (c->config->sender->cancel == NULL ||
      store_outbox_pending(d->store, c->config->name, a->id, MESSAGE_CANCEL) >
          0)
    return;
  store_notification_log_get(d->store, a->id, c->config->name, &told);
  row.ambiguous = store_outbox_doubtful(d->store, c->config->name, a->id);
  if (told.last_ref[0] == '\0' && !row.ambiguous)
    return;
  row.snapshot = alert_json_text(a);
  if (row.snapshot == NULL)
    return;
  deliver_new_ids(d, a, &row);
  deliver_add(d, channel, &row, now);
  free(row.snapshot);
}

int64_t deliver_test(struct deliver *d, int channel, enum level level,
                     int64_t now) {
  struct open_alert e = {0};
  struct notification say = {
      .kind = MESSAGE_TEST, .reason = REASON_TEST, .route = -1, .now = now};
  struct saying s = {.d = d, .e = &e, .say = &say};
  struct outbox_row row = {.kind = MESSAGE_TEST,
                           .reason = REASON_TEST,
                           .level = level,
                           .created = now};
  int err;

  if (d->channels[channel].config->broken)
    return -ENXIO;
  alert_init(&e.a);
  e.a.class = ALERT_EVENT;
  e.a.level = level;
  e.a.severity = SEVERITY_OKAY;
  e.a.state = ALERT_FIRING;
  e.a.reason = REASON_TEST;
  e.a.sequence = 1;
  e.a.since = e.a.seen = e.a.time = now;
  snprintf(e.a.host, sizeof(e.a.host), "%.127s", d->hooks.collectd_host);
  snprintf(e.a.device, sizeof(e.a.device), "%.127s", d->hooks.collectd_host);
  snprintf(e.a.plugin, sizeof(e.a.plugin), "notify_kasa");
  snprintf(e.a.type, sizeof(e.a.type), "test");
  snprintf(e.a.text, sizeof(e.a.text), "This is a test. Nothing is wrong.");
  event_fingerprint(ALERT_EVENT, e.a.host, e.a.plugin, "", e.a.type, "", "",
                    e.a.fingerprint);
  snprintf(e.a.episode, sizeof(e.a.episode), "%s-%" PRId64, e.a.fingerprint,
           now / 1000);
  snprintf(row.channel, sizeof(row.channel), "%s",
           d->channels[channel].config->name);
  deliver_new_ids(d, &e.a, &row);
  row.snapshot = alert_json_text(&e.a);
  err = row.snapshot == NULL ? -ENOMEM : row_texts(&s, &row, -1);
  if (err == 0)
    err = deliver_add(d, channel, &row, now);
  outbox_row_free(&row);
  return err < 0 ? err : row.id;
}

/* -- life ----------------------------------------------------------------- */

struct deliver *deliver_new(const struct notify_config *config,
                            struct store *store,
                            const struct deliver_hooks *hooks) {
  struct deliver *d = calloc(1, sizeof(*d));

  if (d == NULL)
    return NULL;
  d->config = config;
  d->store = store;
  d->hooks = *hooks;
  d->planned_end = &d->planned;
  d->channels = calloc(config->channels_num + 1, sizeof(*d->channels));
  if (d->channels == NULL) {
    free(d);
    return NULL;
  }
  for (size_t i = 0; i < config->channels_num; i++)
    d->channels[i].config = &config->channels[i];
  return d;
}

void deliver_free(struct deliver *d) {
  if (d == NULL)
    return;
  for (size_t i = 0; i < d->config->channels_num; i++)
    free(d->channels[i].receipts);
  while (d->planned != NULL) {
    struct job *next = d->planned->next;
    job_free(d->planned);
    d->planned = next;
  }
  free(d->channels);
  free(d);
}

struct receipt_load {
  struct channel_run *channel;
  int64_t now;
};

static void load_receipt(void *arg, int64_t alert_id, const char *ref) {
  struct receipt_load *load = arg;

  deliver_receipt_add(load->channel, alert_id, ref, load->now);
}

/* A channel that left the configuration takes its queue with it. */
static void drop_orphans(struct deliver *d) {
  const char *names[CHANNELS_MAX];
  size_t n = 0;
  int gone;

  for (; n < d->config->channels_num && n < CHANNELS_MAX; n++)
    names[n] = d->config->channels[n].name;
  gone = store_outbox_orphans(d->store, names, n);
  if (gone > 0)
    log_say(LOG_LEVEL_WARNING,
            "%d messages were queued for channels that are no longer "
            "configured; see `kasactl alerts queue list`",
            gone);
}

int deliver_start(struct deliver *d, int64_t now) {
  int err = store_outbox_recover(d->store);

  d->started = now;
  drop_orphans(d);
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];

    store_channel_get(d->store, c->config->name, &c->state);
    if (c->state.stopped || c->state.refusals > 0)
      c->dirty = true;
    c->state.stopped = false; /* a restart is a new chance */
    c->state.refusals = 0;
    c->state.reason[0] = '\0';
    if (c->config->sender->poll != NULL && !c->config->broken)
      store_receipt_each(d->store, c->config->name, load_receipt,
                         &(struct receipt_load){c, now});
    deliver_count_queue(d, (int)i);
  }
  return err;
}

void deliver_shift(struct deliver *d, int64_t delta) {
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];
    int64_t *const moments[] = {&c->state.not_before, &c->fallback_look,
                                &c->reread_at, &c->counts.oldest};

    for (size_t j = 0; j < sizeof(moments) / sizeof(moments[0]); j++)
      if (*moments[j] > 0)
        *moments[j] = *moments[j] + delta > 0 ? *moments[j] + delta : 1;
    for (size_t j = 0; j < c->receipts_num; j++)
      c->receipts[j].due += delta;
  }
}

void deliver_count(const struct deliver *d, int channel,
                   struct deliver_counts *out) {
  *out = d->channels[channel].counts;
}

const char *deliver_stopped(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  if (c->config->broken)
    return c->config->broken_why;
  return c->state.stopped ? c->state.reason : NULL;
}

int64_t deliver_not_before(const struct deliver *d, int channel) {
  return d->channels[channel].state.not_before;
}

size_t deliver_busy(const struct deliver *d) { return d->out; }
