/* SPDX-License-Identifier: MIT */
/* Of every recorded device each member of the core answer in turn is missing,
 * null or of another type (but that a Tapo answer has an id at all): the device
 * is up, stays who it is, keeps its name, and all other readings are those of
 * the undamaged run; and one that changes is read. The dumps are not part of
 * this project: KASA_DEVICES names the directory that holds them, without it
 * this test is skipped. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/smart/smart.h"

#include "../support/dumps.h"
#include "../support/suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

enum { REQUESTS_MAX = 100 };

static struct dumps dumps;

/* -- a device of which the core alone answers -- */

static const struct dialect *dialect;

static cJSON *answer_to(const char *request, const cJSON *core) {
  cJSON *answer = cJSON_CreateObject();
  cJSON *in;

  if (dialect == &dialect_iot) {
    if (strstr(request, "get_sysinfo") == NULL)
      return answer;
    in = cJSON_AddObjectToObject(answer, "system");
    cJSON_AddItemToObject(in, "get_sysinfo", cJSON_Duplicate(core, true));
    return answer;
  }
  if (strstr(request, "multipleRequest") != NULL) {
    cJSON_AddNumberToObject(answer, "error_code", -1003);
    return answer;
  }
  if (strstr(request, "get_device_info") == NULL) {
    cJSON_AddNumberToObject(answer, "error_code", -1008);
    return answer;
  }
  cJSON_AddNumberToObject(answer, "error_code", 0);
  cJSON_AddItemToObject(answer, "result", cJSON_Duplicate(core, true));
  return answer;
}

/* One poll: whether the device is up. */
static bool poll_device(struct device *d, const cJSON *core) {
  struct progress p = {0};
  struct json doc;
  struct buf request;
  enum next next;
  int requests = 0;
  bool up = true;

  json_init(&doc);
  buf_init(&request, 1024);
  while (up && (next = dialect->next(d, &p, &request)) != NEXT_DONE) {
    cJSON *answer = answer_to(request.data, core);
    char *text = cJSON_PrintUnformatted(answer);
    char why[WHY_SIZE] = "";
    enum outcome outcome = dialect->take(d, &p, &doc, text, strlen(text), why);

    assert_often(++requests < REQUESTS_MAX, "%d requests", requests);
    up = outcome == OUTCOME_OK || next != NEXT_CORE;
    if (up && outcome != OUTCOME_OK)
      dialect->skip(d, &p, outcome);
    cJSON_Delete(answer);
    free(text);
  }
  buf_free(&request);
  json_free(&doc);
  return up;
}

/* -- what must hold -- */

/* What a member tells. */
static uint32_t share_of(const char *key) {
  static const struct {
    const char *key;
    uint32_t quantities;
  } shares[] = {
      {"relay_state", 1U << Q_RELAY | 1U << Q_ON_TIME},
      {"device_on", 1U << Q_RELAY | 1U << Q_ON_TIME},
      {"light_state", 1U << Q_RELAY | 1U << Q_BRIGHTNESS},
      {"lighting_effect_state", 1U << Q_BRIGHTNESS},
      {"lighting_effect", 1U << Q_BRIGHTNESS},
      {"brightness", 1U << Q_BRIGHTNESS},
      {"on_time", 1U << Q_ON_TIME},
      {"rssi", 1U << Q_SIGNAL},
      {"led_off", 1U << Q_LED_OFF},
      {"updating", 1U << Q_UPDATING},
      {"ntc_state", 1U << Q_OVERHEATED},
      {"overheated", 1U << Q_OVERHEATED},
      {"overheat_status", 1U << Q_OVERHEATED},
      {"power_protection_status", 1U << Q_OVERLOADED},
      {"overcurrent_status", 1U << Q_OVERLOADED},
      {"charging_status", 1U << Q_OVERLOADED},
  };

  for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
    if (strcmp(shares[i].key, key) == 0)
      return shares[i].quantities;
  return 0;
}

