/* SPDX-License-Identifier: MIT */
/* The words for what collectd measures: see alert_subject.h. */
#include <config.h>

#include "alert/text/alert_subject.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In quantity, "@" stands for the plugin instance, "#" for the type instance;
 * a blank before an empty one goes with it. "*" as type instance in suffix is
 * the type instance itself. NULL in plugin, type or instance matches all. */
struct subject_rule {
  const char *plugin;
  const char *type;
  const char *type_instance;
  enum alert_subject_kind kind;
  const char *subject; /* NULL: who it is */
  const char *quantity;
  const char *suffix;
  const char *yes, *no; /* SUBJECT_SWITCH */
};

static const struct subject_rule subject_rules[] = {
    /* everything this collectd sees */
    {"kasa_total", "cost_today", NULL, SUBJECT_COST, "Cost today", "", "", 0,
     0},
    {"kasa_total", "cost_month", NULL, SUBJECT_COST, "Cost this month", "", "",
     0, 0},
    {"kasa_total", "cost_yesterday", NULL, SUBJECT_COST, "Cost yesterday", "",
     "", 0, 0},
    {"kasa_total", "cost_forecast", NULL, SUBJECT_COST,
     "Cost forecast for this month", "", "", 0, 0},
    {"kasa_total", "devices", NULL, SUBJECT_PLAIN, NULL, "devices # ", "", 0,
     0},
    /* one device or plug */
    {NULL, "power", NULL, SUBJECT_POWER, NULL, "", "", 0, 0},
    {NULL, "watt_hours", NULL, SUBJECT_POWER, NULL, "", "", 0, 0},
    {NULL, "voltage", NULL, SUBJECT_PLAIN, NULL, "", "", 0, 0},
    {NULL, "current", NULL, SUBJECT_PLAIN, NULL, "", "", 0, 0},
    {NULL, "kwh_today", NULL, SUBJECT_ENERGY, NULL, "", " today", 0, 0},
    {NULL, "kwh_month", NULL, SUBJECT_ENERGY, NULL, "", " this month", 0, 0},
    {NULL, "energy_wh", NULL, SUBJECT_ENERGY, NULL, "", "", 0, 0},
    {NULL, "cost_today", NULL, SUBJECT_COST, NULL, "", " today", 0, 0},
    {NULL, "cost_month", NULL, SUBJECT_COST, NULL, "", " this month", 0, 0},
    {NULL, "kwh_yesterday", NULL, SUBJECT_ENERGY, NULL, "", " yesterday", 0, 0},
    {NULL, "cost_yesterday", NULL, SUBJECT_COST, NULL, "", " yesterday", 0, 0},
    {NULL, "cost_forecast", NULL, SUBJECT_COST, NULL, "",
     " forecast for this month", 0, 0},
    {NULL, "price", NULL, SUBJECT_PLAIN, NULL, "price ", " per kWh", 0, 0},
    {NULL, "unpriced", NULL, SUBJECT_PLAIN, NULL, "without a price ", "", 0, 0},
    {NULL, "covered", NULL, SUBJECT_PLAIN, NULL, "known of today ", "", 0, 0},
    {NULL, "up", NULL, SUBJECT_AWAY, NULL, "", "", 0, 0},
    {NULL, "relay", NULL, SUBJECT_SWITCH, NULL, "", "", "on", "off"},
    {NULL, "overheated", NULL, SUBJECT_SWITCH, NULL, "", "", "overheated",
     "not overheated"},
    {NULL, "overloaded", NULL, SUBJECT_SWITCH, NULL, "", "", "overloaded",
     "not overloaded"},
    {NULL, "running", NULL, SUBJECT_SWITCH, NULL, "", "", "running",
     "not running"},
    {NULL, "cloud_connected", NULL, SUBJECT_SWITCH, NULL, "", "",
     "connected to the cloud", "not connected to the cloud"},
    {NULL, "motion", NULL, SUBJECT_SWITCH, NULL, "", "", "seeing motion",
     "not seeing motion"},
    {NULL, "updating", NULL, SUBJECT_SWITCH, NULL, "", "", "updating",
     "not updating"},
    {NULL, "led_off", NULL, SUBJECT_SWITCH, NULL, "", "",
     "showing no status light", "showing its status light"},
    {"kasa", "response_time", NULL, SUBJECT_PLAIN, NULL, "answers in ", "", 0,
     0},
    {NULL, "poll_duration", NULL, SUBJECT_PLAIN, NULL, "polling takes ", "", 0,
     0},
    {NULL, "signal_power", NULL, SUBJECT_PLAIN, NULL, "signal ", "", 0, 0},
    {NULL, "on_time", NULL, SUBJECT_PLAIN, NULL, "on for ", "", 0, 0},
    {NULL, "brightness", NULL, SUBJECT_PLAIN, NULL, "brightness ", "", 0, 0},
    {NULL, "ambient_light", NULL, SUBJECT_PLAIN, NULL, "light ", "", 0, 0},
    {NULL, "power_deviation", NULL, SUBJECT_PLAIN, NULL, "power differs by ",
     "", 0, 0},
    {NULL, "failures", NULL, SUBJECT_PLAIN, NULL, "failures # ", "", 0, 0},
    {NULL, "standby", NULL, SUBJECT_PLAIN, NULL, "standby ", "", 0, 0},
    {NULL, "duty", NULL, SUBJECT_PLAIN, NULL, "runs ", " of the day", 0, 0},
    {NULL, "cycles", NULL, SUBJECT_PLAIN, NULL, "cycles ", "", 0, 0},
    {NULL, "cycle_duration", NULL, SUBJECT_PLAIN, NULL, "cycle of ", "", 0, 0},
    {NULL, "cycle_kwh", NULL, SUBJECT_ENERGY, NULL, "cycle of ", "", 0, 0},
    {NULL, "cycle_cost", NULL, SUBJECT_COST, NULL, "cycle of ", "", 0, 0},
    /* a host's own values */
    {"cpu", NULL, "active", SUBJECT_PLAIN, NULL, "CPU ", "", 0, 0},
    {"cpu", NULL, NULL, SUBJECT_PLAIN, NULL, "CPU # ", "", 0, 0},
    {"aggregation", "percent", "active", SUBJECT_PLAIN, NULL, "CPU ", "", 0, 0},
    {"aggregation", "percent", NULL, SUBJECT_PLAIN, NULL, "CPU # ", "", 0, 0},
    {"aggregation", "cpu", NULL, SUBJECT_PLAIN, NULL, "CPU # ", "", 0, 0},
    {"df", "percent_bytes", "used", SUBJECT_PLAIN, NULL, "disk @ ", " full", 0,
     0},
    {"df", "percent_inodes", NULL, SUBJECT_PLAIN, NULL, "disk @ inodes ", "*",
     0, 0},
    {"df", NULL, NULL, SUBJECT_PLAIN, NULL, "disk @ ", "*", 0, 0},
    {"memory", NULL, NULL, SUBJECT_PLAIN, NULL, "memory ", "*", 0, 0},
    {"swap", NULL, NULL, SUBJECT_PLAIN, NULL, "swap ", "*", 0, 0},
    {"load", NULL, NULL, SUBJECT_PLAIN, NULL, "load ", "", 0, 0},
    {NULL, "temperature", NULL, SUBJECT_PLAIN, NULL, "temperature # ", "", 0,
     0},
    {NULL, "humidity", NULL, SUBJECT_PLAIN, NULL, "humidity # ", "", 0, 0},
    {NULL, "fanspeed", NULL, SUBJECT_PLAIN, NULL, "fan # ", "", 0, 0},
    {"ping", "ping", NULL, SUBJECT_PLAIN, NULL, "ping to # ", "", 0, 0},
    {"ping", "ping_droprate", NULL, SUBJECT_PLAIN, NULL, "ping to # loses ", "",
     0, 0},
    {"interface", "if_octets", NULL, SUBJECT_PLAIN, NULL, "traffic on @ ", "",
     0, 0},
    {"interface", "if_errors", NULL, SUBJECT_PLAIN, NULL, "errors on @ ", "", 0,
     0},
    {"interface", "if_dropped", NULL, SUBJECT_PLAIN, NULL, "drops on @ ", "", 0,
     0},
    {"smart", "smart_badsectors", NULL, SUBJECT_PLAIN, NULL, "disk @ ",
     " bad sectors", 0, 0},
    {"smart", "smart_temperature", NULL, SUBJECT_PLAIN, NULL,
     "temperature of disk @ ", "", 0, 0},
    {"disk", "disk_octets", NULL, SUBJECT_PLAIN, NULL, "traffic of disk @ ", "",
     0, 0},
    {NULL, "uptime", NULL, SUBJECT_PLAIN, NULL, "up for ", "", 0, 0},
    {NULL, "users", NULL, SUBJECT_PLAIN, NULL, "users ", "", 0, 0},
};

