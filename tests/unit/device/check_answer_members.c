/* SPDX-License-Identifier: MIT */
/* Of every recorded device each member of each answer, at any depth, is in turn
 * missing, null or of another type, later on or from the first poll: unless it
 * is the core's own, the device is up, what it shows is as before or left out,
 * never something else, and two polls after the member's return all is back.
 * The dumps are not part of this project: KASA_DEVICES names the directory that
 * holds them, without it this test is skipped. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/smart/smart.h"

#include "../support/damaged_dump.h"
#include "../support/dumps.h"
#include "../support/sound_answers.h"
#include "../support/suite.h"

#include <stdio.h>

enum {
  MEMBERS_MAX = 4000,
  PATH_SIZE = SOUND_PATH_SIZE,
  REQUESTS_MAX = 200,
  DAMAGED_FROM = 1, /* polls of one story */
  POLLS = 4,
};

static struct dumps dumps;
static const struct dialect *dialect;

/* -- the member that is hurt -- */

static char members[MEMBERS_MAX][PATH_SIZE];
static int members_num;
static const char *wounded; /* its path; NULL: none */
static const char *instead; /* JSON; NULL: it is missing */
static int hurts;           /* how often it was */

static const char *const damages[] = {NULL, "null",        "[]",
                                      "{}", "\"\\u0001\"", "[[{\"a\":1}]]"};
enum { WAYS = sizeof(damages) / sizeof(damages[0]) };

static void note_member(const char *path) {
  for (int i = 0; i < members_num; i++)
    if (strcmp(members[i], path) == 0)
      return;
  ck_assert_int_lt(members_num, MEMBERS_MAX);
  strcpy(members[members_num++], path);
}

static const char *text_of(const cJSON *object, const char *key) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* One of a long list stands for all but those that are looked for. */
static bool is_dull(const cJSON *entry, int index) {
  const char *id = text_of(entry, "id");

  return entry->string == NULL && index > 1 && id != NULL &&
         strstr("energy_monitoring child_device brightness led", id) == NULL;
}

/* A member's own name; of answers in a batch the method, else the place. */
static void name_of(const cJSON *entry, int index, char *out, size_t size) {
  const char *method = text_of(entry, "method");

  if (entry->string != NULL)
    snprintf(out, size, "%s", entry->string);
  else if (method != NULL)
    snprintf(out, size, "%s", method);
  else
    snprintf(out, size, "%d", index);
}

static void replace(cJSON *parent, cJSON *entry) {
  cJSON *other = instead != NULL ? cJSON_Parse(instead) : NULL;

  hurts++;
  if (other == NULL)
    cJSON_Delete(cJSON_DetachItemViaPointer(parent, entry));
  else if (entry->string != NULL)
    cJSON_ReplaceItemInObjectCaseSensitive(
        parent, strcpy((char[64]){""}, entry->string), other);
  else
    cJSON_ReplaceItemViaPointer(parent, entry, other);
}

static void walk(cJSON *parent, const char *path) {
  cJSON *next;
  int index = 0;

  for (cJSON *e = parent->child; e != NULL; e = next, index++) {
    char name[64];
    char below[PATH_SIZE + 80];

    next = e->next;
    name_of(e, index, name, sizeof(name));
    if (is_dull(e, index) || strcmp(name, "method") == 0)
      continue;
    snprintf(below, sizeof(below), "%s/%s", path, name);
    if (strlen(below) >= PATH_SIZE)
      continue;
    if (learning)
      note_member(below);
    if (!learning && wounded != NULL && strcmp(wounded, below) == 0)
      replace(parent, e);
    else
      walk(e, below);
  }
}

/* Which plug, and which method of the newer dialect, a request is about: the
 * answer does not say. */
static void about(const cJSON *asked, char *out, size_t size) {
  const cJSON *params = cJSON_GetObjectItem(asked, "params");
  const cJSON *ids =
      cJSON_GetObjectItem(cJSON_GetObjectItem(asked, "context"), "child_ids");
  const char *id = text_of(params, "device_id");
  const char *method =
      text_of(id != NULL ? cJSON_GetObjectItem(params, "requestData") : asked,
              "method");

  if (ids != NULL)
    id = cJSON_GetStringValue(cJSON_GetArrayItem(ids, 0));
  snprintf(out, size, "%s %s", id != NULL ? id : "",
           method != NULL && strcmp(method, "multipleRequest") != 0 ? method
                                                                    : "");
}

