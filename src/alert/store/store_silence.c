/* SPDX-License-Identifier: MIT */
/* See store_silence.h. */
#include <config.h>

#include "alert/store/store_silence.h"

#include "alert/store/store_internal.h"

#include <errno.h>
#include <string.h>

int store_silence_add(struct store *s, struct silence_row *r) {
  static const char sql[] =
      "INSERT INTO silence(matchers, starts, ends, until_resolved, created_by,"
      " reason) VALUES(?,?,?,?,?,?)";
  int err =
      db_run(&s->db, sql,
             DB_BIND(db_t(r->matchers), db_i(r->starts), db_i(r->ends),
                     db_i(r->until_resolved), db_t(r->by), db_t(r->comment)));

  if (err == 0)
    r->id = sqlite3_last_insert_rowid(s->db.handle);
  return err;
}

int store_silence_end(struct store *s, int64_t id, int64_t now) {
  static const char sql[] = "UPDATE silence SET ended=? WHERE id=?";

  return db_run(&s->db, sql, DB_BIND(db_i(now), db_i(id)));
}

int store_silence_each(struct store *s, store_silence_fn *each, void *arg) {
  static const char sql[] =
      "SELECT id, matchers, starts, ends, until_resolved, created_by, reason"
      " FROM silence WHERE ended IS NULL ORDER BY id";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_NOTHING);

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    const unsigned char *matchers = sqlite3_column_text(stmt, 1);
    struct silence_row r = {.id = sqlite3_column_int64(stmt, 0),
                            .matchers =
                                matchers != NULL ? (const char *)matchers : "",
                            .starts = sqlite3_column_int64(stmt, 2),
                            .ends = sqlite3_column_int64(stmt, 3),
                            .until_resolved = sqlite3_column_int(stmt, 4) != 0};

    db_text(stmt, 5, r.by, sizeof(r.by));
    db_text(stmt, 6, r.comment, sizeof(r.comment));
    each(arg, &r);
  }
  db_done(stmt);
  return 0;
}
