/* SPDX-License-Identifier: MIT */
/* The HTTP client of devices against answers of anybody: what is no HTTP, what
 * never ends, cookies, and TLS certificates. */
#include <config.h>

#include "device/http/http_internal.h"

#include "../support/pki.h"
#include "../support/server.h"
#include "../support/suite.h"
#include "../support/transport_fixture.h"

#include <errno.h>

/* -- the server -- */

static struct {
  const char *bytes; /* all that is said, head included */
  size_t len;
  bool close;
  const char *headers; /* of an ordinary answer */
  int status;
} say;

static void answer(void *arg, const struct server_request *r,
                   struct server_answer *a) {
  (void)arg;
  (void)r;
  a->close = say.close;
  a->headers = say.headers;
  if (say.status != 0)
    a->status = say.status;
  if (say.bytes != NULL) {
    a->raw = true;
    a->len = say.len;
    memcpy(a->body, say.bytes, say.len);
  } else {
    a->len = (size_t)sprintf(a->body, "{}");
  }
}

/* -- our side -- */

static struct transport_fixture b;
static struct server web;
static struct sockaddr_in address;
static struct http_client *client;
static struct http_client_answer got;
static char body[70000];

static void done(void *arg, enum outcome outcome, struct http_client_answer *a,
                 const char *why) {
  (void)arg;
  ck_assert(!b.done);
  b.done = true;
  b.outcome = outcome;
  snprintf(b.why, sizeof(b.why), "%s", why);
  if (a == NULL)
    return;
  got = *a;
  ck_assert_int_eq(a->body[a->len], '\0');
  memcpy(body, a->body, a->len + 1);
}

static void setup(void) {
  memset(&say, 0, sizeof(say));
  transport_fixture_open(&b);
  address = server_start(&web, answer, NULL);
  client =
      http_client_create(b.env.http, &address, HTTP_CLIENT_PLAIN, done, NULL);
}

static void teardown(void) {
  http_client_free(client);
  transport_fixture_close(&b);
  server_stop(&web);
}

static enum outcome post(void) {
  b.done = false;
  memset(&got, 0, sizeof(got));
  ck_assert_int_eq(http_client_post(client, HTTP_CLIENT_JSON, "/", "", "{}", 2),
                   0);
  transport_fixture_run(&b, 5000);
  ck_assert_msg(b.done, "nothing came within five seconds");
  return b.outcome;
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
  const char *what;
  const char *bytes;
  size_t len;
  bool close;
  enum outcome outcome;
  int status;
  const char *body;
} answers[] = {
    {"the usual", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
     false, OUTCOME_OK, 200, "{}"},
    {"names in lower case",
     BYTES("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), false, OUTCOME_OK,
     200, "{}"},
    {"no length", BYTES("HTTP/1.1 200 OK\r\n\r\n{}"), true, OUTCOME_OK, 200,
     "{}"},
    {"nothing in it", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
     false, OUTCOME_OK, 200, ""},
    {"chunks",
     BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "2\r\n{}\r\n0\r\n\r\n"),
     false, OUTCOME_OK, 200, "{}"},
    {"chunks that are none",
     BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "zz\r\n{}\r\n0\r\n\r\n"),
     true, OUTCOME_MALFORMED, 0, NULL},
    {"a chunk without end",
     BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "ffffffff\r\n{}"),
     true, OUTCOME_MALFORMED, 0, NULL},
    {"a step between",
     BYTES("HTTP/1.1 100 Continue\r\n\r\n"
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
     false, OUTCOME_OK, 200, "{}"},
    {"a redirection is not followed",
     BYTES("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n"
           "Content-Length: 0\r\n\r\n"),
     false, OUTCOME_OK, 301, ""},
    {"a password is not asked for",
     BYTES("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
           "Content-Length: 0\r\n\r\n"),
     false, OUTCOME_OK, 401, ""},
    {"it ends too early",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), true,
     OUTCOME_MALFORMED, 0, NULL},
    {"a length below nothing",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), true,
     OUTCOME_MALFORMED, 0, NULL},
    {"a length that is no number",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"), true,
     OUTCOME_MALFORMED, 0, NULL},
    {"a length beyond belief",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
     true, OUTCOME_MALFORMED, 0, NULL},
    {"no HTTP at all", BYTES("{\"error_code\":0}"), true, OUTCOME_MALFORMED, 0,
     NULL},
    {"bytes", BYTES("\x00\x01\xff\xfe\r\n\r\n"), true, OUTCOME_MALFORMED, 0,
     NULL},
    {"a page", BYTES("<html><body>busy</body></html>\r\n"), true,
     OUTCOME_MALFORMED, 0, NULL},
    {"of a head that ends early counts what there is",
     BYTES("HTTP/1.1 200 OK\r\nContent-Le"), true, OUTCOME_OK, 200, ""},
    {"a status that is none", BYTES("HTTP/1.1 banana\r\n\r\n"), true,
     OUTCOME_MALFORMED, 0, NULL},
    {"nothing", BYTES(""), true, OUTCOME_REFUSED, 0, NULL},
};

