/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"

#include "appliance/appliance.h"
#include "base/clock.h"
#include "base/hash.h"
#include "plugin/appliance_values.h"
#include "plugin/notification_queue.h"
#include "poll/registry/device_names.h"

#include <math.h>

/* One plug with a block of its own: found by the device's identity and the
 * slot, so that a renamed plug keeps its cycle. */
struct appliance_entry {
  struct hash_node node;
  struct appliance_entry *next; /* in the list of all */
  char identity[IDENTITY_SIZE];
  unsigned slot; /* 0: the device itself */
  struct appliance appliance;
};

static struct {
  bool ready;
  struct hash entries;
  struct appliance_entry *all;
} values;

/* What the hook needs to know of whom it is called for. */
struct whose {
  const char *plugin, *device, *plug;
  uint64_t wall_us;
};

static const struct {
  int severity;
  const char *type;
} news_table[] = {
    [APPLIANCE_FINISHED] = {NOTIF_OKAY, "cycle"},
    [APPLIANCE_UNUSUAL] = {NOTIF_WARNING, "watch"},
    [APPLIANCE_USUAL_AGAIN] = {NOTIF_OKAY, "watch"},
    [APPLIANCE_SPIKE] = {NOTIF_WARNING, "power_deviation"},
    [APPLIANCE_SPIKE_OVER] = {NOTIF_OKAY, "power_deviation"},
};

static void tell(void *arg, enum appliance_news news, const char *text) {
  const struct whose *w = arg;
  char message[256 + APPLIANCE_TEXT_SIZE];

  snprintf(message, sizeof(message), "%s %s",
           w->plug[0] != '\0' ? w->plug : w->device, text);
  notification_queue_put(&(struct own_notification){
      .severity = news_table[news].severity,
      .plugin = w->plugin,
      .plugin_instance = w->device,
      .type = news_table[news].type,
      .type_instance = w->plug,
      .message = message,
      .wall_us = w->wall_us,
  });
}

static uint64_t key_of(const char *identity, unsigned slot) {
  char key[IDENTITY_SIZE + 16];
  int len = snprintf(key, sizeof(key), "%s/%u", identity, slot);

  return hash_of(&values.entries, key, (size_t)len);
}

static struct appliance *appliance_of(const char *identity, unsigned slot) {
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
      return &e->appliance;
  }
  e = calloc(1, sizeof(*e));
  if (e == NULL)
    return NULL;
  snprintf(e->identity, sizeof(e->identity), "%s", identity);
  e->slot = slot;
  e->next = values.all;
  values.all = e;
  hash_add(&values.entries, &e->node, key);
  return &e->appliance;
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
                const struct appliance_sink *sink) {
  struct appliance_reading r = {
      .at = (double)clock_monotonic_us() / 1e6,
      .counter_wh = counter_wh,
      .interval_s = interval,
  };
  struct appliance *a;

  if (!(blocks->has_appliance || blocks->has_spike))
    return;
  if (reading_has(now, Q_POWER))
    r.watts = now->value[Q_POWER];
  else if (reading_has(now, Q_RELAY) && now->value[Q_RELAY] == 0)
    r.watts = 0;
  else
    return;
  a = appliance_of(identity, slot);
  if (a == NULL)
    return;
  appliance_add(a, blocks->has_appliance ? &blocks->appliance : NULL,
                blocks->has_spike ? &blocks->spike : NULL, &r, tell, whose);
  put_values(a, blocks, r.watts, whose, sink);
}

void appliance_values_reading(const struct poll_device *k,
                              const struct poll_options *o,
                              const struct appliance_sink *sink) {
  double interval = poll_device_interval(k, o);
  struct whose whose = {"kasa", k->name, "", k->report.time_us};
  double wh;

  if (k->options == NULL)
    return;
  add(&k->options->blocks, k->identity, 0, &k->device.now,
      poll_device_energy(k, &wh) ? wh : NAN, interval, &whose, sink);
  whose.plugin = "kasa_plug";
  for (unsigned i = 0; i < k->plugs_num && k->options->plugs_num > 0; i++) {
    const struct plug *plug = &k->device.plugs[i];
    const struct plug_options *p = device_name_plug_options(k, plug);

    whose.plug = k->plugs[i].name;
    if (p != NULL)
      add(&p->blocks, k->identity, plug->slot, &plug->now,
          k->plugs[i].energy.by != COUNTER_NEW ? k->plugs[i].energy.wh : NAN,
          interval, &whose, sink);
  }
}

void appliance_values_free(void) {
  if (!values.ready)
    return;
  while (values.all != NULL) {
    struct appliance_entry *e = values.all;

    values.all = e->next;
    free(e);
  }
  hash_free(&values.entries);
  values.ready = false;
}
