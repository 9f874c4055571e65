/* SPDX-License-Identifier: MIT */
/* The thresholds that collectd's threshold plugin has read: see
 * collectd_threshold.h. */
#include "collectd.h"
#include "plugin.h"
#include "utils/avltree/avltree.h"
#include "utils/common/common.h"
#include "utils_threshold.h"

#include "plugin/collectd_threshold.h"

size_t collectd_thresholds(void *arg, const struct event *series,
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
