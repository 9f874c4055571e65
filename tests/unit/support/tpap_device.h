/* SPDX-License-Identifier: MIT */
/* A small TPAP device for tests, with its own code for the verifier's half of
 * SPAKE2+, and the link that is tried on it. Each test program has one of
 * each. */
#ifndef TESTS_UNIT_SUPPORT_TPAP_DEVICE_H
#define TESTS_UNIT_SUPPORT_TPAP_DEVICE_H

#include "device/transport/tpap.h"
#include "device/transport/tpap_credential.h"
#include "device/transport/tpap_crypto.h"

#include "bytes.h"
#include "server.h"
#include "suite.h"
#include "transport_fixture.h"
#include "wipe.h"

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
  int tls, port;    /* as in its discover answer */
  bool no_tpap, dac, bad_confirm, compressed;
  int share_error, login_error;
  int evict; /* after so many requests: plain error 9999 */
  int status;
  bool wrong_seq, forged, cut;
  const char *session; /* what the share's answer holds after its proof */
  /* The answer to one step, instead: */
  struct {
    const char *at; /* sub_method, or "ds" */
    int status;
    const char *body;
  } instead;
  /* inside */
  uint8_t w0[32], w1[32], user_random[32], dev_random[32];
  BIGNUM *y;
  struct tpap_keys keys;
  uint32_t seq;
  bool open;
  int in_session;
  atomic_int discovers, registers, shares;
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
        "{\"tls\":%d,\"port\":%d,\"dac\":%s,\"noc\":false,\"pake\":%s,"
        "\"user_hash_type\":0}}}",
        dev.tls, dev.port, dev.dac ? "true" : "false", dev.pake);
}

static void answer_register(const cJSON *params, struct server_answer *a) {
  const char *random = cJSON_GetObjectItem(params, "user_random")->valuestring;
  uint8_t r[65];
  char share[BASE64_SIZE(65)], dev_random[BASE64_SIZE(32)];
  uint8_t salt[300];
  size_t salt_len = unhex(dev.salt, salt, sizeof(salt));
  char salt_text[BASE64_SIZE(300)];
  long iterations = strtol(dev.iterations, NULL, 10);

  dev.registers++;
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
  if (iterations > 0 && iterations <= 100000 && salt_len <= TPAP_SALT_MAX)
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
  wipe_secret("w0", dev.w0, 32);
  wipe_secret("w1", dev.w1, 32);
  wipe_secret("the shared secret", shared, 32);
  wipe_secret("the session's key", dev.keys.key, 16);
  wipe_secret("the session's nonce", dev.keys.nonce, 12);
  dev.seq = 41;
  dev.in_session = 0;
  say(a, "{\"error_code\":0,\"result\":{\"dev_confirm\":\"%s\"%s}}", text,
      dev.session != NULL
          ? dev.session
          : ",\"stok\":\"s-t_0k\",\"start_seq\":41,\"expired\":3600");
}

static void answer_data(const struct server_request *r,
                        struct server_answer *a) {
  static char body[8192];
  char *text;
  int len;
  uint32_t seq;
  char said[400];

  memcpy(body, r->body, r->len);
  if (!dev.open || (dev.evict > 0 && dev.in_session >= dev.evict)) {
    say(a, "{\"error_code\":9999}");
    return;
  }
  dev.in_session++;
  seq = (uint32_t)(uint8_t)body[0] << 24 | (uint32_t)(uint8_t)body[1] << 16 |
        (uint32_t)(uint8_t)body[2] << 8 | (uint8_t)body[3];
  ck_assert_uint_ge(seq, dev.seq); /* some may have been lost */
  dev.seq = seq;
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

static bool answer_instead(const char *step, struct server_answer *a) {
  if (dev.instead.at == NULL || strcmp(dev.instead.at, step) != 0)
    return false;
  a->status = dev.instead.status;
  say(a, "%s", dev.instead.body);
  return true;
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
    if (!answer_instead("ds", a))
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
  if (answer_instead(sub, a)) {
    dev.discovers += strcmp(sub, "discover") == 0;
    dev.shares += strcmp(sub, "pake_share") == 0;
  } else if (strcmp(sub, "discover") == 0)
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
static struct transport_fixture b;
static struct server web;
static struct endpoint where;
static struct link *link_;

static void reopen(void) {
  if (link_ != NULL)
    transport_tpap.close(link_);
  link_ = transport_tpap.open(&b.env, &where);
  ck_assert_ptr_nonnull(link_);
}

static inline void reset(void) {
  memset(&dev, 0, sizeof(dev));
  dev.pass_text = "698789c94a1bc1bf1bc2730bb513acd9fec936f8";
  dev.extra = "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":2}}";
  dev.pake = "[2]";
  dev.cipher = "aes_128_ccm";
  dev.iterations = "100";
  dev.suite = "1";
  dev.salt = "30313233343536373839616263646566";
  wipe_begin();
  wipe_secret("the password", account.pass, strlen(account.pass));
  wipe_secret("the credential", dev.pass_text, strlen(dev.pass_text));
  transport_fixture_open(&b);
  link_ = NULL;
}

static inline void setup(void) {
  reset();
  where = (struct endpoint){.address = server_start(&web, answer, NULL),
                            .account = &account};
  reopen();
}

static void teardown(void) {
  transport_tpap.close(link_);
  transport_fixture_close(&b);
  server_stop(&web);
  BN_free(dev.y);
  dev.y = NULL;
  wipe_end();
}

static enum outcome ask(void) {
  return transport_fixture_ask(&b, &transport_tpap, link_, "{\"a\":1}");
}

#endif
