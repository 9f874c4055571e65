/* SPDX-License-Identifier: MIT */
/* Finding names, and what a value is in words: see template_variables.h. */
#include <config.h>

#include "alert/text/template_variables_internal.h"

#include "alert/text/format_time.h"
#include "alert/text/template_variables_alert.h"
#include "alert/text/template_variables_group.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEW_TEXT_MAX = 2 * 16384 };

/* -- filling a value ------------------------------------------------------- */

int value_give_text(struct value *value, const char *text) {
  value->text = text != NULL ? text : "";
  return 0;
}

int value_give_copy(struct value *value, const char *text) {
  free(value->own);
  value->own = strdup(text);
  value->text = value->own != NULL ? value->own : "";
  return value->own != NULL ? 0 : -ENOMEM;
}

int value_give_number(struct value *value, double number) {
  value->number = number;
  return 0;
}

int value_give_moment_ms(struct value *value, int64_t ms) {
  value->moment = ms / 1000;
  return 0;
}

int value_give_with_unit(const struct view *view, struct value *value,
                         double number) {
  value->style = NUMBER_UNIT;
  value->number = number;
  value->unit = unit_of_alert(
      view->alert, view->message != NULL ? view->message->style : NULL);
  return 0;
}

int64_t view_now(const struct view *view) {
  if (view->message != NULL && view->message->created != 0)
    return view->message->created / 1000;
  return (view->alert->resolved_at != 0 ? view->alert->resolved_at
                                        : view->alert->seen) /
         1000;
}

const struct text_style *view_style(const struct view *view) {
  return view->message != NULL ? view->message->style : NULL;
}

int value_give_view_text(const struct view *view, enum view_text which,
                         struct value *value) {
  struct view inner = *view;
  struct buf text;
  int err;

  if (view->text == NULL)
    return value_give_text(value, "");
  inner.text = NULL; /* a text within a text within a text ends here */
  buf_init(&text, VIEW_TEXT_MAX);
  err = view->text(&inner, which, &text);
  if (err == 0 || err == -EMSGSIZE)
    err = value_give_copy(value, text.data != NULL ? text.data : "");
  buf_free(&text);
  return err;
}

/* -- looking up ------------------------------------------------------------ */

const struct template_variable *template_variable_at(size_t i) {
  if (i < variables_alert_num)
    return &variables_alert[i];
  i -= variables_alert_num;
  return i < variables_group_num ? &variables_group[i] : NULL;
}

const struct template_variable *template_variable_find(const char *name,
                                                       size_t len) {
  const struct template_variable *v;

  for (size_t i = 0; (v = template_variable_at(i)) != NULL; i++)
    if (strlen(v->name) == len && strncmp(v->name, name, len) == 0)
      return v;
  return NULL;
}

const char *template_variable_nearest(const char *name) {
  const char *nearest = NULL;
  const struct template_variable *v;
  unsigned best = 4; /* beyond three edits a guess only misleads */

  for (size_t i = 0; (v = template_variable_at(i)) != NULL; i++) {
    unsigned distance = text_distance(name, v->name);

    if (distance < best && distance < strlen(v->name)) {
      best = distance;
      nearest = v->name;
    }
  }
  return nearest;
}

int template_variable_get(const struct template_variable *variable,
                          const char *argument, const struct view *view,
                          struct value *value) {
  *value = (struct value){.kind = variable->kind,
                          .style = NUMBER_GROUPED,
                          .number = NAN,
                          .text = ""};
  return variable->get(view, argument, value);
}

void value_free(struct value *value) {
  free(value->own);
  value->own = NULL;
  value->text = "";
}

bool value_present(const struct value *value) {
  switch (value->kind) {
  case VALUE_TEXT:
    return value->text[0] != '\0';
  case VALUE_NUMBER:
  case VALUE_DURATION:
  case VALUE_LEVEL:
    return isfinite(value->number);
  case VALUE_MOMENT:
    return value->moment != 0;
  }
  return false;
}

/* Never a decimal comma, whatever the locale. */
static void raw_number(double number, char *out, size_t size) {
  snprintf(out, size, "%.15g", number);
  for (char *c = out; *c != '\0'; c++)
    if (*c == ',')
      *c = '.';
}

void value_words(const struct value *value, const struct view *view, char *out,
                 size_t size) {
  const struct text_style *style = view_style(view);

  out[0] = '\0';
  if (!value_present(value))
    return;
  switch (value->kind) {
  case VALUE_TEXT:
    snprintf(out, size, "%s", value->text);
    break;
  case VALUE_NUMBER:
    if (value->style == NUMBER_UNIT)
      format_value(value->number, &value->unit, style, out, size);
    else if (value->style == NUMBER_RAW)
      raw_number(value->number, out, size);
    else
      format_number(value->number, style, out, size);
    break;
  case VALUE_DURATION:
    format_duration(value->number, out, size);
    break;
  case VALUE_MOMENT:
    format_moment(value->moment, out, size);
    break;
  case VALUE_LEVEL:
    snprintf(out, size, "%s", level_name((enum level)value->number));
    break;
  }
}
