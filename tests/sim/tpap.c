/* SPDX-License-Identifier: MIT */
/* The TPAP transport: discover, pake_register, pake_share, and the sealed data
 * channel. */
#include "transport.h"

#include "crypto.h"
#include "device.h"
#include "house.h"
#include "http.h"
#include "json.h"
#include "spake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ERROR_PARAMS = -40209,
  ERROR_SESSION = -40401,
  ERROR_BLOCKED = -40404,
  ERROR_LOGIN = -40412,
  ERROR_NONCE = -40413,
};

struct params {
  struct slice sub_method;
  struct slice username;
  struct slice user_random;
  struct slice cipher_suites;
  struct slice encryption;
  struct slice passcode_type;
  struct slice user_share;
  struct slice user_confirm;
};

static const struct {
  const char *name;
  enum aead aead;
  const char *label;
  size_t key_len;
} ciphers[] = {
    {"aes_128_ccm", AEAD_AES_128_CCM, "aes128", 16},
    {"aes_256_ccm", AEAD_AES_256_CCM, "aes256", 32},
    {"chacha20_poly1305", AEAD_CHACHA20_POLY1305, "chacha20", 32},
};

size_t tpap_keys(const char *encryption, const uint8_t shared[32],
                 uint8_t key[32], uint8_t nonce[12], int *aead) {
  for (size_t i = 0; i < COUNT(ciphers); i++) {
    char labels[4][40];
    static const char *const forms[] = {
        "tp-kdf-salt-%s-key", "tp-kdf-info-%s-key", "tp-kdf-salt-%s-iv",
        "tp-kdf-info-%s-iv"};
    if (strcmp(ciphers[i].name, encryption) != 0)
      continue;
    for (size_t k = 0; k < 4; k++) {
      struct text label = {0};
      const char *mark = strchr(forms[k], '%');
      text_add(&label, forms[k], (size_t)(mark - forms[k]));
      text_addz(&label, ciphers[i].label);
      text_addz(&label, mark + 2);
      snprintf(labels[k], sizeof(labels[k]), "%s", label.p);
      text_free(&label);
    }
    hkdf_sha256(shared, 32, labels[0], labels[1], key, ciphers[i].key_len);
    hkdf_sha256(shared, 32, labels[2], labels[3], nonce, 12);
    *aead = (int)ciphers[i].aead;
    return ciphers[i].key_len;
  }
  return 0;
}

static bool read_params(struct slice json, bool inside, struct params *p) {
  static const struct {
    const char *key;
    size_t offset;
  } members[] = {
      {"sub_method", offsetof(struct params, sub_method)},
      {"username", offsetof(struct params, username)},
      {"user_random", offsetof(struct params, user_random)},
      {"cipher_suites", offsetof(struct params, cipher_suites)},
      {"encryption", offsetof(struct params, encryption)},
      {"passcode_type", offsetof(struct params, passcode_type)},
      {"user_share", offsetof(struct params, user_share)},
      {"user_confirm", offsetof(struct params, user_confirm)},
  };
  struct cursor c = {json.p, json.p + json.len};
  struct slice key, value;
  bool first = true;
  int more;
  if (!json_enter(&c, '{'))
    return false;
  while ((more = json_next(&c, '}', &first, &key)) == 1) {
    enum json_type type = json_value(&c, &value);
    if (type == JSON_BAD)
      return false;
    if (!inside && type == JSON_OBJECT && slice_is(key, "params") &&
        !read_params(value, true, p))
      return false;
    for (size_t i = 0; inside && i < COUNT(members); i++)
      if (slice_is(key, members[i].key))
        memcpy((char *)p + members[i].offset, &value, sizeof(value));
  }
  return more == 0;
}

void tpap_describe(const struct device *d, struct text *out) {
  text_printf(
      out,
      "{\"tls\":%lld,\"port\":%u,\"dac\":%s,\"noc\":false,\"pake\":[%s],"
      "\"user_hash_type\":%lld}",
      (long long)(d->https ? d->tpap.tls : 0), (unsigned)http_port(d),
      d->tpap.dac ? "true" : "false",
      d->tpap.passcode == PASSCODE_DEFAULT ? "0" : "2",
      (long long)d->tpap.user_hash_type);
}

static bool speaks(const struct device *d) {
  return d->transport == &transport_tpap || d->tpap.preferred;
}

