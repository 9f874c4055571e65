/* SPDX-License-Identifier: MIT */
/* TPAP over HTTP or HTTPS, firmware from 2025 on (doc/protocol.md, "TPAP"):
 * a login by SPAKE2+, in which a wrong password tells an eavesdropper
 * nothing, then requests sealed with an AEAD cipher.
 *
 * Devices that are genuine can prove it with a certificate ("DAC"). It is
 * asked for where offered, as other programs do, but not looked at: SPAKE2+
 * itself shows that the device knows the password. */
#include <config.h>

#include "device/transport/tpap.h"

#include "device/smart/smart_code.h"
#include "device/transport/http_link.h"
#include "device/transport/tpap_login.h"
#include "device/transport/tpap_work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage {
  STAGE_IDLE,
  STAGE_DISCOVER,
  STAGE_REGISTER,
  STAGE_WORK, /* nothing is asked: the worker computes */
  STAGE_SHARE,
  STAGE_REQUEST
};

enum { GIVEN_UP_MAX = 2 };

/* What lives only while a login is under way. */
struct login {
  struct tpap_offer offer;
  uint8_t user_random[TPAP_RANDOM];
  enum aead aead;
  struct tpap_work *work;
};

struct link {
  struct http_link base;
  enum stage stage;
  struct login *login;
  struct tpap_memory memory;
  struct tpap_keys keys;
  uint32_t seq; /* of the next request */
  char stok[TPAP_STOK_SIZE];
  enum tpap_w0 form; /* the one that works with this device */
  bool form_tried;   /* the other form, in this login */
  bool by_default;   /* the device belongs to nobody, and any account will do */
  unsigned locked;
};

static void end_login(struct link *link) {
  struct login *in = link->login;

  if (in == NULL)
    return;
  if (link->stage == STAGE_WORK)
    worker_cancel(link->base.env->worker, &in->work->job);
  else
    tpap_work_free(in->work);
  crypto_wipe(in, sizeof(*in));
  free(in);
  link->login = NULL;
}

static void drop_session(struct link *link) {
  link->base.expires_us = 0;
  cipher_free(link->keys.cipher);
  crypto_wipe(&link->keys, sizeof(link->keys));
  crypto_wipe(link->stok, sizeof(link->stok));
}

static void stop(struct link *link) {
  end_login(link);
  link->stage = STAGE_IDLE;
}

static void fail(struct link *link, enum outcome outcome, const char *why) {
  stop(link);
  http_link_fail(&link->base, outcome, "%s", why);
}

static void fail_account(struct link *link) {
  crypto_wipe(&link->memory, sizeof(link->memory));
  stop(link);
  http_link_fail_account(&link->base);
}

static void go_on(struct link *link, int err) {
  if (err < 0)
    fail(link, OUTCOME_UNREACHABLE, "out of memory");
}

/* -- sending -- */

static int post_login(struct link *link, enum stage stage, struct buf *body,
                      int err) {
  link->stage = stage;
  if (err == 0)
    err = http_client_post(link->base.client, HTTP_CLIENT_JSON, "/", "",
                           body->data, body->len);
  buf_free(body);
  return err;
}

static int ask_discover(struct link *link) {
  struct buf body;

  drop_session(link);
  end_login(link);
  link->login = calloc(1, sizeof(*link->login));
  if (link->login == NULL)
    return -ENOMEM;
  buf_init(&body, TPAP_LOGIN_MAX);
  return post_login(link, STAGE_DISCOVER, &body,
                    buf_adds(&body, tpap_ask_offer));
}

static int ask_register(struct link *link) {
  struct login *in = link->login;
  struct buf body;
  int err = crypto_random(in->user_random, TPAP_RANDOM);

  buf_init(&body, TPAP_LOGIN_MAX);
  if (err == 0)
    err = tpap_write_register(&body, &in->offer, in->user_random);
  return post_login(link, STAGE_REGISTER, &body, err);
}

static int send_share(struct link *link) {
  const struct login *in = link->login;
  struct buf body;

  buf_init(&body, TPAP_LOGIN_MAX);
  return post_login(link, STAGE_SHARE, &body,
                    tpap_write_share(&body, &in->work->proof,
                                     in->offer.tls == 0 && in->offer.dac));
}

