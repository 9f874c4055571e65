/* SPDX-License-Identifier: MIT */
/* <Plugin kasa> for kasactl check: see check.h. */
#include <config.h>

#include "cli/check/check.h"

#include "poll/options.h"

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

/* The defaults are left alone at short intervals: a device that stays silent
 * is asked less often anyway. */
static void finish(void *options, double interval,
                   struct option_reporter *reporter) {
  const struct poll_options *o = options;
  struct poll_options defaults;
  double longest = longest_poll(o);

  poll_options_init(&defaults);
  reporter->line = 0;
  if (longest > interval && longest > longest_poll(&defaults))
    option_error(reporter,
                 "<Plugin kasa>: Timeout %g and Retries %u take up to %g s for "
                 "a device that does not answer, longer than the interval of "
                 "%g s: make Timeout or Retries smaller, or the Interval in "
                 "<LoadPlugin kasa> longer",
                 o->timeout, o->retries, longest, interval);
  poll_options_free(&defaults);
}

static void show_device(const struct device_options *d, FILE *out) {
  static const char *const kinds[] = {[MATCH_ADDRESS] = "by address",
                                      [MATCH_MAC] = "by MAC",
                                      [MATCH_TEXT] = "by name"};
  const struct device_options none = {0};
  const struct plug_options plain = {0};

  fprintf(out, "  <Device \"%s\">  (%s)\n", d->match, kinds[d->kind]);
  check_show_options(device_options_table, d, &none, "    ", out);
  for (size_t i = 0; i < d->plugs_num; i++) {
    fprintf(out, "    <Plug \"%s\">\n", d->plugs[i].match);
    check_show_options(plug_options_table, &d->plugs[i], &plain, "      ", out);
  }
}

static void show(const void *options, FILE *out) {
  const struct poll_options *o = options;
  struct poll_options defaults;
  const struct {
    const char *name;
    bool on;
  } groups[] = {{"info", o->report_info},
                {"lights", o->report_lights},
                {"sensors", o->report_sensors},
                {"totals", o->report_totals}};

  poll_options_init(&defaults);
  check_show_options(poll_options_table, o, &defaults, "  ", out);
  for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
    if (!groups[i].on)
      fprintf(out, "  Report %s false  (default true)\n", groups[i].name);
  for (size_t i = 0; i < o->devices_num; i++)
    show_device(&o->devices[i], out);
  poll_options_free(&defaults);
}

static void destroy(void *options) {
  if (options != NULL)
    poll_options_free(options);
  free(options);
}

const struct check_plugin check_kasa = {.name = "kasa",
                                        .create = create,
                                        .read = read_block,
                                        .finish = finish,
                                        .show = show,
                                        .destroy = destroy};