static enum outcome discover(struct device *d, struct http_reply *reply) {
  const uint8_t *m = d->mac;
  text_printf(reply->body,
              "{\"error_code\":0,\"result\":{\"mac\":"
              "\"%02X-%02X-%02X-%02X-%02X-%02X\"",
              m[0], m[1], m[2], m[3], m[4], m[5]);
  if (speaks(d)) {
    text_addz(reply->body, ",\"tpap\":");
    tpap_describe(d, reply->body);
  } else {
    text_addz(reply->body, ",\"tpap_preferred\":false");
  }
  text_addz(reply->body, "}}");
  return ANSWER_SEND;
}

static bool lists(struct slice list, const char *word) {
  return list.p != NULL && memmem(list.p, list.len, word, strlen(word)) != NULL;
}

static size_t salt_of(const struct device *d, uint8_t salt[64]) {
  size_t n = strlen(d->tpap.salt) / 2;
  unsigned byte;
  if (n == 0) {
    hash_bytes(HASH_MD5, d->id, strlen(d->id), salt); /* any 16 bytes */
    return 16;
  }
  for (size_t i = 0; i < n; i++) {
    if (sscanf(d->tpap.salt + 2 * i, "%2x", &byte) != 1)
      byte = 0;
    salt[i] = (uint8_t)byte;
  }
  return n;
}

/* PBKDF2 takes its time, and nothing about it changes: once per password. */
static const struct spake_secret *secret_of(struct device *d) {
  struct text credential = {0};
  uint8_t salt[64], key[32];
  size_t salt_len = salt_of(d, salt);
  tpap_credential(d, &credential);
  const struct piece pieces[] = {
      {credential.p, credential.len},
      {salt, salt_len},
      {&d->tpap.iterations, sizeof(d->tpap.iterations)}};
  hash_pieces(HASH_SHA256, pieces, COUNT(pieces), key);
  if (memcmp(key, d->spake_key, 32) != 0) {
    memcpy(d->spake_key, key, 32);
    spake_secret_from(credential.p, salt, salt_len,
                      (unsigned)d->tpap.iterations, &d->spake_secret);
  }
  text_free(&credential);
  return &d->spake_secret;
}

static bool right_name(const struct device *d, struct slice username) {
  char hex[2 * HASH_MAX + 1];
  bool sha = d->tpap.user_hash_type == 1;
  hash_hex(sha ? HASH_SHA256 : HASH_MD5, "admin", 5, sha, hex);
  return username.p != NULL && slice_is(username, hex);
}

static const char *wanted_passcode(const struct device *d) {
  return d->tpap.passcode == PASSCODE_DEFAULT ? "default_userpw" : "userpw";
}

static void put_base64(struct device *d, struct text *out, const char *key,
                       const void *p, size_t len) {
  text_key(out, key);
  text_char(out, '"');
  if (fault_use(d->faults, FAULT_NOT_BASE64) != NULL)
    text_addz(out, "!*not base64*!");
  else
    base64_put(out, p, len);
  text_char(out, '"');
}

/* The device's share, or what a fault makes of it. */
static void put_share(struct device *d, const struct session *s,
                      struct text *out) {
  uint8_t share[POINT];
  size_t len = POINT;
  const struct fault *f = fault_use(d->faults, FAULT_BAD_POINT);
  memcpy(share, spake_share(s->spake), POINT);
  if (f != NULL && strcmp(f->word, "infinity") == 0) {
    share[0] = 0;
    len = 1;
  } else if (f != NULL && strcmp(f->word, "short") == 0) {
    len = 40;
  } else if (f != NULL && strcmp(f->word, "zero") == 0) {
    memset(share + 1, 0, POINT - 1);
  } else if (f != NULL) {
    share[POINT - 1] ^= 1;
  }
  put_base64(d, out, "dev_share", share, len);
}

static enum outcome blocked(struct http_reply *reply, unsigned seconds) {
  text_printf(reply->body, "{\"error_code\":%d,\"data\":{\"sec_left\":%u}}",
              ERROR_BLOCKED, seconds);
  return ANSWER_SEND;
}

