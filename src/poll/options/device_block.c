/* SPDX-License-Identifier: MIT */
/* See device_block.h. */
#include <config.h>

#include "poll/options/device_block.h"

#include "base/text.h"
#include "device/device.h"
#include "device/transport/transports.h"
#include "poll/options/device_text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void device_block_free(struct device_options *d) {
  for (size_t i = 0; i < d->plugs_num; i++) {
    free(d->plugs[i].match);
    free(d->plugs[i].name);
  }
  credentials_free(&d->login);
  free(d->plugs);
  free(d->match);
  free(d->name);
}

/* -- <Plug "..."> -- */

static void read_plug_block(void *target, const struct conf_item *item,
                            struct option_reporter *reporter) {
  struct plug_options *p = target;

  appliance_block_read(&p->blocks, item, reporter->where, reporter);
}

static void read_plug_limits(void *target, const struct conf_item *item,
                             struct option_reporter *reporter) {
  struct plug_options *p = target;

  limits_config_read(&p->limits, item, reporter->where, reporter);
}

static const struct option_elsewhere plug_elsewhere[] = {
    {device_options_table, "it belongs in the <Device> around it"},
    {appliance_options, "it belongs in <Appliance>"},
    {spike_options, "it belongs in <Spike>"},
    {limits_options, "it belongs in <Limits>"},
    {NULL, NULL},
};

static const struct option_hint plug_hints[] = {
    {"Alias", "say Name"},
    {"Plug", "a plug has no plugs: close this block first"},
    {0},
};

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
    {.hints = plug_hints, .elsewhere = plug_elsewhere},
};

/* Names are instances of collectd: the same limits as for names that devices
 * bring, but here a person can be told. */
static void tidy_name(char **name, const struct conf_item *block,
                      const char *where, struct option_reporter *reporter) {
  char clean[DEVICE_NAME_SIZE];

  if (*name == NULL)
    return;
  text_name(*name, strlen(*name), clean, sizeof(clean));
  if (strcmp(*name, clean) == 0)
    return;
  reporter->line = option_line(block, "Name");
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

static void read_plug(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct device_options *d = target;
  char head[120], where[sizeof(head) + 2 + sizeof(head)];
  const char *match = option_block_name(item, reporter->where, reporter);
  struct plug_options plug = {0};
  struct plug_options *grown;

  if (match == NULL)
    return;
  conf_describe(item, head, sizeof(head));
  snprintf(where, sizeof(where), "%.119s: %s", reporter->where, head);
  /* names of two outlets may differ by capitals alone */
  for (size_t i = 0; i < d->plugs_num; i++)
    if (strcmp(d->plugs[i].match, match) == 0) {
      option_error(reporter, "%s stands twice, the second block is left out",
                   where);
      return;
    }
  if (match[strspn(match, "0")] == '\0')
    option_error(reporter, "%s: outlets are counted from 1", where);
  options_read(plug_options_table, &plug, item, where, reporter);
  plug.says_produces = option_stands_in(item, "Produces");
  tidy_name(&plug.name, item, where, reporter);
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

  appliance_block_read(&d->blocks, item, reporter->where, reporter);
}

static void read_device_limits(void *target, const struct conf_item *item,
                               struct option_reporter *reporter) {
  struct device_options *d = target;

  limits_config_read(&d->limits, item, reporter->where, reporter);
}

static void read_allow_aes(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct device_options *d = target;

  bool allowed = false;

  if (option_bool(item, &allowed))
    d->allow_aes = allowed ? LEAVE_GIVEN : LEAVE_DENIED;
  else
    option_unexpected(item, reporter->where, "true or false", reporter);
}

#define IN_HEAD "the address stands in the block's head: <Device \"192.0.2.7\">"
#define FOR_ALL "it belongs in <Plugin kasa>, for all devices"

static const struct option_elsewhere device_elsewhere[] = {
    {appliance_options, "it belongs in <Appliance>"},
    {spike_options, "it belongs in <Spike>"},
    {limits_options, "it belongs in <Limits>"},
    {NULL, NULL},
};

static const struct option_hint device_hints[] = {
    {"Host", IN_HEAD},
    {"Address", IN_HEAD},
    {"IP", IN_HEAD},
    {"MAC",
     "the MAC stands in the block's head: <Device \"50:c7:bf:00:11:22\">"},
    {"Alias", "say Name"},
    {"User", "say Username"},
    {"Pass", "say Password, or PasswordFile"},
    {"Outlet", "say <Plug \"name or number\">"},
    {"Discovery", FOR_ALL},
    {"DiscoveryInterval", FOR_ALL},
    {"DiscoveryTimeout", FOR_ALL},
    {"DiscoveryPackets", FOR_ALL},
    {"DiscoveryTarget", FOR_ALL},
    {"Interface", FOR_ALL},
    {"KeepMissing", FOR_ALL},
    {"MaxDevices", FOR_ALL},
    {"Timeout", FOR_ALL},
    {"Retries", FOR_ALL},
    {"RetryDelay", FOR_ALL},
    {"MaxInFlight", FOR_ALL},
    {"EnergyInterval", FOR_ALL},
    {"Ignore", FOR_ALL},
    {"Only", FOR_ALL},
    {"Report", FOR_ALL},
    {"Device", FOR_ALL},
    {"StateDirectory", FOR_ALL},
    {"BillingDay", FOR_ALL},
    {"Tariff", FOR_ALL},
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
    {.name = "AllowAES",
     .type = OPTION_BLOCK,
     .block = read_allow_aes,
     .once = true},
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
    {.hints = device_hints, .elsewhere = device_elsewhere},
};

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

void device_block_read(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct poll_options *o = target;
  struct device_options device = {0};
  struct device_options *grown;
  char where[120];
  const char *fault;
  const char *match = option_block_name(item, reporter->where, reporter);

  if (match == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  device.match = strdup(match);
  if (device.match != NULL) {
    classify(&device);
    if (stands_already(o, &device)) {
      option_error(reporter, "%s stands twice, the second block is left out",
                   where);
      device_block_free(&device);
      return;
    }
    fault = device_text_fault(match);
    if (fault != NULL)
      option_error(reporter, "%s: %s", where, fault);
  }
  options_read(device_options_table, &device, item, where, reporter);
  for (size_t i = 0; i < device.plugs_num; i++)
    if (!device.plugs[i].says_produces)
      device.plugs[i].produces = device.produces;
  tidy_name(&device.name, item, where, reporter);
  credentials_note_line(&device.login, item);
  if (device.transport == TRANSPORT_AES && device.allow_aes == LEAVE_DENIED)
    option_error(reporter,
                 "%s: Transport \"aes\" and AllowAES false exclude each other: "
                 "the account is not shown",
                 where);
  grown = realloc(o->devices, (o->devices_num + 1) * sizeof(*grown));
  if (grown != NULL)
    o->devices = grown;
  if (grown == NULL || device.match == NULL) {
    option_error(reporter, "%s: out of memory", where);
    device_block_free(&device);
    return;
  }
  o->devices[o->devices_num++] = device;
}
