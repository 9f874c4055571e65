/* Datagrams of strangers: who introduces himself, and who talks nonsense. */
#include <config.h>

#include "device/discover.h"
#include "device/xor.h"

#include "suite.h"

#include <string.h>

static struct json doc;

static void setup(void) { json_init(&doc); }
static void teardown(void) { json_free(&doc); }

static enum outcome read_bytes(struct introduction *in, const void *bytes,
                               size_t len, char why[WHY_SIZE]) {
  char *datagram = malloc(len + 1); /* exact: ASan sees an overrun */
  enum outcome outcome;

  ck_assert_ptr_nonnull(datagram);
  memcpy(datagram, bytes, len);
  why[0] = '\0';
  outcome = discover_read(in, &doc, datagram, len, why);
  free(datagram);
  return outcome;
}

static enum outcome read_text(struct introduction *in, const char *text,
                              char why[WHY_SIZE]) {
  char bytes[4096];

  xor_encrypt(text, bytes, strlen(text));
  return read_bytes(in, bytes, strlen(text), why);
}

START_TEST(the_probe_asks_for_sysinfo_alone) {
  static const char ask[] = "{\"system\":{\"get_sysinfo\":{}}}";
  char probe[PROBE_MAX];
  size_t len = discover_probe_iot(probe);

  ck_assert_uint_eq(len, sizeof(ask) - 1);
  xor_decrypt(probe, len);
  ck_assert_mem_eq(probe, ask, len);
}
END_TEST

START_TEST(a_strip_introduces_itself_with_short_ids) {
  struct introduction in;
  char why[WHY_SIZE];

  ck_assert_int_eq(
      read_text(&in,
                "{\"system\":{\"get_sysinfo\":{\"model\":\"KP303(UK)\","
                "\"deviceId\":\"8006AB\",\"alias\":\"Desk\","
                "\"mac\":\"1C:3B:F3:01:02:03\",\"feature\":\"TIM\","
                "\"children\":[{\"id\":\"00\",\"state\":1,\"alias\":\"PC\"},"
                "{\"id\":\"1\",\"state\":0,\"alias\":\"\"}],"
                "\"err_code\":0}}}",
                why),
      OUTCOME_OK);
  ck_assert_ptr_eq(in.dialect, &dialect_iot);
  ck_assert_ptr_eq(in.transport, &transport_xor);
  ck_assert_int_eq(in.device.kind, KIND_STRIP);
  ck_assert_str_eq(in.device.alias, "Desk");
  ck_assert_uint_eq(in.device.plugs_num, 2);
  ck_assert_str_eq(in.device.plugs[0].id, "8006AB00");
  ck_assert_str_eq(in.device.plugs[1].id, "8006AB01");
  device_free(&in.device);
}
END_TEST

static const struct {
  const char *what;
  const char *text;
  enum outcome outcome;
} answers[] = {
    {"a camera is known but unsupported",
     "{\"system\":{\"get_sysinfo\":{\"system\":{\"model\":\"KC100\","
     "\"type\":\"IOT.IPCAMERA\"},\"err_code\":0}}}",
     OUTCOME_OK},
    {"our own broadcast", "{\"system\":{\"get_sysinfo\":{}}}",
     OUTCOME_MALFORMED},
    {"an empty object", "{}", OUTCOME_MALFORMED},
    {"no JSON", "{hello}", OUTCOME_MALFORMED},
    {"an array", "[1]", OUTCOME_MALFORMED},
    {"an object cut short", "{\"system\":{\"get_sysinfo\":{\"model\":\"H",
     OUTCOME_MALFORMED},
    {"another module", "{\"emeter\":{\"get_realtime\":{\"power_mw\":5}}}",
     OUTCOME_MALFORMED},
    {"an error instead", "{\"system\":{\"get_sysinfo\":{\"err_code\":-5}}}",
     OUTCOME_DEVICE},
    {"an error of the module", "{\"system\":{\"err_code\":-1}}",
     OUTCOME_DEVICE},
    {"sysinfo as text", "{\"system\":{\"get_sysinfo\":\"x\"}}",
     OUTCOME_MALFORMED},
    {"more plugs than anyone sells",
     "{\"system\":{\"get_sysinfo\":{\"model\":\"X\",\"children\":[1,1,1,1,1,1,"
     "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}}",
     OUTCOME_MALFORMED},
};

START_TEST(answers_are_judged) {
  struct introduction in;
  char why[WHY_SIZE];
  enum outcome outcome = read_text(&in, answers[_i].text, why);

  ck_assert_msg(outcome == answers[_i].outcome, "%s: %s (%s)", answers[_i].what,
                outcome_name(outcome), why);
  if (outcome != OUTCOME_OK) {
    ck_assert_ptr_null(in.device.plugs);
    ck_assert_msg(why[0] != '\0', "%s", answers[_i].what);
  }
  device_free(&in.device);
}
END_TEST

START_TEST(noise_of_every_length_is_refused) {
  char bytes[1500] = {0};
  unsigned random = 99;
  struct introduction in;
  char why[WHY_SIZE];

  for (size_t len = 0; len < sizeof(bytes); len += 1 + len / 16) {
    for (size_t i = 0; i < len; i++) {
      random = random * 1103515245 + 12345;
      bytes[i] = (char)(random >> 16);
    }
    ck_assert_int_eq(read_bytes(&in, bytes, len, why), OUTCOME_MALFORMED);
    if (len > 0)
      bytes[0] = (char)0xd0; /* begins like an answer */
    ck_assert_int_eq(read_bytes(&in, bytes, len, why), OUTCOME_MALFORMED);
  }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, the_probe_asks_for_sysinfo_alone);
  tcase_add_test(t, a_strip_introduces_itself_with_short_ids);
  tcase_add_loop_test(t, answers_are_judged, 0, ROWS(answers));
  tcase_add_test(t, noise_of_every_length_is_refused);
}

int main(void) { return suite_run("discover", fill); }
