/* SPDX-License-Identifier: MIT */
/* What answers mean, Retry-After, addresses, signatures: HTTP without a
 * network. */
#include <config.h>

#include "alert/channel/channel_types.h"
#include "alert/channel/email/smtp_judge.h"
#include "alert/channel/http.h"
#include "alert/channel/signature.h"

#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1790000000 };

static const struct {
  const char *value;
  double wait;
} waits[] = {
    {"0", 0},
    {"7", 7},
    {" 7", 7},
    {"1.5", 1.5},
    {"86400", 86400},
    {"999999999999", HTTP_WAIT_MAX},
    {"1e400", HTTP_WAIT_MAX},
    {"7x", -1},
    {"-5", -1},
    {"", -1},
    {"soon", -1},
    {"nan", -1},
    {"Mon, 21 Sep 2026 14:15:20 GMT", 120},
    {"Monday, 21-Sep-26 14:15:20 GMT", 120},
    {"Mon Sep 21 14:15:20 2026", 120},
    {"Mon, 21 Sep 2026 14:00:00 GMT", 0},
    /* as far as 32 bits of time reach */
    {"Sun, 21 Sep 2036 14:00:00 GMT", HTTP_WAIT_MAX},
};

START_TEST(retry_after_is_read_in_both_forms) {
  ck_assert_double_eq_tol(http_retry_after(waits[_i].value, NOW),
                          waits[_i].wait, 0.001);
}
END_TEST

static const struct {
  const char *url;
  bool insecure;
  bool good;
} urls[] = {
    {"https://hub.example.org/alerts", false, true},
    {"https://hub.example.org:8443/alerts?a=b", false, true},
    {"HTTPS://hub.example.org", false, true},
    {"http://localhost:8080/x", false, true},
    {"http://127.0.0.1/x", false, true},
    {"http://127.8.9.1/x", false, true},
    {"http://[::1]:8080/x", false, true},
    {"http://hub.example.org/", false, false},
    {"http://hub.example.org/", true, true},
    {"http://127.0.0.1.example.org/", false, false},
    {"http://localhost.example.org/", false, false},
    {"https://user:pass@hub.example.org/", false, false},
    {"https://user@hub.example.org/", false, false},
    {"ftp://hub.example.org/", true, false},
    {"file:///etc/passwd", true, false},
    {"hub.example.org", true, false},
    {"https:///x", true, false},
    {"https://", true, false},
    {"https://a b/", true, false},
    {"https://a/\nb", true, false},
    {"", true, false},
};

START_TEST(only_addresses_we_would_send_to_pass) {
  char host[HTTP_HOST_SIZE] = "";
  char why[200] = "";
  int err = http_url_check(urls[_i].url, urls[_i].insecure, host, sizeof(host),
                           why, sizeof(why));

  ck_assert_msg((err == 0) == urls[_i].good, "%s: %s", urls[_i].url, why);
  if (err < 0)
    ck_assert_ptr_null(strstr(why, "pass"));
}
END_TEST

static struct http_answer answer_of(long status) {
  struct http_answer a = {.failure = CURL_TRANSFER_OK,
                          .written = true,
                          .status = status,
                          .complete = true,
                          .retry_after = -1};
  buf_init(&a.body, HTTP_ANSWER_MAX);
  buf_init(&a.headers, HTTP_HEADERS_MAX);
  return a;
}

static const struct {
  long status;
  enum send_outcome outcome;
} statuses[] = {
    {200, SEND_SENT},
    {204, SEND_SENT},
    {299, SEND_SENT},
    {301, SEND_REFUSED_CHANNEL},
    {307, SEND_REFUSED_CHANNEL},
    {400, SEND_REFUSED_MESSAGE},
    {401, SEND_REFUSED_CHANNEL},
    {402, SEND_REFUSED_MESSAGE},
    {403, SEND_REFUSED_CHANNEL},
    {404, SEND_REFUSED_CHANNEL},
    {408, SEND_RETRY},
    {410, SEND_REFUSED_CHANNEL},
    {413, SEND_SHRINK},
    {422, SEND_REFUSED_MESSAGE},
    {425, SEND_RETRY},
    {429, SEND_RETRY},
    {499, SEND_REFUSED_MESSAGE},
    {500, SEND_RETRY},
    {599, SEND_RETRY},
    {600, SEND_REFUSED_MESSAGE},
    {999, SEND_REFUSED_MESSAGE},
};

START_TEST(every_status_has_its_class) {
  struct http_channel client = {0};
  struct http_answer a = answer_of(statuses[_i].status);
  struct send_result result;
  bool good = http_judge(&client, &a, NULL, NULL, &result);

  ck_assert_int_eq(result.outcome, statuses[_i].outcome);
  ck_assert_int_eq(good, statuses[_i].outcome == SEND_SENT);
  http_answer_free(&a);
}
END_TEST

