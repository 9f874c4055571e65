/* SPDX-License-Identifier: MIT */
/* See store_outbox.h. */
#include <config.h>

#include "alert/store/store_outbox.h"

#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void outbox_row_free(struct outbox_row *row) {
  free(row->title);
  free(row->body);
  free(row->snapshot);
  row->title = row->body = row->snapshot = NULL;
}

int store_outbox_add(struct store *s, struct outbox_row *r) {
  static const char sql[] =
      "INSERT INTO outbox(channel, alert_id, kind, reason, place, created,"
      " not_before, attempts, state, delivery_id, msg_id, ambiguous, shrink,"
      " quiet, fell_back, level, route, recipient, fallback_for, title, body,"
      " extra, last_error, group_key, group_due) VALUES"
      "(?,nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
  static const char place[] = "UPDATE outbox SET place=id WHERE id=?";
  int err =
      db_run(&s->db, sql,
             DB_BIND(db_t(r->channel), db_i(r->alert_id), db_i(r->kind),
                     db_i(r->reason), db_i(r->place), db_i(r->created),
                     db_i(r->not_before), db_i(r->attempts), db_i(r->state),
                     db_t(r->delivery_id), db_t(r->message_id),
                     db_i(r->ambiguous), db_i(r->shrink), db_i(r->quiet),
                     db_i(r->fell_back), db_i(r->level), db_t(r->route),
                     db_t(r->recipient), db_t(r->fallback_for), db_t(r->title),
                     db_t(r->body), db_t(r->snapshot), db_t(r->last_error),
                     db_t(r->group_key), db_i(r->group_due)));

  if (err < 0)
    return err;
  r->id = sqlite3_last_insert_rowid(s->db.handle);
  if (r->place != 0)
    return 0;
  r->place = r->id;
  return db_run(&s->db, place, DB_BIND(db_i(r->id)));
}

int store_outbox_save(struct store *s, const struct outbox_row *r) {
  static const char sql[] =
      "UPDATE outbox SET kind=?, reason=?, not_before=?, attempts=?, state=?,"
      " delivery_id=?, msg_id=?, ambiguous=?, shrink=?, quiet=?, fell_back=?,"
      " level=?, title=?, body=?, extra=?, last_error=? WHERE id=?";

  return db_run(&s->db, sql,
                DB_BIND(db_i(r->kind), db_i(r->reason), db_i(r->not_before),
                        db_i(r->attempts), db_i(r->state), db_t(r->delivery_id),
                        db_t(r->message_id), db_i(r->ambiguous),
                        db_i(r->shrink), db_i(r->quiet), db_i(r->fell_back),
                        db_i(r->level), db_t(r->title), db_t(r->body),
                        db_t(r->snapshot), db_t(r->last_error), db_i(r->id)));
}

#define COLUMNS                                                                \
  "id, place, ifnull(alert_id,0), kind, reason, level, quiet, ambiguous,"      \
  " shrink, fell_back, attempts, state, created, not_before, delivery_id,"     \
  " msg_id, recipient, route, fallback_for, last_error, channel, title,"       \
  " group_key, group_due"

/* FIFO per alert: of row o, in channel ?1, no older one is still underway;
 * rows for single recipients of one message do not wait for one another, and
 * once such a row has been put off it holds up nobody but its recipient. */
#define NOTHING_BEFORE                                                         \
  "NOT EXISTS(SELECT 1 FROM outbox e WHERE e.alert_id=o.alert_id AND"          \
  " e.channel=?1 AND e.state IN " SQL_UNDERWAY " AND (e.place<o.place OR"      \
  " e.place=o.place AND e.id<o.id) AND NOT (e.recipient!=o.recipient AND"      \
  " (e.place=o.place OR e.recipient!='' AND e.attempts>0 AND "                 \
  "e.state=" SQL_QUEUED "))) AND NOT EXISTS(SELECT 1 FROM group_alert m"       \
  " JOIN outbox g ON g.id=m.row_id WHERE m.alert_id=o.alert_id AND"            \
  " g.channel=?1 AND g.state IN " SQL_UNDERWAY " AND g.place<o.place)"

/* Of row o, by enum outbox_rows in ?3. */
#define AMONG                                                                  \
  "(?3=0 OR attempts>0 OR recipient!='' OR kind=" SQL_CANCEL                   \
  " OR ?3=2 AND kind=" SQL_RESOLVED ")"
