/* SPDX-License-Identifier: MIT */
/* TPAP against answers of anybody: refusals at every step of the login, shares
 * that are none, numbers beyond belief. */
#include <config.h>

#include "base/json.h"
#include "device/transport/tpap_login.h"

#include "../support/tpap_device.h"

static const struct {
  const char *what, *iterations, *share, *suite, *cipher, *extra;
  enum outcome outcome;
} registers[] = {
    {"2^31 iterations", "2147483648", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"no iterations", "0", NULL, "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"fewer than none", "-1", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"one too many", "100001", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"iterations beyond any number", "1e300", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"iterations that are no number", "[100]", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"half a point", "100", "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "1",
     "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"a compressed point without a root", "100",
     "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"beyond the field", "100",
     "BP///////////////////////////////////////////////////////////////////////"
     "/"
     "/////////////////w==",
     "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"infinity", "100", "AA==", "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"no share", "100", "", "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"no base64", "100", "!", "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"beside the curve", "100",
     "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAA=",
     "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
    {"another suite", "100", NULL, "2", "aes_128_ccm", NULL, OUTCOME_DEVICE},
    {"another cipher", "100", NULL, "1", "aes_128_gcm", NULL, OUTCOME_DEVICE},
    {"a recipe nobody can follow", "100", NULL, "1", "aes_128_ccm",
     "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":1}}",
     OUTCOME_MALFORMED},
};

START_TEST(registers_that_make_no_sense_end_it) {
  dev.iterations = registers[_i].iterations;
  dev.share = registers[_i].share;
  dev.suite = registers[_i].suite;
  dev.cipher = registers[_i].cipher;
  if (registers[_i].extra != NULL)
    dev.extra = registers[_i].extra;
  ck_assert_msg(ask() == registers[_i].outcome, "%s: %s", registers[_i].what,
                b.why);
  ck_assert_int_eq(dev.shares, 0);
}
END_TEST

/* R = w0*N: the device's own part is nothing, and so would be the secret. */
START_TEST(a_share_that_cancels_out_is_refused) {
  EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_POINT *p = EC_POINT_new(g);
  BIGNUM *w0;
  uint8_t salt[32], w[2][32], r[65];
  char share[BASE64_SIZE(65)];

  ck_assert_int_eq(tpap_secrets(dev.pass_text, salt,
                                unhex(dev.salt, salt, sizeof(salt)), 100, NULL,
                                w[0], w[1]),
                   0);
  w0 = BN_bin2bn(w[0], 32, NULL);
  EC_POINT_oct2point(g, p, spake2p_n, 65, NULL);
  EC_POINT_mul(g, p, NULL, p, w0, NULL);
  EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, r, 65, NULL);
  crypto_base64(r, 65, share);
  dev.share = share;
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.shares, 0);
  BN_free(w0);
  EC_POINT_free(p);
  EC_GROUP_free(g);
}
END_TEST

static char long_salt[2 * 300 + 1];
static const struct {
  size_t len;
  enum outcome outcome;
} salts[] = {{0, OUTCOME_OK},         {1, OUTCOME_OK},  {15, OUTCOME_OK},
             {16, OUTCOME_OK},        {64, OUTCOME_OK}, {256, OUTCOME_OK},
             {257, OUTCOME_MALFORMED}};

START_TEST(salts_may_have_any_length) {
  memset(long_salt, 'a', sizeof(long_salt) - 1);
  long_salt[2 * salts[_i].len] = '\0';
  dev.salt = long_salt;
  ck_assert_msg(ask() == salts[_i].outcome, "%zu: %s", salts[_i].len, b.why);
}
END_TEST

static const char page[] = "<html><body>Forbidden</body></html>";

#define DISCOVERED(text)                                                       \
  "{\"error_code\":0,\"result\":{\"mac\":\"AA-BB-CC-11-22-33\",\"tpap\":" text \
  "}}"

