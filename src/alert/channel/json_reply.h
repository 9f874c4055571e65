/* SPDX-License-Identifier: MIT */
/* What a service answered, as JSON: never trusted, read with defaults. */
#ifndef ALERT_CHANNEL_JSON_REPLY_H
#define ALERT_CHANNEL_JSON_REPLY_H

#include "alert/channel/http.h"

#include <cjson/cJSON.h>

/* The whole answer, for the caller to delete; NULL when it is incomplete or no
 * JSON. */
cJSON *json_reply_parse(const struct http_answer *answer);

/* A member of json, which may be NULL or anything: "" or 0 where there is none
 * of that kind. The text is borrowed from json. */
const char *json_reply_text(const cJSON *json, const char *name);
double json_reply_number(const cJSON *json, const char *name);

#endif
