/* SPDX-License-Identifier: MIT */
/* One call of a channel: what its thread is given and what comes back. */
#ifndef ALERT_DELIVER_JOB_H
#define ALERT_DELIVER_JOB_H

#include "alert/channel/sender.h"
#include "alert/config/config.h"
#include "alert/model/message.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "report/report_render.h"

#include <stdbool.h>
#include <stdint.h>

enum job_kind {
  JOB_SEND,
  JOB_CANCEL,
  JOB_POLL,
  JOB_REREAD,  /* of secret files, on behalf of a stopped channel */
  JOB_REFRESH, /* of what is open, see deliver_refresh.h */
};

/* The alerts that a message about several lists. */
struct job_group {
  struct message_group group;
  struct alert alerts[MESSAGE_GROUP_LISTED];
};

/* What a report is about, and once it is read its words. */
struct job_report {
  struct report_request request;
  struct report_texts texts;
  struct message_report message; /* points into texts */
};

/* One call of a sender. message and its texts point into the job. */
struct job {
  enum job_kind kind;
  int channel; /* index into the configuration's channels */
  int64_t row_id;
  int64_t alert_id;
  struct message message;
  struct alert alert;
  struct alert_member members[ALERT_MEMBERS_LISTED]; /* of alert */
  struct notification_log told;
  struct outbox_row row;
  struct job_group *group;   /* of a message about several; owned */
  struct job_report *report; /* of a report; owned */
  char why_late[120];
  struct message *messages; /* JOB_REFRESH: one for each of alerts */
  struct alert *alerts;
  size_t alerts_num;
  char ref[MESSAGE_REF_SIZE]; /* JOB_POLL: what to ask about */
  /* filled by the sender's thread */
  struct send_result result;
  struct poll_result poll;
  int poll_error;
  bool fresh; /* JOB_REREAD: there is something new */
  struct job *next;
};

/* One without a row of the queue; NULL when memory is out. */
struct job *job_new(enum job_kind kind, int channel);
void job_free(struct job *job);
/* Reads the group of its row's snapshot into it, if there is one. */
void job_read_group(struct job *job);
/* Makes its alert's report into it, if it tells of one; config is borrowed. */
void job_read_report(struct job *job, const struct notify_config *config);
/* Renders title and body of the message into the row, once: 0 or -ENOMEM. */
int job_texts(struct job *job);
/* Calls the sender; on the channel's thread. */
void job_run(struct job *job, const struct channel_config *channel,
             const struct sender_env *env);

#endif
