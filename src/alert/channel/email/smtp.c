/* SPDX-License-Identifier: MIT */
/* One mail by libcurl's SMTP: see smtp.h. */
#include <config.h>

#include "alert/channel/email/smtp.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  MESSAGES_PER_CONNECTION = 10,
  IDLE_SECONDS = 20,
};

enum command {
  COMMAND_NONE, /* nothing sent yet: a greeting is due, or the line is kept */
  COMMAND_HELLO,
  COMMAND_STARTTLS,
  COMMAND_AUTH,
  COMMAND_MAIL,
  COMMAND_RCPT,
  COMMAND_DATA,
  COMMAND_QUIT,
  COMMAND_OTHER,
};

/* What is said while the transfer runs, by libcurl's debug callback: our
 * commands and the server's replies, line by line. */
struct talk {
  const struct smtp_mail *mail;
  size_t read;   /* bytes of data handed to libcurl */
  bool all_read; /* and the end of it */
  bool fresh;    /* this transfer saw a greeting */
  enum command last;
  bool over;           /* QUIT was sent: what follows is no verdict */
  unsigned recipients; /* RCPT commands sent */
  bool authenticated;
  bool secured;     /* as it was asked for, so that MAIL comes next */
  bool data;        /* 354 seen */
  bool utf8;        /* the last EHLO was answered with SMTPUTF8 */
  char methods[80]; /* and with AUTH these */
  int reply;
  bool goes_on; /* a line of several was read, more of them follow */
  char text[SMTP_TEXT_SIZE];
};

static enum command command_of(const struct talk *talk, const char *line,
                               size_t len) {
  static const struct {
    const char *word;
    enum command command;
  } words[] = {{"EHLO", COMMAND_HELLO},        {"HELO", COMMAND_HELLO},
               {"STARTTLS", COMMAND_STARTTLS}, {"AUTH", COMMAND_AUTH},
               {"MAIL", COMMAND_MAIL},         {"RCPT", COMMAND_RCPT},
               {"DATA", COMMAND_DATA},         {"QUIT", COMMAND_QUIT}};

  if (talk->last == COMMAND_AUTH && talk->reply == 334)
    return COMMAND_AUTH; /* a secret, whatever it looks like */
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    size_t n = strlen(words[i].word);

    if (len >= n && strncasecmp(line, words[i].word, n) == 0 &&
        (len == n || strchr(" \r\n", line[n]) != NULL))
      return words[i].command;
  }
  return COMMAND_OTHER;
}

static void note_command(struct talk *talk, const char *line, size_t len) {
  enum command command = command_of(talk, line, len);

  if (command == COMMAND_QUIT)
    talk->over = true;
  if (talk->over)
    return;
  talk->last = command;
  if (talk->last == COMMAND_RCPT)
    talk->recipients++;
  if (talk->last == COMMAND_HELLO) {
    talk->utf8 = false;
    talk->methods[0] = '\0';
  }
}

/* One of the lines that an EHLO is answered with. */
static void note_offer(struct talk *talk, const char *line) {
  if (strcasecmp(line, "SMTPUTF8") == 0)
    talk->utf8 = true;
  if (strncasecmp(line, "AUTH ", 5) == 0 || strncasecmp(line, "AUTH=", 5) == 0)
    snprintf(talk->methods, sizeof(talk->methods), "%.79s", line + 5);
}

/* Without the enhanced code where the reply so far begins with the same:
 * "5.7.1 Rejected" and "5.7.1 see there". */
static const char *without_code(const char *line, const char *first) {
  size_t n = strspn(line, "0123456789.");

  return n >= 5 && strncmp(line, first, n) == 0
             ? line + n + strspn(line + n, " ")
             : line;
}

/* Of a reply in several lines the last one often is but an address to read at:
 * all of them are one text, behind one code. */
static void note_text(struct talk *talk, const char *line, bool follows) {
  size_t used = strlen(talk->text);

  if (!follows) {
    snprintf(talk->text, sizeof(talk->text), "%s", line);
    if (talk->text[3] == '-')
      talk->text[3] = ' ';
    return;
  }
  if (strlen(line) <= 4)
    return;
  line = without_code(line + 4, used > 4 ? talk->text + 4 : "");
  if (*line != '\0' && used + 2 < sizeof(talk->text))
    snprintf(talk->text + used, sizeof(talk->text) - used, " %s", line);
}

