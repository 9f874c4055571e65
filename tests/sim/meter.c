/* SPDX-License-Identifier: MIT */
/* Energy by total and by day. */
#include "meter.h"

#include <math.h>
#include <stdlib.h>

static int64_t today(const struct meter *m, double t) {
  struct tm tm = clock_calendar(m->clock, t, m->offset_s);
  return day_number(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static double invented_wh(const struct meter *m, int64_t number) {
  return m->history_mean * 24 * (1 + 0.2 * noise_at(m->seed, number));
}

static void add_day(struct meter *m, double t) {
  m->days = xrealloc(m->days, (m->n_days + 1) * sizeof(*m->days));
  m->days[m->n_days++] = (struct meter_day){today(m, t), 0};
  m->day_end = clock_day_end(m->clock, t, m->offset_s);
}

void meter_start(struct meter *m, const struct clock *clock,
                 const struct load *load, double offset_s, unsigned history,
                 double at) {
  *m = (struct meter){.clock = clock,
                      .offset_s = offset_s,
                      .history_days = history,
                      .history_mean = load_mean(load),
                      .seed = load->seed,
                      .at = at};
  add_day(m, at);
  if (history == 0)
    return;
  double so_far = 1 - fmin((m->day_end - at) / 86400, 1);
  m->days[0].wh = invented_wh(m, m->days[0].number) * so_far;
  m->wh = m->days[0].wh;
  for (int64_t back = 1; back <= (int64_t)history; back++)
    m->wh += invented_wh(m, m->days[0].number - back);
}

void meter_free(struct meter *m) {
  free(m->days);
  m->days = NULL;
  m->n_days = 0;
}

void meter_advance(struct meter *m, const struct load *load, bool on,
                   double t) {
  if (t < m->at) {
    m->at = t;
    m->day_end = clock_day_end(m->clock, t, m->offset_s);
    return;
  }
  while (m->at < t) {
    if (m->at >= m->day_end)
      add_day(m, m->at);
    double end = fmin(t, m->day_end);
    double wh = 0;
    if (on) {
      struct load_step step = load_at(load, m->at);
      end = fmin(end, step.until);
      wh = step.watts * (end - m->at) / 3600;
    }
    m->wh += wh;
    m->days[m->n_days - 1].wh += wh;
    m->at = end;
  }
}

bool meter_day_wh(const struct meter *m, int64_t number, double *wh) {
  int64_t first = m->days[0].number;
  if (number < first && number >= first - (int64_t)m->history_days) {
    *wh = invented_wh(m, number);
    return true;
  }
  bool found = false; /* after a jump back a day may be there twice */
  *wh = 0;
  for (size_t i = 0; i < m->n_days; i++) {
    if (m->days[i].number != number)
      continue;
    *wh += m->days[i].wh;
    found = true;
  }
  return found;
}

bool meter_month_wh(const struct meter *meter, int64_t year, int64_t month,
                    double *sum) {
  bool any = false;
  int64_t first = day_number(year, month, 1);
  *sum = 0;
  for (int day = 0, days = days_in_month(year, month); day < days; day++) {
    double wh;
    if (!meter_day_wh(meter, first + day, &wh))
      continue;
    *sum += wh;
    any = true;
  }
  return any;
}

void meter_now_wh(const struct meter *m, double *today, double *month) {
  struct tm tm = clock_calendar(m->clock, m->at, m->offset_s);
  const struct meter_day *last = &m->days[m->n_days - 1];
  *today = last->wh;
  meter_month_wh(m, tm.tm_year + 1900, tm.tm_mon + 1, month);
}
