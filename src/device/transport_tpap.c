/* TPAP over HTTP or HTTPS, firmware from 2025 on (doc/protocol.md, "TPAP"):
 * a login by SPAKE2+, in which a wrong password tells an eavesdropper
 * nothing, then requests sealed with an AEAD cipher.
 *
 * Devices that are genuine can prove it with a certificate ("DAC"). It is
 * asked for where offered, as other programs do, but not looked at: SPAKE2+
 * itself shows that the device knows the password. */
#include <config.h>

#include "device/http_link.h"
#include "device/smart_code.h"
#include "device/tpap_crypto.h"

#include "base/buf.h"
#include "device/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage {
  STAGE_IDLE,
  STAGE_DISCOVER,
  STAGE_REGISTER,
  STAGE_SHARE,
  STAGE_REQUEST
};

enum { STOK_SIZE = 200, LOGIN_MAX = 1024, FIELD_MAX = 1024, GIVEN_UP_MAX = 2 };

/* What lives only while a login is under way. */
struct login {
  uint8_t mac[6];
  int tls;
  bool dac;
  bool hash_by_sha256; /* of the user name, which is always "admin" */
  const char *passcode_type;
  struct tpap_input input;
  struct tpap_proof proof;
  enum aead aead;
};

struct link {
  struct http_link base;
  enum stage stage;
  struct login *login;
  struct tpap_keys keys;
  uint32_t seq; /* of the next request */
  char stok[STOK_SIZE];
  enum tpap_w0 form; /* the one that works with this device */
  bool form_tried;   /* the other form, in this login */
  unsigned locked;
};

static void end_login(struct link *link) {
  if (link->login != NULL)
    crypto_wipe(link->login, sizeof(*link->login));
  free(link->login);
  link->login = NULL;
}

static void drop_session(struct link *link) {
  link->base.expires_us = 0;
  crypto_wipe(&link->keys, sizeof(link->keys));
  crypto_wipe(link->stok, sizeof(link->stok));
}

static void fail(struct link *link, enum outcome outcome, const char *why) {
  end_login(link);
  link->stage = STAGE_IDLE;
  http_link_fail(&link->base, outcome, "%s", why);
}

static void fail_account(struct link *link) {
  end_login(link);
  link->stage = STAGE_IDLE;
  http_link_fail_account(&link->base);
}

static void go_on(struct link *link, int err) {
  if (err < 0)
    fail(link, OUTCOME_UNREACHABLE, "out of memory");
}

/* -- sending ------------------------------------------------------------------
 */

static int post_login(struct link *link, const struct buf *body) {
  return web_post(link->base.client, WEB_JSON, "/", "", body->data, body->len);
}

static int ask_discover(struct link *link) {
  static const char body[] =
      "{\"method\":\"login\",\"params\":{\"sub_method\":\"discover\"}}";

  drop_session(link);
  end_login(link);
  link->login = calloc(1, sizeof(*link->login));
  if (link->login == NULL)
    return -ENOMEM;
  link->stage = STAGE_DISCOVER;
  return web_post(link->base.client, WEB_JSON, "/", "", body, sizeof(body) - 1);
}

static int ask_register(struct link *link) {
  struct login *in = link->login;
  char user_random[BASE64_SIZE(TPAP_RANDOM)];
  struct buf body;
  int err = crypto_random(in->input.user_random, TPAP_RANDOM);

  link->stage = STAGE_REGISTER;
  buf_init(&body, LOGIN_MAX);
  crypto_base64(in->input.user_random, TPAP_RANDOM, user_random);
  if (err == 0)
    err = buf_addf(
        &body,
        "{\"method\":\"login\",\"params\":{\"sub_method\":\"pake_register\","
        "\"username\":\"%s\",\"user_random\":\"%s\",\"cipher_suites\":[1],"
        "\"encryption\":[\"aes_128_ccm\",\"chacha20_poly1305\","
        "\"aes_256_ccm\"],\"passcode_type\":\"%s\",\"stok\":null}}",
        in->hash_by_sha256
            ? "8C6976E5B5410415BDE908BD4DEE15DFB167A9C873FC4BB8A81F6F2AB448A918"
            : "21232f297a57a5a743894a0e4a801fc3",
        user_random, in->passcode_type);
  if (err == 0)
    err = post_login(link, &body);
  buf_free(&body);
  return err;
}

