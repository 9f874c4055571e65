/* SPDX-License-Identifier: MIT */
/* Reading what services answer: see json_reply.h. */
#include <config.h>

#include "alert/channel/json_reply.h"

cJSON *json_reply_parse(const struct http_answer *answer) {
  if (!answer->complete || answer->body.data == NULL)
    return NULL;
  return cJSON_ParseWithLength(answer->body.data, answer->body.len);
}

const char *json_reply_text(const cJSON *json, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

double json_reply_number(const cJSON *json, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}
