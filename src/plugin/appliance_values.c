/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"

#include "appliance/appliance.h"
#include "appliance/appliance_fields.h"
#include "appliance/appliance_state.h"
#include "appliance/cycle_log.h"
#include "base/clock.h"
#include "base/hash.h"
#include "energy/tariff/tariff.h"
#include "plugin/appliance_values.h"
#include "plugin/notification_queue.h"
#include "poll/registry/device_names.h"

#include <math.h>
#include <stdatomic.h>

/* Kinds of notes: how it is now, and which cycles it has finished. */
static const char KIND[] = "appliance";
static const char CYCLES[] = "cycles";
/* A cycle that is under way is kept so often, at once and all of them together;
 * what is learned more rarely. Wishes to forget it are looked for in between.
 */
static const double KEEP_RUNNING_S = 60, KEEP_IDLE_S = 900, LOOK_S = 10;
enum { NEWS_MAX = 6 }; /* of one reading */
_Static_assert((int)APPLIANCE_FIELDS <= (int)NOTIFICATION_FIELDS,
               "each field has its place in a notification");

/* One plug with a block of its own: found by the device's identity and the
 * slot, so that a renamed plug keeps its cycle. */
struct appliance_entry {
  struct hash_node node;
  struct appliance_entry *next; /* in the list of all */
  char identity[IDENTITY_SIZE];
  unsigned slot; /* 0: the device itself */
  char note[LEDGER_NOTE_NAME];
  double kept_at, looked_at; /* steady clock, s */
  bool was_running;
  atomic_uint untold; /* notifications that collectd does not have yet */
  struct appliance appliance;
};

static struct {
  struct note_keeper keeper;
  bool ready;
  struct hash entries;
  struct appliance_entry *all;
} values;

/* What the hook needs to know of whom it is called for. */
struct whose {
  const char *plugin, *device, *plug;
  uint64_t wall_us;
  bool costs; /* are reported */
  struct {
    enum appliance_news what;
    char text[APPLIANCE_TEXT_SIZE];
  } news[NEWS_MAX];
  unsigned news_num;
};

static const struct {
  int severity;
  const char *type;
} news_table[] = {
    [APPLIANCE_FINISHED] = {NOTIF_OKAY, "cycle"},
    [APPLIANCE_UNUSUAL] = {NOTIF_WARNING, "watch"},
    [APPLIANCE_USUAL_AGAIN] = {NOTIF_OKAY, "watch"},
    [APPLIANCE_STANDBY] = {NOTIF_WARNING, "standby"},
    [APPLIANCE_STANDBY_OVER] = {NOTIF_OKAY, "standby"},
    [APPLIANCE_WAITS] = {NOTIF_WARNING, "unloaded"},
    [APPLIANCE_UNLOADED] = {NOTIF_OKAY, "unloaded"},
    [APPLIANCE_SPIKE] = {NOTIF_WARNING, "power_deviation"},
    [APPLIANCE_SPIKE_OVER] = {NOTIF_OKAY, "power_deviation"},
};

static void collect(void *arg, enum appliance_news news, const char *text) {
  struct whose *w = arg;

  if (w->news_num == NEWS_MAX)
    return;
  w->news[w->news_num].what = news;
  snprintf(w->news[w->news_num++].text, APPLIANCE_TEXT_SIZE, "%s", text);
}

static struct appliance_clocks clocks_now(void) {
  return (struct appliance_clocks){.at = (double)clock_monotonic_us() / 1e6,
                                   .wall = (double)clock_wall_us() / 1e6};
}

/* -- what outlives the daemon -- */

static void keep(struct appliance_entry *e) {
  struct appliance_clocks now = clocks_now();
  char *text = values.keeper.ledger != NULL
                   ? appliance_state_write(&e->appliance, now)
                   : NULL;

  if (text != NULL)
    ledger_note_put(values.keeper.ledger, KIND, e->note, text);
  free(text);
  e->kept_at = now.at;
}

static void recall(struct appliance_entry *e) {
  char *text = values.keeper.ledger != NULL
                   ? ledger_note_get(values.keeper.ledger, KIND, e->note)
                   : NULL;

  if (text != NULL && !appliance_state_read(&e->appliance, text, clocks_now()))
    e->appliance = (struct appliance){0};
  free(text);
  e->was_running = e->appliance.detector.running;
  e->kept_at = clocks_now().at;
}

/* After each reading. While something is not told yet the state from before it
 * stays, so that a daemon that is killed now tells it after its restart. */