static int send_share(struct link *link) {
  const struct login *in = link->login;
  char share[BASE64_SIZE(P256_POINT)];
  char confirm[BASE64_SIZE(SHA256_SIZE)];
  uint8_t nonce[TPAP_RANDOM];
  char nonce_text[BASE64_SIZE(TPAP_RANDOM)];
  struct buf body;
  int err;

  link->stage = STAGE_SHARE;
  buf_init(&body, LOGIN_MAX);
  crypto_base64(in->proof.user_share, P256_POINT, share);
  crypto_base64(in->proof.user_confirm, SHA256_SIZE, confirm);
  err = buf_addf(&body,
                 "{\"method\":\"login\",\"params\":{\"sub_method\":"
                 "\"pake_share\",\"user_share\":\"%s\",\"user_confirm\":"
                 "\"%s\"",
                 share, confirm);
  if (err == 0 && in->tls == 0 && in->dac) {
    err = crypto_random(nonce, sizeof(nonce));
    crypto_base64(nonce, sizeof(nonce), nonce_text);
    if (err == 0)
      err = buf_addf(&body, ",\"dac_nonce\":\"%s\"", nonce_text);
  }
  if (err == 0)
    err = buf_adds(&body, "}}");
  if (err == 0)
    err = post_login(link, &body);
  buf_free(&body);
  return err;
}

static int send_request(struct link *link) {
  char path[STOK_SIZE + 16];
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
    err = web_post(link->base.client, WEB_BINARY, path, "", body,
                   TPAP_SEALED(len));
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
  end_login(link);
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
  *why = "out of memory";
  return OUTCOME_UNREACHABLE;
}

/* -- reading ------------------------------------------------------------------
 */

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
      !(number >= -1e15 && number <= 1e15))
    return missing;
  return (long)number;
}

static bool get_bool(const struct json *doc, json_ref object, const char *key) {
  return get_long(doc, object, key, 0) != 0;
}

/* -- the steps of a login
 * --------------------------------------------------------
 */

static void renew(struct link *link, enum outcome outcome, const char *why) {
  drop_session(link);
  if (link->base.renewed) {
    fail(link, outcome, why);
    return;
  }
  link->base.renewed = true;
  go_on(link, ask_discover(link));
}

static void take_lock(struct link *link, json_ref root) {
  const struct json *doc = &link->base.env->json;
  json_ref data = json_get(doc, root, "data");
  long seconds;

  if (data == 0)
    data = json_get(doc, root, "result");
  seconds = get_long(doc, data, "sec_left", 1800);
  link->locked = seconds > 0 && seconds <= 86400 ? (unsigned)seconds : 1800;
  end_login(link);
  link->stage = STAGE_IDLE;
  http_link_fail(&link->base, OUTCOME_AUTH,
                 "it has locked everybody out for %u s after too many wrong "
                 "passwords",
                 link->locked);
}

/* The share was not accepted. For one w0 in 512 nobody is sure how it enters
 * the hash: then, and only then, the other way is worth a second attempt. */
static void share_refused(struct link *link) {
  uint8_t encoded[P256_SCALAR + 1];
  bool ambiguous = tpap_encode_w0(link->login->input.w0, TPAP_W0_SHORT,
                                  encoded) != P256_SCALAR;

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

  if (verdict == SMART_LOCKED) {
    take_lock(link, root);
  } else if (link->stage == STAGE_SHARE) {
    share_refused(link);
  } else if (link->stage == STAGE_REQUEST && verdict == SMART_SESSION) {
    renew(link, OUTCOME_REFUSED, "it takes its session away at once");
  } else if (verdict == SMART_AUTH) {
    fail_account(link);
  } else {
    drop_session(link);
    end_login(link);
    link->stage = STAGE_IDLE;
    http_link_fail(&link->base,
                   verdict == SMART_MOVED ? OUTCOME_REFUSED : OUTCOME_DEVICE,
                   "error %.0f from the device", code);
  }
}

/* The passcode the device offers; the order is that of other programs. */
static const char *choose_passcode(const struct json *doc, json_ref pake) {
  bool has[6] = {false};
  double number;

  for (json_ref i = json_first(doc, pake); i != 0; i = json_next(doc, i))
    if (json_number(doc, i, &number) && number >= 0 && number < 6)
      has[(int)number] = true;
  if (has[0])
    return "default_userpw";
  if (has[2] || has[5])
    return "userpw";
  return has[3] ? "shared_token" : "default_userpw";
}

