/* SPDX-License-Identifier: MIT */
/* The AES transport: securePassthrough, a handshake by RSA and a login. */
#include "transport.h"

#include "account.h"
#include "crypto.h"
#include "device.h"
#include "house.h"
#include "http.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

enum {
  ERROR_SESSION_TIMEOUT = 9999,
  ERROR_JSON = -1003,
  ERROR_DECODE = -1005,
  ERROR_PUBLIC_KEY = -1010,
  ERROR_LOGIN = -1501,
  ERROR_BLOCKED = -40404,
};

struct message {
  struct slice method;
  struct slice key;      /* handshake */
  struct slice request;  /* securePassthrough */
  struct slice username; /* login_device */
  struct slice password;
  struct slice password2;
};

/* {"method":..,"params":{..}} */
static bool read_message(struct slice json, bool inside, struct message *m) {
  static const struct {
    const char *key;
    size_t offset;
  } members[] = {
      {"key", offsetof(struct message, key)},
      {"request", offsetof(struct message, request)},
      {"username", offsetof(struct message, username)},
      {"password", offsetof(struct message, password)},
      {"password2", offsetof(struct message, password2)},
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
    if (!inside && type == JSON_STRING && slice_is(key, "method"))
      m->method = value;
    if (!inside && type == JSON_OBJECT && slice_is(key, "params") &&
        !read_message(value, true, m))
      return false;
    for (size_t i = 0; inside && type == JSON_STRING && i < COUNT(members); i++)
      if (slice_is(key, members[i].key))
        memcpy((char *)m + members[i].offset, &value, sizeof(value));
  }
  return more == 0;
}

static enum outcome handshake(struct device *d, const struct message *m,
                              struct http_reply *reply) {
  struct text sealed = {0};
  struct evp_pkey_st *rsa = rsa_read(m->key);
  if (rsa == NULL)
    return http_error(reply, ERROR_PUBLIC_KEY);
  struct session *s = session_new(d);
  uint8_t secret[32];
  random_bytes(secret, sizeof(secret));
  memcpy(s->key, secret, 16);
  memcpy(s->iv, secret + 16, 16);
  bool good = rsa_seal(rsa, false, secret, sizeof(secret), &sealed);
  rsa_free(rsa);
  if (!good) {
    session_end(s);
    text_free(&sealed);
    return http_error(reply, ERROR_PUBLIC_KEY);
  }
  const struct fault *f = fault_use(d->faults, FAULT_HANDSHAKE_LENGTH);
  if (f != NULL && f->number < (double)sealed.len)
    sealed.len = f->number > 0 ? (size_t)f->number : 0;
  text_addz(reply->body, "{\"error_code\":0,\"result\":{\"key\":\"");
  if (fault_use(d->faults, FAULT_NOT_BASE64) != NULL)
    text_addz(reply->body, "!*not base64*!");
  else
    base64_put(reply->body, sealed.p, sealed.len);
  text_addz(reply->body, "\"}}");
  text_free(&sealed);
  http_cookie(d, s->id, reply);
  return ANSWER_SEND;
}

static bool says(struct slice given, const char *expected, size_t len) {
  struct text text = {0};
  base64_put(&text, expected, len);
  bool same = given.len == text.len && same_bytes(given.p, text.p, text.len);
  text_free(&text);
  return same;
}

static bool right_login(const struct device *d, const struct message *m) {
  char hex[2 * HASH_MAX + 1];
  const char *user = account_user(d), *password = account_password(d);
  hash_hex(HASH_SHA1, user, strlen(user), false, hex);
  if (m->username.p == NULL || !says(m->username, hex, strlen(hex)))
    return false;
  if (d->lv < 2)
    return m->password.p != NULL &&
           says(m->password, password, strlen(password));
  hash_hex(HASH_SHA1, password, strlen(password), false, hex);
  return m->password2.p != NULL && says(m->password2, hex, strlen(hex));
}

static void login(struct device *d, struct session *s, const struct message *m,
                  struct text *answer) {
  unsigned locked = session_locked_s(d);
  if (locked > 0) {
    text_printf(answer, "{\"error_code\":%d,\"data\":{\"sec_left\":%u}}",
                ERROR_BLOCKED, locked);
    return;
  }
  if (!right_login(d, m)) {
    session_failed(d);
    session_end(s);
    text_printf(answer, "{\"error_code\":%d}", ERROR_LOGIN);
    return;
  }
  session_ready(d, s);
  text_printf(answer, "{\"error_code\":0,\"result\":{\"token\":\"%s\"}}",
              s->token);
}

