/* SPDX-License-Identifier: MIT */
/* How a known device is spoken with: what it says, what option Transport says,
 * trials, and what of it all is believed when. */
#include <config.h>

#include "base/log.h"
#include "device/iot/iot.h"
#include "device/smart/smart.h"
#include "device/transport/aes.h"
#include "device/transport/klap.h"
#include "device/transport/tpap.h"
#include "device/transport/transports.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/auth_backoff.h"
#include "poll/registry/transport_select.h"

#include "../support/suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct poll_device k;
static struct device_options block;
static struct poll_options options;
static unsigned lines;
static char last_line[1000];

static void count_line(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  lines++;
  snprintf(last_line, sizeof(last_line), "%s", text);
}

static void setup(void) {
  k = (struct poll_device){0};
  block = (struct device_options){.kind = MATCH_ADDRESS};
  poll_options_init(&options);
  lines = 0;
  log_set_sink(count_line, NULL);
  snprintf(k.name, sizeof(k.name), "Lamp");
}

static void teardown(void) { log_set_sink(NULL, NULL); }

static struct introduction by_iot(void) {
  return (struct introduction){.dialect = &dialect_iot,
                               .transport = &transport_xor};
}

static struct introduction by_tdp(const struct transport *transport,
                                  const struct dialect *dialect) {
  return (struct introduction){.dialect = dialect,
                               .transport = transport,
                               .service = {.port = 8080},
                               .tdp = true,
                               .owner = {0xB5, 0x89, 0x96, 0xC5, 0x04, 0xC5,
                                         0x63, 0x87, 0x98, 0xEB, 0x6B, 0x51,
                                         0x1E, 0x6F, 0x49, 0xAF}};
}

static void live_at(const char *address) {
  struct in_addr in;

  ck_assert_int_eq(inet_pton(AF_INET, address, &in), 1);
  k.address = transport_select_at(&k, in);
}

/* Found by in, at 192.0.2.7, and polled well since. */
static void found(struct introduction in) {
  transport_select_take(&k, &in);
  live_at("192.0.2.7");
  k.status.answered = k.status.polled = k.status.up = true;
  transport_select_worked(&k);
  auth_backoff_accepted(&k, NULL);
}

static void tell(struct introduction in) {
  k.contact.changed = false;
  transport_select_adopt(&k, &in);
}

/* Whether there is another way to try. */
static bool fails_by(enum outcome outcome) {
  k.status.outcome = outcome;
  return transport_select_try_other(&k, &options);
}

#define SPEAKS(transport_, dialect_, port)                                     \
  do {                                                                         \
    ck_assert_str_eq(k.contact.transport->name, transport_);                   \
    ck_assert_str_eq(k.contact.dialect->name, dialect_);                       \
    ck_assert_uint_eq(ntohs(k.address.sin_port), port);                        \
  } while (0)

static const struct {
  const char *was, *is;
} updates[] = {{"xor", "klap"}, {"aes", "klap"}, {"klap", "tpap"},
               {"xor", "tpap"}, {"aes", "tpap"}, {"tpap", "klap"}};

static const struct transport *named(const char *name) {
  static const struct transport *const all[] = {
      &transport_xor, &transport_klap, &transport_aes, &transport_tpap};

  for (size_t i = 0; i < 4; i++)
    if (strcmp(all[i]->name, name) == 0)
      return all[i];
  ck_abort_msg("%s", name);
}

START_TEST(an_update_is_followed) {
  bool iot = strcmp(updates[_i].was, "xor") == 0;
  const struct dialect *dialect = iot ? &dialect_iot : &dialect_smart;

  found(iot ? by_iot() : by_tdp(named(updates[_i].was), dialect));
  tell(by_tdp(named(updates[_i].is), dialect));
  ck_assert(k.contact.changed);
  SPEAKS(updates[_i].is, dialect->name, 8080);
  ck_assert_uint_eq(lines, 1);
  ck_assert_ptr_nonnull(strstr(last_line, updates[_i].is));
  tell(by_tdp(named(updates[_i].is), dialect));
  ck_assert(!k.contact.changed);
  ck_assert_uint_eq(lines, 1);
}
END_TEST

