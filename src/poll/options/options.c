/* SPDX-License-Identifier: MIT */
/* The options of the poller: see options.h. */
#include <config.h>

#include "poll/options/options.h"

#include "base/text.h"
#include "device/device.h"
#include "device/transport/transports.h"
#include "energy/tariff/tariff_config.h"
#include "poll/options/device_block.h"
#include "poll/options/device_filter.h"
#include "poll/options/device_text.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char WHERE[] = "<Plugin kasa>";

void poll_options_init(struct poll_options *o) {
  *o = (struct poll_options){
      .discovery = true,
      .discovery_interval = 300,
      .discovery_timeout = 5,
      .discovery_packets = 3,
      .keep_missing = true,
      .max_devices = 4096,
      .timeout = 5,
      .retries = 2,
      .retry_delay = 0.5,
      .max_in_flight = 256,
      .energy_interval = 300,
      .report_info = true,
      .report_failures = true,
      .report_plugs = true,
      .report_mains = true,
      .report_link = true,
      .report_lights = true,
      .report_sensors = true,
      .report_totals = true,
      .report_energy = true,
      .report_cost = true,
      .billing_day = 1,
      .interval = 10,
  };
}

void poll_options_free(struct poll_options *o) {
  option_strings_free(&o->targets);
  option_strings_free(&o->interfaces);
  option_strings_free(&o->ignore);
  option_strings_free(&o->only);
  for (size_t i = 0; i < o->devices_num; i++)
    device_block_free(&o->devices[i]);
  free(o->devices);
  credentials_free(&o->login);
  free(o->state_directory);
  tariffs_free(&o->tariffs);
  poll_options_init(o);
}

/* -- Report info true -- */