static bool matches(const char *pattern, const char *name) {
  return pattern == NULL || strcmp(pattern, name) == 0;
}

static const struct subject_rule *rule_of(const struct alert *alert) {
  if (alert->class != ALERT_RANGE)
    return NULL;
  for (size_t i = 0; i < sizeof(subject_rules) / sizeof(subject_rules[0]); i++)
    if (matches(subject_rules[i].plugin, alert->plugin) &&
        matches(subject_rules[i].type, alert->type) &&
        matches(subject_rules[i].type_instance, alert->type_instance))
      return &subject_rules[i];
  return NULL;
}

bool alert_subject_partly_back(const struct alert *alert) {
  return alert->class == ALERT_MISSING && alert->resolved_at == 0 &&
         alert->members_missing > 0 &&
         alert->members_missing < alert->members_num;
}

enum alert_subject_kind alert_subject_kind(const struct alert *alert) {
  const struct subject_rule *rule = rule_of(alert);

  if (alert->class == ALERT_MISSING)
    return alert_subject_partly_back(alert) ? SUBJECT_PARTLY : SUBJECT_AWAY;
  if (alert->class == ALERT_EVENT)
    return alert_is_storm(alert) ? SUBJECT_STORM : SUBJECT_EVENT;
  return rule != NULL ? rule->kind : SUBJECT_PLAIN;
}

