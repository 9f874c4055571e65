/* SPDX-License-Identifier: MIT */
/* Energy and cost of kasa.so: see energy_values.h. */
#include <config.h>

#include "plugin/energy_values.h"

#include "base/clock.h"
#include "base/log.h"
#include "energy/fetch/price_fetcher.h"
#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_writer.h"
#include "energy/tariff/tariff_config.h"
#include "plugin/limit_values.h"
#include "plugin/version.h"
#include "poll/registry/device_names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device whose clock is no further off may tell of its day. */
static const double CLOCK_OFF_S = 300;
static const double LOAD_WAIT_S = 10;
static const char TOTAL[] = "kasa_total";

static struct {
  struct ledger *ledger;
  struct ledger_writer *writer;
  struct price_fetcher *fetcher;
  const struct poll_options *options;
  char currency[CURRENCY_SIZE];
} energy;

static void say_odd(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_WARNING, "%s", line);
}

/* In the fetcher's thread. */
static void take_prices(void *arg, const char *url,
                        struct price_series *series) {
  (void)arg;
  ledger_writer_prices(energy.writer, url, series);
}

static void start_fetcher(void) {
  char agent[64];

  snprintf(agent, sizeof(agent), "collectd-kasa/%s", package_version);
  if (price_fetcher_start(energy.fetcher, agent, take_prices, NULL) != 0)
    log_say(LOG_LEVEL_ERROR,
            "prices are not fetched: a thread could not be started");
}

void energy_values_start(struct poll_options *o, const char *directory) {
  struct option_reporter reporter = {.say = say_odd};
  struct ledger_options options = {.billing_day = o->billing_day,
                                   .tariffs = o->tariffs,
                                   .built_us = BUILD_DATE * CALENDAR_SECOND};

  tariff_config_finish(&options.tariffs, o->billing_day,
                       calendar_local_of((int64_t)clock_wall_us()).day,
                       &reporter);
  tariff_config_look_for_currency(&options.tariffs, &reporter);
  o->tariffs = (struct tariffs){0};
  energy.options = o;
  energy.fetcher = price_fetcher_create(&options.tariffs);
  snprintf(energy.currency, sizeof(energy.currency), "%s",
           tariffs_currency(&options.tariffs));
  energy.ledger = ledger_create(&options);
  if (energy.ledger == NULL) {
    log_say(LOG_LEVEL_ERROR, "no energy is counted: out of memory");
    return;
  }
  energy.writer = ledger_writer_start(energy.ledger, directory);
  if (energy.writer == NULL)
    log_say(LOG_LEVEL_ERROR,
            "the energy ledger is kept in memory only: a thread could not be "
            "started");
  else
    start_fetcher();
}

void energy_values_wait(void) {
  if (energy.writer != NULL && !ledger_writer_wait(energy.writer, LOAD_WAIT_S))
    log_say(LOG_LEVEL_ERROR,
            "the energy ledger is kept in memory only: its "
            "file has not been read after %g s",
            LOAD_WAIT_S);
}

void energy_values_end_is_near(void) {
  if (energy.writer != NULL)
    ledger_writer_no_wait(energy.writer);
}

void energy_values_stop(void) {
  price_fetcher_free(energy.fetcher);
  energy.fetcher = NULL;
  ledger_writer_stop(energy.writer);
  ledger_free(energy.ledger);
  energy.writer = NULL;
  energy.ledger = NULL;
}

struct note_keeper energy_values_keeper(void) {
  return (struct note_keeper){.ledger = energy.ledger, .writer = energy.writer};
}

static struct ledger_now now_of(uint64_t steady_us) {
  return (struct ledger_now){.steady_us = (int64_t)steady_us,
                             .wall_us = (int64_t)clock_wall_us()};
}

/* -- in -- */

static bool is_measured(const struct reading *r) {
  return reading_has(r, Q_ENERGY_TOTAL) || reading_has(r, Q_POWER);
}

static bool plug_produces(const struct poll_device *k, unsigned i) {
  const struct plug_options *p =
      device_name_plug_options(k, &k->device.plugs[i]);

  if (p != NULL)
    return p->produces;
  return k->options != NULL && k->options->produces;
}

/* Whether any of its meters waits for what the device knows of its days. */
static bool may_be_seeded(const struct poll_device *k) {
  bool may = k->plugs_num == 0 && ledger_may_be_seeded(energy.ledger, k->meter);

  for (unsigned i = 0; i < k->plugs_num; i++)
    may |= ledger_may_be_seeded(energy.ledger, k->plugs[i].meter);
  return may;
}

/* Whether lists of days are wanted, and since when. */
static void ask(void *arg, struct poll_device *k, uint64_t now_us) {
  (void)arg;
  if (energy.ledger != NULL)
    k->device.since_date =
        may_be_seeded(k) ? ledger_seeds_since(energy.ledger, now_of(now_us))
                         : 0;
}

