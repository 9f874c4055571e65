/* SPDX-License-Identifier: MIT */
/* Where a poll is, and what could not be used: see progress.h. */
#include <config.h>

#include "device/progress.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

void progress_fail(struct progress *p, enum outcome outcome, const char *format,
                   ...) {
  va_list args;

  if (p->failed[outcome] < UINT16_MAX)
    p->failed[outcome]++;
  if (p->why == NULL)
    return;
  va_start(args, format);
  vsnprintf(p->why, WHY_SIZE, format, args);
  va_end(args);
}

/* A flag that a device writes as a word. */
static bool is_flag_word(const struct json *doc, json_ref at, double *number) {
  static const struct {
    const char *word;
    double value;
  } words[] = {{"true", 1}, {"on", 1}, {"false", 0}, {"off", 0}};
  char text[8];

  if (!json_string(doc, at, text, sizeof(text)))
    return false;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (text_same(text, words[i].word)) {
      *number = words[i].value;
      return true;
    }
  return false;
}

void value_take_at(const struct value_source *s, enum quantity q, json_ref at,
                   const char *key, double factor) {
  double number;
  bool is_flag = quantities[q].max == 1;

  if (at == 0 || json_type(s->doc, at) == JSON_NULL)
    return;
  if ((json_type(s->doc, at) == JSON_BOOL && !is_flag) || /* true is no 1 W */
      (!json_number(s->doc, at, &number) &&
       !(is_flag && is_flag_word(s->doc, at, &number))) ||
      !device_is_plausible(s->d, q, number * factor)) {
    progress_fail(s->p, OUTCOME_MALFORMED, "%s: %s is no plausible number",
                  s->method, key);
    return;
  }
  reading_set(s->now, q, number * factor);
}

void value_take(const struct value_source *s, enum quantity q, const char *key,
                double factor) {
  value_take_at(s, q, json_get(s->doc, s->object, key), key, factor);
}

void value_take_on_time(const struct value_source *s) {
  double seconds;
  json_ref at = json_get(s->doc, s->object, "on_time");

  if (json_number(s->doc, at, &seconds) &&
      (seconds < 0 ||
       (reading_has(s->now, Q_RELAY) && s->now->value[Q_RELAY] == 0)))
    reading_set(s->now, Q_ON_TIME, 0);
  else
    value_take_at(s, Q_ON_TIME, at, "on_time", 1);
}
