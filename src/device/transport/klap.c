/* SPDX-License-Identifier: MIT */
/* KLAP over HTTP or HTTPS, versions 1 and 2 (doc/protocol.md, "KLAP").
 *
 * Which account and version a device speaks is read from its first answer:
 * discovery is often wrong about it. Nothing secret leaves this machine until
 * the device has proved that it knows the account. */
#include <config.h>

#include "device/transport/klap.h"

#include "device/transport/http_link.h"
#include "device/transport/klap_crypto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum stage { STAGE_IDLE, STAGE_HELLO, STAGE_PROOF, STAGE_REQUEST };

enum {
  /* Sessions whose first request worked and whose second brought garbage:
   * after so many the firmware is one that takes one request per session. */
  ONE_SHOT_PROOFS = 2,
  GIVEN_UP_MAX = 2,
  /* How many requests back an answer is looked for that is played again. */
  REPLAYS_MAX = 64,
};

struct link {
  struct http_link base;
  enum stage stage;
  uint8_t local[KLAP_SEED];
  struct klap_keys keys;
  unsigned sent;     /* requests of this session */
  unsigned requests; /* answered in this session */
  bool signs;        /* in this session as we do */
  bool head_known;   /* how such an answer begins: */
  uint8_t head[AES_BLOCK];
  unsigned spoilt;           /* sessions that went bad after a good start */
  enum klap_account account; /* with which the session was made */
  bool one_shot;             /* take a new session for each request */
  bool several;              /* a session has served more than one */
  long lifetime;
};

static void drop_session(struct link *link) {
  link->base.expires_us = 0;
  link->sent = 0;
  link->requests = 0;
  link->signs = false;
  link->head_known = false;
  crypto_wipe(link->head, sizeof(link->head));
  cipher_free(link->keys.cipher);
  crypto_wipe(&link->keys, sizeof(link->keys));
}

static void fail(struct link *link, enum outcome outcome, const char *why) {
  link->stage = STAGE_IDLE;
  http_link_fail(&link->base, outcome, "%s", why);
}

/* -- sending ------------------------------------------------------------------
 */

/* 0 or -ENOMEM. */
static int say_hello(struct link *link) {
  int err = crypto_random(link->local, sizeof(link->local));

  drop_session(link);
  link->stage = STAGE_HELLO;
  return err < 0 ? err
                 : http_client_post(link->base.client, HTTP_CLIENT_BINARY,
                                    "/app/handshake1", "", link->local,
                                    sizeof(link->local));
}

static int send_request(struct link *link) {
  char path[48];
  size_t len = link->base.request_len;
  uint8_t *body = malloc(KLAP_SEALED(len));
  int sealed;
  int err = -ENOMEM;

  if (body == NULL)
    return -ENOMEM;
  link->stage = STAGE_REQUEST;
  link->sent++;
  sealed = klap_seal(&link->keys, link->base.request, len, body);
  snprintf(path, sizeof(path), "/app/request?seq=%d", (int)link->keys.seq);
  if (sealed > 0)
    err = http_client_post(link->base.client, HTTP_CLIENT_BINARY, path,
                           link->base.cookie, body, (size_t)sealed);
  free(body);
  return err;
}

/* A number that would come round again is none: nobody knows what devices
 * make of it. */
static bool has_session(const struct link *link) {
  return http_link_is_open(&link->base) && link->keys.seq != INT32_MAX;
}

static enum outcome klap_send(struct link *link, const void *request,
                              size_t len, link_done *done, void *arg,
                              const char **why) {
  int err;

  if (http_link_is_barred(&link->base, why))
    return OUTCOME_AUTH;
  err = http_link_begin(&link->base, request, len, done, arg);
  if (err == 0)
    err = has_session(link) ? send_request(link) : say_hello(link);
  if (err == 0)
    return OUTCOME_OK;
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
  *why = "out of memory";
  return OUTCOME_UNREACHABLE;
}

/* -- receiving ----------------------------------------------------------------
 */