static void compare(const struct reading *was, const struct reading *is,
                    uint32_t but, const char *what) {
  for (unsigned q = 0; q < QUANTITIES; q++) {
    bool had = reading_has(was, (enum quantity)q);
    bool has = reading_has(is, (enum quantity)q);

    if (but >> q & 1U)
      continue;
    assert_often(had == has, "%s: %s", what, quantities[q].json);
    if (had)
      assert_often(was->value[q] == is->value[q], "%s: %s", what,
                   quantities[q].json);
  }
}

static void compare_all(const struct device *was, const struct device *is,
                        const char *key, const char *what) {
  bool list = strcmp(key, "children") == 0;

  assert_often(was->mac_known == is->mac_known &&
                   memcmp(was->mac, is->mac, sizeof(was->mac)) == 0,
               "%s: another MAC", what);
  assert_often(strcmp(was->id, is->id) == 0, "%s: another id", what);
  assert_often(strcmp(was->alias, is->alias) == 0, "%s: another name", what);
  assert_often(strcmp(was->model, is->model) == 0, "%s: another model", what);
  assert_often(strcmp(was->firmware, is->firmware) == 0, "%s: another firmware",
               what);
  assert_often(was->kind == is->kind, "%s: another kind", what);
  assert_often(was->has_meter == is->has_meter, "%s: its meter", what);
  assert_often(was->plugs_num == is->plugs_num, "%s: plugs", what);
  compare(&was->now, &is->now, share_of(key), what);
  for (unsigned i = 0; i < was->plugs_num && !list; i++) {
    ck_assert_str_eq(was->plugs[i].alias, is->plugs[i].alias);
    compare(&was->plugs[i].now, &is->plugs[i].now, 0, what);
  }
}

static cJSON *damaged(int how) {
  static const char *const values[] = {
      "null", "[]", "{}", "\"\\u0001\"", "-1e30", "[[[{\"a\":null}]]]"};

  return how == 0 ? NULL : cJSON_Parse(values[how - 1]);
}
enum { DAMAGES = 7 };

/* Of letters that cannot be shown nothing is left: a name all the same. */
enum { UNSHOWN = 4 };

static bool is_name(const char *key) {
  return strcmp(key, "alias") == 0 || strcmp(key, "nickname") == 0;
}

/* Without it an answer of the newer dialect is nobody's. */
static bool is_needed(const char *key) { return strcmp(key, "device_id") == 0; }

static void try_member(const cJSON *core, const char *key, const char *file) {
  for (int how = is_needed(key) ? 1 : 0; how < DAMAGES; how++) {
    cJSON *hurt = cJSON_Duplicate(core, true);
    struct device was = {0};
    struct device is = {0};
    cJSON *instead = damaged(how == UNSHOWN && is_name(key) ? 0 : how);
    char what[600];

    snprintf(what, sizeof(what), "%.200s: %.60s, damage %d", file, key, how);
    for (int i = 0; i < 2; i++) {
      poll_device(&was, core);
      poll_device(&is, core);
    }
    if (instead == NULL)
      cJSON_DeleteItemFromObjectCaseSensitive(hurt, key);
    else
      cJSON_ReplaceItemInObjectCaseSensitive(hurt, key, instead);
    for (int i = 0; i < 2; i++) {
      poll_device(&was, core);
      assert_often(poll_device(&is, hurt), "%s: down", what);
      compare_all(&was, &is, key, what);
    }
    assert_often(poll_device(&is, core), "%s: down after", what);
    poll_device(&was, core);
    compare_all(&was, &is, "", what);
    cJSON_Delete(hurt);
    device_free(&was);
    device_free(&is);
  }
}

/* In some dumps it is masked, and then identifies nobody. */
static void unmask(cJSON *core) {
  static const char *const keys[] = {"mac", "mic_mac"};

  for (int i = 0; i < 2; i++) {
    cJSON *mac = cJSON_GetObjectItem(core, keys[i]);
    uint8_t bytes[6];

    if (mac != NULL && !device_parse_mac(mac->valuestring, bytes))
      cJSON_ReplaceItemInObject(core, keys[i],
                                cJSON_CreateString("50-C7-BF-00-00-01"));
  }
}

