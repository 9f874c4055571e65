/* SPDX-License-Identifier: MIT */
/* Mail over SMTP: one mail, its headers and its thread. */
#include <config.h>

#include "alert/channel/email/email.h"

#include "alert/channel/email/email_body.h"
#include "alert/channel/email/email_settings.h"
#include "alert/channel/email/mime.h"
#include "alert/channel/email/smtp.h"
#include "alert/channel/email/smtp_judge.h"
#include "alert/channel/secret.h"
#include "alert/channel/sender.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAIL_MAX = 512 * 1024,
  STEM_MAX = 200, /* bytes of a subject without its brackets */
};

static const char *const line[] = {"To", NULL};

/* -- the mail -------------------------------------------------------------- */

/* Behind the last letter that is written from right to left (Hebrew, Arabic,
 * Syriac, Thaana and their kin, U+0590 to U+08FF, U+FB1D to U+FEFC); NULL =
 * there is none. */
static char *behind_right_to_left(char *words) {
  char *behind = NULL;

  for (char *c = words; *c != '\0'; c++) {
    unsigned char first = (unsigned char)c[0], second = (unsigned char)c[1];

    if (first >= 0xd6 && first <= 0xdf && second != '\0')
      behind = c + 2;
    else if (((first == 0xe0 && second >= 0xa0 && second <= 0xa3) ||
              (first == 0xef && second >= 0xac && second <= 0xbb)) &&
             c[2] != '\0')
      behind = c + 3;
  }
  return behind;
}

/* What follows such a name reads from left to right: else "1 900 W" is shown
 * as "900 1", with the W somewhere else. */
static void end_right_to_left(char *words, size_t size) {
  static const char mark[] = "\xe2\x80\x8e"; /* U+200E */
  char *behind = behind_right_to_left(words);

  if (behind == NULL || *behind == '\0' || strlen(words) + sizeof(mark) > size)
    return;
  memmove(behind + sizeof(mark) - 1, behind, strlen(behind) + 1);
  memcpy(behind, mark, sizeof(mark) - 1);
}

/* Without what the brackets say, and in plain blanks and dots, so that a pager
 * or a ticket system that decodes nothing shows the words. */
static void plain_words(const char *title, char *out, size_t size) {
  static const char *const said[] = {"OK: ", "Acknowledged: ", "Closed: "};
  static const struct {
    const char *from, *to;
  } typography[] = {{"\xe2\x80\xaf", " "}, /* narrow no-break space */
                    {"\xc2\xa0", " "},     /* no-break space */
                    {"\xe2\x80\xa6", "..."},
                    {"\xe2\x80\x8b", ""}};
  size_t used = 0;

  for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
    if (strncmp(title, said[i], strlen(said[i])) == 0)
      title += strlen(said[i]);
  while (*title != '\0' && used + 4 < size) {
    size_t i = 0;

    while (i < sizeof(typography) / sizeof(typography[0]) &&
           strncmp(title, typography[i].from, strlen(typography[i].from)) != 0)
      i++;
    if (i == sizeof(typography) / sizeof(typography[0])) {
      out[used++] = *title++;
      continue;
    }
    used += strlen(strcpy(out + used, typography[i].to));
    title += strlen(typography[i].from);
  }
  out[used] = '\0';
}

/* "Freezer: 2 820 W, now critical": the brackets say the level. */
static void drop_level(const struct message *message, char *words) {
  char end[32];
  size_t len = strlen(words);
  int n =
      snprintf(end, sizeof(end), ", now %s", level_name(message->alert->level));

  if (n > 0 && len > (size_t)n && strcmp(words + len - n, end) == 0)
    words[len - (size_t)n] = '\0';
}

/* The state now and its words: a lock screen shows nothing else. The thread is
 * kept together by References. stem is the first mail's subject, for those who
 * want the same one in all of them (ThreadSubject). */