static bool is_ours(const struct alert *alert) {
  return alert_plugin_is_kasa(alert->plugin);
}

bool alert_subject_is_plug(const struct alert *alert) {
  return is_ours(alert) && alert->class != ALERT_EVENT &&
         strcmp(alert->plugin, "kasa_total") != 0;
}

/* A host's own values are about the host, unless somebody named the thing. */
static const char *who(const struct alert *alert) {
  bool named = alert->device[0] != '\0' &&
               strcmp(alert->device, alert->plugin_instance) != 0 &&
               strcmp(alert->device, alert->plugin) != 0;

  if (strcmp(alert->plugin, "kasa_total") == 0 && !named)
    return "All plugs";
  if (is_ours(alert) || named || alert->host[0] == '\0')
    return alert->device[0] != '\0' ? alert->device : "Unknown";
  /* an event or a foreign value has no better name than its host */
  return alert->host;
}

static void copy(const char *text, char *out, size_t size) {
  size_t n = text_cut(text, size - 1);

  memcpy(out, text, n);
  out[n] = '\0';
}

void alert_subject(const struct alert *alert, char *out, size_t size) {
  const struct subject_rule *rule = rule_of(alert);
  char both[SUBJECT_SIZE];

  if (rule != NULL && rule->subject != NULL) {
    copy(rule->subject, out, size);
    return;
  }
  if (strcmp(alert->plugin, "kasa_plug") == 0 &&
      alert->type_instance[0] != '\0') {
    snprintf(both, sizeof(both), "%s, %s", who(alert), alert->type_instance);
    copy(both, out, size);
    return;
  }
  if (alert->class == ALERT_MISSING && !is_ours(alert) &&
      strcmp(who(alert), alert->host) == 0) {
    /* one of the host's readings is missing, not the host */
    snprintf(both, sizeof(both), "%s, %s%s%s", alert->host, alert->plugin,
             alert->plugin_instance[0] != '\0' ? "-" : "",
             alert->plugin_instance);
    copy(both, out, size);
    return;
  }
  copy(who(alert), out, size);
}

/* The df plugin calls the mount point / "root". */
static const char *instance_of(const struct alert *alert) {
  if (strcmp(alert->plugin, "df") == 0 &&
      strcmp(alert->plugin_instance, "root") == 0)
    return "/";
  return alert->plugin_instance;
}

/* "df-root percent_bytes-used ": for types we have no word for. */
static void own_names(const struct alert *alert, char *out, size_t size) {
  char all[4 * ALERT_NAME_SIZE + 8];
  bool same = strcmp(alert->plugin, alert->type) == 0;

  snprintf(all, sizeof(all), "%s%s%s%s%s%s%s ",
           is_ours(alert) ? "" : alert->plugin,
           is_ours(alert) || alert->plugin_instance[0] == '\0' ? "" : "-",
           is_ours(alert) ? "" : alert->plugin_instance,
           is_ours(alert) || same ? "" : " ",
           same && !is_ours(alert) ? "" : alert->type,
           alert->type_instance[0] != '\0' ? "-" : "", alert->type_instance);
  copy(all, out, size);
}

void alert_subject_quantity(const struct alert *alert, char *out, size_t size) {
  const struct subject_rule *rule = rule_of(alert);
  char all[SUBJECT_SIZE];
  size_t used = 0;

  out[0] = '\0';
  if (alert->class != ALERT_RANGE || alert->type[0] == '\0')
    return;
  if (rule == NULL) {
    own_names(alert, out, size);
    return;
  }
  for (const char *p = rule->quantity; *p != '\0' && used + 1 < sizeof(all);
       p++) {
    const char *name = *p == '@'   ? instance_of(alert)
                       : *p == '#' ? alert->type_instance
                                   : NULL;

    if (name == NULL)
      all[used++] = *p;
    else if (*name == '\0' && used > 0 && all[used - 1] == ' ')
      used--;
    else
      used += (size_t)snprintf(all + used, sizeof(all) - used, "%s", name);
  }
  all[used < sizeof(all) ? used : sizeof(all) - 1] = '\0';
  copy(all, out, size);
}

const char *alert_subject_suffix(const struct alert *alert) {
  /* as the plugins df, memory and swap name them */
  static const char *const states[] = {" used",       " free",     " cached",
                                       " buffered",   " reserved", " slab_recl",
                                       " slab_unrecl"};
  const struct subject_rule *rule = rule_of(alert);

  if (rule == NULL)
    return "";
  if (strcmp(rule->suffix, "*") != 0)
    return rule->suffix;
  for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
    if (strcmp(states[i] + 1, alert->type_instance) == 0)
      return states[i];
  return "";
}

const char *alert_subject_switch(const struct alert *alert, double value) {
  const struct subject_rule *rule = rule_of(alert);

  if (rule == NULL || rule->kind != SUBJECT_SWITCH || isnan(value))
    return "";
  return value != 0 ? rule->yes : rule->no;
}