/* A counter that begins, or a device that was exchanged. */
static void begin(void *arg, struct poll_device *k, uint64_t now_us) {
  struct ledger_now now = now_of(now_us);

  (void)arg;
  if (energy.ledger == NULL || k->identity[0] == '\0')
    return;
  if (k->plugs_num == 0 && k->energy.by == COUNTER_NEW &&
      is_measured(&k->device.now))
    k->meter = ledger_meter(energy.ledger, k->identity, 0, k->device.model,
                            k->options != NULL && k->options->produces,
                            &k->energy, now);
  for (unsigned i = 0; i < k->plugs_num; i++) {
    struct poll_device_plug *plug = &k->plugs[i];

    if (plug->energy.by == COUNTER_NEW && is_measured(&k->device.plugs[i].now))
      plug->meter =
          ledger_meter(energy.ledger, k->identity, plug->slot, k->device.model,
                       plug_produces(k, i), &plug->energy, now);
  }
  if (k->poll.progress.rare) /* by now it is known which device it is */
    ask(arg, k, now_us);
}

/* By how many seconds the device's clock is ahead, NAN: it did not say. One
 * that was never set is off by days, whatever its hour. */
static double clock_ahead(const struct device *d, int64_t wall_us) {
  struct calendar_local local = calendar_local_of(wall_us);
  double days;

  if (d->shown_date == 0)
    return NAN;
  days =
      (double)calendar_day_of((int)(d->shown_date / 10000),
                              d->shown_date / 100 % 100, d->shown_date % 100) -
      local.day;
  if (d->date == 0)
    return days * 86400;
  return days * 86400 + 86400 - (double)d->seconds_to_midnight -
         (double)local.second;
}

/* Whether the device's clock shows what ours does. */
static bool clock_is_right(const struct device *d, int64_t wall_us) {
  return d->date != 0 && fabs(clock_ahead(d, wall_us)) <= CLOCK_OFF_S;
}

static void say_clock(const struct poll_device *k, double ahead) {
  static const struct {
    double s;
    const char *name;
  } units[] = {
      {31556952, "years"}, {86400, "days"}, {3600, "hours"}, {60, "minutes"}};
  double off = fabs(ahead) + 30; /* 1 h 59 min 59 s are two hours */
  size_t i = 0;

  while (i + 1 < sizeof(units) / sizeof(units[0]) && off < 2 * units[i].s)
    i++;
  log_say(LOG_LEVEL_NOTICE,
          "the clock of %s is %.0f %s %s: what it says of its days is not used",
          k->name, floor(off / units[i].s), units[i].name,
          ahead < 0 ? "behind" : "ahead");
}

/* Says once that a clock is off, and again only after it was right: by half as
 * much as is too much, so that one at the limit does not say it each hour. */
static void judge_clock(struct poll_device *k, int64_t wall_us) {
  double ahead = clock_ahead(&k->device, wall_us);

  if (isnan(ahead) || wall_us < BUILD_DATE * CALENDAR_SECOND)
    return; /* nothing to compare: ours was never set */
  if (fabs(ahead) <= CLOCK_OFF_S / 2) {
    k->clock_told = false;
  } else if (fabs(ahead) > CLOCK_OFF_S && !k->clock_told) {
    say_clock(k, ahead);
    k->clock_told = true;
  }
}

/* What the device says of its days, where its clock is right. */
static struct ledger_statistics statistics_of(const struct reading *r,
                                              double since_kwh, bool right) {
  bool today = right && reading_has(r, Q_KWH_TODAY);
  bool month = right && reading_has(r, Q_KWH_MONTH);

  return (struct ledger_statistics){
      .today_kwh = today ? r->value[Q_KWH_TODAY] : NAN,
      .month_kwh = month ? r->value[Q_KWH_MONTH] : NAN,
      .since_kwh = right ? since_kwh : NAN};
}

static void book(struct ledger_meter *m, const struct counter *c,
                 const char *device, const char *plug,
                 const struct ledger_statistics *s, struct ledger_now now) {
  unsigned flags = counter_flag_is_at_least(c->flag) ? LEDGER_AT_LEAST : 0;

  if (m == NULL || c->by == COUNTER_NEW)
    return;
  ledger_name(energy.ledger, m, device, plug);
  ledger_book(energy.ledger, m, c, c->from_us, flags, now);
  if (s != NULL)
    ledger_seed(energy.ledger, m, s, now);
}

static void counted(void *arg, struct poll_device *k, uint64_t now_us,
                    bool rare) {
  struct ledger_now now = now_of(now_us);
  bool right = rare && clock_is_right(&k->device, now.wall_us);

  (void)arg;
  if (energy.ledger == NULL)
    return;
  if (rare)
    judge_clock(k, now.wall_us);
  if (k->plugs_num == 0) {
    struct ledger_statistics s =
        statistics_of(&k->device.now, k->device.since_kwh, right);

    book(k->meter, &k->energy, k->name, "", rare ? &s : NULL, now);
  }
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const struct plug *plug = &k->device.plugs[i];
    struct ledger_statistics s =
        statistics_of(&plug->now, plug->since_kwh, right);

    book(k->plugs[i].meter, &k->plugs[i].energy, k->name, k->plugs[i].name,
         rare ? &s : NULL, now);
  }
}

