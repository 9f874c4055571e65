/* SPDX-License-Identifier: MIT */
/* Of every recorded device each method, each method of each plug, each plug as
 * a whole and each plug's place in the list of plugs in turn is silent,
 * refused, cut or garbage, later on or from the first poll: all other readings
 * equal those of the undamaged run, and two polls after its return all is back.
 * The dumps are not part of this project: KASA_DEVICES names the directory that
 * holds them, without it this test is skipped. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/smart/smart.h"

#include "../support/damaged_dump.h"
#include "../support/dumps.h"
#include "../support/readings.h"
#include "../support/sound_answers.h"
#include "../support/suite.h"

#include <stdio.h>

enum { POLLS_SOUND = 3, POLLS_DAMAGED = 3 };

static struct dumps dumps;

/* -- a poll, as the poller does it -- */

static const struct dialect *dialect;
static unsigned requests;
static unsigned failures;

/* The caller's to free; whole: it is damaged as a whole, and how says how. */
static char *make_answer(const cJSON *dump, const char *request) {
  cJSON *asked = cJSON_Parse(request);
  cJSON *answer;
  char *text;

  assert_often(asked != NULL, "%s", request);
  whole = false;
  answer = dialect == &dialect_iot ? iot_answer(dump, asked)
                                   : smart_answer(dump, asked, "");
  text = cJSON_PrintUnformatted(answer);
  cJSON_Delete(asked);
  cJSON_Delete(answer);
  return text;
}

/* The caller's to free. */
static char *answer_to(const cJSON *dump, const char *request) {
  struct sound_answer *sound =
      how == NONE && !learning ? sound_answer_find(request) : NULL;

  if (sound == NULL)
    return make_answer(dump, request);
  if (sound->text == NULL)
    sound->text = make_answer(dump, request);
  whole = false;
  return strdup(sound->text);
}

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
    enum outcome outcome = OUTCOME_OK;
    char *text = answer_to(dump, request.data);
    char why[WHY_SIZE] = "";

    assert_often(++requests < 400, "%u requests", requests);
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
    assert_often(attempt(d, dump, rare, true), "%s: down", what);
}

/* -- what must hold -- */

/* What may be missing, or be told by another method, while this one fails. */
static uint32_t share_of(const char *method, bool early) {
  static const uint32_t metered =
      1U << Q_POWER | 1U << Q_VOLTAGE | 1U << Q_CURRENT | 1U << Q_ENERGY_TOTAL;
  static const uint32_t state = 1U << Q_RELAY | 1U << Q_ON_TIME |
                                1U << Q_BRIGHTNESS | 1U << Q_OVERHEATED |
                                1U << Q_OVERLOADED;
  const struct {
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
      {"get_child_device_list", state},
      {everything, metered | 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH},
      {place, state | metered | 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH},
  };

  if (early && strcmp(method, "get_child_device_list") == 0)
    method = place; /* nothing is known of any */
  for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
    if (strcmp(shares[i].method, method) == 0)
      return shares[i].quantities;
  return 0;
}

/* What only this method tells: gone while it fails. A strip may be hot by
 * itself, a plug has days without a meter, and a plug that the list leaves out
 * tells its power. */
static uint32_t gone_with(uint32_t share, bool its_meter) {
  uint32_t kept = 1U << Q_POWER | 1U << Q_OVERHEATED;

  if (strcmp(hurt->method, "get_realtime") == 0 || its_meter)
    kept |= 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH;
  if (its_meter)
    kept |= 1U << Q_VOLTAGE | 1U << Q_CURRENT | 1U << Q_ENERGY_TOTAL;
  return share & ~kept;
}

/* but: what may be missing; gone: what must be. */
static void compare(const struct reading *was, const struct reading *is,
                    uint32_t but, uint32_t gone, const char *what) {
  for (unsigned q = 0; q < QUANTITIES; q++) {
    bool had = reading_has(was, (enum quantity)q);
    bool has = reading_has(is, (enum quantity)q);

    if ((gone >> q & 1U) != 0)
      assert_often(!has, "%s: %s is stale", what, quantities[q].json);
    else if ((but >> q & 1U) != 0)
      assert_often(!has || had, "%s: %s out of nowhere", what,
                   quantities[q].json);
    else
      assert_often(had == has && (!had || was->value[q] == is->value[q]),
                   "%s: %s is %s", what, quantities[q].json,
                   has ? "another" : "missing");
  }
}

static const struct plug *find_plug(const struct device *d, const char *id) {
  for (unsigned i = 0; i < d->plugs_num; i++)
    if (strcmp(d->plugs[i].id, id) == 0)
      return &d->plugs[i];
  return NULL;
}

/* Nobody knows of a plug that has never been listed. */
static bool may_be_unknown(bool early) {
  return early && how != NONE &&
         (strcmp(hurt->method, place) == 0 ||
          strcmp(hurt->method, "get_child_device_list") == 0);
}

