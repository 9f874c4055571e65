/* SPDX-License-Identifier: MIT */
/* KLAP against a small device of our own: sessions, their loss, accounts,
 * answers that are none. */
#include <config.h>

#include "device/transport/klap.h"

#include "../support/klap_device.h"
#include "../support/suite.h"
#include "../support/transport_fixture.h"
#include "../support/wipe.h"

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

/* Under the number before a single block is spoilt, and the signature tells of
 * it where the device signs as we do. */
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

/* One of them is worth a new session, and no more. */
START_TEST(an_answer_that_is_played_again_is_known_by_its_signature) {
  for (int i = 1; i < 4; i++) {
    ck_assert_int_eq(ask("{\"first\":1}"), OUTCOME_OK);
    ck_assert_int_eq(dev.hellos, i);
    ck_assert_int_eq(ask("{\"again\":2}"), OUTCOME_OK);
    dev.replays = true;
    ck_assert_int_eq(ask("{\"later\":3}"), OUTCOME_OK);
    dev.replays = false;
    ck_assert_int_eq(ask("{\"later\":3}"), OUTCOME_OK);
    ck_assert_str_eq(b.answer, "{\"you said\":{\"later\":3}}");
  }
}
END_TEST

/* Though all of them begin alike, and are known to. */
START_TEST(an_answer_that_begins_as_all_do_is_known_when_played_again) {
  for (int i = 1; i < 4; i++) {
    for (int n = 1; n <= 20; n++) {
      char text[16];

      snprintf(text, sizeof(text), "{\"a\":%d}", n);
      ck_assert_int_eq(ask(text), OUTCOME_OK);
      ck_assert_int_eq(dev.hellos, i);
      dev.replays = n == 20;
    }
    ck_assert_int_eq(ask("{\"a\":21}"), OUTCOME_OK); /* in a new session */
    ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":21}}");
    ck_assert_int_eq(dev.hellos, i + 1);
    dev.replays = false;
  }
}
END_TEST

/* Whether it is long enough to have a whole first block or not. */
START_TEST(answers_that_begin_otherwise_are_read) {
  static const char *const texts[] = {"1", "{\"a\":1}", "22", "{\"b\":1}", "3"};

  for (int i = 0; i < 20; i++)
    ck_assert_int_eq(ask(texts[i % ROWS(texts)]), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 1);
}
END_TEST

START_TEST(who_signs_in_a_way_of_its_own_is_read) {
  dev.scrawls = true;
  for (int i = 0; i < 10; i++)
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  ck_assert_int_eq(dev.hellos, 1);
  /* and may change its mind */
  for (int i = 0; i < 10; i++) {
    dev.scrawls = i % 2 == 0;
    ck_assert_int_eq(ask("{}"), OUTCOME_OK);
  }
  ck_assert_int_eq(dev.hellos, 1);
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
  tcase_add_test(t, an_answer_that_is_played_again_is_known_by_its_signature);
  tcase_add_test(t, an_answer_that_begins_as_all_do_is_known_when_played_again);
  tcase_add_test(t, answers_that_begin_otherwise_are_read);
  tcase_add_test(t, who_signs_in_a_way_of_its_own_is_read);
  tcase_add_loop_test(t, a_request_can_be_aborted_at_any_time, 0, 10);
  tcase_add_test(t, nobody_listens);
  tcase_add_test(t, a_kept_connection_may_have_died);
}

int main(void) { return suite_run("klap", fill); }
