/* SPDX-License-Identifier: MIT */
/* GroupBy, GroupWait and GroupInterval of a route: which alerts come in one
 * message. */
#ifndef ALERT_CONFIG_CONFIG_GROUP_H
#define ALERT_CONFIG_CONFIG_GROUP_H

#include "alert/config/config.h"
#include "config/option.h"

/* Before the options are read. */
#define GROUP_DEFAULTS                                                         \
  { .wait = SECONDS_UNSET, .interval = SECONDS_UNSET }

enum { GROUP_FIELDS_MAX = 8 };

/* After the options of the route were read: fills in what was not given. 0, or
 * -EINVAL after reporting. */
int group_finish(struct group_config *group, const char *where,
                 struct option_reporter *reporter);
/* After all blocks were read: reports names that no alert can have. */
void group_check_labels(const struct notify_config *config,
                        const struct route_config *route,
                        struct option_reporter *reporter);
/* What an alert has in the i-th field, "" where it has none. Borrowed. */
const char *group_value(const struct group_config *group, size_t i,
                        const struct alert *alert);
/* "on nas, cellar" for the title of a message about several: what the fields
 * of one of them say about where they are; "" where they say nothing. */
void group_place(const struct group_config *group, const struct alert *alert,
                 char *out, size_t size);

#endif