static void keep_if_due(struct appliance_entry *e, double at) {
  bool running = e->appliance.detector.running;
  bool started = running && !e->was_running;
  bool minute_over = running && floor(at / KEEP_RUNNING_S) >
                                    floor(e->kept_at / KEEP_RUNNING_S);

  e->was_running = running;
  if (values.keeper.ledger == NULL || atomic_load(&e->untold) > 0)
    return;
  if (at - e->looked_at >= LOOK_S) {
    e->looked_at = at;
    if (ledger_note_was_reset(values.keeper.ledger, KIND, e->note))
      e->appliance = (struct appliance){0};
  }
  if (started || minute_over || at - e->kept_at >= KEEP_IDLE_S)
    keep(e);
  if ((started || minute_over) && values.keeper.writer != NULL)
    ledger_writer_hurry(values.keeper.writer);
}

struct told {
  struct appliance_entry *entry;
  void *kept; /* for kept_note_told(); NULL: not the last one */
};

static void told(void *arg) {
  struct told *t = arg;

  kept_note_told(t->kept);
  atomic_fetch_sub(&t->entry->untold, 1);
  free(t);
}

static void tell(struct appliance_entry *e, const struct whose *w, unsigned i,
                 const struct appliance_fields *fields) {
  char message[256 + APPLIANCE_TEXT_SIZE];
  struct own_notification own;
  struct told *t = calloc(1, sizeof(*t));
  char *text = NULL;

  snprintf(message, sizeof(message), "%s %s",
           w->plug[0] != '\0' ? w->plug : w->device, w->news[i].text);
  if (t != NULL) {
    t->entry = e;
    if (i + 1 == w->news_num)
      text = appliance_state_write(&e->appliance, clocks_now());
    if (text != NULL)
      t->kept = kept_note(&values.keeper, KIND, e->note, text);
    free(text);
    atomic_fetch_add(&e->untold, 1);
  }
  own = (struct own_notification){
      .severity = news_table[w->news[i].what].severity,
      .plugin = w->plugin,
      .plugin_instance = w->device,
      .type = news_table[w->news[i].what].type,
      .type_instance = w->plug,
      .message = message,
      .wall_us = w->wall_us,
      .told = t != NULL ? told : NULL,
      .arg = t,
  };
  for (unsigned n = 0; n < fields->num; n++)
    own.fields[n] = (struct notification_field){fields->field[n].name,
                                                fields->field[n].value};
  notification_queue_put(&own);
}

/* For reports. Told again after a kill it is the same cycle to the log. */
static void remember_cycle(struct appliance_entry *e,
                           const struct appliance_reading *r) {
  const struct appliance *a = &e->appliance;
  const struct cycle_log_entry cycle = {
      .end = r->wall - (r->at - a->detector.last_stretch.end),
      .seconds = a->last_duration,
      .kwh = a->last_kwh,
      .cost = a->last_cost};
  char *before, *log;

  if (values.keeper.ledger == NULL)
    return;
  before = ledger_note_get(values.keeper.ledger, CYCLES, e->note);
  log = cycle_log_add(before, &cycle);
  if (log != NULL)
    ledger_note_put(values.keeper.ledger, CYCLES, e->note, log);
  free(before);
  free(log);
}

static uint64_t key_of(const char *identity, unsigned slot) {
  char key[IDENTITY_SIZE + 16];
  int len = snprintf(key, sizeof(key), "%s/%u", identity, slot);

  return hash_of(&values.entries, key, (size_t)len);
}

static struct appliance_entry *entry_of(const char *identity, unsigned slot) {
  struct appliance_entry *e;
  uint64_t key;

  if (!values.ready) {
    if (hash_init(&values.entries) < 0)
      return NULL;
    values.ready = true;
  }
  key = key_of(identity, slot);
  for (struct hash_node *n = hash_first(&values.entries, key); n != NULL;
       n = hash_next(n)) {
    e = HASH_OWNER(n, struct appliance_entry, node);
    if (e->slot == slot && strcmp(e->identity, identity) == 0)
      return e;
  }
  e = calloc(1, sizeof(*e));
  if (e == NULL)
    return NULL;
  snprintf(e->identity, sizeof(e->identity), "%s", identity);
  e->slot = slot;
  e->next = values.all;
  values.all = e;
  hash_add(&values.entries, &e->node, key);
  snprintf(e->note, sizeof(e->note), "%.100s/%u", identity, slot);
  recall(e);
  return e;
}

