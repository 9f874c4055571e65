/* SPDX-License-Identifier: MIT */
/* What collectd's value cache knows of a series: see value_cache.h. */
#include "collectd.h"
#include "plugin.h"
#include "utils/avltree/avltree.h"
#include "utils/common/common.h"
#include "utils_cache.h"
#include "utils_threshold.h"

#include "plugin/value_cache.h"

#include <math.h>
#include <pthread.h>

/* Which data source of the type; 0 when it cannot be told. */
static size_t source_index(const struct alert *a, const char *series) {
  char type[DATA_MAX_NAME_LEN];
  const data_set_t *ds;
  size_t n = strcspn(series, "-");

  if (a->data_source[0] == '\0' || n >= sizeof(type))
    return 0;
  memcpy(type, series, n);
  type[n] = '\0';
  ds = plugin_get_ds(type);
  for (size_t i = 0; ds != NULL && i < ds->ds_num; i++)
    if (strcmp(ds->ds[i].name, a->data_source) == 0)
      return i;
  return 0;
}

bool value_cache_lookup(void *arg, const struct alert *a, const char *series,
                        double *value) {
  char name[6 * DATA_MAX_NAME_LEN];
  gauge_t *values = NULL;
  size_t values_num = 0;
  size_t i;

  (void)arg;
  snprintf(name, sizeof(name), "%s/%s%s%s/%s", a->host, a->plugin,
           a->plugin_instance[0] != '\0' ? "-" : "", a->plugin_instance,
           series);
  if (uc_get_rate_by_name(name, &values, &values_num) != 0)
    return false;
  i = source_index(a, series);
  *value = i < values_num ? values[i] : NAN;
  free(values);
  return isfinite(*value);
}

/* -- thresholds ------------------------------------------------------------ */

size_t value_cache_thresholds(void *arg, const struct event *series,
                              struct threshold *out, size_t max) {
  value_list_t vl = VALUE_LIST_INIT;
  const data_set_t *ds = plugin_get_ds(series->type);
  size_t n = 0;

  (void)arg;
  if (threshold_tree == NULL) /* no thresholds at all */
    return 0;
  sstrncpy(vl.host, series->host, sizeof(vl.host));
  sstrncpy(vl.plugin, series->plugin, sizeof(vl.plugin));
  sstrncpy(vl.plugin_instance, series->plugin_instance,
           sizeof(vl.plugin_instance));
  sstrncpy(vl.type, series->type, sizeof(vl.type));
  sstrncpy(vl.type_instance, series->type_instance, sizeof(vl.type_instance));
  /* the tree does not change once the configuration is read */
  for (const threshold_t *t = threshold_search(&vl); t != NULL && n < max;
       t = t->next) {
    out[n] = (struct threshold){
        .warning_min = t->warning_min,
        .warning_max = t->warning_max,
        .failure_min = t->failure_min,
        .failure_max = t->failure_max,
        .odd = (t->flags & (UT_FLAG_INVERT | UT_FLAG_PERCENTAGE)) != 0,
    };
    sstrncpy(out[n].data_source,
             t->data_source[0] != '\0'      ? t->data_source
             : ds != NULL && ds->ds_num > 0 ? ds->ds[0].name
                                            : "value",
             sizeof(out[n].data_source));
    n++;
  }
  return n;
}

/* -- what devices took at last -------------------------------------------- */

/* A value leaves the cache two intervals after the last one; by the time a
 * device is called away it is long gone. So it is copied when it goes. */
enum { LAST_MAX = 4096, LAST_STEP = 64 };

struct last_power {
  char host[DATA_MAX_NAME_LEN];
  char device[DATA_MAX_NAME_LEN];
  double watts;
  int64_t at; /* wall ms */
};

static struct {
  pthread_mutex_t lock; /* guards the rest, held for a copy only */
  struct last_power *all;
  size_t num, room;
} last = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The lock is held. */
static struct last_power *last_find(const char *host, const char *device) {
  for (size_t i = 0; i < last.num; i++)
    if (strcmp(last.all[i].device, device) == 0 &&
        strcmp(last.all[i].host, host) == 0)
      return &last.all[i];
  return NULL;
}

static struct last_power *last_add(const char *host, const char *device) {
  struct last_power *all = last.all;

  if (last.num == LAST_MAX)
    return NULL;
  if (last.num == last.room) {
    all = realloc(all, (last.room + LAST_STEP) * sizeof(*all));
    if (all == NULL)
      return NULL;
    last.all = all;
    last.room += LAST_STEP;
  }
  all += last.num++;
  sstrncpy(all->host, host, sizeof(all->host));
  sstrncpy(all->device, device, sizeof(all->device));
  return all;
}

/* A series is about to leave the cache: in one of collectd's threads, so what
 * it does must be short. */
int value_cache_missing(const value_list_t *vl, user_data_t *unused) {
  char name[6 * DATA_MAX_NAME_LEN];
  gauge_t *values = NULL;
  size_t values_num = 0;
  struct last_power *known;

  (void)unused;
  if (strcmp(vl->plugin, "kasa") != 0 || strcmp(vl->type, "power") != 0)
    return 0;
  if (FORMAT_VL(name, sizeof(name), vl) != 0 ||
      uc_get_rate_by_name(name, &values, &values_num) != 0)
    return 0;
  if (values_num > 0 && isfinite(values[0])) {
    pthread_mutex_lock(&last.lock);
    known = last_find(vl->host, vl->plugin_instance);
    if (known == NULL)
      known = last_add(vl->host, vl->plugin_instance);
    if (known != NULL) {
      known->watts = values[0];
      known->at = (int64_t)CDTIME_T_TO_MS(vl->time);
    }
    pthread_mutex_unlock(&last.lock);
  }
  free(values);
  return 0;
}

/* On the engine's thread. The cache is asked first: what has left it since is
 * in the table by then. */
bool value_cache_last_power(void *arg, const struct alert *a, double *watts,
                            int64_t *at) {
  const struct last_power *known;

  if (strcmp(a->plugin, "kasa") != 0)
    return false;
  if (value_cache_lookup(arg, a, "power", watts))
    return true;
  pthread_mutex_lock(&last.lock);
  known = last_find(a->host, a->plugin_instance);
  if (known != NULL) {
    *watts = known->watts;
    *at = known->at;
  }
  pthread_mutex_unlock(&last.lock);
  return known != NULL;
}

void value_cache_forget(void) {
  pthread_mutex_lock(&last.lock);
  free(last.all);
  last.all = NULL;
  last.num = last.room = 0;
  pthread_mutex_unlock(&last.lock);
}
