/* Writing JSON for services: cJSON, with texts repaired and numbers that are
 * none made null. One failure is remembered, so a payload is written without a
 * check per line and asked once at the end. One thread at a time. */
#ifndef ALERT_JSON_OUT_H
#define ALERT_JSON_OUT_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_out {
  cJSON *root;
  bool failed;
};

void json_out_init(struct json_out *j);
void json_out_free(struct json_out *j);

/* Each adds one member to an object, or with name NULL one item to an array.
 * parent may be NULL: nothing happens then. */
void json_out_text(struct json_out *j, cJSON *parent, const char *name,
                   const char *text);
/* A NaN or an infinity becomes null. */
void json_out_number(struct json_out *j, cJSON *parent, const char *name,
                     double number);
void json_out_bool(struct json_out *j, cJSON *parent, const char *name,
                   bool value);
void json_out_null(struct json_out *j, cJSON *parent, const char *name);
/* "2026-11-21T14:03:22+01:00"; 0 becomes null. */
void json_out_moment(struct json_out *j, cJSON *parent, const char *name,
                     int64_t wall_ms);
/* The new container, NULL after a failure. */
cJSON *json_out_object(struct json_out *j, cJSON *parent, const char *name);
cJSON *json_out_array(struct json_out *j, cJSON *parent, const char *name);

/* Appends the text: 0, -ENOMEM, -EMSGSIZE. */
int json_out_print(struct json_out *j, struct buf *out)
    __attribute__((warn_unused_result));

#endif
