/* SPDX-License-Identifier: MIT */
/* The KLAP transport: two handshakes, then sealed requests. */
#include "transport.h"

#include "account.h"
#include "crypto.h"
#include "device.h"
#include "house.h"
#include "http.h"
#include "json.h"
#include "klap_codec.h"

#include <stdlib.h>
#include <string.h>

static enum outcome handshake1(struct device *d, const struct http_request *r,
                               struct http_reply *reply) {
  const struct fault *f;
  uint8_t hash[32];
  if (r->body.len != 16) {
    d->stats.bad_requests++;
    return http_refuse(reply, 400);
  }
  if (d->quirks.no_third_party || session_locked_s(d) > 0 ||
      (d->quirks.guards_session && session_count(d) > 0))
    return http_refuse(reply, 403);
  struct session *s = session_new(d);
  memcpy(s->seeds[0], r->body.p, 16);
  random_bytes(s->seeds[1], 16);
  s->auth_len =
      klap_auth_hash(d->klap, account_user(d), account_password(d), s->auth);
  klap_server_hash(d->klap, s, hash);
  if (fault_use(d->faults, FAULT_WRONG_HASH) != NULL)
    hash[31] ^= 1;
  text_add(reply->body, s->seeds[1], 16);
  text_add(reply->body, hash, 32);
  if ((f = fault_use(d->faults, FAULT_HANDSHAKE_LENGTH)) != NULL) {
    size_t n = f->number > 0 && f->number < 65536 ? (size_t)f->number : 0;
    if (n > reply->body->len)
      memset(text_room(reply->body, n), 0x5a, n - reply->body->len);
    reply->body->len = n;
  }
  http_cookie(d, s->id, reply);
  return ANSWER_SEND;
}

static enum outcome handshake2(struct device *d, const struct http_request *r,
                               struct http_reply *reply) {
  struct session *s = session_find(d, r->session);
  uint8_t hash[32];
  if (s == NULL || s->state != SESSION_STARTED)
    return http_refuse(reply, 403);
  klap_client_hash(d->klap, s, hash);
  if (r->body.len != 32 || !same_bytes(hash, r->body.p, 32)) {
    session_end(s);
    session_failed(d);
    return http_refuse(reply, 403);
  }
  klap_keys(s);
  session_ready(d, s);
  return ANSWER_SEND;
}

/* ?seq=-1401418200 */
static bool read_seq(struct slice query, int32_t *seq) {
  char digits[16];
  char *end;
  if (query.len < 5 || query.len - 4 >= sizeof(digits) ||
      memcmp(query.p, "seq=", 4) != 0)
    return false;
  memcpy(digits, query.p + 4, query.len - 4);
  digits[query.len - 4] = '\0';
  long long value = strtoll(digits, &end, 10);
  *seq = (int32_t)value;
  return *end == '\0' && value == *seq;
}

static void put_answer(struct device *d, const struct session *s, int32_t seq,
                       const struct text *answer, struct http_reply *reply) {
  const struct fault *f;
  enum klap_flaw flaw = KLAP_SOUND;
  if (fault_use(d->faults, FAULT_BAD_PADDING) != NULL)
    flaw = KLAP_BAD_PADDING;
  else if (fault_use(d->faults, FAULT_FORGED) != NULL)
    flaw = KLAP_BAD_SIGNATURE;
  if (fault_use(d->faults, FAULT_STALE_SEQ) != NULL)
    seq--;
  klap_seal(s, seq, answer->p, answer->len, flaw, reply->body);
  if ((f = fault_use(d->faults, FAULT_CUT_CIPHER)) != NULL) {
    size_t n = f->number > 0 && f->number < 1e9 ? (size_t)f->number : 0;
    reply->body->len -= n < reply->body->len ? n : reply->body->len;
    reply->how->intact = false;
  }
  if (flaw == KLAP_BAD_PADDING)
    reply->how->intact = false;
}

/* "context" is none. */
static size_t modules_in(const struct text *json) {
  struct cursor c = {json->p, json->p + json->len};
  struct slice key, value;
  bool first = true;
  size_t n = 0;
  if (!json_enter(&c, '{'))
    return 0;
  while (json_next(&c, '}', &first, &key) == 1 &&
         json_value(&c, &value) != JSON_BAD)
    n += !slice_is(key, "context");
  return n;
}

static enum outcome request(struct device *d, const struct http_request *r,
                            struct http_reply *reply) {
  static struct text plain, answer;
  struct session *s = session_find(d, r->session);
  int32_t seq;
  if (s == NULL || s->state != SESSION_READY)
    return http_refuse(reply, 403);
  text_clear(&plain);
  if (!read_seq(r->query, &seq) || seq <= s->seq ||
      !klap_unseal(s, seq, r->body.p, r->body.len, &plain)) {
    d->stats.bad_requests++;
    return http_refuse(reply, 400);
  }
  s->seq = seq;
  if ((s->requests++ > 0 && d->quirks.one_request) ||
      (d->quirks.one_module && modules_in(&plain) > 1)) {
    /* HS110 UK: one request per session, one module per request */
    random_bytes(text_room(reply->body, 32 + 64), 32 + 64);
    reply->body->len += 32 + 64;
    return ANSWER_SEND;
  }
  enum outcome outcome =
      http_ask(d, (struct slice){plain.p, plain.len}, &answer, reply);
  if (outcome == ANSWER_SEND)
    put_answer(d, s, seq, &answer, reply);
  return outcome;
}

static enum outcome serve(struct device *d, const struct http_request *r,
                          struct http_reply *reply) {
  static const struct {
    const char *path;
    enum outcome (*serve)(struct device *d, const struct http_request *r,
                          struct http_reply *reply);
  } paths[] = {
      {"/app/request", request},
      {"/app/handshake1", handshake1},
      {"/app/handshake2", handshake2},
  };
  if (!slice_is(r->method, "POST"))
    return http_refuse(reply, 404);
  for (size_t i = 0; i < COUNT(paths); i++)
    if (slice_is(r->path, paths[i].path))
      return paths[i].serve(d, r, reply);
  /* Some speak both, or at least say that they do not. */
  if (d->tpap.advertised &&
      (slice_is(r->path, "/") ||
       (r->path.len > 5 && memcmp(r->path.p, "/stok", 5) == 0)))
    return transport_tpap.app->serve(d, r, reply);
  if (slice_is(r->path, "/app")) /* somebody believes it speaks AES */
    return http_error(reply, 1003);
  return http_refuse(reply, 404);
}

static void klap_close(struct device *d) {
  session_end_all(d);
  stream_close(d);
}

static const struct http_app app = {serve};

const struct transport transport_klap = {
    "klap", http_open, klap_close, stream_hang_up, stream_faults_changed, &app};
