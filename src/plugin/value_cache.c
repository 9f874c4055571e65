/* SPDX-License-Identifier: MIT */
/* What collectd's value cache knows of a series: see value_cache.h. */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"
#include "utils_cache.h"

#include "plugin/value_cache.h"

#include <math.h>

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