START_TEST(nobody_is_lured_back_to_aes) {
  found(by_tdp(named(_i == 0 ? "klap" : "tpap"), &dialect_smart));
  tell(by_tdp(&transport_aes, &dialect_smart));
  ck_assert(!k.contact.changed);
  ck_assert_str_eq(k.contact.transport->name, _i == 0 ? "klap" : "tpap");
}
END_TEST

START_TEST(port_9999_says_nothing_against_tdp) {
  found(by_tdp(&transport_klap, &dialect_smart));
  tell(by_iot());
  ck_assert(!k.contact.changed);
  SPEAKS("klap", "smart", 8080);
}
END_TEST

/* It says KLAP and serves port 9999 only, or says TPAP and wants KLAP: then
 * the other ways are tried in which its language is spoken, and one that works
 * is stayed with, whatever it says again. */
START_TEST(what_is_said_may_be_wrong) {
  static const enum outcome outcomes[] = {OUTCOME_AUTH, OUTCOME_REFUSED,
                                          OUTCOME_MALFORMED};
  enum outcome outcome = outcomes[_i % 3];
  bool iot = _i < 3;
  struct introduction in = by_tdp(iot ? &transport_klap : &transport_tpap,
                                  iot ? &dialect_iot : &dialect_smart);

  transport_select_take(&k, &in);
  live_at("192.0.2.7");
  ck_assert_str_eq(k.contact.transport->name, iot ? "klap" : "tpap");
  ck_assert(fails_by(outcome));
  SPEAKS(iot ? "xor" : "klap", iot ? "iot" : "smart", iot ? 9999 : 80);
  tell(in); /* once more */
  ck_assert(!k.contact.changed);
  ck_assert_str_eq(k.contact.transport->name, iot ? "xor" : "klap");
  ck_assert(!fails_by(OUTCOME_REFUSED)); /* back to what it says */
  SPEAKS(iot ? "klap" : "tpap", iot ? "iot" : "smart", 8080);
  ck_assert(fails_by(outcome));
  transport_select_worked(&k);
  k.status.answered = true;
  tell(in);
  ck_assert_str_eq(k.contact.transport->name, iot ? "xor" : "klap");
}
END_TEST

/* Where another client takes each session away. */
START_TEST(a_session_proves_how_it_speaks_and_the_account) {
  bool entered = _i == 1;

  found(by_tdp(&transport_tpap, &dialect_smart));
  k.contact.worked = NULL;
  k.contact.entered = entered ? &transport_tpap : NULL;
  k.status.up = false;
  k.status.usual = OUTCOME_REFUSED;
  k.status.outcome = OUTCOME_REFUSED;
  poll_device_set_why(&k, "it takes its session away at once");
  poll_device_keep_reason(&k, transport_select_is_trial(&k));
  for (int i = 0; i < 2; i++)
    ck_assert(!fails_by(OUTCOME_REFUSED) || !entered);
  ck_assert(!entered || k.contact.transport == &transport_tpap);
  (void)fails_by(OUTCOME_REFUSED); /* it goes on: others are tried */
  k.contact.transport = &transport_klap;
  ck_assert_str_eq(transport_select_name(&k), "tpap");
  k.status.outcome = OUTCOME_AUTH;
  poll_device_set_why(&k, "check the password");
  poll_device_keep_reason(&k, transport_select_is_trial(&k));
  ck_assert_int_eq(k.status.outcome, entered ? OUTCOME_REFUSED : OUTCOME_AUTH);
  ck_assert_str_eq(poll_device_why(&k),
                   entered ? "it takes its session away at once"
                           : "check the password");
  free(k.trouble);
  k.trouble = NULL;
}
END_TEST

START_TEST(aes_is_tried_only_with_leave) {
  static const char *const order[2][3] = {{"tpap", "klap", "tpap"},
                                          {"tpap", "aes", "klap"}};

  options.allow_aes = _i == 1;
  found(by_tdp(&transport_klap, &dialect_smart));
  k.contact.worked = NULL;
  for (int i = 0; i < 3; i++) {
    (void)fails_by(OUTCOME_MALFORMED);
    ck_assert_str_eq(k.contact.transport->name, order[_i][i]);
  }
}
END_TEST

