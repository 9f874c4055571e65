/* SPDX-License-Identifier: MIT */
/* One mail by libcurl's SMTP: see smtp.h. */
#include <config.h>

#include "alert/channel/email/smtp.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MESSAGES_PER_CONNECTION = 10,
  IDLE_SECONDS = 20,
  RETRY_WAIT = 60,
  GREYLIST_WAIT = 300,
  CLOCK_WAIT = 300,
};

/* What the replies tell while the transfer runs. libcurl hands them over like
 * headers, without the commands, so the phase is counted. */
struct talk {
  const struct smtp_mail *mail;
  size_t read;     /* bytes of data handed to libcurl */
  bool all_read;   /* and the end of it */
  bool fresh;      /* this transfer saw a greeting */
  unsigned hellos; /* EHLO replies still to come before MAIL */
  bool authenticated;
  unsigned accepted; /* 250 since then: MAIL, then one per recipient */
  bool data;         /* 354 seen */
  int reply;
  char text[200];
};

static void note_final(struct talk *talk, int code) {
  if (talk->reply == 0 && code == 220) {
    talk->fresh = true;
  } else if (code == 235) {
    talk->authenticated = true;
  } else if (code == 354) {
    talk->data = true;
  } else if (code == 250 && talk->fresh && talk->hellos > 0) {
    talk->hellos--;
  } else if (code == 250 || code == 251) {
    talk->accepted++;
  }
  talk->reply = code;
}

static size_t on_reply(char *bytes, size_t size, size_t n, void *arg) {
  struct talk *talk = arg;
  size_t len = size * n;
  int code = 0;

  if (len < 3)
    return len;
  if (strncmp(bytes, "221", 3) == 0)
    return len; /* to the QUIT after a failure: not the verdict */
  for (size_t i = 0; i < 3; i++) {
    if (bytes[i] < '0' || bytes[i] > '9')
      return len;
    code = code * 10 + (bytes[i] - '0');
  }
  while (len > 3 && strchr("\r\n ", bytes[len - 1]) != NULL)
    len--;
  text_clean(bytes, len, talk->text, sizeof(talk->text));
  if (len == 3 || bytes[3] != '-')
    note_final(talk, code);
  return size * n;
}

static size_t on_read(char *to, size_t size, size_t n, void *arg) {
  struct talk *talk = arg;
  size_t len = talk->mail->len - talk->read;

  if (len > size * n)
    len = size * n;
  memcpy(to, talk->mail->data + talk->read, len);
  talk->read += len;
  if (len == 0)
    talk->all_read = true;
  return len;
}

static size_t ignore(char *bytes, size_t size, size_t n, void *arg) {
  (void)bytes;
  (void)arg;
  return size * n;
}

/* What may stand in an EHLO and in a URL without escapes. */
static void clean_host(const char *in, char *out, size_t size) {
  size_t used = 0;

  for (; *in != '\0' && used + 1 < size; in++)
    if ((*in >= '0' && *in <= '9') || (*in >= 'a' && *in <= 'z') ||
        (*in >= 'A' && *in <= 'Z') || *in == '-' || *in == '.')
      out[used++] = *in;
  out[used] = '\0';
  if (used == 0)
    snprintf(out, size, "localhost");
}

static enum smtp_phase phase_of(const struct talk *talk,
                                const struct smtp_server *server,
                                CURLcode code) {
  if (talk->data)
    return talk->all_read ? SMTP_FINAL : SMTP_DATA;
  if (code == CURLE_LOGIN_DENIED)
    return SMTP_AUTH;
  if (talk->reply == 0 && code != CURLE_OK && code != CURLE_SEND_ERROR)
    return SMTP_CONNECT;
  if (talk->accepted >= 1)
    return SMTP_RCPT;
  if (!talk->fresh ||
      (talk->hellos == 0 && (server->user == NULL || talk->authenticated ||
                             code == CURLE_SEND_ERROR)))
    return SMTP_MAIL;
  return SMTP_GREETING;
}

static int set_mail(CURL *easy, const struct smtp_server *server,
                    const struct smtp_mail *mail, struct talk *talk,
                    struct curl_slist **to) {
  for (size_t i = 0; mail->to[i] != NULL; i++) {
    struct curl_slist *more = curl_slist_append(*to, mail->to[i]);
    if (more == NULL)
      return -ENOMEM;
    *to = more;
  }
  curl_easy_setopt(
      easy, CURLOPT_USE_SSL,
      (long)(server->tls == SMTP_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (server->user != NULL) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password);
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, *to);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, talk);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, talk);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
  return 0;
}

