/* SPDX-License-Identifier: MIT */
/* AES passthrough against a small device of our own: logins of both versions,
 * error codes, sessions that end, answers that are none. */
#include <config.h>

#include "device/transport/aes.h"
#include "device/transport/aes_crypto.h"

#include "../support/server.h"
#include "../support/suite.h"
#include "../support/transport_fixture.h"
#include "../support/wipe.h"

#include <cjson/cJSON.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

/* -- the device
 * ---------------------------------------------------------------- */

enum { HANDSHAKE = 1, LOGIN, REQUEST };

static struct {
  const char *user, *pass;
  int login;         /* version */
  int handshake;     /* error code */
  int evict;         /* after so many requests of a session: 9999 */
  int inner_evict;   /* the same inside the encryption */
  const char *plain; /* the response as it stands, unencrypted */
  const char *raw;   /* the whole body of answers to requests */
  const char *token; /* result of the login's answer, instead */
  const char *key;   /* of the handshake's answer, instead */
  int key_size;      /* of what is encrypted there, instead of 32 */
  int cut;           /* so many letters of sealed answers are lost */
  const char *inner; /* the sealed answer to requests, instead */
  /* The answer to one step, instead: */
  struct {
    int at; /* HANDSHAKE, LOGIN, REQUEST; 0: none */
    int status;
    const char *body;
  } instead;
  bool lock;
  struct aes_session session;
  int in_session;
  bool open;
  atomic_int handshakes, logins;
} dev;

static void say(struct server_answer *a, const char *text) {
  a->len = (size_t)snprintf(a->body, sizeof(a->body), "%s", text);
}

static void say_sealed(struct server_answer *a, const char *text) {
  char sealed[AES_SEALED(4096)];

  ck_assert_int_gt(aes_seal(&dev.session, text, strlen(text), sealed), 0);
  ck_assert_int_lt(dev.cut, (int)strlen(sealed));
  sealed[strlen(sealed) - (size_t)dev.cut] = '\0';
  a->len = (size_t)snprintf(
      a->body, sizeof(a->body),
      "{\"error_code\":0,\"result\":{\"response\":\"%s\"}}", sealed);
}

static void say_key(const char *pem, struct server_answer *a) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
  uint8_t plain[64], cipher[128];
  size_t len = sizeof(cipher);
  char text[BASE64_SIZE(128)];

  crypto_random(plain, sizeof(plain));
  memcpy(dev.session.key, plain, 16);
  memcpy(dev.session.iv, plain + 16, 16);
  wipe_secret("the session's key", dev.session.key, 16);
  wipe_secret("the session's iv", dev.session.iv, 16);
  ck_assert_int_eq(EVP_PKEY_encrypt_init(ctx), 1);
  EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
  ck_assert_int_eq(
      EVP_PKEY_encrypt(ctx, cipher, &len, plain,
                       dev.key_size != 0 ? (size_t)dev.key_size : 32),
      1);
  crypto_base64(cipher, len, text);
  a->len = (size_t)snprintf(a->body, sizeof(a->body),
                            "{\"error_code\":0,\"result\":{\"key\":\"%s\"}}",
                            dev.key != NULL ? dev.key : text);
  a->headers = "Set-Cookie: TP_SESSIONID=0A1B;TIMEOUT=1440\r\n";
  EVP_PKEY_CTX_free(ctx);
  EVP_PKEY_free(key);
  BIO_free(bio);
}

static void log_in(const cJSON *params, struct server_answer *a) {
  char user[AES_NAME_SIZE], pass[AES_NAME_SIZE], plain[100];
  const char *key = dev.login == 2 ? "password2" : "password";
  const cJSON *said = cJSON_GetObjectItem(params, key);
  char text[600];

  dev.logins++;
  if (dev.lock) {
    say_sealed(a, "{\"error_code\":-40404,\"data\":{\"sec_left\":1234}}");
    return;
  }
  aes_hashed(dev.user, user);
  aes_hashed(dev.pass, pass);
  crypto_base64(dev.pass, strlen(dev.pass), plain);
  dev.open =
      said != NULL &&
      strcmp(cJSON_GetObjectItem(params, "username")->valuestring, user) == 0 &&
      strcmp(said->valuestring, dev.login == 2 ? pass : plain) == 0;
  if (!dev.open) {
    say_sealed(a, "{\"error_code\":-1501}");
    return;
  }
  snprintf(text, sizeof(text), "{\"error_code\":0,\"result\":%s}",
           dev.token != NULL ? dev.token : "{\"token\":\"T0k3n\"}");
  say_sealed(a, text);
}