static_assert(ROWS_ALL == 0 && ROWS_FREE_STATEFUL == 2, "in the text above");

static char *copy_text(sqlite3_stmt *stmt, int column) {
  const unsigned char *text = sqlite3_column_text(stmt, column);

  return strdup(text != NULL ? (const char *)text : "");
}

static int small(sqlite3_stmt *stmt, int column, int max) {
  int n = sqlite3_column_int(stmt, column);

  return n >= 0 && n <= max ? n : 0; /* a row may be damaged */
}

/* All but the long texts. */
static void row_read(sqlite3_stmt *stmt, struct outbox_row *r) {
  memset(r, 0, sizeof(*r));
  r->id = sqlite3_column_int64(stmt, 0);
  r->place = sqlite3_column_int64(stmt, 1);
  r->alert_id = sqlite3_column_int64(stmt, 2);
  r->kind = (enum message_kind)small(stmt, 3, MESSAGE_KINDS - 1);
  r->reason = (enum alert_reason)small(stmt, 4, REASON_COUNT - 1);
  r->level = (enum level)small(stmt, 5, LEVEL_COUNT - 1);
  r->quiet = small(stmt, 6, 1) != 0;
  r->ambiguous = small(stmt, 7, 1) != 0;
  r->shrink = small(stmt, 8, 1) != 0;
  r->fell_back = small(stmt, 9, 1) != 0;
  r->attempts = (unsigned)sqlite3_column_int(stmt, 10);
  r->state = (enum row_state)small(stmt, 11, ROW_SUPERSEDED);
  r->created = sqlite3_column_int64(stmt, 12);
  r->not_before = sqlite3_column_int64(stmt, 13);
  db_text(stmt, 14, r->delivery_id, sizeof(r->delivery_id));
  db_text(stmt, 15, r->message_id, sizeof(r->message_id));
  db_text(stmt, 16, r->recipient, sizeof(r->recipient));
  db_text(stmt, 17, r->route, sizeof(r->route));
  db_text(stmt, 18, r->fallback_for, sizeof(r->fallback_for));
  db_text(stmt, 19, r->last_error, sizeof(r->last_error));
  db_text(stmt, 20, r->channel, sizeof(r->channel));
  db_text(stmt, 22, r->group_key, sizeof(r->group_key));
  r->group_due = sqlite3_column_int64(stmt, 23);
}

static int row_read_whole(struct store *s, sqlite3_stmt *stmt,
                          struct outbox_row *r) {
  int err = 0;

  if (!db_step(&s->db, stmt)) {
    db_done(stmt);
    return -ENOENT;
  }
  row_read(stmt, r);
  r->title = copy_text(stmt, 21);
  r->body = copy_text(stmt, 24);
  r->snapshot = copy_text(stmt, 25);
  db_done(stmt);
  if (r->title == NULL || r->body == NULL || r->snapshot == NULL) {
    outbox_row_free(r);
    err = -ENOMEM;
  }
  return err;
}

int store_outbox_next(struct store *s, const char *channel, int64_t now,
                      enum outbox_rows which, struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox o WHERE channel=?1"
      " AND state=" SQL_QUEUED
      " AND not_before<=?2 AND group_due<=?2 AND " AMONG " AND " NOTHING_BEFORE
      " ORDER BY place, id LIMIT 1";

  return row_read_whole(
      s, db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(now), db_i(which))),
      row);
}

size_t store_outbox_companions(struct store *s, const struct outbox_row *r,
                               int64_t now, int64_t *ids, size_t max) {
  static const char sql[] =
      "SELECT id FROM outbox o WHERE channel=?1 AND group_key=?2"
      " AND group_key!='' AND state=" SQL_QUEUED " AND not_before<=?3 AND"
      " group_due<=?3 AND (kind=" SQL_RESOLVED ")=?4 AND fell_back=?5 AND"
      " alert_id IS NOT NULL AND ambiguous=0 AND shrink=0 AND recipient=''"
      " AND " NOTHING_BEFORE " ORDER BY place, id LIMIT ?6";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql,
             DB_BIND(db_t(r->channel), db_t(r->group_key), db_i(now),
                     db_i(r->kind == MESSAGE_RESOLVED), db_i(r->fell_back),
                     db_i((int64_t)max)));
  size_t n = 0;

  while (n < max && db_step(&s->db, stmt))
    ids[n++] = sqlite3_column_int64(stmt, 0);
  db_done(stmt);
  return n;
}

