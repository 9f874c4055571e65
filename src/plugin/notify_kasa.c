/* notify_kasa.so: the alert engine inside collectd. Notifications in by
 * copying, the value cache on request, numbers about ourselves out. Nothing
 * here waits: whatever takes time happens on the engine's own threads. */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"
#include "utils_cache.h"

#include "alert/engine.h"
#include "base/option.h"
#include "plugin/conf.h"
#include "plugin/types.h"
#include "plugin/version.h"

#include <pthread.h>

enum { EARLY_MAX = 256, META_MAX = 4096 };

static struct {
  struct notify_config *config;
  /* Callbacks hold it for reading while they use the engine, and never wait
   * for it; stop() takes it for writing before the engine goes. */
  pthread_rwlock_t gate;
  struct engine *engine; /* NULL before init and after shutdown */
  /* Notifications from before init, when there may be no thread yet. */
  pthread_mutex_t early_lock; /* guards the next two */
  struct event *early;
  size_t early_num;
} plugin = {.gate = PTHREAD_RWLOCK_INITIALIZER,
            .early_lock = PTHREAD_MUTEX_INITIALIZER};

/* -- notifications in
 * ---------------------------------------------------------------------- */

static void take_text(char *out, size_t size, const char *in, size_t in_size) {
  size_t n = strnlen(in, in_size); /* overrun fields have no end */

  if (n >= size)
    n = size - 1;
  memcpy(out, in, n);
  out[n] = '\0';
}

static void take_number(struct event *ev, const char *name, double number) {
  const struct {
    const char *name;
    double *to;
  } known[] = {
      {"CurrentValue", &ev->value},     {"WarningMin", &ev->warning_min},
      {"WarningMax", &ev->warning_max}, {"FailureMin", &ev->failure_min},
      {"FailureMax", &ev->failure_max},
  };

  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (strcmp(name, known[i].name) == 0) {
      *known[i].to = number;
      ev->has_value = ev->has_value || i == 0;
    }
}

static void take_string(struct event *ev, const char *name, const char *text) {
  if (text == NULL)
    return;
  if (strcmp(name, "DataSource") == 0) {
    take_text(ev->data_source, sizeof(ev->data_source), text, META_MAX);
    return;
  }
  if (strcmp(name, "AlertKey") == 0) {
    take_text(ev->key, sizeof(ev->key), text, META_MAX);
    return;
  }
  for (size_t i = 0; i < ALERT_META_MAX; i++)
    if (ev->meta[i].key[0] == '\0') {
      take_text(ev->meta[i].key, sizeof(ev->meta[i].key), name,
                DATA_MAX_NAME_LEN);
      take_text(ev->meta[i].value, sizeof(ev->meta[i].value), text, META_MAX);
      return;
    }
}

static void take_meta(struct event *ev, const notification_meta_t *meta) {
  for (int n = 0; meta != NULL && n < 64; meta = meta->next, n++) {
    if (meta->type == NM_TYPE_STRING)
      take_string(ev, meta->name, meta->nm_value.nm_string);
    else if (meta->type == NM_TYPE_DOUBLE)
      take_number(ev, meta->name, meta->nm_value.nm_double);
    else if (meta->type == NM_TYPE_BOOLEAN &&
             strcmp(meta->name, "network:received") == 0)
      ev->forwarded = meta->nm_value.nm_boolean;
  }
}

static void event_from_notification(struct event *ev, const notification_t *n) {
  event_init(ev);
  ev->severity = n->severity == NOTIF_OKAY      ? SEVERITY_OKAY
                 : n->severity == NOTIF_WARNING ? SEVERITY_WARNING
                 : n->severity == NOTIF_FAILURE ? SEVERITY_FAILURE
                                                : SEVERITY_NONE;
  ev->time = (int64_t)CDTIME_T_TO_MS(n->time);
  take_text(ev->text, sizeof(ev->text), n->message, sizeof(n->message));
  take_text(ev->host, sizeof(ev->host), n->host, sizeof(n->host));
  take_text(ev->plugin, sizeof(ev->plugin), n->plugin, sizeof(n->plugin));
  take_text(ev->plugin_instance, sizeof(ev->plugin_instance),
            n->plugin_instance, sizeof(n->plugin_instance));
  take_text(ev->type, sizeof(ev->type), n->type, sizeof(n->type));
  take_text(ev->type_instance, sizeof(ev->type_instance), n->type_instance,
            sizeof(n->type_instance));
  take_meta(ev, n->meta);
}

static void keep_for_init(const struct event *ev) {
  pthread_mutex_lock(&plugin.early_lock);
  if (plugin.early == NULL)
    plugin.early = calloc(EARLY_MAX, sizeof(*plugin.early));
  if (plugin.early != NULL && plugin.early_num < EARLY_MAX)
    plugin.early[plugin.early_num++] = *ev;
  pthread_mutex_unlock(&plugin.early_lock);
}

static int notify(const notification_t *n, user_data_t *unused) {
  struct event ev;

  (void)unused;
  event_from_notification(&ev, n);
  if (pthread_rwlock_tryrdlock(&plugin.gate) != 0)
    return 0; /* shutting down */
  if (plugin.engine != NULL)
    engine_event(plugin.engine, &ev);
  else if (plugin.config != NULL)
    keep_for_init(&ev);
  pthread_rwlock_unlock(&plugin.gate);
  return 0; /* what had to be dropped is counted and told by the engine */
}