START_TEST(an_answer_is_understood_or_refused) {
  enum outcome outcome;

  say.bytes = answers[_i].bytes;
  say.len = answers[_i].len;
  say.close = answers[_i].close;
  outcome = post();
  ck_assert_msg(outcome == answers[_i].outcome, "%s: outcome %d, %s",
                answers[_i].what, (int)outcome, b.why);
  ck_assert_int_eq(web.requests, 1);
  if (outcome != OUTCOME_OK) {
    ck_assert_str_ne(b.why, "");
    return;
  }
  ck_assert_int_eq((int)got.status, answers[_i].status);
  ck_assert_str_eq(body, answers[_i].body);
}
END_TEST

START_TEST(what_has_no_end_is_given_up) {
  static char huge[79000];
  int head;

  if (_i == 0) { /* a body */
    head = sprintf(huge, "HTTP/1.1 200 OK\r\nContent-Length: 78000\r\n\r\n");
    memset(huge + head, 'x', sizeof(huge) - (size_t)head);
  } else if (_i == 1) { /* the same, and nobody says how long */
    head = sprintf(huge, "HTTP/1.1 200 OK\r\n\r\n");
    memset(huge + head, 'x', sizeof(huge) - (size_t)head);
  } else { /* a line of the head, or many */
    head = sprintf(huge, "HTTP/1.1 200 OK\r\nX: ");
    memset(huge + head, 'x', sizeof(huge) - (size_t)head);
    if (_i == 3)
      for (size_t i = (size_t)head; i + 9 < sizeof(huge); i += 9)
        memcpy(huge + i, "xx\r\nY: yy", 9);
    memcpy(huge + sizeof(huge) - 4, "\r\n\r\n", 4);
  }
  say.bytes = huge;
  say.len = sizeof(huge);
  say.close = true;
  ck_assert_int_eq(post(), OUTCOME_MALFORMED);
}
END_TEST

static const struct {
  const char *headers;
  const char *cookie;
  long lifetime;
} cookies[] = {
    {NULL, "", 0},
    {"Set-Cookie: TP_SESSIONID=ABC;TIMEOUT=86400\r\n", "ABC", 86400},
    {"Set-Cookie: TP_SESSIONID=ABC; TIMEOUT=1440; Path=/\r\n", "ABC", 1440},
    {"set-cookie:SESSIONID=ABC;TIMEOUT=60\r\n", "ABC", 60},
    {"Set-Cookie:\t TP_SESSIONID = ABC ;\tTIMEOUT = 60 ; Path=/ \r\n", "ABC",
     60},
    {"Set-Cookie: tp_sessionid=ABC;Timeout=60\r\n", "ABC", 60},
    {"Set-Cookie:\r\n TP_SESSIONID=ABC;\r\n\tTIMEOUT=60\r\n", "ABC", 60},
    {"Set-Cookie: a=b\r\nServer: x\r\n TP_SESSIONID=ABC\r\n", "", 0},
    /* another cookie's lifetime is not the session's */
    {"Set-Cookie: lang=en; TIMEOUT=1\r\nSet-Cookie: TP_SESSIONID=ABC\r\n",
     "ABC", 0},
    {"Set-Cookie: TP_SESSIONID=ABC; TIMEOUT=60\r\n"
     "Set-Cookie: lang=en; TIMEOUT=1\r\n",
     "ABC", 60},
    {"Set-Cookie: SESSIONID=x;TP_SESSIONID=y\r\n", "y", 0},
    {"Set-Cookie: TIMEOUT=5;TP_SESSIONID=y\r\n", "y", 5},
    {"Set-Cookie: XTP_SESSIONID=y\r\n", "", 0},
    {"Set-Cookie: TP_SESSIONID=;TIMEOUT=9\r\n", "", 9},
    {"Set-Cookie: TP_SESSIONID\r\n", "", 0},
    {"Set-Cookie:\r\n", "", 0},
    /* of several lines the last counts; no number grows beyond its end */
    {"Set-Cookie: TIMEOUT=99999999\r\nSet-Cookie: TIMEOUT=99999999\r\n"
     "Set-Cookie: TIMEOUT=99999999\r\nSet-Cookie: TIMEOUT=99999999\r\n",
     "", 99999999},
    {"Set-Cookie: ;;;;=;\r\n", "", 0},
    {"Set-Cookie: TP_SESSIONID=a b;TIMEOUT=9\r\n", "", 9},
    {"Set-Cookie: TP_SESSIONID=a\tb\r\n", "", 0},
    {"Set-Cookie: TP_SESSIONID=a\x7f\r\n", "", 0},
    {"Set-Cookie: TP_SESSIONID=\xc3\xbc\r\n", "", 0},
    {"Set-Cookie: TP_SESSIONID=a;TIMEOUT=-5\r\n", "a", 0},
    {"Set-Cookie: TP_SESSIONID=a;TIMEOUT=soon\r\n", "a", 0},
    {"Set-Cookie: TP_SESSIONID=a;TIMEOUT=12345678901234567890\r\n", "a",
     12345678},
    {"Set-Cookie: TP_SESSIONID="
     "0123456789012345678901234567890123456789012345678901234567890123"
     "0123456789012345678901234567890123456789012345678901234567890123\r\n",
     "", 0},
};

