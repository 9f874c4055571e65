/* SPDX-License-Identifier: MIT */
/* The messages of TPAP's login: see tpap_login.h. */
#include <config.h>

#include "device/transport/tpap_login.h"

#include "device/device.h"

#include <errno.h>
#include <string.h>

enum { FIELD_MAX = 1024, LOCK_USUAL_S = 1800, LOCK_MAX_S = 86400 };

const char tpap_no_recipe[] = "login: salt, iterations or recipe make no sense";

/* -- values -- */

static bool get_text(const struct json *doc, json_ref object, const char *key,
                     char *out, size_t size) {
  return json_string(doc, json_get(doc, object, key), out, size);
}

/* Base64 of min to max bytes; the length, or -EINVAL. */
static int get_bytes(const struct json *doc, json_ref object, const char *key,
                     uint8_t *out, size_t min, size_t max) {
  char text[FIELD_MAX];
  int len;

  if (!get_text(doc, object, key, text, sizeof(text)))
    return -EINVAL;
  len = crypto_unbase64(text, strlen(text), out, max);
  return len < (int)min ? -EINVAL : len;
}

static long get_long(const struct json *doc, json_ref object, const char *key,
                     long missing) {
  double number;

  if (!json_number(doc, json_get(doc, object, key), &number) ||
      !(number >= -1e9 && number <= 2e9)) /* a long may have 32 bits */
    return missing;
  return (long)number;
}

/* -- discover -- */

const char tpap_ask_offer[] =
    "{\"method\":\"login\",\"params\":{\"sub_method\":\"discover\"}}";

static const char by_default[] = "default_userpw";

/* The passcode the device offers; the order is that of other programs. */
static const char *choose_passcode(const struct json *doc, json_ref pake) {
  bool has[6] = {false};
  double number;

  for (json_ref i = json_first(doc, pake); i != 0; i = json_next(doc, i))
    if (json_number(doc, i, &number) && number >= 0 && number < 6)
      has[(int)number] = true;
  if (has[0])
    return by_default;
  if (has[2] || has[5])
    return "userpw";
  return has[3] ? "shared_token" : by_default;
}

bool tpap_read_offer(const struct json *doc, json_ref result,
                     struct tpap_offer *offer) {
  json_ref tpap = json_get(doc, result, "tpap");
  long port = get_long(doc, tpap, "port", 0);
  char mac[32];

  *offer = (struct tpap_offer){0};
  if (json_type(doc, tpap) != JSON_OBJECT)
    return false;
  if (!get_text(doc, result, "mac", mac, sizeof(mac)) ||
      !device_parse_mac(mac, offer->mac))
    memset(offer->mac, 0, sizeof(offer->mac));
  offer->tls = (int)get_long(doc, tpap, "tls", 0);
  offer->port = port > 0 && port <= 65535 ? (in_port_t)port : 0;
  offer->dac = get_long(doc, tpap, "dac", 0) != 0;
  offer->hash_by_sha256 = get_long(doc, tpap, "user_hash_type", 0) == 1;
  offer->passcode_type = choose_passcode(doc, json_get(doc, tpap, "pake"));
  return true;
}

bool tpap_is_unbound(const struct tpap_offer *offer) {
  return offer->passcode_type == by_default;
}

/* -- pake_register -- */

int tpap_write_register(struct buf *body, const struct tpap_offer *offer,
                        const uint8_t user_random[TPAP_RANDOM]) {
  char random[BASE64_SIZE(TPAP_RANDOM)];

  crypto_base64(user_random, TPAP_RANDOM, random);
  return buf_addf(
      body,
      "{\"method\":\"login\",\"params\":{\"sub_method\":\"pake_register\","
      "\"username\":\"%s\",\"user_random\":\"%s\",\"cipher_suites\":[1],"
      "\"encryption\":[\"aes_128_ccm\",\"chacha20_poly1305\","
      "\"aes_256_ccm\"],\"passcode_type\":\"%s\",\"stok\":null}}",
      offer->hash_by_sha256
          ? "8C6976E5B5410415BDE908BD4DEE15DFB167A9C873FC4BB8A81F6F2AB448A918"
          : "21232f297a57a5a743894a0e4a801fc3",
      random, offer->passcode_type);
}

/* How the password is to be prepared. False: not in a way that is known. */
static bool read_recipe(const struct json *doc, json_ref extra,
                        struct tpap_recipe *r) {
  static const struct {
    const char *type;
    enum tpap_crypt crypt;
  } types[] = {{"password_shadow", TPAP_SHADOW},
               {"password_authkey", TPAP_AUTHKEY},
               {"password_sha_with_salt", TPAP_SHA_WITH_SALT}};
  json_ref params = json_get(doc, extra, "params");
  char type[40];
  int salt;

  if (!get_text(doc, extra, "type", type, sizeof(type)))
    return true;
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
    if (strcmp(type, types[i].type) == 0)
      r->crypt = types[i].crypt;
  r->passwd_id = (int)get_long(doc, params, "passwd_id", 0);
  r->rounds = (int)get_long(doc, params, "passwd_rounds", 0);
  r->sha_name = (int)get_long(doc, params, "sha_name", 0);
  (void)get_text(doc, params, "passwd_prefix", r->prefix, sizeof(r->prefix));
  (void)get_text(doc, params, "authkey_tmpkey", r->tmpkey, sizeof(r->tmpkey));
  (void)get_text(doc, params, "authkey_dictionary", r->dictionary,
                 sizeof(r->dictionary));
  if (r->crypt != TPAP_SHA_WITH_SALT)
    return true;
  salt = get_bytes(doc, params, "sha_salt", r->salt, 0, sizeof(r->salt));
  r->salt_len = salt > 0 ? (size_t)salt : 0;
  return salt >= 0;
}

