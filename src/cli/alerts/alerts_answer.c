/* SPDX-License-Identifier: MIT */
/* Reading an answer of the control socket: see alerts_answer.h. */
#include <config.h>

#include "cli/alerts/alerts_answer.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

const char *answer_text(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

const char *answer_subject(const cJSON *object) {
  const char *subject = answer_text(object, "subject");

  /* a daemon of another version may not say it */
  return subject[0] != '\0' ? subject : answer_text(object, "device");
}

double answer_number(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

  return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

int64_t answer_whole(const cJSON *object, const char *name) {
  double number = answer_number(object, name);

  return fabs(number) < 9e15 ? (int64_t)number : 0;
}

bool answer_true(const cJSON *object, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

const cJSON *answer_list(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

void answer_copy(const cJSON *object, const char *name, char *out,
                 size_t size) {
  const char *text = answer_text(object, name);

  text_clean(text, strlen(text), out, size);
}
