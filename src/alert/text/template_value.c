/* SPDX-License-Identifier: MIT */
/* How a getter of a variable fills its value: see template_value.h. */
#include <config.h>

#include "alert/text/template_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VIEW_TEXT_MAX = 2 * 16384 };

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
