/* SPDX-License-Identifier: MIT */
/* Real devices' answers, as published, through the dialect: the readings must
 * be those of the index beside them. The dumps are under another licence and
 * no part of this project: KASA_DEVICES names the folder that holds INDEX.tsv;
 * without it these tests are skipped. */
#include <config.h>

#include "device/iot/iot.h"

#include "../support/dumps.h"
#include "../support/suite.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 200, COLUMNS = 24, LINE_SIZE = 4096 };

static struct device_row {
  char line[LINE_SIZE];
  char *columns[COLUMNS];
} rows[ROWS_MAX];
static int rows_num;
static struct device_row header;
static const char *folder;

static void split(struct device_row *row) {
  char *rest = row->line;

  row->line[strcspn(row->line, "\r\n")] = '\0';
  for (int c = 0; c < COLUMNS; c++) {
    char *column = strsep(&rest, "\t");

    row->columns[c] = column != NULL ? column : "";
  }
}

static const char *get(const struct device_row *row, const char *name) {
  for (int c = 0; c < COLUMNS; c++)
    if (strcmp(header.columns[c], name) == 0)
      return row->columns[c];
  ck_abort_msg("INDEX.tsv has no column %s", name);
  return NULL;
}

static bool read_index(void) {
  char path[1000];
  FILE *file;

  snprintf(path, sizeof(path), "%s/INDEX.tsv", folder);
  file = fopen(path, "r");
  if (file == NULL)
    return false;
  if (fgets(header.line, LINE_SIZE, file) != NULL)
    split(&header);
  while (rows_num < ROWS_MAX &&
         fgets(rows[rows_num].line, LINE_SIZE, file) != NULL) {
    struct device_row *row = &rows[rows_num];

    split(row);
    if (strcmp(get(row, "family"), "iot") == 0 &&
        strcmp(get(row, "transport"), "xor") == 0)
      rows_num++;
  }
  fclose(file);
  return rows_num > 0;
}

/* -- the device that the dump was taken of -- */

static cJSON *refusal(void) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, "err_code", -1);
  return object;
}

static char *answer_of(const cJSON *dump, const char *request) {
  cJSON *asked = cJSON_Parse(request);
  cJSON *answer = cJSON_CreateObject();
  const cJSON *module, *method;
  char *text;

  ck_assert_msg(asked != NULL, "the request is JSON: %s", request);
  cJSON_ArrayForEach(module, asked) {
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(dump, module->string);
    cJSON *out;

    if (strcmp(module->string, "context") == 0)
      continue;
    if (known == NULL || cJSON_HasObjectItem(known, "err_code")) {
      cJSON_AddItemToObject(answer, module->string,
                            known != NULL ? cJSON_Duplicate(known, true)
                                          : refusal());
      continue;
    }
    out = cJSON_AddObjectToObject(answer, module->string);
    cJSON_ArrayForEach(method, module) {
      const cJSON *said =
          cJSON_GetObjectItemCaseSensitive(known, method->string);

      cJSON_AddItemToObject(out, method->string,
                            said != NULL ? cJSON_Duplicate(said, true)
                                         : refusal());
    }
  }
  text = cJSON_PrintUnformatted(answer);
  cJSON_Delete(asked);
  cJSON_Delete(answer);
  return text;
}

static void poll_dump(struct device *d, const cJSON *dump, const char *name) {
  struct progress progress = {.rare = true};
  struct json doc;
  struct buf request;
  char why[WHY_SIZE] = "";

  json_init(&doc);
  buf_init(&request, 1024);
  while (dialect_iot.next(d, &progress, &request) != NEXT_DONE) {
    char *text = answer_of(dump, request.data);

    ck_assert_msg(dialect_iot.take(d, &progress, &doc, text, strlen(text),
                                   why) == OUTCOME_OK,
                  "%s: %s: %s", name, request.data, why);
    free(text);
  }
  device_sum_plugs(d);
  buf_free(&request);
  json_free(&doc);
}

/* -- what the index says -- */

static void expect(const struct reading *r, enum quantity q, const char *text,
                   double factor, const char *name) {
  bool wanted = text[0] != '\0' && strcmp(text, "-") != 0;

  ck_assert_msg(reading_has(r, q) == wanted, "%s: %s is %s", name,
                quantities[q].json, wanted ? "missing" : "too much");
  if (wanted)
    ck_assert_msg(fabs(r->value[q] - atof(text) * factor) < 1e-6,
                  "%s: %s is %g, not %s", name, quantities[q].json, r->value[q],
                  text);
}

