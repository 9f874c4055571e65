/* SPDX-License-Identifier: MIT */
/* What watching an appliance costs, without devices and without collectd.
 *
 *   bench_appliance KIND    ns a reading, and bytes that one appliance takes
 *
 * A month of readings each 15 s, with two runs of an hour a day and with all
 * that can be asked for: cycles, habits, a window, a reminder, spikes. */
#include <config.h>

#include "appliance/appliance.h"
#include "config/conf_parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { INTERVAL_S = 15, DAYS = 31, READINGS = DAYS * 86400 / INTERVAL_S };

static unsigned long told;

static void hook(void *arg, enum appliance_news news, const char *text) {
  (void)arg;
  (void)news;
  told += text[0] != '\0';
}

static void settings_of(struct appliance_settings *s, const char *kind) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");
  struct conf_item *expect = NULL;

  conf_add_string(conf_add_child(block, "Kind"), kind);
  conf_add_string(conf_add_child(block, "RemindAfter"), "30m");
  expect = conf_add_child(block, "Expect");
  conf_add_string(expect, "Mon-Sun");
  conf_add_string(expect, "06:00-10:00");
  appliance_settings_read(s, block, "<Appliance>", &reporter);
  conf_free(block);
}

static double now_ns(void) {
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  struct appliance *a = calloc(1, sizeof(*a));
  struct appliance_settings s;
  double began, counter = 0;

  if (argc != 2 || a == NULL)
    return 2;
  settings_of(&s, argv[1]);
  began = now_ns();
  for (unsigned i = 0; i < READINGS; i++) {
    unsigned second = i * INTERVAL_S % 43200;
    struct appliance_reading r = {.at = (double)i * INTERVAL_S,
                                  .watts = second < 3600 ? 90 + second % 7 : 1,
                                  .counter_wh = counter,
                                  .interval_s = INTERVAL_S,
                                  .wall = 1.8e9 + (double)i * INTERVAL_S,
                                  .price = 0.3,
                                  .currency = "EUR",
                                  .decimals = 2};

    appliance_add(a, &s, &spike_defaults, &r, hook, NULL);
    counter += r.watts * INTERVAL_S / 3600;
  }
  printf("%.0f %zu\n", (now_ns() - began) / READINGS, sizeof(*a));
  free(a);
  return told > 0 ? 0 : 1; /* nothing would mean that nothing was measured */
}
