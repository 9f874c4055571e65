/* What a service answered, as JSON: never trusted, read with defaults. */
#ifndef ALERT_ANSWER_H
#define ALERT_ANSWER_H

#include "alert/http.h"

#include <cjson/cJSON.h>

/* The whole answer, for the caller to delete; NULL when it is incomplete or no
 * JSON. */
cJSON *answer_json(const struct http_answer *answer);

/* A member of json, which may be NULL or anything: "" or 0 where there is none
 * of that kind. The text is borrowed from json. */
const char *answer_text(const cJSON *json, const char *name);
double answer_number(const cJSON *json, const char *name);

#endif
