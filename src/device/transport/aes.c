/* SPDX-License-Identifier: MIT */
/* AES passthrough, SMART devices with older firmware (doc/protocol.md,
 * "AES"): a session key under our RSA key, then a login with user and
 * password, then requests under a token. */
#include <config.h>

#include "device/transport/aes.h"

#include "device/smart/smart_code.h"
#include "device/transport/aes_crypto.h"
#include "device/transport/http_link.h"

#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { STAGE_IDLE, STAGE_HANDSHAKE, STAGE_LOGIN, STAGE_REQUEST };

enum { TOKEN_SIZE = 256, LOGIN_MAX = 1024, GIVEN_UP_MAX = 2 };

static const struct account tapo_default = {"test@tp-link.net", "test"};

struct link {
  struct http_link base;
  enum stage stage;
  struct aes_session session;
  char token[TOKEN_SIZE];
  long lifetime;
  bool by_default; /* with the makers' account: our own was not accepted */
  unsigned login;  /* its version: 1, else 2 */
  unsigned locked;
};

static void drop_session(struct link *link) {
  link->base.expires_us = 0;
  crypto_wipe(&link->session, sizeof(link->session));
  crypto_wipe(link->token, sizeof(link->token));
}

static void fail(struct link *link, enum outcome outcome, const char *why) {
  link->stage = STAGE_IDLE;
  http_link_fail(&link->base, outcome, "%s", why);
}

static void go_on(struct link *link, int err) {
  if (err < 0)
    fail(link, OUTCOME_UNREACHABLE, "out of memory");
}

/* -- sending ------------------------------------------------------------------
 */

/* The session's key is asked for with our public key, whose line ends are
 * escaped as JSON wants them. */
static int shake_hands(struct link *link) {
  const char *pem = rsa_public_pem(true);
  struct buf body;
  int err = pem != NULL ? 0 : -EIO;

  drop_session(link);
  link->stage = STAGE_HANDSHAKE;
  buf_init(&body, 2 * RSA_PEM_MAX);
  if (err == 0)
    err = buf_adds(&body, "{\"method\":\"handshake\",\"params\":{\"key\":\"");
  for (; err == 0 && *pem != '\0'; pem++)
    err = *pem == '\n' ? buf_adds(&body, "\\n") : buf_add(&body, pem, 1);
  if (err == 0)
    err = buf_adds(&body, "\"}}");
  if (err == 0)
    err = http_client_post(link->base.client, HTTP_CLIENT_JSON_BY_APP, "/app",
                           "", body.data, body.len);
  buf_free(&body);
  return err;
}

static int post_sealed(struct link *link, const char *path, const char *text,
                       size_t len) {
  static const char before[] =
      "{\"method\":\"securePassthrough\",\"params\":{\"request\":\"";
  static const char after[] = "\"}}";
  size_t start = sizeof(before) - 1;
  char *body = malloc(start + AES_SEALED(len) + sizeof(after));
  int sealed;
  int err;

  if (body == NULL)
    return -ENOMEM;
  memcpy(body, before, start);
  sealed = aes_seal(&link->session, text, len, body + start);
  err = sealed;
  if (sealed > 0) {
    memcpy(body + start + (size_t)sealed, after, sizeof(after));
    err = http_client_post(link->base.client, HTTP_CLIENT_JSON_BY_APP, path,
                           link->base.cookie, body,
                           start + (size_t)sealed + sizeof(after) - 1);
  }
  free(body);
  return err;
}

static int send_request(struct link *link) {
  char path[TOKEN_SIZE + 16];

  link->stage = STAGE_REQUEST;
  snprintf(path, sizeof(path), "/app?token=%s", link->token);
  return post_sealed(link, path, link->base.request, link->base.request_len);
}