#define GROUP(name)                                                            \
  { #name, offsetof(struct poll_options, report_##name) }
const struct poll_report_group poll_report_groups[] = {
    GROUP(info),   GROUP(status), GROUP(failures), GROUP(plugs),
    GROUP(mains),  GROUP(link),   GROUP(lights),   GROUP(sensors),
    GROUP(energy), GROUP(cost),   GROUP(totals)};
#undef GROUP
const size_t poll_report_groups_num =
    sizeof(poll_report_groups) / sizeof(poll_report_groups[0]);

static void read_report(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {

  struct poll_options *o = target;
  struct conf_item value = {0};
  bool on = false;

  if (item->values_num == 2)
    value = (struct conf_item){.values = &item->values[1], .values_num = 1};
  if (item->values_num != 2 || item->values[0].kind != CONF_STRING ||
      !option_bool(&value, &on)) {
    option_unexpected(item, WHERE,
                      "a group and true or false, as in Report lights false",
                      reporter);
    return;
  }
  for (size_t i = 0; i < poll_report_groups_num; i++) {
    const struct poll_report_group *group = &poll_report_groups[i];

    if (text_same(item->values[0].string, group->name)) {
      *(bool *)((char *)o + group->offset) = on;
      if ((o->groups_said & 1U << i) != 0)
        option_error(reporter,
                     "%s: option Report %s stands twice, the last one counts",
                     WHERE, group->name);
      o->groups_said |= 1U << i;
      return;
    }
  }
  option_error(reporter,
               "%s: option Report expects one of: info, status, failures, "
               "plugs, mains, link, lights, sensors, energy, cost, totals, "
               "found \"%.60s\"",
               WHERE, item->values[0].string);
}

static void read_limits(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct poll_options *o = target;

  limits_config_read(&o->limits, item, WHERE, reporter);
}

static void read_tariff(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct poll_options *o = target;

  tariff_config_read(&o->tariffs, item, reporter);
}

/* -- texts in lists -- */

static void complain_of(const struct option *option, const char *expected,
                        const char *text, const char *why, const char *where,
                        struct option_reporter *reporter) {
  option_error(reporter, "%s: option %s expects %s, found \"%.80s\"%s%s", where,
               option->name, expected, text, why[0] != '\0' ? ": " : "", why);
}

/* A machine's address, or that of a network, or of all that is near. */
static bool is_reachable(struct in_addr address) {
  uint32_t host = ntohl(address.s_addr);

  return host >> 24 != 0 && (host >> 28 < 14 || host == INADDR_BROADCAST);
}

static bool is_target(const struct option *option, const char *text,
                      const char *where, struct option_reporter *reporter) {
  struct in_addr address;

  if (inet_pton(AF_INET, text, &address) == 1 && is_reachable(address))
    return true;
  complain_of(option,
              "an IPv4 address, like \"192.0.2.255\" for a whole network", text,
              "", where, reporter);
  return false;
}

static bool is_interface(const struct option *option, const char *text,
                         const char *where, struct option_reporter *reporter) {
  struct in_addr address;

  if (strlen(text) < IF_NAMESIZE && inet_pton(AF_INET, text, &address) != 1)
    return true;
  complain_of(option, "a network interface", text, "", where, reporter);
  return false;
}

/* One that was meant as something else stays: it may be a name after all. */
static bool is_pattern(const struct option *option, const char *text,
                       const char *where, struct option_reporter *reporter) {
  static const char expected[] = "a name, MAC, address or /regex/";
  char why[FILTER_WHY_SIZE] = "";
  const char *fault = device_text_pattern_fault(text);
  bool good = device_filter_pattern_good(text, why);

  if (!good)
    complain_of(option, expected, text, why, where, reporter);
  else if (fault != NULL)
    complain_of(option, expected, text, fault, where, reporter);
  return good;
}

/* -- <Plugin kasa> -- */

static const char *const name_choices[] = {"alias", "mac", "id", "address",
                                           NULL};

#define AT(member) offsetof(struct poll_options, member)

/* what belongs elsewhere */
#define NOTIFIES "it belongs in <Plugin notify_kasa>"
#define PRICES "it belongs in <Tariff>"

static const struct option_elsewhere blocks_within[] = {
    {device_options_table, "it belongs in a <Device>"},
    {appliance_options, "it belongs in the <Appliance> of a <Device>"},
    {spike_options, "it belongs in the <Spike> of a <Device>"},
    {limits_options, "it belongs in <Limits>"},
    {NULL, NULL},
};

static const struct option_hint poll_option_hints[] = {
    {"Interval", "it belongs in <LoadPlugin kasa>, above this block"},
    {"IP", "a device has a block of its own, <Device \"192.0.2.7\">"},
    {"Devices", "a device has a block of its own, <Device \"192.0.2.7\">"},
    {"Subnet", "say DiscoveryTarget \"192.0.2.255\", its broadcast address"},
    {"Broadcast", "say DiscoveryTarget \"192.0.2.255\""},
    {"TimeZone", "it is the machine's own: timedatectl set-timezone"},
    {"Pass", "say Password, or PasswordFile"},
    {"Email", NOTIFIES},
    {"Channel", NOTIFIES},
    {"Route", NOTIFIES},
    {"Rate", PRICES},
    {"Currency", PRICES},
    {"Tax", PRICES},
    {"Tier", PRICES},
    {"Period", PRICES},
    {"Prices", PRICES},
    {"Component", PRICES},
    {"DayType", PRICES},
    {"Charge", PRICES},
    {"DailyCharge", PRICES},
    {"MonthlyCharge", PRICES},
    {"YearlyCharge", PRICES},
    {"Type", "limits of collectd stand in <Plugin threshold>, within a <Plugin "
             "\"kasa\">"},
    {"Appliance", "it belongs in the <Device> or <Plug> that it is about"},
    {"Spike", "it belongs in the <Device> or <Plug> that it is about"},
    {"Produces", "it belongs in the <Device> or <Plug> that it is about"},
    {"Plug", "it belongs in the <Device> of its strip"},
    {"Host", "a device has a block of its own, <Device \"192.0.2.7\">"},
    {"Address", "a device has a block of its own, <Device \"192.0.2.7\">"},
    {"User", "say Username"},
    {0},
};

const struct option poll_options_table[] = {
    {.name = "Discovery", .type = OPTION_BOOL, .offset = AT(discovery)},
    {.name = "DiscoveryInterval",
     .type = OPTION_SECONDS,
     .offset = AT(discovery_interval),
     .min = 1,
     .max = 86400},
    {.name = "DiscoveryTimeout",
     .type = OPTION_SECONDS,
     .offset = AT(discovery_timeout),
     .min = 0.1,
     .max = 60},
    {.name = "DiscoveryPackets",
     .type = OPTION_COUNT,
     .offset = AT(discovery_packets),
     .min = 1,
     .max = 20},
    {.name = "DiscoveryTarget",
     .type = OPTION_STRINGS,
     .offset = AT(targets),
     .good = is_target},
    {.name = "Interface",
     .type = OPTION_STRINGS,
     .offset = AT(interfaces),
     .good = is_interface},
    {.name = "KeepMissing", .type = OPTION_BOOL, .offset = AT(keep_missing)},
    {.name = "MaxDevices",
     .type = OPTION_COUNT,
     .offset = AT(max_devices),
     .min = 1,
     .max = 100000},
    {.name = "Timeout",
     .type = OPTION_SECONDS,
     .offset = AT(timeout),
     .min = 0.05,
     .max = 60},
    {.name = "Retries",
     .type = OPTION_COUNT,
     .offset = AT(retries),
     .min = 0,
     .max = 10},
    {.name = "RetryDelay",
     .type = OPTION_SECONDS,
     .offset = AT(retry_delay),
     .min = 0,
     .max = 60},
    {.name = "MaxInFlight",
     .type = OPTION_COUNT,
     .offset = AT(max_in_flight),
     .min = 1,
     .max = 4096},
    {.name = "EnergyInterval",
     .type = OPTION_SECONDS,
     .offset = AT(energy_interval),
     .min = 10,
     .max = 86400},
    {.name = "Name",
     .type = OPTION_CHOICE,
     .offset = AT(name_by),
     .choices = name_choices},
    {.name = "Ignore",
     .type = OPTION_STRINGS,
     .offset = AT(ignore),
     .good = is_pattern},
    {.name = "Only",
     .type = OPTION_STRINGS,
     .offset = AT(only),
     .good = is_pattern},
    {.name = "Report", .type = OPTION_BLOCK, .block = read_report},
    {.name = "Device", .type = OPTION_BLOCK, .block = device_block_read},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct poll_options, login.username)},
    {.name = "Password",
     .type = OPTION_STRING,
     .offset = offsetof(struct poll_options, login.password)},
    {.name = "PasswordFile",
     .type = OPTION_STRING,
     .offset = offsetof(struct poll_options, login.password_file)},
    {.name = "AllowAES", .type = OPTION_BOOL, .offset = AT(allow_aes)},
    {.name = "StateDirectory",
     .type = OPTION_STRING,
     .offset = AT(state_directory)},
    {.name = "BillingDay",
     .type = OPTION_COUNT,
     .offset = AT(billing_day),
     .min = 1,
     .max = 31},
    {.name = "Tariff", .type = OPTION_BLOCK, .block = read_tariff},
    {.name = "Limits", .type = OPTION_BLOCK, .block = read_limits},
    {.hints = poll_option_hints, .elsewhere = blocks_within},
};

