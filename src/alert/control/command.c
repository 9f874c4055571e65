/* SPDX-License-Identifier: MIT */
/* What the control socket can be asked: see control.h for the list. */
#include <config.h>

#include "alert/control/command.h"

#include "alert/config/config_reference.h"
#include "alert/control/command_explain.h"
#include "alert/control/command_request.h"
#include "alert/control/command_silence.h"
#include "alert/control/command_stats.h"
#include "alert/control/command_unknown_name.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_history.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 10000, HISTORY_MAX = 10000, HISTORY_USUAL = 100 };

static int64_t id_of(const struct command *c) {
  double id = command_number(c, "id", 0);

  return id >= 1 && id < 9e15 ? (int64_t)id : 0;
}

static const char *by_of(struct command *c) {
  const char *by = command_text(c, "by");

  text_clean(by, strlen(by), c->by, sizeof(c->by));
  return c->by[0] != '\0' ? c->by : "command";
}

static cJSON *result_of(int err, const char *what, int64_t id) {
  if (err == 0)
    return command_fine();
  if (err == -ENOENT)
    return command_error("there is no %s %" PRId64, what, id);
  if (err == -EALREADY)
    return command_error("%s %" PRId64 " is in that state already", what, id);
  if (err == -EBUSY)
    return command_error("%s %" PRId64 " is being sent right now", what, id);
  if (err == -EINVAL)
    return command_error("%s %" PRId64 " cannot be changed any more", what, id);
  return command_error("%s %" PRId64 ": %s", what, id, strerror(-err));
}

/* -- alerts --------------------------------------------------------------- */

static cJSON *do_list(struct command *c) {
  const struct alert_table *all = state_open_alerts(alert_core_state(c->core));
  cJSON *answer = command_fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "alerts");
  int n = 0;

  /* what explains many of the others comes before them */
  if (all->storm != NULL)
    cJSON_AddItemToArray(list, command_alert(&all->storm->a));
  for (const struct open_alert *e = all->first; e != NULL && n < LIST_MAX;
       e = e->next, n++)
    if (e != all->storm)
      cJSON_AddItemToArray(list, command_alert(&e->a));
  cJSON_AddNumberToObject(answer, "open", (double)all->count);
  cJSON_AddNumberToObject(answer, "now", (double)alert_core_now(c->core));
  return answer;
}

static void add_history(void *arg, const struct history_line *line) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, "at", (double)line->at);
  if (line->alert_id != 0)
    cJSON_AddNumberToObject(object, "id", (double)line->alert_id);
  cJSON_AddStringToObject(object, "what", line->what);
  if (line->alert != NULL)
    command_add_names(object, line->alert);
  if (line->channel[0] != '\0')
    cJSON_AddStringToObject(object, "channel", line->channel);
  if (line->detail[0] != '\0')
    cJSON_AddStringToObject(object, "detail", line->detail);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_history(struct command *c) {
  double limit = command_number(c, "limit", HISTORY_USUAL);
  double since = command_number(c, "since", 0);
  cJSON *answer = command_fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "history");

  if (!(limit >= 1 && limit <= HISTORY_MAX))
    limit = HISTORY_MAX;
  store_history_each(alert_core_store(c->core), command_text(c, "device"),
                     since > 0 && since < 9e12 ? (int64_t)(since * 1000) : 0,
                     (size_t)limit, add_history, list);
  return answer;
}