/* -- a poll -- */

static bool is_in(const char *path, const struct sound_answer *answer) {
  size_t len = strlen(answer->path);

  return strncmp(path, answer->path, len) == 0 && path[len] == '/';
}

/* The caller's to free. */
static char *make_answer(const cJSON *dump, const char *request,
                         char path[PATH_SIZE]) {
  cJSON *asked = cJSON_Parse(request);
  cJSON *answer = dialect == &dialect_iot ? iot_answer(dump, asked)
                                          : smart_answer(dump, asked, "");
  char *text;

  about(asked, path, PATH_SIZE);
  walk(answer, path);
  text = cJSON_PrintUnformatted(answer);
  cJSON_Delete(asked);
  cJSON_Delete(answer);
  return text;
}

/* NULL: too much was asked to remember all of it. */
static const struct sound_answer *sound_answer(const cJSON *dump,
                                               const char *request) {
  struct sound_answer *answer = sound_answer_find(request);
  const char *hidden = wounded;

  if (answer != NULL && answer->text == NULL) {
    wounded = NULL;
    answer->text = make_answer(dump, request, answer->path);
    wounded = hidden;
  }
  return answer;
}

/* The caller's to free. */
static char *answer_to(const cJSON *dump, const char *request) {
  const struct sound_answer *answer = sound_answer(dump, request);
  char path[PATH_SIZE];

  if (answer != NULL && (wounded == NULL || !is_in(wounded, answer)))
    return strdup(answer->text);
  return make_answer(dump, request, path);
}

static bool attempt(struct device *d, const cJSON *dump, struct progress p) {
  struct json doc;
  struct buf request;
  enum next next;
  unsigned requests = 0;
  bool up = true;

  json_init(&doc);
  buf_init(&request, 1024);
  while (up && (next = dialect->next(d, &p, &request)) != NEXT_DONE) {
    char *text = answer_to(dump, request.data);
    char why[WHY_SIZE] = "";
    enum outcome outcome = dialect->take(d, &p, &doc, text, strlen(text), why);

    assert_often(++requests < REQUESTS_MAX, "%u requests", requests);
    up = outcome == OUTCOME_OK || next != NEXT_CORE;
    if (up && outcome != OUTCOME_OK)
      dialect->skip(d, &p, outcome);
    free(text);
  }
  device_sum_plugs(d);
  buf_free(&request);
  json_free(&doc);
  return up;
}

static bool poll_device(struct device *d, const cJSON *dump, bool rare) {
  return attempt(d, dump, (struct progress){.rare = rare}) ||
         attempt(d, dump, (struct progress){.rare = rare, .singly = true});
}

/* -- what must hold -- */

/* A day that is not listed has used nothing yet. */
static bool is_unlisted(void) {
  return wounded != NULL && strstr(wounded, "stat/") != NULL &&
         (instead == NULL || strcmp(instead, "[]") == 0);
}

/* Another method may tell the power less exactly; of an outlet that does not
 * say whether it is on nobody knows what its time means. */
static bool may_differ(enum quantity q) {
  return q == Q_POWER || q == Q_ON_TIME ||
         ((q == Q_KWH_TODAY || q == Q_KWH_MONTH) && is_unlisted());
}

static void compare(const struct reading *was, const struct reading *is,
                    bool whole_again, const char *what) {
  for (unsigned q = 0; q < QUANTITIES; q++) {
    bool had = reading_has(was, (enum quantity)q);
    bool has = reading_has(is, (enum quantity)q);

    if (whole_again)
      assert_often(had == has, "%s: %s is not back", what, quantities[q].json);
    if (!has || (!whole_again && may_differ((enum quantity)q)))
      continue;
    assert_often(had, "%s: %s out of nowhere", what, quantities[q].json);
    assert_often(was->value[q] == is->value[q], "%s: %s is %g, not %g", what,
                 quantities[q].json, is->value[q], was->value[q]);
  }
}

