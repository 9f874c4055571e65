/* SPDX-License-Identifier: MIT */
/* The two parts of a mail: see email_body.h.
 *
 * Only the coloured band sets a background and, on it, a text colour; the rest
 * takes what the reader's program has, so it is as legible on black as on
 * white. Greys are of middle lightness for the same reason. Styles are inline,
 * because some programs drop everything else. Nothing is loaded from anywhere.
 */
#include <config.h>

#include "alert/channel/email/email_body.h"

#include "alert/text/alert_fields.h"
#include "alert/text/alert_subject.h"
#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE_MAX = 250, BODY_MAX = 12000, URL_MAX = 1000 };

/* Paler than the text, whatever colours the reader has. */
#define PALE "opacity:.68"
#define LINE "1px solid rgba(128,132,140,.28)"
#define FONT                                                                   \
  "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial," \
  "sans-serif"

void email_body_state(const struct message *message, char *out, size_t size) {
  size_t i = 0;

  for (const char *c = alert_fields_state(message); *c != '\0' && i + 1 < size;
       c++)
    out[i++] = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
  out[i] = '\0';
}

/* White stands on each of these with a contrast of 4.5 at least. */
static const char *colour(const struct message *message) {
  static const char *const levels[LEVEL_COUNT] = {
      [LEVEL_OK] = "#1b7f4d",       [LEVEL_INFO] = "#2268a8",
      [LEVEL_WARNING] = "#a65a00",  [LEVEL_ERROR] = "#c23b0e",
      [LEVEL_CRITICAL] = "#b3151f", [LEVEL_EMERGENCY] = "#8a0f4c",
  };
  if (message->kind == MESSAGE_TEST ||
      (message->kind == MESSAGE_ACKED && message->reason != REASON_UNACKED))
    return "#4b5768";
  if (message->kind == MESSAGE_RESOLVED)
    return levels[LEVEL_OK];
  return message->level < LEVEL_COUNT ? levels[message->level]
                                      : levels[LEVEL_ERROR];
}

/* -- what stands on the band ----------------------------------------------- */

struct headline {
  char name[SUBJECT_SIZE];  /* the device, "" where the title says it all */
  char figure[FORMAT_SIZE]; /* "1 620 W", or few words */
  char below[FORMAT_SIZE * 2];
};

static void headline_range(const struct message *message, struct headline *h) {
  const struct alert *alert = message->alert;
  char limit[FORMAT_SIZE];

  alert_fields_value(message,
                     isnan(alert->percent) ? alert->value : alert->percent,
                     h->figure, sizeof(h->figure));
  alert_fields_value(message, alert->limit, limit, sizeof(limit));
  if (message->kind == MESSAGE_RESOLVED || alert->resolved_at != 0)
    snprintf(h->below, sizeof(h->below), "back to normal");
  else if (limit[0] != '\0' && alert->direction != DIRECTION_NONE)
    snprintf(h->below, sizeof(h->below), "%s %s",
             alert_direction_name(alert->direction), limit);
}

static void headline_missing(const struct message *message,
                             struct headline *h) {
  const struct alert *alert = message->alert;
  bool back = message->kind == MESSAGE_RESOLVED || alert->resolved_at != 0;

  snprintf(h->figure, sizeof(h->figure), "%s",
           back                               ? "reporting again"
           : alert_subject_partly_back(alert) ? "partly back"
                                              : "not reporting");
}

static struct headline headline_of(const struct message *message) {
  const struct alert *alert = message->alert;
  struct headline h;

  memset(&h, 0, sizeof(h));
  if (message->kind != MESSAGE_TEST && message->reason != REASON_DIGEST) {
    if (alert->class == ALERT_RANGE)
      headline_range(message, &h);
    else if (alert->class == ALERT_MISSING)
      headline_missing(message, &h);
  }
  if (h.figure[0] != '\0')
    alert_subject(alert, h.name, sizeof(h.name));
  return h;
}

/* -- html ------------------------------------------------------------------ */

static int add_escaped(struct buf *out, const char *text) {
  struct buf clean;
  int err;

  buf_init(&clean, TEMPLATE_OUTPUT_MAX);
  err = text_repair(text, false, &clean);
  if (err == 0)
    err = text_escape(clean.data, TARGET_HTML, out);
  buf_free(&clean);
  return err;
}

/* prefix, escaped text, suffix */
static int add_part(struct buf *out, const char *prefix, const char *text,
                    const char *suffix) {
  int err = buf_adds(out, prefix);

  if (err == 0)
    err = add_escaped(out, text);
  if (err == 0)
    err = buf_adds(out, suffix);
  return err;
}