static void add_member(void *arg, const struct alert_member *m) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddStringToObject(object, "series", m->series);
  cJSON_AddNumberToObject(object, "missing_since", (double)m->missing_since);
  if (m->back_at != 0)
    cJSON_AddNumberToObject(object, "back_at", (double)m->back_at);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_show(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  struct open_alert *e = state_find(alert_core_state(c->core), id_of(c));
  struct alert a;
  cJSON *answer;
  cJSON *told;

  if (e != NULL)
    a = e->a;
  else if (store_alert_get(alert_core_store(c->core), id_of(c), &a) < 0)
    return result_of(-ENOENT, "alert", id_of(c));
  answer = command_fine();
  cJSON_AddItemToObject(answer, "alert", command_alert(&a));
  store_member_each(alert_core_store(c->core), a.id, add_member,
                    cJSON_AddArrayToObject(answer, "members"));
  told = cJSON_AddArrayToObject(answer, "told");
  for (size_t i = 0; i < config->channels_num; i++) {
    struct notification_log t;
    cJSON *object;

    store_notification_log_get(alert_core_store(c->core), a.id,
                               config->channels[i].name, &t);
    if (t.last_at == 0)
      continue;
    object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "channel", config->channels[i].name);
    cJSON_AddBoolToObject(object, "announced", t.announced);
    cJSON_AddNumberToObject(object, "last_at", (double)t.last_at);
    cJSON_AddItemToArray(told, object);
  }
  cJSON_AddItemToObject(answer, "held", command_held(c, a.id));
  return answer;
}

static cJSON *do_ack(struct command *c) {
  double for_s = command_number(c, "for", 0);

  if (for_s < 0 || for_s > 366 * 86400.0)
    return command_error("\"for\" expects seconds, at most a year");
  return result_of(alert_core_ack(c->core, id_of(c), for_s, by_of(c), "cli"),
                   "open alert", id_of(c));
}

static cJSON *do_unack(struct command *c) {
  return result_of(alert_core_unack(c->core, id_of(c), by_of(c)), "open alert",
                   id_of(c));
}

static cJSON *do_resolve(struct command *c) {
  return result_of(alert_core_resolve(c->core, id_of(c), by_of(c)),
                   "open alert", id_of(c));
}

/* -- channels ------------------------------------------------------------- */

static int channel_of(const struct command *c, const char *name) {
  const struct notify_config *config = alert_core_config(c->core);

  for (size_t i = 0; i < config->channels_num; i++)
    if (strcmp(config->channels[i].name, name) == 0)
      return (int)i;
  return -1;
}

static cJSON *do_status(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  struct deliver *deliver = alert_core_deliver(c->core);
  static const char *const conditions[] = {"on disk", "on disk, reserve used",
                                           "in memory only"};
  static const char *const heartbeats[] = {"not yet sent",
                                           "held back or not taken", "sent"};
  const struct event_queue_counts *taken = alert_core_taken_in(c->core);
  struct state_counts counts;
  cJSON *answer = command_fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "channels");

  state_count(alert_core_state(c->core), &counts);
  cJSON_AddStringToObject(answer, "version", c->version);
  cJSON_AddStringToObject(answer, "host", alert_core_host(c->core));
  cJSON_AddStringToObject(
      answer, "store", conditions[store_condition(alert_core_store(c->core))]);
  if (config->heartbeat.settings != NULL)
    cJSON_AddStringToObject(answer, "heartbeat",
                            heartbeats[1 + alert_core_heartbeat(c->core)]);
  cJSON_AddNumberToObject(answer, "open", (double)counts.open);
  cJSON_AddNumberToObject(answer, "firing", (double)counts.firing);
  cJSON_AddNumberToObject(answer, "received",
                          (double)(taken->taken + taken->coalesced));
  cJSON_AddNumberToObject(answer, "coalesced", (double)taken->coalesced);
  cJSON_AddNumberToObject(answer, "lost", (double)taken->lost);
  cJSON_AddNumberToObject(answer, "now", (double)alert_core_now(c->core));
  for (size_t i = 0; i < config->channels_num; i++) {
    const char *stopped = deliver_stopped(deliver, (int)i);
    struct deliver_counts n;
    cJSON *object = cJSON_CreateObject();

    deliver_count(deliver, (int)i, &n);
    cJSON_AddStringToObject(object, "name", config->channels[i].name);
    cJSON_AddStringToObject(object, "kind", config->channels[i].sender->name);
    cJSON_AddNumberToObject(object, "queued", (double)n.queued);
    cJSON_AddNumberToObject(object, "oldest", (double)n.oldest);
    cJSON_AddNumberToObject(object, "sent", (double)n.sent);
    cJSON_AddNumberToObject(object, "retried", (double)n.retried);
    cJSON_AddNumberToObject(object, "failed", (double)n.failed);
    cJSON_AddNumberToObject(object, "suppressed", (double)n.suppressed);
    cJSON_AddNumberToObject(object, "not_before",
                            (double)deliver_not_before(deliver, (int)i));
    cJSON_AddNumberToObject(
        object, "rate_until",
        (double)deliver_rate_until(deliver, (int)i, alert_core_now(c->core)));
    if (stopped != NULL)
      cJSON_AddStringToObject(object, "stopped", stopped);
    cJSON_AddItemToArray(list, object);
  }
  return answer;
}

