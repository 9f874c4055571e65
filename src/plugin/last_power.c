/* SPDX-License-Identifier: MIT */
/* What devices took at last: see last_power.h. */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"
#include "utils_cache.h"

#include "plugin/last_power.h"

#include "plugin/value_cache.h"

#include <math.h>
#include <pthread.h>

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
int last_power_missing(const value_list_t *vl, user_data_t *unused) {
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
bool last_power_of(void *arg, const struct alert *a, double *watts,
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

void last_power_forget(void) {
  pthread_mutex_lock(&last.lock);
  free(last.all);
  last.all = NULL;
  last.num = last.room = 0;
  pthread_mutex_unlock(&last.lock);
}