static int log_in(struct link *link) {
  const struct account *a =
      link->by_default ? &tapo_default : link->base.where.account;
  char spelled[ACCOUNT_ADDRESS_SIZE];
  char user[AES_NAME_SIZE];
  char pass[BASE64_SIZE(512)];
  char text[LOGIN_MAX];
  bool second = link->login != 1;
  int len;
  int err;

  link->stage = STAGE_LOGIN;
  if (a == NULL || (!link->by_default && !link->base.where.reveal) ||
      (!second && strlen(a->pass) > 512))
    return -EINVAL;
  err = aes_hashed(
      !link->by_default &&
              account_spell(a->user, link->base.where.spelling, spelled)
          ? spelled
          : a->user,
      user);
  if (err == 0 && second)
    err = aes_hashed(a->pass, pass);
  else if (err == 0)
    (void)crypto_base64(a->pass, strlen(a->pass), pass);
  len = snprintf(text, sizeof(text),
                 "{\"method\":\"login_device\",\"params\":{\"%s\":\"%s\","
                 "\"username\":\"%s\"},\"request_time_milis\":%llu}",
                 second ? "password2" : "password", pass, user,
                 (unsigned long long)(clock_wall_us() / 1000));
  if (err == 0)
    err = post_sealed(link, "/app", text, (size_t)len);
  crypto_wipe(pass, sizeof(pass));
  crypto_wipe(text, sizeof(text));
  return err;
}

static enum outcome aes_send(struct link *link, const void *request, size_t len,
                             link_done *done, void *arg, const char **why) {
  int err;

  if (http_link_is_barred(&link->base, why))
    return OUTCOME_AUTH;
  err = http_link_begin(&link->base, request, len, done, arg);
  link->locked = 0;
  link->by_default = link->base.where.account == NULL;
  link->login = link->base.where.service.login;
  if (err == 0)
    err =
        http_link_is_open(&link->base) ? send_request(link) : shake_hands(link);
  if (err == 0)
    return OUTCOME_OK;
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
  *why = "out of memory";
  return OUTCOME_UNREACHABLE;
}

/* -- receiving ----------------------------------------------------------------
 */

static void renew(struct link *link, enum outcome outcome, const char *why) {
  drop_session(link);
  if (link->base.renewed) {
    fail(link, outcome, why);
    return;
  }
  link->base.renewed = true;
  go_on(link, shake_hands(link));
}

/* What came is of no use: in the login the session is of none, either. */
static void doubt(struct link *link, enum outcome outcome, const char *why) {
  if (link->stage == STAGE_REQUEST && http_link_doubts(&link->base)) {
    renew(link, outcome, why);
    return;
  }
  if (link->stage != STAGE_REQUEST)
    drop_session(link);
  fail(link, outcome, why);
}

/* Our own account was not accepted. Some devices know only the makers'; a
 * second login needs a second handshake. Never with an older version of the
 * login than before: that shows the password. */
static void account_refused(struct link *link) {
  drop_session(link);
  if (!link->by_default && !link->base.where.own_only) {
    link->by_default = true;
    go_on(link, shake_hands(link));
  } else {
    link->stage = STAGE_IDLE;
    http_link_fail_account(&link->base);
  }
}

/* Whoever answers chooses the key under which the login is sent, so it is no
 * secret to him. */
static bool may_log_in(const struct link *link) {
  return link->by_default || link->base.where.reveal;
}

static void fail_closed(struct link *link) {
  drop_session(link);
  fail(link, OUTCOME_AUTH,
       "it wants the account by AES, which shows it to whoever answers: see "
       "option AllowAES");
}