static void pass_through(const struct server_request *r, cJSON *params,
                         struct server_answer *a) {
  char *text = cJSON_GetObjectItem(params, "request")->valuestring;
  int len = aes_open(&dev.session, text, strlen(text));
  cJSON *inner;

  ck_assert_str_eq(r->cookie, "TP_SESSIONID=0A1B");
  ck_assert_int_gt(len, 0);
  text[len] = '\0';
  inner = cJSON_Parse(text);
  if (strcmp(cJSON_GetObjectItem(inner, "method")->valuestring,
             "login_device") == 0) {
    ck_assert_str_eq(r->path, "/app");
    log_in(cJSON_GetObjectItem(inner, "params"), a);
  } else {
    ck_assert_str_eq(r->path, "/app?token=T0k3n");
    dev.in_session++;
    if (!dev.open || (dev.evict > 0 && dev.in_session > dev.evict))
      say(a, "{\"error_code\":9999}");
    else if (dev.inner_evict > 0 && dev.in_session > dev.inner_evict)
      say_sealed(a, "{\"error_code\":-1101}");
    else if (dev.raw != NULL)
      say(a, dev.raw);
    else if (dev.inner != NULL)
      say_sealed(a, dev.inner);
    else if (dev.plain != NULL)
      a->len = (size_t)snprintf(
          a->body, sizeof(a->body),
          "{\"error_code\":0,\"result\":{\"response\":%s}}", dev.plain);
    else
      say_sealed(a, "{\"error_code\":0,\"result\":{\"fine\":true}}");
  }
  cJSON_Delete(inner);
}

static bool answer_instead(const struct server_request *r, const char *method,
                           struct server_answer *a) {
  int at = strcmp(method, "handshake") == 0   ? HANDSHAKE
           : strstr(r->path, "token") == NULL ? LOGIN
                                              : REQUEST;

  if (dev.instead.at != at)
    return false;
  a->status = dev.instead.status;
  say(a, dev.instead.body);
  return true;
}

static void answer(void *arg, const struct server_request *r,
                   struct server_answer *a) {
  cJSON *said = cJSON_Parse(r->body);
  cJSON *params = cJSON_GetObjectItem(said, "params");
  const char *method;

  (void)arg;
  ck_assert_ptr_nonnull(said);
  ck_assert_ptr_nonnull(
      strstr(r->head, "\r\nContent-Type: application/json\r\n"));
  ck_assert_ptr_nonnull(strstr(r->head, "\r\nrequestByApp: true\r\n"));
  method = cJSON_GetObjectItem(said, "method")->valuestring;
  if (answer_instead(r, method, a)) {
    dev.handshakes += strcmp(method, "handshake") == 0;
  } else if (strcmp(method, "handshake") == 0) {
    ck_assert_uint_eq(r->len, 314);
    dev.handshakes++;
    dev.open = false;
    dev.in_session = 0;
    if (dev.handshake != 0)
      a->len = (size_t)snprintf(a->body, sizeof(a->body), "{\"error_code\":%d}",
                                dev.handshake);
    else
      say_key(cJSON_GetObjectItem(params, "key")->valuestring, a);
  } else {
    pass_through(r, params, a);
  }
  cJSON_Delete(said);
}

/* -- our side
 * ------------------------------------------------------------------ */

static const struct account account = {"me@example.org", "secret"};
static struct transport_fixture b;
static struct server web;
static struct endpoint where;
static struct link *link_;

static void reopen(void) {
  if (link_ != NULL)
    transport_aes.close(link_);
  link_ = transport_aes.open(&b.env, &where);
  ck_assert_ptr_nonnull(link_);
}

static void setup(void) {
  char hashed[AES_NAME_SIZE];

  memset(&dev, 0, sizeof(dev));
  dev.user = account.user;
  dev.pass = account.pass;
  dev.login = 2;
  wipe_begin();
  wipe_secret("the password", account.pass, strlen(account.pass));
  aes_hashed(account.pass, hashed);
  wipe_secret("the password's hash", hashed, strlen(hashed));
  transport_fixture_open(&b);
  where = (struct endpoint){.address = server_start(&web, answer, NULL),
                            .service = {.login = 2},
                            .account = &account,
                            .reveal = true};
  link_ = NULL;
  reopen();
}

