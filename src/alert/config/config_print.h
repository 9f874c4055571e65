/* SPDX-License-Identifier: MIT */
/* The configuration as it was understood, for `kasactl check`. No secret is
 * among it. */
#ifndef ALERT_CONFIG_CONFIG_PRINT_H
#define ALERT_CONFIG_CONFIG_PRINT_H

#include "alert/config/config.h"
#include "base/buf.h"

/* Appends a text of lines that fit 80 columns: 0, -ENOMEM, -EMSGSIZE. */
int notify_config_print(const struct notify_config *config, struct buf *out);

#endif
