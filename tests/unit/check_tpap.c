/* TPAP against a small device of our own, which does the verifier's half of
 * SPAKE2+ with its own code: each cipher and credential, sessions, locks, and
 * a device that lies. */
#include <config.h>

#include "device/tpap_crypto.h"

#include "bench.h"
#include "bytes.h"
#include "server.h"
#include "suite.h"

#include <cjson/cJSON.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

/* -- the device
 * ---------------------------------------------------------------- */

static struct {
  const char *pass_text; /* the credential that it knows */
  const char *pake;      /* list in its discover answer */
  const char *extra;     /* extra_crypt, JSON */
  const char *cipher;
  const char *iterations;
  const char *share; /* base64 instead of its point */
  const char *suite;
  const char *salt; /* hex */
  bool no_tpap, dac, bad_confirm, compressed;
  int share_error, login_error;
  int evict; /* after so many requests: plain error 9999 */
  int status;
  bool wrong_seq, forged, cut;
  /* inside */
  uint8_t w0[32], w1[32], user_random[32], dev_random[32];
  BIGNUM *y;
  struct tpap_keys keys;
  uint32_t seq;
  bool open;
  int in_session;
  atomic_int discovers, shares;
  char said[300];
} dev;

static void say(struct server_answer *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct server_answer *a, const char *format, ...) {
  va_list args;

  va_start(args, format);
  a->len = (size_t)vsnprintf(a->body, sizeof(a->body), format, args);
  va_end(args);
}

/* The verifier: R = y*G + w0*N, Z = y*(L - w0*M), V = y*(w1*G). */
static void points(const uint8_t *l, uint8_t r[65], uint8_t z[65],
                   uint8_t v[65]) {
  EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  BIGNUM *w0 = BN_bin2bn(dev.w0, 32, NULL);
  BIGNUM *w1 = BN_bin2bn(dev.w1, 32, NULL);
  EC_POINT *m = EC_POINT_new(g), *n = EC_POINT_new(g), *p = EC_POINT_new(g);

  EC_POINT_oct2point(g, m, spake2p_m, 65, NULL);
  EC_POINT_oct2point(g, n, spake2p_n, 65, NULL);
  EC_POINT_mul(g, p, dev.y, n, w0, NULL);
  EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, r, 65, NULL);
  if (l != NULL) {
    ck_assert_int_eq(EC_POINT_oct2point(g, p, l, 65, NULL), 1);
    EC_POINT_mul(g, m, NULL, m, w0, NULL);
    EC_POINT_invert(g, m, NULL);
    EC_POINT_add(g, p, p, m, NULL);
    EC_POINT_mul(g, p, NULL, p, dev.y, NULL);
    EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, z, 65, NULL);
    EC_POINT_mul(g, p, w1, NULL, NULL, NULL);
    EC_POINT_mul(g, p, NULL, p, dev.y, NULL);
    EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, v, 65, NULL);
  }
  EC_POINT_free(m);
  EC_POINT_free(n);
  EC_POINT_free(p);
  BN_free(w0);
  BN_free(w1);
  EC_GROUP_free(g);
}

static void answer_discover(struct server_answer *a) {
  dev.discovers++;
  if (dev.no_tpap)
    say(a, "{\"error_code\":0,\"result\":{\"sub_method\":\"discover\","
           "\"tpap_preferred\":false}}");
  else
    say(a,
        "{\"error_code\":0,\"result\":{\"mac\":\"AA-BB-CC-11-22-33\",\"tpap\":"
        "{\"tls\":0,\"port\":0,\"dac\":%s,\"noc\":false,\"pake\":%s,"
        "\"user_hash_type\":0}}}",
        dev.dac ? "true" : "false", dev.pake);
}