void smtp_send(struct smtp_session *session, const struct smtp_server *server,
               const struct curl_transfer_options *options,
               const struct smtp_mail *mail, const struct sender_env *env,
               struct smtp_report *report) {
  struct talk talk = {.mail = mail,
                      .hellos = server->tls == SMTP_STARTTLS ? 2 : 1};
  struct curl_slist *to = NULL;
  CURLcode code = CURLE_OUT_OF_MEMORY;
  char url[512];
  char ehlo[256];
  CURL *easy;

  memset(report, 0, sizeof(*report));
  report->failure = CURL_TRANSFER_UNREACHABLE;
  clean_host(mail->ehlo, ehlo, sizeof(ehlo));
  snprintf(url, sizeof(url), "%s://%s:%u/%s",
           server->tls == SMTP_IMPLICIT ? "smtps" : "smtp", server->host,
           server->port, ehlo);
  if (curl_transfer_prepare(&session->transfer, options, url, "smtp,smtps") <
      0) {
    snprintf(report->error, sizeof(report->error), "out of memory");
    return;
  }
  easy = session->transfer.easy;
  if (set_mail(easy, server, mail, &talk, &to) < 0) {
    snprintf(report->error, sizeof(report->error), "out of memory");
    goto out;
  }
  if (session->sent >= MESSAGES_PER_CONNECTION)
    session->sent = 0;
  if (session->sent + 1 >= MESSAGES_PER_CONNECTION)
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  report->failure = curl_transfer_run(&session->transfer, env->abort, &code);
  report->phase = phase_of(&talk, server, code);
  report->reply = talk.reply;
  memcpy(report->text, talk.text, sizeof(report->text));
  if (talk.accepted >= 1)
    report->refused = talk.accepted - 1;
  report->unauthenticated =
      server->user != NULL && talk.fresh && !talk.authenticated;
  if (code != CURLE_OK)
    snprintf(report->error, sizeof(report->error), "%s",
             session->transfer.error[0] != '\0' ? session->transfer.error
                                                : curl_easy_strerror(code));
  if (code == CURLE_USE_SSL_FAILED)
    report->failure = CURL_TRANSFER_UNTRUSTED;
  if (talk.fresh)
    session->sent = 0;
  session->sent++;
  if (code != CURLE_OK)
    session->sent = 0; /* libcurl does not reuse such a connection */

out:
  curl_easy_reset(easy);
  curl_slist_free_all(to);
}

void smtp_close(struct smtp_session *session) {
  curl_transfer_close(&session->transfer);
  session->sent = 0;
}

/* -- what it means --------------------------------------------------------- */

static void judge_reply(const struct smtp_report *report, bool several,
                        struct send_result *result) {
  bool again = report->reply < 500;

  result->outcome = again ? SEND_RETRY : SEND_REFUSED_MESSAGE;
  if (again)
    result->wait_s = report->reply == 450 || report->reply == 451
                         ? GREYLIST_WAIT
                         : RETRY_WAIT;
  switch (report->phase) {
  case SMTP_RCPT:
    if (several) { /* DATA was never sent: nobody received it */
      result->outcome = SEND_SPLIT;
      result->wait_s = 0;
    } else {
      result->recipient = again;
    }
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
    break;
  }
}

void smtp_judge(const struct smtp_report *report, bool several,
                struct send_result *result) {
  result->wait_s = 0;
  result->recipient = false;
  result->suspect = report->phase >= SMTP_DATA;
  if (report->failure == CURL_TRANSFER_OK) {
    result->outcome = SEND_SENT;
    return;
  }
  if (report->reply >= 400 && report->failure != CURL_TRANSFER_ABORTED &&
      report->failure != CURL_TRANSFER_TIMEOUT) {
    judge_reply(report, several, result);
    return;
  }
  if (report->phase == SMTP_FINAL) {
    result->outcome = SEND_AMBIGUOUS;
    result->wait_s = RETRY_WAIT;
    return;
  }
  switch (report->failure) {
  case CURL_TRANSFER_CLOCK:
    result->outcome = SEND_RETRY;
    result->wait_s = CLOCK_WAIT;
    return;
  case CURL_TRANSFER_UNTRUSTED:
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
