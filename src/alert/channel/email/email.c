/* SPDX-License-Identifier: MIT */
/* Mail over SMTP: one letter, its headers and its thread. */
#include <config.h>

#include "alert/channel/email/email.h"

#include "alert/channel/email/email_body.h"
#include "alert/channel/email/mime.h"
#include "alert/channel/email/smtp.h"
#include "alert/channel/secret.h"
#include "alert/channel/sender.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAIL_MAX = 512 * 1024,
  TO_MAX = 50,
  STEM_MAX = 200,        /* bytes of a subject without its brackets */
  EARLIEST = 1577836800, /* 2020: before that a clock was not set */
};

struct email {
  struct curl_transfer_options options;
  struct smtp_session session;
  char *server;
  unsigned port;
  int tls; /* enum smtp_tls, -1 = not given */
  char *username;
  struct secret password;
  char *from;
  struct option_strings to;
  bool thread_subject;
  bool warned; /* about a server without AUTH */
};

static const char *const tls_names[] = {[SMTP_STARTTLS] = "starttls",
                                        [SMTP_IMPLICIT] = "implicit",
                                        [SMTP_PLAIN] = "none",
                                        NULL};

static const struct option options[] = {
    {.name = "Server",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, server)},
    {.name = "Port",
     .type = OPTION_COUNT,
     .offset = offsetof(struct email, port),
     .min = 1,
     .max = 65535},
    {.name = "TLS",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct email, tls),
     .choices = tls_names},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, username)},
    SECRET_OPTIONS("Password", struct email, password),
    {.name = "From",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, from)},
    {.name = "To",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct email, to)},
    {.name = "ThreadSubject",
     .type = OPTION_BOOL,
     .offset = offsetof(struct email, thread_subject)},
    TRANSFER_OPTIONS(struct email, options),
    {.name = NULL}};

static const char *const line[] = {"To", NULL};

static void defaults(void *settings) {
  struct email *e = settings;

  e->tls = -1;
  curl_transfer_defaults(&e->options, 60);
}