static int send_request(struct link *link) {
  char path[TPAP_STOK_SIZE + 16];
  size_t len = link->base.request_len;
  uint8_t *body = malloc(TPAP_SEALED(len));
  int err;

  if (body == NULL)
    return -ENOMEM;
  link->stage = STAGE_REQUEST;
  snprintf(path, sizeof(path), "/stok=%s/ds", link->stok);
  err = tpap_seal(&link->keys, link->seq, link->base.request, len, body);
  link->seq++;
  if (err == 0)
    err = http_client_post(link->base.client, HTTP_CLIENT_BINARY, path, "",
                           body, TPAP_SEALED(len));
  free(body);
  return err;
}

static bool has_session(const struct link *link) {
  return http_link_is_open(&link->base) && link->seq != UINT32_MAX;
}

static enum outcome tpap_send(struct link *link, const void *request,
                              size_t len, link_done *done, void *arg,
                              const char **why) {
  int err;

  if (http_link_is_barred(&link->base, why))
    return OUTCOME_AUTH;
  err = http_link_begin(&link->base, request, len, done, arg);

  link->locked = 0;
  link->form_tried = false;
  if (err == 0)
    err = has_session(link) ? send_request(link) : ask_discover(link);
  if (err == 0)
    return OUTCOME_OK;
  http_link_forget(&link->base);
  stop(link);
  *why = "out of memory";
  return OUTCOME_UNREACHABLE;
}

/* -- what goes wrong -- */

static void renew(struct link *link, enum outcome outcome, const char *why) {
  drop_session(link);
  if (link->base.renewed) {
    fail(link, outcome, why);
    return;
  }
  link->base.renewed = true;
  go_on(link, ask_discover(link));
}

/* What came is of no use. */
static void doubt(struct link *link, enum outcome outcome, const char *why) {
  if (http_link_doubts(&link->base))
    renew(link, outcome, why);
  else
    fail(link, outcome, why);
}

static void take_lock(struct link *link, json_ref root) {
  link->locked = tpap_read_lock(&link->base.env->json, root);
  drop_session(link);
  stop(link);
  http_link_fail(&link->base, OUTCOME_AUTH,
                 "it has locked everybody out for %u s after too many wrong "
                 "passwords",
                 link->locked);
}

/* The share was not accepted. For one w0 in 512 nobody is sure how it enters
 * the hash: then, and only then, the other way is worth a second attempt. */
static void share_refused(struct link *link) {
  uint8_t encoded[P256_SCALAR + 1];
  bool ambiguous =
      tpap_encode_w0(link->memory.w0, TPAP_W0_SHORT, encoded) != P256_SCALAR;

  crypto_wipe(encoded, sizeof(encoded));
  if (ambiguous && !link->form_tried) {
    link->form_tried = true;
    link->form = link->form == TPAP_W0_SHORT ? TPAP_W0_LONG : TPAP_W0_SHORT;
    go_on(link, ask_discover(link));
    return;
  }
  fail_account(link);
}

static void take_code(struct link *link, double code, json_ref root) {
  enum smart_verdict verdict = smart_judge(code);
  char why[48];

  snprintf(why, sizeof(why), "error %.0f from the device", code);
  if (verdict == SMART_LOCKED) {
    take_lock(link, root);
  } else if (link->stage == STAGE_SHARE) {
    share_refused(link);
  } else if (link->stage == STAGE_REQUEST && verdict == SMART_SESSION) {
    renew(link, OUTCOME_REFUSED, "it takes its session away at once");
  } else if (verdict == SMART_AUTH) {
    fail_account(link);
  } else if (link->stage == STAGE_REQUEST && verdict != SMART_MOVED) {
    doubt(link, OUTCOME_DEVICE, why);
  } else {
    drop_session(link);
    fail(link, verdict == SMART_MOVED ? OUTCOME_REFUSED : OUTCOME_DEVICE, why);
  }
}

/* -- the steps of a login -- */

/* Where the device wants the rest of the login, and how protected. */
static int follow(struct link *link, const struct tpap_offer *offer) {
  static const enum http_client_tls kinds[] = {
      HTTP_CLIENT_PLAIN, HTTP_CLIENT_TLS, HTTP_CLIENT_TLS_GENUINE};
  enum http_client_tls tls =
      offer->tls > 0 && offer->tls <= 2 ? kinds[offer->tls] : HTTP_CLIENT_PLAIN;
  in_port_t port = ntohs(link->base.where.address.sin_port);

  if (offer->port != 0)
    port = offer->port;
  else if (tls != HTTP_CLIENT_PLAIN)
    port = transport_tpap.port_tls;
  return http_client_move(link->base.client, port, tls);
}

