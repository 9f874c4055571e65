/* SPDX-License-Identifier: MIT */
/* Of every recorded device each method, and each method of each plug, in turn
 * is silent, refused, cut or garbage: all other readings equal those of the
 * undamaged run, and two polls after its return all is back. The dumps are not
 * part of this project: KASA_DEVICES names the directory that holds them,
 * without it this test is skipped. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/smart/smart.h"

#include "../support/readings.h"
#include "../support/suite.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>

enum { FILES_MAX = 200, TARGETS_MAX = 64, SKIPPED = 77, POLLS_DAMAGED = 3 };

static const char *directory;
static char files[FILES_MAX][300];
static int files_num;

static void list_files(const char *family) {
  char path[600];
  struct dirent *entry;
  DIR *dir;

  snprintf(path, sizeof(path), "%s/%s", directory, family);
  dir = opendir(path);
  while (dir != NULL && (entry = readdir(dir)) != NULL)
    if (strstr(entry->d_name, ".json") != NULL && files_num < FILES_MAX)
      snprintf(files[files_num++], sizeof(files[0]), "%s/%s", family,
               entry->d_name);
  if (dir != NULL)
    closedir(dir);
}

static cJSON *read_dump(const char *name) {
  static char text[1 << 20];
  char path[1000];
  FILE *file;
  size_t n;

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  file = fopen(path, "r");
  ck_assert_msg(file != NULL, "%s", path);
  n = fread(text, 1, sizeof(text) - 1, file);
  fclose(file);
  text[n] = '\0';
  return cJSON_Parse(text);
}

/* -- what is wrong -- */