static const struct {
  enum curl_transfer_failure failure;
  bool written;
  enum send_outcome outcome;
  double wait;
} silences[] = {
    {CURL_TRANSFER_UNREACHABLE, false, SEND_RETRY, 0},
    {CURL_TRANSFER_TIMEOUT, false, SEND_RETRY, 0},
    {CURL_TRANSFER_TIMEOUT, true, SEND_AMBIGUOUS, 30},
    {CURL_TRANSFER_BROKEN, false, SEND_RETRY, 0},
    {CURL_TRANSFER_BROKEN, true, SEND_AMBIGUOUS, 30},
    {CURL_TRANSFER_MALFORMED, true, SEND_AMBIGUOUS, 30},
    {CURL_TRANSFER_ABORTED, false, SEND_RETRY, 0},
    {CURL_TRANSFER_ABORTED, true, SEND_AMBIGUOUS, 30},
    {CURL_TRANSFER_CLOCK, false, SEND_RETRY, 300},
    {CURL_TRANSFER_UNTRUSTED, false, SEND_REFUSED_CHANNEL, 0},
    {CURL_TRANSFER_LOCAL, false, SEND_REFUSED_CHANNEL, 0},
    {CURL_TRANSFER_LOCAL, true, SEND_AMBIGUOUS, 30},
};

START_TEST(silence_is_ambiguous_only_after_the_request_was_written) {
  struct http_channel client = {0};
  struct http_answer a = answer_of(0);
  struct send_result result;

  a.failure = silences[_i].failure;
  a.written = silences[_i].written;
  a.complete = false;
  ck_assert(!http_judge(&client, &a, NULL, NULL, &result));
  ck_assert_int_eq(result.outcome, silences[_i].outcome);
  ck_assert_double_eq(result.wait_s, silences[_i].wait);
  http_answer_free(&a);
}
END_TEST

START_TEST(own_rules_come_first) {
  static const struct http_rule own[] = {
      {404, 404, SEND_RETRY, 9, true, NULL},
      {0, 0, SEND_RETRY, 0, false, NULL},
  };
  struct http_channel client = {0};
  struct http_answer a = answer_of(404);
  struct send_result result;

  http_judge(&client, &a, own, NULL, &result);
  ck_assert_int_eq(result.outcome, SEND_RETRY);
  ck_assert_double_eq(result.wait_s, 9);
  ck_assert(result.stop);
  http_answer_free(&a);
}
END_TEST

START_TEST(the_reason_is_clean_short_and_without_secrets) {
  struct secret url = {.value = strdup("https://x.example.org/hooks/"
                                       "AAAAAAAAAAAAAAAAAAAA/tail-of-it")};
  struct http_channel client = {0};
  struct http_answer a = answer_of(500);
  struct send_result result;

  http_keep_secret(&client, &url);
  ck_assert_int_eq(
      buf_addf(&a.body,
               "no\r\n\x1b[31m POST /hooks/AAAAAAAAAAAAAAAAAAAA/tail-of-it, "
               "that is AAAAAAAAAAAAAAAAAAAA of https://x.example.org/hooks/"
               "AAAAAAAAAAAAAAAAAAAA/tail-of-it \xff"),
      0);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(buf_adds(&a.body, " and so on"), 0);
  http_judge(&client, &a, NULL, NULL, &result);
  ck_assert_ptr_null(strstr(result.why, "AAAA"));
  ck_assert_ptr_null(strstr(result.why, "tail-of-it"));
  ck_assert_ptr_null(strchr(result.why, '\x1b'));
  ck_assert_uint_le(strlen(result.why), 256);
  ck_assert_int_eq(strncmp(result.why, "HTTP 500: no", 12), 0);
  http_answer_free(&a);
  secret_free(&url);
}
END_TEST

START_TEST(headers_are_found_without_regard_to_case) {
  struct http_answer a = answer_of(200);
  char text[32];

  ck_assert_int_eq(buf_adds(&a.headers,
                            "HTTP/1.1 200 OK\r\nX-Limit-App-Remaining: 12 \r\n"
                            "x-limit-app-reset:1900000000\r\nX-Odd: -3\r\n"
                            "X-Word: many\r\nX-Empty:\r\n\r\n"),
                   0);
  ck_assert(http_header(&a, "x-limit-APP-remaining", text, sizeof(text)));
  ck_assert_str_eq(text, "12");
  ck_assert_double_eq(http_header_number(&a, "X-Limit-App-Reset"), 1900000000);
  ck_assert_double_eq(http_header_number(&a, "X-Odd"), -1);
  ck_assert_double_eq(http_header_number(&a, "X-Word"), -1);
  ck_assert_double_eq(http_header_number(&a, "X-Empty"), -1);
  ck_assert_double_eq(http_header_number(&a, "X-Absent"), -1);
  ck_assert(!http_header(&a, "X-Limit", text, sizeof(text)));
  http_answer_free(&a);
}
END_TEST

START_TEST(a_signature_is_hmac_sha256_over_time_and_body) {
  char text[SIGNATURE_SIZE];

  /* checked with: printf '1790000000.{"a":1}' | openssl dgst -sha256 -hmac key
   */
  ck_assert_int_eq(signature_of("key", NOW, "{\"a\":1}", 7, text), 0);
  ck_assert_str_eq(
      text, "t=1790000000,v1="
            "7a4d26944722100249410c8c7f2e76c3cc6e9735fcc98b39e44a122da5490ffc");
}
END_TEST

