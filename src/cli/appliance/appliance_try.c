/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_try.h"

#include "appliance/duration.h"
#include "energy/calendar.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A plug that was not heard for longer than this many intervals was away. */
static const double GAP_INTERVALS = 3;

static void *grown(void *array, size_t num, size_t size) {
  return num == 0 || (num & (num - 1)) == 0
             ? realloc(array, (num == 0 ? 1 : num * 2) * size)
             : array;
}

static int keep_cycle(struct appliance_trial *t,
                      const struct cycle_stretch *stretch) {
  struct cycle_stretch *cycles =
      grown(t->cycles, t->cycles_num, sizeof(*cycles));

  if (cycles == NULL)
    return -ENOMEM;
  t->cycles = cycles;
  cycles[t->cycles_num++] = *stretch;
  return 0;
}

static int keep_message(struct appliance_trial *t, double at,
                        const char *text) {
  struct appliance_message *messages =
      grown(t->messages, t->messages_num, sizeof(*messages));

  if (messages == NULL)
    return -ENOMEM;
  t->messages = messages;
  messages[t->messages_num].at = at;
  snprintf(messages[t->messages_num].text, WATCH_TEXT_SIZE, "%s", text);
  t->messages_num++;
  return 0;
}

int appliance_try(struct appliance_trial *t, const struct appliance_settings *s,
                  const struct power_curve *curve, double interval) {
  const double first = curve->samples[0].at;
  const double last = curve->samples[curve->num - 1].at;
  struct cycle_detector detector = {0};
  struct watch watch = {0};
  double heard = first;
  size_t from = 0;
  int err = 0;

  *t = (struct appliance_trial){0};
  for (size_t i = 0; err == 0 && first + (double)i * interval <= last; i++) {
    double at = first + (double)i * interval;
    char text[WATCH_TEXT_SIZE];
    struct watch_reading now;
    enum cycle_event event;
    double watts;

    if (!power_curve_at(curve, at, &from, &watts))
      continue;
    event = cycle_add(&detector, &s->cycle, at, watts, -1,
                      GAP_INTERVALS * interval);
    if (event == CYCLE_ENDED && detector.last_stretch.counts)
      err = keep_cycle(t, &detector.last_stretch);
    now = (struct watch_reading){.at = at,
                                 .seconds = at - heard,
                                 .gap = at - heard > GAP_INTERVALS * interval,
                                 .grown_wh = NAN,
                                 .wall = curve->begins + at};
    if (watch_add(&watch, s, &detector, event, &now, text) == WATCH_BEGAN &&
        err == 0)
      err = keep_message(t, at, text);
    heard = at;
  }
  t->running = detector.running;
  t->running_since = detector.start;
  t->begins = curve->begins;
  t->interval = interval;
  return err;
}

void appliance_trial_free(struct appliance_trial *t) {
  free(t->cycles);
  free(t->messages);
  *t = (struct appliance_trial){0};
}

/* "01:23:45" from the beginning of the curve. */
static void put_offset(double seconds, FILE *out) {
  long long s = (long long)seconds;

  fprintf(out, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

/* What the offsets count from, where that is known. */
static void put_beginning(const struct appliance_trial *t, FILE *out) {
  char moment[CALENDAR_MOMENT_SIZE];

  if (isnan(t->begins))
    return;
  calendar_format_moment((int64_t)t->begins * CALENDAR_SECOND, moment);
  fprintf(out, "From %.10s %.5s on, a value every %.0f s:\n\n", moment,
          moment + 11, t->interval);
}

void appliance_trial_print(const struct appliance_trial *t, FILE *out) {
  char words[DURATION_SIZE];

  put_beginning(t, out);
  if (t->cycles_num > 0)
    fputs("started   ended     told      lasted         kWh\n", out);
  else
    fputs("No cycle has ended.\n", out);
  for (size_t i = 0; i < t->cycles_num; i++) {
    const struct cycle_stretch *c = &t->cycles[i];

    put_offset(c->start, out);
    fputs("  ", out);
    put_offset(c->end, out);
    fputs("  ", out);
    put_offset(c->told, out);
    duration_words(c->end - c->start, words);
    fprintf(out, "  %-12s %5.2f\n", words, c->wh / 1000);
  }
  if (t->running) {
    fputs("Running since ", out);
    put_offset(t->running_since, out);
    fputs(" when the curve ends.\n", out);
  }
  for (size_t i = 0; i < t->messages_num; i++) {
    put_offset(t->messages[i].at, out);
    fprintf(out, "  %s\n", t->messages[i].text);
  }
}

static cJSON *json_of(const struct appliance_trial *t) {
  cJSON *root = cJSON_CreateObject();
  cJSON *cycles, *messages;
  bool good = cJSON_AddNumberToObject(root, "schema", 1) != NULL;

  if (!isnan(t->begins)) {
    good &= cJSON_AddNumberToObject(root, "begins", t->begins) != NULL;
    good &= cJSON_AddNumberToObject(root, "interval_s", t->interval) != NULL;
  }
  cycles = cJSON_AddArrayToObject(root, "cycles");
  for (size_t i = 0; i < t->cycles_num; i++) {
    const struct cycle_stretch *c = &t->cycles[i];
    cJSON *one = cJSON_CreateObject();

    good &= cJSON_AddNumberToObject(one, "start_s", c->start) != NULL;
    good &= cJSON_AddNumberToObject(one, "end_s", c->end) != NULL;
    good &= cJSON_AddNumberToObject(one, "told_s", c->told) != NULL;
    good &= cJSON_AddNumberToObject(one, "kwh", c->wh / 1000) != NULL;
    good &= cJSON_AddItemToArray(cycles, one) != 0;
  }
  good &= cJSON_AddBoolToObject(root, "running", t->running) != NULL;
  messages = cJSON_AddArrayToObject(root, "messages");
  for (size_t i = 0; i < t->messages_num; i++) {
    const struct appliance_message *m = &t->messages[i];
    cJSON *one = cJSON_CreateObject();

    good &= cJSON_AddNumberToObject(one, "at_s", m->at) != NULL;
    good &= cJSON_AddStringToObject(one, "type", "watch") != NULL;
    good &= cJSON_AddStringToObject(one, "text", m->text) != NULL;
    good &= cJSON_AddItemToArray(messages, one) != 0;
  }
  if (!good) {
    cJSON_Delete(root);
    return NULL;
  }
  return root;
}

int appliance_trial_json(const struct appliance_trial *t, FILE *out) {
  cJSON *root = json_of(t);
  char *text = root != NULL ? cJSON_PrintUnformatted(root) : NULL;

  cJSON_Delete(root);
  if (text == NULL)
    return -ENOMEM;
  fprintf(out, "%s\n", text);
  free(text);
  return 0;
}
