/* SPDX-License-Identifier: MIT */
/* Every open dump of a SMART device through the dialect must give the
 * readings of the index. The dumps are not part of this project: KASA_DEVICES
 * names the directory that holds them, without it this test is skipped. */
#include <config.h>

#include "device/smart/smart.h"

#include "../support/suite.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 24, ROWS_MAX = 200, SKIPPED = 77 };

/* Of INDEX.tsv. */
enum column {
  FILE_,
  FAMILY,
  KIND,
  TRANSPORT,
  METER,
  CHILDREN,
  ALIAS,
  MODEL,
  MAC,
  RELAY,
  RSSI,
  LED_OFF,
  ON_TIME,
  POWER,
  VOLTAGE,
  CURRENT,
  TOTAL,
  TODAY,
  MONTH,
  UPDATING,
  CLOUD,
  BRIGHTNESS,
  PLUGS,
  NOTES
};

static char *index_text;
static char *rows[ROWS_MAX][COLUMNS];
static int rows_num;
static const char *directory;

static char *read_file(const char *name) {
  char path[600];
  FILE *f;
  char *text;
  long len;

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  f = fopen(path, "r");
  if (f == NULL)
    return NULL;
  fseek(f, 0, SEEK_END);
  len = ftell(f);
  rewind(f);
  text = calloc(1, (size_t)len + 1);
  if (fread(text, 1, (size_t)len, f) != (size_t)len)
    text[0] = '\0';
  fclose(f);
  return text;
}

static void read_index(void) {
  char *save = NULL;

  index_text = read_file("INDEX.tsv");
  if (index_text == NULL)
    return;
  for (char *line = strtok_r(index_text, "\n", &save); line != NULL;
       line = strtok_r(NULL, "\n", &save)) {
    if (strncmp(line, "smart/", 6) != 0 ||
        strncmp(line, "smart/child/", 12) == 0 || rows_num == ROWS_MAX)
      continue;
    for (int c = 0; c < COLUMNS; c++) {
      rows[rows_num][c] = line != NULL ? strsep(&line, "\t") : NULL;
      if (rows[rows_num][c] == NULL)
        rows[rows_num][c] = "-";
    }
    rows_num++;
  }
}

/* -- a device that answers from its dump
 * ---------------------------------------- */

enum manner { KNOWS_ALL, STOPS_AT_FIRST_ERROR, NO_BATCHES_AT_ALL };

static cJSON *error_of(int code) {
  cJSON *answer = cJSON_CreateObject();

  cJSON_AddNumberToObject(answer, "error_code", code);
  return answer;
}

static cJSON *answer_one(cJSON *dump, cJSON *request, enum manner manner);

static cJSON *answer_batch(cJSON *dump, cJSON *request, enum manner manner) {
  cJSON *params = cJSON_GetObjectItem(request, "params");
  cJSON *answer = error_of(0);
  cJSON *result = cJSON_AddObjectToObject(answer, "result");
  cJSON *list = cJSON_AddArrayToObject(result, "responses");
  cJSON *one;
  int count = 0;

  cJSON_ArrayForEach(one, cJSON_GetObjectItem(params, "requests")) {
    cJSON *said = answer_one(dump, one, manner);
    double code = cJSON_GetObjectItem(said, "error_code")->valuedouble;

    count++;
    cJSON_AddStringToObject(said, "method",
                            cJSON_GetObjectItem(one, "method")->valuestring);
    /* in reverse: order means nothing */
    cJSON_InsertItemInArray(list, 0, said);
    if (code != 0 && manner == STOPS_AT_FIRST_ERROR)
      break;
  }
  ck_assert_int_le(count, 5);
  return answer;
}

/* Lists of more than three come in pages of three. */
static cJSON *page(cJSON *whole, cJSON *params) {
  cJSON *copy = cJSON_Duplicate(whole, 1);
  cJSON *item = NULL;
  cJSON *list = NULL;
  int start = 0;

  cJSON_ArrayForEach(item, copy) if (cJSON_IsArray(item)) list = item;
  if (list == NULL || cJSON_GetObjectItem(copy, "sum") == NULL)
    return copy;
  if (params != NULL)
    start = cJSON_GetObjectItem(params, "start_index")->valueint;
  for (int i = 0; i < start; i++)
    cJSON_DeleteItemFromArray(list, 0);
  while (cJSON_GetArraySize(list) > 3)
    cJSON_DeleteItemFromArray(list, 3);
  return copy;
}

