/* SPDX-License-Identifier: MIT */
/* What people ask of the queue and its channels. */
#ifndef ALERT_DELIVER_DELIVER_OPERATOR_H
#define ALERT_DELIVER_DELIVER_OPERATOR_H

#include "alert/model/level.h"
#include <stdint.h>

struct deliver;
struct silence;

/* Queues a test; its row's id, or -errno. */
int64_t deliver_test(struct deliver *deliver, int channel, enum level level,
                     int64_t now);
/* A stopped channel goes on, a waiting one waits no longer: 0 or -EINVAL. */
int deliver_enable(struct deliver *deliver, int channel, int64_t now);
/* 0, -ENOENT, -EBUSY (it is being sent), -EINVAL. */
int deliver_retry(struct deliver *deliver, int64_t row_id, int64_t now);
int deliver_drop(struct deliver *deliver, int64_t row_id, int64_t now);
/* Takes its matchers over: the id, or -errno. */
int64_t deliver_silence(struct deliver *deliver, const struct silence *silence);
int deliver_end_silence(struct deliver *deliver, int64_t id, int64_t now);

#endif