/* "slot1:relay=0,P=0.017,V=122.414,I=0.004,Wh=1279;slot2:..." */
static void expect_plugs(const struct device *d, const char *text,
                         const char *name) {
  static const struct {
    const char *key;
    enum quantity quantity;
  } keys[] = {{"relay=", Q_RELAY},
              {"P=", Q_POWER},
              {"V=", Q_VOLTAGE},
              {"I=", Q_CURRENT},
              {"Wh=", Q_ENERGY_TOTAL}};
  char copy[LINE_SIZE];
  char *rest = copy;
  char *part;

  snprintf(copy, sizeof(copy), "%s", strcmp(text, "-") == 0 ? "" : text);
  for (unsigned slot = 1; (part = strsep(&rest, ";")) != NULL && *part != '\0';
       slot++) {
    char prefix[16];

    snprintf(prefix, sizeof(prefix), "slot%u:", slot);
    ck_assert_msg(strncmp(part, prefix, strlen(prefix)) == 0, "%s: %s", name,
                  part);
    ck_assert_msg(slot <= d->plugs_num, "%s has plug %u", name, slot);
    part += strlen(prefix);
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
      const char *found = strstr(part, keys[k].key);

      if (found != NULL && found != part && found[-1] != ',')
        found = NULL;
      expect(&d->plugs[slot - 1].now, keys[k].quantity,
             found != NULL ? found + strlen(keys[k].key) : "-", 1, name);
    }
    ck_assert_msg(!reading_has(&d->plugs[slot - 1].now, Q_ON_TIME) ||
                      d->plugs[slot - 1].now.value[Q_ON_TIME] >= 0,
                  "%s: plug %u on for a negative time", name, slot);
    if (d->plugs[slot - 1].now.value[Q_RELAY] == 0)
      ck_assert_msg(d->plugs[slot - 1].now.value[Q_ON_TIME] == 0,
                    "%s: plug %u on while off", name, slot);
  }
}

static const char *kind_in_index(enum device_kind kind) {
  return kind == KIND_LIGHT_STRIP ? "lightstrip" : device_kind_name(kind);
}

START_TEST(a_dump_gives_the_readings_of_the_index) {
  const struct device_row *row = &rows[_i];
  const char *name = row->columns[0];
  bool zero_volts = strstr(get(row, "notes"), "zero_voltage") != NULL;
  const char *alias = get(row, "alias");
  cJSON *dump = dump_read(folder, name);
  struct device d = {0};
  char mac[MAC_TEXT_SIZE] = "00:00:00:00:00:00";

  ck_assert_msg(dump != NULL, "%s is JSON", name);
  poll_dump(&d, dump, name);
  ck_assert_msg(strcmp(kind_in_index(d.kind), get(row, "kind")) == 0,
                "%s is a %s", name, kind_in_index(d.kind));
  ck_assert_msg(strcmp(d.model, get(row, "model")) == 0, "%s: %s", name,
                d.model);
  ck_assert_msg(strcmp(d.alias, strcmp(alias, "\"\"") == 0 ? "" : alias) == 0,
                "%s: \"%s\"", name, d.alias);
  if (d.mac_known)
    device_format_mac(d.mac, mac);
  ck_assert_msg(strcasecmp(mac, get(row, "mac")) == 0, "%s: %s", name, mac);
  ck_assert_msg(d.plugs_num == (unsigned)atoi(get(row, "children")), "%s: %u",
                name, d.plugs_num);
  ck_assert_msg(reading_has(&d.now, Q_POWER) ==
                    (atoi(get(row, "has_emeter")) != 0),
                "%s: meter", name);
  expect(&d.now, Q_RELAY, get(row, "relay"), 1, name);
  expect(&d.now, Q_SIGNAL, get(row, "rssi"), 1, name);
  expect(&d.now, Q_LED_OFF, get(row, "led_off"), 1, name);
  expect(&d.now, Q_ON_TIME, get(row, "on_time_s"), 1, name);
  expect(&d.now, Q_POWER, get(row, "power_w"), 1, name);
  expect(&d.now, Q_VOLTAGE, zero_volts ? "-" : get(row, "voltage_v"), 1, name);
  expect(&d.now, Q_CURRENT, zero_volts ? "-" : get(row, "current_a"), 1, name);
  expect(&d.now, Q_ENERGY_TOTAL, get(row, "energy_total_wh"), 1, name);
  expect(&d.now, Q_KWH_TODAY, get(row, "energy_today_kwh"), 1, name);
  expect(&d.now, Q_KWH_MONTH, get(row, "energy_month_kwh"), 1, name);
  expect(&d.now, Q_UPDATING, get(row, "updating"), 1, name);
  expect(&d.now, Q_CLOUD, get(row, "cloud_connected"), 1, name);
  expect(&d.now, Q_BRIGHTNESS, get(row, "brightness"), 1, name);
  expect_plugs(&d, get(row, "plugs"), name);
  device_free(&d);
  cJSON_Delete(dump);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, a_dump_gives_the_readings_of_the_index, 0, rows_num);
}

int main(void) {
  folder = getenv("KASA_DEVICES");
  if (folder == NULL) {
    printf("skipped: KASA_DEVICES does not name the folder of device dumps\n");
    return 77;
  }
  if (!read_index()) {
    printf("no INDEX.tsv with iot devices in %s\n", folder);
    return EXIT_FAILURE;
  }
  return suite_run("dumps", fill);
}