static void put_answer(struct device *d, const uint8_t key[16],
                       const uint8_t iv[16], const struct text *answer,
                       struct http_reply *reply) {
  static struct text cipher;
  const struct fault *f;
  bool bad = fault_use(d->faults, FAULT_BAD_PADDING) != NULL;
  text_addz(reply->body, "{\"error_code\":0,\"result\":{\"response\":");
  if (d->quirks.plain_response) {
    text_quoted(reply->body, answer->p, answer->len);
    text_addz(reply->body, "}}");
    return;
  }
  text_clear(&cipher);
  aes_cbc_encrypt(key, iv, answer->p, answer->len, bad, &cipher);
  if (fault_use(d->faults, FAULT_FORGED) != NULL) {
    cipher.p[0] = (char)(cipher.p[0] ^ 0x55);
    bad = true;
  }
  if ((f = fault_use(d->faults, FAULT_CUT_CIPHER)) != NULL) {
    size_t n = f->number > 0 && f->number < 1e9 ? (size_t)f->number : 0;
    cipher.len -= n < cipher.len ? n : cipher.len;
    bad = true;
  }
  text_char(reply->body, '"');
  if (fault_use(d->faults, FAULT_NOT_BASE64) != NULL) {
    text_addz(reply->body, "!*not base64*!");
    bad = true;
  } else {
    base64_put(reply->body, cipher.p, cipher.len);
  }
  text_addz(reply->body, "\"}}");
  if (bad)
    reply->how->intact = false;
}

static enum outcome passthrough(struct device *d, const struct http_request *r,
                                const struct message *m,
                                struct http_reply *reply) {
  static struct text plain, answer;
  static uint8_t cipher[MAX_MESSAGE];
  const struct fault *f;
  struct message inner = {0};
  struct session *s = session_find(d, r->session);
  if ((f = fault_use(d->faults, FAULT_TRANSPORT_ERROR)) != NULL)
    return http_error(reply, (int)f->number);
  if (s == NULL)
    return http_error(reply, ERROR_SESSION_TIMEOUT);
  int n = m->request.p != NULL ? base64_get(m->request, cipher, sizeof(cipher))
                               : -1;
  text_clear(&plain);
  if (n < 0 || !aes_cbc_decrypt(s->key, s->iv, cipher, (size_t)n, &plain)) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_DECODE);
  }
  uint8_t key[16], iv[16]; /* a failed login ends the session */
  memcpy(key, s->key, 16);
  memcpy(iv, s->iv, 16);
  struct slice text = {plain.p, plain.len};
  if (!read_message(text, false, &inner)) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_JSON);
  }
  text_clear(&answer);
  if (inner.method.p != NULL && slice_is(inner.method, "login_device")) {
    login(d, s, &inner, &answer);
  } else {
    char expected[48];
    snprintf(expected, sizeof(expected), "token=%s", s->token);
    if (s->state != SESSION_READY || !slice_is(r->query, expected))
      return http_error(reply, ERROR_SESSION_TIMEOUT);
    enum outcome outcome = http_ask(d, text, &answer, reply);
    if (outcome != ANSWER_SEND)
      return outcome;
  }
  put_answer(d, key, iv, &answer, reply);
  return ANSWER_SEND;
}

static enum outcome serve(struct device *d, const struct http_request *r,
                          struct http_reply *reply) {
  struct message m = {0};
  if (!slice_is(r->method, "POST") || !slice_is(r->path, "/app"))
    return http_refuse(reply, 404);
  reply->type = "application/json;charset=UTF-8";
  if (!read_message(r->body, false, &m) || m.method.p == NULL) {
    d->stats.bad_requests++;
    return http_error(reply, ERROR_JSON);
  }
  if (slice_is(m.method, "handshake") && m.key.p != NULL)
    return handshake(d, &m, reply);
  if (slice_is(m.method, "securePassthrough"))
    return passthrough(d, r, &m, reply);
  return http_error(reply, ERROR_JSON);
}

static void aes_close(struct device *d) {
  session_end_all(d);
  stream_close(d);
}

static const struct http_app app = {serve};

const struct transport transport_aes = {
    "aes", http_open, aes_close, stream_hang_up, stream_faults_changed, &app};
