/* SPDX-License-Identifier: MIT */
/* A recorded device as an answer to each request, damaged in one place: what is
 * hurt and how, and the answers. */
#ifndef TESTS_UNIT_SUPPORT_DAMAGED_DUMP_H
#define TESTS_UNIT_SUPPORT_DAMAGED_DUMP_H

#include <check.h>
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TARGETS_MAX = 64 };

/* -- what is wrong -- */

enum damage {
  NONE,
  SILENT,    /* nothing */
  HTTP_500,  /* an error of the transport */
  CUT,       /* half an answer: no JSON */
  GARBAGE,   /* no JSON at all */
  SHAPELESS, /* a list instead of an object */
  HOLLOW,    /* null instead of an object */
  CODE_1,    /* -1 ... */
  CODE_2,
  CODE_1002,
  CODE_1003,
  CODE_1601,
  DAMAGES
};
static const int codes[DAMAGES] = {[CODE_1] = -1,
                                   [CODE_2] = -2,
                                   [CODE_1002] = -1002,
                                   [CODE_1003] = -1003,
                                   [CODE_1601] = -1601};

/* A method, of a plug where id is set; or all that a plug is asked; or its
 * place in the list of plugs. */
struct target {
  char method[64];
  char id[64];
};
static const char everything[] = "*";
static const char place[] = "in the list";
static struct target targets[TARGETS_MAX];
static int targets_num;
static bool learning; /* targets are collected */
static struct target *hurt;
static enum damage how;
static bool whole; /* the answer as a whole is damaged, and how says how */

static void add_target(const char *method, const char *id) {
  for (int i = 0; i < targets_num; i++)
    if (strcmp(targets[i].method, method) == 0 &&
        strcmp(targets[i].id, id) == 0)
      return;
  ck_assert_int_lt(targets_num, TARGETS_MAX);
  snprintf(targets[targets_num].method, 64, "%s", method);
  snprintf(targets[targets_num++].id, 64, "%s", id);
}

static bool is_hurt(const char *method, const char *id) {
  if (learning) {
    add_target(method, id);
    return false;
  }
  if (how == NONE || hurt == NULL || strcmp(hurt->id, id) != 0 ||
      (strcmp(hurt->method, method) != 0 &&
       (id[0] == '\0' || strcmp(hurt->method, everything) != 0)))
    return false;
  whole |= how < SHAPELESS;
  return true;
}

/* Where the plug that is hurt stands in a list; -1: nowhere. */
static int place_of(const cJSON *plugs, const char *key) {
  int at = 0;
  const cJSON *plug;

  cJSON_ArrayForEach(plug, plugs) {
    if (strcmp(cJSON_GetObjectItem(plug, key)->valuestring, hurt->id) == 0)
      return at;
    at++;
  }
  return -1;
}

/* A plug's entry in the list of plugs: gone, with the number of plugs or
 * without, of another type, or empty. */
static void hurt_list(cJSON *answer, const char *list, const char *key,
                      const char *number) {
  cJSON *plugs = cJSON_GetObjectItem(answer, list);
  cJSON *num = cJSON_GetObjectItem(answer, number);
  cJSON *instead = NULL;
  int at;

  if (how == NONE || learning || strcmp(hurt->method, place) != 0 ||
      plugs == NULL)
    return;
  at = place_of(plugs, key);
  ck_assert_int_ge(at, 0);
  if (how == HTTP_500)
    instead = cJSON_CreateObject();
  else if (how == GARBAGE)
    instead = cJSON_CreateString("<>");
  else if (how == SHAPELESS)
    instead = cJSON_CreateArray();
  else if (how == HOLLOW)
    instead = cJSON_CreateNull();
  if (instead != NULL)
    cJSON_ReplaceItemInArray(plugs, at, instead);
  else
    cJSON_DeleteItemFromArray(plugs, at);
  if (how == CUT && num != NULL)
    cJSON_SetNumberValue(num, num->valueint - 1);
}

/* -- IOT -- */

static cJSON *error_object(const char *key, int code) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, key, code);
  return object;
}

static cJSON *now(void) {
  return cJSON_Parse("{\"year\":2026,\"month\":5,\"mday\":9,\"hour\":12,"
                     "\"min\":0,\"sec\":0,\"err_code\":0}");
}

static cJSON *list_of(const char *name, const char *entry) {
  char text[200];

  snprintf(text, sizeof(text), "{\"%s\":[%s]}", name, entry);
  return cJSON_Parse(text);
}

/* The dumps hold no history: all have used the same. */
static cJSON *iot_method(const cJSON *known, const char *method) {
  const cJSON *said = cJSON_GetObjectItemCaseSensitive(known, method);
  bool metered = cJSON_HasObjectItem(known, "get_realtime");

  if (metered && strcmp(method, "get_daystat") == 0)
    return list_of("day_list",
                   "{\"year\":2026,\"month\":5,\"day\":9,\"energy_wh\":123}");
  if (metered && strcmp(method, "get_monthstat") == 0)
    return list_of("month_list",
                   "{\"year\":2026,\"month\":5,\"energy_wh\":4567}");
  return said != NULL ? cJSON_Duplicate(said, true)
                      : error_object("err_code", -1);
}

