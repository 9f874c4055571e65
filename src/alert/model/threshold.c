/* SPDX-License-Identifier: MIT */
/* The threshold plugin's verdict and words: see threshold.h. */
#include <config.h>

#include "alert/model/threshold.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct verdict {
  enum severity severity;
  const struct threshold *by;
  const char *side; /* "above", "below" */
  double limit;
};

static struct verdict judge(const struct threshold *t, double value) {
  const struct {
    enum severity severity;
    bool crossed;
    const char *side;
    double limit;
  } bounds[] = {
      {SEVERITY_FAILURE, value > t->failure_max, "above", t->failure_max},
      {SEVERITY_FAILURE, value < t->failure_min, "below", t->failure_min},
      {SEVERITY_WARNING, value > t->warning_max, "above", t->warning_max},
      {SEVERITY_WARNING, value < t->warning_min, "below", t->warning_min},
  };

  for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
    if (bounds[i].crossed)
      return (struct verdict){bounds[i].severity, t, bounds[i].side,
                              bounds[i].limit};
  return (struct verdict){SEVERITY_OKAY, t, "", NAN};
}

static bool is_worse(enum severity a, enum severity b) {
  return a != b && (a == SEVERITY_FAILURE ||
                    (a == SEVERITY_WARNING && b == SEVERITY_OKAY));
}

/* As 5.12's threshold.c writes it, cut where it cuts. */
static void sentence(struct event *ev, const struct verdict *v) {
  char text[2 * ALERT_TEXT_SIZE + 5 * ALERT_NAME_SIZE];
  size_t used;
  bool named = ev->type_instance[0] != '\0';

  used = (size_t)snprintf(
      text, sizeof(text), "Host %s, plugin %s%s%s%s type %s%s%s%s: ", ev->host,
      ev->plugin, ev->plugin_instance[0] != '\0' ? " (instance " : "",
      ev->plugin_instance, ev->plugin_instance[0] != '\0' ? ")" : "", ev->type,
      named ? " (instance " : "", ev->type_instance, named ? ")" : "");
  if (v->severity == SEVERITY_OKAY)
    snprintf(text + used, sizeof(text) - used,
             "All data sources are within range again. Current value of \"%s\" "
             "is %f.",
             ev->data_source, ev->value);
  else
    snprintf(text + used, sizeof(text) - used,
             "Data source \"%s\" is currently %f. That is %s the %s threshold "
             "of %f.",
             ev->data_source, ev->value, v->side,
             v->severity == SEVERITY_FAILURE ? "failure" : "warning", v->limit);
  snprintf(ev->text, sizeof(ev->text), "%.255s", text);
}

enum severity threshold_speak(struct event *ev, const struct threshold *all,
                              size_t n) {
  struct verdict worst = {SEVERITY_NONE, NULL, "", NAN};

  for (size_t i = 0; i < n; i++) {
    struct verdict one;

    if (all[i].odd || !isfinite(ev->value))
      return SEVERITY_NONE;
    one = judge(&all[i], ev->value);
    if (worst.by == NULL || is_worse(one.severity, worst.severity))
      worst = one;
  }
  if (worst.by == NULL || worst.severity != ev->severity)
    return worst.severity;
  ev->has_value = true;
  ev->warning_min = worst.by->warning_min;
  ev->warning_max = worst.by->warning_max;
  ev->failure_min = worst.by->failure_min;
  ev->failure_max = worst.by->failure_max;
  memcpy(ev->data_source, worst.by->data_source, sizeof(ev->data_source));
  sentence(ev, &worst);
  return worst.severity;
}
