/* SPDX-License-Identifier: MIT */
/* kasa.so: the engine inside collectd. Configuration in, readings out; which
 * type, instance and unit each value gets is decided in the middle part. */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"

#include "base/clock.h"
#include "base/text.h"
#include "config/option.h"
#include "plugin/appliance_values.h"
#include "plugin/energy_values.h"
#include "plugin/limit_values.h"
#include "plugin/low_values.h"
#include "plugin/notification_queue.h"
#include "plugin/oconfig.h"
#include "plugin/renamed_values.h"
#include "plugin/types.h"
#include "plugin/version.h"
#include "poll/poll_engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

static struct {
  struct poll_options options;
  bool configured;
  struct poll_engine *engine;
  pthread_t thread;    /* the engine's */
  pthread_t main;      /* the one that called init */
  atomic_bool running; /* reads may wake the engine */
  atomic_bool failed;  /* its thread has ended by itself: nothing is polled */
  uint64_t sums_us;    /* when the last sums went out; the engine's thread */
} plugin;

/* -- values out -- */

static const char OUTLETS[] = "kasa_plug";

/* Every poll hands over some twenty values of one device, so what they share
 * is filled in once. */
static value_list_t series_of(const char *name, const char *instance,
                              uint64_t wall_us, double interval) {
  value_list_t vl = VALUE_LIST_INIT;

  vl.values_len = 1;
  vl.time = US_TO_CDTIME_T(wall_us);
  vl.interval = DOUBLE_TO_CDTIME_T(interval);
  sstrncpy(vl.plugin, name, sizeof(vl.plugin));
  sstrncpy(vl.plugin_instance, instance, sizeof(vl.plugin_instance));
  return vl;
}

/* strncpy() would fill the rest of the field with zeros. */
static void set_field(char field[DATA_MAX_NAME_LEN], const char *text) {
  size_t len = strnlen(text, DATA_MAX_NAME_LEN - 1);

  memcpy(field, text, len);
  field[len] = '\0';
}

static void dispatch(value_list_t *vl, const char *type,
                     const char *type_instance, value_t value) {
  vl->values = &value;
  set_field(vl->type, type);
  set_field(vl->type_instance, type_instance);
  plugin_dispatch_values(vl);
  vl->values = NULL;
}

static void gauge(value_list_t *vl, const char *type, const char *type_instance,
                  double value) {
  dispatch(vl, type, type_instance, (value_t){.gauge = value});
}

static void derive(value_list_t *vl, const char *type,
                   const char *type_instance, uint64_t value) {
  dispatch(vl, type, type_instance, (value_t){.derive = (derive_t)value});
}

static bool group_wanted(enum quantity_group group) {
  const struct poll_options *o = &plugin.options;

  switch (group) {
  case GROUP_MAINS:
    return o->report_mains;
  case GROUP_STATUS:
    return o->report_status;
  case GROUP_LINK:
    return o->report_link;
  case GROUP_LIGHTS:
    return o->report_lights;
  case GROUP_SENSORS:
    return o->report_sensors;
  case GROUP_ALWAYS:
    break;
  }
  return true;
}

/* Today and this month are the ledger's, not the device's. */
static const uint32_t OF_THE_LEDGER = 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH;

/* Every value of a reading that is there and in which. */
static void dispatch_reading(value_list_t *vl, const char *type_instance,
                             const struct reading *r, uint32_t which) {
  for (unsigned q = 0; q < QUANTITIES; q++)
    if ((r->has & which & ~OF_THE_LEDGER & 1U << q) != 0 &&
        quantities[q].type != NULL && group_wanted(quantities[q].group))
      gauge(vl, quantities[q].type, type_instance, r->value[q]);
}

/* Cut where a character ends: Prometheus refuses a whole page for half a one.
 */
static void dispatch_text(value_list_t *vl, const char *type, char *text) {
  text[text_cut(text, DATA_MAX_NAME_LEN - 1)] = '\0';
  gauge(vl, type, text, 1);
}

/* model=HS110(EU) mac=50:c7:bf:00:11:22 hw=4.0, which stay, and apart from them
 * what changes: a query that joins the first outlives a new address. */
static void dispatch_info(value_list_t *vl, const struct poll_device *k) {
  const struct device *d = &k->device;
  char text[2 * DATA_MAX_NAME_LEN];
  char mac[MAC_TEXT_SIZE] = "-";

  if (d->mac_known)
    device_format_mac(d->mac, mac);
  snprintf(text, sizeof(text), "model=%.31s mac=%s hw=%.15s", d->model, mac,
           d->hardware);
  dispatch_text(vl, "info", text);
  snprintf(text, sizeof(text), "ip=%s fw=%.31s", poll_device_address(k),
           d->firmware);
  dispatch_text(vl, "info_now", text);
}

/* Reasons that have occurred. No zero goes before the first one: of two values
 * in a row the older may reach a writer last. */
