/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/appliance_fields.h"

#include "appliance/duration.h"
#include "energy/calendar.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 4))) static void
put(struct appliance_fields *f, const char *name, const char *format, ...) {
  va_list ap;

  if (f->num == APPLIANCE_FIELDS)
    return;
  f->field[f->num].name = name;
  va_start(ap, format);
  vsnprintf(f->field[f->num++].value, APPLIANCE_FIELD_SIZE, format, ap);
  va_end(ap);
}

/* When a cycle ended, by the clock on the wall. */
static void put_end(struct appliance_fields *f, double at,
                    const struct appliance_reading *r) {
  double end = r->wall - (r->at - at);
  char moment[CALENDAR_MOMENT_SIZE];

  if (!(end > 0))
    return;
  calendar_format_moment(llround(end) * INT64_C(1000000), moment);
  put(f, "End", "%s", moment);
}

static void put_cycle(struct appliance_fields *f, const struct appliance *a,
                      const struct appliance_reading *r) {
  char words[DURATION_SIZE];

  duration_words(a->last_duration, words);
  put(f, "Duration", "%s", words);
  put(f, "Energy", "%.2f kWh", a->last_kwh);
  if (!isnan(a->last_cost) && r->currency != NULL && r->currency[0] != '\0')
    put(f, "Cost", "%.*f %s", (int)r->decimals, a->last_cost, r->currency);
  put_end(f, a->detector.last_stretch.end, r);
}

void appliance_fields_fill(struct appliance_fields *f,
                           const struct appliance *a,
                           const struct appliance_settings *settings,
                           const struct appliance_reading *r,
                           enum appliance_news news) {
  f->num = 0;
  if (news == APPLIANCE_FINISHED) {
    put_cycle(f, a, r);
    return;
  }
  if (settings != NULL)
    put(f, "Kind", "%s", appliance_kind_names[settings->kind]);
  switch (news) {
  case APPLIANCE_UNUSUAL:
    put(f, "Reason", "%s", watch_reason_names[a->watch.reason]);
    break;
  case APPLIANCE_STANDBY:
    put(f, "Usual", "%.1f W", a->standby.before);
    break;
  case APPLIANCE_WAITS: /* a pump may have run since */
    put_end(f, a->unloading.since, r);
    break;
  case APPLIANCE_SPIKE:
    put(f, "Power", "%.0f W", r->watts);
    put(f, "Usual", "%.0f W", spike_usual(&a->spike));
    break;
  default:
    break;
  }
}