static void take_discover(struct link *link, const struct json *doc,
                          json_ref result) {
  struct tpap_offer *offer = &link->login->offer;
  int err;

  if (!tpap_read_offer(doc, result, offer)) {
    fail(link, OUTCOME_REFUSED, "it wants KLAP, not TPAP");
    return;
  }
  if (tpap_is_unbound(offer) && link->base.where.own_only) {
    fail_account(link);
    return;
  }
  link->by_default = tpap_is_unbound(offer);
  if (!tpap_is_unbound(offer) &&
      (link->base.where.account == NULL || link->base.where.foreign)) {
    fail_account(link); /* a try would only bring the lock nearer */
    return;
  }
  err = follow(link, offer);
  if (err == -ENOTSUP)
    fail(link, OUTCOME_REFUSED,
         "its TLS certificate cannot be verified with this libcurl");
  else
    go_on(link, err < 0 ? err : ask_register(link));
}

static void computed(struct worker_job *job);

static void take_register(struct link *link, const struct json *doc,
                          json_ref result) {
  struct login *in = link->login;
  const struct account *own = link->base.where.account;
  char spelled[ACCOUNT_ADDRESS_SIZE];
  struct account account;
  struct tpap_challenge challenge;
  const char *why = "";
  enum outcome outcome = tpap_read_challenge(doc, result, &challenge, &why);

  if (outcome != OUTCOME_OK) {
    fail(link, outcome, why);
    return;
  }
  in->aead = challenge.aead;
  if (own != NULL) {
    account = *own;
    if (account_spell(own->user, link->base.where.spelling, spelled))
      account.user = spelled;
  }
  in->work =
      tpap_work_create(&in->offer, &challenge, own != NULL ? &account : NULL,
                       in->user_random, link->form, &link->memory);
  crypto_wipe(&challenge, sizeof(challenge));
  if (in->work == NULL) {
    fail(link, OUTCOME_UNREACHABLE, "out of memory");
    return;
  }
  in->work->owner = link;
  in->work->job.done = computed;
  if (worker_put(link->base.env->worker, &in->work->job) == 0)
    link->stage = STAGE_WORK;
  else
    fail(link, OUTCOME_TIMEOUT, "too many logins at once");
}

/* The worker is done. */
static void computed(struct worker_job *job) {
  struct tpap_work *work =
      (struct tpap_work *)(void *)((char *)job -
                                   offsetof(struct tpap_work, job));
  struct link *link = work->owner;

  link->stage = STAGE_REGISTER; /* the work is ours again */
  link->memory = work->memory;
  if (work->err == -EINVAL)
    fail(link, OUTCOME_MALFORMED, tpap_no_recipe);
  else if (work->err == -EBADMSG)
    fail(link, OUTCOME_MALFORMED, "login: the share is no point of the curve");
  else
    go_on(link, work->err < 0 ? work->err : send_share(link));
}

static void take_share(struct link *link, const struct json *doc,
                       json_ref result) {
  const struct login *in = link->login;
  struct tpap_session session;

  tpap_read_session(doc, result, &session);
  if (!session.confirmed ||
      !crypto_same(session.dev_confirm, in->work->proof.dev_confirm,
                   SHA256_SIZE)) {
    share_refused(link); /* it does not know the password we know */
    return;
  }
  if (!session.good ||
      tpap_derive(in->work->proof.shared, in->aead, &link->keys) < 0) {
    fail(link, OUTCOME_MALFORMED, "login: session or number make no sense");
    return;
  }
  link->keys.cipher = cipher_create_aead(in->aead, link->keys.key);
  memcpy(link->stok, session.stok, sizeof(link->stok));
  link->seq = session.seq;
  link->base.where.own_only |= !link->by_default; /* from now on */
  stop(link);
  http_link_opened(&link->base, session.lifetime);
  go_on(link, send_request(link));
}

static void take_login(struct link *link, struct http_client_answer *a) {
  static void (*const steps[])(struct link *, const struct json *, json_ref) = {
      [STAGE_DISCOVER] = take_discover,
      [STAGE_REGISTER] = take_register,
      [STAGE_SHARE] = take_share,
  };
  struct json *doc = &link->base.env->json;
  json_ref root = json_parse(doc, a->body, a->len);
  double code;

  if (!smart_code_of(doc, root, &code))
    fail(link, OUTCOME_MALFORMED, "login: the answer is no JSON object");
  else if (code != 0)
    take_code(link, code, root);
  else
    steps[link->stage](link, doc, json_get(doc, root, "result"));
}

