/* SPDX-License-Identifier: MIT */
/* <Plugin notify_kasa>: the top level of the configuration; its blocks have
 * files of their own. */
#include <config.h>

#include "alert/config/config.h"

#include "alert/channel/channel_types.h"
#include "alert/channel/sender.h"
#include "alert/config/config_channel.h"
#include "alert/config/config_device.h"
#include "alert/config/config_escalation.h"
#include "alert/config/config_flapping.h"
#include "alert/config/config_heartbeat.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_inhibit.h"
#include "alert/config/config_maintenance.h"
#include "alert/config/config_quiet.h"
#include "alert/config/config_report.h"
#include "alert/config/config_route.h"
#include "alert/config/config_unit.h"
#include "alert/text/template_compile.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define DAY 86400.0
#define PLUGIN "<Plugin notify_kasa>"

/* -- options that a table row cannot say ------------------------------------
 */

static void read_repeat(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct notify_config *config = target;

  (void)repeat_read(config->repeat, item, PLUGIN, reporter);
}

/* "" is a choice here: no separator at all. */
static void read_separator(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct notify_config *config = target;
  char *copy;

  if (item->values_num != 1 || item->values[0].kind != CONF_STRING ||
      strlen(item->values[0].string) > 8) {
    option_unexpected(item, PLUGIN, "a character in quotes, or \"\"", reporter);
    return;
  }
  copy = strdup(item->values[0].string);
  if (copy == NULL)
    return;
  free(config->style.thousands_separator);
  config->style.thousands_separator = copy;
}

/* Relative would be below BaseDir, where kasactl does not look. */
static void read_socket(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *path = item->values_num == 1 && item->children_num == 0 &&
                             item->values[0].kind == CONF_STRING
                         ? item->values[0].string
                         : "";
  bool none = text_same(path, "none");
  char *copy;

  if (!none && (path[0] != '/' ||
                strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))) {
    option_unexpected(item, PLUGIN,
                      "a path that begins with /, of at most 107 bytes, or "
                      "\"none\"",
                      reporter);
    return;
  }
  copy = none ? NULL : strdup(path);
  if (copy == NULL && !none)
    return;
  free(config->control_socket);
  config->control_socket = copy;
}

static void read_dashboard(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *text;

  if (template_read(&config->style.dashboard, item, PLUGIN, reporter) < 0)
    return;
  text = item->values[0].string;
  if (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0) {
    option_error(reporter,
                 PLUGIN ": option DashboardURL expects an address that begins "
                        "with https:// or http://, found \"%.80s\"",
                 text);
    template_free(config->style.dashboard);
    config->style.dashboard = NULL;
    return;
  }
}

/* -- the table --------------------------------------------------------------
 */

static const char *const scopes[] = {"device", "series", NULL};

#define MEMBER(name) .offset = offsetof(struct notify_config, name)
#define SECONDS(least, most)                                                   \
  .type = OPTION_SECONDS, .min = (least), .max = (most)

/* what people write here, and the names of collectd's own notify_email */
#define MAIL "mail is a channel: Email \"me@example.org\""

static const struct option_hint notify_hints[] = {
    {"Recipient", MAIL},
    {"Mail", MAIL},
    {"To", MAIL},
    {"From", "it belongs in <Email>"},
    {"Server", "it belongs in <Email>"},
    {"SMTPServer", "say Server, in <Email>"},
    {"SMTPPort", "say Port, in <Email>"},
    {"SMTPUser", "say Username, in <Email>"},
    {"SMTPPassword", "say Password, in <Email>"},
    {"Subject", "a <Route> has Title"},
    {"Quiet", "say <QuietHours \"night\">"},
    {"Silence", "say kasactl alerts silence, or <Maintenance \"name\">"},
    {"Mute", "say kasactl alerts silence, or <Maintenance \"name\">"},
    {"SMS", "say <Channel twilio \"phone\">"},
    {"TimeZone", "it is the machine's own: timedatectl set-timezone"},
    {"Receiver", "say <Channel kind \"name\">, as in <Channel pushover "
                 "\"phone\">"},
    {"Level", "say MinLevel, or Level in a <Route>"},
    {"For", "it belongs in a <Route>"},
    {"Tariff", "it belongs in <Plugin kasa>"},
    {"Appliance", "it belongs in <Plugin kasa>"},
    {"Username", "it belongs in a channel, or for devices in <Plugin kasa>"},
    {0},
};

