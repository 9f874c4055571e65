/* SPDX-License-Identifier: MIT */
/* Writing JSON: see json_writer.h. */
#include <config.h>

#include "base/json_writer.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
  if (text_repair(text, false, &clean) < 0)
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
  time_t when = (time_t)(wall_ms / 1000);
  char text[64];
  char zone[16];
  struct tm tm;

  /* numbers only, so that no locale can change it */
  if (wall_ms <= 0 || localtime_r(&when, &tm) == NULL ||
      strftime(zone, sizeof(zone), "%z", &tm) < 5 ||
      strftime(text, sizeof(text) - sizeof(zone), "%Y-%m-%dT%H:%M:%S", &tm) ==
          0) {
    json_writer_null(j, parent, name);
    return;
  }
  snprintf(text + strlen(text), sizeof(zone) + 1, "%.3s:%s", zone, zone + 3);
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

cJSON *json_writer_take(struct json_writer *j) {
  cJSON *root = j->root;

  j->root = NULL;
  if (!j->failed)
    return root;
  cJSON_Delete(root);
  return NULL;
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
