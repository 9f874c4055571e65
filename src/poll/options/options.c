/* SPDX-License-Identifier: MIT */
/* The options of the poller: see options.h. */
#include <config.h>

#include "poll/options/options.h"

#include "base/text.h"
#include "device/device.h"
#include "device/transport/transports.h"
#include "energy/tariff/tariff_config.h"
#include "poll/options/device_filter.h"

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

static void device_options_free(struct device_options *d) {
  for (size_t i = 0; i < d->plugs_num; i++) {
    free(d->plugs[i].match);
    free(d->plugs[i].name);
  }
  credentials_free(&d->login);
  free(d->plugs);
  free(d->match);
  free(d->name);
}

void poll_options_free(struct poll_options *o) {
  option_strings_free(&o->targets);
  option_strings_free(&o->interfaces);
  option_strings_free(&o->ignore);
  option_strings_free(&o->only);
  for (size_t i = 0; i < o->devices_num; i++)
    device_options_free(&o->devices[i]);
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

  if (item->values_num != 2 || item->values[0].kind != CONF_STRING ||
      item->values[1].kind != CONF_BOOL) {
    option_unexpected(item, WHERE,
                      "a group and true or false, as in Report lights false",
                      reporter);
    return;
  }
  for (size_t i = 0; i < poll_report_groups_num; i++) {
    const struct poll_report_group *group = &poll_report_groups[i];

    if (text_same(item->values[0].string, group->name)) {
      *(bool *)((char *)target + group->offset) = item->values[1].boolean;
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

/* -- <Device "..."> -- */

static void read_plug_block(void *target, const struct conf_item *item,
                            struct option_reporter *reporter) {
  struct plug_options *p = target;

  appliance_block_read(&p->blocks, item, "<Plug>", reporter);
}

static void read_plug_limits(void *target, const struct conf_item *item,
                             struct option_reporter *reporter) {
  struct plug_options *p = target;

  limits_config_read(&p->limits, item, "<Plug>", reporter);
}

const struct option plug_options_table[] = {
    {.name = "Name",
     .type = OPTION_STRING,
     .offset = offsetof(struct plug_options, name)},
    {.name = "Produces",
     .type = OPTION_BOOL,
     .offset = offsetof(struct plug_options, produces)},
    {.name = "Appliance", .type = OPTION_BLOCK, .block = read_plug_block},
    {.name = "Spike", .type = OPTION_BLOCK, .block = read_plug_block},
    {.name = "Limits", .type = OPTION_BLOCK, .block = read_plug_limits},
    {0},
};

/* Names are instances of collectd: the same limits as for names that devices
 * bring, but here a person can be told. */
static void tidy_name(char **name, const char *where,
                      struct option_reporter *reporter) {
  char clean[DEVICE_NAME_SIZE];

  if (*name == NULL)
    return;
  text_name(*name, strlen(*name), clean, sizeof(clean));
  if (strcmp(*name, clean) == 0)
    return;
  option_error(reporter,
               "%s: option Name expects at most %d bytes of UTF-8 without "
               "\"/\" and control characters; using \"%s\"",
               where, DEVICE_NAME_MAX, clean);
  strcpy(*name, clean); /* never longer than what it was made from */
  if (clean[0] == '\0') {
    free(*name);
    *name = NULL;
  }
}

static bool has_option(const struct conf_item *block, const char *name) {
  for (size_t i = 0; i < block->children_num; i++)
    if (text_same(block->children[i].key, name))
      return true;
  return false;
}

static void read_plug(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct device_options *d = target;
  char where[120];
  const char *match = option_block_name(item, "<Device>", reporter);
  struct plug_options plug = {0};
  struct plug_options *grown;

  if (match == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  options_read(plug_options_table, &plug, item, where, reporter);
  plug.says_produces = has_option(item, "Produces");
  tidy_name(&plug.name, where, reporter);
  plug.match = strdup(match);
  grown = realloc(d->plugs, (d->plugs_num + 1) * sizeof(*grown));
  if (grown != NULL)
    d->plugs = grown;
  if (grown == NULL || plug.match == NULL) {
    option_error(reporter, "%s: out of memory", where);
    free(plug.match);
    free(plug.name);
    return;
  }
  d->plugs[d->plugs_num++] = plug;
}

static void read_device_block(void *target, const struct conf_item *item,
                              struct option_reporter *reporter) {
  struct device_options *d = target;

  appliance_block_read(&d->blocks, item, "<Device>", reporter);
}

static void read_device_limits(void *target, const struct conf_item *item,
                               struct option_reporter *reporter) {
  struct device_options *d = target;

  limits_config_read(&d->limits, item, "<Device>", reporter);
}

static void read_allow_aes(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct device_options *d = target;

  if (item->values_num != 1 || item->values[0].kind != CONF_BOOL) {
    option_unexpected(item, "<Device>", "true or false", reporter);
    return;
  }
  d->allow_aes = item->values[0].boolean ? LEAVE_GIVEN : LEAVE_DENIED;
}

static const struct option_hint device_hints[] = {
    {"Host", "the address stands in the block's head: <Device \"192.0.2.7\">"},
    {"Address",
     "the address stands in the block's head: <Device \"192.0.2.7\">"},
    {"IP", "the address stands in the block's head: <Device \"192.0.2.7\">"},
    {"Alias", "say Name"},
    {"User", "say Username"},
    {"Pass", "say Password, or PasswordFile"},
    {"Outlet", "say <Plug \"name or number\">"},
    {"Timeout", "it belongs in <Plugin kasa>, for all devices"},
    {"Report", "it belongs in <Plugin kasa>, for all devices"},
    {"Tariff", "it belongs in <Plugin kasa>, for all devices"},
    {0},
};

const struct option device_options_table[] = {
    {.name = "Name",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_options, name)},
    {.name = "Produces",
     .type = OPTION_BOOL,
     .offset = offsetof(struct device_options, produces)},
    {.name = "Interval",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct device_options, interval),
     .min = 0.1,
     .max = 86400},
    {.name = "Port",
     .type = OPTION_COUNT,
     .offset = offsetof(struct device_options, port),
     .min = 1,
     .max = 65535},
    {.name = "Transport",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct device_options, transport),
     .choices = transport_choices},
    {.name = "AllowAES", .type = OPTION_BLOCK, .block = read_allow_aes},
    {.name = "AESLogin",
     .type = OPTION_COUNT,
     .offset = offsetof(struct device_options, aes_login),
     .min = 1,
     .max = 2},
    {.name = "Debug",
     .type = OPTION_BOOL,
     .offset = offsetof(struct device_options, debug)},
    {.name = "Plug", .type = OPTION_BLOCK, .block = read_plug},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_options, login.username)},
    {.name = "Password",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_options, login.password)},
    {.name = "PasswordFile",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_options, login.password_file)},
    {.name = "Appliance", .type = OPTION_BLOCK, .block = read_device_block},
    {.name = "Spike", .type = OPTION_BLOCK, .block = read_device_block},
    {.name = "Limits", .type = OPTION_BLOCK, .block = read_device_limits},
    {.hints = device_hints},
};

