/* SPDX-License-Identifier: MIT */
/* An alert as JSON text, for the store's rows and the control socket. Unset
 * numbers and empty texts are left out. Pure, any thread. */
#ifndef ALERT_MODEL_ALERT_JSON_H
#define ALERT_MODEL_ALERT_JSON_H

#include "alert/model/alert.h"

#include <cjson/cJSON.h>

/* NULL when memory is out; the caller owns the result. */
cJSON *alert_json_object(const struct alert *alert);
char *alert_json_text(const struct alert *alert);

/* Fills alert from text we wrote earlier; unknown and missing fields and wrong
 * types are passed over. 0, -EINVAL (no JSON object). */
int alert_json_read(const char *text, struct alert *alert);

#endif
