/* SPDX-License-Identifier: MIT */
/* What in a configuration keeps collectd from starting, or from working,
 * whatever the plugin: plugins that are not there or lack a library, a TypesDB
 * that hides collectd's own types. */
#ifndef CLI_CHECK_CHECK_DAEMON_H
#define CLI_CHECK_CHECK_DAEMON_H

#include "cli/common/config_file.h"

void check_daemon(const struct config *config, config_problem *problem,
                  void *arg);

#endif
