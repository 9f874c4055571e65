/* SPDX-License-Identifier: MIT */
/* KLAP against a small device of our own: sessions, their loss, accounts,
 * answers that are none. */
#include <config.h>

#include "device/transport/klap.h"
#include "device/transport/klap_crypto.h"

#include "../support/server.h"
#include "../support/suite.h"
#include "../support/transport_fixture.h"
#include "../support/wipe.h"

/* -- the device
 * ---------------------------------------------------------------- */

static struct device_side {
  const char *user, *pass;
  enum klap_version version;
  long timeout;
  int status_hello, status_proof; /* instead of 200 */
  int hello_len;                  /* instead of 48 */
  bool html;                      /* a page in place of the hello */
  int evict;     /* after so many requests of a session: 403; 0: never */
  bool one_shot; /* garbage from the second request of a session on */
  int garbage;   /* so many answers are an HTML page */
  bool close;
  bool plain; /* decrypts to no JSON */
  bool huge;
  bool no_cookie; /* and wants none */
  bool unpadded;  /* the answer's padding is none */
  bool stale;     /* answers under the number before */
  int cut;        /* the answer ends after so many bytes; -1: none are left */
  /* The answer to one step, instead: */
  struct {
    const char *at; /* in the path; NULL: to none */
    int status;
    const char *body;
  } instead;
  /* inside */
  struct klap_auth auth;
  struct klap_keys keys;
  uint8_t local[16], remote[16];
  bool proved;
  int in_session;
  atomic_int hellos;
  char said[300];
} dev;

static void answer_hello(const struct server_request *r,
                         struct server_answer *a) {
  ck_assert_uint_eq(r->len, 16);
  ck_assert_str_eq(r->cookie, "");
  dev.hellos++;
  dev.proved = false;
  dev.in_session = 0;
  memcpy(dev.local, r->body, 16);
  crypto_random(dev.remote, 16);
  klap_auth_of(dev.version, dev.user, dev.pass, &dev.auth);
  memcpy(a->body, dev.remote, 16);
  klap_server_hash(&dev.auth, dev.local, dev.remote, (uint8_t *)a->body + 16);
  a->len = 48;
  if (dev.html)
    memcpy(a->body, "<html><body><center>200</center></body></html>\r\n", 48);
  if (dev.hello_len != 0)
    a->len = (size_t)dev.hello_len;
  a->headers = "Set-Cookie: TP_SESSIONID=ABCDEF0123;TIMEOUT=86400\r\n";
  if (dev.no_cookie)
    a->headers = NULL;
  if (dev.timeout == 1)
    a->headers = "set-cookie: TP_SESSIONID=ABCDEF0123;TIMEOUT=1\r\n";
  if (dev.status_hello != 0)
    a->status = dev.status_hello;
}

static const char *wanted_cookie(void) {
  return dev.no_cookie ? "" : "TP_SESSIONID=ABCDEF0123";
}

static void answer_proof(const struct server_request *r,
                         struct server_answer *a) {
  uint8_t expected[32];

  klap_client_hash(&dev.auth, dev.local, dev.remote, expected);
  a->status = r->len == 32 && memcmp(expected, r->body, 32) == 0 &&
                      strcmp(r->cookie, wanted_cookie()) == 0
                  ? 200
                  : 403;
  if (dev.status_proof != 0)
    a->status = dev.status_proof;
  dev.proved = a->status == 200;
  klap_derive(&dev.auth, dev.local, dev.remote, &dev.keys);
  wipe_secret("the account's hash", dev.auth.hash, dev.auth.len);
  wipe_secret("the session's key", dev.keys.key, sizeof(dev.keys.key));
  wipe_secret("the session's sig", dev.keys.sig, sizeof(dev.keys.sig));
  wipe_secret("the session's iv", dev.keys.iv, sizeof(dev.keys.iv));
}

