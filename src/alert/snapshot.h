/* An alert as JSON text, for the store's rows and the control socket. Unset
 * numbers and empty texts are left out. Pure, any thread. */
#ifndef ALERT_SNAPSHOT_H
#define ALERT_SNAPSHOT_H

#include "alert/alert.h"

#include <cjson/cJSON.h>

/* NULL when memory is out; the caller owns the result. */
cJSON *snapshot_object(const struct alert *alert);
char *snapshot_text(const struct alert *alert);

/* Fills alert from text we wrote earlier; unknown and missing fields and wrong
 * types are passed over. 0, -EINVAL (no JSON object). */
int snapshot_read(const char *text, struct alert *alert);

#endif