static cJSON *answer_child(cJSON *dump, cJSON *request, enum manner manner) {
  cJSON *params = cJSON_GetObjectItem(request, "params");
  const char *id = cJSON_GetObjectItem(params, "device_id")->valuestring;
  cJSON *child =
      cJSON_GetObjectItem(cJSON_GetObjectItem(dump, "child_devices"), id);
  cJSON *answer = error_of(0);
  cJSON *result = cJSON_AddObjectToObject(answer, "result");

  ck_assert_msg(child != NULL, "no child %s", id);
  cJSON_AddItemToObject(
      result, "responseData",
      answer_one(child, cJSON_GetObjectItem(params, "requestData"), manner));
  return answer;
}

static cJSON *answer_one(cJSON *dump, cJSON *request, enum manner manner) {
  const char *method = cJSON_GetObjectItem(request, "method")->valuestring;
  cJSON *said = cJSON_GetObjectItem(dump, method);
  cJSON *answer;

  if (strcmp(method, "multipleRequest") == 0)
    return manner == NO_BATCHES_AT_ALL ? error_of(-1003)
                                       : answer_batch(dump, request, manner);
  if (strcmp(method, "control_child") == 0)
    return answer_child(dump, request, manner);
  if (said == NULL)
    return error_of(-1002);
  if (cJSON_IsNumber(said))
    return error_of(said->valueint);
  answer = error_of(0);
  cJSON_AddItemToObject(answer, "result",
                        page(said, cJSON_GetObjectItem(request, "params")));
  return answer;
}

/* One poll; returns how many requests it took. */
static unsigned poll_once(cJSON *dump, struct device *d, enum manner manner,
                          bool slow, unsigned *core) {
  struct progress p = {.rare = slow};
  struct json doc;
  struct buf request;
  unsigned count = 0;
  enum next next;

  json_init(&doc);
  buf_init(&request, 1024);
  *core = 0;
  while ((next = dialect_smart.next(d, &p, &request)) != NEXT_DONE) {
    char why[WHY_SIZE] = "";
    cJSON *said = cJSON_Parse(request.data);
    cJSON *answer;
    char *text;
    enum outcome outcome;

    ck_assert_int_ne(next, NEXT_ERROR);
    ck_assert_msg(said != NULL, "no JSON: %s", request.data);
    answer = answer_one(dump, said, manner);
    text = cJSON_PrintUnformatted(answer);
    outcome = dialect_smart.take(d, &p, &doc, text, strlen(text), why);
    ck_assert_msg(outcome == OUTCOME_OK, "%s: %s", request.data, why);
    *core += next == NEXT_CORE;
    cJSON_Delete(said);
    cJSON_Delete(answer);
    free(text);
    ck_assert_uint_lt(++count, 60);
  }
  device_sum_plugs(d);
  buf_free(&request);
  json_free(&doc);
  return count;
}

/* -- against the index
 * -------------------------------------------------------------
 */

static void compare(const char *file, const char *what, const char *expected,
                    const struct reading *r, enum quantity q) {
  bool none = expected == NULL || strcmp(expected, "-") == 0;

  if (none) {
    ck_assert_msg(!reading_has(r, q), "%s: %s is %g, should not be there", file,
                  what, r->value[q]);
    return;
  }
  ck_assert_msg(reading_has(r, q), "%s: %s is missing, should be %s", file,
                what, expected);
  ck_assert_msg(fabs(r->value[q] - atof(expected)) < 1e-6,
                "%s: %s is %.10g, should be %s", file, what, r->value[q],
                expected);
}

static const struct {
  enum column column;
  const char *what;
  enum quantity quantity;
} values[] = {
    {RELAY, "relay", Q_RELAY},
    {RSSI, "rssi", Q_SIGNAL},
    {LED_OFF, "led_off", Q_LED_OFF},
    {ON_TIME, "on_time", Q_ON_TIME},
    {POWER, "power", Q_POWER},
    {VOLTAGE, "voltage", Q_VOLTAGE},
    {CURRENT, "current", Q_CURRENT},
    {TOTAL, "total", Q_ENERGY_TOTAL},
    {TODAY, "today", Q_KWH_TODAY},
    {MONTH, "month", Q_KWH_MONTH},
    {UPDATING, "updating", Q_UPDATING},
    {CLOUD, "cloud", Q_CLOUD},
    {BRIGHTNESS, "brightness", Q_BRIGHTNESS},
};

static const struct {
  const char *index;
  enum device_kind kind;
} kinds[] = {
    {"plug", KIND_PLUG},          {"strip", KIND_STRIP},
    {"switch", KIND_SWITCH},      {"dimmer", KIND_DIMMER},
    {"bulb", KIND_BULB},          {"lightstrip", KIND_LIGHT_STRIP},
    {"hub", KIND_UNSUPPORTED},    {"chime", KIND_UNSUPPORTED},
    {"vacuum", KIND_UNSUPPORTED},
};

