/* SPDX-License-Identifier: MIT */
/* From a message to the words that are sent: see message_texts.h. */
#include <config.h>

#include "alert/text/message_texts.h"

#include "alert/text/alert_subject.h"
#include "alert/text/default_templates.h"
#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/template.h"

#include <errno.h>
#include <string.h>

/* -- texts within texts -----------------------------------------------------
 */

static bool is_link(const char *url) {
  /* any other scheme in a link of a mail is an attack or a mistake */
  return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

/* A dashboard of plugs has no page for the disk of a host, nor for a test. */
static bool leads_somewhere(const struct template *dashboard,
                            const struct view *view) {
  return (alert_subject_is_plug(view->alert) &&
          view->message->kind != MESSAGE_TEST) ||
         (!template_mentions(dashboard, "device") &&
          !template_mentions(dashboard, "plugin_instance"));
}

static int url_of_view(const struct view *view, struct buf *out) {
  const struct text_style *style =
      view->message != NULL ? view->message->style : NULL;
  struct buf url;
  int err;

  if (style == NULL || style->dashboard == NULL ||
      !leads_somewhere(style->dashboard, view))
    return 0;
  buf_init(&url, TEMPLATE_OUTPUT_MAX);
  err = template_render(style->dashboard, view, TARGET_PLAIN, &url);
  if (err == 0 && url.data != NULL && is_link(url.data))
    err = buf_adds(out, url.data);
  buf_free(&url);
  return err == -EMSGSIZE ? 0 : err;
}

static int text_of_view(const struct view *view, enum view_text which,
                        struct buf *out) {
  size_t start = out->len;
  int err;

  if (which == VIEW_URL)
    return url_of_view(view, out);
  if (view->message == NULL)
    return 0;
  err = which == VIEW_TITLE ? default_texts(view, TARGET_PLAIN, out, NULL)
                            : default_texts(view, TARGET_PLAIN, NULL, out);
  if (which == VIEW_SUMMARY && out->data != NULL && out->len > start) {
    out->len = start + strcspn(out->data + start, "\n");
    out->data[out->len] = '\0';
  }
  return err;
}

/* -- a route's own words ----------------------------------------------------
 */

/* The route's words for the occasion: some for what is wrong now, others for
 * its end; none for acknowledgements and the like. */
static void own_words(const struct message *message,
                      const struct template **title,
                      const struct template **text) {
  const struct text_override *own = message->words;

  *title = *text = NULL;
  if (own == NULL)
    return;
  switch (message->reason) {
  case REASON_OPENED:
  case REASON_WORSE:
  case REASON_BETTER:
  case REASON_REPEAT:
  case REASON_NEWS:
  case REASON_ESCALATED:
    *title = own->title;
    *text = own->text;
    return;
  case REASON_RECOVERED:
    *title = own->recovery_title;
    *text = own->recovery_text;
    return;
  default:
    return;
  }
}

bool message_has_own_text(const struct message *message) {
  const struct template *title;
  const struct template *text;

  own_words(message, &title, &text);
  return text != NULL;
}

static int own_texts(const struct view *view, enum text_target target,
                     struct buf *title, struct buf *body) {
  const struct template *own_title;
  const struct template *own_text;
  struct buf *rest_title = title;
  struct buf *rest_body = body;
  const struct message_report *report = view->message->report;
  int err = 0;

  if (report != NULL) {
    err = text_escape(report->title, target, title);
    return err == 0 ? text_escape(report->brief, target, body) : err;
  }
  own_words(view->message, &own_title, &own_text);
  if (own_title != NULL) {
    err = template_render(own_title, view, target, title);
    if (title->len > 0)
      rest_title = NULL;
  }
  if ((err == 0 || err == -EMSGSIZE) && own_text != NULL) {
    err = template_render(own_text, view, target, body);
    if (body->len > 0)
      rest_body = NULL;
  }
  if (err < 0 && err != -EMSGSIZE)
    return err;
  return default_texts(view, target, rest_title, rest_body);
}

/* -- what every text gets ---------------------------------------------------
 */

static int add_line(struct buf *body, const char *text, const char *end,
                    enum text_target target) {
  int err = body->len > 0 ? buf_adds(body, "\n") : 0;

  if (err == 0)
    err = text_escape(text, target, body);
  return err == 0 ? buf_adds(body, end) : err;
}

static int new_sentence(struct buf *body) {
  if (body->len == 0)
    return 0;
  return buf_adds(body, body->data[body->len - 1] == '.' ? " " : "\n");
}

/* Words of one's own do not know why they are said once more. */
static int add_escalation(const struct message *message, struct buf *body) {
  int64_t since = message->alert->unacked_since;
  char words[FORMAT_SIZE];
  int err;

  if (message->reason != REASON_ESCALATED || !message_has_own_text(message))
    return 0;
  err = new_sentence(body);
  if (err == 0)
    err = buf_adds(body, "Nobody has acknowledged it");
  if (err == 0 && since > 0 &&
      format_clock(since / 1000, message->created / 1000, words,
                   sizeof(words)) > 0)
    err = buf_addf(body, " since %s", words);
  return err == 0 ? buf_adds(body, ".") : err;
}

/* Before anybody here heard of it, or by the name the device had before. */
static int add_acknowledged(const struct message *message,
                            enum text_target target, struct buf *body) {
  const struct alert *a = message->alert;
  char words[FORMAT_SIZE];
  int err;

  if ((a->flags & ALERT_ACKED) == 0 || message->group != NULL ||
      (message->kind != MESSAGE_OPEN && message->kind != MESSAGE_UPDATE))
    return 0;
  err = new_sentence(body);
  if (err == 0)
    err = buf_adds(body, "Acknowledged");
  if (err == 0 && a->ack_by[0] != '\0')
    err = buf_adds(body, " by ");
  if (err == 0)
    err = text_escape(a->ack_by, target, body);
  if (err == 0 && a->ack_at > 0 &&
      format_clock(a->ack_at / 1000, message->created / 1000, words,
                   sizeof(words)) > 0)
    err = buf_addf(body, " at %s", words);
  return err == 0 ? buf_adds(body, ".") : err;
}

int message_notes(const struct message *message, enum text_target target,
                  struct buf *body) {
  char words[FORMAT_SIZE];
  int err = add_escalation(message, body);

  if (err == 0)
    err = add_acknowledged(message, target, body);

  if (err == 0 && message->delay_s > 0 && message->reason != REASON_MISSED) {
    format_duration(message->delay_s, words, sizeof(words));
    err = new_sentence(body);
    if (err == 0)
      err = buf_addf(body, "Delayed %s", words);
    if (err == 0 && message->delay_why != NULL && message->delay_why[0] != '\0')
      err = buf_adds(body, ": ");
    if (err == 0 && message->delay_why != NULL)
      err = text_escape(message->delay_why, target, body);
    if (err == 0)
      err = buf_adds(body, ".");
  }
  if (err == 0 && message->fallback_for != NULL &&
      message->fallback_for[0] != '\0')
    err = add_line(body, message->fallback_for, "", target);
  if (err == 0 && (message->alert->flags & ALERT_TIME_UNCERTAIN) != 0)
    err =
        add_line(body, "Times are uncertain: this machine's clock was not set",
                 ".", target);
  return err;
}

/* A title is one line. */
static void flatten(struct buf *title) {
  for (size_t i = 0; i < title->len; i++)
    if (title->data[i] == '\n' || title->data[i] == '\r')
      title->data[i] = ' ';
}

static void keep_one_line(struct buf *body) {
  size_t len = body->len > 0 ? strcspn(body->data, "\n") : 0;

  if (len < body->len) {
    body->data[len] = '\0';
    body->len = len;
  }
}

/* Inside JSON, headers and addresses our own words need escaping as well, so
 * these are made plain first and then escaped as a whole. */
static bool escapes_whole(enum text_target target) {
  return target == TARGET_JSON || target == TARGET_MAIL_HEADER ||
         target == TARGET_URL;
}

static int add_all(const struct buf *from, enum text_target target,
                   struct buf *out) {
  if (from->len == 0)
    return 0;
  return escapes_whole(target) ? text_escape(from->data, target, out)
                               : buf_add(out, from->data, from->len);
}

int view_texts(const struct view *shown, enum text_target target,
               struct buf *title, struct buf *body) {
  enum text_target inner = escapes_whole(target) ? TARGET_PLAIN : target;
  struct view whole = *shown;
  const struct view *view = &whole;
  struct buf t;
  struct buf b;
  int err;

  whole.text = text_of_view;
  buf_init(&t, 2 * TEMPLATE_OUTPUT_MAX);
  buf_init(&b, 2 * TEMPLATE_OUTPUT_MAX);
  err = own_texts(view, inner, &t, &b);
  flatten(&t);
  if (err == 0 && t.len == 0)
    err = buf_adds(&t, "notify_kasa");
  if (view->message->shrink)
    keep_one_line(&b);
  if (err == 0)
    err = message_notes(view->message, inner, &b);
  if (view->message->shrink)
    keep_one_line(&b);
  if (err == 0)
    err = add_all(&t, target, title);
  if (err == 0)
    err = add_all(&b, target, body);
  buf_free(&t);
  buf_free(&b);
  return err;
}

/* alerts is room for a group's. */
static struct view view_of(const struct message *message,
                           const struct alert *alerts[MESSAGE_GROUP_LISTED]) {
  const struct message_group *group = message->group;

  for (size_t i = 0; group != NULL && i < group->alerts_num; i++)
    alerts[i] = &group->alerts[i];
  if (group != NULL)
    return (struct view){.message = message,
                         .alert = message->alert,
                         .alerts = alerts,
                         .alerts_num = group->alerts_num,
                         .text = text_of_view};
  return (struct view){.message = message,
                       .alert = message->alert,
                       .alerts = &message->alert, /* a group of one */
                       .alerts_num = 1,
                       .text = text_of_view};
}

int message_texts(const struct message *message, enum text_target target,
                  struct buf *title, struct buf *body) {
  const struct alert *alerts[MESSAGE_GROUP_LISTED];
  const struct view view = view_of(message, alerts);

  return view_texts(&view, target, title, body);
}

int message_render(const struct template *t, const struct message *message,
                   enum text_target target, struct buf *out) {
  const struct alert *alerts[MESSAGE_GROUP_LISTED];
  const struct view view = view_of(message, alerts);

  return template_render(t, &view, target, out);
}

int message_url(const struct message *message, size_t max, struct buf *out) {
  const struct alert *alerts[MESSAGE_GROUP_LISTED];
  const struct view view = view_of(message, alerts);
  struct buf url;
  int err;

  buf_init(&url, TEMPLATE_OUTPUT_MAX);
  err = url_of_view(&view, &url);
  if (err == 0 && url.data != NULL && url.len <= max &&
      strpbrk(url.data, " \n\"'<>|\\^`{}") == NULL)
    err = buf_adds(out, url.data);
  buf_free(&url);
  return err;
}
