/* SPDX-License-Identifier: MIT */
/* The queue of messages, a row each: see store.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include <errno.h>
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
      " extra, last_error) VALUES"
      "(?,nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
  static const char place[] = "UPDATE outbox SET place=id WHERE id=?";
  int err = db_run(s, sql, "tiiiiiiiittiiiiittttttt", r->channel, r->alert_id,
                   (int64_t)r->kind, (int64_t)r->reason, r->place, r->created,
                   r->not_before, (int64_t)r->attempts, (int64_t)r->state,
                   r->delivery_id, r->message_id, (int64_t)r->ambiguous,
                   (int64_t)r->shrink, (int64_t)r->quiet, (int64_t)r->fell_back,
                   (int64_t)r->level, r->route, r->recipient, r->fallback_for,
                   r->title, r->body, r->snapshot, r->last_error);

  if (err < 0)
    return err;
  r->id = sqlite3_last_insert_rowid(s->db);
  if (r->place != 0)
    return 0;
  r->place = r->id;
  return db_run(s, place, "i", r->id);
}

int store_outbox_save(struct store *s, const struct outbox_row *r) {
  static const char sql[] =
      "UPDATE outbox SET kind=?, reason=?, not_before=?, attempts=?, state=?,"
      " delivery_id=?, msg_id=?, ambiguous=?, shrink=?, quiet=?, fell_back=?,"
      " level=?, title=?, body=?, extra=?, last_error=? WHERE id=?";

  return db_run(s, sql,
                "iiiiittiiiiittt"
                "ti",
                (int64_t)r->kind, (int64_t)r->reason, r->not_before,
                (int64_t)r->attempts, (int64_t)r->state, r->delivery_id,
                r->message_id, (int64_t)r->ambiguous, (int64_t)r->shrink,
                (int64_t)r->quiet, (int64_t)r->fell_back, (int64_t)r->level,
                r->title, r->body, r->snapshot, r->last_error, r->id);
}

#define COLUMNS                                                                \
  "id, place, ifnull(alert_id,0), kind, reason, level, quiet, ambiguous,"      \
  " shrink, fell_back, attempts, state, created, not_before, delivery_id,"     \
  " msg_id, recipient, route, fallback_for, last_error, channel, title"

/* FIFO per alert: of row o, in channel ?1, no older one is still underway;
 * rows for single recipients of one message do not wait for one another, and
 * once such a row has been put off it holds up nobody but its recipient. */
#define NOTHING_BEFORE                                                         \
  "NOT EXISTS(SELECT 1 FROM outbox e WHERE e.alert_id=o.alert_id AND"          \
  " e.channel=?1 AND e.state IN (0,1) AND (e.place<o.place OR"                 \
  " e.place=o.place AND e.id<o.id) AND NOT (e.recipient!=o.recipient AND"      \
  " (e.place=o.place OR e.recipient!='' AND e.attempts>0 AND e.state=0)))"

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
}

static int row_read_whole(struct store *s, sqlite3_stmt *stmt,
                          struct outbox_row *r) {
  int err = 0;

  if (!db_step(s, stmt)) {
    db_done(stmt);
    return -ENOENT;
  }
  row_read(stmt, r);
  r->title = copy_text(stmt, 21);
  r->body = copy_text(stmt, 22);
  r->snapshot = copy_text(stmt, 23);
  db_done(stmt);
  if (r->title == NULL || r->body == NULL || r->snapshot == NULL) {
    outbox_row_free(r);
    err = -ENOMEM;
  }
  return err;
}

int store_outbox_next(struct store *s, const char *channel, int64_t now,
                      struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox o WHERE channel=?1"
      " AND state=0 AND not_before<=?2 AND " NOTHING_BEFORE
      " ORDER BY place, id LIMIT 1";

  return row_read_whole(s, db_ask(s, sql, "ti", channel, now), row);
}