static void teardown(void) {
  transport_aes.close(link_);
  transport_fixture_close(&b);
  server_stop(&web);
  wipe_end();
}

static enum outcome ask(void) {
  return transport_fixture_ask(&b, &transport_aes, link_, "{\"method\":\"x\"}");
}

START_TEST(a_login_serves_many_requests) {
  dev.login = _i + 1;
  where.service.login = (uint8_t)(_i + 1);
  reopen();
  for (int i = 0; i < 10; i++) {
    ck_assert_int_eq(ask(), OUTCOME_OK);
    ck_assert_str_eq(b.answer, "{\"error_code\":0,\"result\":{\"fine\":true}}");
  }
  ck_assert_int_eq(web.requests, 12);
  ck_assert_int_eq(web.connections, 1);
}
END_TEST

START_TEST(the_makers_account_is_tried_after_ours) {
  dev.user = "test@tp-link.net";
  dev.pass = "test";
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.handshakes, 2);
  where.account = NULL;
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.handshakes, 3);
}
END_TEST

/* Nothing is known of it but the address: the login that shows the password
 * itself is not fallen back to. */
START_TEST(the_password_itself_is_not_sent_unasked) {
  dev.login = _i + 1;
  where.service.login = 0;
  reopen();
  ck_assert_int_eq(ask(), _i == 0 ? OUTCOME_AUTH : OUTCOME_OK);
  ck_assert_int_eq(dev.logins, _i == 0 ? 2 : 1); /* and the makers' account */
}
END_TEST

START_TEST(without_leave_nobody_is_shown_the_account) {
  where.reveal = false;
  reopen();
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(ask(), OUTCOME_AUTH);
    ck_assert_ptr_nonnull(strstr(b.why, "AllowAES"));
  }
  ck_assert_int_eq(dev.handshakes, 3);
  ck_assert_int_eq(dev.logins, 0);
  where.account = NULL; /* then there is nothing to show */
  dev.user = "test@tp-link.net";
  dev.pass = "test";
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_OK);
}
END_TEST

START_TEST(who_proved_more_is_not_given_the_makers_account) {
  dev.user = "test@tp-link.net";
  dev.pass = "test";
  where.own_only = true;
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_eq(dev.logins, 1);
}
END_TEST

START_TEST(a_wrong_password_is_said_and_not_repeated) {
  dev.pass = "other";
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_eq(dev.logins, 2);
  ck_assert_ptr_nonnull(strstr(b.why, "me@example.org"));
  ck_assert_ptr_null(strstr(b.why, "secret"));
  ck_assert_uint_eq(transport_aes.locked(link_), 0);
}
END_TEST

START_TEST(somebody_elses_device_is_not_even_tried) {
  where.foreign = true;
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_ptr_nonnull(strstr(b.why, "another account"));
  ck_assert_int_eq(web.requests, 0);
}
END_TEST

START_TEST(a_lock_is_respected) {
  dev.lock = true;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_eq(dev.logins, 1);
  ck_assert_uint_eq(transport_aes.locked(link_), 1234);
}
END_TEST

START_TEST(sessions_that_end_are_begun_anew) {
  if (_i == 0)
    dev.evict = 1;
  else
    dev.inner_evict = 1;
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.handshakes, 2);
  dev.evict = dev.inner_evict = 0;
  dev.raw = "{\"error_code\":9999}";
  ck_assert_int_eq(ask(), OUTCOME_REFUSED);
  ck_assert_int_eq(dev.handshakes, 3);
}
END_TEST

static const struct {
  int code;
  enum outcome outcome;
} handshakes[] = {{1003, OUTCOME_REFUSED}, {-1010, OUTCOME_DEVICE},
                  {1002, OUTCOME_DEVICE},  {-1001, OUTCOME_DEVICE},
                  {9999, OUTCOME_DEVICE},  {-40404, OUTCOME_AUTH}};

START_TEST(handshakes_fail_as_the_code_says) {
  dev.handshake = handshakes[_i].code;
  ck_assert_int_eq(ask(), handshakes[_i].outcome);
  ck_assert_int_eq(dev.handshakes, 1);
}
END_TEST

