/* SPDX-License-Identifier: MIT */
/* The house behind a metrics page: see metrics_view.h. */
#include <config.h>

#include "cli/live/metrics_view.h"

#include "base/hash.h"
#include "base/text.h"
#include "device/outcome.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEVICES_MAX = 100000, PLUGS_MAX = 64, KEY_SIZE = 192, MISSED_MAX = 100 };

struct house_plug {
  char name[DEVICE_NAME_SIZE];
  struct reading now;
  bool counted;
  double wh;
};

struct house_device {
  char key[KEY_SIZE]; /* host, line feed, name: as on the page */
  char name[DEVICE_NAME_SIZE];
  char host[DEVICE_NAME_SIZE];
  struct hash_node by_key;
  unsigned missed; /* pages in a row that did not show it */

  /* This page's. */
  struct reading now;
  bool counted;
  double wh;
  bool told; /* up is there */
  bool up;
  uint64_t failures[OUTCOMES];
  struct house_plug *plugs;
  size_t plugs_num;

  /* Kept over pages. */
  int64_t answered_ms; /* latest time of values that only an answer brings */
  char model[32];
  char address[16];
  bool met; /* some page before this one */
  bool was_up;
  uint64_t failures_before[OUTCOMES];
  enum outcome reason;
  int64_t silent_ms;  /* since when it does not answer; 0 unknown */
  int64_t watched_ms; /* the first page on which it was silent */
};

struct metrics_view {
  struct house_device **devices; /* by name once a page has ended */
  size_t count, room;
  struct hash by_key;
  bool overflowed;
  bool many_hosts;
  int64_t newest_ms;
  struct device_row total;
  double known, up, on;
};

struct metrics_view *metrics_view_create(void) {
  struct metrics_view *h = calloc(1, sizeof(*h));

  if (h != NULL && hash_init(&h->by_key) < 0) {
    free(h);
    return NULL;
  }
  return h;
}

static void device_drop(struct metrics_view *h, struct house_device *d) {
  hash_remove(&h->by_key, &d->by_key);
  free(d->plugs);
  free(d);
}

void metrics_view_free(struct metrics_view *h) {
  if (h == NULL)
    return;
  for (size_t i = 0; i < h->count; i++)
    device_drop(h, h->devices[i]);
  free(h->devices);
  hash_free(&h->by_key);
  free(h);
}

/* -- finding and adding -- */

static void clean(const char *in, char *out, size_t size) {
  text_clean(in, strlen(in), out, size);
}

static struct house_device *add_device(struct metrics_view *h, const char *key,
                                       uint64_t hash, const char *name,
                                       const char *host) {
  struct house_device *d;

  if (h->count == h->room) {
    size_t room = h->room == 0 ? 32 : h->room * 2;
    struct house_device **grown = realloc(h->devices, room * sizeof(*grown));

    if (grown == NULL)
      return NULL;
    h->devices = grown;
    h->room = room;
  }
  d = h->count < DEVICES_MAX ? calloc(1, sizeof(*d)) : NULL;
  if (d == NULL)
    return NULL;
  snprintf(d->key, sizeof(d->key), "%s", key);
  clean(name, d->name, sizeof(d->name));
  clean(host, d->host, sizeof(d->host));
  hash_add(&h->by_key, &d->by_key, hash);
  h->devices[h->count++] = d;
  return d;
}

static struct house_device *device_of(struct metrics_view *h, const char *name,
                                      const char *host) {
  char key[KEY_SIZE];
  struct house_device *d;
  uint64_t hash;

  snprintf(key, sizeof(key), "%.60s\n%.100s", host, name);
  hash = hash_of(&h->by_key, key, strlen(key));
  for (struct hash_node *n = hash_first(&h->by_key, hash); n != NULL;
       n = hash_next(n)) {
    d = HASH_OWNER(n, struct house_device, by_key);
    if (strcmp(d->key, key) == 0)
      return d;
  }
  d = add_device(h, key, hash, name, host);
  h->overflowed |= d == NULL;
  return d;
}

