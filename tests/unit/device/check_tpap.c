/* SPDX-License-Identifier: MIT */
/* TPAP against a small device: each cipher and credential, sessions, locks, a
 * device that lies, and passwords that take long to work on. */
#include <config.h>

#include "../support/tpap_device.h"
#include "device/transport/tpap.h"

static const char *const ciphers[] = {"aes_128_ccm", "AES-256-CCM",
                                      "chacha20_poly1305"};

START_TEST(a_login_serves_many_requests) {
  dev.cipher = ciphers[_i];
  dev.compressed = _i == 1;
  dev.dac = _i == 2;
  for (int i = 0; i < 10; i++) {
    ck_assert_int_eq(ask(), OUTCOME_OK);
    ck_assert_str_eq(b.answer, "{\"you said\":{\"a\":1}}");
  }
  ck_assert_int_eq(web.requests, 13);
  ck_assert_int_eq(web.connections, 1);
}
END_TEST

static const struct {
  const char *pake, *extra, *text;
} credentials[] = {
    {"[0]", NULL,
     "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA"},
    {"[]", NULL,
     "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA"},
    {"[5]", NULL, "user@example.com/great_password"},
    {"[2]", "{\"type\":\"something_new\",\"params\":{}}",
     "user@example.com/great_password"},
    {"[3]", "null", "user@example.com/great_password"},
    {"[2]",
     "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":1,"
     "\"passwd_prefix\":\"$1$abcdefgh$\"}}",
     "$1$abcdefgh$V6yZQFsVznBGbhaqRQcq50"},
    {"[2]", "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":3}}",
     "1943df6f7e02e7db3b548d87c98e1108dcfe7714"},
    {"[2]",
     "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":5,"
     "\"passwd_prefix\":\"$5$saltsaltsalt$\",\"passwd_rounds\":1000}}",
     "$5$rounds=1000$saltsaltsalt$YY4bOdCcDPyQ33JpunxOFv3Au.fZN."
     "RvLm2Pn9epYP1"},
    {"[2]",
     "{\"type\":\"password_authkey\",\"params\":{\"authkey_tmpkey\":"
     "\"RDpbLfCPsJZ7fiv\",\"authkey_dictionary\":"
     "\"abcdefghijklmnopqrstuvwxyz0123456789\"}}",
     "rsvduvpnavjqunz"},
    {"[2]",
     "{\"type\":\"password_sha_with_salt\",\"params\":{\"sha_name\":0,"
     "\"sha_salt\":\"cGVwcGVy\"}}",
     "4933f04f50a3fe1242a92322ed7ab38dcf537e9ce7dc38a8c1e3c0b63123ba95"},
};

START_TEST(every_form_of_credential_gets_in) {
  dev.pake = credentials[_i].pake;
  dev.extra = credentials[_i].extra;
  dev.pass_text = credentials[_i].text;
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  ck_assert_int_eq(dev.shares, 1);
}
END_TEST

START_TEST(a_wrong_password_costs_one_share) {
  dev.pass_text = "other";
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_le(dev.shares, 2); /* twice for one w0 in 512 */
  ck_assert_ptr_nonnull(strstr(b.why, "user@example.com"));
  ck_assert_ptr_null(strstr(b.why, "great_password"));
}
END_TEST

START_TEST(without_an_account_nothing_is_tried) {
  where.account = NULL;
  if (_i == 1) {
    where.account = &account;
    where.foreign = true;
  }
  reopen();
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_eq(web.requests, _i == 1 ? 0 : 1); /* discover */
}
END_TEST

START_TEST(a_device_that_cannot_prove_itself_gets_nothing) {
  dev.bad_confirm = true;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_str_eq(dev.said, "");
}
END_TEST

START_TEST(a_lock_is_respected) {
  dev.login_error = -40404;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_uint_eq(transport_tpap.locked(link_), 777);
  ck_assert_int_eq(dev.shares, 0);
}
END_TEST

/* -- the worker
 * ---------------------------------------------------------------- */

static unsigned ticks;
static struct loop_timer beat;

static void on_beat(struct loop_timer *timer) {
  ticks += dev.registers > 0 && dev.shares == 0;
  loop_timer_set(b.env.loop, timer, loop_now_us(b.env.loop) + 1000);
}

/* As many iterations as are allowed take a multiple of the ten milliseconds
 * that are wanted here, on any machine. */
