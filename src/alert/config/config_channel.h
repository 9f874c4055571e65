/* SPDX-License-Identifier: MIT */
/* Reading <Channel type "name"> and the one-line forms. */
#ifndef ALERT_CONFIG_CONFIG_CHANNEL_H
#define ALERT_CONFIG_CONFIG_CHANNEL_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

/* OPTION_BLOCK readers; target is the struct notify_config. */
void channel_read(void *target, const struct conf_item *item,
                  struct option_reporter *reporter);
void channel_line_read(void *target, const struct conf_item *item,
                       struct option_reporter *reporter);
void channels_finish(struct notify_config *config,
                     struct option_reporter *reporter);
void channel_clear(struct channel_config *channel);
int channel_index(const struct notify_config *config, const char *name);

extern const struct option channel_options[]; /* common to all channels */

#endif
