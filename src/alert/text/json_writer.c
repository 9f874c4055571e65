/* SPDX-License-Identifier: MIT */
/* Writing JSON for services: see json_writer.h. */
#include <config.h>

#include "alert/text/json_writer.h"

#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/text_limits.h"

#include <errno.h>
#include <math.h>

enum { TEXT_MAX = 64 * 1024 };

void json_writer_init(struct json_writer *j) {
  j->root = cJSON_CreateObject();
  j->failed = j->root == NULL;
}

void json_writer_free(struct json_writer *j) {
  cJSON_Delete(j->root);
  j->root = NULL;
}

/* Takes item in any case. */
static cJSON *put(struct json_writer *j, cJSON *parent, const char *name,
                  cJSON *item) {
  if (item != NULL && parent != NULL &&
      (name != NULL ? cJSON_AddItemToObject(parent, name, item)
                    : cJSON_AddItemToArray(parent, item)))
    return item;
  cJSON_Delete(item);
  j->failed = true;
  return NULL;
}

void json_writer_text(struct json_writer *j, cJSON *parent, const char *name,
                      const char *text) {
  struct buf clean;

  buf_init(&clean, TEXT_MAX);
  if (text_limits_repair(text, false, &clean) < 0)
    j->failed = true;
  else
    put(j, parent, name, cJSON_CreateString(clean.data));
  buf_free(&clean);
}

void json_writer_number(struct json_writer *j, cJSON *parent, const char *name,
                        double number) {
  put(j, parent, name,
      isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

void json_writer_bool(struct json_writer *j, cJSON *parent, const char *name,
                      bool value) {
  put(j, parent, name, cJSON_CreateBool(value));
}

void json_writer_null(struct json_writer *j, cJSON *parent, const char *name) {
  put(j, parent, name, cJSON_CreateNull());
}

void json_writer_moment(struct json_writer *j, cJSON *parent, const char *name,
                        int64_t wall_ms) {
  char text[FORMAT_SIZE];

  if (wall_ms <= 0 || format_rfc3339(wall_ms / 1000, text, sizeof(text)) == 0) {
    json_writer_null(j, parent, name);
    return;
  }
  json_writer_text(j, parent, name, text);
}

cJSON *json_writer_object(struct json_writer *j, cJSON *parent,
                          const char *name) {
  return put(j, parent, name, cJSON_CreateObject());
}

cJSON *json_writer_array(struct json_writer *j, cJSON *parent,
                         const char *name) {
  return put(j, parent, name, cJSON_CreateArray());
}

int json_writer_print(struct json_writer *j, struct buf *out) {
  char *text;
  int err;

  if (j->failed)
    return -ENOMEM;
  text = cJSON_PrintUnformatted(j->root);
  if (text == NULL)
    return -ENOMEM;
  err = buf_adds(out, text);
  cJSON_free(text);
  return err;
}
