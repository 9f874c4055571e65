/* SPDX-License-Identifier: MIT */
/* The table of prices: see check_tariff.h. */
#include <config.h>

#include "cli/check/check_tariff.h"

#include <math.h>
#include <string.h>

enum { DAYS = 7, HOURS = 24, CELL = 24, HOUR_SECONDS = 3600 };

struct table {
  const struct tariffs *set;
  int monday;
  unsigned decimals; /* of the currency: prices are in its smallest coin */
  char cells[DAYS][HOURS][CELL];
  int width;
  unsigned inside; /* bits: hours within which a price changes */
  bool tiers;
};

/* When the clock on the wall shows it, or has passed it over. */
static int64_t moment_of(int day, unsigned second) {
  int64_t us = calendar_day_start(day);

  for (;;) {
    struct calendar_local local = calendar_local_of(us);

    if (local.day != day || local.second >= second)
      return us;
    us = calendar_next(us, second);
  }
}

static void put_cell(struct table *t, char cell[CELL], bool known,
                     double price) {
  double coins = round(price * pow(10, t->decimals));

  if (!known)
    snprintf(cell, CELL, "-");
  else
    snprintf(cell, CELL, "%.0f", coins < 0 || coins > 0 ? coins : 0);
  if ((int)strlen(cell) > t->width)
    t->width = (int)strlen(cell);
}

static bool same_price(const struct tariff *t, int64_t a, int64_t b) {
  double one = 0;
  double two = 0;
  bool known = tariff_price(t, a, 0, &one);

  return tariff_price(t, b, 0, &two) == known && !(one < two) && !(one > two);
}

static bool changes_inside(const struct tariff *t, int64_t begin) {
  const int64_t end = begin + HOUR_SECONDS * CALENDAR_SECOND;

  for (int64_t at = begin; at < end;) {
    struct calendar_local local = calendar_local_of(at);

    at = tariff_until(t, at, &local);
    if (at < end && !same_price(t, begin, at))
      return true;
  }
  return false;
}

static void fill_day(struct table *t, int i) {
  const struct tariff *tariff = tariffs_at(t->set, t->monday + i);

  for (unsigned hour = 0; hour < HOURS; hour++) {
    int64_t us = moment_of(t->monday + i, hour * HOUR_SECONDS);
    double price = 0;
    bool known = tariff != NULL && tariff_price(tariff, us, 0, &price);

    put_cell(t, t->cells[i][hour], known, price);
    if (tariff != NULL && changes_inside(tariff, us))
      t->inside |= 1U << hour;
  }
}

static void put_head(const struct table *t, bool now, FILE *out) {
  static const char *const coins[] = {"", "tenths of ", "hundredths of ",
                                      "thousandths of "};
  const char *currency = tariffs_currency(t->set);
  char date[CALENDAR_DATE_SIZE];

  calendar_format_date(t->monday, date);
  fprintf(out, "  <Tariff>  prices of %s%s by hour, in %s%s a kWh, taxes in\n",
          now ? "this week" : "the week of ", now ? "" : date,
          coins[t->decimals], currency[0] != '\0' ? currency : "the currency");
  fprintf(out, "%7s", "");
  for (unsigned hour = 0; hour < HOURS; hour++)
    fprintf(out, " %*u", t->width, hour);
  fputc('\n', out);
}

static void put_notes(const struct table *t, FILE *out) {
  if (t->tiers)
    fputs("    Of tiers the price of the first is shown.\n", out);
  if (t->inside == 0)
    return;
  fputs("    Prices also change within these hours (kasactl energy prices):",
        out);
  for (unsigned hour = 0; hour < HOURS; hour++)
    if ((t->inside >> hour & 1) != 0)
      fprintf(out, " %u", hour);
  fputc('\n', out);
}

void check_tariff_show(const struct tariffs *set, int today, FILE *out) {
  struct table t = {.set = set, .width = 2};
  bool now = tariffs_at(set, today) != NULL;
  int day = now || set->num == 0 ? today : set->items[0].from;

  if (set->num == 0)
    return;
  t.monday = day - (int)calendar_weekday(day);
  t.decimals = tariff_decimals(tariffs_currency(set));
  for (int i = 0; i < DAYS; i++) {
    const struct tariff *tariff = tariffs_at(set, t.monday + i);

    fill_day(&t, i);
    t.tiers |= tariff != NULL && tariff_has_tiers(tariff);
  }
  put_head(&t, now, out);
  for (int i = 0; i < DAYS; i++) {
    fprintf(out, "    %s", calendar_weekdays[i]);
    for (unsigned hour = 0; hour < HOURS; hour++)
      fprintf(out, " %*s", t.width, t.cells[i][hour]);
    fputc('\n', out);
  }
  put_notes(&t, out);
}
