/* SPDX-License-Identifier: MIT */
/* What people order of open alerts. */
#ifndef ALERT_STATE_STATE_OPERATOR_H
#define ALERT_STATE_STATE_OPERATOR_H

#include <stdint.h>

struct state;

/* for_s 0 = AckTimeout. 0, -ENOENT, -EALREADY. */
int state_ack(struct state *state, int64_t id, double for_s, const char *by,
              const char *source, int64_t now);
int state_unack(struct state *state, int64_t id, const char *by, int64_t now);
int state_resolve(struct state *state, int64_t id, const char *by, int64_t now);

#endif
