/* SPDX-License-Identifier: MIT */
/* Several alerts in one message: see deliver_group.h. */
#include <config.h>

#include "alert/deliver/deliver_group.h"

#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "alert/state/alert_build.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_group.h"
#include "alert/store/store_history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Open before over, then by level, then the older one. */
static bool worse(const struct alert *a, const struct alert *b) {
  bool a_over = a->state >= ALERT_RESOLVED;
  bool b_over = b->state >= ALERT_RESOLVED;

  if (a_over != b_over)
    return b_over;
  if (a->level != b->level)
    return a->level > b->level;
  return a->since < b->since;
}

static void count(struct gathering *g, const struct alert *a) {
  struct message_group *n = &g->counts;

  n->total++;
  n->by_level = g->by_level;
  if (a->level > g->was)
    g->was = a->level;
  if (a->state >= ALERT_RESOLVED) {
    n->recovered++;
    return;
  }
  if (a->level > g->level)
    g->level = a->level;
  n->levels[a->level]++;
  if (a->level <= LEVEL_WARNING)
    n->warnings++;
  else
    n->failures++;
  if (a->class == ALERT_MISSING)
    n->offline++;
}

int gathering_add(struct gathering *g, const struct alert *a, bool over,
                  int route) {
  struct gathered_alert *grown;
  size_t most = g->list_max > 0 ? g->list_max : MESSAGE_GROUP_LISTED;
  size_t listed = g->counts.alerts_num;
  size_t at = listed;

  if (g->all_num % 64 == 0) {
    grown = realloc(g->all, (g->all_num + 64) * sizeof(*grown));
    if (grown == NULL)
      return -ENOMEM;
    g->all = grown;
  }
  g->all[g->all_num++] = (struct gathered_alert){a->id, route, over};
  count(g, a);
  if (g->since == 0 || a->since < g->since)
    g->since = a->since;
  while (at > 0 && worse(a, &g->worst[at - 1]))
    at--;
  if (at == most)
    return 0;
  if (listed < most)
    g->counts.alerts_num = ++listed;
  memmove(&g->worst[at + 1], &g->worst[at],
          (listed - 1 - at) * sizeof(g->worst[0]));
  g->worst[at] = *a;
  g->worst[at].members = NULL;
  g->worst[at].members_listed = 0;
  return 0;
}

void gathering_free(struct gathering *g) {
  free(g->all);
  memset(g, 0, sizeof(*g));
}

/* The message as a whole is about this machine. */
static void fill(const struct deliver *d, const struct gathering *g,
                 enum alert_reason reason, const char *what, int64_t now,
                 struct alert *a) {
  alert_init(a);
  a->class = ALERT_EVENT;
  a->level = g->level > LEVEL_OK ? g->level : LEVEL_INFO;
  a->severity = g->level > LEVEL_OK ? SEVERITY_FAILURE : SEVERITY_OKAY;
  a->state = ALERT_FIRING;
  a->sequence = 1;
  a->reason = reason;
  a->since = g->since;
  a->seen = a->time = now;
  if (reason == REASON_GROUP_OVER) {
    a->level = g->was;
    a->state = ALERT_RESOLVED;
    a->resolved_at = now;
  }
  snprintf(a->host, sizeof(a->host), "%.127s", d->hooks.collectd_host);
  snprintf(a->device, sizeof(a->device), "%.127s", d->hooks.collectd_host);
  snprintf(a->plugin, sizeof(a->plugin), "notify_kasa");
  snprintf(a->type, sizeof(a->type),
           reason == REASON_DIGEST ? "digest" : "group");
  snprintf(a->text, sizeof(a->text), "%s", what);
  event_fingerprint(ALERT_EVENT, a->host, a->plugin, "", a->type, "", "",
                    a->fingerprint);
  snprintf(a->episode, sizeof(a->episode), "%s-%" PRId64, a->fingerprint,
           now / 1000);
}

static cJSON *levels_of(const struct message_group *n) {
  cJSON *list = cJSON_CreateArray();

  for (int l = 0; l < LEVEL_COUNT; l++)
    cJSON_AddItemToArray(list, cJSON_CreateNumber(n->levels[l]));
  return list;
}

static char *snapshot_of(const struct gathering *g, const struct alert *a) {
  const struct message_group *n = &g->counts;
  cJSON *object = alert_json_object(a);
  cJSON *group = cJSON_AddObjectToObject(object, "group");
  cJSON *list = cJSON_AddArrayToObject(group, "alerts");
  char *text;

  cJSON_AddNumberToObject(group, "total", n->total);
  cJSON_AddNumberToObject(group, "warnings", n->warnings);
  cJSON_AddNumberToObject(group, "failures", n->failures);
  cJSON_AddNumberToObject(group, "offline", n->offline);
  cJSON_AddNumberToObject(group, "recovered", n->recovered);
  if (n->by_level)
    cJSON_AddItemToObject(group, "levels", levels_of(n));
  for (size_t i = 0; i < n->alerts_num; i++)
    cJSON_AddItemToArray(list, alert_json_object(&g->worst[i]));
  text = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  cJSON_Delete(object);
  return text;
}

