/* SPDX-License-Identifier: MIT */
/* Files of prices: see price_file.h. */
#include <config.h>

#include "energy/tariff/price_file.h"

#include "base/json.h"
#include "energy/calendar.h"
#include "energy/csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 32 * 1024 * 1024, MOMENT_TEXT = 48 };
static const double PRICE_MAX = 1e6; /* of a kWh, in any currency */

static bool fail(char why[PRICE_WHY_SIZE], const char *what) {
  snprintf(why, PRICE_WHY_SIZE, "%s", what);
  return false;
}

static bool add(struct price_series *s, int64_t from_us, int64_t to_us,
                double price, char why[PRICE_WHY_SIZE]) {
  const struct price_row row = {from_us, to_us, price};
  int err;

  if (!(fabs(price) <= PRICE_MAX))
    return fail(why, "a price beyond a million for a kWh");
  if (to_us <= from_us)
    return fail(why, "a price that ends before it begins");
  err = price_series_add(s, &row);
  return err == 0 || fail(why, strerror(-err));
}

/* -- CSV -- */

static bool refuse_row(const struct csv *csv, const char *what,
                       char why[PRICE_WHY_SIZE]) {
  snprintf(why, PRICE_WHY_SIZE, "line %u: %.150s", csv->line, what);
  return false;
}

static bool add_csv_row(struct csv *csv, const int at[3], double factor,
                        struct price_series *s, char why[PRICE_WHY_SIZE]) {
  char what[PRICE_WHY_SIZE];
  int64_t from;
  int64_t to = PRICE_OPEN;
  double price;

  if (!calendar_parse_moment(csv_field(csv, at[0]), &from) ||
      (csv_field(csv, at[1])[0] != '\0' &&
       !calendar_parse_moment(csv_field(csv, at[1]), &to)) ||
      csv_number(csv, at[2], &price) != 1)
    return refuse_row(
        csv, "expected moments as in 2026-01-15T00:30:00Z and a price", why);
  return add(s, from, to, price * factor, what) || refuse_row(csv, what, why);
}

static bool parse_csv(const char *text, size_t len,
                      const struct price_reading *how, struct price_series *s,
                      char why[PRICE_WHY_SIZE]) {
  struct csv csv;
  double factor = how->per_mwh ? 1e-3 : 1;
  bool good = csv_open_text(&csv, text, len);

  if (!good) {
    fail(why, csv.why);
  } else {
    const int at[3] = {csv_column(&csv, "from"), csv_column(&csv, "to"),
                       csv_column(&csv, "price")};

    if (at[0] < 0 || at[2] < 0)
      good = fail(why, "the header must be from,price or from,to,price");
    while (good && csv_row(&csv))
      good = add_csv_row(&csv, at, factor, s, why);
    if (good && csv.why[0] != '\0')
      good = fail(why, csv.why);
  }
  csv_close(&csv);
  return good;
}

/* -- JSON -- */

static bool moment_of(const struct json *doc, json_ref ref, int64_t *us) {
  char text[MOMENT_TEXT];

  return json_string(doc, ref, text, sizeof(text)) &&
         calendar_parse_moment(text, us);
}

static bool is_missing(const struct json *doc, json_ref ref) {
  return json_type(doc, ref) == JSON_NONE || json_type(doc, ref) == JSON_NULL;
}

/* {"data":[{"start_timestamp":ms,"end_timestamp":ms,"marketprice":per MWh}]} */
static bool take_awattar(const struct json *doc, json_ref root,
                         const struct price_reading *how,
                         struct price_series *s, char why[PRICE_WHY_SIZE]) {
  double factor = how->unit_given && !how->per_mwh ? 1 : 1e-3;

  for (json_ref row = json_first(doc, json_get(doc, root, "data")); row != 0;
       row = json_next(doc, row)) {
    double from;
    double to;
    double price;

    if (json_type(doc, json_get(doc, row, "marketprice")) == JSON_NULL)
      continue; /* not known yet */
    if (!json_number(doc, json_get(doc, row, "start_timestamp"), &from) ||
        !json_number(doc, json_get(doc, row, "end_timestamp"), &to) ||
        !json_number(doc, json_get(doc, row, "marketprice"), &price) ||
        fabs(from) > 1e15 || fabs(to) > 1e15)
      return fail(why, "a row without start_timestamp, end_timestamp and "
                       "marketprice");
    if (!add(s, (int64_t)from * 1000, (int64_t)to * 1000, price * factor, why))
      return false;
  }
  return true;
}

/* Fixed tariffs are listed twice, by how they are paid: by direct debit where
 * there is a choice. */
static bool is_debited(const struct json *doc, json_ref row) {
  char text[MOMENT_TEXT];

  return json_string(doc, json_get(doc, row, "payment_method"), text,
                     sizeof(text)) &&
         strcmp(text, "DIRECT_DEBIT") == 0;
}

static bool any_debited(const struct json *doc, json_ref rows) {
  for (json_ref row = json_first(doc, rows); row != 0;
       row = json_next(doc, row))
    if (is_debited(doc, row))
      return true;
  return false;
}

/* {"results":[{"value_exc_vat":pence,"value_inc_vat":pence,"valid_from":..,
 * "valid_to":..}]} */
