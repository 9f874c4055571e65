/* SPDX-License-Identifier: MIT */
/* Reads <Escalation "name">: who is told, too, while nobody acknowledges. */
#ifndef ALERT_CONFIG_CONFIG_ESCALATION_H
#define ALERT_CONFIG_CONFIG_ESCALATION_H

#include "alert/config/config.h"

extern const struct option escalation_options[];

void escalation_read(void *target, const struct conf_item *item,
                     struct option_reporter *reporter);
void escalation_clear(struct escalation_config *escalation);
/* Names of channels and of escalations to indices, after the last block. */
void escalation_finish(struct notify_config *config,
                       struct option_reporter *reporter);

#endif