static const struct {
  const char *raw;
  enum outcome outcome;
} bodies[] = {
    {"", OUTCOME_MALFORMED},
    {"<html></html>", OUTCOME_MALFORMED},
    {"[]", OUTCOME_MALFORMED},
    {"{\"error_code\":\"x\"}", OUTCOME_MALFORMED},
    {"{\"error_code\":0}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"response\":5}}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"response\":\"AAAA\"}}",
     OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"response\":\"no base64\"}}",
     OUTCOME_MALFORMED},
    {"{\"error_code\":-1002}", OUTCOME_DEVICE},
};

START_TEST(bodies_that_make_no_sense_end_it) {
  dev.raw = bodies[_i].raw;
  ck_assert_int_eq(ask(), bodies[_i].outcome);
}
END_TEST

static const char page[] = "<html><body>Forbidden</body></html>";

static const struct {
  int at, status;
  const char *body;
  enum outcome outcome;
} steps[] = {
    {HANDSHAKE, 403, page, OUTCOME_REFUSED},
    {HANDSHAKE, 500, page, OUTCOME_DEVICE},
    {HANDSHAKE, 200, page, OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "", OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "[]", OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "{}", OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "{\"error_code\":0,\"result\":7}", OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "{\"error_code\":\"x\"}", OUTCOME_MALFORMED},
    {HANDSHAKE, 200, "{\"error_code\":{\"error_code\":0}}", OUTCOME_MALFORMED},
    {LOGIN, 403, page, OUTCOME_REFUSED},
    {LOGIN, 500, page, OUTCOME_DEVICE},
    {LOGIN, 200, page, OUTCOME_MALFORMED},
    {LOGIN, 200, "", OUTCOME_MALFORMED},
    {LOGIN, 200, "{\"error_code\":0}", OUTCOME_MALFORMED},
    {LOGIN, 200, "{\"error_code\":-1001}", OUTCOME_DEVICE},
    {LOGIN, 200, "{\"error_code\":1003}", OUTCOME_REFUSED},
    {LOGIN, 200, "{\"error_code\":0,\"result\":{\"response\":\"!\"}}",
     OUTCOME_MALFORMED},
    {REQUEST, 403, page, OUTCOME_REFUSED},
    {REQUEST, 404, page, OUTCOME_DEVICE},
    {REQUEST, 500, page, OUTCOME_DEVICE},
    {REQUEST, 200, page, OUTCOME_MALFORMED},
};

START_TEST(every_step_may_be_refused) {
  enum outcome outcome;

  dev.instead.at = steps[_i].at;
  dev.instead.status = steps[_i].status;
  dev.instead.body = steps[_i].body;
  outcome = ask();
  ck_assert_msg(outcome == steps[_i].outcome, "step %d, %d %s: %d, %s",
                steps[_i].at, steps[_i].status, steps[_i].body, (int)outcome,
                b.why);
  ck_assert_int_eq(dev.handshakes, 1);
  ck_assert_ptr_null(strstr(b.why, "secret"));
  dev.instead.at = 0;
  ck_assert_int_eq(ask(), OUTCOME_OK);
}
END_TEST

/* One request is always answered so, others are not: the session is kept. */
static const struct {
  int status;
  const char *body;
  enum outcome outcome;
} useless[] = {
    {500, page, OUTCOME_DEVICE},
    {200, "forty-three bytes that are no cipher text..", OUTCOME_MALFORMED},
    {200, "{\"error_code\":0,\"result\":{\"response\":\"!\"}}",
     OUTCOME_MALFORMED},
    {200, "{\"error_code\":-1001}", OUTCOME_DEVICE},
};

START_TEST(a_request_without_use_costs_one_new_session) {
  for (int i = 0; i < 5; i++) {
    dev.instead.at = 0;
    ck_assert_int_eq(ask(), OUTCOME_OK);
    ck_assert_int_eq(ask(), OUTCOME_OK);
    dev.instead.at = REQUEST;
    dev.instead.status = useless[_i].status;
    dev.instead.body = useless[_i].body;
    ck_assert_int_eq(ask(), useless[_i].outcome);
    ck_assert_int_eq(dev.handshakes, 2);
  }
}
END_TEST

