/* SPDX-License-Identifier: MIT */
/* notify_kasa.so: the alert engine inside collectd. Notifications in by
 * copying, the value cache on request, numbers about ourselves out. Nothing
 * here waits: whatever takes time happens on the engine's own threads. */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"

#include "alert/engine/alert_engine.h"
#include "config/option.h"
#include "plugin/collectd_notification.h"
#include "plugin/collectd_threshold.h"
#include "plugin/last_power.h"
#include "plugin/oconfig.h"
#include "plugin/types.h"
#include "plugin/value_cache.h"
#include "plugin/version.h"

#include <pthread.h>
#include <stdatomic.h>

enum { EARLY_MAX = 256, UNSENT_SAID_MAX = 20 };

enum phase { PHASE_EARLY, PHASE_RUNNING, PHASE_OVER };

static struct {
  struct notify_config *config;
  /* Callbacks hold it for reading while they use the engine, and never wait
   * for it; stop() takes it for writing before the engine goes. */
  pthread_rwlock_t gate;
  struct alert_engine *engine; /* there while running */
  atomic_int phase;            /* enum phase; only rises */
  atomic_uint unsent;          /* notifications that found no engine */
  /* Notifications from before init, when there may be no thread yet. */
  pthread_mutex_t early_lock; /* guards the next three */
  struct event *early;
  size_t early_num;
  size_t early_lost;
} plugin = {.gate = PTHREAD_RWLOCK_INITIALIZER,
            .early_lock = PTHREAD_MUTEX_INITIALIZER};

/* -- notifications in ----------------------------------------------------- */

/* False: meanwhile there is an engine. */
static bool keep_for_init(const struct event *ev) {
  bool early;

  pthread_mutex_lock(&plugin.early_lock);
  early = atomic_load(&plugin.phase) == PHASE_EARLY;
  if (early && plugin.early == NULL)
    plugin.early = calloc(EARLY_MAX, sizeof(*plugin.early));
  if (early && plugin.early != NULL && plugin.early_num < EARLY_MAX)
    plugin.early[plugin.early_num++] = *ev;
  else if (early)
    plugin.early_lost++;
  pthread_mutex_unlock(&plugin.early_lock);
  return early;
}

/* Other plugins may still notify while they end. Nobody can be told then, but
 * it is not lost unseen. */
static void nobody_told(const struct event *ev) {
  if (atomic_fetch_add(&plugin.unsent, 1) < UNSENT_SAID_MAX)
    log_say(LOG_LEVEL_WARNING,
            "notify_kasa is not running, nobody is told of: %s/%s: %s",
            ev->host, ev->plugin, ev->text);
}

/* Whether this thread is handing a report of ours to collectd: it comes back
 * here like any other, and was sent to its channels already. */
static _Thread_local bool announcing;

static int notify(const notification_t *n, user_data_t *unused) {
  struct event ev;

  (void)unused;
  if (announcing)
    return 0;
  event_from_notification(&ev, n);
  if (atomic_load(&plugin.phase) == PHASE_EARLY && keep_for_init(&ev))
    return 0;
  /* it is only ever held for writing to end everything */
  if (pthread_rwlock_tryrdlock(&plugin.gate) != 0) {
    nobody_told(&ev);
    return 0;
  }
  if (plugin.engine == NULL ||
      alert_engine_event(plugin.engine, &ev) == -ENODEV)
    nobody_told(&ev);
  pthread_rwlock_unlock(&plugin.gate);
  return 0; /* what had to be dropped is counted and told by the engine */
}

/* -- reports out ---------------------------------------------------------- */