static void answer_register(const cJSON *params, struct server_answer *a) {
  const char *random = cJSON_GetObjectItem(params, "user_random")->valuestring;
  uint8_t r[65];
  char share[BASE64_SIZE(65)], dev_random[BASE64_SIZE(32)];
  uint8_t salt[32];
  size_t salt_len = unhex(dev.salt, salt, sizeof(salt));
  char salt_text[BASE64_SIZE(32)];
  long iterations = strtol(dev.iterations, NULL, 10);

  ck_assert_str_eq(cJSON_GetObjectItem(params, "username")->valuestring,
                   "21232f297a57a5a743894a0e4a801fc3");
  ck_assert(cJSON_IsNull(cJSON_GetObjectItem(params, "stok")));
  if (dev.login_error != 0) {
    say(a, "{\"error_code\":%d,\"data\":{\"sec_left\":777}}", dev.login_error);
    return;
  }
  ck_assert_int_eq(crypto_unbase64(random, strlen(random), dev.user_random, 32),
                   32);
  crypto_random(dev.dev_random, 32);
  if (iterations > 0 && iterations < 10000)
    ck_assert_int_eq(tpap_secrets(dev.pass_text, salt, salt_len, iterations,
                                  NULL, dev.w0, dev.w1),
                     0);
  if (dev.y == NULL)
    dev.y = BN_new();
  BN_rand(dev.y, 250, 0, 0);
  points(NULL, r, NULL, NULL);
  if (dev.compressed)
    r[0] = 2 | (r[64] & 1);
  crypto_base64(r, dev.compressed ? 33 : 65, share);
  crypto_base64(dev.dev_random, 32, dev_random);
  crypto_base64(salt, salt_len, salt_text);
  say(a,
      "{\"error_code\":0,\"result\":{\"dev_random\":\"%s\",\"dev_salt\":"
      "\"%s\",\"dev_share\":\"%s\",\"iterations\":%s,"
      "\"cipher_suites\":%s,\"encryption\":\"%s\"%s%s}}",
      dev_random, salt_text, dev.share != NULL ? dev.share : share,
      dev.iterations, dev.suite, dev.cipher,
      dev.extra != NULL ? ",\"extra_crypt\":" : "",
      dev.extra != NULL ? dev.extra : "");
}

static uint8_t transcript[1000];
static size_t used;

static void append(const void *bytes, size_t len) {
  for (int i = 0; i < 8; i++)
    transcript[used++] = (uint8_t)((uint64_t)len >> (8 * i));
  memcpy(transcript + used, bytes, len);
  used += len;
}

static void answer_share(const cJSON *params, struct server_answer *a) {
  static const uint8_t zeros[32];
  const char *share = cJSON_GetObjectItem(params, "user_share")->valuestring;
  const char *said = cJSON_GetObjectItem(params, "user_confirm")->valuestring;
  uint8_t l[65], r[65], z[65], v[65], hash[32], keys[64], shared[32], mac[32];
  uint8_t confirm[32];
  char text[BASE64_SIZE(32)];
  enum aead aead;

  dev.shares++;
  ck_assert((cJSON_GetObjectItem(params, "dac_nonce") != NULL) == dev.dac);
  ck_assert_int_eq(crypto_unbase64(share, strlen(share), l, 65), 65);
  ck_assert_int_eq(crypto_unbase64(said, strlen(said), confirm, 32), 32);
  points(l, r, z, v);
  crypto_digest(DIGEST_SHA256,
                (const struct span[]){{"PAKE V1", 7},
                                      {dev.user_random, 32},
                                      {dev.dev_random, 32}},
                3, hash);
  used = 0;
  append(hash, 32);
  append("", 0);
  append("", 0);
  append(spake2p_m, 65);
  append(spake2p_n, 65);
  append(l, 65);
  append(r, 65);
  append(z, 65);
  append(v, 65);
  append(dev.w0, 32); /* the long form */
  crypto_digest(DIGEST_SHA256, &(struct span){transcript, used}, 1, hash);
  crypto_hkdf(hash, 32, zeros, 32, "ConfirmationKeys", keys, 64);
  crypto_hkdf(hash, 32, zeros, 32, "SharedKey", shared, 32);
  crypto_hmac_sha256(keys, 32, r, 65, mac);
  dev.open = memcmp(mac, confirm, 32) == 0 && dev.share_error == 0;
  if (!dev.open && !dev.bad_confirm) {
    say(a, "{\"error_code\":%d}",
        dev.share_error != 0 ? dev.share_error : -1501);
    return;
  }
  crypto_hmac_sha256(keys + 32, 32, l, 65, mac);
  mac[0] ^= dev.bad_confirm;
  crypto_base64(mac, 32, text);
  ck_assert(tpap_cipher(dev.cipher, &aead));
  tpap_derive(shared, aead, &dev.keys);
  dev.seq = 41;
  dev.in_session = 0;
  say(a,
      "{\"error_code\":0,\"result\":{\"dev_confirm\":\"%s\",\"stok\":"
      "\"s-t_0k\",\"start_seq\":41,\"expired\":3600}}",
      text);
}