const struct option notify_options[] = {
    {.name = "StateDirectory", .type = OPTION_STRING, MEMBER(state_directory)},
    {.name = "LedgerDirectory",
     .type = OPTION_STRING,
     MEMBER(ledger_directory)},
    {.name = "ControlSocket",
     .type = OPTION_BLOCK,
     .block = read_socket,
     .once = true},
    {.name = "ControlGroup", .type = OPTION_STRING, MEMBER(control_group)},
    {.name = "HistoryDays",
     .type = OPTION_COUNT,
     MEMBER(history_days),
     .min = 1,
     .max = 36500},
    {.name = "StartupGrace", MEMBER(startup_grace), SECONDS(0, DAY)},
    {.name = "MinLevel",
     .type = OPTION_CHOICE,
     MEMBER(min_level),
     .choices = level_names},
    {.name = "MissingScope",
     .type = OPTION_CHOICE,
     MEMBER(missing_scope),
     .choices = scopes},
    {.name = "RecoverAfter", MEMBER(recover_after), SECONDS(0, DAY)},
    {.name = "Repeat", .type = OPTION_BLOCK, .block = read_repeat},
    {.name = "AckTimeout", MEMBER(ack_timeout), SECONDS(60, 366 * DAY)},
    {.name = "StaleAfter", MEMBER(stale_after), SECONDS(0, 366 * DAY)},
    {.name = "ExpireAfter", MEMBER(expire_after), SECONDS(3600, 3660 * DAY)},
    {.name = "EventExpire", MEMBER(event_expire), SECONDS(60, 366 * DAY)},
    {.name = "NotifyDowngrade", .type = OPTION_BOOL, MEMBER(notify_downgrade)},
    {.name = "DashboardURL",
     .type = OPTION_BLOCK,
     .block = read_dashboard,
     .once = true},
    {.name = "Currency", .type = OPTION_STRING, MEMBER(style.currency)},
    {.name = "ThousandsSeparator",
     .type = OPTION_BLOCK,
     .block = read_separator,
     .once = true},
    {.name = "Unit", .type = OPTION_BLOCK, .block = unit_read},
    {.name = "Channel", .type = OPTION_BLOCK, .block = channel_read},
    {.name = "Device", .type = OPTION_BLOCK, .block = device_read},
    {.name = "Route", .type = OPTION_BLOCK, .block = route_read},
    {.name = "QuietHours", .type = OPTION_BLOCK, .block = quiet_read},
    {.name = "Maintenance", .type = OPTION_BLOCK, .block = maintenance_read},
    {.name = "Inhibit", .type = OPTION_BLOCK, .block = inhibit_read},
    {.name = "Flapping",
     .type = OPTION_BLOCK,
     .block = flapping_read,
     .once = true},
    {.name = "Storm", .type = OPTION_BLOCK, .block = storm_read, .once = true},
    {.name = "Escalation", .type = OPTION_BLOCK, .block = escalation_read},
    {.name = "Report", .type = OPTION_BLOCK, .block = report_read},
    {.name = "Heartbeat", .type = OPTION_BLOCK, .block = heartbeat_read},
    {.name = NULL}};

enum {
  OPTIONS = sizeof(notify_options) / sizeof(notify_options[0]),
  LINES_MAX = 32, /* types of channel that have a one-line form */
};

/* -- the whole --------------------------------------------------------------
 */

struct notify_config *notify_config_new(void) {
  struct notify_config *config = calloc(1, sizeof(*config));

