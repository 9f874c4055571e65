/* SPDX-License-Identifier: MIT */
/* The two parts of a mail: see email_body.h.
 *
 * Only the coloured card sets a background and, on it, a text colour; the rest
 * takes what the reader's program has, so it is as legible on black as on
 * white. Greys are of middle lightness for the same reason. Styles are inline,
 * because some programs drop everything else. Nothing is loaded from anywhere.
 */
#include <config.h>

#include "alert/channel/email/email_body.h"

#include "alert/text/alert_fields.h"
#include "alert/text/alert_subject.h"
#include "alert/text/escape.h"
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
  if (message->kind == MESSAGE_TEST || message->kind == MESSAGE_ACKED)
    return "#4b5768";
  return levels[message_level_now(message)];
}

/* -- what stands on the card ----------------------------------------------- */

struct headline {
  char name[SUBJECT_SIZE];     /* the device, "" where the title says it all */
  char quantity[SUBJECT_SIZE]; /* "CPU ", "disk / ": before the figure */
  char figure[FORMAT_SIZE];    /* "1 620 W", or few words */
  char below[FORMAT_SIZE * 2];
};

static void headline_range(const struct message *message, struct headline *h) {
  const struct alert *alert = message->alert;
  const char *word = alert_subject_switch(alert, alert->value);
  char limit[FORMAT_SIZE] = "";
  char figure[FORMAT_SIZE];

  alert_fields_value(message,
                     isnan(alert->percent) ? alert->value : alert->percent,
                     figure, sizeof(figure));
  if (figure[0] == '\0')
    return;
  if (word[0] != '\0') {
    snprintf(h->figure, sizeof(h->figure), "%s", word);
  } else {
    alert_fields_value(message, alert->limit, limit, sizeof(limit));
    alert_subject_quantity(alert, h->quantity, sizeof(h->quantity));
    text_clean(figure, strlen(figure), h->figure, sizeof(h->figure));
    snprintf(h->figure + strlen(h->figure),
             sizeof(h->figure) - strlen(h->figure), "%s",
             alert_subject_suffix(alert));
  }
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
  if (message->kind != MESSAGE_TEST &&
      !alert_reason_of_several(message->reason) &&
      !alert_reason_closes(message->reason)) {
    if (alert->class == ALERT_RANGE)
      headline_range(message, &h);
    else if (alert->class == ALERT_MISSING)
      headline_missing(message, &h);
  }
  if (h.figure[0] != '\0')
    alert_subject(alert, h.name, sizeof(h.name));
  return h;
}

/* -- what the card leaves to be said --------------------------------------- */

static bool skip(const char **text, const char *word) {
  size_t len = strlen(word);

  if (len == 0 || strncmp(*text, word, len) != 0)
    return false;
  *text += len;
  return true;
}

/* What the card's first word says already. */
static void skip_state(const char **title) {
  static const char *const said[] = {"[TEST] ",
                                     "OK: ", "Acknowledged: ", "Closed: "};

  for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
    (void)skip(title, said[i]);
}

/* The text without its first line or sentence where that is the title once
 * more. */
static const char *after_title(const char *title, const char *text) {
  const char *rest = text;

  if (!skip(&rest, title))
    return text;
  if (!skip(&rest, ". ") && *rest != '\0' && *rest != '\n')
    return text; /* it goes on, so it is another word */
  return rest + strspn(rest, "\n");
}

/* Our own words begin with what the card shows in large letters; this is where
 * the news begins. Appends it as a sentence, nothing where there is none. */
static void add_rest(const struct headline *h, const char *title,
                     const char *text, struct buf *out) {
  char first[2] = "";

  if (h->name[0] == '\0') {
    skip_state(&title);
    buf_puts(out, after_title(title, text));
    return;
  }
  if (!skip(&text, h->name)) {
    buf_puts(out, text);
    return;
  }
  if (!skip(&text, " is back to normal: ") && !skip(&text, " has been ") &&
      !skip(&text, " is "))
    (void)skip(&text, ": ");
  (void)skip(&text, h->quantity);
  if (skip(&text, h->figure) && skip(&text, ", "))
    (void)skip(&text, h->below);
  text += strspn(text, " ,.");
  if (*text == '\0')
    return;
  first[0] = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
  buf_puts(out, first);
  buf_puts(out, text + 1);
}

/* -- html ------------------------------------------------------------------ */

static void put_escaped(struct buf *out, const char *text) {
  struct buf clean;

  buf_init(&clean, TEMPLATE_OUTPUT_MAX);
  buf_put_result(out, text_repair(text, false, &clean));
  if (buf_error(out) == 0)
    buf_put_result(out, text_escape(clean.data, TARGET_HTML, out));
  buf_free(&clean);
}

/* prefix, escaped text, suffix */
static void put_part(struct buf *out, const char *prefix, const char *text,
                     const char *suffix) {
  buf_puts(out, prefix);
  put_escaped(out, text);
  buf_puts(out, suffix);
}