START_TEST(cookies_are_taken_as_devices_write_them) {
  say.headers = cookies[_i].headers;
  ck_assert_int_eq(post(), OUTCOME_OK);
  ck_assert_str_eq(got.cookie, cookies[_i].cookie);
  ck_assert_int_eq((int)got.lifetime, (int)cookies[_i].lifetime);
}
END_TEST

START_TEST(who_does_not_close_any_more_gets_no_rest) {
  say.close = true;
  ck_assert_int_eq(post(), OUTCOME_OK);
  say.close = false;
  ck_assert_int_eq(post(), OUTCOME_OK); /* after its rest */
  b.done = false;
  ck_assert_int_eq(http_client_post(client, HTTP_CLIENT_JSON, "/", "", "{}", 2),
                   0);
  ck_assert_uint_eq(client->rest.place, 0); /* it need not wait */
  transport_fixture_run(&b, 5000);
  ck_assert(b.done);
  ck_assert_int_eq(web.connections, 2);
}
END_TEST

START_TEST(a_client_that_goes_takes_its_connection_along) {
  ck_assert_int_eq(post(), OUTCOME_OK);
  ck_assert_int_ge(atomic_load(&web.connection), 0);
  http_client_free(client);
  for (int i = 0; i < 500 && atomic_load(&web.connection) >= 0; i++)
    usleep(10000);
  ck_assert_int_eq(atomic_load(&web.connection), -1);
  client =
      http_client_create(b.env.http, &address, HTTP_CLIENT_PLAIN, done, NULL);
  ck_assert_int_eq(post(), OUTCOME_OK);
  ck_assert_int_eq(web.connections, 2);
}
END_TEST

START_TEST(there_is_room_for_more_clients_than_one_handle_takes) {
  enum { MANY = 150 };
  static struct http_client *clients[MANY];

  say.close = true; /* the server serves one connection after the other */
  for (int i = 0; i < MANY; i++) {
    clients[i] =
        http_client_create(b.env.http, &address, HTTP_CLIENT_PLAIN, done, NULL);
    b.done = false;
    ck_assert_int_eq(
        http_client_post(clients[i], HTTP_CLIENT_JSON, "/", "", "{}", 2), 0);
    transport_fixture_run(&b, 5000);
    ck_assert(b.done);
    ck_assert_int_eq(b.outcome, OUTCOME_OK);
  }
  for (int i = 0; i < MANY; i += 2) /* places that become free are used */
    http_client_free(clients[i]);
  for (int i = 0; i < MANY; i += 2)
    clients[i] =
        http_client_create(b.env.http, &address, HTTP_CLIENT_PLAIN, done, NULL);
  for (int i = 0; i < MANY; i++)
    http_client_free(clients[i]);
  ck_assert_int_eq(web.connections, MANY);
}
END_TEST

