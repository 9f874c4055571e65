/* SPDX-License-Identifier: MIT */
/* The daemon's functions for unit tests: see collectd_mock.h. */
#include "collectd.h"
#include "plugin.h"
#include "utils/avltree/avltree.h"
#include "utils/common/common.h"
#include "utils_cache.h"
#include "utils_threshold.h"

#include "../support/collectd_mock.h"

#include <pthread.h>
#include <stdarg.h>

struct collectd_mock collectd_mock;
char *hostname_g = (char[]){"tester"};
c_avl_tree_t *threshold_tree;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[64 * 1024];

bool collectd_mock_logged(const char *text) {
  bool there;

  pthread_mutex_lock(&log_lock);
  there = strstr(log_text, text) != NULL;
  pthread_mutex_unlock(&log_lock);
  return there;
}

void plugin_log(int level, const char *format, ...) {
  size_t len;
  va_list args;

  (void)level;
  pthread_mutex_lock(&log_lock);
  len = strlen(log_text);
  va_start(args, format);
  vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
  va_end(args);
  sstrncpy(log_text + strlen(log_text), "\n", 2);
  pthread_mutex_unlock(&log_lock);
}

int plugin_register_complex_config(const char *type,
                                   int (*callback)(oconfig_item_t *)) {
  (void)type;
  collectd_mock.config = callback;
  return 0;
}

int plugin_register_init(const char *name, plugin_init_cb callback) {
  (void)name;
  collectd_mock.init = callback;
  return 0;
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback) {
  (void)name;
  collectd_mock.shutdown = callback;
  return 0;
}

int plugin_register_complex_read(const char *group, const char *name,
                                 int (*callback)(user_data_t *),
                                 cdtime_t interval, user_data_t const *data) {
  (void)group;
  (void)name;
  (void)interval;
  (void)data;
  if (collectd_mock.read == NULL)
    collectd_mock.read = callback;
  return 0;
}

int plugin_register_notification(const char *name,
                                 plugin_notification_cb callback,
                                 user_data_t const *data) {
  (void)name;
  (void)data;
  collectd_mock.notify = callback;
  return 0;
}

int plugin_register_missing(const char *name, plugin_missing_cb callback,
                            user_data_t const *data) {
  (void)name;
  (void)callback;
  (void)data;
  return 0;
}

int plugin_register_data_set(const data_set_t *ds) {
  (void)ds;
  return 0;
}

int plugin_thread_create(pthread_t *thread, void *(*start)(void *), void *arg,
                         char const *name) {
  (void)name;
  if (collectd_mock.thread_error != 0)
    return collectd_mock.thread_error;
  return pthread_create(thread, NULL, start, arg);
}

int plugin_dispatch_values(value_list_t const *vl) {
  (void)vl;
  return 0;
}

int plugin_dispatch_notification(notification_t const *n) {
  (void)n;
  return 0;
}

int plugin_notification_meta_add_string(notification_t *n, const char *name,
                                        const char *value) {
  (void)n;
  (void)name;
  (void)value;
  return 0;
}

int plugin_notification_meta_free(notification_meta_t *n) {
  (void)n;
  return 0;
}

cdtime_t cdtime(void) { return TIME_T_TO_CDTIME_T(time(NULL)); }

cdtime_t plugin_get_interval(void) { return TIME_T_TO_CDTIME_T(10); }

const data_set_t *plugin_get_ds(const char *name) {
  (void)name;
  return NULL;
}

int uc_get_rate_by_name(const char *name, gauge_t **values, size_t *num) {
  (void)name;
  (void)values;
  (void)num;
  return -1;
}

threshold_t *threshold_search(const value_list_t *vl) {
  (void)vl;
  return NULL;
}

const char *global_option_get(const char *option) {
  (void)option;
  return NULL;
}

long global_option_get_long(const char *option, long otherwise) {
  (void)option;
  return otherwise;
}

int format_name(char *out, int size, const char *host, const char *plugin,
                const char *plugin_instance, const char *type,
                const char *type_instance) {
  snprintf(out, (size_t)size, "%s/%s-%s/%s-%s", host, plugin, plugin_instance,
           type, type_instance);
  return 0;
}

char *sstrncpy(char *to, const char *from, size_t size) {
  size_t len = strnlen(from, size - 1);

  memcpy(to, from, len);
  to[len] = '\0';
  return to;
}

char *sstrerror(int number, char *out, size_t size) {
  snprintf(out, size, "%s", strerror(number));
  return out;
}