static enum outcome pake_register(struct device *d, const struct params *p,
                                  struct http_reply *reply) {
  const struct fault *f;
  struct text *out = reply->body;
  uint8_t user_random[64], salt[256];
  const char *encryption = d->tpap.encryption;
  unsigned locked = session_locked_s(d);
  if (locked > 0)
    return blocked(reply, locked);
  int n = p->user_random.p != NULL
              ? base64_get(p->user_random, user_random, sizeof(user_random))
              : -1;
  if (n != 32 || !right_name(d, p->username) ||
      !slice_is(p->passcode_type, wanted_passcode(d)) ||
      !lists(p->cipher_suites, "1") || p->encryption.p == NULL)
    return http_error(reply, ERROR_PARAMS);
  for (size_t i = 0; !lists(p->encryption, encryption); i++) {
    if (i == COUNT(ciphers))
      return http_error(reply, ERROR_PARAMS);
    encryption = ciphers[i].name;
  }
  struct session *s = session_new(d);
  s->spake = spake_start(secret_of(d), NULL);
  snprintf(s->cipher, sizeof(s->cipher), "%s", encryption);
  memcpy(s->randoms, user_random, 32);
  random_bytes(s->randoms + 32, 32);
  size_t salt_len = salt_of(d, salt);
  int64_t iterations = d->tpap.iterations;
  int suite = 1;
  if ((f = fault_use(d->faults, FAULT_ITERATIONS)) != NULL)
    iterations = (int64_t)f->number;
  if ((f = fault_use(d->faults, FAULT_SALT)) != NULL) {
    salt_len = f->number > 0 && f->number < 256 ? (size_t)f->number : 0;
    random_bytes(salt, sizeof(salt));
  }
  if ((f = fault_use(d->faults, FAULT_SUITE)) != NULL) {
    suite = (int)f->number;
    encryption = f->word[0] != '\0' ? f->word : encryption;
  }
  text_addz(out, "{\"error_code\":0,\"result\":{");
  put_base64(d, out, "dev_random", s->randoms + 32, 32);
  put_base64(d, out, "dev_salt", salt, salt_len);
  put_share(d, s, out);
  text_printf(out,
              ",\"iterations\":%lld,\"cipher_suites\":%d,\"encryption\":\"%s\"",
              (long long)iterations, suite, encryption);
  tpap_extra_crypt(d, out);
  text_addz(out, "}}");
  return ANSWER_SEND;
}

/* The one that is between its steps: pake_share names no session. */
static struct session *started(struct device *d) {
  struct session *newest = NULL;
  for (size_t i = 0; d->sessions != NULL && i < SESSIONS; i++) {
    struct session *s = &d->sessions[i];
    if (s->state == SESSION_STARTED && s->spake != NULL &&
        (newest == NULL || s->started_ns >= newest->started_ns))
      newest = s;
  }
  return newest;
}

static bool confirm(struct session *s, const struct params *p,
                    struct spake_result *result) {
  static const char version[] = "PAKE V1";
  uint8_t share[POINT + 1], confirm[33], context[32];
  const struct piece pieces[] = {{version, sizeof(version) - 1},
                                 {s->randoms, 64}};
  if (p->user_share.p == NULL || p->user_confirm.p == NULL)
    return false;
  int n = base64_get(p->user_share, share, sizeof(share));
  int m = base64_get(p->user_confirm, confirm, sizeof(confirm));
  hash_pieces(HASH_SHA256, pieces, COUNT(pieces), context);
  struct spake_names names = {.context = {(char *)context, sizeof(context)},
                              .prover = {"", 0},
                              .verifier = {"", 0}};
  return n == POINT && m == 32 &&
         spake_finish(s->spake, share, POINT, &names, result) &&
         same_bytes(result->prover_confirm, confirm, 32);
}

static enum outcome pake_share(struct device *d, const struct params *p,
                               struct http_reply *reply) {
  struct session *s = started(d);
  struct spake_result result;
  uint8_t start[4];
  int aead = 0;
  if (s == NULL)
    return http_error(reply, ERROR_SESSION);
  if (!confirm(s, p, &result)) {
    session_end(s);
    session_failed(d);
    return http_error(reply, ERROR_LOGIN);
  }
  tpap_keys(s->cipher, result.shared, s->key, s->iv, &aead);
  s->aead = aead;
  spake_free(s->spake);
  s->spake = NULL;
  random_bytes(start, 2);
  s->seq = start[0] << 8 | start[1];
  session_ready(d, s);
  if (fault_use(d->faults, FAULT_WRONG_CONFIRM) != NULL)
    result.verifier_confirm[0] ^= 1;
  text_addz(reply->body, "{\"error_code\":0,\"result\":{");
  put_base64(d, reply->body, "dev_confirm", result.verifier_confirm, 32);
  text_printf(reply->body,
              ",\"stok\":\"%s\",\"start_seq\":%lld,\"expired\":%lld", s->id,
              (long long)s->seq, (long long)d->session_timeout);
  text_addz(reply->body, "}}");
  return ANSWER_SEND;
}

