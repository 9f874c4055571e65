/* SPDX-License-Identifier: MIT */
/* dispatch_floor.so: as many constant values per device and interval as
 * kasa.so gives, from one thread of its own, nothing else. Says what collectd
 * itself costs. Never installed.
 *
 *   <Plugin dispatch_floor>  Devices 1000  Values 20  </Plugin> */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

static int devices = 1, values = 20;
static pthread_t thread;
static sem_t due;
static atomic_bool stopping;

static int config(oconfig_item_t *item) {
  for (int i = 0; i < item->children_num; i++) {
    if (strcasecmp(item->children[i].key, "Devices") == 0)
      cf_util_get_int(&item->children[i], &devices);
    else
      cf_util_get_int(&item->children[i], &values);
  }
  return 0;
}

static void *run(void *unused) {
  (void)unused;
  for (;;) {
    sem_wait(&due);
    if (atomic_load(&stopping))
      return NULL;
    for (int d = 0; d < devices; d++) {
      value_list_t vl = VALUE_LIST_INIT;
      value_t value = {.gauge = 1};
      cdtime_t now = cdtime();

      vl.values = &value;
      vl.values_len = 1;
      sstrncpy(vl.plugin, "floor", sizeof(vl.plugin));
      snprintf(vl.plugin_instance, sizeof(vl.plugin_instance), "Plug %d", d);
      for (int v = 0; v < values; v++) {
        snprintf(vl.type, sizeof(vl.type), "floor%d", v);
        vl.time = now;
        vl.interval = plugin_get_interval();
        plugin_dispatch_values(&vl);
      }
    }
  }
}

static int read_all(void) {
  sem_post(&due);
  return 0;
}

static int init(void) {
  sem_init(&due, 0, 0);
  for (int v = 0; v < values; v++) {
    data_source_t source = {"value", DS_TYPE_GAUGE, NAN, NAN};
    data_set_t set = {.ds_num = 1, .ds = &source};

    snprintf(set.type, sizeof(set.type), "floor%d", v);
    plugin_register_data_set(&set);
  }
  return plugin_thread_create(&thread, run, NULL, "floor");
}

static int stop(void) {
  atomic_store(&stopping, true);
  sem_post(&due);
  pthread_join(thread, NULL);
  return 0;
}

void module_register(void) {
  plugin_register_complex_config("dispatch_floor", config);
  plugin_register_init("dispatch_floor", init);
  plugin_register_read("dispatch_floor", read_all);
  plugin_register_shutdown("dispatch_floor", stop);
}