static const struct {
  const char *at;
  int status;
  const char *body;
  enum outcome outcome;
} steps[] = {
    {"discover", 403, page, OUTCOME_REFUSED},
    {"discover", 500, page, OUTCOME_DEVICE},
    {"discover", 200, page, OUTCOME_MALFORMED},
    {"discover", 200, "", OUTCOME_MALFORMED},
    {"discover", 200, "[]", OUTCOME_MALFORMED},
    {"discover", 200, "{\"error_code\":-1001}", OUTCOME_DEVICE},
    {"discover", 200, "{\"error_code\":\"x\"}", OUTCOME_MALFORMED},
    {"discover", 200, DISCOVERED("[1]"), OUTCOME_REFUSED},
    {"discover", 200, DISCOVERED("null"), OUTCOME_REFUSED},
    {"pake_register", 403, page, OUTCOME_REFUSED},
    {"pake_register", 500, page, OUTCOME_DEVICE},
    {"pake_register", 200, page, OUTCOME_MALFORMED},
    {"pake_register", 200, "{}", OUTCOME_DEVICE},
    {"pake_register", 200, "{\"error_code\":-40401}", OUTCOME_DEVICE},
    {"pake_register", 200, "{\"error_code\":-1501}", OUTCOME_AUTH},
    {"pake_share", 403, page, OUTCOME_REFUSED},
    {"pake_share", 500, page, OUTCOME_DEVICE},
    {"pake_share", 200, page, OUTCOME_MALFORMED},
    {"pake_share", 200, "{}", OUTCOME_AUTH},
    {"pake_share", 200, "{\"error_code\":-1501}", OUTCOME_AUTH},
    {"pake_share", 200, "{\"error_code\":-40401}", OUTCOME_AUTH},
    {"pake_share", 200,
     "{\"error_code\":0,\"result\":{\"dev_confirm\":\"AAAA\"}}", OUTCOME_AUTH},
    {"pake_share", 200, "{\"error_code\":0,\"result\":{\"dev_confirm\":\"!\"}}",
     OUTCOME_AUTH},
    {"pake_share", 200,
     "{\"error_code\":0,\"result\":{\"dev_confirm\":"
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"stok\":\"x\","
     "\"start_seq\":1}}",
     OUTCOME_AUTH},
    {"ds", 403, page, OUTCOME_REFUSED},
    {"ds", 500, page, OUTCOME_REFUSED},
    {"ds", 200, page, OUTCOME_MALFORMED},
    {"ds", 200, "", OUTCOME_MALFORMED},
    {"ds", 200, "0123456789012345678", OUTCOME_MALFORMED},
    {"ds", 200, "01234567890123456789", OUTCOME_MALFORMED},
    {"ds", 200, "{\"error_code\":0}", OUTCOME_MALFORMED},
    {"ds", 200, "{\"error_code\":\"x\"}", OUTCOME_MALFORMED},
    {"ds", 200, "{\"error_code\":9999}", OUTCOME_REFUSED},
    {"ds", 200, "{\"error_code\":-40401}", OUTCOME_REFUSED},
    {"ds", 200, "{\"error_code\":-1001}", OUTCOME_DEVICE},
    {"ds", 200, "{\"error_code\":-40404,\"data\":{\"sec_left\":777}}",
     OUTCOME_AUTH},
};

START_TEST(every_step_may_be_refused) {
  enum outcome outcome;

  dev.instead.at = steps[_i].at;
  dev.instead.status = steps[_i].status;
  dev.instead.body = steps[_i].body;
  outcome = ask();
  ck_assert_msg(outcome == steps[_i].outcome, "%s %d %s: %d, %s", steps[_i].at,
                steps[_i].status, steps[_i].body, (int)outcome, b.why);
  ck_assert_int_eq(dev.discovers, 1);
  ck_assert_int_le(dev.shares, 2); /* twice for one w0 in 512 */
  ck_assert_ptr_null(strstr(b.why, "great_password"));
  dev.instead.at = NULL;
  ck_assert_int_eq(ask(), OUTCOME_OK);
}
END_TEST

/* One request is always answered so, others are not: the session is kept. */
static const struct {
  int status;
  const char *body;
  enum outcome outcome;
} useless[] = {
    {500, page, OUTCOME_REFUSED},
    {200, "forty-three bytes that are no cipher text..", OUTCOME_MALFORMED},
    {200, "{\"error_code\":-1001}", OUTCOME_DEVICE},
};

START_TEST(a_request_without_use_costs_one_new_session) {
  for (int i = 0; i < 5; i++) {
    dev.instead.at = NULL;
    ck_assert_int_eq(ask(), OUTCOME_OK);
    ck_assert_int_eq(ask(), OUTCOME_OK);
    dev.instead.at = "ds";
    dev.instead.status = useless[_i].status;
    dev.instead.body = useless[_i].body;
    ck_assert_int_eq(ask(), useless[_i].outcome);
    ck_assert_int_eq(dev.discovers, 2);
  }
}
END_TEST