static int check_server(struct email *e, const char *where,
                        struct option_reporter *reporter) {
  int err = 0;

  if (e->server == NULL) { /* the mail server on this host */
    e->server = strdup("localhost");
    if (e->server == NULL)
      return -ENOMEM;
    if (e->tls < 0)
      e->tls = SMTP_PLAIN;
  }
  if (e->tls < 0)
    e->tls = SMTP_STARTTLS;
  if (e->port == 0)
    e->port = e->tls == SMTP_IMPLICIT   ? 465
              : e->tls == SMTP_STARTTLS ? 587
                                        : 25;
  if (e->server[0] == '\0' || strlen(e->server) > 253 ||
      e->server[strspn(e->server,
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789.-:[]")] != '\0') {
    option_error(reporter, "%s: Server \"%s\": expected a host name", where,
                 e->server);
    err = -EINVAL;
  } else if (e->tls == SMTP_PLAIN && !e->options.allow_insecure &&
             !curl_transfer_is_loopback(e->server)) {
    option_error(reporter,
                 "%s: TLS none to another host needs AllowInsecure true",
                 where);
    err = -EINVAL;
  }
  if (e->username != NULL && secret_unset(&e->password)) {
    option_error(reporter, "%s: Username needs Password or PasswordFile",
                 where);
    err = -EINVAL;
  } else if (e->username == NULL && !secret_unset(&e->password)) {
    option_error(reporter, "%s: Password needs Username", where);
    err = -EINVAL;
  } else if (e->username != NULL && e->tls == SMTP_PLAIN) {
    option_error(reporter,
                 "%s: Username is never sent without TLS: use TLS starttls or "
                 "implicit",
                 where);
    err = -EINVAL;
  }
  return err;
}

static int check_addresses(const struct email *e, const char *where,
                           struct option_reporter *reporter) {
  int err = 0;

  if (e->from != NULL && !mime_address_valid(e->from)) {
    option_error(reporter,
                 "%s: From \"%s\": expected one address, like \"Smart plugs "
                 "<collectd@example.org>\"",
                 where, e->from);
    err = -EINVAL;
  }
  if (e->to.count == 0 || e->to.count > TO_MAX) {
    option_error(reporter, "%s: To: expected 1 to %d addresses, found %zu",
                 where, TO_MAX, e->to.count);
    err = -EINVAL;
  }
  for (size_t i = 0; i < e->to.count; i++)
    if (!mime_address_valid(e->to.items[i])) {
      option_error(reporter,
                   "%s: To \"%s\": expected one address, like "
                   "\"me@example.org\"",
                   where, e->to.items[i]);
      err = -EINVAL;
    }
  return err;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct email *e = settings;
  int err = curl_transfer_check(&e->options, where, reporter);

  if (check_server(e, where, reporter) < 0)
    err = -EINVAL;
  if (check_addresses(e, where, reporter) < 0)
    err = -EINVAL;
  if (secret_load(&e->password, where, "Password", reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the mail -------------------------------------------------------------- */

/* The same words for a whole episode: those of its first mail, which came back
 * as root_ref. */
static void subject_of(const struct email *e, const struct message *message,
                       char *stem, size_t stem_size, char *out, size_t size) {
  bool follows =
      message->thread_root[0] != '\0' && message->root_ref[0] != '\0';
  const char *words = follows ? message->root_ref : message->title;
  char state[48];
  size_t n = text_cut(words, STEM_MAX);

  email_body_state(message, state, sizeof(state));
  if (strcmp(state, "OK") == 0 && strncmp(words, "OK: ", 4) == 0) {
    words += 4; /* the brackets say it */
    n = text_cut(words, STEM_MAX);
  }
  text_clean(words, n, stem, stem_size);
  if (e->thread_subject && follows)
    snprintf(out, size, "Re: %s", stem);
  else if (e->thread_subject || strncmp(stem, "[TEST]", 6) == 0)
    snprintf(out, size, "%s", stem);
  else
    snprintf(out, size, "[%s] %s", state, stem);
}

static int random_hex(char *out, size_t bytes) {
  unsigned char raw[32];

  if (bytes > sizeof(raw) || RAND_bytes(raw, (int)bytes) != 1)
    return -EIO;
  for (size_t i = 0; i < bytes; i++)
    snprintf(out + 2 * i, 3, "%02x", raw[i]);
  return 0;
}

static int64_t date_of(const struct message *message,
                       const struct sender_env *env) {
  int64_t now = env->wall_ms(env->clock_arg);

  return message->created / 1000 < EARLIEST || message->created > now
             ? now
             : message->created;
}

static int add_headers(const struct email *e, const struct message *message,
                       const struct sender_env *env, const char *subject,
                       const char *boundary, struct buf *out) {
  const char *const from[] = {e->from};
  const char *const id[] = {message->message_id};
  const char *const root[] = {message->thread_root};
  const char *const chain[] = {
      message->thread_root, strcmp(message->thread_root, message->previous) != 0
                                ? message->previous
                                : ""};
  char own[ALERT_NAME_SIZE + 32];
  const char *const made[] = {own};
  char date[64];
  int err;

  snprintf(own, sizeof(own), "notify_kasa <notify_kasa@%s>",
           strchr(env->collectd_host, '.') != NULL ? env->collectd_host
                                                   : "localhost.localdomain");
  mime_date(date_of(message, env), date, sizeof(date));
  err = mime_header(out, "Date", date);
  if (err == 0)
    err = mime_header_addresses(out, "From", e->from != NULL ? from : made, 1);
  if (err == 0)
    err = mime_header_addresses(out, "To", (const char *const *)e->to.items,
                                e->to.count);
  if (err == 0)
    err = mime_header(out, "Subject", subject);
  if (err == 0)
    err = mime_header_ids(out, "Message-ID", id, 1);
  if (err == 0)
    err = mime_header_ids(out, "In-Reply-To", root, 1);
  if (err == 0)
    err = mime_header_ids(out, "References", chain,
                          message->thread_root[0] != '\0' ? 2 : 0);
  if (err == 0)
    err = buf_adds(out, "MIME-Version: 1.0\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "X-Auto-Response-Suppress: All\r\n");
  if (err == 0 && message->level >= LEVEL_ERROR && !message->quiet)
    err = buf_adds(out, "Importance: high\r\n");
  if (err == 0)
    err = mime_header(out, "X-Kasa-Alert", message->alert->fingerprint);
  if (err == 0)
    err = mime_header(out, "X-Kasa-Severity", level_name(message->level));
  if (err == 0)
    err = mime_header(out, "X-Kasa-State",
                      alert_state_name(message->alert->state));
  if (err == 0)
    err = buf_addf(out,
                   "Content-Type: multipart/alternative; charset=utf-8;\r\n"
                   " boundary=\"%s\"\r\n\r\n",
                   boundary);
  return err;
}

static int add_part(struct buf *out, const char *boundary, const char *type,
                    const char *text) {
  int err = buf_addf(out,
                     "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                     boundary, type);
  return err < 0 ? err : mime_quoted_printable(out, text);
}

static int compose(const struct email *e, const struct message *message,
                   const struct sender_env *env, const char *subject,
                   struct buf *out) {
  struct buf text, html;
  char boundary[64] = "kasa_";
  int err = random_hex(boundary + 5, 16);

  buf_init(&text, MAIL_MAX / 4);
  buf_init(&html, MAIL_MAX / 4);
  if (err == 0)
    err = email_body_text(message, env, &text);
  if (err == 0)
    err = email_body_html(message, env, &html);
  if (err == 0)
    err = add_headers(e, message, env, subject, boundary, out);
  if (err == 0)
    err = add_part(out, boundary, "text/plain", text.data);
  if (err == 0)
    err = add_part(out, boundary, "text/html", html.data);
  if (err == 0)
    err = buf_addf(out, "--%s--\r\n", boundary);
  buf_free(&text);
  buf_free(&html);
  return err;
}

/* -- sending --------------------------------------------------------------- */

/* The bare address as a string of its own. */
static char *bare(const char *address) {
  size_t len;
  const char *start = mime_address(address, &len);

  return strndup(start, len);
}

struct envelope {
  char *from;
  char *to[TO_MAX + 1];
  size_t n;
};

static void envelope_free(struct envelope *v) {
  free(v->from);
  for (size_t i = 0; i < v->n; i++)
    free(v->to[i]);
}

static int envelope_of(const struct email *e, const struct message *message,
                       const struct sender_env *env, struct envelope *v) {
  bool one = message->recipient[0] != '\0';

  memset(v, 0, sizeof(*v));
  if (e->from != NULL)
    v->from = bare(e->from);
  else if (asprintf(&v->from, "notify_kasa@%s",
                    strchr(env->collectd_host, '.') != NULL
                        ? env->collectd_host
                        : "localhost.localdomain") < 0)
    v->from = NULL;
  if (one && !mime_address_valid(message->recipient))
    return -EINVAL;
  for (size_t i = 0; i < (one ? 1 : e->to.count); i++) {
    v->to[v->n] = bare(one ? message->recipient : e->to.items[i]);
    if (v->to[v->n] == NULL)
      return -ENOMEM;
    v->n++; // NOLINT(clang-analyzer-unix.Malloc): kept in v->to
  }
  return v->from != NULL ? 0 : -ENOMEM;
}

static void explain(const struct email *e, const struct envelope *v,
                    const struct smtp_report *report,
                    struct send_result *result) {
  const struct secret *secrets[] = {&e->password};
  char text[1024];

  if (result->outcome == SEND_SENT)
    snprintf(text, sizeof(text), "%s", report->text);
  else if (report->failure == CURL_TRANSFER_ABORTED)
    snprintf(text, sizeof(text), "stopping%s",
             result->outcome == SEND_AMBIGUOUS ? "; it may have arrived" : "");
  else if (report->failure == CURL_TRANSFER_CLOCK)
    snprintf(text, sizeof(text), "%s: check the clock of this machine",
             report->error);
  else if (report->reply == 250 && report->failure == CURL_TRANSFER_UNTRUSTED)
    snprintf(text, sizeof(text),
             "the server does not offer STARTTLS; clear text is not used "
             "instead");
  else if (report->phase == SMTP_RCPT && report->refused < v->n &&
           report->reply >= 400)
    snprintf(text, sizeof(text), "recipient %s: %s", v->to[report->refused],
             report->text);
  else if (report->reply >= 400)
    snprintf(text, sizeof(text), "%s", report->text);
  else if (result->outcome == SEND_AMBIGUOUS)
    snprintf(text, sizeof(text),
             "%s, after the text was sent: it may have "
             "arrived",
             report->error);
  else
    snprintf(text, sizeof(text), "%s", report->error);
  secret_mask(secrets, 1, text);
  text_clean(text, strlen(text), result->why, sizeof(result->why));
}

static void transmit(struct email *e, const struct envelope *v,
                     const struct buf *data, const struct sender_env *env,
                     struct send_result *result) {
  struct smtp_server server = {.host = e->server,
                               .port = e->port,
                               .tls = (enum smtp_tls)e->tls,
                               .user = e->username};
  const struct smtp_mail mail = {.from = v->from,
                                 .to = (const char *const *)v->to,
                                 .data = data->data,
                                 .len = data->len,
                                 .ehlo = env->collectd_host};
  struct smtp_report report;

  server.password = e->password.value;
  smtp_send(&e->session, &server, &e->options, &mail, env, &report);
  if (report.failure != CURL_TRANSFER_OK && report.phase == SMTP_AUTH &&
      report.reply >= 500 && secret_reread(&e->password)) {
    server.password = e->password.value;
    smtp_send(&e->session, &server, &e->options, &mail, env, &report);
  }
  smtp_judge(&report, v->n > 1, result);
  explain(e, v, &report, result);
  if (report.unauthenticated && !e->warned) {
    e->warned = true;
    log_say(LOG_LEVEL_WARNING,
            "channel \"%s\" (%s): the server does not offer AUTH; mail went "
            "without Username",
            env->channel, e->server);
  }
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct email *e = settings;
  struct envelope v;
  struct buf data;
  char stem[STEM_MAX + 8];
  char subject[STEM_MAX + 64];
  int err;

  memset(result, 0, sizeof(*result));
  result->outcome = SEND_RETRY;
  result->quota_left = -1;
  buf_init(&data, MAIL_MAX);
  subject_of(e, message, stem, sizeof(stem), subject, sizeof(subject));
  err = envelope_of(e, message, env, &v);
  if (err == 0)
    err = compose(e, message, env, subject, &data);
  if (err == 0) {
    transmit(e, &v, &data, env, result);
    if (result->outcome == SEND_SENT)
      snprintf(result->provider_ref, sizeof(result->provider_ref), "%s", stem);
  } else {
    if (err != -ENOMEM && err != -EIO)
      result->outcome = SEND_REFUSED_MESSAGE;
    snprintf(result->why, sizeof(result->why), "cannot write the mail: %s",
             strerror(-err));
  }
  buf_free(&data);
  envelope_free(&v);
}

static const char *recipient(const void *settings, size_t i) {
  const struct email *e = settings;

  return i < e->to.count ? e->to.items[i] : NULL;
}

static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct email *e = settings;
  char stem[STEM_MAX + 8];
  char subject[STEM_MAX + 64];

  subject_of(e, message, stem, sizeof(stem), subject, sizeof(subject));
  return compose(e, message, env, subject, out);
}

static bool reread(void *settings) {
  struct email *e = settings;

  return secret_reread(&e->password);
}

static void close_(void *settings) {
  struct email *e = settings;

  smtp_close(&e->session);
}

static void destroy(void *settings) {
  struct email *e = settings;

  smtp_close(&e->session);
  curl_transfer_options_free(&e->options);
  secret_free(&e->password);
  option_strings_free(&e->to);
  free(e->server);
  free(e->username);
  free(e->from);
}

const struct sender sender_email = {
    .name = "email",
    .title = "Email",
    .line_name = "Email",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct email),
    .rate_count = 30,
    .rate_window_s = 3600,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .recipient = recipient,
    .reread = reread,
    .render = render,
    .close = close_,
    .destroy = destroy,
};