static bool by_default(const struct login *in) {
  return strcmp(in->passcode_type, "default_userpw") == 0;
}

static void take_discover(struct link *link, const struct json *doc,
                          json_ref result) {
  struct login *in = link->login;
  json_ref tpap = json_get(doc, result, "tpap");
  long port = get_long(doc, tpap, "port", 0);
  in_port_t now = ntohs(link->base.where.address.sin_port);
  bool tls;
  char mac[32];

  if (json_type(doc, tpap) != JSON_OBJECT) {
    fail(link, OUTCOME_REFUSED, "it wants KLAP, not TPAP");
    return;
  }
  if (!get_text(doc, result, "mac", mac, sizeof(mac)) ||
      !device_parse_mac(mac, in->mac))
    memset(in->mac, 0, sizeof(in->mac));
  in->tls = (int)get_long(doc, tpap, "tls", 0);
  in->dac = get_bool(doc, tpap, "dac");
  in->hash_by_sha256 = get_long(doc, tpap, "user_hash_type", 0) == 1;
  in->passcode_type = choose_passcode(doc, json_get(doc, tpap, "pake"));
  if (!by_default(in) &&
      (link->base.where.account == NULL || link->base.where.foreign)) {
    fail_account(link); /* a try would only bring the lock nearer */
    return;
  }
  tls = in->tls == 1 || in->tls == 2;
  if (port <= 0 || port > 65535)
    port = tls ? transport_tpap.port_tls : now;
  web_move(link->base.client, (in_port_t)port, tls);
  go_on(link, ask_register(link));
}

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

  *r = (struct tpap_recipe){.crypt = TPAP_PLAIN};
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

/* From the password to w0 and w1. */
static int make_secrets(struct link *link, const struct json *doc,
                        json_ref result) {
  const struct account *a = link->base.where.account;
  struct login *in = link->login;
  struct tpap_recipe recipe;
  uint8_t salt[TPAP_SALT_MAX];
  char credential[TPAP_CREDENTIAL_MAX];
  int salt_len = get_bytes(doc, result, "dev_salt", salt, 0, sizeof(salt));
  int err = -EINVAL;

  if (salt_len < 0)
    return -EINVAL;
  if (by_default(in))
    err = tpap_default_credential(in->mac, credential);
  else if (read_recipe(doc, json_get(doc, result, "extra_crypt"), &recipe))
    err = tpap_credential(&recipe, a->user, a->pass, in->mac, credential);
  if (err == 0)
    err = tpap_secrets(credential, salt, (size_t)salt_len,
                       get_long(doc, result, "iterations", 0), in->input.w0,
                       in->input.w1);
  crypto_wipe(credential, sizeof(credential));
  return err;
}

static void take_register(struct link *link, const struct json *doc,
                          json_ref result) {
  struct login *in = link->login;
  struct tpap_input *input = &in->input;
  char cipher[40] = "";
  int random = get_bytes(doc, result, "dev_random", input->dev_random, 1,
                         sizeof(input->dev_random));
  int share = get_bytes(doc, result, "dev_share", input->dev_share, 1,
                        sizeof(input->dev_share));
  int err;

  (void)get_text(doc, result, "encryption", cipher, sizeof(cipher));
  if (get_long(doc, result, "cipher_suites", 0) != 1 ||
      !tpap_cipher(cipher, &in->aead)) {
    fail(link, OUTCOME_DEVICE, "it chose a cipher that was not offered");
    return;
  }
  if (random < 0 || share < 0) {
    fail(link, OUTCOME_MALFORMED, "login: random or share make no sense");
    return;
  }
  input->dev_random_len = (size_t)random;
  input->dev_share_len = (size_t)share;
  input->form = link->form;
  err = make_secrets(link, doc, result);
  if (err == 0)
    err = spake2p_random(input->x);
  if (err == 0)
    err = tpap_prove(input, &in->proof);
  if (err == -EINVAL)
    fail(link, OUTCOME_MALFORMED,
         "login: salt, iterations or recipe make no "
         "sense");
  else if (err == -EBADMSG)
    fail(link, OUTCOME_MALFORMED, "login: the share is no point of the curve");
  else
    go_on(link, err < 0 ? err : send_share(link));
}

