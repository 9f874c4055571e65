/* SPDX-License-Identifier: MIT */
/* See deliver_message.h. */
#include <config.h>

#include "alert/deliver/deliver_message.h"

#include "alert/state/route_key.h"
#include "alert/store/store_outbox.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LATE_MS = 120000 /* from here on a message says that it is late */ };

int deliver_title(struct deliver *d, const struct alert *alert, int route,
                  struct outbox_row *row) {
  struct message m;
  struct buf title;
  struct buf body;
  int err;

  message_init(&m, alert);
  m.kind = row->kind;
  m.reason = row->reason;
  m.level = row->level;
  m.quiet = row->quiet;
  m.channel = row->channel;
  m.delivery_id = row->delivery_id;
  m.message_id = row->message_id;
  m.created = row->created;
  m.words = route >= 0 ? &d->config->routes[route].words : NULL;
  m.style = &d->config->style;
  m.collectd_host = d->hooks.collectd_host;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = message_texts(&m, TARGET_PLAIN, &title, &body);
  row->title = buf_take(&title);
  buf_free(&title);
  buf_free(&body);
  return row->title == NULL ? -ENOMEM : err;
}

/* What waits for its group is not late. */
static int64_t should_leave(const struct outbox_row *row) {
  return row->group_due > row->created ? row->group_due : row->created;
}

static const char *why_late(struct deliver *d, struct channel_run *c,
                            struct job *job) {
  int64_t created = should_leave(&job->row);
  bool held = c->state.not_before > created;

  if (job->row.fallback_for[0] != '\0')
    return "";
  if (!held && d->started > created)
    snprintf(job->why_late, sizeof(job->why_late), "collectd was not running");
  else if (held || job->row.attempts > 1)
    snprintf(job->why_late, sizeof(job->why_late), "%s could not be reached",
             c->config->sender->title != NULL ? c->config->sender->title
                                              : c->config->sender->name);
  return job->why_late;
}

static const struct text_override *words_by_key(const struct deliver *d,
                                                const char *key) {
  int route = route_by_key(d->config, key);

  return route >= 0 ? &d->config->routes[route].words : NULL;
}

void deliver_message(struct deliver *d, int channel, struct job *job,
                     int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row *row = &job->row;
  double late = (double)now - (double)should_leave(row);

  job->message = (struct message){
      .kind = row->kind,
      .reason = row->reason,
      .level = row->level,
      .quiet = row->quiet,
      .alert = &job->alert,
      .title = "",
      .body = "",
      .channel = c->config->name,
      .delivery_id = row->delivery_id,
      .message_id = row->message_id,
      .thread_root = job->told.thread_root,
      .previous = job->told.previous,
      .root_ref = job->told.root_ref,
      .last_ref = job->told.last_ref,
      .recipient = row->recipient,
      .attempt = row->attempts,
      .ambiguous = row->ambiguous,
      .shrink = row->shrink,
      .created = row->created,
      .delay_s = late > LATE_MS ? late / 1000 : 0,
      .delay_why = late > LATE_MS ? why_late(d, c, job) : "",
      .fallback_for = row->fallback_for,
      .group = job->group != NULL ? &job->group->group : NULL,
      .group_key = row->group_key,
      .words = words_by_key(d, row->route),
      .style = &d->config->style,
      .collectd_host = d->hooks.collectd_host,
  };
}