int store_outbox_get(struct store *s, int64_t id, struct outbox_row *row) {
  static const char sql[] =
      "SELECT " COLUMNS ", body, extra FROM outbox WHERE id=?";

  return row_read_whole(s, db_ask(s, sql, "i", id), row);
}

int64_t store_outbox_due(struct store *s, const char *channel) {
  static const char sql[] =
      "SELECT min(max(not_before,1)) FROM outbox o WHERE channel=?1 AND"
      " state=0 AND " NOTHING_BEFORE;

  return db_number(s, db_ask(s, sql, "t", channel), 0);
}

int store_outbox_pending(struct store *s, const char *channel, int64_t alert_id,
                         int kind) {
  static const char sql[] =
      "SELECT count(*) FROM outbox WHERE alert_id=?1 AND channel=?2"
      " AND state IN (0,1) AND (?3<0 OR kind=?3)";

  return (int)db_number(
      s, db_ask(s, sql, "iti", alert_id, channel, (int64_t)kind), 0);
}

int store_outbox_supersede(struct store *s, const char *channel,
                           int64_t alert_id, int kind, int64_t except,
                           int64_t before) {
  static const char sql[] =
      "UPDATE outbox SET state=4 WHERE alert_id=?1 AND channel=?2 AND state=0"
      " AND (?3<0 OR kind=?3) AND id!=?4 AND (?5=0 OR id<?5) AND kind!=7";
  int err =
      db_run(s, sql, "itiii", alert_id, channel, (int64_t)kind, except, before);

  return err < 0 ? err : sqlite3_changes(s->db);
}

int store_outbox_newer(struct store *s, const struct outbox_row *r, int kind) {
  static const char sql[] =
      "SELECT count(*) FROM outbox WHERE alert_id=?1 AND channel=?2 AND"
      " state=0 AND kind!=7 AND id>?3 AND (?4<0 OR kind=?4)";

  return (int)db_number(
      s, db_ask(s, sql, "itii", r->alert_id, r->channel, r->id, (int64_t)kind),
      0);
}

bool store_outbox_doubtful(struct store *s, const char *channel,
                           int64_t alert_id) {
  static const char sql[] = "SELECT 1 FROM outbox WHERE alert_id=? AND"
                            " channel=? AND ambiguous=1 AND kind!=7 LIMIT 1";

  return db_number(s, db_ask(s, sql, "it", alert_id, channel), 0) != 0;
}

bool store_outbox_overtaken(struct store *s, const struct outbox_row *r) {
  static const char sql[] =
      "SELECT 1 FROM outbox WHERE alert_id=? AND channel=? AND place>?"
      " AND state=2 AND kind!=7 AND recipient='' LIMIT 1";

  return db_number(s, db_ask(s, sql, "iti", r->alert_id, r->channel, r->place),
                   0) != 0;
}

int store_outbox_hurry(struct store *s, const char *channel, int64_t id) {
  static const char sql[] = "UPDATE outbox SET not_before=0 WHERE channel=?1"
                            " AND state=0 AND (?2=0 OR id=?2)";

  return db_run(s, sql, "ti", channel, id);
}

bool store_outbox_has(struct store *s, const char *channel, int64_t alert_id,
                      enum message_kind kind, int64_t created) {
  static const char sql[] =
      "SELECT 1 FROM outbox WHERE alert_id=? AND channel=? AND kind=?"
      " AND created=? LIMIT 1";

  return db_number(
             s,
             db_ask(s, sql, "itii", alert_id, channel, (int64_t)kind, created),
             0) != 0;
}

int store_outbox_recover(struct store *s) {
  static const char sql[] =
      "UPDATE outbox SET state=0, ambiguous=1 WHERE state=1";

  return db_run(s, sql, "");
}

