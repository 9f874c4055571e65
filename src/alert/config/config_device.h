/* SPDX-License-Identifier: MIT */
/* Reading <Device "plug-1f3a">: what people call it, and labels. */
#ifndef ALERT_CONFIG_CONFIG_DEVICE_H
#define ALERT_CONFIG_CONFIG_DEVICE_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

/* OPTION_BLOCK reader; target is the struct notify_config. */
void device_read(void *target, const struct conf_item *item,
                 struct option_reporter *reporter);
void device_clear(struct device_config *device);

/* The device's entry by plugin instance or alias, NULL = none. */
const struct device_config *device_find(const struct notify_config *config,
                                        const char *plugin_instance);

extern const struct option device_options[];

#endif