static void go_on(struct link *link, int err) {
  if (err < 0)
    fail(link, OUTCOME_UNREACHABLE, "out of memory");
}

/* What came is of no use. */
static void doubt(struct link *link, enum outcome outcome, const char *why) {
  if (!http_link_doubts(&link->base) && (link->several || link->base.renewed)) {
    if (link->one_shot)
      drop_session(link);
    fail(link, outcome, why);
    return;
  }
  drop_session(link);
  link->base.renewed = true;
  go_on(link, say_hello(link));
}

/* Once per request; a session that is taken away again and again is another
 * client's as much as ours. */
static void renew(struct link *link, enum outcome outcome, const char *why) {
  drop_session(link);
  if (link->base.renewed) {
    fail(link, outcome, why);
    return;
  }
  link->base.renewed = true;
  go_on(link, say_hello(link));
}

static const char CLOSED[] =
    "it lets no other program in (HTTP 403): allow third-party services in "
    "the app, or another program holds its only session";

static void take_hello(struct link *link, struct http_client_answer *a) {
  struct klap_auth auth;
  const struct account *own = link->base.where.account;
  const uint8_t *hello = (const uint8_t *)a->body;
  uint8_t proof[SHA256_SIZE];
  int err;

  if (a->status == 403) {
    fail(link, OUTCOME_REFUSED, CLOSED);
    return;
  }
  if (a->status != 200 || a->len != KLAP_HELLO ||
      strncasecmp(a->body, "<html", 5) == 0) {
    link->stage = STAGE_IDLE;
    http_link_fail(&link->base, OUTCOME_MALFORMED,
                   "handshake: HTTP %ld with %zu bytes", a->status, a->len);
    return;
  }
  err = klap_recognise(
      own != NULL ? own->user : NULL, own != NULL ? own->pass : NULL,
      link->base.where.own_only, link->local, hello, &auth, &link->account);
  if (err == -ENOENT) {
    link->stage = STAGE_IDLE;
    http_link_fail_account(&link->base);
    return;
  }
  link->base.where.own_only |=
      err == 0 && link->account == KLAP_ACCOUNT_OWN; /* from now on */
  if (err == 0)
    err = klap_derive(&auth, link->local, hello, &link->keys);
  if (err == 0)
    err = klap_client_hash(&auth, link->local, hello, proof);
  link->keys.cipher = cipher_create_cbc(link->keys.key);
  crypto_wipe(&auth, sizeof(auth));
  memcpy(link->base.cookie, a->cookie, sizeof(link->base.cookie));
  link->lifetime = a->lifetime;
  link->stage = STAGE_PROOF;
  if (err == 0)
    err = http_client_post(link->base.client, HTTP_CLIENT_BINARY,
                           "/app/handshake2", link->base.cookie, proof,
                           sizeof(proof));
  go_on(link, err);
}

static void take_welcome(struct link *link,
                         const struct http_client_answer *a) {
  if (a->status == 403) {
    fail(link, OUTCOME_REFUSED, CLOSED);
  } else if (a->status != 200) {
    link->stage = STAGE_IDLE;
    http_link_fail(&link->base, OUTCOME_MALFORMED, "handshake 2: HTTP %ld",
                   a->status);
  } else {
    http_link_opened(&link->base, link->lifetime);
    go_on(link, send_request(link));
  }
}

/* What came does not decrypt. Overloaded devices send pages of HTML; some
 * firmware (HS110 UK, "SHIP 2.0") does so after the first request of each
 * session. */
static void take_garbage(struct link *link) {
  if (link->requests == 1 && !link->several &&
      ++link->spoilt >= ONE_SHOT_PROOFS)
    link->one_shot = true;
  doubt(link, OUTCOME_MALFORMED, "the answer does not decrypt");
}

/* An old answer that is played again decrypts but for four bytes, the last ones
 * of the first block. So one that begins as an answer did whose signature fits
 * is as new as that was, and is not hashed: an old one could come to begin so
 * only if it began otherwise when it was new, with a name whose letters differ
 * by just what the numbers do, and that name would be lost. Only what is known
 * to be old is turned down: firmware may sign its answers in a way of its
 * own. */
