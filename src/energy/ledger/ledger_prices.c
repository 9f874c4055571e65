/* SPDX-License-Identifier: MIT */
/* Prices in the ledger's file: see ledger_prices.h. */
#include <config.h>

#include "energy/ledger/ledger_prices.h"

#include "energy/tariff/price_url.h"

#include <errno.h>
#include <string.h>

static const int64_t KEPT_US = 400 * CALENDAR_DAY;

int ledger_prices_read(sqlite3 *db, const char *url, struct price_series *s) {
  char key[PRICE_URL_KEY_SIZE];
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db,
                              "SELECT start_utc, end_utc, price FROM price "
                              "WHERE source = ?1 ORDER BY start_utc",
                              -1, &stmt, NULL);

  price_url_key(url, key);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const struct price_row row = {
        .from_us = sqlite3_column_int64(stmt, 0) * CALENDAR_SECOND,
        .to_us = sqlite3_column_int64(stmt, 1) * CALENDAR_SECOND,
        .price = sqlite3_column_double(stmt, 2)};

    rc = price_series_add(s, &row) == 0 ? SQLITE_OK : SQLITE_NOMEM;
  }
  sqlite3_finalize(stmt);
  price_series_finish(s);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int drop_old(sqlite3 *db, int64_t now_us) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "DELETE FROM price WHERE end_utc < ?1", -1,
                              &stmt, NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 1, (now_us - KEPT_US) / CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int write_row(sqlite3_stmt *stmt, const char *key,
                     const struct price_row *row, int64_t now_us) {
  int rc = sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);

  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 2, row->from_us / CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 3, row->to_us / CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_double(stmt, 4, row->price);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 5, now_us / CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int ledger_prices_write(sqlite3 *db, const char *url,
                        const struct price_series *s, int64_t now_us) {
  /* what has not changed keeps the time at which it arrived */
  static const char sql[] =
      "INSERT INTO price VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
      "end_utc = excluded.end_utc, price = excluded.price, arrived_utc = "
      "excluded.arrived_utc WHERE price <> excluded.price OR end_utc <> "
      "excluded.end_utc";
  char key[PRICE_URL_KEY_SIZE];
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

  price_url_key(url, key);
  for (size_t i = 0; i < s->num && rc == SQLITE_OK; i++)
    if (s->rows[i].to_us >= now_us - KEPT_US)
      rc = write_row(stmt, key, &s->rows[i], now_us);
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK ? drop_old(db, now_us) : rc;
}

/* -- tariffs -- */

typedef int visit(void *arg, struct tariff_prices *p);

static int each(struct tariffs *set, visit *what, void *arg) {
  int err = 0;

  for (size_t i = 0; i < set->num; i++)
    for (size_t j = 0; j < set->items[i].components_num; j++) {
      struct tariff_prices *p = &set->items[i].components[j].prices;

      if (p->given && p->url != NULL && p->file == NULL && err == 0)
        err = what(arg, p);
    }
  return err;
}

struct filling {
  sqlite3 *db;
  pthread_mutex_t *lock;
};

/* The lock is not held while the disk is read. */
static int fill(void *arg, struct tariff_prices *p) {
  const struct filling *f = arg;
  struct price_series known = {0};
  int rc = ledger_prices_read(f->db, p->url, &known);

  if (f->lock != NULL)
    pthread_mutex_lock(f->lock);
  for (size_t i = 0; i < known.num && rc == SQLITE_OK; i++)
    if (price_series_add(&p->series, &known.rows[i]) != 0)
      rc = SQLITE_NOMEM;
  price_series_finish(&p->series);
  if (f->lock != NULL)
    pthread_mutex_unlock(f->lock);
  price_series_free(&known);
  return rc;
}

int ledger_prices_fill(sqlite3 *db, struct tariffs *set,
                       pthread_mutex_t *lock) {
  struct filling f = {db, lock};

  return each(set, fill, &f);
}

struct joining {
  const char *url;
  const struct price_series *fresh;
};

static int join(void *arg, struct tariff_prices *p) {
  const struct joining *j = arg;
  int err = 0;

  if (strcmp(p->url, j->url) != 0)
    return 0;
  for (size_t i = 0; i < j->fresh->num && err == 0; i++)
    err = price_series_add(&p->series, &j->fresh->rows[i]);
  price_series_finish(&p->series);
  return err;
}

int ledger_prices_join(struct tariffs *set, const char *url,
                       const struct price_series *fresh) {
  struct joining j = {url, fresh};

  return each(set, join, &j);
}