static unsigned separators(const char *text) {
  unsigned n = 0;

  for (; *text != '\0'; text++)
    n += *text == ':' || *text == '-';
  return n;
}

/* A head that was meant as an address and is none would be looked up as a name,
 * which nobody has. */
static void check_head(const struct device_options *d, const char *where,
                       struct option_reporter *reporter) {
  size_t len = strlen(d->match);

  if (d->kind != MATCH_TEXT)
    return;
  if (strchr(d->match, '.') != NULL && strspn(d->match, "0123456789.") == len)
    option_error(reporter, "%s: this is no IPv4 address, like \"192.0.2.7\"",
                 where);
  else if (separators(d->match) >= 4 &&
           strspn(d->match, "0123456789abcdefABCDEF:-") == len)
    option_error(reporter, "%s: this is no MAC, like \"50:c7:bf:00:11:22\"",
                 where);
}

static void classify(struct device_options *d) {
  d->kind = MATCH_TEXT;
  if (inet_pton(AF_INET, d->match, &d->address) == 1)
    d->kind = MATCH_ADDRESS;
  else if (device_parse_mac(d->match, d->mac))
    d->kind = MATCH_MAC;
}

static bool stands_already(const struct poll_options *o,
                           const struct device_options *d) {
  for (size_t i = 0; i < o->devices_num; i++) {
    const struct device_options *other = &o->devices[i];

    if (text_same(other->match, d->match) ||
        (other->kind == MATCH_MAC && d->kind == MATCH_MAC &&
         memcmp(other->mac, d->mac, sizeof(d->mac)) == 0))
      return true;
  }
  return false;
}

