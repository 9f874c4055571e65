/* SPDX-License-Identifier: MIT */
/* Reading a load: see energy_load.h. */
#include <config.h>

#include "cli/energy/energy_load.h"

#include "cli/common/cli.h"
#include "energy/calendar.h"
#include "energy/csv.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOAD_MAX = 256 * 1024 * 1024 };
static const double KWH_MAX = 1e9;
static const int64_t LONGEST_US = 3660 * CALENDAR_DAY;

bool energy_load_add(struct energy_load *load, const struct energy_stretch *s) {
  if (load->items == NULL || load->num == load->room) {
    size_t room = load->room > 0 ? 2 * load->room : 256;
    struct energy_stretch *grown = realloc(load->items, room * sizeof(*grown));

    if (grown == NULL)
      return false;
    load->items = grown;
    load->room = room;
  }
  load->items[load->num++] = *s;
  return true;
}

static bool refuse_row(struct csv *csv, const char *what) {
  snprintf(csv->why, sizeof(csv->why), "line %u: %s", csv->line, what);
  return false;
}

static bool take_stretch(struct csv *csv, const int at[3],
                         struct energy_load *load) {
  struct energy_stretch s = {0};

  if (!calendar_parse_moment(csv_field(csv, at[0]), &s.from_us) ||
      !calendar_parse_moment(csv_field(csv, at[1]), &s.to_us))
    return refuse_row(csv, "from and to expect moments with a zone, as in "
                           "2026-01-15T00:30:00Z");
  if (s.to_us <= s.from_us)
    return refuse_row(csv, "to expects a moment after from");
  if (s.to_us - s.from_us > LONGEST_US)
    return refuse_row(csv, "to expects a moment within ten years after from");
  if (csv_number(csv, at[2], &s.kwh) != 1 || !(s.kwh >= 0 && s.kwh <= KWH_MAX))
    return refuse_row(csv, "kwh expects a number from 0 to 1e9");
  return energy_load_add(load, &s) || refuse_row(csv, "out of memory");
}

static int by_begin(const void *a, const void *b) {
  const struct energy_stretch *x = a;
  const struct energy_stretch *y = b;

  if (x->from_us != y->from_us)
    return x->from_us < y->from_us ? -1 : 1;
  return x->to_us < y->to_us ? -1 : x->to_us > y->to_us;
}

static bool any_overlap(const struct energy_load *load) {
  for (size_t i = 1; i < load->num; i++)
    if (load->items[i].from_us < load->items[i - 1].to_us)
      return true;
  return false;
}

static int by_moment(const void *a, const void *b) {
  const int64_t *x = a;
  const int64_t *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* All moments at which something begins or ends, sorted; NULL: no memory. */
static int64_t *moments_of(const struct energy_load *load) {
  int64_t *moments = malloc(2 * load->num * sizeof(*moments));

  for (size_t i = 0; moments != NULL && i < load->num; i++) {
    moments[2 * i] = load->items[i].from_us;
    moments[2 * i + 1] = load->items[i].to_us;
  }
  if (moments != NULL)
    qsort(moments, 2 * load->num, sizeof(*moments), by_moment);
  return moments;
}

/* What of these stretches, which have begun, lies between two moments; those
 * that are over are dropped. */
static double take_out(const struct energy_stretch **begun, size_t *num,
                       int64_t from_us, int64_t to_us) {
  double kwh = 0;
  size_t kept = 0;

  for (size_t i = 0; i < *num; i++) {
    const struct energy_stretch *s = begun[i];

    if (s->to_us <= from_us)
      continue;
    kwh +=
        s->kwh * ((double)(to_us - from_us) / (double)(s->to_us - s->from_us));
    begun[kept++] = s;
  }
  *num = kept;
  return kwh;
}

/* Into stretches that follow each other. */
static bool cut_overlaps(struct energy_load *load) {
  struct energy_load whole = {0};
  int64_t *moments = moments_of(load);
  const struct energy_stretch **begun = malloc(load->num * sizeof(*begun));
  bool good = moments != NULL && begun != NULL;
  size_t begun_num = 0;
  size_t next = 0;

  for (size_t i = 0; good && i + 1 < 2 * load->num; i++) {
    struct energy_stretch s = {moments[i], moments[i + 1], 0};

    if (s.from_us == s.to_us)
      continue;
    for (; next < load->num && load->items[next].from_us <= s.from_us; next++)
      begun[begun_num++] = &load->items[next];
    s.kwh = take_out(begun, &begun_num, s.from_us, s.to_us);
    if (begun_num > 0)
      good = energy_load_add(&whole, &s);
  }
  free(moments);
  free((void *)begun);
  free(load->items);
  *load = whole;
  return good;
}

bool energy_load_read(const char *path, struct energy_load *load) {
  struct csv csv;
  bool good = csv_open(&csv, path, LOAD_MAX);

  if (good) {
    const int at[3] = {csv_column(&csv, "from"), csv_column(&csv, "to"),
                       csv_column(&csv, "kwh")};

    if (at[0] < 0 || at[1] < 0 || at[2] < 0)
      good = refuse_row(&csv, "the header must be from,to,kwh");
    while (good && csv_row(&csv))
      good = take_stretch(&csv, at, load);
  }
  good = good && csv.why[0] == '\0';
  if (!good)
    cli_say("%s: %s", path, csv.why);
  csv_close(&csv);
  if (good && load->num > 1) { /* tiers go by what was used before */
    qsort(load->items, load->num, sizeof(*load->items), by_begin);
    good = !any_overlap(load) || cut_overlaps(load);
    if (!good)
      cli_say("out of memory");
  }
  return good;
}

void energy_load_free(struct energy_load *load) {
  free(load->items);
  *load = (struct energy_load){0};
}
