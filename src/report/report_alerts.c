/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_alerts.h"

#include "base/text.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers that the file keeps, see enum alert_class, alert_state and
 * ALERT_ONESHOT: which cannot change, as older files have to be understood. */
#define MISSING "1"
#define HAS_FIRED "state > 0"
#define IS_OPEN "state IN (1, 2)"
#define LASTED                                                                 \
  "min(CASE WHEN resolved_at > 0 THEN resolved_at ELSE ?2 END, ?2) - "         \
  "max(since, ?1)"
#define NO_NEWS "(flags & 8) = 0"

enum { BUSY_MS = 1000 };

static void take_name(sqlite3_stmt *row, int column, char out[REPORT_NAME]) {
  const char *text = (const char *)sqlite3_column_text(row, column);

  if (text == NULL)
    text = "";
  text_clean(text, text_cut(text, REPORT_NAME - 1), out, REPORT_NAME);
}

static void take_count(struct report_alerts *a, sqlite3_stmt *row) {
  a->raised = (unsigned)sqlite3_column_int(row, 0);
  a->open = (unsigned)sqlite3_column_int(row, 1);
}

/* One of several, and not the only alert. */
static void take_noisy(struct report_alerts *a, sqlite3_stmt *row) {
  if (a->noisiest.name[0] != '\0' || sqlite3_column_int(row, 1) < 3)
    return;
  a->noisiest.alerts = (unsigned)sqlite3_column_int(row, 1);
  take_name(row, 0, a->noisiest.name);
}

static void take_longest(struct report_alerts *a, sqlite3_stmt *row) {
  take_name(row, 0, a->longest.name);
  a->longest.seconds = (double)sqlite3_column_int64(row, 1) / 1000.0;
}

static void take_away(struct report_alerts *a, sqlite3_stmt *row) {
  if (a->away_num < REPORT_NAMED) {
    take_name(row, 0, a->away[a->away_num].name);
    a->away[a->away_num].seconds =
        (double)sqlite3_column_int64(row, 1) / 1000.0;
  }
  a->away_num++;
}

static void take_undelivered(struct report_alerts *a, sqlite3_stmt *row) {
  if (a->undelivered == 0)
    take_name(row, 0, a->undelivered_by);
  a->undelivered += (unsigned)sqlite3_column_int(row, 1);
}

struct words {
  char text[4 * REPORT_NAME];
  size_t used;
};

static void add_value(struct words *w, const cJSON *field, const cJSON *value) {
  bool device = strcmp(field->string, "device") == 0;
  size_t room = sizeof(w->text) - w->used;
  int n;

  if (!cJSON_IsString(value))
    return;
  n = snprintf(w->text + w->used, room, "%s%.20s%s%.40s",
               w->used > 0 ? ", " : "", device ? "" : field->string,
               device ? "" : " ", value->valuestring);
  if (n < 0 || (size_t)n >= room)
    w->text[w->used] = '\0';
  else
    w->used += (size_t)n;
}

/* {"device":["Freezer"],"class":["missing"]} as "Freezer, class missing" */
static void describe(const char *matchers, char out[REPORT_NAME]) {
  cJSON *object = cJSON_Parse(matchers);
  const cJSON *field, *value;
  struct words w = {.used = 0};

  if (cJSON_IsObject(object)) /* a list's items have no names */
    cJSON_ArrayForEach(field, object) {
      cJSON_ArrayForEach(value, field) { add_value(&w, field, value); }
    }
  cJSON_Delete(object);
  text_clean(w.text, text_cut(w.text, REPORT_NAME - 1), out, REPORT_NAME);
  if (out[0] == '\0')
    snprintf(out, REPORT_NAME, "everything");
}

static void take_silence(struct report_alerts *a, sqlite3_stmt *row) {
  const char *matchers = (const char *)sqlite3_column_text(row, 0);

  if (a->silences_num < REPORT_NAMED) {
    describe(matchers != NULL ? matchers : "",
             a->silences[a->silences_num].about);
    a->silences[a->silences_num].ends = sqlite3_column_int64(row, 1);
  }
  a->silences_num++;
}

/* ?1 and ?2: from, to; ?3 and ?4: now, then. */
static const struct {
  const char *sql;
  void (*take)(struct report_alerts *a, sqlite3_stmt *row);
} questions[] = {
    {"SELECT sum(since >= ?1), sum(" IS_OPEN ") FROM alert WHERE " HAS_FIRED
     " AND " NO_NEWS " AND since < ?2 AND ?3 <= ?4 AND (since >= ?1 OR " IS_OPEN
     ")",
     take_count},
    {"SELECT device, count(*) FROM alert WHERE " HAS_FIRED " AND " NO_NEWS
     " AND since >= ?1 AND since < ?2 AND ?3 <= ?4 GROUP BY device ORDER BY 2 "
     "DESC, 1 LIMIT 1",
     take_noisy},
    {"SELECT device, " LASTED " FROM alert WHERE " HAS_FIRED " AND " NO_NEWS
     " AND since < ?2 AND (ifnull(resolved_at, 0) = 0 OR resolved_at > ?1) AND "
     "?3 <= ?4 ORDER BY 2 DESC, 1 LIMIT 1",
     take_longest},
    {"SELECT device, max(away) FROM (SELECT device, class, sum(" LASTED
     ") away "
     "FROM alert WHERE (class = " MISSING " OR type = 'up') AND " HAS_FIRED
     " AND since < ?2 AND (ifnull(resolved_at, 0) = 0 OR resolved_at > ?1) "
     "AND ?3 <= ?4 GROUP BY device, class) GROUP BY device ORDER BY 2 DESC, 1",
     take_away},
    {"SELECT channel, count(*) FROM history WHERE what = 'failed' AND at >= ?1 "
     "AND at < ?2 AND ?3 <= ?4 GROUP BY channel ORDER BY 2 DESC, 1",
     take_undelivered},
    {"SELECT matchers, ends FROM silence WHERE ended IS NULL AND ends >= ?3 "
     "AND ends < ?4 AND ?1 <= ?2 ORDER BY ends, id",
     take_silence},
};

static bool ask(struct report_alerts *a, sqlite3 *db, size_t i,
                const int64_t moments[4]) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, questions[i].sql, -1, &stmt, NULL);

  for (int m = 0; m < 4 && rc == SQLITE_OK; m++)
    rc = sqlite3_bind_int64(stmt, m + 1, moments[m]);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    questions[i].take(a, stmt);
    rc = SQLITE_OK;
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE;
}

void report_alerts_read(struct report_alerts *a, const char *directory,
                        int64_t from, int64_t to, int64_t now, int64_t then) {
  const int64_t moments[4] = {from, to, now, then};
  sqlite3 *db = NULL;
  char *path = NULL;
  bool good;

  *a = (struct report_alerts){0};
  good = asprintf(&path, "%s/alerts.db", directory) >= 0;
  if (good)
    good =
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
        sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
  else
    path = NULL;
  for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]) && good; i++)
    good = ask(a, db, i, moments);
  sqlite3_close_v2(db);
  free(path);
  if (!good) /* half of it would be wrong */
    *a = (struct report_alerts){0};
  a->known = good;
}