/* -- accounts -- */

static void describe_block(const struct device_options *d, char where[120]) {
  snprintf(where, 120, "<Device \"%.100s\">", d->match);
}

static void load_logins(struct poll_options *o,
                        struct option_reporter *reporter) {
  char where[120];

  credentials_load(&o->login, NULL, WHERE, reporter);
  for (size_t i = 0; i < o->devices_num; i++) {
    describe_block(&o->devices[i], where);
    credentials_load(&o->devices[i].login, &o->login, where, reporter);
  }
}

bool poll_options_reload_passwords(struct poll_options *o,
                                   struct option_reporter *reporter) {
  bool changed = credentials_reload(&o->login, WHERE, reporter);
  char where[120];

  for (size_t i = 0; i < o->devices_num; i++) {
    describe_block(&o->devices[i], where);
    changed |= credentials_reload(&o->devices[i].login, where, reporter);
  }
  if (!changed)
    return false;
  credentials_settle(&o->login, NULL);
  for (size_t i = 0; i < o->devices_num; i++)
    credentials_settle(&o->devices[i].login, &o->login);
  return true;
}

const struct account *
poll_options_account(const struct poll_options *o,
                     const struct device_options *device) {
  if (device != NULL && device->login.account.user != NULL)
    return &device->login.account;
  return o->login.account.user != NULL ? &o->login.account : NULL;
}

bool poll_options_may_reveal(const struct poll_options *o,
                             const struct device_options *device) {
  if (device != NULL && device->allow_aes != LEAVE_AS_ABOVE)
    return device->allow_aes == LEAVE_GIVEN;
  if (device != NULL && device->transport == TRANSPORT_AES)
    return true;
  return o->allow_aes;
}

void poll_options_read(struct poll_options *o, const struct conf_item *block,
                       struct option_reporter *reporter) {
  o->groups_said = 0;
  options_read(poll_options_table, o, block, WHERE, reporter);
  credentials_note_line(&o->login, block);
}

void poll_options_finish(struct poll_options *o,
                         struct option_reporter *reporter) {
  load_logins(o, reporter);
}