static void answer_request(const struct server_request *r,
                           struct server_answer *a) {
  static char body[70000];
  char *text;
  int len;

  if (!dev.proved || (dev.evict > 0 && dev.in_session >= dev.evict) ||
      strcmp(r->cookie, wanted_cookie()) != 0) {
    a->status = 403;
    return;
  }
  dev.in_session++;
  memcpy(body, r->body, r->len);
  dev.keys.seq = atoi(strstr(r->path, "?seq=") + 5);
  len = klap_open(&dev.keys, (uint8_t *)body, r->len, &text);
  ck_assert_int_gt(len, 0);
  snprintf(dev.said, sizeof(dev.said), "%.*s", len, text);
  if (dev.garbage > 0 || (dev.one_shot && dev.in_session > 1)) {
    dev.garbage -= dev.garbage > 0;
    a->len = (size_t)sprintf(a->body, "<html>busy</html>");
    return;
  }
  if (dev.huge) {
    a->len = 70000;
    return;
  }
  dev.keys.seq -= 1 + dev.stale;
  len = snprintf(body, sizeof(body), "%s{\"you said\":%s}",
                 dev.plain ? "not " : "", dev.said);
  while (dev.unpadded && len % 16 != 0) /* then the padding is a block */
    body[len++] = '}';
  a->len = (size_t)klap_seal(&dev.keys, body, (size_t)len, (uint8_t *)a->body);
  a->len -= dev.unpadded ? 16 : 0;
  if (dev.cut != 0)
    a->len = dev.cut > 0 ? (size_t)dev.cut : 0;
}

static bool answer_instead(const struct server_request *r,
                           struct server_answer *a) {
  if (dev.instead.at == NULL || strstr(r->path, dev.instead.at) == NULL)
    return false;
  a->status = dev.instead.status;
  a->len = (size_t)sprintf(a->body, "%s", dev.instead.body);
  return true;
}

static void answer(void *arg, const struct server_request *r,
                   struct server_answer *a) {
  (void)arg;
  ck_assert_ptr_nonnull(
      strstr(r->head, "\r\nContent-Type: application/octet-stream\r\n"));
  ck_assert_ptr_nonnull(strstr(r->head, "\r\nHost: 127.0.0.1"));
  ck_assert_ptr_null(strstr(r->head, "Expect"));
  ck_assert_ptr_null(strstr(r->head, "chunked"));
  a->close = dev.close;
  if (answer_instead(r, a))
    return;
  if (strcmp(r->path, "/app/handshake1") == 0)
    answer_hello(r, a);
  else if (strcmp(r->path, "/app/handshake2") == 0)
    answer_proof(r, a);
  else if (strncmp(r->path, "/app/request?seq=", 17) == 0)
    answer_request(r, a);
  else
    a->status = 404;
}

/* -- our side
 * ------------------------------------------------------------------ */

static const struct account account = {"me@example.org", "secret"};
static struct transport_fixture b;
static struct server web;
static struct endpoint where;
static struct link *link_;

static void setup(void) {
  memset(&dev, 0, sizeof(dev));
  dev.user = account.user;
  dev.pass = account.pass;
  dev.version = KLAP_V2;
  wipe_begin();
  wipe_secret("the password", account.pass, strlen(account.pass));
  transport_fixture_open(&b);
  where = (struct endpoint){.address = server_start(&web, answer, NULL),
                            .account = &account};
  link_ = transport_klap.open(&b.env, &where);
  ck_assert_ptr_nonnull(link_);
}

static void teardown(void) {
  if (link_ != NULL)
    transport_klap.close(link_);
  transport_fixture_close(&b);
  server_stop(&web);
  wipe_end();
}

static enum outcome ask(const char *request) {
  return transport_fixture_ask(&b, &transport_klap, link_, request);
}

static void reopen(const struct account *a) {
  transport_klap.close(link_);
  where.account = a;
  link_ = transport_klap.open(&b.env, &where);
}

START_TEST(a_session_lasts_on_one_connection) {
  ck_assert_uint_eq(transport_klap.exchanges(link_), 3);
  for (int i = 0; i < 20; i++) {
    ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
    ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":1}}");
    ck_assert_uint_eq(transport_klap.exchanges(link_), 1);
  }
  ck_assert_int_eq(web.requests, 22);
  ck_assert_int_eq(web.connections, 1);
}
END_TEST

static const struct {
  const char *user, *pass;
} accounts[] = {{"me@example.org", "secret"},
                {"kasa@tp-link.net", "kasaSetup"},
                {"test@tp-link.net", "test"},
                {"", ""}};

/* Who registered it wrote it in one way, who configures it in another. */
START_TEST(capitals_do_not_matter) {
  static const char *const registered[] = {"me@example.org", "Me@example.org",
                                           "ME@EXAMPLE.ORG"};
  static const struct account typed = {"mE@Example.Org", "secret"};

  dev.user = registered[_i];
  reopen(&typed);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(transport_klap.account(link_), ACCOUNT_PROVED);
}
END_TEST

