/* SPDX-License-Identifier: MIT */
/* Datagrams of strangers: who introduces himself, and who talks nonsense. */
#include <config.h>

#include "device/discovery/discovery_packet.h"
#include "device/iot/iot.h"
#include "device/transport/xor_cipher.h"
#include "device/transport/xor_tcp.h"

#include "../support/bytes.h"
#include "../support/suite.h"

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
  outcome = discovery_packet_read(in, &doc, datagram, len, why);
  free(datagram);
  return outcome;
}

static enum outcome read_text(struct introduction *in, const char *text,
                              char why[WHY_SIZE]) {
  char bytes[4096];

  xor_cipher_encrypt(text, bytes, strlen(text));
  return read_bytes(in, bytes, strlen(text), why);
}

START_TEST(the_probe_asks_for_sysinfo_alone) {
  static const char ask[] = "{\"system\":{\"get_sysinfo\":{}}}";
  char probe[PROBE_MAX];
  size_t len = discovery_packet_probe_iot(probe);

  ck_assert_uint_eq(len, sizeof(ask) - 1);
  xor_cipher_decrypt(probe, len);
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
     OUTCOME_OK},
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

/* -- TDP ----------------------------------------------------------------------
 */

START_TEST(frames_of_tdp_come_out) {
  static const struct {
    uint8_t flags;
    uint32_t serial;
    const char *payload, *frame;
  } frames[] = {
      {0, 0, "", "020000010000000000000000463cb5d3"},
      {17, 0, "", "0200000100001100000000008e505f05"},
      {17, 0x01020304, "{\"params\":{\"rsa_key\":\"TEST\"}}",
       "02000001001d1100010203040e31f8957b22706172616d73223a7b227273615f6b65792"
       "2"
       "3a2254455354227d7d"},
  };
  char out[100];

  for (int i = 0; i < ROWS(frames); i++) {
    size_t len = discovery_packet_frame_tdp(frames[i].flags, frames[i].serial,
                                            frames[i].payload,
                                            strlen(frames[i].payload), out);

    assert_hex("frame", out, len, frames[i].frame);
  }
}
END_TEST

START_TEST(the_tdp_probe_holds_a_key_and_its_length) {
  char probe[PROBE_MAX];
  size_t len = discovery_packet_probe_tdp(probe);
  size_t payload = (size_t)(uint8_t)probe[4] << 8 | (uint8_t)probe[5];
  char key[600];
  json_ref root;

  ck_assert(discovery_packet_is_tdp(probe, len));
  ck_assert_uint_eq(payload, len - 16);
  root = json_parse(&doc, probe + 16, payload);
  ck_assert(json_string(
      &doc, json_get(&doc, json_get(&doc, root, "params"), "rsa_key"), key,
      sizeof(key)));
  ck_assert_int_eq(strncmp(key, "-----BEGIN PUBLIC KEY-----\n", 27), 0);
  ck_assert_ptr_nonnull(strstr(key, "\n-----END PUBLIC KEY-----\n"));
}
END_TEST

static enum outcome read_tdp(struct introduction *in, const char *json,
                             char why[WHY_SIZE]) {
  char frame[4096];

  return read_bytes(in, frame,
                    discovery_packet_frame_tdp(0, 0, json, strlen(json), frame),
                    why);
}

/* What stands in result beside model, MAC and the scheme. */
static const struct {
  const char *what, *type, *scheme, *more;
  const char *dialect, *transport; /* NULL: unsupported */
  struct service service;
} schemes[] = {
    {"a plug",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"KLAP\",\"http_port\":80,\"lv\":2,"
     "\"is_support_https\":false",
     "",
     "smart",
     "klap",
     {80, false, 2}},
    {"a plug with TLS",
     "SMART.KASAPLUG",
     "\"encrypt_type\":\"KLAP\",\"is_support_https\":true",
     "",
     "smart",
     "klap",
     {0, true, 0}},
    {"an older plug",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"AES\",\"http_port\":80",
     "",
     "smart",
     "aes",
     {80, false, 2}},
    {"a plug of 2025",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"TPAP\"",
     ",\"tpap\":{\"port\":80}",
     "smart",
     "tpap",
     {0, false, 0}},
    {"the same with TLS",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"TPAP\",\"is_support_https\":true",
     ",\"tpap\":{\"port\":4434}",
     "smart",
     "tpap",
     {4434, true, 0}},
    {"one between two worlds",
     "SMART.TAPOBULB",
     "\"encrypt_type\":\"KLAP\"",
     ",\"tpap\":{},\"tpap_preferred\":true",
     "smart",
     "tpap",
     {0, false, 0}},
    {"one that prefers the old",
     "SMART.TAPOBULB",
     "\"encrypt_type\":\"KLAP\"",
     ",\"tpap\":{},\"tpap_preferred\":false",
     "smart",
     "klap",
     {0, false, 0}},
    {"a Kasa plug",
     "IOT.SMARTPLUGSWITCH",
     "\"encrypt_type\":\"KLAP\",\"new_klap\":1,\"lv\":2,\"http_port\":80",
     "",
     "iot",
     "klap",
     {80, false, 2}},
    {"a family of tomorrow",
     "SMART.TAPOTOASTER",
     "\"encrypt_type\":\"KLAP\"",
     "",
     "smart",
     "klap",
     {0, false, 0}},
    {"a scheme of tomorrow",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"NEWER\"",
     "",
     "smart",
     NULL,
     {0, false, 0}},
    {"a camera",
     "SMART.IPCAMERA",
     "\"is_support_https\":true",
     "",
     "smart",
     NULL,
     {0, true, 0}},
    {"a hub",
     "SMART.KASAHUB",
     "\"encrypt_type\":\"AES\"",
     "",
     "smart",
     NULL,
     {0, false, 1}},
    {"a port that is none",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"KLAP\",\"http_port\":65536",
     "",
     "smart",
     "klap",
     {0, false, 0}},
    {"numbers that are none",
     "SMART.TAPOPLUG",
     "\"encrypt_type\":\"KLAP\",\"http_port\":-1,\"lv\":\"x\","
     "\"is_support_https\":[]",
     "",
     "smart",
     "klap",
     {0, false, 0}},
};