int gathering_compose(struct deliver *d, const struct gathering *g,
                      enum alert_reason reason, const char *what, int64_t now,
                      struct outbox_row *row) {
  struct alert a;
  char *snapshot;
  char *title;

  fill(d, g, reason, what, now, &a);
  snapshot = snapshot_of(g, &a);
  if (reason == REASON_DIGEST)
    title = strdup(what);
  else if (asprintf(&title, "%s%u alerts%s%s",
                    reason == REASON_GROUP_OVER    ? "OK: "
                    : reason == REASON_GROUP_STILL ? "Still: "
                                                   : "",
                    g->counts.total, what[0] != '\0' ? " " : "", what) < 0)
    title = NULL;
  if (snapshot == NULL || title == NULL) {
    free(snapshot);
    free(title);
    return -ENOMEM;
  }
  free(row->snapshot);
  free(row->title);
  row->snapshot = snapshot;
  row->title = title;
  row->reason = reason;
  row->level = reason == REASON_GROUP_OVER ? LEVEL_OK : a.level;
  deliver_new_ids(d, &a, row);
  return 0;
}

void gathering_record(struct deliver *d, const struct gathering *g,
                      const struct outbox_row *row) {
  for (size_t i = 0; i < g->all_num; i++) {
    const struct gathered_alert *m = &g->all[i];
    char route[STORE_NAME_SIZE] = "";

    if (m->route >= 0)
      route_key(d->config, m->route, route, sizeof(route));
    deliver_complain(store_group_add(d->store, row->id, m->id, route, m->over),
                     "an alert of a message about several was not recorded");
  }
}

int gathering_send(struct deliver *d, int channel, const struct gathering *g,
                   const char *what, int64_t now) {
  struct outbox_row row = {
      .kind = MESSAGE_NOTE, .place = g->place, .created = now};
  int err = gathering_compose(d, g, REASON_DIGEST, what, now, &row);

  if (err == 0)
    err = deliver_add(d, channel, &row);
  if (err == 0)
    gathering_record(d, g, &row);
  for (size_t i = 0; err == 0 && i < g->all_num; i++)
    store_history_add(d->store, now, g->all[i].id, "in a digest", row.channel,
                      "");
  outbox_row_free(&row);
  return err;
}

/* -- read again ------------------------------------------------------------ */

enum { SLICE = 100 };

struct slice {
  struct {
    int64_t id;
    char route[STORE_NAME_SIZE];
    bool over;
  } members[SLICE];
  size_t num;
};

static void keep(void *arg, int64_t alert_id, const char *route, bool over) {
  struct slice *s = arg;

  if (s->num == SLICE)
    return;
  s->members[s->num].id = alert_id;
  s->members[s->num].over = over;
  snprintf(s->members[s->num++].route, STORE_NAME_SIZE, "%s", route);
}

void deliver_group_each(struct deliver *d, int64_t row_id,
                        group_member_fn *each, void *arg) {
  struct slice *s = calloc(1, sizeof(*s));
  int64_t after = 0;

  while (s != NULL) {
    s->num = 0;
    store_group_each(d->store, row_id, after, SLICE, keep, s);
    for (size_t i = 0; i < s->num; i++) {
      after = s->members[i].id;
      each(d, arg, after, s->members[i].route, s->members[i].over);
    }
    if (s->num < SLICE)
      break;
  }
  free(s);
}

/* -- told to others, later --------------------------------------------------
 */

static void gather_again(struct deliver *d, void *arg, int64_t alert_id,
                         const char *route, bool over) {
  const struct open_alert *e = alert_table_find_id(d->facts.open, alert_id);
  struct open_alert closed = {.explains = NULL};

  if (e == NULL && store_alert_get(d->store, alert_id, &closed.a) < 0)
    return;
  if (e == NULL) {
    open_alert_names(d->config, &closed);
    e = &closed;
  }
  deliver_complain(gathering_add(arg, &e->a,
                                 over || e->a.state >= ALERT_RESOLVED,
                                 route_by_key(d->config, route)),
                   "an alert is missing in a message about several");
}

void gathering_of(struct deliver *d, const struct outbox_row *row,
                  struct gathering *g) {
  cJSON *object = cJSON_Parse(row->snapshot);
  const cJSON *group = cJSON_GetObjectItemCaseSensitive(object, "group");

  *g = (struct gathering){.by_level = cJSON_HasObjectItem(group, "levels")};
  if (g->by_level)
    g->list_max = RATE_WORST;
  cJSON_Delete(object);
  if (d->facts.open != NULL)
    deliver_group_each(d, row->id, gather_again, g);
}

/* -- the thread of what was told ------------------------------------------- */

struct thread {
  const char *channel;
  struct notification_log *told;
  bool some, differ;
};

static void compare(struct deliver *d, void *arg, int64_t alert_id,
                    const char *route, bool over) {
  struct thread *t = arg;
  struct notification_log told;

  (void)route;
  (void)over;
  store_notification_log_get(d->store, alert_id, t->channel, &told);
  if (!t->some)
    *t->told = told;
  else if (strcmp(told.thread_root, t->told->thread_root) != 0)
    t->differ = true;
  t->some = true;
}

void deliver_group_thread(struct deliver *d, const struct outbox_row *row,
                          struct notification_log *thread) {
  struct thread t = {.channel = row->channel, .told = thread};

  memset(thread, 0, sizeof(*thread));
  deliver_group_each(d, row->id, compare, &t);
  if (t.differ)
    memset(thread, 0, sizeof(*thread));
}