static void take_code(struct link *link, double code, json_ref root) {
  struct json *doc = &link->base.env->json;
  char why[48];
  double seconds;

  switch (smart_judge(code)) {
  case SMART_AUTH:
    account_refused(link);
    return;
  case SMART_LOCKED:
    drop_session(link);
    if (json_number(doc, json_get(doc, json_get(doc, root, "data"), "sec_left"),
                    &seconds) &&
        seconds > 0 && seconds < 86400)
      link->locked = (unsigned)seconds;
    else
      link->locked = 1800;
    link->stage = STAGE_IDLE;
    http_link_fail(&link->base, OUTCOME_AUTH,
                   "it has locked everybody out for %u s after too many wrong "
                   "passwords",
                   link->locked);
    return;
  case SMART_MOVED:
    drop_session(link);
    fail(link, OUTCOME_REFUSED,
         "it speaks another protocol than it said (error 1003)");
    return;
  case SMART_SESSION:
    if (link->stage == STAGE_REQUEST) {
      renew(link, OUTCOME_REFUSED, "it takes its session away at once");
      return;
    }
    break;
  default:
    break;
  }
  snprintf(why, sizeof(why), "error %.0f from the device", code);
  doubt(link, OUTCOME_DEVICE, why);
}

/* Base64 whose slashes came as "\/". */
static size_t drop_backslashes(char *text, size_t len) {
  size_t kept = 0;

  for (size_t i = 0; i < len; i++)
    if (text[i] != '\\')
      text[kept++] = text[i];
  return kept;
}

/* The text under the outer envelope, decrypted in place and terminated; NULL
 * after failing. */
static char *unwrap(struct link *link, struct http_client_answer *a,
                    size_t *len) {
  struct json *doc = &link->base.env->json;
  json_ref root = json_parse(doc, a->body, a->len);
  json_ref response = json_get(doc, json_get(doc, root, "result"), "response");
  const struct json_value *v = &doc->values[response];
  double code;
  char *text;
  int opened;

  if (!smart_code_of(doc, root, &code)) {
    doubt(link, OUTCOME_MALFORMED, "the answer is no JSON object");
    return NULL;
  }
  if (code != 0) {
    take_code(link, code, root);
    return NULL;
  }
  if (json_type(doc, response) == JSON_OBJECT) { /* not encrypted at all */
    text = a->body + v->start;
    *len = a->len - v->start;
    return text;
  }
  if (json_type(doc, response) != JSON_STRING) {
    doubt(link, OUTCOME_MALFORMED, "the answer holds no response");
    return NULL;
  }
  text = a->body + v->start;
  if (text[0] == '{') { /* nor here: base64 has no braces */
    text = link->base.env->scratch;
    if (json_string(doc, response, text, TRANSPORT_SCRATCH)) {
      *len = strlen(text);
      return text;
    }
  }
  opened = aes_open(&link->session, text,
                    v->escaped ? drop_backslashes(text, v->len) : v->len);
  if (opened <= 0 || text[0] != '{') {
    doubt(link, OUTCOME_MALFORMED, "the answer does not decrypt");
    return NULL;
  }
  text[opened] = '\0';
  *len = (size_t)opened;
  return text;
}

static void take_key(struct link *link, struct http_client_answer *a) {
  struct json *doc = &link->base.env->json;
  json_ref root = json_parse(doc, a->body, a->len);
  char key[BASE64_SIZE(256)];
  double code;

  if (!smart_code_of(doc, root, &code)) {
    fail(link, OUTCOME_MALFORMED, "handshake: the answer is no JSON object");
    return;
  }
  if (code != 0) {
    take_code(link, code, root);
    return;
  }
  if (!json_string(doc, json_get(doc, json_get(doc, root, "result"), "key"),
                   key, sizeof(key)) ||
      aes_take_key(key, strlen(key), &link->session) < 0) {
    fail(link, OUTCOME_MALFORMED, "handshake: the answer holds no key");
    return;
  }
  memcpy(link->base.cookie, a->cookie, sizeof(link->base.cookie));
  link->lifetime = a->lifetime;
  if (may_log_in(link))
    go_on(link, log_in(link));
  else
    fail_closed(link);
}

static bool good_token(const char *token) {
  return token[0] != '\0' &&
         strspn(token, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "abcdefghijklmnopqrstuvwxyz-_.~=+/") == strlen(token);
}

