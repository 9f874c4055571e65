/* SPDX-License-Identifier: MIT */
/* A job on the thread of its channel: see job.h. */
#include <config.h>

#include "alert/deliver/job.h"

#include "alert/deliver/deliver_report.h"
#include "alert/model/alert_json.h"
#include "alert/store/store_outbox.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job *job_new(enum job_kind kind, int channel) {
  struct job *job = calloc(1, sizeof(*job));

  if (job != NULL) {
    job->kind = kind;
    job->channel = channel;
  }
  return job;
}

void job_free(struct job *job) {
  if (job == NULL)
    return;
  outbox_row_free(&job->row);
  free(job->messages);
  free(job->alerts);
  free(job->group);
  if (job->report != NULL)
    report_texts_free(&job->report->texts);
  free(job->report);
  free(job);
}

static unsigned number_of(const cJSON *item) {
  return cJSON_IsNumber(item) && item->valuedouble >= 0 &&
                 item->valuedouble < 1e9
             ? (unsigned)item->valuedouble
             : 0;
}

static unsigned number_in(const cJSON *object, const char *name) {
  return number_of(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void read_levels(const cJSON *list, struct message_group *n) {
  n->by_level = cJSON_IsArray(list);
  for (int l = 0; n->by_level && l < LEVEL_COUNT; l++)
    n->levels[l] = number_of(cJSON_GetArrayItem(list, l));
}

static void read_alerts(const cJSON *list, struct job_group *g) {
  const cJSON *item;

  cJSON_ArrayForEach(item, list) {
    char *text;

    if (g->group.alerts_num == MESSAGE_GROUP_LISTED)
      return;
    text = cJSON_PrintUnformatted(item);
    if (text != NULL &&
        alert_json_read(text, &g->alerts[g->group.alerts_num]) == 0)
      g->group.alerts_num++;
    free(text);
  }
}

void job_read_group(struct job *job) {
  cJSON *object = cJSON_Parse(job->row.snapshot);
  const cJSON *group = cJSON_GetObjectItemCaseSensitive(object, "group");

  if (cJSON_IsObject(group))
    job->group = calloc(1, sizeof(*job->group));
  if (job->group != NULL) {
    struct message_group *n = &job->group->group;

    n->alerts = job->group->alerts;
    n->total = number_in(group, "total");
    n->warnings = number_in(group, "warnings");
    n->failures = number_in(group, "failures");
    n->offline = number_in(group, "offline");
    n->recovered = number_in(group, "recovered");
    read_levels(cJSON_GetObjectItemCaseSensitive(group, "levels"), n);
    read_alerts(cJSON_GetObjectItemCaseSensitive(group, "alerts"), job->group);
  }
  cJSON_Delete(object);
}

void job_read_report(struct job *job, const struct notify_config *config) {
  struct report_request request = {.ledger = config->ledger_directory,
                                   .alerts = config->state_directory};

  if (deliver_report_parse(&job->alert, &request) == 0)
    job->report = calloc(1, sizeof(*job->report));
  if (job->report != NULL)
    job->report->request = request;
}

/* Reads the figures, on the channel's thread: 0 or -ENOMEM. */
static int render_report(struct job *job) {
  struct job_report *report = job->report;
  struct buf closing;
  int err;

  buf_init(&closing, TEMPLATE_OUTPUT_MAX);
  err = message_notes(&job->message, TARGET_PLAIN, &closing);
  if (err == 0)
    err = buf_addf(&closing, "%sSent by notify_kasa on %s.",
                   closing.len > 0 ? "\n" : "", job->message.collectd_host);
  report->request.closing = closing.data;
  report_texts_free(&report->texts);
  if (err == 0)
    err = report_render(&report->request, &report->texts);
  report->request.closing = NULL;
  buf_free(&closing);
  if (err == 0) {
    report->message = (struct message_report){
        .title = report->texts.title,
        .brief = report->texts.brief != NULL ? report->texts.brief : "",
        .text = report->texts.text,
        .html = report->texts.html};
    job->message.report = &report->message;
  }
  return err;
}

int job_texts(struct job *job) {
  struct buf title;
  struct buf body;
  int err;

  if (job->report != NULL && render_report(job) < 0)
    return -ENOMEM;
  job->message.title = job->row.title;
  job->message.body = job->row.body;
  if (job->kind == JOB_CANCEL)
    return 0;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = message_texts(&job->message, TARGET_PLAIN, &title, &body);
  if (err == 0 && title.len > 0) {
    free(job->row.title);
    job->row.title = buf_take(&title);
    free(job->row.body);
    job->row.body = body.len > 0 ? buf_take(&body) : strdup("");
  }
  buf_free(&title);
  buf_free(&body);
  if (job->row.body == NULL)
    return -ENOMEM;
  job->message.title = job->row.title;
  job->message.body = job->row.body;
  return err;
}

void job_run(struct job *job, const struct channel_config *channel,
             const struct sender_env *env) {
  const struct sender *s = channel->sender;

  job->result = (struct send_result){.outcome = SEND_AMBIGUOUS,
                                     .quota_left = -1,
                                     .why = "the sender gave no answer"};
  if ((job->kind == JOB_SEND || job->kind == JOB_CANCEL) &&
      job_texts(job) < 0) {
    job->result.outcome = SEND_RETRY;
    snprintf(job->result.why, sizeof(job->result.why), "out of memory");
    return;
  }
  switch (job->kind) {
  case JOB_SEND:
    s->send(channel->settings, &job->message, env, &job->result);
    break;
  case JOB_CANCEL:
    s->cancel(channel->settings, &job->message, env, &job->result);
    break;
  case JOB_POLL:
    job->poll_error = s->poll(channel->settings, job->ref, env, &job->poll);
    break;
  case JOB_REREAD:
    job->fresh = s->reread(channel->settings);
    break;
  case JOB_REFRESH:
    s->refresh(channel->settings, job->messages, job->alerts_num, env,
               &job->result);
    break;
  }
}