int store_outbox_replaced(struct store *s, int64_t id) {
  static const char sql[] = "UPDATE outbox SET state=" SQL_SUPERSEDED
                            " WHERE id=? AND state=" SQL_QUEUED;

  return db_run(&s->db, sql, DB_BIND(db_i(id)));
}

int store_outbox_ungroup(struct store *s, const char *channel,
                         int64_t alert_id) {
  static const char sql[] =
      "UPDATE outbox SET group_key='', group_due=0 WHERE alert_id=?"
      " AND channel=? AND state=" SQL_QUEUED " AND group_key!=''";

  return db_run(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel)));
}

int store_outbox_next_test(struct store *s, const char *channel,
                           struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox WHERE channel=?1"
      " AND state=" SQL_QUEUED " AND kind=" SQL_TEST " ORDER BY id LIMIT 1";

  return row_read_whole(s, db_ask(&s->db, sql, DB_BIND(db_t(channel))), row);
}

int store_outbox_newest_open(struct store *s, const char *channel,
                             struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox WHERE channel=?1"
      " AND state=" SQL_QUEUED " AND kind=" SQL_OPEN " AND recipient=''"
      " AND ambiguous=0 AND alert_id IS NOT NULL"
      " ORDER BY place DESC, id DESC LIMIT 1";

  return row_read_whole(s, db_ask(&s->db, sql, DB_BIND(db_t(channel))), row);
}

int store_outbox_get(struct store *s, int64_t id, struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox WHERE id=?";

  return row_read_whole(s, db_ask(&s->db, sql, DB_BIND(db_i(id))), row);
}

int64_t store_outbox_due(struct store *s, const char *channel,
                         enum outbox_rows which) {
  static const char sql[] =
      "SELECT min(max(not_before,group_due,1)) FROM outbox o WHERE channel=?1 "
      "AND"
      " state=" SQL_QUEUED " AND " AMONG " AND " NOTHING_BEFORE;

  return db_number(
      &s->db, db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(0), db_i(which))),
      0);
}

int store_outbox_pending(struct store *s, const char *channel, int64_t alert_id,
                         int kind) {
  static const char sql[] =
      "SELECT count(*) + (SELECT count(*) FROM group_alert m JOIN outbox g"
      " ON g.id=m.row_id WHERE m.alert_id=?1 AND g.channel=?2 AND g.state "
      "IN " SQL_UNDERWAY " AND (?3=-1 OR ?3=g.kind OR ?3=" SQL_OPEN
      " AND g.kind!=" SQL_RESOLVED ")) FROM outbox WHERE"
      " alert_id=?1 AND channel=?2 AND state IN " SQL_UNDERWAY
      " AND (?3<0 OR kind=?3)";

  return (int)db_number(
      &s->db,
      db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel), db_i(kind))),
      0);
}

int store_outbox_supersede(struct store *s, const char *channel,
                           int64_t alert_id, int kind, int64_t except,
                           int64_t before) {
  static const char sql[] =
      "UPDATE outbox SET state=" SQL_SUPERSEDED
      " WHERE alert_id=?1 AND channel=?2 AND state=" SQL_QUEUED ""
      " AND (?3<0 OR kind=?3) AND id!=?4 AND (?5=0 OR id<?5) AND "
      "kind!=" SQL_CANCEL "";
  int err = db_run(&s->db, sql,
                   DB_BIND(db_i(alert_id), db_t(channel), db_i(kind),
                           db_i(except), db_i(before)));

  return err < 0 ? err : sqlite3_changes(s->db.handle);
}

int store_outbox_newer(struct store *s, const struct outbox_row *r, int kind) {
  static const char sql[] =
      "SELECT count(*) FROM outbox WHERE alert_id=?1 AND channel=?2 AND"
      " state=" SQL_QUEUED " AND kind!=" SQL_CANCEL
      " AND id>?3 AND (?4<0 OR kind=?4)";

  return (int)db_number(&s->db,
                        db_ask(&s->db, sql,
                               DB_BIND(db_i(r->alert_id), db_t(r->channel),
                                       db_i(r->id), db_i(kind))),
                        0);
}