START_TEST(the_loop_goes_on_while_a_password_is_worked_on) {
  dev.iterations = "100000";
  ticks = 0;
  beat = (struct loop_timer){.fired = on_beat};
  loop_timer_set(b.env.loop, &beat, 0);
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  loop_timer_cancel(b.env.loop, &beat);
  ck_assert_uint_ge(ticks, 10);
}
END_TEST

START_TEST(a_login_can_be_given_up_while_the_password_is_worked_on) {
  const char *why;

  dev.iterations = "100000";
  for (int round = 0; round < 3; round++) {
    dev.registers = 0;
    b.done = false;
    ck_assert_int_eq(
        transport_tpap.send(link_, "{}", 2, transport_fixture_done, &b, &why),
        OUTCOME_OK);
    for (int i = 0; i < 5000 && dev.registers == 0; i++)
      transport_fixture_run(&b, 1);
    transport_fixture_run(&b, 3);
    if (round == 0)
      transport_tpap.abort(link_);
    else if (round == 1)
      reopen();
  }
  ck_assert(!b.done);
  /* the third one is under way when all comes to its end */
}
END_TEST

START_TEST(a_second_login_may_use_what_the_first_has_worked_out) {
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.open = false;
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.open = false;
  dev.salt = "00112233445566778899aabbccddeeff"; /* and must not here */
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.open = false;
  dev.iterations = "200";
  ck_assert_int_eq(ask(), OUTCOME_OK);
  dev.open = false;
  dev.extra = "{\"type\":\"password_shadow\",\"params\":{\"passwd_id\":3}}";
  dev.pass_text = "1943df6f7e02e7db3b548d87c98e1108dcfe7714";
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.discovers, 5);
}
END_TEST

START_TEST(sessions_that_end_are_begun_anew_once) {
  dev.evict = 1;
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.discovers, 2);
  dev.evict = 0;
  dev.forged = _i == 0;
  dev.wrong_seq = _i == 1;
  dev.cut = _i == 2;
  ck_assert_int_eq(ask(), OUTCOME_MALFORMED);
  ck_assert_int_eq(dev.discovers, 3);
}
END_TEST

START_TEST(a_device_that_wants_klap_is_told_apart) {
  dev.no_tpap = true;
  ck_assert_int_eq(ask(), OUTCOME_REFUSED);
  ck_assert_ptr_nonnull(strstr(b.why, "KLAP"));
}
END_TEST

START_TEST(errors_of_http_end_it) {
  dev.status = _i == 0 ? 403 : 500;
  ck_assert_int_eq(ask(), _i == 0 ? OUTCOME_REFUSED : OUTCOME_DEVICE);
  ck_assert_int_eq(web.requests, 1);
}
END_TEST

/* A w0 of 31 bytes enters the hash as such or with a zero before it: nobody
 * is sure. This device wants the zero. */
START_TEST(the_other_form_of_w0_is_tried_once_and_kept) {
  dev.salt = "73686f727477302d0000000000000262";
  dev.iterations = "1";
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  ck_assert_int_eq(dev.shares, 2);
  dev.open = false; /* the session is over */
  ck_assert_int_eq(ask(), OUTCOME_OK);
  ck_assert_int_eq(dev.shares, 3);
  dev.pass_text = "other";
  dev.salt = "73686f727477302d000000000000004d";
  dev.open = false;
  ck_assert_int_eq(ask(), OUTCOME_AUTH);
  ck_assert_int_le(dev.shares, 5);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, a_login_serves_many_requests, 0, ROWS(ciphers));
  tcase_add_loop_test(t, every_form_of_credential_gets_in, 0,
                      ROWS(credentials));
  tcase_add_test(t, a_wrong_password_costs_one_share);
  tcase_add_loop_test(t, without_an_account_nothing_is_tried, 0, 2);
  tcase_add_test(t, a_device_that_cannot_prove_itself_gets_nothing);
  tcase_add_test(t, a_lock_is_respected);
  tcase_add_loop_test(t, sessions_that_end_are_begun_anew_once, 0, 3);
  tcase_add_test(t, the_other_form_of_w0_is_tried_once_and_kept);
  tcase_add_test(t, the_loop_goes_on_while_a_password_is_worked_on);
  tcase_add_test(t, a_login_can_be_given_up_while_the_password_is_worked_on);
  tcase_add_test(t, a_second_login_may_use_what_the_first_has_worked_out);
  tcase_add_test(t, a_device_that_wants_klap_is_told_apart);
  tcase_add_loop_test(t, errors_of_http_end_it, 0, 2);
}

int main(void) { return suite_run("tpap", fill); }