static cJSON *iot_answer(const cJSON *dump, const cJSON *asked) {
  cJSON *answer = cJSON_CreateObject();
  const cJSON *context = cJSON_GetObjectItem(asked, "context");
  const cJSON *ids = cJSON_GetObjectItem(context, "child_ids");
  const char *id = ids != NULL ? cJSON_GetArrayItem(ids, 0)->valuestring : "";
  const cJSON *module, *method;

  cJSON_ArrayForEach(module, asked) {
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(dump, module->string);
    cJSON *out = cJSON_CreateObject();

    if (module == context) {
      cJSON_Delete(out);
      continue;
    }
    cJSON_AddItemToObject(answer, module->string, out);
    cJSON_ArrayForEach(method, module) {
      bool bad = strcmp(method->string, "get_sysinfo") != 0 &&
                 is_hurt(method->string, id);
      cJSON *said = strcmp(method->string, "get_time") == 0
                        ? now()
                        : iot_method(known, method->string);

      hurt_list(said, "children", "id", "child_num");
      if (bad && (how == SHAPELESS || how == HOLLOW)) {
        cJSON_Delete(said);
        said = how == HOLLOW ? cJSON_CreateNull() : cJSON_CreateArray();
      } else if (bad && codes[how] != 0) {
        cJSON_Delete(said);
        said = error_object("err_code", codes[how]);
      }
      cJSON_AddItemToObject(out, method->string, said);
    }
  }
  return answer;
}

/* -- SMART -- */

static cJSON *smart_answer(const cJSON *dump, const cJSON *asked,
                           const char *id);

static cJSON *smart_batch(const cJSON *dump, const cJSON *asked,
                          const char *id) {
  cJSON *answer = error_object("error_code", 0);
  cJSON *result = cJSON_AddObjectToObject(answer, "result");
  cJSON *list = cJSON_AddArrayToObject(result, "responses");
  const cJSON *one;

  cJSON_ArrayForEach(
      one,
      cJSON_GetObjectItem(cJSON_GetObjectItem(asked, "params"), "requests")) {
    cJSON *said = smart_answer(dump, one, id);

    cJSON_AddStringToObject(said, "method",
                            cJSON_GetObjectItem(one, "method")->valuestring);
    cJSON_AddItemToArray(list, said);
  }
  return answer;
}

static cJSON *smart_child_answer(const cJSON *dump, const cJSON *asked) {
  const cJSON *params = cJSON_GetObjectItem(asked, "params");
  const char *id = cJSON_GetObjectItem(params, "device_id")->valuestring;
  const cJSON *child =
      cJSON_GetObjectItem(cJSON_GetObjectItem(dump, "child_devices"), id);
  bool all = !learning && hurt != NULL &&
             strcmp(hurt->method, everything) == 0 && is_hurt(everything, id);
  cJSON *answer = error_object("error_code", all ? codes[how] : 0);
  cJSON *result;

  if (all && how == SHAPELESS)
    cJSON_AddArrayToObject(answer, "result");
  if (all && how == HOLLOW)
    cJSON_AddNullToObject(answer, "result");
  if (all && how >= SHAPELESS)
    return answer;
  result = cJSON_AddObjectToObject(answer, "result");
  cJSON_AddItemToObject(
      result, "responseData",
      smart_answer(child, cJSON_GetObjectItem(params, "requestData"), id));
  return answer;
}

static cJSON *smart_answer(const cJSON *dump, const cJSON *asked,
                           const char *id) {
  const char *method = cJSON_GetObjectItem(asked, "method")->valuestring;
  const cJSON *said = cJSON_GetObjectItem(dump, method);
  cJSON *answer;
  bool bad;

  if (strcmp(method, "multipleRequest") == 0)
    return smart_batch(dump, asked, id);
  if (strcmp(method, "control_child") == 0)
    return smart_child_answer(dump, asked);
  if (said == NULL)
    return error_object("error_code", -1002);
  if (cJSON_IsNumber(said))
    return error_object("error_code", said->valueint);
  bad = strcmp(method, "get_device_info") != 0 && is_hurt(method, id);
  if (bad && codes[how] != 0)
    return error_object("error_code", codes[how]);
  answer = error_object("error_code", 0);
  if (bad && how == SHAPELESS)
    cJSON_AddArrayToObject(answer, "result");
  else if (bad && how == HOLLOW)
    cJSON_AddNullToObject(answer, "result");
  else
    cJSON_AddItemToObject(answer, "result", cJSON_Duplicate(said, true));
  if (strcmp(method, "get_child_device_list") == 0)
    hurt_list(cJSON_GetObjectItem(answer, "result"), "child_device_list",
              "device_id", "sum");
  return answer;
}

#endif
