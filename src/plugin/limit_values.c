/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"

#include "energy/limits/limits.h"
#include "plugin/limit_values.h"
#include "plugin/notification_queue.h"

#include <math.h>

static const char KIND[] = "limit";

/* Few have limits, so a list is enough. */
struct limit_entry {
  struct limit_entry *next;
  char name[LEDGER_NOTE_NAME]; /* of its note */
  struct limits_state state;
};

static struct {
  struct note_keeper keeper;
  struct limit_entry *entries;
} limits;

/* What the hook needs. */
struct looking {
  const struct limit_owner *owner;
  const struct limit_entry *entry;
  struct limits_news news[LIMITS * 2];
  unsigned num;
};

void limit_values_start(const struct note_keeper *keeper) {
  limits.keeper = *keeper;
}

void limit_values_free(void) {
  while (limits.entries != NULL) {
    struct limit_entry *next = limits.entries->next;

    free(limits.entries);
    limits.entries = next;
  }
  limits.keeper = (struct note_keeper){0};
}

static struct limit_entry *entry_of(const struct limit_owner *owner) {
  char name[LEDGER_NOTE_NAME];
  struct limit_entry *e;
  char *kept;

  snprintf(name, sizeof(name), "%.100s/%u",
           owner->identity[0] != '\0' ? owner->identity : "site", owner->slot);
  for (e = limits.entries; e != NULL; e = e->next)
    if (strcmp(e->name, name) == 0)
      return e;
  e = calloc(1, sizeof(*e));
  if (e == NULL)
    return NULL;
  memcpy(e->name, name, sizeof(e->name));
  kept = limits.keeper.ledger != NULL
             ? ledger_note_get(limits.keeper.ledger, KIND, name)
             : NULL;
  if (kept != NULL)
    limits_read(&e->state, kept);
  free(kept);
  e->next = limits.entries;
  limits.entries = e;
  return e;
}

static void collect(void *arg, const struct limits_news *news) {
  struct looking *l = arg;

  if (l->num < sizeof(l->news) / sizeof(l->news[0]))
    l->news[l->num++] = *news;
}

/* All that was found at once is kept with the last of it. */
static void tell(const struct looking *l, const struct limits_news *n,
                 bool last, uint64_t wall_us) {
  const struct limit_owner *o = l->owner;
  bool site = o->identity[0] == '\0';
  char message[256 + LIMITS_TEXT_SIZE];
  char kept[LIMITS_STATE_SIZE];
  char percent[16];
  struct own_notification own = {
      .severity = n->reason == LIMITS_NEW ? NOTIF_OKAY : NOTIF_WARNING,
      .plugin = o->plugin,
      .plugin_instance = o->device,
      .type = "limit",
      .type_instance = o->plug,
      .message = message,
      .wall_us = wall_us,
      .fields = {{"Limit", limit_names[n->limit]},
                 {"Step", percent},
                 {"Used", n->used},
                 {"Allowed", n->allowed}},
  };

  snprintf(percent, sizeof(percent), "%.6g", n->percent);
  if (n->reason != LIMITS_STEP)
    own.fields[1].value = n->reason == LIMITS_NEW ? "new" : "forecast";
  snprintf(message, sizeof(message), "%s: %s",
           site                 ? "All plugs"
           : o->plug[0] != '\0' ? o->plug
                                : o->device,
           n->text);
  if (last) {
    limits_write(&l->entry->state, kept);
    own.arg = kept_note(&limits.keeper, KIND, l->entry->name, kept);
    own.told = kept_note_told;
  }
  notification_queue_put(&own);
}

static struct limits_usage usage_of(const struct ledger_values *v,
                                    const char *currency) {
  double today_cost = v->has_cost ? (double)v->today_cost * 1e-6 : NAN;
  double month_cost = v->has_cost ? (double)v->month_cost * 1e-6 : NAN;

  return (struct limits_usage){
      .day = v->day,
      .month_start = v->month_start,
      .used = {[LIMIT_DAILY_ENERGY] = (double)v->today_mwh * 1e-6,
               [LIMIT_DAILY_COST] = today_cost,
               [LIMIT_MONTHLY_ENERGY] = (double)v->month_mwh * 1e-6,
               [LIMIT_MONTHLY_COST] = month_cost},
      .forecast = {[LIMIT_DAILY_ENERGY] = NAN,
                   [LIMIT_DAILY_COST] = NAN,
                   [LIMIT_MONTHLY_ENERGY] = v->forecast_kwh,
                   [LIMIT_MONTHLY_COST] = v->forecast},
      .currency = currency,
      .decimals = tariff_decimals(currency),
  };
}

void limit_values_look(const struct limits_settings *s,
                       const struct limit_owner *owner,
                       const struct ledger_values *v, const char *currency,
                       uint64_t wall_us) {
  struct limits_usage usage = usage_of(v, currency);
  struct looking l = {.owner = owner};
  struct limit_entry *e;

  if (!s->given || !v->has_days || !v->trusted)
    return;
  e = entry_of(owner);
  if (e == NULL)
    return;
  l.entry = e;
  limits_look(&e->state, s, &usage, collect, &l);
  for (unsigned i = 0; i < l.num; i++)
    tell(&l, &l.news[i], i + 1 == l.num, wall_us);
}