static const char *const keys[] = {
    "",
    "!",
    "AAAA",
    "no base64 at all",
    /* one byte short */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAA==",
    /* zero, which decrypts to zero */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    /* beyond the modulus */
    "/////////////////////////////////////////////////////////////////////////"
    "/////////////////////////////////////////////////////////////////////////"
    "////////////////////////8=",
};

START_TEST(keys_that_are_none_end_it) {
  dev.key = keys[_i];
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(web.requests, 1);
}
END_TEST

static const int key_sizes[] = {1, 16, 31, 33, 64};

START_TEST(keys_of_another_size_end_it) {
  dev.key_size = key_sizes[_i];
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(web.requests, 1);
}
END_TEST

static const char *const tokens[] = {
    "null",
    "{}",
    "[]",
    "{\"token\":null}",
    "{\"token\":5}",
    "{\"token\":\"\"}",
    "{\"token\":\"a b\"}",
    "{\"token\":\"a\\r\\nHost: x\"}",
    "{\"token\":\"a&b\"}",
    "{\"token\":\"\\u0000\"}",
    "{\"token\":\"\xff\"}",
};

START_TEST(tokens_that_do_not_fit_a_path_end_it) {
  dev.token = tokens[_i];
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(web.requests, 2);
}
END_TEST

START_TEST(cut_answers_do_not_decrypt) {
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.cut = _i + 1;
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  dev.cut = 0;
  ck_assert_int_eq(ask(), OUTCOME_OK);
}
END_TEST

/* The outer level is the table above, the third the dialect's. */
static const struct {
  const char *inner;
  enum outcome outcome;
} inners[] = {
    {"{\"error_code\":-1002}", OUTCOME_OK}, /* the dialect's business */
    {"{\"error_code\":9999}", OUTCOME_REFUSED},
    {"{\"error_code\":-1101}", OUTCOME_REFUSED},
    {"{\"error_code\":\"none\"}", OUTCOME_OK},
    {"{\"error_code\":{\"error_code\":9999}}", OUTCOME_OK},
    {"{\"result\":{\"error_code\":9999}}", OUTCOME_OK},
    {"[{\"error_code\":9999}]", OUTCOME_MALFORMED},
    {"error_code", OUTCOME_MALFORMED},
    {"", OUTCOME_MALFORMED},
};

START_TEST(codes_count_where_they_belong) {
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.inner = inners[_i].inner;
  ck_assert_msg(ask() == inners[_i].outcome, "%s: %s", inners[_i].inner, b.why);
}
END_TEST

START_TEST(a_response_may_come_unencrypted) {
  dev.plain = "{\"error_code\":0,\"result\":{\"open\":1}}";
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_ptr_nonnull(strstr(b.answer, "\"open\":1"));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, a_login_serves_many_requests, 0, 2);
  tcase_add_test(t, the_makers_account_is_tried_after_ours);
  tcase_add_loop_test(t, the_password_itself_is_not_sent_unasked, 0, 2);
  tcase_add_test(t, without_leave_nobody_is_shown_the_account);
  tcase_add_test(t, who_proved_more_is_not_given_the_makers_account);
  tcase_add_test(t, a_wrong_password_is_said_and_not_repeated);
  tcase_add_test(t, somebody_elses_device_is_not_even_tried);
  tcase_add_test(t, a_lock_is_respected);
  tcase_add_loop_test(t, sessions_that_end_are_begun_anew, 0, 2);
  tcase_add_loop_test(t, handshakes_fail_as_the_code_says, 0, ROWS(handshakes));
  tcase_add_loop_test(t, bodies_that_make_no_sense_end_it, 0, ROWS(bodies));
  tcase_add_loop_test(t, every_step_may_be_refused, 0, ROWS(steps));
  tcase_add_loop_test(t, a_request_without_use_costs_one_new_session, 0,
                      ROWS(useless));
  tcase_add_loop_test(t, keys_that_are_none_end_it, 0, ROWS(keys));
  tcase_add_loop_test(t, keys_of_another_size_end_it, 0, ROWS(key_sizes));
  tcase_add_loop_test(t, tokens_that_do_not_fit_a_path_end_it, 0, ROWS(tokens));
  tcase_add_loop_test(t, cut_answers_do_not_decrypt, 0, 8);
  tcase_add_loop_test(t, codes_count_where_they_belong, 0, ROWS(inners));
  tcase_add_test(t, a_response_may_come_unencrypted);
}

int main(void) { return suite_run("aes", fill); }
