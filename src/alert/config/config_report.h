/* SPDX-License-Identifier: MIT */
/* <Report "name">: figures that are sent by themselves. */
#ifndef ALERT_CONFIG_CONFIG_REPORT_H
#define ALERT_CONFIG_CONFIG_REPORT_H

#include "alert/config/config.h"

/* For the test that compares it with the manual. */
extern const struct option report_options[];

void report_read(void *target, const struct conf_item *item,
                 struct option_reporter *reporter);
void report_clear(struct report_config *report);
/* Names of channels to indices, after the last block. */
void reports_finish(struct notify_config *config,
                    struct option_reporter *reporter);

#endif