/* As the limits of the site: what all devices used together. */
static void announce(const char *name, const struct report_notice *notice) {
  notification_t n = {.severity = NOTIF_OKAY, .time = cdtime()};

  sstrncpy(n.message, notice->message, sizeof(n.message));
  sstrncpy(n.host, hostname_g, sizeof(n.host));
  sstrncpy(n.plugin, "kasa_total", sizeof(n.plugin));
  sstrncpy(n.type, "report", sizeof(n.type));
  sstrncpy(n.type_instance, notice->instance, sizeof(n.type_instance));
  plugin_notification_meta_add_string(&n, "Report", name);
  for (unsigned i = 0; i < notice->fields_num; i++)
    plugin_notification_meta_add_string(&n, notice->fields[i].name,
                                        notice->fields[i].value);
  announcing = true;
  plugin_dispatch_notification(&n);
  announcing = false;
  if (n.meta != NULL)
    plugin_notification_meta_free(n.meta);
}

/* -- numbers about ourselves ---------------------------------------------- */

static void dispatch(const char *instance, const char *type,
                     const char *type_instance, value_t value) {
  value_list_t vl = VALUE_LIST_INIT;

  vl.values = &value;
  vl.values_len = 1;
  sstrncpy(vl.plugin, "notify_kasa", sizeof(vl.plugin));
  sstrncpy(vl.plugin_instance, instance, sizeof(vl.plugin_instance));
  sstrncpy(vl.type, type, sizeof(vl.type));
  sstrncpy(vl.type_instance, type_instance, sizeof(vl.type_instance));
  plugin_dispatch_values(&vl);
}

static void dispatch_count(const char *instance, const char *type,
                           const char *type_instance, uint64_t count) {
  dispatch(instance, type, type_instance, (value_t){.derive = (derive_t)count});
}

static int read_self(user_data_t *unused) {
  struct alert_engine_stats *s;

  (void)unused;
  if (pthread_rwlock_tryrdlock(&plugin.gate) != 0)
    return 0;
  s = plugin.engine != NULL ? calloc(1, sizeof(*s)) : NULL;
  if (s != NULL)
    alert_engine_stats(plugin.engine, s);
  pthread_rwlock_unlock(&plugin.gate);
  if (s == NULL)
    return 0;
  for (size_t i = 0; i < s->channels_num; i++) {
    const char *name = s->channels[i].name;
    const struct deliver_counts *n = &s->channels[i].counts;

    dispatch_count(name, "deliveries", "sent", n->sent);
    dispatch_count(name, "deliveries", "retried", n->retried);
    dispatch_count(name, "deliveries", "failed", n->failed);
    dispatch_count(name, "deliveries", "suppressed", n->suppressed);
    dispatch(name, "gauge", "stopped",
             (value_t){.gauge = s->channels[i].stopped ? 1 : 0});
    dispatch(name, "duration", "oldest",
             (value_t){.gauge = n->oldest > 0 && s->now > n->oldest
                                    ? (gauge_t)(s->now - n->oldest) / 1000
                                    : 0});
    dispatch(name, "queue_length", "", (value_t){.gauge = (gauge_t)n->queued});
  }
  for (int level = LEVEL_INFO; level < LEVEL_COUNT; level++)
    dispatch_count("", "alerts", level_names[level], s->alerts.opened[level]);
  dispatch("", "alerts_firing", "",
           (value_t){.gauge = (gauge_t)s->alerts.firing});
  if (s->heartbeat >= 0)
    dispatch("", "gauge", "heartbeat",
             (value_t){.gauge = (gauge_t)s->heartbeat});
  free(s);
  return 0;
}

/* -- configuration and life ----------------------------------------------- */

static void say_error(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_ERROR, "%s", line);
}

static struct notify_config *ensure_config(void) {
  if (plugin.config == NULL)
    plugin.config = notify_config_new();
  return plugin.config;
}

/* Always 0: a mistake in our block must not stop a daemon that also watches
 * other things. */
static int config(oconfig_item_t *item) {
  struct option_reporter reporter = {.say = say_error};
  struct conf_item *block = oconfig_read(item);

  if (block == NULL || ensure_config() == NULL)
    log_say(LOG_LEVEL_ERROR, "<Plugin notify_kasa>: out of memory");
  else
    notify_config_read(plugin.config, block, &reporter);
  conf_free(block);
  return 0;
}

