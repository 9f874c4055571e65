/* SPDX-License-Identifier: MIT */
/* <Heartbeat>: a sign of life while all is well. */
#ifndef ALERT_CONFIG_CONFIG_HEARTBEAT_H
#define ALERT_CONFIG_CONFIG_HEARTBEAT_H

#include "alert/config/config.h"

/* An OPTION_BLOCK of struct notify_config. */
void heartbeat_read(void *target, const struct conf_item *item,
                    struct option_reporter *reporter);
/* After the last block; one with a mistake is left out: then nothing is sent,
 * which is what the other side complains about. */
void heartbeat_finish(struct notify_config *config,
                      struct option_reporter *reporter);
void heartbeat_clear(struct heartbeat_config *heartbeat);

#endif
