/* SPDX-License-Identifier: MIT */
/* A device of the IOT dialect as a conversation: what each poll must ask, and
 * what it is answered. Included by one file of a program. */
#ifndef TESTS_UNIT_SUPPORT_IOT_CONVERSATION_H
#define TESTS_UNIT_SUPPORT_IOT_CONVERSATION_H

#include "device/iot/iot.h"

#include "readings.h"
#include "suite.h"

/* Of the one conversation a program holds. */
static struct json doc;
static struct buf request;
static struct device device;
static struct progress progress;
static char why[WHY_SIZE];
static char part_why[WHY_SIZE];

static inline void setup(void) {
  json_init(&doc);
  buf_init(&request, 1024);
  device = (struct device){0};
}

static inline void teardown(void) {
  device_free(&device);
  buf_free(&request);
  json_free(&doc);
}

/* One request and its answer; SILENCE: it failed and is skipped. */
struct exchange {
  const char *ask;
  const char *answer;
};
static const char SILENCE[] = "";

static inline enum outcome answer_with(const char *answer) {
  char *text = strdup(answer);
  enum outcome outcome;

  ck_assert_ptr_nonnull(text);
  why[0] = '\0';
  outcome = dialect_iot.take(&device, &progress, &doc, text, strlen(text), why);
  free(text);
  if (outcome != OUTCOME_OK)
    ck_assert_msg(why[0] != '\0', "a reason for %s", answer);
  return outcome;
}

/* A whole poll that must consist of exactly these exchanges. The outcome of
 * the last answer. */
static inline enum outcome poll_device(bool slow, const struct exchange *e) {
  progress = (struct progress){.rare = slow, .why = part_why};
  for (;; e++) {
    enum next next = dialect_iot.next(&device, &progress, &request);
    enum outcome outcome;

    if (next == NEXT_DONE) {
      ck_assert_msg(e->ask == NULL, "%s was not asked", e->ask);
      return OUTCOME_OK;
    }
    ck_assert_int_ne(next, NEXT_ERROR);
    ck_assert_msg(e->ask != NULL, "asked one more: %s", request.data);
    ck_assert_str_eq(request.data, e->ask);
    if (e->answer == SILENCE) {
      ck_assert_int_ne(next, NEXT_CORE);
      dialect_iot.skip(&device, &progress, OUTCOME_TIMEOUT);
      continue;
    }
    outcome = answer_with(e->answer);
    if (outcome != OUTCOME_OK)
      return outcome;
  }
}

#define POLL(slow, ...)                                                        \
  poll_device(slow, (const struct exchange[]){__VA_ARGS__, {NULL, NULL}})

#define ASK_SYSINFO "{\"system\":{\"get_sysinfo\":{}}}"
#define ASK_BOTH                                                               \
  "{\"system\":{\"get_sysinfo\":{}},\"emeter\":{\"get_realtime\":{}}}"
#define ASK_BULB                                                               \
  "{\"system\":{\"get_sysinfo\":{}},"                                          \
  "\"smartlife.iot.common.emeter\":{\"get_realtime\":{}}}"
#define ASK_METER "{\"emeter\":{\"get_realtime\":{}}}"
#define ASK_BULB_METER "{\"smartlife.iot.common.emeter\":{\"get_realtime\":{}}}"
#define ASK_PLUG(id)                                                           \
  "{\"context\":{\"child_ids\":[\"" id "\"]},\"emeter\":{\"get_realtime\":{}}" \
  "}"
#define SYSINFO(members)                                                       \
  "\"system\":{\"get_sysinfo\":{\"model\":\"X\",\"sw_ver\":\"1.0\"," members   \
  ",\"err_code\":0}}"
#define PLUG SYSINFO("\"relay_state\":1,\"feature\":\"TIM\"")
#define METER_PLUG SYSINFO("\"relay_state\":1,\"feature\":\"TIM:ENE\"")
#define BULB                                                                   \
  SYSINFO("\"mic_type\":\"IOT.SMARTBULB\",\"light_state\":{\"on_off\":1}")
#define STRIP                                                                  \
  SYSINFO("\"feature\":\"TIM:ENE\",\"deviceId\":\"AB\",\"children\":["         \
          "{\"id\":\"00\",\"state\":1},{\"id\":\"01\",\"state\":0}]")
#define REALTIME(members) "\"emeter\":{\"get_realtime\":{" members "}}"
#define MW(mw) "{" REALTIME("\"power_mw\":" mw) "}"

#endif