static const struct {
  const char *what;
  struct smtp_report report;
  bool several;
  enum send_outcome outcome;
  double wait;
} mails[] = {
    {"final 250",
     {.failure = CURL_TRANSFER_OK, .phase = SMTP_FINAL, .reply = 250},
     false,
     SEND_SENT,
     0},
    {"greeting 421",
     {.failure = CURL_TRANSFER_MALFORMED, .phase = SMTP_GREETING, .reply = 421},
     false,
     SEND_RETRY,
     60},
    {"RCPT 450 is greylisting",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_RCPT, .reply = 450},
     false,
     SEND_RETRY,
     300},
    {"RCPT 550",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_RCPT, .reply = 550},
     false,
     SEND_REFUSED_MESSAGE,
     0},
    {"RCPT 550 among several",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_RCPT, .reply = 550},
     true,
     SEND_SPLIT,
     0},
    {"MAIL 550",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_MAIL, .reply = 550},
     false,
     SEND_REFUSED_CHANNEL,
     0},
    {"after DATA 452",
     {.failure = CURL_TRANSFER_MALFORMED, .phase = SMTP_FINAL, .reply = 452},
     false,
     SEND_RETRY,
     60},
    {"after DATA 554",
     {.failure = CURL_TRANSFER_MALFORMED, .phase = SMTP_FINAL, .reply = 554},
     true,
     SEND_REFUSED_MESSAGE,
     0},
    {"lost after the dot",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_FINAL, .reply = 354},
     false,
     SEND_AMBIGUOUS,
     60},
    {"lost within the text",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_DATA, .reply = 354},
     false,
     SEND_RETRY,
     60},
    {"AUTH 535",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_AUTH, .reply = 535},
     false,
     SEND_REFUSED_CHANNEL,
     0},
    {"AUTH 454",
     {.failure = CURL_TRANSFER_BROKEN, .phase = SMTP_AUTH, .reply = 454},
     false,
     SEND_RETRY,
     60},
    {"STARTTLS not offered",
     {.failure = CURL_TRANSFER_UNTRUSTED, .phase = SMTP_GREETING, .reply = 250},
     false,
     SEND_REFUSED_CHANNEL,
     0},
    {"certificate expired",
     {.failure = CURL_TRANSFER_CLOCK, .phase = SMTP_GREETING, .reply = 220},
     false,
     SEND_RETRY,
     300},
    {"nobody there",
     {.failure = CURL_TRANSFER_UNREACHABLE, .phase = SMTP_CONNECT, .reply = 0},
     false,
     SEND_RETRY,
     60},
    {"we are stopping",
     {.failure = CURL_TRANSFER_ABORTED, .phase = SMTP_RCPT, .reply = 250},
     false,
     SEND_RETRY,
     0},
};

START_TEST(mail_is_judged_by_phase_and_reply) {
  struct send_result result;

  http_result_init(&result);
  smtp_judge(&mails[_i].report, mails[_i].several ? SMTP_SEVERAL : SMTP_ONE,
             &result);
  ck_assert_msg(result.outcome == mails[_i].outcome, "%s", mails[_i].what);
  ck_assert_msg(result.wait_s == mails[_i].wait, "%s", mails[_i].what);
  /* only who the letter is for can be refused alone */
  ck_assert_msg(result.recipient == (mails[_i].report.phase == SMTP_RCPT &&
                                     mails[_i].report.reply >= 400 &&
                                     mails[_i].outcome == SEND_RETRY),
                "%s", mails[_i].what);
}
END_TEST

/* A minute for a mail, half of one for the others. */
START_TEST(no_transfer_has_for_ever) {
  const struct sender *sender = channel_types[_i].sender;
  const struct option *o = sender->options;
  void *settings = calloc(1, sender->settings_size);

  sender->defaults(settings);
  while (strcmp(o->name, "Timeout") != 0)
    o++;
  double timeout =
      *(const double *)(const void *)((char *)settings + o->offset);
  ck_assert_double_eq(timeout, strcmp(sender->name, "email") == 0 ? 60 : 30);
  sender->destroy(settings);
  free(settings);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, no_transfer_has_for_ever, 0, 9);
  tcase_add_loop_test(t, retry_after_is_read_in_both_forms, 0, ROWS(waits));
  tcase_add_loop_test(t, only_addresses_we_would_send_to_pass, 0, ROWS(urls));
  tcase_add_loop_test(t, every_status_has_its_class, 0, ROWS(statuses));
  tcase_add_loop_test(t,
                      silence_is_ambiguous_only_after_the_request_was_written,
                      0, ROWS(silences));
  tcase_add_test(t, own_rules_come_first);
  tcase_add_test(t, the_reason_is_clean_short_and_without_secrets);
  tcase_add_test(t, headers_are_found_without_regard_to_case);
  tcase_add_test(t, a_signature_is_hmac_sha256_over_time_and_body);
  tcase_add_loop_test(t, mail_is_judged_by_phase_and_reply, 0, ROWS(mails));
}

int main(void) { return suite_run("http", fill); }