static void dispatch_failures(const value_list_t *vl,
                              const struct poll_device *k) {
  value_list_t seldom = *vl;

  seldom.interval *= FAILURES_EVERY;
  for (unsigned o = OUTCOME_OK + 1; o < OUTCOMES; o++) {
    const char *reason = outcome_name((enum outcome)o);

    if (poll_device_failures(k, o) != 0)
      derive(&seldom, "failures", reason, poll_device_failures(k, o));
  }
}

static void dispatch_plugs(value_list_t *vl, const struct poll_device *k,
                           uint32_t which) {
  value_list_t plugs = *vl;

  if (!plugin.options.report_plugs)
    return;
  set_field(plugs.plugin, OUTLETS);
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const struct poll_device_plug *plug = &k->plugs[i];

    dispatch_reading(&plugs, plug->name, &k->device.plugs[i].now, which);
  }
}

static bool plugin_wanted(const char *name) {
  return plugin.options.report_plugs || strcmp(name, OUTLETS) != 0;
}

static void sink_gauge(void *arg, const char *plugin_name, const char *type,
                       const char *type_instance, double value) {
  value_list_t *vl = arg;

  if (!plugin_wanted(plugin_name))
    return;
  set_field(vl->plugin, plugin_name);
  gauge(vl, type, type_instance, value);
}

static void sink_derive(void *arg, const char *plugin_name, const char *type,
                        const char *type_instance, uint64_t value) {
  value_list_t *vl = arg;

  if (!plugin_wanted(plugin_name))
    return;
  set_field(vl->plugin, plugin_name);
  derive(vl, type, type_instance, value);
}

static void dispatch_appliances(const value_list_t *vl,
                                const struct poll_device *k) {
  value_list_t copy = *vl;
  struct appliance_sink sink = {sink_gauge, sink_derive, &copy};
  struct appliance_money money = {NAN, energy_values_currency()};

  low_values_reading(k, &plugin.options);
  if (k->options == NULL)
    return; /* without a block there is no appliance */
  money.price = energy_values_price(k->report.time_us);
  appliance_values_reading(k, &plugin.options, &money, &sink);
}

static void dispatch_core(value_list_t *vl, const struct poll_device *k) {
  /* In a poll that also asks for the slow ones, those come by themselves. */
  uint32_t which = k->poll.progress.rare ? ~QUANTITIES_RARE : UINT32_MAX;

  if (plugin.options.report_link)
    gauge(vl, "response_time", "", k->status.response);
  dispatch_reading(vl, "", &k->device.now, which);
  dispatch_plugs(vl, k, which);
  if (plugin.options.report_info)
    dispatch_info(vl, k);
  dispatch_appliances(vl, k);
}

/* Of devices that are away, too: their days end all the same. */
static void dispatch_energy(const value_list_t *vl,
                            const struct poll_device *k) {
  value_list_t copy = *vl;
  struct appliance_sink sink = {sink_gauge, sink_derive, &copy};

  energy_values_device(k, k->report.time_us, &sink);
}

/* The engine's hook: the parts of one device that are due. */
static void dispatch_device(void *arg, const struct poll_device *k,
                            unsigned parts) {
  value_list_t vl = series_of("kasa", k->name, k->report.time_us,
                              poll_device_interval(k, &plugin.options));

  (void)arg;
  if (parts & REPORT_RENAMED)
    renamed_values_tell(plugin.engine, k);
  if (parts & REPORT_NAMED)
    renamed_values_compare(plugin.engine, k);
  if (parts & REPORT_RARE) {
    dispatch_reading(&vl, "", &k->device.now, QUANTITIES_RARE);
    dispatch_plugs(&vl, k, QUANTITIES_RARE);
  }
  if (parts & REPORT_READING)
    dispatch_core(&vl, k);
  if (parts & REPORT_ENERGY)
    dispatch_energy(&vl, k);
  if ((parts & REPORT_FAILURES) && plugin.options.report_failures)
    dispatch_failures(&vl, k);
  if (parts & REPORT_STATE) /* last: who sees it change finds the rest there */
    gauge(&vl, "up", "", k->status.up);
}

/* Newcomers end a cycle of their own between two of the clock's; sums once an
 * interval are enough, and RRD files take no two values in one second. */
static bool sums_are_due(uint64_t wall_us) {
  uint64_t pause = (uint64_t)(plugin.options.interval * 5e5);

  if (wall_us - plugin.sums_us < pause)
    return false;
  plugin.sums_us = wall_us;
  return true;
}

/* The engine's hook: a cycle of polls is complete. */
static void dispatch_sums(void *arg, const struct poll_totals *c) {
  value_list_t vl;
  struct appliance_sink sink = {sink_gauge, sink_derive, &vl};

  (void)arg;
  if (!sums_are_due(c->wall_us))
    return;
  if (!plugin.options.report_totals) {
    energy_values_total(c->wall_us, NULL);
    return;
  }
  vl = series_of("kasa_total", "", c->wall_us, plugin.options.interval);
  dispatch_reading(&vl, "", &c->sums, UINT32_MAX);
  energy_values_total(c->wall_us, &sink);
  gauge(&vl, "devices", "known", c->known);
  gauge(&vl, "devices", "up", c->up);
  gauge(&vl, "devices", "on", c->on);
  gauge(&vl, "devices", "metered", c->metered);
  gauge(&vl, "poll_duration", "", c->duration);
}

