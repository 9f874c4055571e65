/* SPDX-License-Identifier: MIT */
/* An alert as JSON text, for the store's rows and the control socket. Unset
 * numbers and empty texts are left out, of
 * a missing device's series all but the first ten. Pure, any thread. */
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

/* The same with the series of a missing device, which alert->members then
 * borrows from members. */
int alert_json_read_members(const char *text, struct alert *alert,
                            struct alert_member members[ALERT_MEMBERS_LISTED]);

#endif