static void read_device(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct poll_options *o = target;
  struct device_options device = {0};
  struct device_options *grown;
  char where[120];
  const char *match = option_block_name(item, WHERE, reporter);

  if (match == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  device.match = strdup(match);
  if (device.match != NULL) {
    classify(&device);
    if (stands_already(o, &device)) {
      option_error(reporter, "%s stands twice, the second block is left out",
                   where);
      device_options_free(&device);
      return;
    }
    check_head(&device, where, reporter);
  }
  options_read(device_options_table, &device, item, where, reporter);
  for (size_t i = 0; i < device.plugs_num; i++)
    if (!device.plugs[i].says_produces)
      device.plugs[i].produces = device.produces;
  tidy_name(&device.name, where, reporter);
  grown = realloc(o->devices, (o->devices_num + 1) * sizeof(*grown));
  if (grown != NULL)
    o->devices = grown;
  if (grown == NULL || device.match == NULL) {
    option_error(reporter, "%s: out of memory", where);
    device_options_free(&device);
    return;
  }
  o->devices[o->devices_num++] = device;
}

/* -- <Plugin kasa> -- */

static const char *const name_choices[] = {"alias", "mac", "id", "address",
                                           NULL};

#define AT(member) offsetof(struct poll_options, member)

/* what belongs elsewhere */
#define NOTIFIES "it belongs in <Plugin notify_kasa>"
#define PRICES "it belongs in <Tariff>"

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
    {.name = "DiscoveryTarget", .type = OPTION_STRINGS, .offset = AT(targets)},
    {.name = "Interface", .type = OPTION_STRINGS, .offset = AT(interfaces)},
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
    {.name = "Ignore", .type = OPTION_STRINGS, .offset = AT(ignore)},
    {.name = "Only", .type = OPTION_STRINGS, .offset = AT(only)},
    {.name = "Report", .type = OPTION_BLOCK, .block = read_report},
    {.name = "Device", .type = OPTION_BLOCK, .block = read_device},
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
    {.hints = poll_option_hints},
};

/* Takes the items out of a list that a check refuses. */
static void keep_good(struct option_strings *list, const char *name,
                      const char *expected,
                      bool (*good)(const char *text, char why[FILTER_WHY_SIZE]),
                      struct option_reporter *reporter) {
  size_t kept = 0;

  for (size_t i = 0; i < list->count; i++) {
    char why[FILTER_WHY_SIZE] = "";

    if (good(list->items[i], why)) {
      list->items[kept++] = list->items[i];
      continue;
    }
    option_error(reporter, "%s: option %s expects %s, found \"%.80s\"%s%s",
                 WHERE, name, expected, list->items[i],
                 why[0] != '\0' ? ": " : "", why);
    free(list->items[i]);
  }
  list->count = kept;
}

static bool is_address(const char *text, char why[FILTER_WHY_SIZE]) {
  struct in_addr address;

  (void)why;
  return inet_pton(AF_INET, text, &address) == 1;
}

static bool is_interface(const char *text, char why[FILTER_WHY_SIZE]) {
  (void)why;
  return strlen(text) < IF_NAMESIZE;
}

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
  if (device != NULL && device->transport == TRANSPORT_AES)
    return true;
  if (device != NULL && device->allow_aes != LEAVE_AS_ABOVE)
    return device->allow_aes == LEAVE_GIVEN;
  return o->allow_aes;
}

void poll_options_read(struct poll_options *o, const struct conf_item *block,
                       struct option_reporter *reporter) {
  options_read(poll_options_table, o, block, WHERE, reporter);
  keep_good(&o->targets, "DiscoveryTarget",
            "an IPv4 address, like \"192.0.2.255\" for a whole network",
            is_address, reporter);
  keep_good(&o->interfaces, "Interface", "a network interface", is_interface,
            reporter);
  keep_good(&o->ignore, "Ignore", "a name, MAC, address or /regex/",
            device_filter_pattern_good, reporter);
  keep_good(&o->only, "Only", "a name, MAC, address or /regex/",
            device_filter_pattern_good, reporter);
  load_logins(o, reporter);
}