static bool good_stok(const char *stok) {
  return stok[0] != '\0' &&
         strspn(stok, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "abcdefghijklmnopqrstuvwxyz-_.~=+") == strlen(stok);
}

static void take_share(struct link *link, const struct json *doc,
                       json_ref result) {
  struct login *in = link->login;
  uint8_t confirm[SHA256_SIZE];
  long seq = get_long(doc, result, "start_seq", -1);
  long lifetime = get_long(doc, result, "expired", 0);

  if (get_bytes(doc, result, "dev_confirm", confirm, SHA256_SIZE,
                sizeof(confirm)) < 0 ||
      !crypto_same(confirm, in->proof.dev_confirm, SHA256_SIZE)) {
    share_refused(link); /* it does not know the password we know */
    return;
  }
  if (!get_text(doc, result, "stok", link->stok, sizeof(link->stok)))
    (void)get_text(doc, result, "sessionId", link->stok, sizeof(link->stok));
  if (seq < 0 || seq >= UINT32_MAX || !good_stok(link->stok) ||
      tpap_derive(in->proof.shared, in->aead, &link->keys) < 0) {
    fail(link, OUTCOME_MALFORMED, "login: session or number make no sense");
    return;
  }
  if (lifetime == 0)
    lifetime = get_long(doc, result, "sessionExpired", 0);
  link->seq = (uint32_t)seq;
  end_login(link);
  http_link_opened(&link->base, lifetime);
  go_on(link, send_request(link));
}

static void take_login(struct link *link, struct web_answer *a) {
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

/* -- the data channel
 * -------------------------------------------------------------
 */

static void take_answer(struct link *link, struct web_answer *a) {
  struct json *doc = &link->base.env->json;
  char *text = a->body;
  int len = (int)a->len;
  double code = 0;
  bool plain = a->len > 0 && a->body[0] == '{';

  if (!plain)
    len = tpap_open(&link->keys, link->seq - 1, (uint8_t *)a->body, a->len,
                    &text);
  if (len <= 0 || text[0] != '{') {
    renew(link, OUTCOME_MALFORMED, "the answer does not decrypt");
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
      renew(link, OUTCOME_MALFORMED, "the answer is not sealed");
      return;
    }
  }
  text[len] = '\0'; /* over the tag */
  link->stage = STAGE_IDLE;
  http_link_finish(&link->base, OUTCOME_OK, text, (size_t)len, "");
}

static void on_http(void *arg, enum outcome outcome, struct web_answer *answer,
                    const char *why) {
  struct link *link = arg;

  if (answer == NULL && link->stage == STAGE_REQUEST &&
      outcome == OUTCOME_REFUSED && !link->base.renewed) {
    renew(link, outcome, why); /* a lost connection may mean a lost session */
  } else if (answer == NULL) {
    fail(link, outcome, why);
  } else if (link->stage == STAGE_REQUEST && answer->status != 200) {
    renew(link, OUTCOME_REFUSED, "it takes its session away at once");
  } else if (answer->status != 200) {
    end_login(link);
    link->stage = STAGE_IDLE;
    http_link_fail(&link->base,
                   answer->status == 403 ? OUTCOME_REFUSED : OUTCOME_DEVICE,
                   "login: HTTP %ld", answer->status);
  } else if (link->stage == STAGE_REQUEST) {
    take_answer(link, answer);
  } else {
    take_login(link, answer);
  }
}

/* -- life ---------------------------------------------------------------------
 */

static void tpap_close(struct link *link) {
  end_login(link);
  http_link_close(&link->base);
  crypto_wipe(link, sizeof(*link));
  free(link);
}

static struct link *tpap_open_link(struct transport_env *env,
                                   const struct endpoint *where) {
  struct link *link = calloc(1, sizeof(*link));

  if (link == NULL)
    return NULL;
  if (!http_link_init(&link->base, env, where, &transport_tpap, on_http,
                      link)) {
    tpap_close(link);
    return NULL;
  }
  return link;
}

static void tpap_abort(struct link *link) {
  if (link->base.done != NULL && ++link->base.given_up >= GIVEN_UP_MAX)
    drop_session(link);
  web_abort(link->base.client);
  end_login(link);
  http_link_forget(&link->base);
  link->stage = STAGE_IDLE;
}

static unsigned tpap_exchanges(const struct link *link) {
  return has_session(link) ? 1 : 4;
}

static unsigned tpap_locked(const struct link *link) { return link->locked; }

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
};
