/* SPDX-License-Identifier: MIT */
/* Several alerts in one message: see deliver_group.h. */
#include <config.h>

#include "alert/deliver/deliver_group.h"

#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "alert/state/route_key.h"
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
                 const char *what, int64_t now, struct alert *a) {
  alert_init(a);
  a->class = ALERT_EVENT;
  a->level = g->level > LEVEL_OK ? g->level : LEVEL_INFO;
  a->severity = g->level > LEVEL_OK ? SEVERITY_FAILURE : SEVERITY_OKAY;
  a->state = ALERT_FIRING;
  a->sequence = 1;
  a->reason = REASON_DIGEST;
  a->since = g->since;
  a->seen = a->time = now;
  snprintf(a->host, sizeof(a->host), "%.127s", d->hooks.collectd_host);
  snprintf(a->device, sizeof(a->device), "%.127s", d->hooks.collectd_host);
  snprintf(a->plugin, sizeof(a->plugin), "notify_kasa");
  snprintf(a->type, sizeof(a->type), "digest");
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

static void add_members(struct deliver *d, const struct gathering *g,
                        const struct outbox_row *row, int64_t now) {
  for (size_t i = 0; i < g->all_num; i++) {
    const struct gathered_alert *m = &g->all[i];
    char route[STORE_NAME_SIZE] = "";

    store_history_add(d->store, now, m->id, "in a digest", row->channel, "");
    if (m->over) /* no end is owed of what is told as over */
      continue;
    if (m->route >= 0)
      route_key(d->config, m->route, route, sizeof(route));
    deliver_complain(store_group_add(d->store, row->id, m->id, route),
                     "a digest's alert was not recorded");
  }
}

int gathering_send(struct deliver *d, int channel, const struct gathering *g,
                   const char *what, int64_t now) {
  struct alert a;
  struct outbox_row row = {.kind = MESSAGE_NOTE,
                           .reason = REASON_DIGEST,
                           .place = g->place,
                           .created = now};
  int err;

  fill(d, g, what, now, &a);
  row.level = a.level;
  snprintf(row.channel, sizeof(row.channel), "%s",
           d->channels[channel].config->name);
  deliver_new_ids(d, &a, &row);
  row.snapshot = snapshot_of(g, &a);
  row.title = strdup(what);
  err = row.snapshot != NULL && row.title != NULL
            ? deliver_add(d, channel, &row)
            : -ENOMEM;
  if (err == 0)
    add_members(d, g, &row, now);
  outbox_row_free(&row);
  return err;
}
