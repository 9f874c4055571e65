/* SPDX-License-Identifier: MIT */
/* See store_event.h. */
#include <config.h>

#include "alert/store/store_event.h"

#include "alert/store/store_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Metadata as one text: "key TAB value LF ...". Both are a stranger's; what
 * parts them here is a control character that classifying would drop. */
static void meta_join(const struct event *ev, char *out, size_t size) {
  size_t used = 0;

  out[0] = '\0';
  for (int i = 0; i < ALERT_META_MAX && used < size; i++)
    if (ev->meta[i].key[0] != '\0')
      used += (size_t)snprintf(
          out + used, size - used, "%.*s\t%.*s\n",
          (int)sizeof(ev->meta[i].key) - 1, ev->meta[i].key,
          (int)sizeof(ev->meta[i].value) - 1, ev->meta[i].value);
}

static void meta_part(const char *text, struct event *ev) {
  for (int i = 0; i < ALERT_META_MAX && *text != '\0'; i++) {
    size_t line = strcspn(text, "\n");
    size_t key = strcspn(text, "\t\n");
    size_t value = key < line ? line - key - 1 : 0;

    snprintf(ev->meta[i].key, sizeof(ev->meta[i].key), "%.*s", (int)key, text);
    snprintf(ev->meta[i].value, sizeof(ev->meta[i].value), "%.*s", (int)value,
             text + (key < line ? key + 1 : key));
    text += line + (text[line] != '\0');
  }
}

int store_event_add(struct store *s, const struct event *ev) {
  static const char sql[] =
      "INSERT INTO event(severity, time, host, plugin, pi, type, ti, text, key,"
      " has_value, value, warning_min, warning_max, failure_min, failure_max,"
      " ds, meta, forwarded) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
  char meta[ALERT_META_MAX * (48 + ALERT_NAME_SIZE + 2) + 1];

  meta_join(ev, meta, sizeof(meta));
  return db_run(&s->db, sql,
                DB_BIND(db_i(ev->severity), db_i(ev->time), db_t(ev->host),
                        db_t(ev->plugin), db_t(ev->plugin_instance),
                        db_t(ev->type), db_t(ev->type_instance), db_t(ev->text),
                        db_t(ev->key), db_i(ev->has_value), db_d(ev->value),
                        db_d(ev->warning_min), db_d(ev->warning_max),
                        db_d(ev->failure_min), db_d(ev->failure_max),
                        db_t(ev->data_source), db_t(meta),
                        db_i(ev->forwarded)));
}

static double real(sqlite3_stmt *stmt, int column) {
  return sqlite3_column_type(stmt, column) == SQLITE_NULL
             ? NAN
             : sqlite3_column_double(stmt, column);
}

static void event_read(sqlite3_stmt *stmt, struct event *ev) {
  const unsigned char *meta = sqlite3_column_text(stmt, 17);
  int severity = sqlite3_column_int(stmt, 1);

  event_init(ev);
  ev->severity = severity > 0 && severity <= SEVERITY_FAILURE
                     ? (enum severity)severity
                     : SEVERITY_NONE;
  if (severity == SEVERITY_OKAY)
    ev->severity = SEVERITY_OKAY;
  ev->time = sqlite3_column_int64(stmt, 2);
  db_text(stmt, 3, ev->host, sizeof(ev->host));
  db_text(stmt, 4, ev->plugin, sizeof(ev->plugin));
  db_text(stmt, 5, ev->plugin_instance, sizeof(ev->plugin_instance));
  db_text(stmt, 6, ev->type, sizeof(ev->type));
  db_text(stmt, 7, ev->type_instance, sizeof(ev->type_instance));
  db_text(stmt, 8, ev->text, sizeof(ev->text));
  db_text(stmt, 9, ev->key, sizeof(ev->key));
  ev->has_value = sqlite3_column_int(stmt, 10) != 0;
  ev->value = real(stmt, 11);
  ev->warning_min = real(stmt, 12);
  ev->warning_max = real(stmt, 13);
  ev->failure_min = real(stmt, 14);
  ev->failure_max = real(stmt, 15);
  db_text(stmt, 16, ev->data_source, sizeof(ev->data_source));
  meta_part(meta != NULL ? (const char *)meta : "", ev);
  ev->forwarded = sqlite3_column_int(stmt, 18) != 0;
}

size_t store_event_take(struct store *s, struct event *out, size_t max) {
  static const char get[] =
      "SELECT id, severity, time, host, plugin, pi, type, ti, text, key,"
      " has_value, value, warning_min, warning_max, failure_min, failure_max,"
      " ds, meta, forwarded FROM event ORDER BY id LIMIT ?";
  static const char drop[] = "DELETE FROM event WHERE id<=?";
  sqlite3_stmt *stmt = db_ask(&s->db, get, DB_BIND(db_i((int64_t)max)));
  int64_t last = 0;
  size_t n = 0;

  while (n < max && db_step(&s->db, stmt)) {
    event_read(stmt, &out[n++]);
    last = sqlite3_column_int64(stmt, 0);
  }
  db_done(stmt);
  if (n > 0 && db_run(&s->db, drop, DB_BIND(db_i(last))) < 0)
    return 0; /* rather again than twice */
  return n;
}