static void take_token(struct link *link, struct http_client_answer *a) {
  struct json *doc = &link->base.env->json;
  size_t len;
  char *text = unwrap(link, a, &len);
  json_ref root;
  double code;

  if (text == NULL)
    return;
  root = json_parse(doc, text, len);
  if (!smart_code_of(doc, root, &code)) {
    drop_session(link);
    fail(link, OUTCOME_MALFORMED, "login: the answer is no JSON object");
  } else if (code != 0) {
    take_code(link, code, root);
  } else if (!json_string(doc,
                          json_get(doc, json_get(doc, root, "result"), "token"),
                          link->token, sizeof(link->token)) ||
             !good_token(link->token)) {
    drop_session(link);
    fail(link, OUTCOME_MALFORMED, "login: the answer holds no token");
  } else {
    http_link_opened(&link->base, link->lifetime);
    go_on(link, send_request(link));
  }
}

static void take_answer(struct link *link, struct http_client_answer *a) {
  struct json *doc = &link->base.env->json;
  size_t len;
  char *text = unwrap(link, a, &len);
  double code = 0;

  if (text == NULL)
    return;
  /* Whoever has an answer sends more than a code. */
  if (len < 128) {
    json_ref root = json_parse(doc, text, len);

    if (smart_code_of(doc, root, &code) && smart_judge(code) == SMART_SESSION) {
      take_code(link, code, root);
      return;
    }
  }
  link->stage = STAGE_IDLE;
  http_link_finish(&link->base, OUTCOME_OK, text, len, "");
}

static void on_http(void *arg, enum outcome outcome,
                    struct http_client_answer *answer, const char *why) {
  struct link *link = arg;

  if (answer == NULL) {
    fail(link, outcome, why);
    return;
  }
  if (answer->status == 403 && link->stage == STAGE_REQUEST) {
    renew(link, OUTCOME_REFUSED, "it takes its session away at once");
    return;
  }
  if (answer->status != 200) {
    char text[24];

    snprintf(text, sizeof(text), "HTTP %ld", answer->status);
    doubt(link, answer->status == 403 ? OUTCOME_REFUSED : OUTCOME_DEVICE, text);
    return;
  }
  switch (link->stage) {
  case STAGE_HANDSHAKE:
    take_key(link, answer);
    break;
  case STAGE_LOGIN:
    take_token(link, answer);
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

static void aes_close(struct link *link) {
  http_link_close(&link->base);
  crypto_wipe(link, sizeof(*link));
  free(link);
}

static struct link *aes_open_link(struct transport_env *env,
                                  const struct endpoint *where) {
  struct link *link = calloc(1, sizeof(*link));

  if (link == NULL)
    return NULL;
  if (!http_link_init(&link->base, env, where, &transport_aes, on_http, link)) {
    aes_close(link);
    return NULL;
  }
  return link;
}

static void aes_abort(struct link *link) {
  if (link->base.done != NULL && ++link->base.given_up >= GIVEN_UP_MAX)
    drop_session(link);
  http_client_abort(link->base.client);
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
}

static unsigned aes_exchanges(const struct link *link) {
  return http_link_is_open(&link->base) ? 1 : 3;
}

static unsigned aes_locked(const struct link *link) { return link->locked; }

static enum account_used aes_account(const struct link *link) {
  if (!http_link_is_open(&link->base))
    return ACCOUNT_NONE;
  return link->by_default ? ACCOUNT_DEFAULT : ACCOUNT_SHOWN;
}

static bool aes_entered(const struct link *link) { return link->base.entered; }

const struct transport transport_aes = {
    .name = "aes",
    .port = 80,
    .port_tls = 4433,
    .open = aes_open_link,
    .send = aes_send,
    .abort = aes_abort,
    .close = aes_close,
    .exchanges = aes_exchanges,
    .locked = aes_locked,
    .account = aes_account,
    .entered = aes_entered,
};