#define WHITE "color:#ffffff"

static void put_figure(const struct headline *h, struct buf *out) {
  bool words = h->figure[0] > '9' && strlen(h->figure) > 7;
  bool wide = strlen(h->figure) > 14;

  put_part(out,
           "<div style=\"font-size:24px;line-height:30px;font-weight:600;"
           "padding-top:12px;" WHITE ";word-break:break-word\">",
           h->name, "");
  if (h->quantity[0] != '\0') {
    char quantity[SUBJECT_SIZE];

    snprintf(quantity, sizeof(quantity), "%.*s", (int)(strlen(h->quantity) - 1),
             h->quantity);
    put_part(out, ", ", quantity, "");
  }
  buf_putf(out,
           "</div>\n<div style=\"font-size:%s;font-weight:700;"
           "letter-spacing:-.5px;padding-top:2px;" WHITE "\">",
           words || wide ? "34px;line-height:42px" : "50px;line-height:58px");
  put_part(out, "", h->figure, "</div>\n");
  if (h->below[0] != '\0')
    put_part(
        out,
        "<div style=\"font-size:17px;line-height:24px;padding-top:2px;" WHITE
        "\">",
        h->below, "</div>\n");
}

static void put_card(const struct message *message, const struct headline *h,
                     const char *title, struct buf *out) {
  char state[48];
  char moment[FORMAT_SIZE];

  skip_state(&title);
  email_body_state(message, state, sizeof(state));
  format_date(message->created / 1000, "%a %e %b, %R", moment, sizeof(moment));
  buf_putf(out,
           "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" "
           "cellspacing=\"0\" border=\"0\" bgcolor=\"%s\" "
           "style=\"background:%s;border-radius:16px;" WHITE "\">\n<tr><td "
           "style=\"padding:22px 22px 24px 22px;" WHITE "\">\n",
           colour(message), colour(message));
  put_part(out,
           "<div style=\"font-size:12px;line-height:16px;font-weight:700;"
           "letter-spacing:1.4px;" WHITE "\">",
           state, "");
  put_part(out,
           "<span style=\"font-weight:400;letter-spacing:0;opacity:.92\"> "
           "&nbsp;",
           moment, "</span></div>\n");
  if (h->name[0] != '\0')
    put_figure(h, out);
  else /* the title says it all */
    buf_putf(out,
             "<div style=\"font-size:26px;line-height:33px;font-weight:700;"
             "padding-top:12px;" WHITE ";word-break:break-word\">%s</div>\n",
             title);
  buf_puts(out, "</td></tr></table>\n");
}

/* Line feeds become breaks; the text is escaped already. */
static void put_lines(struct buf *out, const char *text) {
  buf_puts(out, "<p style=\"font-size:17px;line-height:26px;"
                "margin:22px 4px 20px 4px;word-break:break-word\">");
  while (*text != '\0') {
    size_t n = strcspn(text, "\n");

    buf_put(out, text, n);
    text += n;
    if (*text == '\n') {
      buf_puts(out, "<br>\n");
      text++;
    }
  }
  buf_puts(out, "</p>\n");
}

/* Said in large letters or in the sentence already. */
static bool is_said(const struct headline *h, const char *sentence,
                    const struct alert_field *field) {
  if (strstr(sentence, field->value) != NULL)
    return true;
  return h->name[0] != '\0' &&
         (strncmp(field->value, h->figure, strlen(field->value)) == 0 ||
          strcmp(field->value, h->below) == 0);
}

static void put_fields(const struct headline *h, const char *sentence,
                       const struct alert_field *fields, size_t n,
                       struct buf *out) {
  size_t shown = 0;

  for (size_t i = 0; i < n; i++) {
    if (is_said(h, sentence, &fields[i]))
      continue;
    if (shown++ == 0)
      buf_puts(out, "<table role=\"presentation\" width=\"100%\" "
                    "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                    "style=\"border-collapse:collapse;margin-top:20px;"
                    "border-bottom:" LINE "\">\n");
    put_part(out,
             "<tr><td style=\"padding:11px 12px 11px 4px;border-top:" LINE
             ";font-size:15px;line-height:20px;" PALE
             ";white-space:nowrap;vertical-align:top\">",
             fields[i].name, "</td>");
    put_part(out,
             "<td align=\"right\" style=\"padding:11px 4px;border-top:" LINE
             ";font-size:15px;line-height:20px;font-weight:600;"
             "text-align:right;word-break:break-word\">",
             fields[i].value, "</td></tr>\n");
  }
  if (shown > 0)
    buf_puts(out, "</table>\n");
}

