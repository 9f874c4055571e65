/* SPDX-License-Identifier: MIT */
/* The last hour's power as bars: see power_trend.h. */
#include <config.h>

#include "cli/live/power_trend.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_MS = 3 * 60 * 1000, KEY_SIZE = 260, COURSES_MAX = 100000 };

/* One row's hour: slot number n is kept at n % TREND_COLUMNS. */
struct course {
  struct hash_node by_key;
  char key[KEY_SIZE]; /* device, line feed, outlet */
  int64_t newest;     /* slot */
  struct {
    double sum;
    unsigned count;
  } slots[TREND_COLUMNS];
};

struct power_trend {
  struct hash by_key;
  struct course **courses;
  size_t count, room;
  int64_t slot;
};

struct power_trend *power_trend_create(void) {
  struct power_trend *t = calloc(1, sizeof(*t));

  if (t != NULL && hash_init(&t->by_key) < 0) {
    free(t);
    return NULL;
  }
  return t;
}

void power_trend_free(struct power_trend *t) {
  if (t == NULL)
    return;
  for (size_t i = 0; i < t->count; i++) {
    hash_remove(&t->by_key, &t->courses[i]->by_key);
    free(t->courses[i]);
  }
  free(t->courses);
  hash_free(&t->by_key);
  free(t);
}

/* -- which row -- */

/* An outlet is told by its device, the last row of that kind before it; the
 * total's text changes, so it has no name here. */
static void key_of(const struct device_row *row, const char **device,
                   char key[KEY_SIZE]) {
  if (row->kind == DEVICE_ROW_DEVICE)
    *device = row->name;
  if (row->kind == DEVICE_ROW_TOTAL)
    key[0] = '\0';
  else
    snprintf(key, KEY_SIZE, "%s\n%s", *device,
             row->kind == DEVICE_ROW_DEVICE ? "" : row->name);
}

static struct course *find(const struct power_trend *t, const char *key) {
  uint64_t hash = hash_of(&t->by_key, key, strlen(key));

  for (struct hash_node *n = hash_first(&t->by_key, hash); n != NULL;
       n = hash_next(n)) {
    struct course *c = HASH_OWNER(n, struct course, by_key);

    if (strcmp(c->key, key) == 0)
      return c;
  }
  return NULL;
}

static struct course *add(struct power_trend *t, const char *key) {
  struct course *c;

  if (t->count == t->room) {
    size_t room = t->room == 0 ? 64 : t->room * 2;
    struct course **grown = realloc(t->courses, room * sizeof(struct course *));

    if (grown == NULL)
      return NULL;
    t->courses = grown;
    t->room = room;
  }
  c = t->count < COURSES_MAX ? calloc(1, sizeof(*c)) : NULL;
  if (c == NULL)
    return NULL;
  snprintf(c->key, sizeof(c->key), "%s", key);
  c->newest = t->slot;
  hash_add(&t->by_key, &c->by_key, hash_of(&t->by_key, key, strlen(key)));
  t->courses[t->count++] = c;
  return c;
}

/* -- taking -- */

/* Slots between the newest and this one are empty; a clock that was set back
 * begins anew. */
static void advance(struct course *c, int64_t slot) {
  if (slot < c->newest || slot - c->newest >= TREND_COLUMNS)
    memset(c->slots, 0, sizeof(c->slots));
  else
    for (int64_t s = c->newest + 1; s <= slot; s++)
      memset(&c->slots[s % TREND_COLUMNS], 0, sizeof(c->slots[0]));
  c->newest = slot;
}

static void take(struct power_trend *t, const struct device_row *row,
                 const char **device) {
  char key[KEY_SIZE];
  struct course *c;

  key_of(row, device, key);
  if (row->failed || !reading_has(&row->now, Q_POWER))
    return;
  c = find(t, key);
  if (c == NULL)
    c = add(t, key);
  if (c == NULL)
    return; /* then this row has no bars */
  advance(c, t->slot);
  c->slots[t->slot % TREND_COLUMNS].sum += row->now.value[Q_POWER];
  c->slots[t->slot % TREND_COLUMNS].count++;
}

static void forget_old(struct power_trend *t) {
  size_t kept = 0;

  for (size_t i = 0; i < t->count; i++) {
    struct course *c = t->courses[i];

    if (t->slot - c->newest < TREND_COLUMNS) {
      t->courses[kept++] = c;
      continue;
    }
    hash_remove(&t->by_key, &c->by_key);
    free(c);
  }
  t->count = kept;
}

void power_trend_take(struct power_trend *t, const struct device_rows *rows,
                      const struct device_row *total, int64_t time_ms) {
  const char *device = "";

  if (time_ms <= 0)
    return;
  t->slot = time_ms / SLOT_MS;
  for (size_t i = 0; i < rows->count; i++)
    take(t, &rows->items[i], &device);
  take(t, total, &device);
  forget_old(t);
}

/* -- showing -- */

static double mean_of(const struct course *c, int64_t slot) {
  size_t at = (size_t)(slot % TREND_COLUMNS);

  return c->slots[at].sum / c->slots[at].count;
}

static bool known(const struct course *c, int64_t slot) {
  return slot >= 0 && slot <= c->newest && c->newest - slot < TREND_COLUMNS &&
         c->slots[slot % TREND_COLUMNS].count > 0;
}

static void draw(const struct course *c, int64_t newest, bool ascii,
                 char out[TREND_SIZE]) {
  static const char *const bars[2][8] = {
      {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587",
       "\u2588"},
      {"_", ".", "-", ":", "=", "+", "*", "#"}};
  double most = 0;

  out[0] = '\0';
  for (int64_t s = newest - TREND_COLUMNS + 1; s <= newest; s++)
    if (known(c, s) && mean_of(c, s) > most)
      most = mean_of(c, s);
  for (int64_t s = newest - TREND_COLUMNS + 1; s <= newest; s++) {
    double share = known(c, s) && most > 0.05 ? mean_of(c, s) / most : 0;
    int level = share > 0 ? (int)(share * 7 + 0.5) : 0;

    strcat(out, known(c, s) ? bars[ascii][level > 7 ? 7 : level] : " ");
  }
}

void power_trend_show(const struct power_trend *t, struct device_rows *rows,
                      struct device_row *total, bool ascii) {
  const char *device = "";

  for (size_t i = 0; i <= rows->count; i++) {
    struct device_row *row = i < rows->count ? &rows->items[i] : total;
    char key[KEY_SIZE];
    const struct course *c;

    key_of(row, &device, key);
    c = find(t, key);
    if (c != NULL)
      draw(c, t->slot, ascii, row->trend);
  }
}
