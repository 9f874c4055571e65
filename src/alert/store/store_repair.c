/* SPDX-License-Identifier: MIT */
/* See store_repair.h. */
#include <config.h>

#include "alert/store/store_repair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_MAX = 400, NAME_SIZE = 64 };

struct column {
  char table[NAME_SIZE];
  char name[NAME_SIZE];
  char type[NAME_SIZE];
  bool key; /* of the row: another value would be another row's */
};

/* What a value of a declared type may be, and what takes its place. 1e15 ms is
 * the year 33658; sums of such numbers do not overflow. */
static const struct {
  const char *type;
  const char *wrong; /* with the column's name three times */
  const char *instead;
} rules[] = {
    {"INT",
     "(typeof(\"%s\") NOT IN ('integer','null') OR \"%s\" NOT BETWEEN "
     "-1000000000000000 AND 1000000000000000)%.0s",
     "0"},
    {"INTEGER",
     "(typeof(\"%s\") NOT IN ('integer','null') OR \"%s\" NOT BETWEEN "
     "-1000000000000000 AND 1000000000000000)%.0s",
     "0"},
    {"REAL", "typeof(\"%s\") NOT IN ('real','integer','null')%.0s%.0s", "0"},
    {"TEXT",
     "(typeof(\"%s\") NOT IN ('text','null') OR length(\"%s\")>1000000 OR "
     "instr(\"%s\",char(0)))",
     "''"},
};

static size_t find_columns(sqlite3 *db, struct column *out, size_t max) {
  static const char sql[] =
      "SELECT m.name, p.name, p.type, p.pk FROM sqlite_master m,"
      " pragma_table_info(m.name) p WHERE m.type='table'"
      " AND m.name NOT LIKE 'sqlite%'";
  sqlite3_stmt *stmt = NULL;
  size_t n = 0;

  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
    return 0;
  while (n < max && sqlite3_step(stmt) == SQLITE_ROW) {
    const char *texts[3];

    for (int i = 0; i < 3; i++)
      texts[i] = (const char *)sqlite3_column_text(stmt, i);
    if (texts[0] == NULL || texts[1] == NULL || texts[2] == NULL)
      continue;
    snprintf(out[n].table, NAME_SIZE, "%s", texts[0]);
    snprintf(out[n].name, NAME_SIZE, "%s", texts[1]);
    snprintf(out[n].type, NAME_SIZE, "%s", texts[2]);
    out[n++].key = sqlite3_column_int(stmt, 3) > 0;
  }
  sqlite3_finalize(stmt);
  return n;
}

/* Changed rows, or -1 when the database does not take it. */
static int run(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
             ? sqlite3_changes(db)
             : -1;
}

__attribute__((format(printf, 3, 0))) static int mend(sqlite3 *db,
                                                      const struct column *c,
                                                      const char *wrong,
                                                      const char *instead) {
  char where[400];
  char sql[700];
  int changed = -1;

  snprintf(where, sizeof(where), wrong, c->name, c->name, c->name);
  if (!c->key) {
    snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET \"%s\"=%s WHERE %s", c->table,
             c->name, instead, where);
    changed = run(db, sql);
  }
  if (changed < 0) { /* what cannot be another value goes with its row */
    snprintf(sql, sizeof(sql), "DELETE FROM \"%s\" WHERE %s", c->table, where);
    changed = run(db, sql);
  }
  return changed > 0 ? changed : 0;
}

int store_repair(sqlite3 *db) {
  struct column *columns = calloc(COLUMNS_MAX, sizeof(*columns));
  size_t n = columns != NULL ? find_columns(db, columns, COLUMNS_MAX) : 0;
  int mended = 0;

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
      if (strcasecmp(columns[i].type, rules[k].type) == 0)
        mended += mend(db, &columns[i], rules[k].wrong, rules[k].instead);
  free(columns);
  return mended;
}