/* -- TLS -- */

static EVP_PKEY *root, *between, *leaf;
static SSL_CTX *tls;

static void open_tls(void) {
  memset(&say, 0, sizeof(say));
  transport_fixture_open(&b);
  root = pki_key();
  between = pki_key();
  leaf = pki_key();
  tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_max_proto_version(tls, TLS1_2_VERSION);
}

static void add_to_chain(X509 *x) {
  ck_assert_int_eq((int)SSL_CTX_add_extra_chain_cert(tls, x), 1);
}

static void serve(X509 *own) {
  uint8_t point[65];

  ck_assert_int_eq(SSL_CTX_use_certificate(tls, own), 1);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey(tls, leaf), 1);
  X509_free(own);
  pki_point(root, point);
  http_pool_set_root(b.env.http, point);
  address = server_start_tls(&web, answer, NULL, tls);
  client =
      http_client_create(b.env.http, &address, HTTP_CLIENT_TLS, done, NULL);
}

static void close_tls(void) {
  http_client_free(client);
  transport_fixture_close(&b);
  server_stop(&web);
  SSL_CTX_free(tls);
  EVP_PKEY_free(root);
  EVP_PKEY_free(between);
  EVP_PKEY_free(leaf);
}

enum chain {
  BY_ROOT,
  BY_ROOT_SENT,
  BY_BETWEEN,
  BY_BETWEEN_AND_ROOT_SENT,
  SELF_SIGNED,
  BY_ANOTHER,
  BY_ANOTHER_OF_THE_SAME_NAME,
  BY_A_LEAF,
  BETWEEN_MISSING,
  EXPIRED,
  BETWEEN_EXPIRED,
};

static const struct {
  const char *what;
  enum chain chain;
  bool good;
} chains[] = {
    {"signed by the root", BY_ROOT, true},
    {"signed by the root, which is sent", BY_ROOT_SENT, true},
    {"signed by one that the root signed", BY_BETWEEN, true},
    {"the same, and the root is sent", BY_BETWEEN_AND_ROOT_SENT, true},
    {"signed by itself", SELF_SIGNED, false},
    {"signed by somebody else", BY_ANOTHER, false},
    {"signed by somebody else under the root's name",
     BY_ANOTHER_OF_THE_SAME_NAME, false},
    {"signed by one who may not sign", BY_A_LEAF, false},
    {"the one between is not sent", BETWEEN_MISSING, false},
    {"expired", EXPIRED, false},
    {"the one between has expired", BETWEEN_EXPIRED, false},
};

static X509 *by_between(bool may_sign, long days) {
  add_to_chain(
      pki_certificate("Between", between, "Root", root, may_sign, days));
  return pki_certificate("Plug", leaf, "Between", between, false, 9);
}

static X509 *by_root(EVP_PKEY *signer, long days) {
  return pki_certificate("Plug", leaf, "Root", signer, false, days);
}

static X509 *make_chain(enum chain chain) {
  switch (chain) {
  case BY_ROOT:
    return by_root(root, 9);
  case BY_ROOT_SENT:
    add_to_chain(pki_certificate("Root", root, "Root", root, true, 9));
    return by_root(root, 9);
  case BY_BETWEEN:
    return by_between(true, 9);
  case BY_BETWEEN_AND_ROOT_SENT: {
    X509 *own = by_between(true, 9);

    add_to_chain(pki_certificate("Root", root, "Root", root, true, 9));
    return own;
  }
  case SELF_SIGNED:
    return pki_certificate("Plug", leaf, "Plug", leaf, true, 9);
  case BY_ANOTHER:
    add_to_chain(
        pki_certificate("Another", between, "Another", between, true, 9));
    return pki_certificate("Plug", leaf, "Another", between, false, 9);
  case BY_ANOTHER_OF_THE_SAME_NAME:
    add_to_chain(pki_certificate("Root", between, "Root", between, true, 9));
    return by_root(between, 9);
  case BY_A_LEAF:
    return by_between(false, 9);
  case BETWEEN_MISSING:
    return pki_certificate("Plug", leaf, "Between", between, false, 9);
  case EXPIRED:
    return by_root(root, -1);
  case BETWEEN_EXPIRED:
    return by_between(true, -1);
  }
  return NULL;
}

