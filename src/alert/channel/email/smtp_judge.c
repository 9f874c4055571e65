/* SPDX-License-Identifier: MIT */
/* See smtp_judge.h. */
#include <config.h>

#include "alert/channel/email/smtp_judge.h"

#include <string.h>

enum {
  RETRY_WAIT = 60,
  GREYLIST_WAIT = 300,
  QUOTA_WAIT = 3600,
  CLOCK_WAIT = 300,
};

static bool says(const char *text, const char *const *words) {
  for (; *words != NULL; words++)
    if (strcasestr(text, *words) != NULL)
      return true;
  return false;
}

/* It is our greeting, address, network or login that is refused, at whatever
 * command the server says so: no other message would fare better. */
static bool blames_us(const struct smtp_report *report) {
  static const char *const words[] = {"helo command",
                                      "ehlo command",
                                      "helo name",
                                      "invalid helo",
                                      "invalid ehlo",
                                      "sender address",
                                      "sender rejected",
                                      "sender verify",
                                      "sender domain",
                                      "domain of sender",
                                      "send as",
                                      "sendasdenied",
                                      "client host",
                                      "blocked using",
                                      "your ip",
                                      "ip address",
                                      "blocklist",
                                      "blacklist",
                                      "reverse dns",
                                      "ptr record",
                                      "spf",
                                      "dkim",
                                      "dmarc",
                                      "unauthenticated",
                                      "not authenticated",
                                      "authentication required",
                                      "must authenticate",
                                      " 5.1.7 ",
                                      " 5.1.8 ",
                                      NULL};

  return report->reply >= 500 && says(report->text, words);
}

/* It would take the mail for others than this recipient, or from others than
 * us. */
static bool is_no_relay(const struct smtp_report *report) {
  static const char *const words[] = {"relay access denied",
                                      "relaying denied",
                                      "unable to relay",
                                      "not permitted to relay",
                                      "relay not permitted",
                                      "we do not relay",
                                      NULL};

  return report->reply >= 500 && says(report->text, words);
}

/* A limit that time lifts, though the server calls it final: of what may be
 * sent, or of a mailbox; not that of a message's size. */
static bool is_quota(const struct smtp_report *report) {
  static const char *const words[] = {
      " 5.2.2 ",        " 5.4.5 ",         "quota",
      "mailbox full",   "mailbox is full", "limit exceeded",
      "exceeded the",   "exceeded your",   "rate exceeded",
      "sending limit",  "rate limit",      "hourly limit",
      "daily limit",    "limit reached",   "too many messages",
      "too many mails", "too many emails", "try again later",
      "greylist",       "graylist",        NULL};
  static const char *const size[] = {" 5.3.4 ",   " 5.2.3 ", "size",
                                     "too large", "too big", NULL};

  return report->reply >= 500 && says(report->text, words) &&
         !says(report->text, size);
}

static double wait_after(const struct smtp_report *report, bool quota) {
  if (quota)
    return QUOTA_WAIT;
  return report->reply == 450 || report->reply == 451 ? GREYLIST_WAIT
                                                      : RETRY_WAIT;
}

static void judge_recipient(const struct smtp_report *report,
                            enum smtp_whom whom, bool again,
                            struct send_result *result) {
  if (whom == SMTP_SEVERAL) { /* DATA was never sent: nobody received it */
    result->outcome = SEND_SPLIT;
    result->wait_s = 0;
  } else if (is_no_relay(report) && whom == SMTP_ONE_OF_SEVERAL) {
    result->outcome = SEND_RETRY; /* beside the others, who need not wait */
    result->wait_s = QUOTA_WAIT;
    result->recipient = true;
  } else {
    result->recipient = again;
  }
}

static void judge_reply(const struct smtp_report *report, enum smtp_whom whom,
                        struct send_result *result) {
  bool quota = is_quota(report);
  bool again = report->reply < 500 || quota;

  result->outcome = again ? SEND_RETRY : SEND_REFUSED_MESSAGE;
  if (again)
    result->wait_s = wait_after(report, quota);
  else if (blames_us(report) || (is_no_relay(report) && whom == SMTP_ONE)) {
    result->outcome = SEND_REFUSED_CHANNEL;
    return;
  }
  switch (report->phase) {
  case SMTP_RCPT:
    judge_recipient(report, whom, again, result);
    break;
  case SMTP_CONNECT:
  case SMTP_GREETING:
  case SMTP_AUTH:
  case SMTP_MAIL:
    /* it is us the server does not want, whatever the message; except when
     * it is too large */
    if (!again && report->reply != 552)
      result->outcome = SEND_REFUSED_CHANNEL;
    break;
  case SMTP_DATA:
  case SMTP_FINAL:
    if (is_no_relay(report))
      judge_recipient(report, whom, again, result);
    break;
  }
}

void smtp_judge(const struct smtp_report *report, enum smtp_whom whom,
                struct send_result *result) {
  result->wait_s = 0;
  result->recipient = false;
  result->passes = false;
  result->suspect = report->phase >= SMTP_DATA;
  if (report->failure == CURL_TRANSFER_OK) {
    result->outcome = SEND_SENT;
    return;
  }
  if (report->no_utf8) { /* the others can do without */
    result->outcome = whom == SMTP_SEVERAL ? SEND_SPLIT : SEND_REFUSED_MESSAGE;
    return;
  }
  if (report->methods[0] != '\0') {
    result->outcome = SEND_REFUSED_CHANNEL;
    return;
  }
  if (report->reply >= 400 && report->failure != CURL_TRANSFER_ABORTED &&
      report->failure != CURL_TRANSFER_TIMEOUT) {
    judge_reply(report, whom, result);
    return;
  }
  if (report->phase == SMTP_FINAL) {
    result->outcome = SEND_AMBIGUOUS;
    result->timed_out = report->failure == CURL_TRANSFER_TIMEOUT;
    result->wait_s = RETRY_WAIT;
    return;
  }
  switch (report->failure) {
  case CURL_TRANSFER_CLOCK:
    result->outcome = SEND_RETRY;
    result->wait_s = CLOCK_WAIT;
    return;
  case CURL_TRANSFER_UNTRUSTED:
    result->outcome = SEND_REFUSED_CHANNEL;
    result->passes = true; /* a certificate is renewed, a proxy goes */
    return;
  case CURL_TRANSFER_LOCAL:
    result->outcome = SEND_REFUSED_CHANNEL;
    return;
  case CURL_TRANSFER_OK:
  case CURL_TRANSFER_ABORTED:
  case CURL_TRANSFER_UNREACHABLE:
  case CURL_TRANSFER_TIMEOUT:
  case CURL_TRANSFER_BROKEN:
  case CURL_TRANSFER_MALFORMED:
    break;
  }
  result->outcome = SEND_RETRY;
  result->wait_s = report->failure == CURL_TRANSFER_ABORTED ? 0 : RETRY_WAIT;
}
