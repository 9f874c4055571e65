/* SPDX-License-Identifier: MIT */
/* Members of a request, and what answers are made of: see command_request.h. */
#include <config.h>

#include "alert/control/command_request.h"

#include "alert/model/alert_json.h"
#include "alert/text/alert_subject.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cJSON *command_error(const char *format, ...) {
  char text[300];
  char clean[300];
  va_list args;
  cJSON *answer = cJSON_CreateObject();

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  text_clean(text, strlen(text), clean, sizeof(clean));
  cJSON_AddFalseToObject(answer, "ok");
  cJSON_AddStringToObject(answer, "error", clean);
  return answer;
}

cJSON *command_fine(void) {
  cJSON *answer = cJSON_CreateObject();

  cJSON_AddTrueToObject(answer, "ok");
  return answer;
}

const char *command_text(const struct command *c, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->request, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

double command_number(const struct command *c, const char *name, double other) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->request, name);

  return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble
                                                             : other;
}

void command_add_names(cJSON *object, const struct alert *a) {
  char subject[SUBJECT_SIZE];

  alert_subject(a, subject, sizeof(subject));
  cJSON_AddStringToObject(object, "device", a->device);
  cJSON_AddStringToObject(object, "subject", subject);
}

/* The snapshot with words in place of numbers. */
cJSON *command_alert(const struct alert *a) {
  const struct {
    const char *name;
    const char *text;
  } words[] = {
      {"class", alert_class_name(a->class)},
      {"level", level_name(a->level)},
      {"severity", severity_name(a->severity)},
      {"state", alert_state_name(a->state)},
      {"reason", alert_reason_name(a->reason)},
      {"direction", alert_direction_name(a->direction)},
  };
  const struct {
    const char *name;
    unsigned flag;
  } flags[] = {
      {"acked", ALERT_ACKED},           {"unconfirmed", ALERT_UNCONFIRMED},
      {"no_reading", ALERT_NO_READING}, {"stale", ALERT_STALE},
      {"flapping", ALERT_FLAPPING},
  };
  char identifier[5 * ALERT_NAME_SIZE + 8];
  cJSON *object = alert_json_object(a);

  if (object == NULL)
    return NULL;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    cJSON_DeleteItemFromObjectCaseSensitive(object, words[i].name);
    if (words[i].text[0] != '\0')
      cJSON_AddStringToObject(object, words[i].name, words[i].text);
  }
  cJSON_DeleteItemFromObjectCaseSensitive(object, "flags");
  for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
    cJSON_AddBoolToObject(object, flags[i].name,
                          (a->flags & flags[i].flag) != 0);
  alert_identifier(a, identifier, sizeof(identifier));
  cJSON_AddStringToObject(object, "identifier", identifier);
  return object;
}
