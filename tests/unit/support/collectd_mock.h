/* SPDX-License-Identifier: MIT */
/* Enough of the daemon to run a plugin in a unit test: it keeps what the plugin
 * registers and logs. Include collectd.h and plugin.h first. */
#ifndef TESTS_UNIT_SUPPORT_COLLECTD_MOCK_H
#define TESTS_UNIT_SUPPORT_COLLECTD_MOCK_H

#include <stdbool.h>

/* What the plugin under test registered. */
extern struct collectd_mock {
  int (*config)(oconfig_item_t *);
  int (*init)(void);
  int (*shutdown)(void);
  int (*read)(user_data_t *); /* the first */
  int (*notify)(const notification_t *, user_data_t *);
  int thread_error; /* what plugin_thread_create() answers instead */
} collectd_mock;

/* Whether a line of the log holds text. */
bool collectd_mock_logged(const char *text);

void module_register(void);

#endif