static int add_band(const struct message *message, const struct headline *h,
                    const char *title, struct buf *out) {
  static const char test[] = "[TEST] "; /* the band says it already */
  char state[48];
  char moment[FORMAT_SIZE];
  int err;

  if (strncmp(title, test, strlen(test)) == 0)
    title += strlen(test);
  email_body_state(message, state, sizeof(state));
  format_moment(message->created / 1000, moment, sizeof(moment));
  err = buf_addf(
      out,
      "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" "
      "cellspacing=\"0\" border=\"0\" bgcolor=\"%s\" style=\"background:%s;"
      "border-radius:16px;color:#ffffff\">\n<tr><td "
      "style=\"padding:22px 22px 24px 22px;color:#ffffff\">\n",
      colour(message), colour(message));
  if (err == 0)
    err = add_part(out,
                   "<div style=\"font-size:12px;line-height:16px;"
                   "font-weight:700;letter-spacing:1.4px;color:#ffffff\">",
                   state, "");
  if (err == 0)
    err = add_part(out,
                   "<span style=\"font-weight:400;letter-spacing:0;"
                   "opacity:.92\"> &nbsp;",
                   moment, "</span></div>\n");
  if (err < 0)
    return err;
  if (h->name[0] == '\0') /* the title says it all */
    err = buf_addf(out,
                   "<div style=\"font-size:26px;line-height:33px;"
                   "font-weight:700;padding-top:12px;color:#ffffff;"
                   "word-break:break-word\">%s</div>\n",
                   title);
  else {
    bool words = h->figure[0] > '9' && strlen(h->figure) > 7;

    err = add_part(out,
                   "<div style=\"font-size:24px;line-height:30px;"
                   "font-weight:600;padding-top:12px;color:#ffffff;"
                   "word-break:break-word\">",
                   h->name, "</div>\n");
    if (err == 0)
      err = buf_addf(out,
                     "<div style=\"font-size:%s;font-weight:700;"
                     "letter-spacing:-.5px;padding-top:2px;color:#ffffff\">",
                     words ? "34px;line-height:42px" : "50px;line-height:58px");
    if (err == 0)
      err = add_part(out, "", h->figure, "</div>\n");
    if (err == 0 && h->below[0] != '\0')
      err = add_part(out,
                     "<div style=\"font-size:17px;line-height:24px;"
                     "padding-top:2px;color:#ffffff\">",
                     h->below, "</div>\n");
  }
  if (err == 0)
    err = buf_adds(out, "</td></tr></table>\n");
  return err;
}

/* Line feeds become breaks; the text is escaped already. */
static int add_lines(struct buf *out, const char *text) {
  int err = buf_adds(out, "<p style=\"font-size:17px;line-height:26px;"
                          "margin:22px 4px 20px 4px;"
                          "word-break:break-word\">");

  while (err == 0 && *text != '\0') {
    size_t n = strcspn(text, "\n");
    err = buf_add(out, text, n);
    text += n;
    if (err == 0 && *text == '\n') {
      err = buf_adds(out, "<br>\n");
      text++;
    }
  }
  return err < 0 ? err : buf_adds(out, "</p>\n");
}

/* Said in large letters already. */
static bool is_on_band(const struct headline *h,
                       const struct alert_field *fact) {
  return h->name[0] != '\0' && (strcmp(fact->value, h->figure) == 0 ||
                                strcmp(fact->value, h->below) == 0);
}

static int add_facts(const struct headline *h, const struct alert_field *facts,
                     size_t n, struct buf *out) {
  int err = 0;

  if (n == 0)
    return 0;
  err = buf_adds(out, "<table role=\"presentation\" width=\"100%\" "
                      "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                      "style=\"border-collapse:collapse;border-bottom:" LINE
                      "\">\n");
  for (size_t i = 0; i < n && err == 0; i++) {
    if (is_on_band(h, &facts[i]))
      continue;
    err = add_part(out,
                   "<tr><td style=\"padding:11px 12px 11px 4px;"
                   "border-top:" LINE ";font-size:15px;line-height:20px;" PALE
                   ";white-space:nowrap;vertical-align:top\">",
                   facts[i].name, "</td>");
    if (err == 0)
      err = add_part(out,
                     "<td align=\"right\" style=\"padding:11px 4px;"
                     "border-top:" LINE ";font-size:15px;line-height:20px;"
                     "font-weight:600;text-align:right;word-break:break-word"
                     "\">",
                     facts[i].value, "</td></tr>\n");
  }
  return err < 0 ? err : buf_adds(out, "</table>\n");
}

