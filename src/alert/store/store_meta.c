/* SPDX-License-Identifier: MIT */
/* See store_meta.h. */
#include <config.h>

#include "alert/store/store_meta.h"

#include "alert/store/store_internal.h"

static const int64_t META_MAX = 1000000000000000; /* sums do not overflow */

int store_meta_set(struct store *s, const char *key, int64_t value) {
  static const char sql[] = "INSERT OR REPLACE INTO meta VALUES(?,?)";

  return db_run(&s->db, sql, DB_BIND(db_t(key), db_i(value)));
}

void store_meta_get(struct store *s, const char *key, int64_t *value) {
  static const char sql[] = "SELECT value FROM meta WHERE key=?";
  int64_t found =
      db_number(&s->db, db_ask(&s->db, sql, DB_BIND(db_t(key))), *value);

  if (found >= 0 && found <= META_MAX)
    *value = found;
}