  if (config == NULL)
    return NULL;
  *config = (struct notify_config){
      .state_directory = strdup("notify_kasa"),
      .ledger_directory = strdup("kasa"),
      .control_socket = strdup("/run/collectd/notify_kasa.sock"),
      .history_days = 400,
      .startup_grace = SECONDS_UNSET,
      .min_level = LEVEL_WARNING,
      .missing_scope = MISSING_SCOPE_DEVICE,
      .recover_after = 60,
      .repeat = {SECONDS_NEVER, SECONDS_NEVER, 12 * 3600, 4 * 3600, 3600, 3600},
      .ack_timeout = DAY,
      .stale_after = 15 * 60,
      .expire_after = 7 * DAY,
      .event_expire = DAY,
      .notify_downgrade = true,
      .style = {.currency = strdup("EUR")},
  };
  if (config->state_directory == NULL || config->ledger_directory == NULL ||
      config->control_socket == NULL || config->style.currency == NULL) {
    notify_config_free(config);
    return NULL;
  }
  return config;
}

void notify_config_free(struct notify_config *config) {
  if (config == NULL)
    return;
  for (size_t i = 0; i < config->channels_num; i++)
    channel_clear(&config->channels[i]);
  for (size_t i = 0; i < config->routes_num; i++)
    route_clear(&config->routes[i]);
  for (size_t i = 0; i < config->devices_num; i++)
    device_clear(&config->devices[i]);
  for (size_t i = 0; i < config->maintenances_num; i++)
    maintenance_clear(&config->maintenances[i]);
  for (size_t i = 0; i < config->quiet_hours_num; i++)
    quiet_clear(&config->quiet_hours[i]);
  for (size_t i = 0; i < config->inhibits_num; i++)
    inhibit_clear(&config->inhibits[i]);
  for (size_t i = 0; i < config->escalations_num; i++)
    escalation_clear(&config->escalations[i]);
  for (size_t i = 0; i < config->reports_num; i++)
    report_clear(&config->reports[i]);
  for (size_t i = 0; i < config->style.units_num; i++) {
    free(config->style.units[i].type);
    free(config->style.units[i].unit);
  }
  heartbeat_clear(&config->heartbeat);
  free(config->channels);
  free(config->routes);
  free(config->devices);
  free(config->maintenances);
  free(config->inhibits);
  free(config->quiet_hours);
  free(config->escalations);
  free(config->reports);
  free(config->style.units);
  free(config->state_directory);
  free(config->ledger_directory);
  free(config->control_socket);
  free(config->control_group);
  template_free(config->style.dashboard);
  free(config->style.currency);
  free(config->style.thousands_separator);
  option_strings_free(&config->absent);
  free(config);
}

void notify_config_read(struct notify_config *config,
                        const struct conf_item *block,
                        struct option_reporter *reporter) {
  struct option table[OPTIONS + LINES_MAX];
  size_t used = OPTIONS - 1; /* without the row that ends it */

  memcpy(table, notify_options, used * sizeof(table[0]));
  for (size_t i = 0; i < LINES_MAX && channel_types[i].name != NULL; i++)
    if (channel_types[i].sender != NULL &&
        channel_types[i].sender->line_name != NULL)
      table[used++] =
          (struct option){.name = channel_types[i].sender->line_name,
                          .type = OPTION_BLOCK,
                          .block = channel_line_read};
  table[used] = (struct option){.hints = notify_hints};
  (void)options_read(table, config, block, PLUGIN, reporter);
}

void notify_config_finish(struct notify_config *config,
                          struct option_reporter *reporter) {
  reporter->line = 0; /* what follows is about no line in particular */
  if (config->min_level == LEVEL_OK)
    config->min_level = LEVEL_INFO; /* ok is not the level of any alert */
  channels_finish(config, reporter);
  routes_finish(config, reporter);
  quiet_finish(config, reporter);
  escalation_finish(config, reporter);
  heartbeat_finish(config, reporter);
  reports_finish(config, reporter);
}

static int rebase(char **place, const char *base) {
  char *whole = NULL;

  if ((*place)[0] == '/' || base == NULL || base[0] == '\0')
    return 0;
  if (asprintf(&whole, "%s/%s", base, *place) < 0)
    return -ENOMEM;
  free(*place);
  *place = whole;
  return 0;
}

int notify_config_rebase(struct notify_config *config, const char *base) {
  int err = rebase(&config->state_directory, base);

  return err == 0 ? rebase(&config->ledger_directory, base) : err;
}