static cJSON *do_enable(struct command *c) {
  int channel = channel_of(c, command_text(c, "channel"));

  if (channel < 0)
    return command_no_channel(c, command_text(c, "channel"));
  if (alert_core_enable(c->core, channel) < 0)
    return command_error("channel \"%s\" is misconfigured: %s",
                         command_text(c, "channel"),
                         deliver_stopped(alert_core_deliver(c->core), channel));
  return command_fine();
}

static void add_result(cJSON *results, const char *channel, bool ok,
                       const char *why, const char *ref) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddStringToObject(object, "channel", channel);
  cJSON_AddBoolToObject(object, "ok", ok);
  if (why[0] != '\0')
    cJSON_AddStringToObject(object, "why", why);
  if (ref[0] != '\0')
    cJSON_AddStringToObject(object, "ref", ref);
  cJSON_AddItemToArray(results, object);
}

static void test_one(struct command *c, int channel, enum level level,
                     cJSON *results) {
  const struct channel_config *config =
      &alert_core_config(c->core)->channels[channel];
  int64_t row;

  if (config->broken) {
    add_result(results, config->name, false, config->broken_why, "");
    return;
  }
  row = alert_core_test(c->core, channel, level);
  if (row < 0) {
    add_result(results, config->name, false, strerror((int)-row), "");
    return;
  }
  c->wait->rows[c->wait->num] = row;
  c->wait->channels[c->wait->num++] = channel;
}

static cJSON *do_test(struct command *c) {
  const char *name = command_text(c, "channel");
  const char *word = command_text(c, "level");
  enum level level = LEVEL_INFO;
  int channel = channel_of(c, name);
  bool all = strcmp(name, "all") == 0 && channel < 0;
  cJSON *answer;
  cJSON *results;

  if (word[0] != '\0' && level_parse(word, &level) < 0)
    return command_error("there is no level \"%s\"", word);
  if (!all && channel < 0)
    return command_no_channel(c, name);
  answer = command_fine();
  results = cJSON_AddArrayToObject(answer, "results");
  for (size_t i = 0; i < alert_core_config(c->core)->channels_num; i++)
    if ((all || (int)i == channel) && c->wait->num < CHANNELS_MAX)
      test_one(c, (int)i, level, results);
  return answer;
}

bool command_tested(struct alert_core *core, cJSON *answer,
                    struct command_wait *wait, int64_t row_id,
                    const struct send_result *r) {
  for (size_t i = 0; i < wait->num; i++) {
    if (wait->rows[i] != row_id)
      continue;
    add_result(cJSON_GetObjectItemCaseSensitive(answer, "results"),
               alert_core_config(core)->channels[wait->channels[i]].name,
               r->outcome == SEND_SENT, r->why, r->provider_ref);
    wait->num--;
    wait->rows[i] = wait->rows[wait->num];
    wait->channels[i] = wait->channels[wait->num];
    return wait->num == 0;
  }
  return false;
}

void command_unanswered(struct alert_core *core, cJSON *answer,
                        struct command_wait *wait) {
  for (size_t i = 0; i < wait->num; i++)
    add_result(cJSON_GetObjectItemCaseSensitive(answer, "results"),
               alert_core_config(core)->channels[wait->channels[i]].name, false,
               "no answer yet: the service has not replied, see `kasactl "
               "alerts history`",
               "");
  wait->num = 0;
}

/* -- reports -------------------------------------------------------------- */