static enum outcome data(struct device *d, struct slice id,
                         const struct http_request *r,
                         struct http_reply *reply) {
  static struct text plain, answer;
  const struct fault *f;
  struct session *s = session_find(d, id);
  uint8_t nonce[12], number[4];
  if ((f = fault_use(d->faults, FAULT_TRANSPORT_ERROR)) != NULL)
    return http_error(reply, (int)f->number);
  if (s == NULL || s->state != SESSION_READY)
    return http_error(reply, ERROR_SESSION);
  if (r->body.len < 4 + AEAD_TAG) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_PARAMS);
  }
  const uint8_t *b = (const uint8_t *)r->body.p;
  int64_t seq = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
  memcpy(nonce, s->iv, 8);
  memcpy(nonce + 8, b, 4);
  text_clear(&plain);
  if (seq < s->seq || !aead_open((enum aead)s->aead, s->key, nonce, b + 4,
                                 r->body.len - 4, &plain)) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_NONCE);
  }
  s->seq = seq + 1;
  s->requests++;
  enum outcome outcome =
      http_ask(d, (struct slice){plain.p, plain.len}, &answer, reply);
  if (outcome != ANSWER_SEND)
    return outcome;
  memcpy(number, b, 4);
  if (fault_use(d->faults, FAULT_STALE_SEQ) != NULL)
    for (int i = 3; i >= 0 && number[i]-- == 0; i--)
      continue; /* borrows from the byte before */
  memcpy(nonce + 8, number, 4);
  reply->type = "application/octet-stream";
  text_add(reply->body, number, 4);
  aead_seal((enum aead)s->aead, s->key, nonce, answer.p, answer.len,
            reply->body);
  if (fault_use(d->faults, FAULT_FORGED) != NULL) {
    reply->body->p[reply->body->len - 1] ^= 1;
    reply->how->intact = false;
  }
  if ((f = fault_use(d->faults, FAULT_CUT_CIPHER)) != NULL) {
    size_t n = f->number > 0 && f->number < 1e9 ? (size_t)f->number : 0;
    reply->body->len -= n < reply->body->len ? n : reply->body->len;
    reply->how->intact = false;
  }
  return ANSWER_SEND;
}

static enum outcome login(struct device *d, const struct http_request *r,
                          struct http_reply *reply) {
  struct params p = {0};
  reply->type = "application/json;charset=UTF-8";
  if (!read_params(r->body, false, &p) || p.sub_method.p == NULL) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_PARAMS);
  }
  if (slice_is(p.sub_method, "discover"))
    return discover(d, reply);
  if (!speaks(d))
    return http_error(reply, ERROR_PARAMS);
  if (d->quirks.no_third_party)
    return http_refuse(reply, 403);
  if (slice_is(p.sub_method, "pake_register"))
    return pake_register(d, &p, reply);
  if (slice_is(p.sub_method, "pake_share"))
    return pake_share(d, &p, reply);
  return http_error(reply, ERROR_PARAMS);
}

static enum outcome serve(struct device *d, const struct http_request *r,
                          struct http_reply *reply) {
  static const char begin[] = "/stok=", end[] = "/ds";
  size_t around = sizeof(begin) + sizeof(end) - 2;
  if (!slice_is(r->method, "POST"))
    return http_refuse(reply, 404);
  if (slice_is(r->path, "/"))
    return login(d, r, reply);
  if (r->path.len > around &&
      memcmp(r->path.p, begin, sizeof(begin) - 1) == 0 &&
      memcmp(r->path.p + r->path.len - sizeof(end) + 1, end, sizeof(end) - 1) ==
          0)
    return data(
        d, (struct slice){r->path.p + sizeof(begin) - 1, r->path.len - around},
        r, reply);
  /* somebody believes it speaks KLAP or AES */
  return http_refuse(
      reply, r->path.len >= 4 && memcmp(r->path.p, "/app", 4) == 0 ? 403 : 404);
}

static void tpap_close(struct device *d) {
  session_end_all(d);
  stream_close(d);
}

static const struct http_app app = {serve};

const struct transport transport_tpap = {
    "tpap", http_open, tpap_close, stream_hang_up, stream_faults_changed, &app};