static void put_link(const struct message *message, struct buf *out) {
  struct buf url;

  buf_init(&url, URL_MAX + 1);
  buf_put_result(out, message_url(message, URL_MAX, &url));
  if (url.len > 0)
    put_part(out,
             "<div style=\"padding:22px 0 0 0;text-align:center\">"
             "<a href=\"",
             url.data,
             "\" style=\"display:inline-block;padding:12px 26px;"
             "background:#2560b8;border-radius:24px;font-size:16px;"
             "line-height:20px;font-weight:600;color:#ffffff;"
             "text-decoration:none\">Open the dashboard</a></div>\n");
  buf_free(&url);
}

/* For whoever looks after it; the family need not read it. */
static void foot(const struct message *message, const struct sender_env *env,
                 char *out, size_t size) {
  const struct alert *alert = message->alert;
  const char *host = message->collectd_host != NULL ? message->collectd_host
                                                    : env->collectd_host;
  bool open =
      alert->resolved_at == 0 && alert->id > 0 &&
      (message->kind == MESSAGE_OPEN || message->kind == MESSAGE_UPDATE ||
       message->kind == MESSAGE_REPEAT);
  bool said = strstr(message->body, "kasactl alerts ack ") != NULL;

  if (open && !said && (alert->flags & ALERT_ONESHOT) == 0)
    snprintf(out, size,
             "Sent by notify_kasa on %s. Whoever has access there can stop the "
             "reminders: kasactl alerts ack %" PRId64,
             host, alert->id);
  else
    snprintf(out, size, "Sent by notify_kasa on %s.", host);
}

/* The body without what the card says, where the words are ours; true when
 * nothing is left of it. */
static bool shorten(const struct message *message, const struct headline *h,
                    struct message *shorter, struct buf *rest) {
  *shorter = *message;
  if (message_has_own_text(message))
    return false;
  add_rest(h, message->title, message->body, rest);
  shorter->body = rest->data != NULL ? rest->data : "";
  shorter->words = NULL;
  return shorter->body[0] == '\0';
}

int email_body_html(const struct message *message, const struct sender_env *env,
                    struct buf *out) {
  static const struct text_limits limits = {TARGET_HTML, TEXT_LIMITS_CHARACTERS,
                                            TITLE_MAX, BODY_MAX, 0};
  struct alert_field fields[ALERT_FIELDS_MAX];
  size_t fields_num = alert_fields_of(message, fields);
  const struct headline h = headline_of(message);
  struct buf title, body, rest;
  struct message shorter;
  char last[512];
  bool silent;

  if (message->report != NULL)
    return text_repair(message->report->html, false, out);
  buf_init(&title, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&rest, strlen(message->body) + 1);
  silent = shorten(message, &h, &shorter, &rest);
  buf_put_result(out, buf_error(&rest));
  buf_put_result(out, text_limits_message(&shorter, &limits, &title, &body));
  if (buf_error(out) == 0) {
    buf_putf(
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
    put_card(message, &h, title.data, out);
    if (!silent)
      put_lines(out, body.data);
    put_fields(&h, shorter.body, fields, fields_num, out);
    put_link(message, out);
    foot(message, env, last, sizeof(last));
    put_part(out,
             "<div style=\"font-size:13px;line-height:19px;" PALE
             ";padding:22px 4px 0 4px\">",
             last, "</div>\n</div>\n</body>\n</html>\n");
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&rest);
  return buf_error(out);
}

/* -- plain ----------------------------------------------------------------- */

/* Whether the title says nothing that the text does not begin with: all of it,
 * or what there was room for. */
static bool begins_with_title(const char *title, const char *text) {
  static const char more[] = "\xe2\x80\xa6";
  size_t len;

  skip_state(&title);
  len = strlen(title);
  if (len > strlen(more) && strcmp(title + len - strlen(more), more) == 0)
    len -= strlen(more);
  return strncmp(text, title, len) == 0;
}

int email_body_text(const struct message *message, const struct sender_env *env,
                    struct buf *out) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, TITLE_MAX, BODY_MAX, 0};
  struct alert_field fields[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, fields);
  struct buf title, body, url;
  char last[512];

  if (message->report != NULL)
    return text_repair(message->report->text, false, out);
  buf_init(&title, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 6);
  buf_init(&url, URL_MAX + 1);
  buf_put_result(out, text_limits_message(message, &limits, &title, &body));
  if (buf_error(out) == 0) {
    if (!begins_with_title(title.data, body.data))
      buf_putf(out, "%s\n\n", title.data);
    buf_putf(out, "%s\n%s", body.data, n > 0 ? "\n" : "");
    for (size_t i = 0; i < n; i++)
      buf_putf(out, "%s: %s\n", fields[i].name, fields[i].value);
    buf_put_result(out, message_url(message, URL_MAX, &url));
    if (url.len > 0)
      buf_putf(out, "\n%s\n", url.data);
    foot(message, env, last, sizeof(last));
    buf_puts(out, "\n-- \n");
    buf_put_result(out, text_repair(last, true, out));
    buf_puts(out, "\n");
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return buf_error(out);
}
