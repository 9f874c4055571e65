/* SPDX-License-Identifier: MIT */
/* How fast a channel may speak: a bucket of tokens, one for each message, that
 * fills again with time. What waits while it is empty goes out as one message
 * with the next token.
 *
 * Times are wall ms; the bucket moves with a clock that is set. */
#ifndef ALERT_DELIVER_DELIVER_RATE_H
#define ALERT_DELIVER_DELIVER_RATE_H

#include "alert/deliver/deliver_internal.h"
#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether a message may go now. */
bool deliver_rate_has(const struct deliver *d, int channel, int64_t now);
/* When there is one, if none is taken before: now or later. */
int64_t deliver_rate_token_at(const struct deliver *d, int channel,
                              int64_t now);
/* Takes one, and writes that down. */
void deliver_rate_take(struct deliver *d, int channel, int64_t now);
/* Rows that go without one: second attempts, a message's single recipients,
 * what stops a ringing phone, and the ends of incidents at a service that keeps
 * them open. */
enum outbox_rows deliver_rate_exempt(const struct deliver *d, int channel);
bool deliver_rate_is_exempt(const struct deliver *d, int channel,
                            const struct outbox_row *row);
/* Looks whether anything waits for a token, after none was there. */
void deliver_rate_look(struct deliver *d, int channel, int64_t now);
/* Whether more wait since then than there are tokens. */
bool deliver_rate_short(struct deliver *d, int channel, int64_t now);
/* When the channel's next row may go, 0 = none waits. */
int64_t deliver_rate_due(const struct deliver *d, int channel, int64_t now);

/* What is told as one message, in the making. */
struct rate_digest {
  struct waiting {
    int64_t row_id;
    int64_t alert_id;
    char route[STORE_NAME_SIZE];
  } * rows;
  size_t num;
  int64_t place; /* in the queue, of the first */
};

/* Whether the row may become a part of such a message. */
bool deliver_rate_folds(const struct deliver *d, int channel,
                        const struct outbox_row *row);
/* Takes the row out of the queue; 0, or -ENOMEM: it stays in. */
int rate_digest_add(struct deliver *d, int channel, struct rate_digest *g,
                    struct outbox_row *row);
/* Puts the message into the queue in the place of its rows. What is about one
 * alert only goes back as it was. */
void rate_digest_end(struct deliver *d, int channel, struct rate_digest *g,
                     int64_t now);

#endif