START_TEST(certificates_count_where_the_device_claims_one) {
  enum outcome outcome;
  int err;

  serve(make_chain(chains[_i].chain));
  ck_assert_int_eq(post(), OUTCOME_OK); /* anybody's will do */
  ck_assert_int_eq(web.connections, 1);
  err = http_client_move(client, ntohs(address.sin_port),
                         HTTP_CLIENT_TLS_GENUINE);
  ck_assert_int_eq(err, pki_can_verify() ? 0 : -ENOTSUP);
  if (err < 0)
    return;
  outcome = post();
  ck_assert_msg(outcome == (chains[_i].good ? OUTCOME_OK : OUTCOME_REFUSED),
                "%s: outcome %d, %s", chains[_i].what, (int)outcome, b.why);
  ck_assert_int_eq(web.connections, 2); /* the unverified one is not used */
  if (chains[_i].good) {
    ck_assert_int_eq(post(), OUTCOME_OK);
    ck_assert_int_eq(web.connections, 2);
    return;
  }
  ck_assert_ptr_nonnull(strstr(b.why, "TP-Link"));
  ck_assert_int_eq(web.requests, 1); /* nothing was said to it */
  ck_assert_int_eq(
      http_client_move(client, ntohs(address.sin_port), HTTP_CLIENT_TLS), 0);
  ck_assert_int_eq(post(), OUTCOME_OK);
}
END_TEST

START_TEST(the_root_is_tp_links_unless_told_otherwise) {
  X509 *own = by_root(root, 9);

  ck_assert_int_eq(SSL_CTX_use_certificate(tls, own), 1);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey(tls, leaf), 1);
  X509_free(own);
  address = server_start_tls(&web, answer, NULL, tls);
  client = http_client_create(b.env.http, &address, HTTP_CLIENT_TLS_GENUINE,
                              done, NULL);
  if (!pki_can_verify()) {
    ck_assert_int_lt(
        http_client_post(client, HTTP_CLIENT_JSON, "/", "", "{}", 2), 0);
    return;
  }
  ck_assert_int_eq(post(), OUTCOME_REFUSED);
  ck_assert_int_eq(web.requests, 0);
}
END_TEST

START_TEST(plain_bytes_are_no_tls) {
  static const char plain[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  socklen_t len = sizeof(address);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int fd = -1;

  address = (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(listen(listener, 1), 0);
  ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
  server_start(&web, answer, NULL); /* for the fixture, which stops it */
  client =
      http_client_create(b.env.http, &address, HTTP_CLIENT_TLS, done, NULL);
  b.done = false;
  ck_assert_int_eq(http_client_post(client, HTTP_CLIENT_JSON, "/", "", "{}", 2),
                   0);
  for (int i = 0; i < 500 && fd < 0; i++) {
    transport_fixture_run(&b, 10);
    fd = accept(listener, NULL, NULL);
  }
  ck_assert_int_eq((int)send(fd, plain, sizeof(plain) - 1, MSG_NOSIGNAL),
                   (int)sizeof(plain) - 1);
  transport_fixture_run(&b, 5000);
  ck_assert(b.done);
  ck_assert_int_eq(b.outcome, OUTCOME_REFUSED);
  close(fd);
  close(listener);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("web");
  TCase *plain = tcase_create("plain");
  TCase *secure = tcase_create("tls");
  SRunner *runner;
  int failed;

  tcase_add_checked_fixture(plain, setup, teardown);
  tcase_set_timeout(plain, 60);
  tcase_add_loop_test(plain, an_answer_is_understood_or_refused, 0,
                      ROWS(answers));
  tcase_add_loop_test(plain, what_has_no_end_is_given_up, 0, 4);
  tcase_add_loop_test(plain, cookies_are_taken_as_devices_write_them, 0,
                      ROWS(cookies));
  tcase_add_test(plain, who_does_not_close_any_more_gets_no_rest);
  tcase_add_test(plain, a_client_that_goes_takes_its_connection_along);
  tcase_add_test(plain, there_is_room_for_more_clients_than_one_handle_takes);
  tcase_add_checked_fixture(secure, open_tls, close_tls);
  tcase_set_timeout(secure, 60);
  tcase_add_loop_test(secure, certificates_count_where_the_device_claims_one, 0,
                      ROWS(chains));
  tcase_add_test(secure, the_root_is_tp_links_unless_told_otherwise);
  tcase_add_test(secure, plain_bytes_are_no_tls);

  suite_add_tcase(suite, plain);
  suite_add_tcase(suite, secure);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