static bool take_octopus(const struct json *doc, json_ref root,
                         const struct price_reading *how,
                         struct price_series *s, char why[PRICE_WHY_SIZE]) {
  const char *name = how->taxed ? "value_inc_vat" : "value_exc_vat";
  json_ref rows = json_get(doc, root, "results");
  bool chosen = any_debited(doc, rows);

  for (json_ref row = json_first(doc, rows); row != 0;
       row = json_next(doc, row)) {
    json_ref end = json_get(doc, row, "valid_to");
    int64_t from;
    int64_t to = PRICE_OPEN;
    double pence;

    if ((chosen && !is_debited(doc, row)) ||
        json_type(doc, json_get(doc, row, name)) == JSON_NULL)
      continue;
    if (!moment_of(doc, json_get(doc, row, "valid_from"), &from) ||
        (!is_missing(doc, end) && !moment_of(doc, end, &to)) ||
        !json_number(doc, json_get(doc, row, name), &pence))
      return fail(why, "a row without valid_from and a value");
    if (!add(s, from, to, pence / 100, why))
      return false;
  }
  return true;
}

static bool take_tibber_day(const struct json *doc, json_ref day,
                            const struct price_reading *how,
                            struct price_series *s, char why[PRICE_WHY_SIZE]) {
  const char *name = how->taxed ? "total" : "energy";

  for (json_ref row = json_first(doc, day); row != 0;
       row = json_next(doc, row)) {
    int64_t from;
    double price;

    if (json_type(doc, json_get(doc, row, name)) == JSON_NULL)
      continue;
    if (!moment_of(doc, json_get(doc, row, "startsAt"), &from) ||
        !json_number(doc, json_get(doc, row, name), &price))
      return fail(why, "a row without startsAt and a price");
    if (!add(s, from, PRICE_OPEN, price, why))
      return false;
  }
  return true;
}

static json_ref tibber_prices(const struct json *doc, json_ref root) {
  json_ref viewer = json_get(doc, json_get(doc, root, "data"), "viewer");
  json_ref home = json_get(doc, viewer, "home");
  json_ref homes = json_get(doc, viewer, "homes");

  if (homes != 0)
    home = json_first(doc, homes);
  return json_get(doc, json_get(doc, home, "currentSubscription"), "priceInfo");
}

static bool take_tibber(const struct json *doc, json_ref root,
                        const struct price_reading *how, struct price_series *s,
                        char why[PRICE_WHY_SIZE]) {
  json_ref info = tibber_prices(doc, root);

  return take_tibber_day(doc, json_get(doc, info, "today"), how, s, why) &&
         take_tibber_day(doc, json_get(doc, info, "tomorrow"), how, s, why);
}

typedef bool take_fn(const struct json *doc, json_ref root,
                     const struct price_reading *how, struct price_series *s,
                     char why[PRICE_WHY_SIZE]);

static take_fn *const takers[] = {[PRICE_FORMAT_AWATTAR] = take_awattar,
                                  [PRICE_FORMAT_OCTOPUS] = take_octopus,
                                  [PRICE_FORMAT_TIBBER] = take_tibber};

static enum price_format guess(const struct json *doc, json_ref root) {
  if (json_get(doc, root, "results") != 0)
    return PRICE_FORMAT_OCTOPUS;
  return json_type(doc, json_get(doc, root, "data")) == JSON_OBJECT
             ? PRICE_FORMAT_TIBBER
             : PRICE_FORMAT_AWATTAR;
}

static bool parse_json(const char *text, size_t len,
                       const struct price_reading *how, struct price_series *s,
                       char why[PRICE_WHY_SIZE]) {
  struct json doc;
  enum price_format format = how->format;
  json_ref root;
  bool good;

  json_init(&doc);
  root = json_parse(&doc, text, len);
  if (root != 0 && format == PRICE_FORMAT_AUTO)
    format = guess(&doc, root);
  good = root != 0 ? takers[format](&doc, root, how, s, why)
                   : fail(why, "no JSON, or too much of it");
  json_free(&doc);
  return good;
}

/* -- all -- */

static bool is_json(const char *text, size_t len) {
  while (len > 0 && (*text == ' ' || *text == '\n' || *text == '\r')) {
    text++;
    len--;
  }
  return len > 0 && *text == '{';
}

bool price_file_parse(const char *text, size_t len,
                      const struct price_reading *how, struct price_series *s,
                      char why[PRICE_WHY_SIZE]) {
  size_t before = s->num;
  bool csv = how->format == PRICE_FORMAT_CSV ||
             (how->format == PRICE_FORMAT_AUTO && !is_json(text, len));
  bool good = csv ? parse_csv(text, len, how, s, why)
                  : parse_json(text, len, how, s, why);

  if (good && s->num == before)
    good = fail(why, "it holds no prices");
  if (good)
    price_series_finish(s);
  else
    s->num = before;
  return good;
}

bool price_file_next(const char *text, size_t len,
                     const struct price_reading *how,
                     char url[PRICE_URL_MAX + 1]) {
  struct json doc;
  json_ref root;
  bool has_next;

  if ((how->format != PRICE_FORMAT_OCTOPUS &&
       how->format != PRICE_FORMAT_AUTO) ||
      !is_json(text, len))
    return false;
  json_init(&doc);
  root = json_parse(&doc, text, len);
  has_next =
      root != 0 && json_get(&doc, root, "results") != 0 &&
      json_string(&doc, json_get(&doc, root, "next"), url, PRICE_URL_MAX + 1) &&
      price_url_is_good(url);
  json_free(&doc);
  return has_next;
}

bool price_file_read(const char *path, const struct price_reading *how,
                     struct price_series *s, char why[PRICE_WHY_SIZE]) {
  FILE *in = fopen(path, "re");
  char *text;
  size_t len = 0;
  bool good = false;

  if (in == NULL)
    return fail(why, strerror(errno));
  text = malloc(FILE_MAX + 1);
  if (text == NULL) {
    fail(why, "out of memory");
  } else {
    len = fread(text, 1, FILE_MAX + 1, in);
    if (ferror(in))
      fail(why, "cannot be read");
    else if (len > FILE_MAX)
      fail(why, "too large");
    else
      good = price_file_parse(text, len, how, s, why);
  }
  free(text);
  fclose(in);
  return good;
}