static void subject_of(const struct email *e, const struct message *message,
                       char *stem, size_t stem_size, char *out, size_t size) {
  bool follows =
      message->thread_root[0] != '\0' && message->root_ref[0] != '\0';
  char words[2 * STEM_MAX];
  char state[48];

  plain_words(e->thread_subject && follows ? message->root_ref : message->title,
              words, sizeof(words));
  drop_level(message, words);
  email_body_state(message, state, sizeof(state));
  text_clean(words, text_cut(words, STEM_MAX), stem, stem_size);
  end_right_to_left(stem, stem_size);
  if (e->thread_subject && follows)
    snprintf(out, size, "Re: %s", stem);
  else if (e->thread_subject || strncmp(stem, "[TEST]", 6) == 0 ||
           message->report != NULL)
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

/* A mail needs some date: where the clock is not set, the one before which this
 * cannot have been sent. */
static int64_t date_of(const struct message *message,
                       const struct sender_env *env) {
  int64_t now = env->wall_ms(env->clock_arg);

  if (message->created >= CLOCK_EARLIEST_MS && message->created <= now)
    return message->created;
  return now >= CLOCK_EARLIEST_MS ? now : CLOCK_EARLIEST_MS;
}

/* notify_kasa at the best name this host has. */
static void own_address(const struct email *e, const struct sender_env *env,
                        char *out, size_t size) {
  char host[256];

  text_host(env->collectd_host, host, sizeof(host));
  if (strchr(host, '.') != NULL)
    snprintf(out, size, "notify_kasa@%s", host);
  else if (e->mailname != NULL)
    snprintf(out, size, "notify_kasa@%s", e->mailname);
  else if (curl_transfer_is_loopback(e->server))
    snprintf(out, size, "notify_kasa"); /* the server adds its own name */
  else
    snprintf(out, size, "notify_kasa@localhost.localdomain");
}

static void put_headers(const struct email *e, const struct message *message,
                        const struct sender_env *env, const char *subject,
                        const char *boundary, struct buf *out) {
  const char *const from[] = {e->from};
  const char *const id[] = {message->message_id};
  const char *const root[] = {message->thread_root};
  const char *const chain[] = {
      message->thread_root, strcmp(message->thread_root, message->previous) != 0
                                ? message->previous
                                : ""};
  char address[320];
  char own[360];
  const char *const made[] = {own};
  char date[64];

  own_address(e, env, address, sizeof(address));
  snprintf(own, sizeof(own), "notify_kasa <%s>", address);
  mime_date(date_of(message, env), date, sizeof(date));
  buf_put_result(out, mime_header(out, "Date", date));
  buf_put_result(out, mime_header_addresses(out, "From",
                                            e->from != NULL ? from : made, 1));
  buf_put_result(out, mime_header_addresses(out, "To",
                                            (const char *const *)e->to.items,
                                            e->to.count));
  buf_put_result(out, mime_header(out, "Subject", subject));
  buf_put_result(out, mime_header_ids(out, "Message-ID", id, 1));
  buf_put_result(out, mime_header_ids(out, "In-Reply-To", root, 1));
  buf_put_result(out, mime_header_ids(out, "References", chain,
                                      message->thread_root[0] != '\0' ? 2 : 0));
  buf_puts(out, "MIME-Version: 1.0\r\n"
                "Auto-Submitted: auto-generated\r\n"
                "X-Auto-Response-Suppress: All\r\n");
  if (message_level_now(message) >= LEVEL_ERROR && !message->quiet)
    buf_puts(out, "Importance: high\r\n");
  buf_put_result(out,
                 mime_header(out, "X-Kasa-Alert", message->alert->fingerprint));
  buf_put_result(
      out, mime_header(out, "X-Kasa-Severity", level_name(message->level)));
  buf_put_result(out, mime_header(out, "X-Kasa-State",
                                  alert_state_name(message->alert->state)));
  buf_putf(out,
           "Content-Type: multipart/alternative; charset=utf-8;\r\n"
           " boundary=\"%s\"\r\n\r\n",
           boundary);
}

static void put_part(struct buf *out, const char *boundary, const char *type,
                     const char *text) {
  buf_putf(out,
           "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
           boundary, type);
  buf_put_result(out, mime_quoted_printable(out, text));
}

static int compose(const struct email *e, const struct message *message,
                   const struct sender_env *env, const char *subject,
                   struct buf *out) {
  struct buf text, html;
  char boundary[64] = "kasa_";

  buf_init(&text, MAIL_MAX / 4);
  buf_init(&html, MAIL_MAX / 4);
  buf_put_result(out, random_hex(boundary + 5, 16));
  buf_put_result(out, email_body_text(message, env, &text));
  buf_put_result(out, email_body_html(message, env, &html));
  if (buf_error(out) == 0) {
    put_headers(e, message, env, subject, boundary, out);
    put_part(out, boundary, "text/plain", text.data);
    put_part(out, boundary, "text/html", html.data);
    buf_putf(out, "--%s--\r\n", boundary);
  }
  buf_free(&text);
  buf_free(&html);
  return buf_error(out);
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
  char *to[EMAIL_TO_MAX + 1];
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

  char own[320];

  memset(v, 0, sizeof(*v));
  own_address(e, env, own, sizeof(own));
  v->from = e->from != NULL ? bare(e->from) : strdup(own);
  if (one && !mime_address_valid(message->recipient) &&
      !mime_address_local(message->recipient))
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
  else if (report->no_utf8)
    snprintf(text, sizeof(text),
             "the server does not take addresses of other letters than ASCII "
             "(SMTPUTF8)");
  else if (report->methods[0] != '\0')
    snprintf(text, sizeof(text),
             "the server takes no password: it offers AUTH %s only",
             report->methods);
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

/* A full name is what servers want to hear; that of the sender's domain is
 * better than "pi". */
static const char *greeting_of(const struct email *e, const struct envelope *v,
                               const struct sender_env *env) {
  const char *at = strrchr(v->from, '@');

  if (e->ehlo != NULL)
    return e->ehlo;
  return strchr(env->collectd_host, '.') == NULL && at != NULL &&
                 strchr(at, '.') != NULL &&
                 !curl_transfer_is_loopback(e->server)
             ? at + 1
             : env->collectd_host;
}

static enum smtp_whom whom_of(const struct email *e, const struct envelope *v) {
  if (v->n > 1)
    return SMTP_SEVERAL;
  return e->to.count > 1 ? SMTP_ONE_OF_SEVERAL : SMTP_ONE;
}

static void transmit(struct email *e, const struct envelope *v,
                     const struct buf *data, const struct sender_env *env,
                     struct send_result *result) {
  struct smtp_server server = {.host = e->server,
                               .port = e->port,
                               .tls = (enum smtp_tls)e->tls,
                               .user = e->username};
  struct smtp_mail mail = {.from = v->from,
                           .to = (const char *const *)v->to,
                           .data = data->data,
                           .len = data->len,
                           .ehlo = greeting_of(e, v, env)};
  struct smtp_report report;

  for (size_t i = 0; i < v->n; i++)
    mail.utf8 = mail.utf8 || mime_address_is_utf8(v->to[i]);
  mail.utf8 = mail.utf8 || mime_address_is_utf8(v->from);
  server.password = e->password.value;
  smtp_send(&e->session, &server, &e->options, &mail, env, &report);
  if (report.failure != CURL_TRANSFER_OK && report.phase == SMTP_AUTH &&
      report.reply >= 500 && secret_reread(&e->password)) {
    server.password = e->password.value;
    smtp_send(&e->session, &server, &e->options, &mail, env, &report);
  }
  smtp_judge(&report, whom_of(e, v), result);
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
  free(e->ehlo);
  free(e->mailname);
}

const struct sender sender_email = {
    .name = "email",
    .title = "Email",
    .line_name = "Email",
    .line = line,
    .options = email_options,
    .settings_size = sizeof(struct email),
    .rate_count = 30,
    .rate_window_s = 3600,
    .defaults = email_defaults,
    .check = email_check,
    .send = send_,
    .recipient = recipient,
    .reread = reread,
    .render = render,
    .close = close_,
    .destroy = destroy,
};