START_TEST(who_proved_the_account_is_not_asked_without) {
  found(by_tdp(&transport_klap, &dialect_iot));
  k.auth.proved = true;
  for (int i = 0; i < 5; i++) {
    (void)fails_by(OUTCOME_AUTH);
    ck_assert_str_eq(k.contact.transport->name, "klap");
  }
  k.contact.by_tdp = false;
  tell(by_iot());
  ck_assert_str_eq(k.contact.transport->name, "klap");
}
END_TEST

/* A datagram does not make the login show more. */
START_TEST(the_version_of_a_login_does_not_go_down) {
  struct introduction in = by_tdp(&transport_aes, &dialect_smart);

  options.allow_aes = true;
  in.service.login = 2;
  found(in);
  in.service.login = 1;
  tell(in);
  ck_assert_uint_eq(k.contact.service.login, 2);
}
END_TEST

START_TEST(what_works_needs_no_other_way) {
  struct introduction in = by_iot();

  transport_select_take(&k, &in);
  live_at("192.0.2.7");
  tell(by_tdp(&transport_klap, &dialect_iot));
  transport_select_worked(&k);
  auth_backoff_accepted(&k, NULL);
  k.status.answered = true;
  (void)fails_by(OUTCOME_REFUSED); /* it reboots */
  SPEAKS("klap", "iot", 8080);
}
END_TEST

START_TEST(without_a_word_everything_is_tried) {
  static const struct {
    const char *transport, *dialect;
    unsigned port;
  } row[] = {{"xor", "iot", 9999},
             {"klap", "smart", 80},
             {"klap", "iot", 80},
             {"tpap", "smart", 80},
             {"aes", "smart", 80}};

  k.options = &block;
  transport_select_start(&k, &options);
  live_at("192.0.2.7");
  for (int i = 0; i < 15; i++) {
    static const enum outcome outcomes[] = {OUTCOME_REFUSED, OUTCOME_TIMEOUT,
                                            OUTCOME_AUTH};

    SPEAKS(row[i % 5].transport, row[i % 5].dialect, row[i % 5].port);
    ck_assert(fails_by(outcomes[i % 3]) == (i % 5 < 4));
  }
  transport_select_worked(&k);
  k.status.answered = true; /* that was it */
  ck_assert(!fails_by(OUTCOME_REFUSED));
  ck_assert(!fails_by(OUTCOME_AUTH));
  SPEAKS("xor", "iot", 9999);
}
END_TEST

START_TEST(option_transport_counts) {
  block.transport = TRANSPORT_KLAP;
  k.options = &block;
  transport_select_start(&k, &options);
  live_at("192.0.2.7");
  SPEAKS("klap", "smart", 80);
  tell(by_tdp(&transport_tpap, &dialect_smart));
  SPEAKS("klap", "smart", 80); /* not the other one's port */
  tell(by_tdp(&transport_klap, &dialect_iot));
  SPEAKS("klap", "iot", 8080);
  (void)fails_by(OUTCOME_REFUSED);
  ck_assert_str_eq(k.contact.transport->name, "klap");
}
END_TEST

START_TEST(option_port_counts) {
  block.port = 1234;
  k.options = &block;
  transport_select_start(&k, &options);
  live_at("192.0.2.7");
  SPEAKS("xor", "iot", 1234);
  tell(by_tdp(&transport_klap, &dialect_smart));
  SPEAKS("klap", "smart", 1234);
}
END_TEST

START_TEST(another_language_starts_to_learn_anew_but_not_to_count) {
  found(by_iot());
  k.device.memory.refused = 7;
  k.device.has_meter = true;
  ck_assert_double_eq(counter_add_total(&k.energy, 5000, 1000), 0);
  tell(by_tdp(&transport_klap, &dialect_smart));
  ck_assert_uint_eq(k.device.memory.refused, 0);
  ck_assert(!k.device.has_meter);
  (void)counter_add_power(&k.energy, 3600, 10000000, 60000000);
  (void)counter_add_power(&k.energy, 3600, 11000000, 60000000);
  ck_assert_double_eq_tol(k.energy.wh, 5001, 1e-9);
}
END_TEST