static void answer_data(const struct server_request *r,
                        struct server_answer *a) {
  static char body[8192];
  char *text;
  int len;
  char said[400];

  memcpy(body, r->body, r->len);
  if (!dev.open || (dev.evict > 0 && dev.in_session >= dev.evict)) {
    say(a, "{\"error_code\":9999}");
    return;
  }
  dev.in_session++;
  len = tpap_open(&dev.keys, dev.seq, (uint8_t *)body, r->len, &text);
  ck_assert_int_gt(len, 0);
  snprintf(dev.said, sizeof(dev.said), "%.*s", len, text);
  len = snprintf(said, sizeof(said), "{\"you said\":%s}", dev.said);
  a->len = TPAP_SEALED((size_t)len);
  ck_assert_int_eq(tpap_seal(&dev.keys, dev.seq + dev.wrong_seq, said,
                             (size_t)len, (uint8_t *)a->body),
                   0);
  a->body[10] ^= dev.forged;
  if (dev.cut)
    a->len = 15;
  dev.seq++;
}

static void answer(void *arg, const struct server_request *r,
                   struct server_answer *a) {
  cJSON *said;
  cJSON *params;
  const char *sub;

  (void)arg;
  if (dev.status != 0)
    a->status = dev.status;
  if (strcmp(r->path, "/stok=s-t_0k/ds") == 0) {
    ck_assert_ptr_nonnull(
        strstr(r->head, "\r\nContent-Type: application/octet-stream\r\n"));
    answer_data(r, a);
    return;
  }
  ck_assert_str_eq(r->path, "/");
  ck_assert_ptr_nonnull(
      strstr(r->head, "\r\nContent-Type: application/json\r\n"));
  said = cJSON_Parse(r->body);
  ck_assert_ptr_nonnull(said);
  params = cJSON_GetObjectItem(said, "params");
  sub = cJSON_GetObjectItem(params, "sub_method")->valuestring;
  if (strcmp(sub, "discover") == 0)
    answer_discover(a);
  else if (strcmp(sub, "pake_register") == 0)
    answer_register(params, a);
  else
    answer_share(params, a);
  cJSON_Delete(said);
}

/* -- our side
 * ------------------------------------------------------------------ */

static const struct account account = {"user@example.com", "great_password"};
static struct bench b;
static struct server web;
static struct endpoint where;
static struct link *link_;

static void reopen(void) {
  if (link_ != NULL)
    transport_tpap.close(link_);
  link_ = transport_tpap.open(&b.env, &where);
  ck_assert_ptr_nonnull(link_);
}

static void setup(void) {
  memset(&dev, 0, sizeof(dev));
  dev.pass_text = "698789c94a1bc1bf1bc2730bb513acd9fec936f8";
  dev.extra = "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":2}}";
  dev.pake = "[2]";
  dev.cipher = "aes_128_ccm";
  dev.iterations = "100";
  dev.suite = "1";
  dev.salt = "30313233343536373839616263646566";
  bench_open(&b);
  where = (struct endpoint){.address = server_start(&web, answer, NULL),
                            .account = &account};
  link_ = NULL;
  reopen();
}

static void teardown(void) {
  transport_tpap.close(link_);
  bench_close(&b);
  server_stop(&web);
  BN_free(dev.y);
  dev.y = NULL;
}

static enum outcome ask(void) {
  return bench_ask(&b, &transport_tpap, link_, "{\"a\":1}");
}

static const char *const ciphers[] = {"aes_128_ccm", "AES-256-CCM",
                                      "chacha20_poly1305"};

START_TEST(a_login_serves_many_requests) {
  dev.cipher = ciphers[_i];
  dev.compressed = _i == 1;
  dev.dac = _i == 2;
  for (int i = 0; i < 10; i++) {
    ck_assert_int_eq(ask(), OUTCOME_OK);
    ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":1}}");
  }
  ck_assert_int_eq(web.requests, 13);
  ck_assert_int_eq(web.connections, 1);
}
END_TEST

static const struct {
  const char *pake, *extra, *text;
} credentials[] = {
    {"[0]", NULL,
     "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA"},
    {"[]", NULL,
     "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA"},
    {"[5]", NULL, "user@example.com/great_password"},
    {"[2]", "{\"type\":\"something_new\",\"params\":{}}",
     "user@example.com/great_password"},
    {"[3]", "null", "user@example.com/great_password"},
    {"[2]",
     "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":1,"
     "\"passwd_prefix\":\"$1$abcdefgh$\"}}",
     "$1$abcdefgh$V6yZQFsVznBGbhaqRQcq50"},
    {"[2]", "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":3}}",
     "1943df6f7e02e7db3b548d87c98e1108dcfe7714"},
    {"[2]",
     "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":5,"
     "\"passwd_prefix\":\"$5$saltsaltsalt$\",\"passwd_rounds\":1000}}",
     "$5$rounds=1000$saltsaltsalt$YY4bOdCcDPyQ33JpunxOFv3Au.fZN."
     "RvLm2Pn9epYP1"},
    {"[2]",
     "{\"type\":\"password_authkey\",\"params\":{\"authkey_tmpkey\":"
     "\"RDpbLfCPsJZ7fiv\",\"authkey_dictionary\":"
     "\"abcdefghijklmnopqrstuvwxyz0123456789\"}}",
     "rsvduvpnavjqunz"},
    {"[2]",
     "{\"type\":\"password_sha_with_salt\",\"params\":{\"sha_name\":0,"
     "\"sha_salt\":\"cGVwcGVy\"}}",
     "4933f04f50a3fe1242a92322ed7ab38dcf537e9ce7dc38a8c1e3c0b63123ba95"},
};

