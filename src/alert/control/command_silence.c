/* SPDX-License-Identifier: MIT */
/* Silences and maintenance on the control socket: see command_silence.h. */
#include <config.h>

#include "alert/control/command_silence.h"

#include "alert/control/command_unknown_name.h"
#include "alert/policy/policy.h"
#include "alert/policy/silence.h"
#include "alert/store/store_held.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_S 86400.0
#define LONGEST_S (30 * DAY_S) /* unless it is forced */
#define LONGEST_FORCED_S (3660 * DAY_S)

static unsigned concerned(struct command *c,
                          const struct alert_matchers *match) {
  const struct alert_table *all = state_open_alerts(alert_core_state(c->core));
  unsigned n = 0;

  for (const struct open_alert *e = all->first; e != NULL; e = e->next)
    n += matchers_take(match, &e->a) ? 1U : 0U;
  return n;
}

static bool flag(const struct command *c, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c->request, name));
}

/* Its beginning and end from the request: NULL, or what is wrong. */
static cJSON *fill_times(const struct command *c, struct silence *s) {
  double now = (double)alert_core_now(c->core) / 1000;
  double for_s = command_number(c, "for", 0);
  double until = command_number(c, "until", 0);
  double most = flag(c, "force") ? LONGEST_FORCED_S : LONGEST_S;
  double end = for_s > 0 ? now + for_s : until;

  s->until_resolved = flag(c, "until_resolved");
  s->starts = alert_core_now(c->core);
  if (end == 0 && s->until_resolved)
    end = now + LONGEST_S;
  if (end == 0)
    return command_error("a silence needs an end: for, until or "
                         "until_resolved");
  if (!(end > now))
    return command_error("that moment is over");
  if (end - now > most)
    return command_error("that is longer than 30 days; --force if it is "
                         "meant");
  s->ends = (int64_t)(end * 1000);
  return NULL;
}

cJSON *command_silence_add(struct command *c) {
  const cJSON *match = cJSON_GetObjectItemCaseSensitive(c->request, "match");
  struct silence s = {0};
  char why[200] = "";
  char note[300];
  const char *by = command_text(c, "by");
  const char *comment = command_text(c, "comment");
  cJSON *answer;
  unsigned open;
  int64_t id;

  if (!cJSON_IsObject(match))
    return command_error("expected what it is about, such as a device");
  if (silence_matchers(match, &s.match, why, sizeof(why)) < 0)
    return command_error("%s", why);
  text_clean(by, strlen(by), s.by, sizeof(s.by));
  text_clean(comment, strlen(comment), s.comment, sizeof(s.comment));
  answer = fill_times(c, &s);
  open = concerned(c, &s.match);
  command_unknown_device(c, &s.match, note, sizeof(note));
  if (answer == NULL && !matchers_any(&s.match) && !flag(c, "force"))
    answer = command_error("that would silence everything; --force if it is "
                           "meant");
  if (answer == NULL && s.until_resolved && open == 0)
    answer = command_error("no open alert is meant by that: there is nothing "
                           "to wait for");
  id = answer == NULL ? alert_core_silence(c->core, &s) : 0;
  if (answer == NULL && id < 0)
    answer = command_error("not silenced: %s", strerror((int)-id));
  if (answer != NULL) {
    matchers_clear(&s.match);
    return answer;
  }
  answer = command_fine();
  cJSON_AddNumberToObject(answer, "id", (double)id);
  cJSON_AddNumberToObject(answer, "open", open);
  if (note[0] != '\0')
    cJSON_AddStringToObject(answer, "note", note);
  return answer;
}

static void add_one(struct command *c, const struct silence *s, cJSON *list) {
  cJSON *object = cJSON_CreateObject();
  char words[300];

  matchers_describe(&s->match, words, sizeof(words));
  cJSON_AddNumberToObject(object, "id", (double)s->id);
  cJSON_AddStringToObject(object, "match", words);
  cJSON_AddNumberToObject(object, "starts", (double)s->starts);
  cJSON_AddNumberToObject(object, "ends", (double)s->ends);
  cJSON_AddBoolToObject(object, "until_resolved", s->until_resolved);
  cJSON_AddStringToObject(object, "by", s->by);
  cJSON_AddStringToObject(object, "comment", s->comment);
  cJSON_AddNumberToObject(object, "open", concerned(c, &s->match));
  cJSON_AddItemToArray(list, object);
}

static void add_maintenance(struct command *c,
                            const struct maintenance_config *m, cJSON *list) {
  cJSON *object = cJSON_CreateObject();
  cJSON *days = cJSON_AddArrayToObject(object, "days");
  cJSON *times = cJSON_AddArrayToObject(object, "times");
  char words[300];

  matchers_describe(&m->match, words, sizeof(words));
  cJSON_AddStringToObject(object, "name", m->name);
  cJSON_AddStringToObject(object, "match", words);
  for (size_t i = 0; i < m->when.days_text.count; i++)
    cJSON_AddItemToArray(days, cJSON_CreateString(m->when.days_text.items[i]));
  for (size_t i = 0; i < m->when.times_text.count; i++)
    cJSON_AddItemToArray(times,
                         cJSON_CreateString(m->when.times_text.items[i]));
  cJSON_AddBoolToObject(
      object, "now",
      time_window_holds(&m->when, alert_core_now(c->core), NULL));
  cJSON_AddItemToArray(list, object);
}

cJSON *command_silence_list(struct command *c) {
  const struct silences *all =
      deliver_facts(alert_core_deliver(c->core))->silences;
  const struct notify_config *config = alert_core_config(c->core);
  cJSON *answer = command_fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "silences");
  cJSON *recurring = cJSON_AddArrayToObject(answer, "maintenances");

  for (size_t i = 0; i < all->num; i++)
    add_one(c, &all->items[i], list);
  for (size_t i = 0; i < config->maintenances_num; i++)
    add_maintenance(c, &config->maintenances[i], recurring);
  cJSON_AddNumberToObject(answer, "now", (double)alert_core_now(c->core));
  return answer;
}

cJSON *command_silence_end(struct command *c) {
  int64_t id = (int64_t)command_number(c, "id", 0);

  if (alert_core_end_silence(c->core, id) == 0)
    return command_fine();
  return command_error("there is no silence %" PRId64, id);
}

cJSON *command_held(struct command *c, int64_t alert_id) {
  const struct notify_config *config = alert_core_config(c->core);
  cJSON *list = cJSON_CreateArray();

  for (size_t i = 0; i < config->channels_num; i++) {
    struct held_row row;
    cJSON *object;

    if (store_held_get(alert_core_store(c->core), config->channels[i].name,
                       alert_id, &row) < 0)
      continue;
    object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "channel", config->channels[i].name);
    cJSON_AddStringToObject(object, "policy", row.policy);
    cJSON_AddStringToObject(object, "why", row.why);
    cJSON_AddNumberToObject(object, "since", (double)row.since);
    cJSON_AddNumberToObject(object, "count", row.count);
    cJSON_AddItemToArray(list, object);
  }
  return list;
}
