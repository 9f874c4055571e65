/* Writing JSON for services: see json_out.h. */
#include <config.h>

#include "alert/json_out.h"

#include "alert/fit.h"
#include "alert/format.h"

#include <errno.h>
#include <math.h>

enum { TEXT_MAX = 64 * 1024 };

void json_out_init(struct json_out *j) {
  j->root = cJSON_CreateObject();
  j->failed = j->root == NULL;
}

void json_out_free(struct json_out *j) {
  cJSON_Delete(j->root);
  j->root = NULL;
}

/* Takes item in any case. */
static cJSON *put(struct json_out *j, cJSON *parent, const char *name,
                  cJSON *item) {
  if (item != NULL && parent != NULL &&
      (name != NULL ? cJSON_AddItemToObject(parent, name, item)
                    : cJSON_AddItemToArray(parent, item)))
    return item;
  cJSON_Delete(item);
  j->failed = true;
  return NULL;
}

void json_out_text(struct json_out *j, cJSON *parent, const char *name,
                   const char *text) {
  struct buf clean;

  buf_init(&clean, TEXT_MAX);
  if (fit_repair(text, false, &clean) < 0)
    j->failed = true;
  else
    put(j, parent, name, cJSON_CreateString(clean.data));
  buf_free(&clean);
}

void json_out_number(struct json_out *j, cJSON *parent, const char *name,
                     double number) {
  put(j, parent, name,
      isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

void json_out_bool(struct json_out *j, cJSON *parent, const char *name,
                   bool value) {
  put(j, parent, name, cJSON_CreateBool(value));
}

void json_out_null(struct json_out *j, cJSON *parent, const char *name) {
  put(j, parent, name, cJSON_CreateNull());
}

void json_out_moment(struct json_out *j, cJSON *parent, const char *name,
                     int64_t wall_ms) {
  char text[FORMAT_SIZE];

  if (wall_ms <= 0 || format_rfc3339(wall_ms / 1000, text, sizeof(text)) == 0) {
    json_out_null(j, parent, name);
    return;
  }
  json_out_text(j, parent, name, text);
}

cJSON *json_out_object(struct json_out *j, cJSON *parent, const char *name) {
  return put(j, parent, name, cJSON_CreateObject());
}

cJSON *json_out_array(struct json_out *j, cJSON *parent, const char *name) {
  return put(j, parent, name, cJSON_CreateArray());
}

int json_out_print(struct json_out *j, struct buf *out) {
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