bool store_outbox_doubtful(struct store *s, const char *channel,
                           int64_t alert_id) {
  static const char sql[] =
      "SELECT 1 FROM outbox WHERE alert_id=? AND"
      " channel=? AND ambiguous=1 AND kind!=" SQL_CANCEL " LIMIT 1";

  return db_number(&s->db,
                   db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel))),
                   0) != 0;
}

bool store_outbox_overtaken(struct store *s, const struct outbox_row *r) {
  static const char sql[] =
      "SELECT 1 FROM outbox WHERE alert_id=? AND channel=? AND place>?"
      " AND state=" SQL_SENT " AND kind!=" SQL_CANCEL
      " AND recipient='' LIMIT 1";

  return db_number(&s->db,
                   db_ask(&s->db, sql,
                          DB_BIND(db_i(r->alert_id), db_t(r->channel),
                                  db_i(r->place))),
                   0) != 0;
}

int store_outbox_hurry(struct store *s, const char *channel, int64_t id) {
  static const char sql[] = "UPDATE outbox SET not_before=0 WHERE channel=?1"
                            " AND state=" SQL_QUEUED " AND (?2=0 OR id=?2)";

  return db_run(&s->db, sql, DB_BIND(db_t(channel), db_i(id)));
}

int store_outbox_forget_waits(struct store *s, int64_t latest) {
  static const char sql[] =
      "UPDATE outbox SET not_before=0, group_due=0 WHERE state=" SQL_QUEUED
      " AND (not_before>?1 OR group_due>?1)";

  return db_run(&s->db, sql, DB_BIND(db_i(latest)));
}

bool store_outbox_has(struct store *s, const char *channel, int64_t alert_id,
                      enum message_kind kind, int64_t created) {
  static const char sql[] =
      "SELECT 1 FROM outbox WHERE alert_id=? AND channel=? AND kind=?"
      " AND created=? LIMIT 1";

  return db_number(&s->db,
                   db_ask(&s->db, sql,
                          DB_BIND(db_i(alert_id), db_t(channel), db_i(kind),
                                  db_i(created))),
                   0) != 0;
}

int store_outbox_recover(struct store *s) {
  static const char sql[] = "UPDATE outbox SET state=" SQL_QUEUED
                            ", ambiguous=1 WHERE state=" SQL_SENDING "";

  return db_run(&s->db, sql, DB_NOTHING);
}

static bool among(const unsigned char *name, const char *const *names,
                  size_t names_num) {
  for (size_t i = 0; name != NULL && i < names_num; i++)
    if (strcmp(names[i], (const char *)name) == 0)
      return true;
  return false;
}

int store_outbox_orphans(struct store *s, const char *const *names,
                         size_t names_num) {
  static const char find[] =
      "SELECT id, channel FROM outbox WHERE state IN " SQL_UNDERWAY
      " AND id>? ORDER BY id";
  static const char kill[] =
      "UPDATE outbox SET state=" SQL_DEAD ", last_error='the channel is no"
      " longer configured' WHERE id=?";
  int64_t id = 0;
  int gone = 0;

  for (;;) {
    sqlite3_stmt *stmt = db_ask(&s->db, find, DB_BIND(db_i(id)));
    bool known = true;
    int err;

    /* names are compared as they stand there: a damaged row may have a longer
     * one than any channel */
    while (known && db_step(&s->db, stmt)) {
      id = sqlite3_column_int64(stmt, 0);
      known = among(sqlite3_column_text(stmt, 1), names, names_num);
    }
    db_done(stmt);
    if (known)
      return gone;
    err = db_run(&s->db, kill, DB_BIND(db_i(id)));
    if (err < 0)
      return err;
    gone++;
  }
}

size_t store_outbox_overdue(struct store *s, const char *channel,
                            int64_t created_before, int level, int64_t *ids,
                            size_t max) {
  static const char sql[] =
      "SELECT id FROM outbox WHERE channel=? AND state=" SQL_QUEUED
      " AND fell_back=0"
      " AND fallback_for='' AND kind!=" SQL_CANCEL
      " AND max(created, group_due)<=? AND level>=?"
      " ORDER BY place, id LIMIT ?";
  sqlite3_stmt *stmt = db_ask(&s->db, sql,
                              DB_BIND(db_t(channel), db_i(created_before),
                                      db_i(level), db_i((int64_t)max)));
  size_t n = 0;

  while (n < max && db_step(&s->db, stmt))
    ids[n++] = sqlite3_column_int64(stmt, 0);
  db_done(stmt);
  return n;
}