static struct house_plug *plug_of(struct metrics_view *h,
                                  struct house_device *d, const char *raw) {
  char name[DEVICE_NAME_SIZE];
  struct house_plug *grown;

  clean(raw, name, sizeof(name));
  for (size_t i = 0; i < d->plugs_num; i++)
    if (strcmp(d->plugs[i].name, name) == 0)
      return &d->plugs[i];
  grown = d->plugs_num < PLUGS_MAX
              ? realloc(d->plugs, (d->plugs_num + 1) * sizeof(*grown))
              : NULL;
  if (grown == NULL) {
    h->overflowed = true;
    return NULL;
  }
  d->plugs = grown;
  grown += d->plugs_num++;
  *grown = (struct house_plug){0};
  memcpy(grown->name, name, sizeof(name));
  return grown;
}

/* -- taking samples -- */

/* The quantity whose type a metric's name ends in, or QUANTITIES. */
static unsigned quantity_of(const char *type) {
  unsigned q = 0;

  while (q < QUANTITIES &&
         (quantities[q].type == NULL || strcmp(quantities[q].type, type) != 0))
    q++;
  return q;
}

static bool take_value(struct reading *now, bool *counted, double *wh,
                       const char *type, double value) {
  unsigned q = quantity_of(type);

  if (q < QUANTITIES) {
    reading_set(now, (enum quantity)q, value);
    return true;
  }
  if (strcmp(type, "watt_hours_total") != 0)
    return false;
  *counted = true;
  *wh = value;
  return true;
}

/* What stands in a text like "model=HS110(EU) mac=..." between the two words;
 * nothing changes where they are missing. */
static void take_word(const char *info, const char *begin, const char *end,
                      char *out, size_t size) {
  const char *stop = strstr(info, end);

  if (strncmp(info, begin, strlen(begin)) != 0 || stop == NULL)
    return;
  info += strlen(begin);
  text_clean(info, (size_t)(stop - info), out, size);
}

static void take_failures(struct house_device *d, const char *reason,
                          double value) {
  for (unsigned o = OUTCOME_OK + 1; o < OUTCOMES; o++)
    if (strcmp(reason, outcome_name((enum outcome)o)) == 0 && value >= 0 &&
        value < 1e18)
      d->failures[o] = (uint64_t)value;
}

static void take_device(struct metrics_view *h, const char *type,
                        const struct metrics_sample *s) {
  const char *name = metrics_label(s, "kasa");
  const char *instance = metrics_label(s, "type");
  struct house_device *d =
      name[0] != '\0' ? device_of(h, name, metrics_label(s, "instance")) : NULL;

  if (d == NULL)
    return;
  d->missed = 0;
  if (strcmp(type, "up") == 0) {
    d->told = true;
    d->up = s->value > 0;
  } else if (strcmp(type, "failures_total") == 0) {
    take_failures(d, instance, s->value);
  } else {
    if (strcmp(type, "info") == 0)
      take_word(instance, "model=", " mac=", d->model, sizeof(d->model));
    else if (strcmp(type, "info_now") == 0)
      take_word(instance, "ip=", " fw=", d->address, sizeof(d->address));
    else if (!take_value(&d->now, &d->counted, &d->wh, type, s->value) &&
             strcmp(type, "response_time") != 0)
      return;
    if (s->time_ms > d->answered_ms)
      d->answered_ms = s->time_ms;
  }
}

static void take_plug(struct metrics_view *h, const char *type,
                      const struct metrics_sample *s) {
  const char *strip = metrics_label(s, "kasa_plug");
  const char *name = metrics_label(s, "type");
  struct house_device *d;
  struct house_plug *plug;

  if (strip[0] == '\0' || name[0] == '\0')
    return;
  d = device_of(h, strip, metrics_label(s, "instance"));
  plug = d != NULL ? plug_of(h, d, name) : NULL;
  if (plug != NULL)
    take_value(&plug->now, &plug->counted, &plug->wh, type, s->value);
}

/* Sums of several collectds behind one page add up. */
static void take_total(struct metrics_view *h, const char *type,
                       const struct metrics_sample *s) {
  const char *which = metrics_label(s, "kasa_total");
  struct reading one = {0};
  struct device_row *t = &h->total;
  double wh = 0;

  if (strcmp(type, "devices") == 0) {
    double *to = strcmp(which, "known") == 0 ? &h->known
                 : strcmp(which, "up") == 0  ? &h->up
                 : strcmp(which, "on") == 0  ? &h->on
                                             : NULL;
    if (to != NULL)
      *to += s->value;
    return;
  }
  take_value(&one, &t->counted, &wh, type, s->value);
  t->wh += wh;
  for (unsigned q = 0; q < QUANTITIES; q++)
    if (reading_has(&one, (enum quantity)q))
      reading_set(&t->now, (enum quantity)q,
                  one.value[q] + (reading_has(&t->now, (enum quantity)q)
                                      ? t->now.value[q]
                                      : 0));
}

