/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "energy/limits/limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A period that lies so many days ahead of the present was one of a wrong
 * clock: who waited for it would hear nothing until then. */
enum { CLOCK_WAS_WRONG = 3 };

static const struct {
  bool monthly, cost;
  const char *whose, *begins;
} kinds[LIMITS] = {
    [LIMIT_DAILY_ENERGY] = {false, false, "today's", "a new day"},
    [LIMIT_DAILY_COST] = {false, true, "today's", "a new day"},
    [LIMIT_MONTHLY_ENERGY] = {true, false, "this month's", "a new month"},
    [LIMIT_MONTHLY_COST] = {true, true, "this month's", "a new month"},
};

/* A limit of 50 is said as 50, one of 7.5 with the coins of the currency; what
 * is small gets as many decimals as it needs. */
static void figure(double value, const struct limits_usage *u, bool cost,
                   bool short_form, char out[LIMITS_FIGURE_SIZE]) {
  unsigned decimals = cost ? u->decimals : 2;

  while (value > 0 && decimals < 6 && value * pow(10, decimals) < 1)
    decimals++;
  if (short_form && fabs(value - round(value)) < 1e-9)
    decimals = 0;
  snprintf(out, LIMITS_FIGURE_SIZE, "%.*f%s%s", (int)decimals, value,
           cost && u->currency[0] == '\0' ? "" : " ",
           cost ? u->currency : "kWh");
}

static void say(struct limits_news *n) {
  const char *whose = kinds[n->limit].whose;

  switch (n->reason) {
  case LIMITS_STEP:
    if (n->percent == 100)
      snprintf(n->text, LIMITS_TEXT_SIZE, "%s %s are used up (%s so far)",
               whose, n->allowed, n->used);
    else
      snprintf(n->text, LIMITS_TEXT_SIZE, "%g %% of %s %s are used (%s so far)",
               n->percent, whose, n->allowed, n->used);
    break;
  case LIMITS_FORECAST:
    snprintf(n->text, LIMITS_TEXT_SIZE,
             "this month is heading for %s; the limit is %s", n->used,
             n->allowed);
    break;
  case LIMITS_NEW:
    snprintf(n->text, LIMITS_TEXT_SIZE, "%s has begun; %s may be used",
             kinds[n->limit].begins, n->allowed);
    break;
  }
}

static void tell(const struct limits_settings *s, const struct limits_usage *u,
                 enum limit limit, enum limits_reason reason, double percent,
                 limits_hook *hook, void *arg) {
  struct limits_news n = {.reason = reason, .limit = limit, .percent = percent};
  double used = reason == LIMITS_FORECAST ? u->forecast[limit] : u->used[limit];

  figure(used, u, kinds[limit].cost, false, n.used);
  figure(s->allowed[limit], u, kinds[limit].cost, true, n.allowed);
  say(&n);
  hook(arg, &n);
}

/* Opens the day or month of now. False: the clock is wrong. */
static bool enter_period(struct limits_told *t, const struct limits_settings *s,
                         const struct limits_usage *u, enum limit limit,
                         limits_hook *hook, void *arg) {
  int period = kinds[limit].monthly ? u->month_start : u->day;
  bool spoken = t->percent > 0 || t->forecast;

  if (period == t->period)
    return true;
  /* a month may also begin earlier because BillingDay was changed */
  if (u->day < t->period && t->period - u->day < CLOCK_WAS_WRONG)
    return false;
  *t = (struct limits_told){.period = period};
  if (spoken && s->recovery)
    tell(s, u, limit, LIMITS_NEW, 0, hook, arg);
  return true;
}

static double highest_step(const struct limits_settings *s, double percent) {
  double highest = 0;

  for (unsigned i = 0; i < s->steps_num; i++)
    if (percent >= s->steps[i])
      highest = s->steps[i];
  return highest;
}

/* Somebody has changed the limit within its period: what was told of the one
 * before says nothing of what lies ahead. */
static void heed_change(struct limits_told *t, const struct limits_settings *s,
                        const struct limits_usage *u, enum limit limit) {
  double allowed = s->allowed[limit];

  if (t->allowed > 0 && fabs(t->allowed - allowed) > 1e-9 * allowed) {
    t->percent =
        fmin(t->percent, highest_step(s, u->used[limit] / allowed * 100));
    t->forecast = t->forecast && u->forecast[limit] > allowed;
  }
  t->allowed = allowed;
}

static void look(struct limits_told *t, const struct limits_settings *s,
                 const struct limits_usage *u, enum limit limit,
                 limits_hook *hook, void *arg) {
  double allowed = s->allowed[limit];
  double step;

  if (!enter_period(t, s, u, limit, hook, arg))
    return;
  heed_change(t, s, u, limit);
  step = highest_step(s, u->used[limit] / allowed * 100);
  if (step > t->percent) {
    t->percent = step;
    tell(s, u, limit, LIMITS_STEP, step, hook, arg);
  }
  if (kinds[limit].monthly && s->forecast && !t->forecast &&
      u->used[limit] < allowed && u->forecast[limit] > allowed) {
    t->forecast = true;
    tell(s, u, limit, LIMITS_FORECAST, 0, hook, arg);
  }
}

bool limits_look(struct limits_state *state, const struct limits_settings *s,
                 const struct limits_usage *u, limits_hook *hook, void *arg) {
  bool changed = false;

  for (unsigned i = 0; i < LIMITS; i++) {
    struct limits_told *t = &state->told[i];
    struct limits_told before = *t;

    if (!(s->allowed[i] > 0) || isnan(u->used[i]))
      continue;
    look(t, s, u, (enum limit)i, hook, arg);
    changed |= before.period != t->period || before.percent != t->percent ||
               before.forecast != t->forecast || before.allowed != t->allowed;
  }
  return changed;
}

/* -- kept over restarts: "period percent forecast allowed", once for each
   limit; the last figure may be missing -- */

void limits_write(const struct limits_state *state,
                  char out[LIMITS_STATE_SIZE]) {
  size_t len = 0;

  for (unsigned i = 0; i < LIMITS; i++) {
    const struct limits_told *t = &state->told[i];

    len += (size_t)snprintf(out + len, LIMITS_STATE_SIZE - len,
                            "%s%d %.10g %d %.10g", i > 0 ? ";" : "", t->period,
                            t->percent, (int)t->forecast, t->allowed);
  }
}

bool limits_read(struct limits_state *state, const char *text) {
  *state = (struct limits_state){0};
  for (unsigned i = 0; i < LIMITS; i++) {
    struct limits_told *t = &state->told[i];
    int forecast = 0;
    int used = 0;

    if (sscanf(text, "%d %lf %d%n", &t->period, &t->percent, &forecast,
               &used) != 3 ||
        !(t->percent >= 0)) {
      *state = (struct limits_state){0};
      return false;
    }
    t->forecast = forecast != 0;
    text += used;
    used = 0;
    if (sscanf(text, "%lf%n", &t->allowed, &used) != 1 || !(t->allowed >= 0))
      t->allowed = 0;
    text += used;
    text += *text == ';' ? 1 : 0;
  }
  return true;
}
