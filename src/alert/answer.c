/* Reading what services answer: see answer.h. */
#include <config.h>

#include "alert/answer.h"

cJSON *answer_json(const struct http_answer *answer) {
  if (!answer->complete || answer->body.data == NULL)
    return NULL;
  return cJSON_ParseWithLength(answer->body.data, answer->body.len);
}

const char *answer_text(const cJSON *json, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

double answer_number(const cJSON *json, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}
