/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "plugin/low_values.h"

#include "appliance/low_power.h"
#include "base/clock.h"
#include "base/hash.h"
#include "energy/calendar.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIND[] = "low";
static const double KEEP_S = 3600;
static const double GAP_INTERVALS = 3;
enum { MOST = 2048 }; /* plugs; strangers may come and go */

struct low_entry {
  struct hash_node node;
  struct low_entry *next;
  char note[LEDGER_NOTE_NAME]; /* identity/slot */
  double kept_at;
  struct low_power low;
};

static struct {
  struct note_keeper keeper;
  bool ready;
  struct hash entries;
  struct low_entry *all;
  unsigned num;
} values;

static void keep(const struct low_entry *e, const struct low_power_day *d) {
  char *before = ledger_note_get(values.keeper.ledger, KIND, e->note);
  char *log = low_power_log(before, d);

  if (log != NULL)
    ledger_note_put(values.keeper.ledger, KIND, e->note, log);
  free(before);
  free(log);
}

/* What an earlier daemon saw of today goes on. */
static void recall(struct low_entry *e, int day) {
  char *log = ledger_note_get(values.keeper.ledger, KIND, e->note);
  const char *at = log != NULL ? log : "";
  struct low_power_day d;

  while (low_power_next(&at, &d))
    if (d.day == day)
      e->low.today = d;
  free(log);
}

static struct low_entry *entry_of(const char *note, int day) {
  struct low_entry *e;
  uint64_t key;

  if (!values.ready) {
    if (hash_init(&values.entries) < 0)
      return NULL;
    values.ready = true;
  }
  key = hash_of(&values.entries, note, strlen(note));
  for (struct hash_node *n = hash_first(&values.entries, key); n != NULL;
       n = hash_next(n)) {
    e = HASH_OWNER(n, struct low_entry, node);
    if (strcmp(e->note, note) == 0)
      return e;
  }
  e = values.num < MOST ? calloc(1, sizeof(*e)) : NULL;
  if (e == NULL)
    return NULL;
  values.num++;
  snprintf(e->note, sizeof(e->note), "%s", note);
  e->kept_at = (double)clock_monotonic_us() / 1e6;
  e->next = values.all;
  values.all = e;
  hash_add(&values.entries, &e->node, key);
  recall(e, day);
  return e;
}

static bool power_of(const struct reading *now, double *watts) {
  if (reading_has(now, Q_POWER))
    *watts = now->value[Q_POWER];
  else if (reading_has(now, Q_RELAY) && now->value[Q_RELAY] == 0)
    *watts = 0;
  else
    return false;
  return true;
}

static void add(const char *identity, unsigned slot, const struct reading *now,
                double interval) {
  double at = (double)clock_monotonic_us() / 1e6;
  int day = calendar_local_of((int64_t)clock_wall_us()).day;
  char note[LEDGER_NOTE_NAME];
  struct low_power_day over;
  struct low_entry *e;
  double watts;

  if (!power_of(now, &watts))
    return;
  snprintf(note, sizeof(note), "%.100s/%u", identity, slot);
  e = entry_of(note, day);
  if (e == NULL)
    return;
  if (low_power_add(&e->low, at, watts, day, GAP_INTERVALS * interval, &over))
    keep(e, &over);
  if (at - e->kept_at >= KEEP_S) {
    keep(e, &e->low.today);
    e->kept_at = at;
  }
}

void low_values_start(const struct note_keeper *keeper) {
  values.keeper = *keeper;
}

void low_values_reading(const struct poll_device *k,
                        const struct poll_options *o) {
  double interval = poll_device_interval(k, o);

  if (values.keeper.ledger == NULL)
    return;
  if (k->plugs_num == 0)
    add(k->identity, 0, &k->device.now, interval);
  for (unsigned i = 0; i < k->plugs_num; i++)
    add(k->identity, k->device.plugs[i].slot, &k->device.plugs[i].now,
        interval);
}

void low_values_free(void) {
  while (values.all != NULL) {
    struct low_entry *e = values.all;

    values.all = e->next;
    if (e->low.any)
      keep(e, &e->low.today);
    free(e);
  }
  if (values.ready)
    hash_free(&values.entries);
  values.ready = false;
  values.num = 0;
}
