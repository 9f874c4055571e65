/* SPDX-License-Identifier: MIT */
/* <Plugin kasa> for kasactl check: see check.h. */
#include <config.h>

#include "cli/check/check.h"

#include "base/clock.h"
#include "cli/check/check_blocks.h"
#include "cli/check/check_devices.h"
#include "cli/check/check_tariff.h"
#include "energy/calendar.h"
#include "energy/tariff/tariff_config.h"
#include "energy/tariff/tariff_files.h"
#include "poll/options/device_block.h"

#include <stdlib.h>

static void *create(void) {
  struct poll_options *o = malloc(sizeof(*o));

  if (o != NULL)
    poll_options_init(o);
  return o;
}

static void read_block(void *options, const struct conf_item *block,
                       struct option_reporter *reporter) {
  poll_options_read(options, block, reporter);
}

/* How long a device that does not answer is waited for, all attempts. */
static double longest_poll(const struct poll_options *o) {
  return o->timeout * (o->retries + 1) + o->retry_delay * o->retries;
}

static int today(void) {
  return calendar_local_of((int64_t)clock_wall_us()).day;
}

static void finish_tariffs(struct poll_options *o,
                           struct option_reporter *reporter) {
  tariff_config_finish(&o->tariffs, o->billing_day, today(), reporter);
  tariff_config_look_for_currency(&o->tariffs, reporter);
  tariff_files_load(&o->tariffs, NULL, reporter);
}

static bool limits_costs(const struct limits_settings *s) {
  return s->allowed[LIMIT_DAILY_COST] > 0 || s->allowed[LIMIT_MONTHLY_COST] > 0;
}

/* A limit of what nobody knows is never told. */
static void check_limits(const struct poll_options *o,
                         struct option_reporter *reporter) {
  bool costs = limits_costs(&o->limits);

  for (size_t i = 0; i < o->devices_num; i++) {
    const struct device_options *d = &o->devices[i];

    costs |= limits_costs(&d->limits);
    for (size_t j = 0; j < d->plugs_num; j++)
      costs |= limits_costs(&d->plugs[j].limits);
  }
  if (costs && o->tariffs.num == 0)
    option_error(reporter, "<Plugin kasa>: <Limits> of costs expects a "
                           "<Tariff>, found none");
}

/* The defaults are left alone at short intervals: a device that stays silent
 * is asked less often anyway. */
static void finish(void *options, double interval,
                   struct option_reporter *reporter) {
  const struct poll_options *o = options;
  struct poll_options defaults;
  double longest = longest_poll(o);

  poll_options_init(&defaults);
  poll_options_finish(options, reporter);
  reporter->line = 0;
  if (longest > interval && longest > longest_poll(&defaults))
    option_error(reporter,
                 "<Plugin kasa>: Timeout %g and Retries %u take up to %g s for "
                 "a device that does not answer, longer than the interval of "
                 "%g s: make Timeout or Retries smaller, or the Interval in "
                 "<LoadPlugin kasa> longer",
                 o->timeout, o->retries, longest, interval);
  if (!o->discovery && o->devices_num == 0)
    option_error(reporter, "<Plugin kasa>: Discovery is false and there is no "
                           "<Device>: nothing would be read");
  poll_options_free(&defaults);
  check_devices(o, interval, reporter);
  check_limits(options, reporter);
  finish_tariffs(options, reporter);
}

static void show_device(const struct device_options *d, FILE *out) {
  static const char *const kinds[] = {[MATCH_ADDRESS] = "by address",
                                      [MATCH_MAC] = "by MAC",
                                      [MATCH_TEXT] = "by name"};
  const struct device_options none = {0};
  const struct plug_options plain = {0};

  fprintf(out, "  <Device \"%s\">  (%s)\n", d->match, kinds[d->kind]);
  check_show_options(device_options_table, d, &none, "    ", out);
  if (d->allow_aes != LEAVE_AS_ABOVE)
    fprintf(out, "    AllowAES %s\n",
            d->allow_aes == LEAVE_GIVEN ? "true" : "false");
  check_show_blocks(&d->blocks, "    ", out);
  check_show_limits(&d->limits, "    ", out);
  for (size_t i = 0; i < d->plugs_num; i++) {
    fprintf(out, "    <Plug \"%s\">\n", d->plugs[i].match);
    check_show_options(plug_options_table, &d->plugs[i], &plain, "      ", out);
    check_show_blocks(&d->plugs[i].blocks, "      ", out);
    check_show_limits(&d->plugs[i].limits, "      ", out);
  }
}

static void show(const void *options, FILE *out) {
  const struct poll_options *o = options;
  struct poll_options defaults;

  poll_options_init(&defaults);
  check_show_options(poll_options_table, o, &defaults, "  ", out);
  for (size_t i = 0; i < poll_report_groups_num; i++) {
    size_t at = poll_report_groups[i].offset;
    bool on = *(const bool *)((const char *)o + at);

    if (on != *(const bool *)((const char *)&defaults + at))
      fprintf(out, "  Report %s %s  (default %s)\n", poll_report_groups[i].name,
              on ? "true" : "false", on ? "false" : "true");
  }
  for (size_t i = 0; i < o->devices_num; i++)
    show_device(&o->devices[i], out);
  check_show_limits(&o->limits, "  ", out);
  check_tariff_show(&o->tariffs, today(), out);
  poll_options_free(&defaults);
}

static void destroy(void *options) {
  if (options != NULL)
    poll_options_free(options);
  free(options);
}

const struct check_plugin check_kasa = {.name = "kasa",
                                        .options = poll_options_table,
                                        .create = create,
                                        .read = read_block,
                                        .finish = finish,
                                        .show = show,
                                        .destroy = destroy};