static const struct {
  const char *session;
  enum outcome outcome;
} sessions[] = {
    {",\"sessionId\":\"s-t_0k\",\"start_seq\":41,\"sessionExpired\":60",
     OUTCOME_OK},
    {",\"stok\":\"s-t_0k\",\"start_seq\":41,\"expired\":-5", OUTCOME_OK},
    {",\"stok\":\"s-t_0k\",\"start_seq\":41,\"expired\":1e300", OUTCOME_OK},
    {",\"stok\":\"s-t_0k\"", OUTCOME_MALFORMED},
    {",\"stok\":\"s-t_0k\",\"start_seq\":-1", OUTCOME_MALFORMED},
    {",\"stok\":\"s-t_0k\",\"start_seq\":4294967295", OUTCOME_MALFORMED},
    {",\"stok\":\"s-t_0k\",\"start_seq\":4294967296", OUTCOME_MALFORMED},
    {",\"stok\":\"s-t_0k\",\"start_seq\":[41]", OUTCOME_MALFORMED},
    {",\"start_seq\":41", OUTCOME_MALFORMED},
    {",\"stok\":\"\",\"start_seq\":41", OUTCOME_MALFORMED},
    {",\"stok\":5,\"start_seq\":41", OUTCOME_MALFORMED},
    {",\"stok\":\"../admin\",\"start_seq\":41", OUTCOME_MALFORMED},
    {",\"stok\":\"a b\",\"start_seq\":41", OUTCOME_MALFORMED},
    {",\"stok\":\"a\\r\\nX: y\",\"start_seq\":41", OUTCOME_MALFORMED},
};

START_TEST(sessions_may_make_no_sense) {
  dev.session = sessions[_i].session;
  ck_assert_msg(ask() == sessions[_i].outcome, "%s: %s", sessions[_i].session,
                b.why);
}
END_TEST

/* Also where a long has 32 bits. */
START_TEST(a_sequence_may_begin_anywhere_in_32_bits) {
  static const char text[] =
      "{\"stok\":\"s\",\"start_seq\":4294967294,\"expired\":1e10}";
  struct tpap_session s;
  struct json doc;

  json_init(&doc);
  tpap_read_session(&doc, json_parse(&doc, text, strlen(text)), &s);
  ck_assert(s.good);
  ck_assert_uint_eq(s.seq, 4294967294U);
  ck_assert_int_eq(s.lifetime, 0);
  json_free(&doc);
}
END_TEST

static const char *const offers[] = {
    "{}",
    "{\"tls\":0,\"port\":-1,\"pake\":[2]}",
    "{\"tls\":9,\"port\":70000,\"pake\":[2]}",
    "{\"tls\":-1,\"port\":\"x\",\"pake\":[2,\"2\",{},-7,1e99]}",
    "{\"tls\":null,\"port\":[],\"pake\":{\"a\":2},\"user_hash_type\":\"0\"}",
};

/* What cannot be understood is as if it had not been said: the login goes on,
 * where it began, and fails where the device knows better. */
START_TEST(offers_may_hold_anything) {
  char body[400];

  snprintf(body, sizeof(body),
           "{\"error_code\":0,\"result\":{\"mac\":\"nobody\",\"tpap\":%s}}",
           offers[_i]);
  dev.instead.at = "discover";
  dev.instead.status = 200;
  dev.instead.body = body;
  (void)ask();
  ck_assert_int_eq(dev.shares, 1);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, registers_that_make_no_sense_end_it, 0,
                      ROWS(registers));
  tcase_add_test(t, a_share_that_cancels_out_is_refused);
  tcase_add_loop_test(t, salts_may_have_any_length, 0, ROWS(salts));
  tcase_add_loop_test(t, every_step_may_be_refused, 0, ROWS(steps));
  tcase_add_loop_test(t, a_request_without_use_costs_one_new_session, 0,
                      ROWS(useless));
  tcase_add_test(t, a_sequence_may_begin_anywhere_in_32_bits);
  tcase_add_loop_test(t, sessions_may_make_no_sense, 0, ROWS(sessions));
  tcase_add_loop_test(t, offers_may_hold_anything, 0, ROWS(offers));
}

int main(void) { return suite_run("tpap_bad", fill); }