START_TEST(every_form_of_credential_gets_in) {
  dev.pake = credentials[_i].pake;
  dev.extra = credentials[_i].extra;
  dev.pass_text = credentials[_i].text;
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  ck_assert_int_eq(dev.shares, 1);
}
END_TEST

START_TEST(a_wrong_password_costs_one_share) {
  dev.pass_text = "other";
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_le(dev.shares, 2); /* twice for one w0 in 512 */
  ck_assert_ptr_nonnull(strstr(b.why, "user@example.com"));
  ck_assert_ptr_null(strstr(b.why, "great_password"));
}
END_TEST

START_TEST(without_an_account_nothing_is_tried) {
  where.account = NULL;
  if (_i == 1) {
    where.account = &account;
    where.foreign = true;
  }
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_eq(web.requests, _i == 1 ? 0 : 1); /* discover */
}
END_TEST

START_TEST(a_device_that_cannot_prove_itself_gets_nothing) {
  dev.bad_confirm = true;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_str_eq(dev.said, "");
}
END_TEST

START_TEST(a_lock_is_respected) {
  dev.login_error = -40404;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_uint_eq(transport_tpap.locked(link_), 777);
  ck_assert_int_eq(dev.shares, 0);
}
END_TEST

static const struct {
  const char *what, *iterations, *share, *suite, *cipher, *extra;
  enum outcome outcome;
} registers[] = {
    {"2^31 iterations", "2147483648", NULL, "1", "aes_128_ccm", NULL,
     OUTCOME_MALFORMED},
    {"no iterations", "0", NULL, "1", "aes_128_ccm", NULL, OUTCOME_MALFORMED},
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

START_TEST(sessions_that_end_are_begun_anew_once) {
  dev.evict = 1;
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.discovers, 2);
  dev.evict = 0;
  dev.forged = _i == 0;
  dev.wrong_seq = _i == 1;
  dev.cut = _i == 2;
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.discovers, 3);
}
END_TEST

START_TEST(a_device_that_wants_klap_is_told_apart) {
  dev.no_tpap = true;
  ck_assert_int_eq(ask(), OUTCOME_REFUSED);
  ck_assert_ptr_nonnull(strstr(b.why, "KLAP"));
}
END_TEST

START_TEST(errors_of_http_end_it) {
  dev.status = _i == 0 ? 403 : 500;
  ck_assert_int_eq(ask(), _i == 0 ? OUTCOME_REFUSED : OUTCOME_DEVICE);
  ck_assert_int_eq(web.requests, 1);
}
END_TEST

/* A w0 of 31 bytes enters the hash as such or with a zero before it: nobody
 * is sure. This device wants the zero. */
START_TEST(the_other_form_of_w0_is_tried_once_and_kept) {
  dev.salt = "73686f727477302d0000000000000262";
  dev.iterations = "1";
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  ck_assert_int_eq(dev.shares, 2);
  dev.open = false; /* the session is over */
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.shares, 3);
  dev.pass_text = "other";
  dev.salt = "73686f727477302d000000000000004d";
  dev.open = false;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_le(dev.shares, 5);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 30);
  tcase_add_loop_test(t, a_login_serves_many_requests, 0, ROWS(ciphers));
  tcase_add_loop_test(t, every_form_of_credential_gets_in, 0,
                      ROWS(credentials));
  tcase_add_test(t, a_wrong_password_costs_one_share);
  tcase_add_loop_test(t, without_an_account_nothing_is_tried, 0, 2);
  tcase_add_test(t, a_device_that_cannot_prove_itself_gets_nothing);
  tcase_add_test(t, a_lock_is_respected);
  tcase_add_loop_test(t, registers_that_make_no_sense_end_it, 0,
                      ROWS(registers));
  tcase_add_loop_test(t, sessions_that_end_are_begun_anew_once, 0, 3);
  tcase_add_test(t, the_other_form_of_w0_is_tried_once_and_kept);
  tcase_add_test(t, a_device_that_wants_klap_is_told_apart);
  tcase_add_loop_test(t, errors_of_http_end_it, 0, 2);
}

int main(void) { return suite_run("tpap", fill); }