/* -- what is told again -- */

/* Another text, another number, the other of two; a list is empty. */
static cJSON *changed(const cJSON *member) {
  char text[600];

  if (cJSON_IsString(member)) {
    snprintf(text, sizeof(text), "%.500sQUJD", member->valuestring);
    return cJSON_CreateString(text);
  }
  if (cJSON_IsNumber(member))
    return cJSON_CreateNumber(member->valuedouble + 1);
  if (cJSON_IsBool(member))
    return cJSON_CreateBool(cJSON_IsFalse(member));
  return cJSON_CreateArray();
}

/* What a device has told of itself is not read again while it tells the same:
 * that must come to what reading it each time comes to. */
static void try_change(const cJSON *core, const cJSON *member, bool gone,
                       const char *file) {
  cJSON *other = cJSON_Duplicate(core, true);
  const cJSON *told[] = {core, core, other, other, core, other};
  struct device kept = {0};
  struct device read = {0};
  char what[600];

  snprintf(what, sizeof(what), "%.200s: %.60s %s", file, member->string,
           gone ? "gone" : "changed");
  if (gone)
    cJSON_DeleteItemFromObjectCaseSensitive(other, member->string);
  else
    cJSON_ReplaceItemInObjectCaseSensitive(other, member->string,
                                           changed(member));
  for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
    read.told = 0;
    assert_often(poll_device(&kept, told[i]) == poll_device(&read, told[i]),
                 "%s: up", what);
    compare_all(&read, &kept, "", what);
    assert_often(
        strcmp(read.hardware, kept.hardware) == 0 && read.built == kept.built &&
            read.has_sensors == kept.has_sensors &&
            memcmp(&read.memory, &kept.memory, sizeof(read.memory)) == 0,
        "%s: what it can do", what);
  }
  cJSON_Delete(other);
  device_free(&kept);
  device_free(&read);
}

/* -- of every device -- */

typedef void try_one(const cJSON *core, const cJSON *member, const char *file);

static void member_fails(const cJSON *core, const cJSON *member,
                         const char *file) {
  if (strcmp(member->string, "err_code") != 0)
    try_member(core, member->string, file);
}

static void member_changes(const cJSON *core, const cJSON *member,
                           const char *file) {
  try_change(core, member, false, file);
  try_change(core, member, true, file);
}

static void each_member(const char *file, try_one *try) {
  cJSON *dump = dump_read(dumps.directory, file);
  cJSON *core;
  const cJSON *member;
  struct device d = {0};

  ck_assert_msg(dump != NULL, "%s", file);
  dialect = strncmp(file, "iot", 3) == 0 ? &dialect_iot : &dialect_smart;
  core = dialect == &dialect_iot
             ? cJSON_GetObjectItem(cJSON_GetObjectItem(dump, "system"),
                                   "get_sysinfo")
             : cJSON_GetObjectItem(dump, "get_device_info");
  unmask(core);
  if (core != NULL && poll_device(&d, core) && d.kind != KIND_UNSUPPORTED)
    cJSON_ArrayForEach(member, core) try(core, member, file);
  device_free(&d);
  cJSON_Delete(dump);
}

START_TEST(a_member_that_fails_costs_itself_alone) {
  each_member(dumps.files[_i], member_fails);
}
END_TEST

START_TEST(what_is_told_again_is_as_if_it_were_read_again) {
  each_member(dumps.files[_i], member_changes);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, a_member_that_fails_costs_itself_alone, 0, dumps.num);
  tcase_add_loop_test(t, what_is_told_again_is_as_if_it_were_read_again, 0,
                      dumps.num);
}

int main(void) {
  if (!dumps_open(&dumps))
    return DUMPS_SKIPPED;
  return suite_run("core members", fill);
}