int64_t store_outbox_count(struct store *s, const char *channel,
                           int64_t *oldest) {
  static const char one[] =
      "SELECT count(*), ifnull(min(created),0)"
      " FROM outbox WHERE channel=? AND state IN " SQL_UNDERWAY "";
  static const char all[] = "SELECT count(*), ifnull(min(created),0)"
                            " FROM outbox WHERE state IN " SQL_UNDERWAY "";
  sqlite3_stmt *stmt = channel != NULL
                           ? db_ask(&s->db, one, DB_BIND(db_t(channel)))
                           : db_ask(&s->db, all, DB_NOTHING);
  int64_t count = 0;

  *oldest = 0;
  if (db_step(&s->db, stmt)) {
    count = sqlite3_column_int64(stmt, 0);
    *oldest = sqlite3_column_int64(stmt, 1);
  }
  db_done(stmt);
  return count;
}

int64_t store_outbox_oldest(struct store *s, enum level level, char *channel) {
  static const char sql[] =
      "SELECT created, channel FROM outbox WHERE state IN " SQL_UNDERWAY
      " AND kind<" SQL_TEST " AND level>=? ORDER BY created LIMIT 1";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_i(level)));
  int64_t created = 0;

  channel[0] = '\0';
  if (db_step(&s->db, stmt)) {
    created = sqlite3_column_int64(stmt, 0);
    snprintf(channel, STORE_NAME_SIZE, "%s",
             (const char *)sqlite3_column_text(stmt, 1));
  }
  db_done(stmt);
  return created;
}

int store_outbox_evict(struct store *s, const char *channel, int max) {
  static const char sql[] =
      "UPDATE outbox SET state=" SQL_SUPERSEDED
      " WHERE id IN (SELECT id FROM outbox o WHERE"
      " channel=?1 AND state=" SQL_QUEUED " AND kind<" SQL_TEST
      " AND NOT (ambiguous=1 AND kind=" SQL_OPEN ")" /* its end is owed, */
      " AND NOT (ambiguous=1 AND kind=" SQL_NOTE ")" /* or is this */
      " AND reason!=" SQL_DIGEST /* it counts what it stands for, as does */
      " AND NOT (alert_id IS NULL AND group_key!='')" /* a group */
      " AND (kind=" SQL_REPEAT " OR (kind!=" SQL_RESOLVED
      " AND level<" SQL_CRITICAL ")"
      " OR (kind=" SQL_RESOLVED " AND NOT EXISTS(SELECT 1 FROM told t WHERE"
      " t.alert_id=o.alert_id AND t.channel=?1 AND t.announced=1) AND NOT"
      " EXISTS(SELECT 1 FROM outbox p WHERE p.alert_id=o.alert_id AND"
      " p.channel=?1 AND p.kind=" SQL_OPEN " AND p.state IN " SQL_UNDERWAY ")"
      " AND NOT EXISTS(SELECT 1 FROM group_alert m JOIN outbox p"
      " ON p.id=m.row_id WHERE m.alert_id=o.alert_id AND p.channel=?1"
      " AND p.state IN " SQL_UNDERWAY ")))"
      " ORDER BY kind!=" SQL_REPEAT ", level!=" SQL_INFO ", kind!=" SQL_RESOLVED
      ", place LIMIT ?2)";
  int err = db_run(&s->db, sql, DB_BIND(db_t(channel), db_i((int64_t)max)));

  return err < 0 ? err : sqlite3_changes(s->db.handle);
}

int store_outbox_each(struct store *s, size_t max, store_row_fn *each,
                      void *arg) {
  static const char sql[] = "SELECT " COLUMNS " FROM outbox WHERE state IN"
                            " (" SQL_QUEUED "," SQL_SENDING "," SQL_DEAD
                            ") ORDER BY state, place, id LIMIT ?";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_i((int64_t)max)));
  struct outbox_row row;

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    row_read(stmt, &row);
    row.title = copy_text(stmt, 21);
    if (row.title != NULL)
      each(arg, &row);
    free(row.title);
  }
  db_done(stmt);
  return 0;
}