/* -- the value cache
 * ---------------------------------------------------------------------- */

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

static bool lookup(void *arg, const struct alert *a, const char *series,
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

/* -- what devices took at last
 * ---------------------------------------------------------------------- */

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
static int series_missing(const value_list_t *vl, user_data_t *unused) {
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
static bool last_power(void *arg, const struct alert *a, double *watts,
                       int64_t *at) {
  const struct last_power *known;

  if (strcmp(a->plugin, "kasa") != 0)
    return false;
  if (lookup(arg, a, "power", watts))
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

static void last_forget(void) {
  pthread_mutex_lock(&last.lock);
  free(last.all);
  last.all = NULL;
  last.num = last.room = 0;
  pthread_mutex_unlock(&last.lock);
}

/* -- numbers about ourselves
 * ---------------------------------------------------------------------- */

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
  struct engine_stats *s;

  (void)unused;
  if (pthread_rwlock_tryrdlock(&plugin.gate) != 0)
    return 0;
  s = plugin.engine != NULL ? calloc(1, sizeof(*s)) : NULL;
  if (s != NULL)
    engine_stats(plugin.engine, s);
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
    dispatch(name, "queue_length", "", (value_t){.gauge = (gauge_t)n->queued});
  }
  for (int level = LEVEL_INFO; level < LEVEL_COUNT; level++)
    dispatch_count("", "alerts", level_names[level], s->alerts.opened[level]);
  dispatch("", "alerts_firing", "",
           (value_t){.gauge = (gauge_t)s->alerts.firing});
  free(s);
  return 0;
}

/* -- configuration and life
 * ---------------------------------------------------------------------- */

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
  struct conf_item *block = conf_from_oconfig(item);

  if (block == NULL || ensure_config() == NULL)
    log_say(LOG_LEVEL_ERROR, "<Plugin notify_kasa>: out of memory");
  else
    notify_config_read(plugin.config, block, &reporter);
  conf_free(block);
  return 0;
}

/* A relative StateDirectory is below BaseDir, whatever the current one. */
static void state_directory(char *out, size_t size) {
  const char *base = global_option_get("BaseDir");
  const char *own = plugin.config->state_directory != NULL
                        ? plugin.config->state_directory
                        : "notify_kasa";

  if (own[0] == '/' || base == NULL || base[0] == '\0')
    snprintf(out, size, "%s", own);
  else
    snprintf(out, size, "%s/%s", base, own);
}

static double startup_grace(double interval) {
  long timeout = global_option_get_long("Timeout", 2);
  double rounds = 3 * interval * (double)(timeout > 0 ? timeout : 2);

  return rounds > 120 ? rounds : 120;
}

/* What was notified before there was an engine. */
static void replay_early(void) {
  pthread_mutex_lock(&plugin.early_lock);
  for (size_t i = 0; i < plugin.early_num; i++)
    engine_event(plugin.engine, &plugin.early[i]);
  free(plugin.early);
  plugin.early = NULL;
  plugin.early_num = 0;
  pthread_mutex_unlock(&plugin.early_lock);
}

static int init(void) {
  struct option_reporter reporter = {.say = say_error};
  double interval = CDTIME_T_TO_DOUBLE(plugin_get_interval());
  struct engine_hooks hooks = {.lookup = lookup,
                               .last_power = last_power,
                               .collectd_host = hostname_g,
                               .version = package_version,
                               .interval_s = interval,
                               .grace_s = startup_grace(interval)};
  char directory[PATH_MAX];
  struct engine *engine;

  if (plugin.engine != NULL)
    return 0;
  if (ensure_config() == NULL)
    return -1;
  notify_config_finish(plugin.config, &reporter);
  if (plugin.config->channels_num == 0)
    log_say(LOG_LEVEL_WARNING,
            "no channel is configured: alerts are recorded, nobody is told");
  state_directory(directory, sizeof(directory));
  engine = engine_start(plugin.config, directory, &hooks);
  if (engine == NULL)
    return -1;
  pthread_rwlock_wrlock(&plugin.gate);
  plugin.engine = engine;
  replay_early();
  pthread_rwlock_unlock(&plugin.gate);
  plugin_register_complex_read(NULL, "notify_kasa", read_self, 0, NULL);
  return 0;
}

static int stop(void) {
  struct engine *engine;
  bool all = true;

  pthread_rwlock_wrlock(&plugin.gate);
  engine = plugin.engine;
  plugin.engine = NULL;
  pthread_rwlock_unlock(&plugin.gate);
  if (engine != NULL)
    all = engine_stop(engine);
  if (all) /* else a thread that would not end still uses it */
    notify_config_free(plugin.config);
  plugin.config = NULL;
  free(plugin.early);
  plugin.early = NULL;
  plugin.early_num = 0;
  if (all)
    last_forget();
  return 0;
}

void module_register(void) {
  static char name[] = "notify_kasa";

  log_set_sink(conf_log, name);
  types_register();
  plugin_register_complex_config(name, config);
  plugin_register_init(name, init);
  plugin_register_notification(name, notify, NULL);
  plugin_register_missing(name, series_missing, NULL);
  plugin_register_shutdown(name, stop);
}