const struct poll_energy_hooks energy_values_hooks = {
    .ask = ask, .begin = begin, .counted = counted};

/* -- out -- */

static void put(const struct appliance_sink *sink, const char *plugin,
                const char *plug, const struct ledger_values *v) {
  const struct poll_options *o = energy.options;

  sink->derive(sink->arg, plugin, "watt_hours", plug,
               (uint64_t)((v->counted_mwh + 500) / 1000));
  if (!v->has_days)
    return;
  if (o->report_energy) {
    sink->gauge(sink->arg, plugin, "kwh_today", plug,
                (double)v->today_mwh * 1e-6);
    sink->gauge(sink->arg, plugin, "kwh_month", plug,
                (double)v->month_mwh * 1e-6);
    if (v->has_yesterday)
      sink->gauge(sink->arg, plugin, "kwh_yesterday", plug,
                  (double)v->yesterday_mwh * 1e-6);
  }
  if (!v->has_cost || !o->report_cost)
    return;
  sink->gauge(sink->arg, plugin, "cost_today", plug,
              (double)v->today_cost * 1e-6);
  sink->gauge(sink->arg, plugin, "cost_month", plug,
              (double)v->month_cost * 1e-6);
  if (v->has_yesterday)
    sink->gauge(sink->arg, plugin, "cost_yesterday", plug,
                (double)v->yesterday_cost * 1e-6);
  if (!isnan(v->forecast))
    sink->gauge(sink->arg, plugin, "cost_forecast", plug, v->forecast);
}

static struct ledger_now at_wall(uint64_t wall_us) {
  return (struct ledger_now){.steady_us = (int64_t)clock_monotonic_us(),
                             .wall_us = (int64_t)wall_us};
}

double energy_values_price(uint64_t wall_us) {
  return energy.ledger != NULL && energy.currency[0] != '\0'
             ? ledger_price_now(energy.ledger, at_wall(wall_us))
             : (double)NAN;
}

const char *energy_values_currency(void) { return energy.currency; }

static void look_device(const struct poll_device *k,
                        const struct ledger_values *v, uint64_t wall_us) {
  struct limit_owner owner = {"kasa", k->name, "", k->identity, 0};

  if (k->options != NULL)
    limit_values_look(&k->options->limits, &owner, v, energy.currency, wall_us);
}

static void look_plug(const struct poll_device *k, unsigned i,
                      const struct ledger_values *v, uint64_t wall_us) {
  struct limit_owner owner = {"kasa_plug", k->name, k->plugs[i].name,
                              k->identity, k->plugs[i].slot + 1};
  const struct plug_options *p =
      k->options != NULL && k->options->plugs_num > 0
          ? device_name_plug_options(k, &k->device.plugs[i])
          : NULL;

  if (p != NULL)
    limit_values_look(&p->limits, &owner, v, energy.currency, wall_us);
}

void energy_values_device(const struct poll_device *k, uint64_t wall_us,
                          const struct appliance_sink *sink) {
  struct ledger_now now = at_wall(wall_us);
  struct ledger_values v;
  struct ledger_values sum = {0};
  unsigned known = 0;

  if (energy.ledger == NULL)
    return;
  if (k->plugs_num == 0 && k->meter != NULL && k->energy.by != COUNTER_NEW) {
    ledger_values_of(energy.ledger, k->meter, now, &v);
    put(sink, "kasa", "", &v);
    look_device(k, &v, wall_us);
  }
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const struct poll_device_plug *plug = &k->plugs[i];

    if (plug->meter == NULL || plug->energy.by == COUNTER_NEW)
      continue;
    ledger_values_of(energy.ledger, plug->meter, now, &v);
    put(sink, "kasa_plug", plug->name, &v);
    look_plug(k, i, &v, wall_us);
    ledger_values_add(&sum, &v);
    known++;
  }
  if (known > 0 && known == k->plugs_num) {
    put(sink, "kasa", "", &sum);
    look_device(k, &sum, wall_us);
  }
}

void energy_values_total(uint64_t wall_us, const struct appliance_sink *sink) {
  static const struct limit_owner site = {TOTAL, "", "", "", 0};
  struct ledger_values v;

  if (energy.ledger == NULL)
    return;
  ledger_values_total(energy.ledger, at_wall(wall_us), &v);
  limit_values_look(&energy.options->limits, &site, &v, energy.currency,
                    wall_us);
  if (sink == NULL)
    return;
  put(sink, TOTAL, "", &v);
  if (energy.options->report_energy)
    sink->gauge(sink->arg, TOTAL, "covered", "", v.covered);
  if (!v.has_cost || !energy.options->report_cost)
    return;
  sink->gauge(sink->arg, TOTAL, "unpriced", "", (double)v.unpriced_mwh * 1e-6);
  if (!isnan(v.price))
    sink->gauge(sink->arg, TOTAL, "price", "", v.price);
}
