/* SPDX-License-Identifier: MIT */
/* See check_devices.h. */
#include <config.h>

#include "cli/check/check_devices.h"

#include <string.h>

/* Who has a name of its own twice is told apart by something added. */
static void check_name(const struct poll_options *o, size_t index,
                       struct option_reporter *reporter) {
  const struct device_options *d = &o->devices[index];

  for (size_t i = 0; d->name != NULL && i < index; i++)
    if (o->devices[i].name != NULL &&
        strcmp(o->devices[i].name, d->name) == 0) {
      option_error(reporter,
                   "<Device \"%.100s\">: Name \"%.60s\" is also that of "
                   "<Device \"%.100s\">: the end of the MAC address will be "
                   "added to tell them apart",
                   d->match, d->name, o->devices[i].match);
      return;
    }
}

static void check_plug_name(const struct device_options *d, size_t index,
                            struct option_reporter *reporter) {
  const struct plug_options *plug = &d->plugs[index];

  for (size_t i = 0; plug->name != NULL && i < index; i++)
    if (d->plugs[i].name != NULL && strcmp(d->plugs[i].name, plug->name) == 0) {
      option_error(reporter,
                   "<Device \"%.100s\">: Name \"%.60s\" of <Plug "
                   "\"%.100s\"> is also that of <Plug \"%.100s\">: their "
                   "number will be added to tell them apart",
                   d->match, plug->name, plug->match, d->plugs[i].match);
      return;
    }
}

/* Without a search it is found only by what the network knows. */
static bool is_findable(const struct device_options *d) {
  static const char host[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._";

  return d->kind == MATCH_ADDRESS ||
         (d->kind == MATCH_TEXT && d->match[strspn(d->match, host)] == '\0');
}

/* Options that do nothing where another one is as it is. */
static void check_idle(const struct poll_options *o,
                       const struct device_options *d,
                       struct option_reporter *reporter) {
  if (d->aes_login != 0 && !poll_options_may_reveal(o, d))
    option_error(reporter,
                 "<Device \"%.100s\">: AESLogin does nothing without AllowAES "
                 "true or Transport \"aes\"",
                 d->match);
}

static void check_search(const struct poll_options *o,
                         struct option_reporter *reporter) {
  if (o->discovery && o->discovery_timeout > o->discovery_interval)
    option_error(reporter,
                 "<Plugin kasa>: DiscoveryTimeout expects at most the "
                 "DiscoveryInterval of %g s, found %g",
                 o->discovery_interval, o->discovery_timeout);
  if (!o->discovery && o->targets.count > 0)
    option_error(reporter, "<Plugin kasa>: DiscoveryTarget does nothing "
                           "while Discovery is false");
}

void check_devices(const struct poll_options *o, double interval,
                   struct option_reporter *reporter) {
  if (o->max_devices < o->devices_num)
    option_error(reporter,
                 "<Plugin kasa>: MaxDevices %u expects room for the %zu "
                 "<Device> blocks",
                 o->max_devices, o->devices_num);
  check_search(o, reporter);
  for (size_t i = 0; i < o->devices_num; i++) {
    const struct device_options *d = &o->devices[i];

    check_idle(o, d, reporter);
    check_name(o, i, reporter);
    for (size_t j = 0; j < d->plugs_num; j++)
      check_plug_name(d, j, reporter);
    if (d->interval > 0 && d->interval < interval)
      option_error(reporter,
                   "<Device \"%.100s\">: Interval expects at least the %g s "
                   "of <LoadPlugin kasa>, in which all devices are polled, "
                   "found %g",
                   d->match, interval, d->interval);
    if (!o->discovery && !is_findable(d))
      option_error(reporter,
                   "<Device \"%.100s\">: Discovery is false, so it is never "
                   "found: say its address or host name here",
                   d->match);
  }
}