static cJSON *do_report(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  const char *name = command_text(c, "name");
  struct reference r = {.wanted = name};
  size_t i = 0;
  cJSON *answer;
  int queued;

  while (i < config->reports_num && strcmp(config->reports[i].name, name) != 0)
    reference_try(&r, config->reports[i++].name);
  if (i == config->reports_num)
    return command_error("there is no report \"%.64s\"%s%.64s%s", name,
                         r.guess.nearest != NULL ? ", did you mean \"" : "",
                         r.guess.nearest != NULL ? r.guess.nearest : "",
                         r.guess.nearest != NULL ? "\"?" : "");
  queued = alert_core_report(c->core, (int)i);
  if (queued < 0)
    return command_error("report \"%s\": %s", name, strerror(-queued));
  if (queued == 0 && config->reports[i].channel_names.count > 0)
    return command_error("report \"%s\" has no channel that works", name);
  answer = command_fine();
  cJSON_AddNumberToObject(answer, "messages", queued);
  return answer;
}

/* -- the queue ------------------------------------------------------------ */

static void add_row(void *arg, const struct outbox_row *row) {
  static const char *const states[] = {"queued", "sending", "sent", "dead",
                                       "superseded"};
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, "id", (double)row->id);
  if (row->alert_id != 0)
    cJSON_AddNumberToObject(object, "alert", (double)row->alert_id);
  cJSON_AddStringToObject(object, "channel", row->channel);
  if (row->recipient[0] != '\0')
    cJSON_AddStringToObject(object, "recipient", row->recipient);
  cJSON_AddStringToObject(object, "kind", message_kind_name(row->kind));
  cJSON_AddStringToObject(object, "state", states[row->state]);
  cJSON_AddStringToObject(object, "level", level_name(row->level));
  cJSON_AddNumberToObject(object, "created", (double)row->created);
  cJSON_AddNumberToObject(object, "not_before", (double)row->not_before);
  cJSON_AddNumberToObject(object, "attempts", row->attempts);
  cJSON_AddStringToObject(object, "title", row->title);
  if (row->last_error[0] != '\0')
    cJSON_AddStringToObject(object, "last_error", row->last_error);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_queue(struct command *c) {
  cJSON *answer = command_fine();

  store_outbox_each(alert_core_store(c->core), LIST_MAX, add_row,
                    cJSON_AddArrayToObject(answer, "rows"));
  cJSON_AddNumberToObject(answer, "now", (double)alert_core_now(c->core));
  return answer;
}

static cJSON *do_retry(struct command *c) {
  return result_of(alert_core_retry(c->core, id_of(c)), "message", id_of(c));
}

static cJSON *do_drop(struct command *c) {
  return result_of(alert_core_drop(c->core, id_of(c)), "message", id_of(c));
}

/* -- the table ------------------------------------------------------------ */

static const struct {
  const char *name;
  cJSON *(*answer)(struct command *c);
} commands[] = {
    {"status", do_status},
    {"list", do_list},
    {"history", do_history},
    {"show", do_show},
    {"ack", do_ack},
    {"unack", do_unack},
    {"resolve", do_resolve},
    {"test", do_test},
    {"report", do_report},
    {"queue", do_queue},
    {"retry", do_retry},
    {"drop", do_drop},
    {"enable", do_enable},
    {"explain", command_explain},
    {"silence_add", command_silence_add},
    {"silence_list", command_silence_list},
    {"silence_end", command_silence_end},
    {"render", command_render},
    {"stats", command_stats},
};

cJSON *command_answer(struct alert_core *core, const char *version,
                      const char *line, size_t len, struct command_wait *wait) {
  cJSON *request = cJSON_ParseWithLength(line, len);
  struct command c = {
      .core = core, .version = version, .request = request, .wait = wait};
  cJSON *answer = NULL;
  const char *name = command_text(&c, "command");

  wait->num = 0;
  if (!cJSON_IsObject(request))
    answer = command_error("expected one JSON object per line");
  for (size_t i = 0;
       answer == NULL && i < sizeof(commands) / sizeof(commands[0]); i++)
    if (strcmp(commands[i].name, name) == 0)
      answer = commands[i].answer(&c);
  if (answer == NULL)
    answer = command_error("unknown command \"%s\"", name);
  cJSON_Delete(request);
  return answer;
}