START_TEST(who_proved_the_account_is_not_taken_with_less) {
  static const struct account defaults[] = {{"kasa@tp-link.net", "kasaSetup"},
                                            {"test@tp-link.net", "test"},
                                            {"", ""}};

  dev.user = defaults[_i].user;
  dev.pass = defaults[_i].pass;
  reopen(&account);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(transport_klap.account(link_), ACCOUNT_DEFAULT);
  where.own_only = true;
  reopen(&account);
  ck_assert_int_eq(ask("{}"), OUTCOME_AUTH);
  ck_assert_ptr_nonnull(strstr(b.why, "no longer proves"));
}
END_TEST

START_TEST(every_account_and_version_is_recognised) {
  dev.user = accounts[_i % 4].user;
  dev.pass = accounts[_i % 4].pass;
  dev.version = (enum klap_version)(_i / 4);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 1);
}
END_TEST

START_TEST(a_wrong_password_costs_one_request) {
  dev.pass = "other";
  ck_assert_int_eq(ask("{}"), OUTCOME_AUTH);
  ck_assert_int_eq(web.requests, 1);
  ck_assert_ptr_nonnull(strstr(b.why, "me@example.org"));
  ck_assert_ptr_null(strstr(b.why, "secret"));
  reopen(NULL);
  ck_assert_int_eq(ask("{}"), OUTCOME_AUTH);
  ck_assert_ptr_nonnull(strstr(b.why, "Username"));
}
END_TEST

START_TEST(somebody_elses_device_is_not_even_tried) {
  where.foreign = true;
  reopen(where.account);
  ck_assert_int_eq(ask("{}"), OUTCOME_AUTH);
  ck_assert_ptr_nonnull(strstr(b.why, "another account than me@example.org"));
  ck_assert_int_eq(web.requests, 0);
}
END_TEST

START_TEST(a_page_of_html_is_no_hello) {
  dev.html = true; /* it has 48 bytes as well */
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
}
END_TEST

START_TEST(a_lost_session_is_begun_anew_once) {
  dev.evict = 1;
  ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
  ck_assert_int_eq(ask("{\"a\":2}"), OUTCOME_OK);
  ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":2}}");
  ck_assert_int_eq(dev.hellos, 2);
  dev.evict = -1;
  dev.status_proof = 200;
  dev.proved = false; /* nothing is accepted any more */
  dev.hello_len = 47;
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.hellos, 3);
}
END_TEST

START_TEST(two_pollers_do_not_fight) {
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  dev.status_proof = 403;
  dev.proved = false;
  ck_assert_int_eq(ask("{}"), OUTCOME_REFUSED);
  ck_assert_int_eq(dev.hellos, 2);
}
END_TEST

static const struct {
  const char *what;
  int status, len;
  enum outcome outcome;
} hellos[] = {
    {"403", 403, 0, OUTCOME_REFUSED},      {"500", 500, 48, OUTCOME_MALFORMED},
    {"short", 200, 47, OUTCOME_MALFORMED}, {"long", 200, 49, OUTCOME_MALFORMED},
    {"one", 200, 1, OUTCOME_MALFORMED},
};

START_TEST(wrong_hellos_end_it) {
  dev.status_hello = hellos[_i].status;
  dev.hello_len = hellos[_i].len;
  ck_assert_int_eq(ask("{}"), hellos[_i].outcome);
  ck_assert_int_eq(web.requests, 1);
}
END_TEST

START_TEST(garbage_is_answered_by_a_new_session) {
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  dev.garbage = 1;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 2);
  dev.garbage = 2;
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
}
END_TEST

START_TEST(what_is_no_json_is_garbage) {
  dev.plain = true;
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
}
END_TEST

START_TEST(firmware_with_one_request_per_session_is_learned) {
  int before;

  dev.one_shot = true;
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  before = web.requests;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK); /* three, none of them in vain */
  ck_assert_int_eq(web.requests - before, 3);
}
END_TEST

START_TEST(a_short_life_is_renewed_in_time) {
  dev.timeout = 1;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  b.done = false;
  transport_fixture_run(&b, 20);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 2);
}
END_TEST

START_TEST(devices_that_close_get_a_rest) {
  uint64_t started = clock_monotonic_us();

  dev.close = true;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(web.connections, 3);
  ck_assert_uint_ge(clock_monotonic_us() - started, 2 * 240000);
}
END_TEST