void metrics_view_take(void *arg, const struct metrics_sample *s) {
  static const struct {
    const char *prefix;
    void (*take)(struct metrics_view *h, const char *type,
                 const struct metrics_sample *s);
  } families[] = {
      /* the last one begins like the others */
      {"collectd_kasa_plug_", take_plug},
      {"collectd_kasa_total_", take_total},
      {"collectd_kasa_", take_device},
  };
  struct metrics_view *h = arg;

  if (!isfinite(s->value))
    return;
  for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
    size_t n = strlen(families[i].prefix);

    if (strncmp(s->name, families[i].prefix, n) != 0)
      continue;
    if (s->time_ms > h->newest_ms)
      h->newest_ms = s->time_ms;
    families[i].take(h, s->name + n, s);
    return;
  }
}

/* -- pages -- */

void metrics_view_begin(struct metrics_view *h) {
  h->total = (struct device_row){.kind = DEVICE_ROW_TOTAL};
  h->known = h->up = h->on = 0;
  h->newest_ms = 0;
  h->overflowed = false;
  for (size_t i = 0; i < h->count; i++) {
    struct house_device *d = h->devices[i];

    d->missed++;
    d->told = false;
    d->counted = false;
    d->now = (struct reading){0};
    d->plugs_num = 0;
    memcpy(d->failures_before, d->failures, sizeof(d->failures));
  }
}

/* The reason whose counter rose most since the page before; on the first page
 * the one with the highest count is the best guess. */
static void find_reason(struct house_device *d) {
  uint64_t most = 0;

  for (unsigned o = OUTCOME_OK + 1; o < OUTCOMES; o++) {
    uint64_t before = d->met ? d->failures_before[o] : 0;
    uint64_t rose = d->failures[o] > before ? d->failures[o] - before : 0;

    if (rose > most) {
      most = rose;
      d->reason = (enum outcome)o;
    }
  }
}

static void end_device(struct house_device *d, int64_t now_ms) {
  bool silent = d->told && !d->up;

  find_reason(d);
  if (!silent) {
    d->silent_ms = 0;
    d->watched_ms = 0;
  } else if (d->watched_ms == 0) {
    d->watched_ms = now_ms;
    d->silent_ms = d->answered_ms;
    if (d->silent_ms == 0 && d->met && d->was_up)
      d->silent_ms = now_ms;
  }
  d->was_up = d->told && d->up;
  d->met = true;
}

static int natural(const char *a, const char *b) {
  int order = strcasecmp(a, b);

  return order != 0 ? order : strcmp(a, b);
}

static int by_name(const void *a, const void *b) {
  const struct house_device *const *x = a;
  const struct house_device *const *y = b;
  int order = natural((*x)->name, (*y)->name);

  return order != 0 ? order : strcmp((*x)->key, (*y)->key);
}

static int plug_by_name(const void *a, const void *b) {
  const struct house_plug *x = a;
  const struct house_plug *y = b;

  return natural(x->name, y->name);
}

void metrics_view_end(struct metrics_view *h, int64_t now_ms) {
  size_t kept = 0;

  for (size_t i = 0; i < h->count; i++) {
    struct house_device *d = h->devices[i];

    if (d->missed > MISSED_MAX) {
      device_drop(h, d);
      continue;
    }
    if (d->missed == 0)
      end_device(d, now_ms);
    if (d->plugs_num > 1)
      qsort(d->plugs, d->plugs_num, sizeof(*d->plugs), plug_by_name);
    h->devices[kept++] = d;
  }
  h->count = kept;
  if (kept > 1)
    qsort(h->devices, kept, sizeof(*h->devices), by_name);
  h->many_hosts = false;
  for (size_t i = 1; i < kept; i++)
    h->many_hosts |= strcmp(h->devices[i]->host, h->devices[0]->host) != 0;
}

size_t metrics_view_devices(const struct metrics_view *h) {
  size_t count = 0;

  for (size_t i = 0; i < h->count; i++)
    count += h->devices[i]->missed == 0;
  return count;
}
int64_t metrics_view_time_ms(const struct metrics_view *h) {
  return h->newest_ms;
}
bool metrics_view_overflowed(const struct metrics_view *h) {
  return h->overflowed;
}