static void put_gauge(const struct appliance_sink *s, const struct whose *w,
                      const char *type, double value) {
  if (!isnan(value))
    s->gauge(s->arg, w->plugin, type, w->plug, value);
}

static void put_values(const struct appliance *a,
                       const struct appliance_blocks *blocks, double watts,
                       const struct whose *w, const struct appliance_sink *s) {
  if (blocks->has_appliance) {
    put_gauge(s, w, "running", a->detector.running);
    s->derive(s->arg, w->plugin, "cycles", w->plug, a->cycles);
    if (a->cycles > 0) {
      put_gauge(s, w, "cycle_duration", a->last_duration);
      put_gauge(s, w, "cycle_kwh", a->last_kwh);
      if (w->costs)
        put_gauge(s, w, "cycle_cost", a->last_cost);
    }
    put_gauge(s, w, "standby", usage_standby(&a->usage));
    if (!appliance_announces(&blocks->appliance))
      put_gauge(s, w, "duty", usage_duty(&a->usage));
  }
  if (blocks->has_spike)
    put_gauge(s, w, "power_deviation", spike_deviation(&a->spike, watts));
}

static void add(const struct appliance_blocks *blocks, const char *identity,
                unsigned slot, const struct reading *now, double counter_wh,
                double interval, struct whose *whose,
                const struct appliance_money *money,
                const struct appliance_sink *sink) {
  struct appliance_reading r = {
      .at = (double)clock_monotonic_us() / 1e6,
      .counter_wh = counter_wh,
      .interval_s = interval,
      .wall = (double)clock_wall_us() / 1e6,
      .price = money->price,
      .currency = money->currency,
      .decimals = tariff_decimals(money->currency),
  };
  struct appliance_fields fields;
  struct appliance_entry *e;

  if (!(blocks->has_appliance || blocks->has_spike))
    return;
  if (reading_has(now, Q_POWER))
    r.watts = now->value[Q_POWER];
  else if (reading_has(now, Q_RELAY) && now->value[Q_RELAY] == 0)
    r.watts = 0;
  else
    return;
  e = entry_of(identity, slot);
  if (e == NULL)
    return;
  whose->news_num = 0;
  appliance_add(&e->appliance,
                blocks->has_appliance ? &blocks->appliance : NULL,
                blocks->has_spike ? &blocks->spike : NULL, &r, collect, whose);
  for (unsigned i = 0; i < whose->news_num; i++) {
    if (whose->news[i].what == APPLIANCE_FINISHED)
      remember_cycle(e, &r);
    appliance_fields_fill(&fields, &e->appliance,
                          blocks->has_appliance ? &blocks->appliance : NULL, &r,
                          whose->news[i].what);
    tell(e, whose, i, &fields);
  }
  keep_if_due(e, r.at);
  put_values(&e->appliance, blocks, r.watts, whose, sink);
}

void appliance_values_start(const struct note_keeper *keeper) {
  values.keeper = *keeper;
}

void appliance_values_reading(const struct poll_device *k,
                              const struct poll_options *o,
                              const struct appliance_money *money,
                              const struct appliance_sink *sink) {
  double interval = poll_device_interval(k, o);
  struct whose whose = {.plugin = "kasa",
                        .device = k->name,
                        .plug = "",
                        .wall_us = k->report.time_us,
                        .costs = o->report_cost};
  double wh;

  if (k->options == NULL)
    return;
  add(&k->options->blocks, k->identity, 0, &k->device.now,
      poll_device_energy(k, &wh) ? wh : NAN, interval, &whose, money, sink);
  whose.plugin = "kasa_plug";
  for (unsigned i = 0; i < k->plugs_num && k->options->plugs_num > 0; i++) {
    const struct plug *plug = &k->device.plugs[i];
    const struct plug_options *p = device_name_plug_options(k, plug);

    whose.plug = k->plugs[i].name;
    if (p != NULL)
      add(&p->blocks, k->identity, plug->slot, &plug->now,
          k->plugs[i].energy.by != COUNTER_NEW ? k->plugs[i].energy.wh : NAN,
          interval, &whose, money, sink);
  }
}

void appliance_values_free(void) {
  if (!values.ready)
    return; /* there was no appliance */
  while (values.all != NULL) {
    struct appliance_entry *e = values.all;

    values.all = e->next;
    if (e->appliance.usage.any)
      keep(e);
    free(e);
  }
  hash_free(&values.entries);
  values.ready = false;
}