START_TEST(an_answer_without_end_is_cut) {
  dev.huge = true;
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
}
END_TEST

static const char page[] =
    "<html><head><title>403</title></head><body>Forbidden</body></html>";
static const char page_of_48[] =
    "<html><body>a page of forty-eight bytes in all</";

static const struct {
  const char *at;
  int status;
  const char *body;
  enum outcome outcome;
  int requests; /* of a first poll, until it gives up */
} steps[] = {
    {"handshake1", 403, page, OUTCOME_REFUSED, 1},
    {"handshake1", 403, "", OUTCOME_REFUSED, 1},
    {"handshake1", 401, page, OUTCOME_MALFORMED, 1},
    {"handshake1", 404, page, OUTCOME_MALFORMED, 1},
    {"handshake1", 500, page, OUTCOME_MALFORMED, 1},
    {"handshake1", 200, page, OUTCOME_MALFORMED, 1},
    {"handshake1", 200, page_of_48, OUTCOME_MALFORMED, 1},
    {"handshake1", 200, "", OUTCOME_MALFORMED, 1},
    {"handshake1", 200, "{\"error_code\":1003}", OUTCOME_MALFORMED, 1},
    {"handshake2", 403, page, OUTCOME_REFUSED, 2},
    {"handshake2", 401, page, OUTCOME_MALFORMED, 2},
    {"handshake2", 404, page, OUTCOME_MALFORMED, 2},
    {"handshake2", 500, page, OUTCOME_MALFORMED, 2},
    {"request", 403, page, OUTCOME_REFUSED, 3},
    {"request", 401, page, OUTCOME_REFUSED, 3},
    {"request", 404, page, OUTCOME_DEVICE, 3},
    {"request", 500, page, OUTCOME_DEVICE, 3},
    {"request", 200, page, OUTCOME_MALFORMED, 3},
    {"request", 200, "", OUTCOME_MALFORMED, 3},
    {"request", 200, "{\"error_code\":9999}", OUTCOME_MALFORMED, 3},
};

START_TEST(every_step_may_be_refused) {
  enum outcome outcome;

  ck_assert_uint_eq(strlen(page_of_48), 48);
  dev.instead.at = steps[_i].at;
  dev.instead.status = steps[_i].status;
  dev.instead.body = steps[_i].body;
  outcome = ask("{}");
  ck_assert_msg(outcome == steps[_i].outcome, "%s %d: %d, %s", steps[_i].at,
                steps[_i].status, (int)outcome, b.why);
  ck_assert_int_eq(web.requests, steps[_i].requests);
  ck_assert_ptr_null(strstr(b.why, "secret"));
  dev.instead.at = NULL; /* and it is over */
  ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
  ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":1}}");
}
END_TEST

START_TEST(every_step_may_be_refused_to_a_living_session) {
  enum outcome outcome;

  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  if (strcmp(steps[_i].at, "request") != 0)
    dev.proved = false; /* it comes to a handshake */
  dev.instead.at = steps[_i].at;
  dev.instead.status = steps[_i].status;
  dev.instead.body = steps[_i].body;
  outcome = ask("{}");
  ck_assert_msg(outcome == steps[_i].outcome, "%s %d: %d, %s", steps[_i].at,
                steps[_i].status, (int)outcome, b.why);
  if (strcmp(steps[_i].at, "request") == 0) /* one new session, not more */
    ck_assert_int_eq(dev.hellos, 2);
  dev.instead.at = NULL;
  ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
}
END_TEST

START_TEST(a_device_may_do_without_a_cookie) {
  dev.no_cookie = true;
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 1);
}
END_TEST

static const int cuts[] = {-1, 1, 15, 16, 31, 32, 33, 47, 49, 63};

START_TEST(cut_answers_are_garbage) {
  dev.cut = cuts[_i];
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.hellos, 1);
  dev.cut = 0;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  dev.cut = cuts[_i];
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.hellos, 2); /* it may be the session's fault, once */
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
};

START_TEST(a_request_without_use_costs_one_new_session) {
  for (int i = 0; i < 10; i++) {
    dev.instead.at = NULL;
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
    dev.instead.at = "request";
    dev.instead.status = useless[_i].status;
    dev.instead.body = useless[_i].body;
    ck_assert_int_eq(ask("{\"broken\":1}"), useless[_i].outcome);
    ck_assert_int_eq(dev.hellos, 2);
  }
}
END_TEST

