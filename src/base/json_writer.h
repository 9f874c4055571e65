/* SPDX-License-Identifier: MIT */
/* Writing JSON: cJSON, with texts repaired and numbers that are
 * none made null. One failure is remembered, so a payload is written without a
 * check per line and asked once at the end. One thread at a time. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_writer {
  cJSON *root;
  bool failed;
};

void json_writer_init(struct json_writer *j);
void json_writer_free(struct json_writer *j);

/* Each adds one member to an object, or with name NULL one item to an array.
 * A parent of NULL is
 * that of a container that could not be made: a failure. */
void json_writer_text(struct json_writer *j, cJSON *parent, const char *name,
                      const char *text);
/* A NaN or an infinity becomes null. */
void json_writer_number(struct json_writer *j, cJSON *parent, const char *name,
                        double number);
void json_writer_bool(struct json_writer *j, cJSON *parent, const char *name,
                      bool value);
void json_writer_null(struct json_writer *j, cJSON *parent, const char *name);
/* "2026-11-21T14:03:22+01:00"; 0 becomes null. */
void json_writer_moment(struct json_writer *j, cJSON *parent, const char *name,
                        int64_t wall_ms);
/* The new container, NULL after a failure. */
cJSON *json_writer_object(struct json_writer *j, cJSON *parent,
                          const char *name);
cJSON *json_writer_array(struct json_writer *j, cJSON *parent,
                         const char *name);

/* What was written, for the caller to delete; NULL after a failure. The writer
 * is empty then. */
cJSON *json_writer_take(struct json_writer *j);

/* Appends the text, on one line: 0, -ENOMEM, -EMSGSIZE. */
int json_writer_print(struct json_writer *j, struct buf *out)
    __attribute__((warn_unused_result));

#endif