static double startup_grace(double interval) {
  long timeout = global_option_get_long("Timeout", 2);
  double rounds = 3 * interval * (double)(timeout > 0 ? timeout : 2);

  return rounds > 120 ? rounds : 120;
}

/* Hands over what was notified before there was an engine; from here on
 * callbacks reach it themselves. */
static void go(struct alert_engine *engine) {
  pthread_mutex_lock(&plugin.early_lock);
  plugin.engine = engine;
  for (size_t i = 0; i < plugin.early_num; i++)
    alert_engine_event(engine, &plugin.early[i]);
  if (plugin.early_lost > 0)
    log_say(LOG_LEVEL_ERROR, "%zu notifications before the start were lost",
            plugin.early_lost);
  free(plugin.early);
  plugin.early = NULL;
  plugin.early_num = 0;
  atomic_store(&plugin.phase, PHASE_RUNNING);
  pthread_mutex_unlock(&plugin.early_lock);
}

/* There will be no engine: what was notified before init is not lost unseen,
 * and what comes from here on neither. */
static void tell_nobody_early(void) {
  pthread_mutex_lock(&plugin.early_lock);
  atomic_store(&plugin.phase, PHASE_OVER);
  for (size_t i = 0; i < plugin.early_num; i++)
    nobody_told(&plugin.early[i]);
  free(plugin.early);
  plugin.early = NULL;
  plugin.early_num = 0;
  pthread_mutex_unlock(&plugin.early_lock);
}

static int init(void) {
  struct option_reporter reporter = {.say = say_error};
  double interval = CDTIME_T_TO_DOUBLE(plugin_get_interval());
  struct alert_engine_hooks hooks = {
      .source = {.lookup = value_cache_lookup,
                 .last_power = last_power_of,
                 .thresholds = collectd_thresholds},
      .collectd_host = hostname_g,
      .version = package_version,
      .announce = announce,
      .interval_s = interval,
      .grace_s = startup_grace(interval)};
  struct alert_engine *engine;

  if (atomic_load(&plugin.phase) != PHASE_EARLY)
    return 0;
  log_say(LOG_LEVEL_INFO, "version %s", package_version);
  if (ensure_config() == NULL)
    return -1;
  notify_config_finish(plugin.config, &reporter);
  if (notify_config_rebase(plugin.config, global_option_get("BaseDir")) < 0) {
    tell_nobody_early();
    return -1;
  }
  if (plugin.config->channels_num == 0)
    log_say(LOG_LEVEL_WARNING,
            "no channel is configured: alerts are recorded, nobody is told");
  engine =
      alert_engine_start(plugin.config, plugin.config->state_directory, &hooks);
  if (engine == NULL) {
    tell_nobody_early();
    return -1;
  }
  go(engine);
  plugin_register_complex_read(NULL, "notify_kasa", read_self, 0, NULL);
  return 0;
}

static int stop(void) {
  struct alert_engine *engine;
  bool all = true;

  tell_nobody_early();
  pthread_rwlock_wrlock(&plugin.gate);
  engine = plugin.engine;
  plugin.engine = NULL;
  pthread_rwlock_unlock(&plugin.gate);
  if (engine != NULL)
    all = alert_engine_stop(engine);
  if (all) { /* else a thread that would not end still uses it */
    notify_config_free(plugin.config);
    last_power_forget();
  }
  plugin.config = NULL;
  return 0;
}

void module_register(void) {
  static char name[] = "notify_kasa";

  log_set_sink(oconfig_log, name);
  types_register();
  plugin_register_complex_config(name, config);
  plugin_register_init(name, init);
  plugin_register_notification(name, notify, NULL);
  plugin_register_missing(name, last_power_missing, NULL);
  plugin_register_shutdown(name, stop);
}