enum damage {
  NONE,
  SILENT,    /* nothing */
  HTTP_500,  /* an error of the transport */
  CUT,       /* half an answer: no JSON */
  GARBAGE,   /* no JSON at all */
  SHAPELESS, /* a list instead of an object */
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

/* A method, of a plug where id is set. */
struct target {
  char method[64];
  char id[64];
};
static struct target targets[TARGETS_MAX];
static int targets_num;
static bool learning; /* targets are collected */
static struct target *hurt;
static enum damage how;
static bool whole; /* the answer as a whole is damaged, and how says how */

static bool is_hurt(const char *method, const char *id) {
  if (learning) {
    for (int i = 0; i < targets_num; i++)
      if (strcmp(targets[i].method, method) == 0 &&
          strcmp(targets[i].id, id) == 0)
        return false;
    ck_assert_int_lt(targets_num, TARGETS_MAX);
    snprintf(targets[targets_num].method, 64, "%s", method);
    snprintf(targets[targets_num++].id, 64, "%s", id);
    return false;
  }
  if (how == NONE || hurt == NULL || strcmp(hurt->method, method) != 0 ||
      strcmp(hurt->id, id) != 0)
    return false;
  whole |= how < SHAPELESS;
  return true;
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

      if (bad && how == SHAPELESS) {
        cJSON_Delete(said);
        said = cJSON_CreateArray();
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
  cJSON *answer = error_object("error_code", 0);
  cJSON *result = cJSON_AddObjectToObject(answer, "result");

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
  cJSON_AddItemToObject(answer, "result",
                        bad && how == SHAPELESS ? cJSON_CreateArray()
                                                : cJSON_Duplicate(said, true));
  return answer;
}

/* -- a poll, as the poller does it -- */

static const struct dialect *dialect;
static unsigned requests;
static unsigned failures;

/* One attempt: false when the core request failed. */
static bool attempt(struct device *d, const cJSON *dump, bool rare,
                    bool singly) {
  struct progress p = {.rare = rare, .singly = singly};
  struct json doc;
  struct buf request;
  enum next next;
  bool up = true;

  json_init(&doc);
  buf_init(&request, 1024);
  while (up && (next = dialect->next(d, &p, &request)) != NEXT_DONE) {
    cJSON *asked = cJSON_Parse(request.data);
    enum outcome outcome = OUTCOME_OK;
    char why[WHY_SIZE] = "";
    cJSON *answer;
    char *text;

    ck_assert_msg(asked != NULL, "%s", request.data);
    ck_assert_uint_lt(++requests, 400);
    whole = false;
    answer = dialect == &dialect_iot ? iot_answer(dump, asked)
                                     : smart_answer(dump, asked, "");
    text = cJSON_PrintUnformatted(answer);
    if (whole && how == CUT)
      text[strlen(text) / 2] = '\0';
    if (whole && how == GARBAGE)
      strcpy(text, "<>");
    if (whole && how == SILENT)
      outcome = OUTCOME_TIMEOUT;
    else if (whole && how == HTTP_500)
      outcome = OUTCOME_DEVICE;
    else
      outcome = dialect->take(d, &p, &doc, text, strlen(text), why);
    for (int o = 0; o < OUTCOMES; o++)
      failures += p.failed[o];
    memset(p.failed, 0, sizeof(p.failed));
    failures += outcome != OUTCOME_OK;
    if (outcome != OUTCOME_OK && next == NEXT_CORE)
      up = false;
    else if (outcome != OUTCOME_OK)
      dialect->skip(d, &p, outcome);
    cJSON_Delete(asked);
    cJSON_Delete(answer);
    free(text);
  }
  device_sum_plugs(d);
  buf_free(&request);
  json_free(&doc);
  return up;
}

static void poll_device(struct device *d, const cJSON *dump, bool rare,
                        const char *what) {
  requests = 0;
  failures = 0;
  if (!attempt(d, dump, rare, false))
    ck_assert_msg(attempt(d, dump, rare, true), "%s: down", what);
}

/* -- what must hold -- */

/* What may be missing, or be told by another method, while this one fails. */
static uint32_t share_of(const char *method) {
  static const uint32_t metered =
      1U << Q_POWER | 1U << Q_VOLTAGE | 1U << Q_CURRENT | 1U << Q_ENERGY_TOTAL;
  static const struct {
    const char *method;
    uint32_t quantities;
  } shares[] = {
      {"get_realtime", metered},
      {"get_time", 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH},
      {"get_daystat", 1U << Q_KWH_TODAY},
      {"get_monthstat", 1U << Q_KWH_MONTH},
      {"get_info", 1U << Q_CLOUD},
      {"get_config", 1U << Q_MOTION},
      {"get_adc_value", 1U << Q_MOTION},
      {"get_current_brt", 1U << Q_AMBIENT},
      {"get_energy_usage",
       1U << Q_POWER | 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH},
      {"get_emeter_data", metered},
      {"get_current_power", 1U << Q_POWER},
      {"get_led_info", 1U << Q_LED_OFF},
      {"get_fw_download_state", 1U << Q_UPDATING},
      {"get_connect_cloud_state", 1U << Q_CLOUD},
      {"get_child_device_list", 1U << Q_RELAY | 1U << Q_ON_TIME |
                                    1U << Q_BRIGHTNESS | 1U << Q_OVERHEATED |
                                    1U << Q_OVERLOADED},
  };

  for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
    if (strcmp(shares[i].method, method) == 0)
      return shares[i].quantities;
  return 0;
}

static void compare(const struct reading *was, const struct reading *is,
                    uint32_t but, const char *what) {
  for (unsigned q = 0; q < QUANTITIES; q++) {
    bool had = reading_has(was, (enum quantity)q);
    bool has = reading_has(is, (enum quantity)q);

    if ((but >> q & 1U) != 0)
      ck_assert_msg(!has || had, "%s: %s out of nowhere", what,
                    quantities[q].json);
    else
      ck_assert_msg(had == has && (!had || was->value[q] == is->value[q]),
                    "%s: %s is %s", what, quantities[q].json,
                    has ? "another" : "missing");
  }
}

/* but: of the device's values, and of those of the plug that is hurt. */
static void compare_all(const struct device *was, const struct device *is,
                        uint32_t but, const char *what) {
  bool list =
      hurt != NULL && strcmp(hurt->method, "get_child_device_list") == 0;
  bool clock = hurt != NULL && strcmp(hurt->method, "get_time") == 0;

  compare(&was->now, &is->now, but, what);
  ck_assert_msg(was->plugs_num == is->plugs_num, "%s: plugs", what);
  for (unsigned i = 0; i < was->plugs_num; i++) {
    bool its = list || clock ||
               (hurt != NULL && strcmp(hurt->id, was->plugs[i].id) == 0);

    ck_assert_str_eq(was->plugs[i].id, is->plugs[i].id);
    compare(&was->plugs[i].now, &is->plugs[i].now, its ? but : 0, what);
  }
}

/* All that the device and its plugs tell. */
static uint32_t told(const struct device *d) {
  uint32_t has = d->now.has;

  for (unsigned i = 0; i < d->plugs_num; i++)
    if (hurt->id[0] == '\0' || strcmp(hurt->id, d->plugs[i].id) == 0)
      has |= d->plugs[i].now.has;
  return has;
}

static void try_damage(const cJSON *dump, const char *file) {
  struct device sound = {0};
  struct device d = {0};
  char what[600];
  uint32_t but = share_of(hurt->method);

  snprintf(what, sizeof(what), "%.200s: %.60s %.60s, damage %d", file,
           hurt->method, hurt->id, (int)how);
  for (int i = 0; i < 3; i++) {
    enum damage kept = how;

    how = NONE;
    poll_device(&sound, dump, i < 2, what);
    poll_device(&d, dump, i < 2, what);
    how = kept;
  }
  for (int i = 0; i < POLLS_DAMAGED; i++) {
    poll_device(&d, dump, i < 2, what);
    compare_all(&sound, &d, but, what);
    if ((told(&sound) & but) != 0 && i == 0)
      ck_assert_msg(failures > 0, "%s: not counted", what);
  }
  how = NONE;
  poll_device(&d, dump, false, what);
  poll_device(&d, dump, false, what);
  compare_all(&sound, &d, 0, what);
  ck_assert_msg(failures == 0, "%s: fails on", what);
  device_free(&sound);
  device_free(&d);
}

START_TEST(what_fails_costs_itself_alone) {
  cJSON *dump = read_dump(files[_i]);
  struct device d = {0};

  ck_assert_msg(dump != NULL, "%s", files[_i]);
  dialect = strncmp(files[_i], "iot", 3) == 0 ? &dialect_iot : &dialect_smart;
  how = NONE;
  learning = true;
  if (!attempt(&d, dump, true, false) || !attempt(&d, dump, true, false) ||
      d.kind == KIND_UNSUPPORTED) {
    cJSON_Delete(dump); /* it has nothing to poll */
    device_free(&d);
    return;
  }
  learning = false;
  for (int t = 0; t < targets_num; t++)
    for (int h = SILENT; h < DAMAGES; h++) {
      hurt = &targets[t];
      how = (enum damage)h;
      try_damage(dump, files[_i]);
    }
  cJSON_Delete(dump);
  device_free(&d);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, what_fails_costs_itself_alone, 0, files_num);
}

int main(void) {
  directory = getenv("KASA_DEVICES");
  if (directory == NULL) {
    printf("skipped: KASA_DEVICES does not name the folder of device dumps\n");
    return SKIPPED;
  }
  list_files("iot");
  list_files("smart");
  return suite_run("partial_dumps", fill);
}