static void note_reply(struct talk *talk, const char *bytes, size_t len) {
  char line[SMTP_TEXT_SIZE];
  int code = 0;

  if (len < 3 || talk->over)
    return;
  for (size_t i = 0; i < 3; i++) {
    if (bytes[i] < '0' || bytes[i] > '9')
      return;
    code = code * 10 + (bytes[i] - '0');
  }
  while (len > 3 && strchr("\r\n ", bytes[len - 1]) != NULL)
    len--;
  text_clean(bytes, len, line, sizeof(line));
  if (talk->last == COMMAND_HELLO && strlen(line) > 4)
    note_offer(talk, line + 4);
  note_text(talk, line, talk->goes_on);
  talk->goes_on = len > 3 && bytes[3] == '-';
  if (talk->goes_on)
    return;
  if (talk->last == COMMAND_NONE && talk->reply == 0 && code / 100 == 2)
    talk->fresh = true;
  else if (code == 235)
    talk->authenticated = true;
  else if (code == 354)
    talk->data = true;
  if (talk->last == COMMAND_STARTTLS && code == 220)
    talk->secured = true;
  talk->reply = code;
}

static int on_talk(CURL *easy, curl_infotype type, char *bytes, size_t len,
                   void *arg) {
  (void)easy;
  if (type == CURLINFO_HEADER_OUT)
    note_command(arg, bytes, len);
  else if (type == CURLINFO_HEADER_IN)
    note_reply(arg, bytes, len);
  return 0;
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

/* Replies come here as well; to give less than was given ends the transfer. */
static size_t on_reply(char *bytes, size_t size, size_t n, void *arg) {
  const struct talk *talk = arg;
  bool complete = size * n > 3 && bytes[3] == ' ';

  /* where TLS is to come, the EHLO behind it is the one that counts */
  if (talk->mail->utf8 && talk->last == COMMAND_HELLO && complete &&
      !talk->utf8 && talk->secured)
    return 0;
  return size * n;
}

static size_t ignore(char *bytes, size_t size, size_t n, void *arg) {
  (void)bytes;
  (void)arg;
  return size * n;
}

static enum smtp_phase phase_of(const struct talk *talk, CURLcode code) {
  if (talk->data)
    return talk->all_read ? SMTP_FINAL : SMTP_DATA;
  if (code == CURLE_LOGIN_DENIED)
    return SMTP_AUTH;
  switch (talk->last) {
  case COMMAND_NONE: /* of a kept connection MAIL was to come */
    return talk->reply == 0 && code != CURLE_SEND_ERROR ? SMTP_CONNECT
                                                        : SMTP_MAIL;
  case COMMAND_HELLO:
  case COMMAND_STARTTLS:
    return SMTP_GREETING;
  case COMMAND_AUTH:
    return SMTP_AUTH;
  case COMMAND_RCPT:
    return SMTP_RCPT;
  case COMMAND_DATA:
    return SMTP_DATA;
  case COMMAND_MAIL:
  case COMMAND_QUIT:
  case COMMAND_OTHER:
    break;
  }
  return SMTP_MAIL;
}

/* A name or an address; that of IPv6 needs brackets in a URL, and the sign
 * before its interface an escape. */
static void url_of(const struct smtp_server *server, const char *ehlo,
                   char *out, size_t size) {
  bool bare = strchr(server->host, ':') != NULL && server->host[0] != '[';
  int name = (int)strcspn(server->host, "%");
  const char *zone = server->host + name;

  snprintf(out, size, "%s://%s%.*s%s%s%s:%u/%s",
           server->tls == SMTP_IMPLICIT ? "smtps" : "smtp", bare ? "[" : "",
           name, server->host, *zone != '\0' ? "%25" : "",
           *zone != '\0' ? zone + 1 : "", bare ? "]" : "", server->port, ehlo);
}

static int set_mail(CURL *easy, const struct smtp_server *server,
                    const struct smtp_mail *mail, struct talk *talk,
                    struct curl_slist **to) {
  /* Those that take a name and a password. libcurl would begin with GSSAPI
   * where it is offered and end with it, having no ticket. */
  static const char methods[] =
      "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5;AUTH=DIGEST-MD5;AUTH=NTLM";

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
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, methods);
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, *to);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, talk);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_talk);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, talk);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, talk);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
  return 0;
}