/* -- the data channel -- */

static void take_answer(struct link *link, struct http_client_answer *a) {
  struct json *doc = &link->base.env->json;
  char *text = a->body;
  int len = (int)a->len;
  double code = 0;
  bool plain = a->len > 0 && a->body[0] == '{';

  if (!plain)
    len = tpap_open(&link->keys, link->seq - 1, (uint8_t *)a->body, a->len,
                    &text);
  if (len <= 0 || text[0] != '{') {
    doubt(link, OUTCOME_MALFORMED, "the answer does not decrypt");
    return;
  }
  if (plain || len < 128) { /* whoever has an answer sends more than a code */
    json_ref root = json_parse(doc, text, (size_t)len);
    bool read = smart_code_of(doc, root, &code);

    if (read && code != 0 && (plain || smart_judge(code) == SMART_SESSION)) {
      take_code(link, code, root);
      return;
    }
    if (plain) {
      doubt(link, OUTCOME_MALFORMED, "the answer is not sealed");
      return;
    }
  }
  text[len] = '\0'; /* over the tag */
  link->stage = STAGE_IDLE;
  http_link_finish(&link->base, OUTCOME_OK, text, (size_t)len, "");
}

static void on_http(void *arg, enum outcome outcome,
                    struct http_client_answer *answer, const char *why) {
  struct link *link = arg;

  char text[24];

  if (answer == NULL && link->stage == STAGE_REQUEST &&
      outcome == OUTCOME_REFUSED && !link->base.renewed) {
    renew(link, outcome, why); /* a lost connection may mean a lost session */
  } else if (answer == NULL) {
    fail(link, outcome, why);
  } else if (link->stage == STAGE_REQUEST &&
             (answer->status == 401 || answer->status == 403)) {
    renew(link, OUTCOME_REFUSED, "it takes its session away at once");
  } else if (link->stage == STAGE_REQUEST && answer->status != 200) {
    snprintf(text, sizeof(text), "HTTP %ld", answer->status);
    doubt(link, OUTCOME_REFUSED, text);
  } else if (answer->status != 200) {
    stop(link);
    http_link_fail(&link->base,
                   answer->status == 403 ? OUTCOME_REFUSED : OUTCOME_DEVICE,
                   "login: HTTP %ld", answer->status);
  } else if (link->stage == STAGE_REQUEST) {
    take_answer(link, answer);
  } else {
    take_login(link, answer);
  }
}

/* -- life -- */

static void tpap_close(struct link *link) {
  end_login(link);
  drop_session(link);
  http_link_close(&link->base);
  crypto_wipe(link, sizeof(*link));
  free(link);
}

static struct link *tpap_open_link(struct transport_env *env,
                                   const struct endpoint *where) {
  struct link *link = calloc(1, sizeof(*link));

  if (link == NULL)
    return NULL;
  if (env->worker == NULL || !http_link_init(&link->base, env, where,
                                             &transport_tpap, on_http, link)) {
    tpap_close(link);
    return NULL;
  }
  return link;
}

static void tpap_abort(struct link *link) {
  if (link->base.done != NULL && ++link->base.given_up >= GIVEN_UP_MAX)
    drop_session(link);
  http_client_abort(link->base.client);
  http_link_forget(&link->base);
  stop(link);
}

static unsigned tpap_exchanges(const struct link *link) {
  return has_session(link) ? 1 : 4;
}

static unsigned tpap_locked(const struct link *link) { return link->locked; }

static enum account_used tpap_account(const struct link *link) {
  if (!http_link_is_open(&link->base))
    return ACCOUNT_NONE;
  return link->by_default ? ACCOUNT_DEFAULT : ACCOUNT_PROVED;
}

static bool tpap_entered(const struct link *link) { return link->base.entered; }

const struct transport transport_tpap = {
    .name = "tpap",
    .port = 80,
    .port_tls = 4433,
    .open = tpap_open_link,
    .send = tpap_send,
    .abort = tpap_abort,
    .close = tpap_close,
    .exchanges = tpap_exchanges,
    .locked = tpap_locked,
    .account = tpap_account,
    .entered = tpap_entered,
};