/* "user@example.com" */
static const uint8_t owner_of_user[OWNER_SIZE] = {
    0xB5, 0x89, 0x96, 0xC5, 0x04, 0xC5, 0x63, 0x87,
    0x98, 0xEB, 0x6B, 0x51, 0x1E, 0x6F, 0x49, 0xAF};

START_TEST(schemes_choose_dialect_and_transport) {
  struct introduction in;
  char why[WHY_SIZE];
  char json[1000];

  snprintf(json, sizeof(json),
           "{\"error_code\":0,\"result\":{\"device_type\":\"%s\","
           "\"device_model\":\"X1(EU)\",\"mac\":\"AA-BB-CC-00-11-22\","
           "\"owner\":\"B58996C504C5638798EB6B511E6F49AF\","
           "\"mgt_encrypt_schm\":{%s}%s}}",
           schemes[_i].type, schemes[_i].scheme, schemes[_i].more);
  ck_assert_msg(read_tdp(&in, json, why) == OUTCOME_OK, "%s: %s",
                schemes[_i].what, why);
  ck_assert(in.tdp);
  ck_assert_str_eq(in.device.model, "X1(EU)");
  ck_assert_mem_eq(in.owner, owner_of_user, OWNER_SIZE);
  ck_assert_str_eq(in.dialect->name, schemes[_i].dialect);
  if (schemes[_i].transport == NULL) {
    ck_assert_int_eq(in.device.kind, KIND_UNSUPPORTED);
    ck_assert_ptr_nonnull(in.device.unsupported);
    return;
  }
  ck_assert_str_eq(in.transport->name, schemes[_i].transport);
  ck_assert_uint_eq(in.service.port, schemes[_i].service.port);
  ck_assert_int_eq(in.service.tls, schemes[_i].service.tls);
  ck_assert_uint_eq(in.service.login, schemes[_i].service.login);
}
END_TEST

static const char *const no_introductions[] = {
    "{}",
    "{\"result\":{}}",
    "{\"result\":[]}",
    "{\"result\":{\"device_type\":5,\"device_model\":6}}",
    "{\"result\":{\"device_type\":\"SMART.TAPOPLUG\"}}",
    "{\"params\":{\"rsa_key\":\"our own probe, heard again\"}}",
    "{\"resul",
};

START_TEST(tdp_that_says_nothing_is_refused) {
  struct introduction in;
  char why[WHY_SIZE];

  ck_assert_int_eq(read_tdp(&in, no_introductions[_i], why), OUTCOME_MALFORMED);
  ck_assert_ptr_null(in.transport);
}
END_TEST

START_TEST(no_more_than_the_announced_length_is_read) {
  static const char json[] =
      "{\"result\":{\"device_type\":\"SMART.TAPOPLUG\",\"device_model\":\"P\","
      "\"mgt_encrypt_schm\":{\"encrypt_type\":\"KLAP\"}}}";
  struct introduction in;
  char why[WHY_SIZE];
  char frame[300];
  size_t len = discovery_packet_frame_tdp(0, 0, json, strlen(json), frame);

  ck_assert_int_eq(read_bytes(&in, frame, len, why), OUTCOME_OK);
  frame[5] = (char)(frame[5] - 1);
  ck_assert_int_eq(read_bytes(&in, frame, len, why), OUTCOME_MALFORMED);
  frame[4] = frame[5] = (char)0xff; /* more than there is */
  ck_assert_int_eq(read_bytes(&in, frame, len, why), OUTCOME_OK);
  ck_assert_int_eq(read_bytes(&in, frame, 17, why), OUTCOME_MALFORMED);
}
END_TEST

START_TEST(owners_are_hashed) {
  uint8_t owner[OWNER_SIZE];

  ck_assert_int_eq(discovery_packet_owner("user@example.com", owner), 0);
  ck_assert_mem_eq(owner, owner_of_user, OWNER_SIZE);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, the_probe_asks_for_sysinfo_alone);
  tcase_add_test(t, a_strip_introduces_itself_with_short_ids);
  tcase_add_loop_test(t, answers_are_judged, 0, ROWS(answers));
  tcase_add_test(t, frames_of_tdp_come_out);
  tcase_add_test(t, the_tdp_probe_holds_a_key_and_its_length);
  tcase_add_loop_test(t, schemes_choose_dialect_and_transport, 0,
                      ROWS(schemes));
  tcase_add_loop_test(t, tdp_that_says_nothing_is_refused, 0,
                      ROWS(no_introductions));
  tcase_add_test(t, no_more_than_the_announced_length_is_read);
  tcase_add_test(t, owners_are_hashed);
  tcase_add_test(t, noise_of_every_length_is_refused);
}

int main(void) { return suite_run("discover", fill); }