static const struct {
  const char *user;
  bool foreign;
  enum account_spelling spelling;
} users[] = {{"user@example.com", false, ACCOUNT_AS_TYPED},
             {"User@Example.COM", false, ACCOUNT_SMALL},
             {"other@example.com", true, ACCOUNT_AS_TYPED},
             {"", true, ACCOUNT_AS_TYPED}};

START_TEST(an_owner_is_known_by_his_address) {
  struct account account = {users[_i].user, "pass"};
  enum account_spelling how = ACCOUNT_SPELLINGS;

  found(by_tdp(&transport_klap, &dialect_smart));
  ck_assert(auth_backoff_is_foreign(&k, &account, &how) == users[_i].foreign);
  ck_assert_int_eq(how, users[_i].spelling);
  ck_assert(!auth_backoff_is_foreign(&k, NULL, &how));
  memset(k.contact.owner, 0, OWNER_SIZE);
  ck_assert(!auth_backoff_is_foreign(&k, &account, &how));
}
END_TEST

START_TEST(a_new_owner_is_a_new_chance) {
  struct introduction in = by_tdp(&transport_klap, &dialect_smart);

  found(in);
  k.auth.locked_steps = 3;
  k.auth.not_before_us = 1234567;
  tell(in);
  ck_assert_uint_eq(k.auth.locked_steps, 3);
  tell(by_tdp(&transport_tpap, &dialect_smart)); /* the same password */
  ck_assert_uint_eq(k.auth.locked_steps, 3);
  in.owner[0] ^= 1;
  tell(in);
  ck_assert_uint_eq(k.auth.locked_steps, 0);
  ck_assert_uint_eq(k.auth.not_before_us, 0);
}
END_TEST

static uint64_t pause_after_refusal(uint64_t now_s) {
  auth_backoff_refused(&k, 0, now_s * 1000000);
  return k.auth.not_before_us < now_s * 1000000
             ? 0
             : k.auth.not_before_us / 1000000 - now_s;
}

START_TEST(pauses_double_but_an_old_friend_is_asked_once_more) {
  struct introduction in = by_tdp(&transport_klap, &dialect_smart);

  transport_select_take(&k, &in);
  ck_assert_uint_eq(pause_after_refusal(1000), 60);
  ck_assert(auth_backoff_is_locked(&k, 1059999999));
  ck_assert(!auth_backoff_is_locked(&k, 1060000000));
  ck_assert_uint_eq(pause_after_refusal(2000), 120);
  for (int i = 0; i < 20; i++)
    (void)pause_after_refusal(3000);
  ck_assert_uint_eq(pause_after_refusal(4000), 7200);
  transport_select_worked(&k);
  auth_backoff_accepted(&k, NULL);
  ck_assert_uint_eq(pause_after_refusal(5000), 0);
  ck_assert_uint_eq(pause_after_refusal(5010), 60);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, an_update_is_followed, 0, ROWS(updates));
  tcase_add_loop_test(t, nobody_is_lured_back_to_aes, 0, 2);
  tcase_add_test(t, port_9999_says_nothing_against_tdp);
  tcase_add_loop_test(t, what_is_said_may_be_wrong, 0, 6);
  tcase_add_loop_test(t, a_session_proves_how_it_speaks_and_the_account, 0, 2);
  tcase_add_loop_test(t, aes_is_tried_only_with_leave, 0, 2);
  tcase_add_test(t, who_proved_the_account_is_not_asked_without);
  tcase_add_test(t, the_version_of_a_login_does_not_go_down);
  tcase_add_test(t, what_works_needs_no_other_way);
  tcase_add_test(t, without_a_word_everything_is_tried);
  tcase_add_test(t, option_transport_counts);
  tcase_add_test(t, option_port_counts);
  tcase_add_test(t, another_language_starts_to_learn_anew_but_not_to_count);
  tcase_add_loop_test(t, an_owner_is_known_by_his_address, 0, ROWS(users));
  tcase_add_test(t, a_new_owner_is_a_new_chance);
  tcase_add_test(t, pauses_double_but_an_old_friend_is_asked_once_more);
}

int main(void) { return suite_run("contact", fill); }