/* -- rows -- */

/* "14:02", or the day when that was not today. */
static void moment(int64_t ms, char out[32]) {
  time_t then = (time_t)(ms / 1000);
  time_t now = time(NULL);
  struct tm a = {0};
  struct tm b = {0};

  localtime_r(&then, &a);
  localtime_r(&now, &b);
  strftime(out, 32,
           a.tm_yday == b.tm_yday && a.tm_year == b.tm_year ? "%H:%M"
                                                            : "%d %b %H:%M",
           &a);
}

static void write_remark(const struct house_device *d, char *out, size_t size) {
  static const char *const reasons[OUTCOMES] = {
      [OUTCOME_OK] = "",
      [OUTCOME_TIMEOUT] = " (timeout)",
      [OUTCOME_REFUSED] = " (connection refused)",
      [OUTCOME_UNREACHABLE] = " (unreachable)",
      [OUTCOME_MALFORMED] = " (answers make no sense)",
      [OUTCOME_AUTH] = " (wants the account)",
      [OUTCOME_DEVICE] = " (device error)",
  };
  int64_t watched_s = (int64_t)time(NULL) - d->watched_ms / 1000;
  char since[32];

  if (d->silent_ms > 0) {
    moment(d->silent_ms, since);
    snprintf(out, size, "silent since %s%s", since, reasons[d->reason]);
  } else if (watched_s > 60) {
    moment(d->watched_ms, since);
    snprintf(out, size, "silent since before %s%s", since, reasons[d->reason]);
  } else {
    snprintf(out, size, "no answer%s", reasons[d->reason]);
  }
}

static int add_plugs(const struct house_device *d, struct device_rows *rows) {
  for (size_t i = 0; i < d->plugs_num; i++) {
    struct device_row *row = device_rows_add(rows);

    if (row == NULL)
      return -ENOMEM;
    row->kind = i + 1 < d->plugs_num ? DEVICE_ROW_PLUG : DEVICE_ROW_LAST_PLUG;
    snprintf(row->name, sizeof(row->name), "%s", d->plugs[i].name);
    row->now = d->plugs[i].now;
    row->counted = d->plugs[i].counted;
    row->wh = d->plugs[i].wh;
  }
  return 0;
}

static int add_rows(const struct metrics_view *h, const struct house_device *d,
                    struct device_rows *rows) {
  struct device_row *row = device_rows_add(rows);

  if (row == NULL)
    return -ENOMEM;
  snprintf(row->name, sizeof(row->name), "%s%s%s", d->name,
           h->many_hosts ? " @" : "", h->many_hosts ? d->host : "");
  snprintf(row->model, sizeof(row->model), "%s", d->model);
  snprintf(row->address, sizeof(row->address), "%s", d->address);
  row->failed = d->told && !d->up;
  if (row->failed) {
    write_remark(d, row->remark, sizeof(row->remark));
    return 0;
  }
  row->now = d->now;
  row->counted = d->counted;
  row->wh = d->wh;
  return add_plugs(d, rows);
}

/* Without the page's own totals (Report totals false) the rows are counted. */
static void count_up(const struct metrics_view *h, struct device_row *total,
                     double *known, double *up, double *on) {
  for (size_t i = 0; i < h->count; i++) {
    const struct house_device *d = h->devices[i];
    bool here = !d->told || d->up;

    if (d->missed > 0)
      continue;
    *known += 1;
    *up += here;
    *on += here && reading_has(&d->now, Q_RELAY) && d->now.value[Q_RELAY] > 0;
    if (here && reading_has(&d->now, Q_POWER))
      reading_set(&total->now, Q_POWER,
                  total->now.value[Q_POWER] + d->now.value[Q_POWER]);
  }
}

int metrics_view_rows(const struct metrics_view *h, struct device_rows *rows,
                      struct device_row *total) {
  double known = h->known;
  double up = h->up;
  double on = h->on;

  *total = h->total;
  if (known == 0)
    count_up(h, total, &known, &up, &on);
  snprintf(total->name, sizeof(total->name), "%.0f device%s, %.0f up, %.0f on",
           known, known == 1 ? "" : "s", up, on);
  for (size_t i = 0; i < h->count; i++)
    if (h->devices[i]->missed == 0 && add_rows(h, h->devices[i], rows) < 0)
      return -ENOMEM;
  return 0;
}