static void compare_all(const struct device *was, const struct device *is,
                        bool whole_again, const char *what) {
  compare(&was->now, &is->now, whole_again, what);
  if (whole_again)
    assert_often(was->plugs_num == is->plugs_num, "%s: plugs", what);
  for (unsigned i = 0; i < was->plugs_num; i++)
    for (unsigned k = 0; k < is->plugs_num; k++)
      if (strcmp(was->plugs[i].id, is->plugs[k].id) == 0)
        compare(&was->plugs[i].now, &is->plugs[k].now, whole_again, what);
}

/* Without it there is no answer, or it is nobody's. */
static bool is_core(const char *path) {
  static const char *const ends[] = {
      "/system", "/system/get_sysinfo", "get_device_info",
      "get_device_info/result", "get_device_info/result/device_id"};

  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    size_t len = strlen(ends[i]);

    if (strlen(path) >= len && strcmp(path + strlen(path) - len, ends[i]) == 0)
      return true;
  }
  return false;
}

/* What is listed once may be taken for all there is. */
static bool is_an_entry(const char *path) {
  const char *last = strrchr(path, '/');

  return instead == NULL && last != NULL && last[1] >= '0' && last[1] <= '9';
}

/* What the same device shows when nothing is wrong: after each of the polls,
 * and after one more. */
static struct device sound[POLLS + 1];

static bool is_rare(int poll) { return poll < POLLS - 1; }

static void poll_sound(const cJSON *dump) {
  wounded = NULL;
  for (int i = 0; i <= POLLS; i++)
    for (int k = 0; k <= i; k++)
      poll_device(&sound[i], dump, is_rare(k));
}

static void free_sound(void) {
  for (int i = 0; i <= POLLS; i++)
    device_free(&sound[i]);
  memset(sound, 0, sizeof(sound));
}

static void try_member(const cJSON *dump, const char *file, bool early) {
  const char *hidden = wounded;
  struct device d = {0};
  char what[700];

  snprintf(what, sizeof(what), "%.200s: %.200s is %s%s", file, wounded,
           instead != NULL ? instead : "missing",
           early ? ", from the start" : "");
  hurts = 0;
  for (int i = early ? DAMAGED_FROM : 0; i < POLLS; i++) {
    wounded = i < DAMAGED_FROM ? NULL : hidden;
    assert_often(poll_device(&d, dump, is_rare(i)) || is_core(hidden),
                 "%s: down", what);
    if (wounded != NULL && !is_core(hidden))
      compare_all(&sound[i], &d, false, what);
  }
  assert_often(hurts > 0 || !early, "%s: it was never asked for", what);
  wounded = NULL;
  for (int i = 0; i < 2; i++)
    assert_often(poll_device(&d, dump, i == 0), "%s: down after", what);
  if (!(early && is_an_entry(hidden)))
    compare_all(&sound[POLLS], &d, true, what);
  device_free(&d);
  wounded = hidden;
}

START_TEST(a_member_that_fails_is_left_out_and_comes_back) {
  cJSON *dump = dump_read(dumps.directory, dumps.files[_i]);
  struct device d = {0};

  ck_assert_msg(dump != NULL, "%s", dumps.files[_i]);
  dialect =
      strncmp(dumps.files[_i], "iot", 3) == 0 ? &dialect_iot : &dialect_smart;
  how = NONE;
  hurt = &targets[0]; /* nothing as a whole */
  learning = true;
  wounded = NULL;
  if (!poll_device(&d, dump, true) || !poll_device(&d, dump, true) ||
      d.kind == KIND_UNSUPPORTED)
    members_num = 0; /* it has nothing to poll */
  learning = false;
  poll_sound(dump);
  for (int m = 0; m < members_num; m++)
    for (int w = 0; w < WAYS; w++) {
      wounded = members[m];
      instead = damages[w];
      try_member(dump, dumps.files[_i], false);
      try_member(dump, dumps.files[_i], true);
    }
  cJSON_Delete(dump);
  device_free(&d);
  free_sound();
  sound_answers_free();
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, a_member_that_fails_is_left_out_and_comes_back, 0,
                      dumps.num);
}

int main(void) {
  if (!dumps_open(&dumps))
    return DUMPS_SKIPPED;
  return suite_run("answer members", fill);
}