/* The last thing heard, when the transfer ended with code. */
static void fill_report(const struct talk *talk, CURLcode code,
                        const struct smtp_server *server, const char *error,
                        struct smtp_report *report) {
  report->phase = phase_of(talk, code);
  report->reply = talk->reply;
  memcpy(report->text, talk->text, sizeof(report->text));
  if (talk->recipients >= 1)
    report->refused = talk->recipients - 1;
  report->unauthenticated = code == CURLE_OK && server->user != NULL &&
                            talk->fresh && !talk->authenticated;
  if (code == CURLE_LOGIN_DENIED && talk->last == COMMAND_HELLO)
    memcpy(report->methods, talk->methods, sizeof(report->methods));
  report->no_utf8 = code == CURLE_WRITE_ERROR && talk->mail->utf8 &&
                    talk->last == COMMAND_HELLO;
  if (code != CURLE_OK)
    snprintf(report->error, sizeof(report->error), "%s",
             error[0] != '\0' ? error : curl_easy_strerror(code));
  if (code == CURLE_USE_SSL_FAILED)
    report->failure = CURL_TRANSFER_UNTRUSTED;
}

/* Whether what failed on a kept connection is its own end: it is gone, or the
 * server takes no further mail by it. What is said of a recipient is not. */
static bool is_spent(const struct talk *talk,
                     const struct smtp_report *report) {
  if (report->phase <= SMTP_CONNECT || report->phase >= SMTP_DATA)
    return false;
  return talk->reply < 400 || talk->reply == 421 || report->phase != SMTP_RCPT;
}

/* One exchange; true when it failed on a kept connection, so that a new one may
 * well do. */
static bool exchange(struct smtp_session *session,
                     const struct smtp_server *server,
                     const struct curl_transfer_options *options,
                     const struct smtp_mail *mail, const struct sender_env *env,
                     struct smtp_report *report) {
  struct talk talk = {.mail = mail, .secured = server->tls != SMTP_STARTTLS};
  struct curl_slist *to = NULL;
  CURLcode code = CURLE_OUT_OF_MEMORY;
  char url[640];
  char ehlo[256];
  CURL *easy;

  memset(report, 0, sizeof(*report));
  report->failure = CURL_TRANSFER_UNREACHABLE;
  text_host(mail->ehlo, ehlo, sizeof(ehlo));
  url_of(server, ehlo, url, sizeof(url));
  if (curl_transfer_prepare(&session->transfer, options, url, "smtp,smtps") <
      0) {
    snprintf(report->error, sizeof(report->error), "out of memory");
    return false;
  }
  easy = session->transfer.easy;
  if (set_mail(easy, server, mail, &talk, &to) < 0) {
    snprintf(report->error, sizeof(report->error), "out of memory");
    goto out;
  }
  if (session->sent >= MESSAGES_PER_CONNECTION)
    session->sent = 0;
  if (session->single || session->sent + 1 >= MESSAGES_PER_CONNECTION)
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  if (session->single)
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  report->failure = curl_transfer_run(&session->transfer, env->abort, &code);
  fill_report(&talk, code, server, session->transfer.error, report);
  if (report->phase == SMTP_FINAL && report->failure == CURL_TRANSFER_TIMEOUT)
    curl_transfer_was_late(&session->transfer);
  if (talk.fresh)
    session->sent = 0;
  session->sent++;
  if (code != CURLE_OK)
    session->sent = 0; /* libcurl does not reuse such a connection */

out:
  curl_easy_reset(easy);
  curl_slist_free_all(to);
  return code != CURLE_OK && !talk.fresh && !session->single &&
         is_spent(&talk, report);
}

void smtp_send(struct smtp_session *session, const struct smtp_server *server,
               const struct curl_transfer_options *options,
               const struct smtp_mail *mail, const struct sender_env *env,
               struct smtp_report *report) {
  if (!exchange(session, server, options, mail, env, report) ||
      report->failure == CURL_TRANSFER_ABORTED ||
      report->failure == CURL_TRANSFER_TIMEOUT)
    return;
  session->single = true; /* from now on as well, if it was the connection */
  exchange(session, server, options, mail, env, report);
  session->single = report->failure == CURL_TRANSFER_OK;
}

void smtp_close(struct smtp_session *session) {
  curl_transfer_close(&session->transfer);
  session->sent = 0;
}