/* but: of the device's values, and of those of the plug that is hurt. */
static void compare_all(const struct device *was, const struct device *is,
                        uint32_t but, bool early, const char *what) {
  bool each = strcmp(hurt->method, "get_child_device_list") == 0 ||
              strcmp(hurt->method, "get_time") == 0;
  bool listed = strcmp(hurt->method, place) != 0;
  bool never = early && how == CUT && !listed;
  uint32_t gone = how == NONE || never ? 0 : gone_with(but, false);
  uint32_t of_plug = how == NONE ? 0 : gone_with(but, !listed);

  if (how == NONE)
    but = 0;
  compare(&was->now, &is->now, but, gone, what);
  assert_often(was->plugs_num == is->plugs_num || may_be_unknown(early),
               "%s: plugs", what);
  for (unsigned i = 0; i < was->plugs_num; i++) {
    const struct plug *plug = find_plug(is, was->plugs[i].id);
    bool its = each || strcmp(hurt->id, was->plugs[i].id) == 0;

    assert_often(plug != NULL || (its && may_be_unknown(early)),
                 "%s: plug %u is not known", what, i + 1);
    if (plug != NULL)
      compare(&was->plugs[i].now, &plug->now, its ? but : 0, its ? of_plug : 0,
              what);
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

static bool is_refusal(void) {
  return how == CODE_1 || how == CODE_2 || how == CODE_1002;
}

/* What has failed from the first poll on may be taken for something that the
 * device does not have, or waits for its turn: it is asked again rarely. Not so
 * a meter, a clock and the list of plugs, unless they were refused; what a plug
 * tells rarely is asked when its meter shows itself, which the poller sees to.
 */
static bool is_asked_rarely(void) {
  static const char *const needed[] = {
      "get_realtime",      "get_emeter_data",       "get_energy_usage",
      "get_current_power", "get_child_device_list", "get_time",
      everything,
  };

  if (is_refusal() || ((how == SILENT || how == HOLLOW) &&
                       (strcmp(hurt->method, everything) == 0 ||
                        strcmp(hurt->method, "get_time") == 0)))
    return true;
  for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
    if (strcmp(hurt->method, needed[i]) == 0)
      return false;
  return true;
}

/* The same device when nothing is wrong. */
static struct device sound;

/* early: from the first poll on. */
static void try_damage(const cJSON *dump, const char *file, bool early) {
  enum damage damage = how;
  struct device d = {0};
  char what[600];
  uint32_t but = share_of(hurt->method, early);
  uint32_t days = 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH;
  bool rarely = early && is_asked_rarely();

  snprintf(what, sizeof(what), "%.200s: %.60s %.60s, damage %d%s", file,
           hurt->method, hurt->id, (int)how, early ? ", from the start" : "");
  how = NONE;
  for (int i = 0; i < POLLS_SOUND && !early; i++)
    poll_device(&d, dump, i < 2, what);
  how = damage;
  if (early && is_refusal() && strcmp(hurt->method, "get_realtime") == 0 &&
      (sound.kind == KIND_BULB || sound.kind == KIND_LIGHT_STRIP))
    but |= days; /* lights without a meter refuse it, and have none either */
  for (int i = 0; i < POLLS_DAMAGED; i++) {
    poll_device(&d, dump, i < 2, what);
    if (i > 0 || !early) /* the first one learns what the device is */
      compare_all(&sound, &d, but, early, what);
    if ((told(&sound) & but) != 0 && i == 0 && !early)
      assert_often(failures > 0, "%s: not counted", what);
  }
  how = NONE;
  poll_device(&d, dump, rarely, what);
  poll_device(&d, dump, rarely, what);
  compare_all(&sound, &d, 0, early, what);
  assert_often(failures == 0, "%s: fails on", what);
  how = damage;
  device_free(&d);
}

static void add_plugs(const struct device *d) {
  for (unsigned i = 0; i < d->plugs_num; i++) {
    add_target(everything, d->plugs[i].id);
    add_target(place, d->plugs[i].id);
  }
}

START_TEST(what_fails_costs_itself_alone) {
  cJSON *dump = dump_read(dumps.directory, dumps.files[_i]);
  struct device d = {0};

  ck_assert_msg(dump != NULL, "%s", dumps.files[_i]);
  dialect =
      strncmp(dumps.files[_i], "iot", 3) == 0 ? &dialect_iot : &dialect_smart;
  how = NONE;
  learning = true;
  if (!attempt(&d, dump, true, false) || !attempt(&d, dump, true, false) ||
      d.kind == KIND_UNSUPPORTED) {
    cJSON_Delete(dump); /* it has nothing to poll */
    device_free(&d);
    return;
  }
  learning = false;
  for (int i = 0; i < POLLS_SOUND; i++)
    poll_device(&sound, dump, i < 2, dumps.files[_i]);
  add_plugs(&d);
  for (int t = 0; t < targets_num; t++)
    for (int h = SILENT; h < DAMAGES; h++) {
      hurt = &targets[t];
      how = (enum damage)h;
      if (h > HOLLOW && strcmp(hurt->method, place) == 0)
        continue; /* an entry has no code */
      try_damage(dump, dumps.files[_i], false);
      try_damage(dump, dumps.files[_i], true);
    }
  cJSON_Delete(dump);
  device_free(&d);
  device_free(&sound);
  sound_answers_free();
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, what_fails_costs_itself_alone, 0, dumps.num);
}

int main(void) {
  if (!dumps_open(&dumps))
    return DUMPS_SKIPPED;
  return suite_run("partial_dumps", fill);
}