START_TEST(padding_that_is_none_is_garbage) {
  dev.unpadded = true;
  ck_assert_int_eq(ask("{}"), OUTCOME_MALFORMED);
  dev.unpadded = false;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
}
END_TEST

/* Nothing in KLAP tells: nobody checks signatures, and the number before
 * spoils a single block. What reads the text has to stand it. */
START_TEST(a_stale_answer_is_not_taken_for_the_fresh_one) {
  ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
  dev.stale = true;
  (void)ask("{\"a\":1}");
  ck_assert_str_ne(b.answer, "{\"you said\":{\"a\":1}}");
  dev.stale = false;
  ck_assert_int_eq(ask("{\"a\":1}"), OUTCOME_OK);
  ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":1}}");
}
END_TEST

START_TEST(a_request_can_be_aborted_at_any_time) {
  const char *why;

  for (int rounds = 0; rounds < 12; rounds++) {
    b.done = false;
    ck_assert_int_eq(
        transport_klap.send(link_, "{}", 2, transport_fixture_done, &b, &why),
        OUTCOME_OK);
    for (int i = 0; i < rounds && !b.done; i++)
      transport_fixture_run(&b, 1);
    transport_klap.abort(link_);
    transport_fixture_run(&b, b.done ? 0 : 5);
  }
  ck_assert_int_eq(ask("{\"a\":3}"), OUTCOME_OK);
  ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":3}}");
  b.done = false;
  ck_assert_int_eq(
      transport_klap.send(link_, "{}", 2, transport_fixture_done, &b, &why),
      OUTCOME_OK);
  transport_klap.close(link_); /* with a request under way */
  link_ = NULL;
  transport_fixture_run(&b, 20);
  ck_assert(!b.done);
}
END_TEST

START_TEST(nobody_listens) {
  transport_klap.close(link_);
  where.address.sin_port = htons(1);
  link_ = transport_klap.open(&b.env, &where);
  ck_assert_int_eq(ask("{}"), OUTCOME_REFUSED);
  ck_assert_str_eq(b.why, "connection refused");
}
END_TEST

START_TEST(a_kept_connection_may_have_died) {
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  shutdown(atomic_load(&web.connection), SHUT_RDWR);
  transport_fixture_run(&b, 20);
  b.done = false;
  ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 1);
  ck_assert_int_eq(web.connections, 2);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 120);
  tcase_add_test(t, a_session_lasts_on_one_connection);
  tcase_add_loop_test(t, every_account_and_version_is_recognised, 0, 12);
  tcase_add_loop_test(t, capitals_do_not_matter, 0, 3);
  tcase_add_loop_test(t, who_proved_the_account_is_not_taken_with_less, 0, 3);
  tcase_add_test(t, a_wrong_password_costs_one_request);
  tcase_add_test(t, somebody_elses_device_is_not_even_tried);
  tcase_add_test(t, a_page_of_html_is_no_hello);
  tcase_add_test(t, a_lost_session_is_begun_anew_once);
  tcase_add_test(t, two_pollers_do_not_fight);
  tcase_add_loop_test(t, wrong_hellos_end_it, 0, ROWS(hellos));
  tcase_add_test(t, garbage_is_answered_by_a_new_session);
  tcase_add_test(t, what_is_no_json_is_garbage);
  tcase_add_test(t, firmware_with_one_request_per_session_is_learned);
  tcase_add_test(t, a_short_life_is_renewed_in_time);
  tcase_add_test(t, devices_that_close_get_a_rest);
  tcase_add_test(t, an_answer_without_end_is_cut);
  tcase_add_loop_test(t, every_step_may_be_refused, 0, ROWS(steps));
  tcase_add_loop_test(t, every_step_may_be_refused_to_a_living_session, 0,
                      ROWS(steps));
  tcase_add_test(t, a_device_may_do_without_a_cookie);
  tcase_add_loop_test(t, a_request_without_use_costs_one_new_session, 0,
                      ROWS(useless));
  tcase_add_loop_test(t, cut_answers_are_garbage, 0, ROWS(cuts));
  tcase_add_test(t, padding_that_is_none_is_garbage);
  tcase_add_test(t, a_stale_answer_is_not_taken_for_the_fresh_one);
  tcase_add_loop_test(t, a_request_can_be_aborted_at_any_time, 0, 10);
  tcase_add_test(t, nobody_listens);
  tcase_add_test(t, a_kept_connection_may_have_died);
}

int main(void) { return suite_run("klap", fill); }