/* slot1:relay=1,P=68.325,V=120.254,I=0.589,today_kWh=0.168;... */
static void compare_plugs(const char *file, const char *text,
                          const struct device *d) {
  char copy[2000];
  char *save = NULL;
  unsigned i = 0;

  snprintf(copy, sizeof(copy), "%s", strcmp(text, "-") == 0 ? "" : text);
  for (char *plug = strtok_r(copy, ";", &save); plug != NULL;
       plug = strtok_r(NULL, ";", &save), i++) {
    static const struct {
      const char *key;
      enum quantity q;
    } keys[] = {{"relay=", Q_RELAY},
                {"P=", Q_POWER},
                {"V=", Q_VOLTAGE},
                {"I=", Q_CURRENT},
                {"today_kWh=", Q_KWH_TODAY}};

    ck_assert_msg(i < d->plugs_num, "%s: only %u plugs", file, d->plugs_num);
    ck_assert_uint_eq(d->plugs[i].slot, i + 1);
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
      char *at = strstr(plug, keys[k].key);
      char number[40] = "-";

      if (at != NULL)
        snprintf(number, sizeof(number), "%.*s",
                 (int)strcspn(at + strlen(keys[k].key), ","),
                 at + strlen(keys[k].key));
      compare(file, keys[k].key, number, &d->plugs[i].now, keys[k].q);
    }
  }
  ck_assert_msg(i == d->plugs_num, "%s: %u plugs, not %u", file, d->plugs_num,
                i);
}

static void compare_all(char **row, const struct device *d, bool led) {
  bool known = false;

  for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
    if (strcmp(row[KIND], kinds[k].index) == 0) {
      known = true;
      ck_assert_msg(d->kind == kinds[k].kind, "%s: %s, not %s", row[FILE_],
                    device_kind_name(d->kind), row[KIND]);
    }
  ck_assert_msg(known, "%s: %s is a new kind", row[FILE_], row[KIND]);
  if (d->kind == KIND_UNSUPPORTED) {
    ck_assert_ptr_nonnull(d->unsupported);
    return;
  }
  ck_assert_str_eq(d->model, row[MODEL]);
  if (strcmp(row[ALIAS], "\"\"") == 0)
    ck_assert_str_eq(d->alias, "");
  else
    ck_assert_str_eq(d->alias, row[ALIAS]);
  ck_assert_msg(d->has_meter == (row[METER][0] == '1'), "%s: meter",
                row[FILE_]);
  for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
    if (led || values[v].quantity != Q_LED_OFF)
      compare(row[FILE_], values[v].what, row[values[v].column], &d->now,
              values[v].quantity);
  compare_plugs(row[FILE_], row[PLUGS], d);
}

static void poll_dump(int i, enum manner manner, bool led) {
  char *text = read_file(rows[i][FILE_]);
  cJSON *dump = cJSON_Parse(text);
  struct device d = {0};
  unsigned count, core, before = 0;

  ck_assert_msg(dump != NULL, "%s", rows[i][FILE_]);
  (void)poll_once(dump, &d, manner, true, &core);
  compare_all(rows[i], &d, led);
  count = poll_once(dump, &d, manner, false, &core);
  compare_all(rows[i], &d, led);
  (void)poll_once(dump, &d, manner, true, &core);
  compare_all(rows[i], &d, led);
  before = count;
  count = poll_once(dump, &d, manner, false, &core);
  ck_assert_uint_le(count, before);
  if (manner == KNOWS_ALL && d.plugs_num == 0)
    ck_assert_msg(count == 1, "%s: %u requests for one plug", rows[i][FILE_],
                  count);
  device_free(&d);
  cJSON_Delete(dump);
  free(text);
}

START_TEST(a_dump_gives_the_readings_of_the_index) {
  poll_dump(_i, KNOWS_ALL, true);
}
END_TEST

START_TEST(so_it_does_when_batches_stop_at_the_first_error) {
  poll_dump(_i, STOPS_AT_FIRST_ERROR, true);
}
END_TEST

START_TEST(so_it_does_without_batches_but_for_the_led) {
  poll_dump(_i, NO_BATCHES_AT_ALL, false);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, a_dump_gives_the_readings_of_the_index, 0, rows_num);
  tcase_add_loop_test(t, so_it_does_when_batches_stop_at_the_first_error, 0,
                      rows_num);
  tcase_add_loop_test(t, so_it_does_without_batches_but_for_the_led, 0,
                      rows_num);
}

int main(void) {
  directory = getenv("KASA_DEVICES");
  if (directory != NULL)
    read_index();
  if (rows_num == 0) {
    printf("skipped: KASA_DEVICES names no directory with device dumps\n");
    return SKIPPED;
  }
  return suite_run("smart_dumps", fill);
}