int store_outbox_orphans(struct store *s, const char *const *names,
                         size_t names_num) {
  static const char find[] =
      "SELECT channel FROM outbox WHERE state IN (0,1) AND channel>?1"
      " ORDER BY channel LIMIT 1";
  static const char kill[] =
      "UPDATE outbox SET state=3, last_error='the channel is no longer"
      " configured' WHERE channel=? AND state IN (0,1)";
  char channel[64] = "";
  int gone = 0;

  for (;;) {
    sqlite3_stmt *stmt = db_ask(s, find, "t", channel);
    bool more = db_step(s, stmt);
    bool known = false;

    if (more)
      db_text(stmt, 0, channel, sizeof(channel));
    db_done(stmt);
    if (!more)
      return gone;
    for (size_t i = 0; i < names_num; i++)
      known = known || strcmp(names[i], channel) == 0;
    if (known)
      continue;
    int err = db_run(s, kill, "t", channel);
    if (err < 0)
      return err;
    gone += sqlite3_changes(s->db);
  }
}

size_t store_outbox_overdue(struct store *s, const char *channel,
                            int64_t created_before, int level, int64_t *ids,
                            size_t max) {
  static const char sql[] =
      "SELECT id FROM outbox WHERE channel=? AND state=0 AND fell_back=0"
      " AND fallback_for='' AND kind!=7 AND created<=? AND level>=?"
      " ORDER BY place, id LIMIT ?";
  sqlite3_stmt *stmt = db_ask(s, sql, "tiii", channel, created_before,
                              (int64_t)level, (int64_t)max);
  size_t n = 0;

  while (n < max && db_step(s, stmt))
    ids[n++] = sqlite3_column_int64(stmt, 0);
  db_done(stmt);
  return n;
}

int64_t store_outbox_count(struct store *s, const char *channel,
                           int64_t *oldest) {
  static const char one[] = "SELECT count(*), ifnull(min(created),0)"
                            " FROM outbox WHERE channel=? AND state<=1";
  static const char all[] = "SELECT count(*), ifnull(min(created),0)"
                            " FROM outbox WHERE state IN (0,1)";
  sqlite3_stmt *stmt =
      channel != NULL ? db_ask(s, one, "t", channel) : db_ask(s, all, "");
  int64_t count = 0;

  *oldest = 0;
  if (db_step(s, stmt)) {
    count = sqlite3_column_int64(stmt, 0);
    *oldest = sqlite3_column_int64(stmt, 1);
  }
  db_done(stmt);
  return count;
}

int store_outbox_evict(struct store *s, const char *channel, int max) {
  /* kind 2 repeat, 3 resolved, 6 test, 7 cancel; level 1 info, 4 critical */
  static const char sql[] =
      "UPDATE outbox SET state=4 WHERE id IN (SELECT id FROM outbox o WHERE"
      " channel=?1 AND state=0 AND kind<6 AND (kind=2 OR (kind!=3 AND level<4)"
      " OR (kind=3 AND NOT EXISTS(SELECT 1 FROM told t WHERE"
      " t.alert_id=o.alert_id AND t.channel=?1 AND t.announced=1) AND NOT"
      " EXISTS(SELECT 1 FROM outbox p WHERE p.alert_id=o.alert_id AND"
      " p.channel=?1 AND p.kind=0 AND p.state<=1)))"
      " ORDER BY kind!=2, level!=1, kind!=3, place LIMIT ?2)";
  int err = db_run(s, sql, "ti", channel, (int64_t)max);

  return err < 0 ? err : sqlite3_changes(s->db);
}

int store_outbox_each(struct store *s, size_t max, store_row_fn *each,
                      void *arg) {
  static const char sql[] = "SELECT " COLUMNS " FROM outbox WHERE state IN"
                            " (0,1,3) ORDER BY state, place, id LIMIT ?";
  sqlite3_stmt *stmt = db_ask(s, sql, "i", (int64_t)max);
  struct outbox_row row;

  if (stmt == NULL)
    return -EIO;
  while (db_step(s, stmt)) {
    row_read(stmt, &row);
    row.title = copy_text(stmt, 21);
    if (row.title != NULL)
      each(arg, &row);
    free(row.title);
  }
  db_done(stmt);
  return 0;
}