static bool is_played_again(struct link *link, const uint8_t *signature,
                            const char *text, size_t len) {
  unsigned earlier = link->signs ? link->sent - 1 : 0;
  enum klap_age age;

  if (link->head_known && len >= sizeof(link->head) &&
      crypto_same(text, link->head, sizeof(link->head)))
    return false;
  if (earlier > REPLAYS_MAX)
    earlier = REPLAYS_MAX;
  age = klap_age(&link->keys, earlier, signature, text, len);
  if (age == KLAP_FRESH) {
    link->signs = true;
    link->head_known = len >= sizeof(link->head);
    if (link->head_known)
      memcpy(link->head, text, sizeof(link->head));
  }
  return age == KLAP_OLD;
}

static void take_answer(struct link *link, struct http_client_answer *a) {
  char *text = NULL;
  int len;

  if (a->status == 403 || a->status == 401) {
    renew(link, OUTCOME_REFUSED, CLOSED);
    return;
  }
  if (a->status != 200) {
    char why[24];

    snprintf(why, sizeof(why), "HTTP %ld", a->status);
    doubt(link, OUTCOME_DEVICE, why);
    return;
  }
  len = klap_open(&link->keys, (uint8_t *)a->body, a->len, &text);
  if (len <= 0 || text[0] != '{') {
    take_garbage(link);
    return;
  }
  if (is_played_again(link, (const uint8_t *)a->body, text, (size_t)len)) {
    doubt(link, OUTCOME_MALFORMED, "the answer is an old one, played again");
    return;
  }
  text[len] = '\0'; /* over the padding, or the terminator */
  link->requests++;
  link->several |= link->requests > 1;
  if (link->one_shot)
    drop_session(link);
  link->stage = STAGE_IDLE;
  http_link_finish(&link->base, OUTCOME_OK, text, (size_t)len, "");
}

static void on_http(void *arg, enum outcome outcome,
                    struct http_client_answer *answer, const char *why) {
  struct link *link = arg;

  if (answer == NULL) {
    fail(link, outcome, why);
    return;
  }
  switch (link->stage) {
  case STAGE_HELLO:
    take_hello(link, answer);
    break;
  case STAGE_PROOF:
    take_welcome(link, answer);
    break;
  case STAGE_REQUEST:
    take_answer(link, answer);
    break;
  case STAGE_IDLE:
    break;
  }
}

/* -- life ---------------------------------------------------------------------
 */

static void klap_close(struct link *link) {
  drop_session(link);
  http_link_close(&link->base);
  crypto_wipe(link, sizeof(*link));
  free(link);
}

static struct link *klap_open_link(struct transport_env *env,
                                   const struct endpoint *where) {
  struct link *link = calloc(1, sizeof(*link));

  if (link == NULL)
    return NULL;
  if (!http_link_init(&link->base, env, where, &transport_klap, on_http,
                      link)) {
    klap_close(link);
    return NULL;
  }
  return link;
}

static void klap_abort(struct link *link) {
  /* It may have got the request: the session stays, but not for ever. */
  if (link->base.done != NULL && ++link->base.given_up >= GIVEN_UP_MAX)
    drop_session(link);
  http_client_abort(link->base.client);
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
}

static unsigned klap_exchanges(const struct link *link) {
  return has_session(link) ? 1 : 3;
}

static enum account_used klap_account(const struct link *link) {
  if (!http_link_is_open(&link->base) && !link->one_shot)
    return ACCOUNT_NONE;
  return link->account == KLAP_ACCOUNT_OWN ? ACCOUNT_PROVED : ACCOUNT_DEFAULT;
}

static bool klap_entered(const struct link *link) { return link->base.entered; }

const struct transport transport_klap = {
    .name = "klap",
    .port = 80,
    .port_tls = 4433,
    .open = klap_open_link,
    .send = klap_send,
    .abort = klap_abort,
    .close = klap_close,
    .exchanges = klap_exchanges,
    .account = klap_account,
    .entered = klap_entered,
};
