/* SPDX-License-Identifier: MIT */
/* A sign of life by HTTP: a GET to an address that a dead man's switch has
 * given out. No channel: its send() is given no message. */
#ifndef ALERT_CHANNEL_HEARTBEAT_SENDER_H
#define ALERT_CHANNEL_HEARTBEAT_SENDER_H

#include "alert/channel/sender.h"

/* What the settings of each sender of heartbeats begin with. */
struct heartbeat_times {
  double every;         /* s */
  double max_queue_age; /* s that a critical message may wait meanwhile */
};

#define HEARTBEAT_OPTIONS                                                      \
  {.name = "Every",                                                            \
   .type = OPTION_SECONDS,                                                     \
   .offset = offsetof(struct heartbeat_times, every),                          \
   .min = 10,                                                                  \
   .max = 86400},                                                              \
  {                                                                            \
    .name = "MaxQueueAge", .type = OPTION_SECONDS,                             \
    .offset = offsetof(struct heartbeat_times, max_queue_age), .min = 10,      \
    .max = 30 * 86400.0                                                        \
  }

static inline void heartbeat_times_defaults(struct heartbeat_times *times) {
  *times = (struct heartbeat_times){.every = 300, .max_queue_age = 900};
}

extern const struct sender sender_heartbeat;

#endif