enum outcome tpap_read_challenge(const struct json *doc, json_ref result,
                                 struct tpap_challenge *c, const char **why) {
  char cipher[40] = "";
  int random, share, salt;

  memset(c, 0, sizeof(*c)); /* padding, too: parts of it are compared */
  (void)get_text(doc, result, "encryption", cipher, sizeof(cipher));
  if (get_long(doc, result, "cipher_suites", 0) != 1 ||
      !tpap_cipher(cipher, &c->aead)) {
    *why = "it chose a cipher that was not offered";
    return OUTCOME_DEVICE;
  }
  random = get_bytes(doc, result, "dev_random", c->dev_random, 1,
                     sizeof(c->dev_random));
  share = get_bytes(doc, result, "dev_share", c->dev_share, 1,
                    sizeof(c->dev_share));
  if (random < 0 || share < 0) {
    *why = "login: random or share make no sense";
    return OUTCOME_MALFORMED;
  }
  salt = get_bytes(doc, result, "dev_salt", c->salt, 0, sizeof(c->salt));
  c->iterations = get_long(doc, result, "iterations", 0);
  if (salt < 0 || c->iterations < 1 || c->iterations > TPAP_ITERATIONS_MAX ||
      !read_recipe(doc, json_get(doc, result, "extra_crypt"), &c->recipe)) {
    *why = tpap_no_recipe;
    return OUTCOME_MALFORMED;
  }
  c->dev_random_len = (size_t)random;
  c->dev_share_len = (size_t)share;
  c->salt_len = (size_t)salt;
  return OUTCOME_OK;
}

/* -- pake_share -- */

int tpap_write_share(struct buf *body, const struct tpap_proof *proof,
                     bool with_nonce) {
  char share[BASE64_SIZE(P256_POINT)];
  char confirm[BASE64_SIZE(SHA256_SIZE)];
  uint8_t nonce[TPAP_RANDOM];
  char nonce_text[BASE64_SIZE(TPAP_RANDOM)];
  int err;

  crypto_base64(proof->user_share, P256_POINT, share);
  crypto_base64(proof->user_confirm, SHA256_SIZE, confirm);
  err = buf_addf(body,
                 "{\"method\":\"login\",\"params\":{\"sub_method\":"
                 "\"pake_share\",\"user_share\":\"%s\",\"user_confirm\":"
                 "\"%s\"",
                 share, confirm);
  if (err == 0 && with_nonce) {
    err = crypto_random(nonce, sizeof(nonce));
    crypto_base64(nonce, sizeof(nonce), nonce_text);
    if (err == 0)
      err = buf_addf(body, ",\"dac_nonce\":\"%s\"", nonce_text);
  }
  return err == 0 ? buf_adds(body, "}}") : err;
}

/* It goes into a path. */
static bool good_stok(const char *stok) {
  return stok[0] != '\0' &&
         strspn(stok, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "abcdefghijklmnopqrstuvwxyz-_.~=+") == strlen(stok);
}

void tpap_read_session(const struct json *doc, json_ref result,
                       struct tpap_session *s) {
  double seq;

  *s = (struct tpap_session){0};
  s->confirmed = get_bytes(doc, result, "dev_confirm", s->dev_confirm,
                           SHA256_SIZE, SHA256_SIZE) == SHA256_SIZE;
  if (!get_text(doc, result, "stok", s->stok, sizeof(s->stok)))
    (void)get_text(doc, result, "sessionId", s->stok, sizeof(s->stok));
  s->good = json_number(doc, json_get(doc, result, "start_seq"), &seq) &&
            seq >= 0 && seq < UINT32_MAX && good_stok(s->stok);
  s->seq = s->good ? (uint32_t)seq : 0;
  s->lifetime = get_long(doc, result, "expired", 0);
  if (s->lifetime == 0)
    s->lifetime = get_long(doc, result, "sessionExpired", 0);
}

unsigned tpap_read_lock(const struct json *doc, json_ref root) {
  json_ref data = json_get(doc, root, "data");
  long seconds;

  if (data == 0)
    data = json_get(doc, root, "result");
  seconds = get_long(doc, data, "sec_left", LOCK_USUAL_S);
  return seconds > 0 && seconds <= LOCK_MAX_S ? (unsigned)seconds
                                              : LOCK_USUAL_S;
}
