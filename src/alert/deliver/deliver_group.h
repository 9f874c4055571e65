/* SPDX-License-Identifier: MIT */
/* Several alerts in one message: gathered, written down, read again. */
#ifndef ALERT_DELIVER_DELIVER_GROUP_H
#define ALERT_DELIVER_DELIVER_GROUP_H

#include "alert/deliver/deliver_internal.h"
#include "alert/model/alert.h"
#include "alert/model/message.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Alerts that a message lists which counts them by level. */
enum { RATE_WORST = 5 };

struct gathered_alert {
  int64_t id;
  int route;
  bool over;
};

struct gathering {
  struct alert worst[MESSAGE_GROUP_LISTED]; /* worst first */
  struct message_group counts;              /* but for its alerts */
  enum level level;                         /* of the worst that is open */
  enum level was;                           /* of the worst, open or over */
  int64_t since;                            /* of the first */
  int64_t place;                            /* in the queue; 0 = at its end */
  size_t list_max; /* how many it lists, 0 = as many as there is room for */
  bool by_level;   /* it says how many there are of each level */
  struct gathered_alert *all;
  size_t all_num;
};

/* 0 or -ENOMEM, when it is not in. */
int gathering_add(struct gathering *g, const struct alert *alert, bool over,
                  int route);
/* One message about all of them; what says why they come together: "during
 * quiet hours". 0 or -errno. */
int gathering_send(struct deliver *d, int channel, const struct gathering *g,
                   const char *what, int64_t now);
/* The same in two steps, for a row that is the caller's. reason says what kind
 * of message it is; the row gets its level, texts and fresh ids. 0 or
 * -ENOMEM. */
int gathering_compose(struct deliver *d, const struct gathering *g,
                      enum alert_reason reason, const char *what, int64_t now,
                      struct outbox_row *row);
/* Which alerts the row, which is queued, tells of. */
void gathering_record(struct deliver *d, const struct gathering *g,
                      const struct outbox_row *row);
/* Those that a stored row tells of, as they are by now. */
void gathering_of(struct deliver *d, const struct outbox_row *row,
                  struct gathering *g);
void gathering_free(struct gathering *g);

/* Calls each for every alert that the row tells of, in no transaction's way:
 * each may write. over: see store_group_add(). */
typedef void group_member_fn(struct deliver *d, void *arg, int64_t alert_id,
                             const char *route, bool over);
void deliver_group_each(struct deliver *d, int64_t row_id,
                        group_member_fn *each, void *arg);
/* Where people follow what the row tells of: the thread in which all of its
 * alerts were told, else none. */
void deliver_group_thread(struct deliver *d, const struct outbox_row *row,
                          struct notification_log *thread);

#endif