static int add_link(const struct message *message, struct buf *out) {
  struct buf url;
  int err;

  buf_init(&url, URL_MAX + 1);
  err = message_url(message, URL_MAX, &url);
  if (err == 0 && url.len > 0)
    err = add_part(out,
                   "<div style=\"padding:22px 0 0 0;text-align:center\">"
                   "<a href=\"",
                   url.data,
                   "\" style=\"display:inline-block;padding:12px 26px;"
                   "background:#2560b8;border-radius:24px;"
                   "font-size:16px;line-height:20px;font-weight:600;"
                   "color:#ffffff;text-decoration:none\">Open the "
                   "dashboard</a></div>\n");
  buf_free(&url);
  return err;
}

static void foot(const struct message *message, const struct sender_env *env,
                 char *out, size_t size) {
  const struct alert *alert = message->alert;
  const char *host = message->collectd_host != NULL ? message->collectd_host
                                                    : env->collectd_host;
  bool open =
      alert->resolved_at == 0 && alert->id > 0 &&
      (message->kind == MESSAGE_OPEN || message->kind == MESSAGE_UPDATE ||
       message->kind == MESSAGE_REPEAT);

  if (open && (alert->flags & ALERT_ONESHOT) == 0)
    snprintf(out, size,
             "Sent by notify_kasa on %s. To stop reminders: kasactl alerts "
             "ack %" PRId64,
             host, alert->id);
  else
    snprintf(out, size, "Sent by notify_kasa on %s.", host);
}

int email_body_html(const struct message *message, const struct sender_env *env,
                    struct buf *out) {
  static const struct text_limits limits = {TARGET_HTML, TEXT_LIMITS_CHARACTERS,
                                            TITLE_MAX, BODY_MAX, 0};
  struct alert_field facts[ALERT_FIELDS_MAX];
  size_t facts_num = alert_fields_of(message, facts);
  const struct headline h = headline_of(message);
  struct buf title, body;
  char last[512];
  int err;

  buf_init(&title, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 6);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0)
    err = buf_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
        "\n<meta name=\"viewport\" content=\"width=device-width,"
        "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
        "dark\">\n<meta name=\"supported-color-schemes\" content=\"light "
        "dark\">\n<title>%s</title>\n</head>\n<body style=\"margin:0;"
        "padding:0;color-scheme:light dark;font-family:" FONT
        ";-webkit-text-size-adjust:100%%\">\n<div style=\"max-width:560px;"
        "margin:0 auto;padding:14px 14px 28px 14px\">\n",
        title.data);
  if (err == 0)
    err = add_band(message, &h, title.data, out);
  if (err == 0)
    err = add_lines(out, body.data);
  if (err == 0)
    err = add_facts(&h, facts, facts_num, out);
  if (err == 0)
    err = add_link(message, out);
  foot(message, env, last, sizeof(last));
  if (err == 0)
    err = add_part(out,
                   "<div style=\"font-size:13px;line-height:19px;" PALE
                   ";padding:22px 4px 0 4px\">",
                   last, "</div>\n</div>\n</body>\n</html>\n");
  buf_free(&title);
  buf_free(&body);
  return err;
}

/* -- plain ----------------------------------------------------------------- */

int email_body_text(const struct message *message, const struct sender_env *env,
                    struct buf *out) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, TITLE_MAX, BODY_MAX, 0};
  struct alert_field facts[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, facts);
  struct buf title, body, url;
  char last[512];
  int err;

  buf_init(&title, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&url, URL_MAX + 1);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0 && strncmp(body.data, title.data, title.len) != 0)
    err = buf_addf(out, "%s\n\n", title.data);
  if (err == 0)
    err = buf_addf(out, "%s\n", body.data);
  if (err == 0 && n > 0)
    err = buf_adds(out, "\n");
  for (size_t i = 0; i < n && err == 0; i++)
    err = buf_addf(out, "%s: %s\n", facts[i].name, facts[i].value);
  if (err == 0)
    err = message_url(message, URL_MAX, &url);
  if (err == 0 && url.len > 0)
    err = buf_addf(out, "\n%s\n", url.data);
  foot(message, env, last, sizeof(last));
  if (err == 0)
    err = buf_adds(out, "\n-- \n");
  if (err == 0)
    err = text_repair(last, true, out);
  if (err == 0)
    err = buf_adds(out, "\n");
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return err;
}