/* -- callbacks -- */

static void say_error(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_ERROR, "%s", line);
}

static void ensure_options(void) {
  if (!plugin.configured)
    poll_options_init(&plugin.options);
  plugin.configured = true;
}

/* Always 0: a mistake in our block must not stop a daemon that also watches
 * other things. */
static int config(oconfig_item_t *item) {
  struct option_reporter reporter = {.say = say_error};
  struct conf_item *block = oconfig_read(item);

  ensure_options();
  if (block == NULL)
    log_say(LOG_LEVEL_ERROR, "<Plugin kasa>: out of memory");
  else
    poll_options_read(&plugin.options, block, &reporter);
  conf_free(block);
  return 0;
}

/* Under collectd -T the main thread itself reads once and then stops; the
 * first cycle shall be complete by then. Else reads run in threads of their
 * own and only wake the engine. */
static void settle_if_alone(void) {
  const struct poll_options *o = &plugin.options;

  if (pthread_equal(pthread_self(), plugin.main))
    poll_engine_settle(plugin.engine,
                       o->discovery_timeout +
                           (o->timeout + o->retry_delay) * (o->retries + 2));
}

static int wake(unsigned what) {
  if (atomic_load(&plugin.failed))
    return -1; /* collectd says so, and asks ever less often */
  if (atomic_load(&plugin.running)) {
    poll_engine_wake(plugin.engine, what);
    settle_if_alone();
  }
  return 0;
}

static int read_poll(user_data_t *unused) {
  (void)unused;
  notification_queue_dispatch();
  return wake(POLL_ENGINE_POLL);
}

static int read_discovery(user_data_t *unused) {
  (void)unused;
  return wake(POLL_ENGINE_SEARCH);
}

static void *engine_thread(void *arg) {
  energy_values_wait();
  if (poll_engine_run(arg) < 0)
    atomic_store(&plugin.failed, true);
  return NULL;
}

static int start(const struct poll_engine_hooks *hooks) {
  int err;

  plugin.engine = poll_engine_create(&plugin.options, hooks);
  if (plugin.engine == NULL)
    return ENOMEM;
  atomic_store(&plugin.running, true);
  err = plugin_thread_create(&plugin.thread, engine_thread, plugin.engine,
                             "kasa");
  if (err != 0) {
    atomic_store(&plugin.running, false);
    poll_engine_free(plugin.engine);
    plugin.engine = NULL;
    return err;
  }
  return 0;
}

/* A relative StateDirectory is below BaseDir, whatever the current one. */
static void state_directory(char *out, size_t size) {
  const char *base = global_option_get("BaseDir");
  const char *own = plugin.options.state_directory != NULL
                        ? plugin.options.state_directory
                        : "kasa";

  if (own[0] == '/' || base == NULL || base[0] == '\0')
    snprintf(out, size, "%s", own);
  else
    snprintf(out, size, "%s/%s", base, own);
}

static int init(void) {
  const struct poll_engine_hooks hooks = {.report = dispatch_device,
                                          .cycle = dispatch_sums,
                                          .energy = energy_values_hooks};
  struct option_reporter reporter = {.say = say_error};
  char directory[PATH_MAX];
  struct note_keeper keeper;
  int err;

  log_say(LOG_LEVEL_INFO, "version %s", package_version);
  ensure_options();
  poll_options_finish(&plugin.options, &reporter);
  plugin.options.interval = CDTIME_T_TO_DOUBLE(plugin_get_interval());
  plugin.main = pthread_self();
  state_directory(directory, sizeof(directory));
  energy_values_start(&plugin.options, directory);
  keeper = energy_values_keeper();
  limit_values_start(&keeper);
  appliance_values_start(&keeper);
  low_values_start(&keeper);
  renamed_values_start(&keeper);
  err = start(&hooks);
  if (err != 0) {
    log_say(LOG_LEVEL_ERROR,
            "polling could not be started, nothing is read: %s", STRERROR(err));
    return -1;
  }
  plugin_register_complex_read(NULL, "kasa", read_poll, 0, NULL);
  if (plugin.options.discovery)
    plugin_register_complex_read(
        NULL, "kasa/discovery", read_discovery,
        DOUBLE_TO_CDTIME_T(plugin.options.discovery_interval), NULL);
  return 0;
}

static int stop(void) {
  if (atomic_exchange(&plugin.running, false)) {
    poll_engine_wake(plugin.engine, POLL_ENGINE_STOP);
    energy_values_end_is_near();
    pthread_join(plugin.thread, NULL);
    poll_engine_free(plugin.engine);
    plugin.engine = NULL;
  }
  notification_queue_dispatch();
  appliance_values_free();
  low_values_free();
  limit_values_free();
  energy_values_stop();
  poll_options_free(&plugin.options);
  plugin.configured = false;
  return 0;
}

void module_register(void) {
  static char name[] = "kasa";

  log_set_sink(oconfig_log, name);
  types_register();
  plugin_register_complex_config(name, config);
  plugin_register_init(name, init);
  plugin_register_shutdown(name, stop);
}
