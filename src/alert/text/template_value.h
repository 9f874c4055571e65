/* SPDX-License-Identifier: MIT */
/* What getters of variables share: how each fills its value, and what a view
 * says of itself. */
#ifndef ALERT_TEXT_TEMPLATE_VALUE_H
#define ALERT_TEXT_TEMPLATE_VALUE_H

#include "alert/text/template_variables.h"

/* Names with and without an argument; made of a stranger's words or not. */
#define FOREIGN true
#define OWN false
#define BARE false
#define WITH_ARGUMENT true

#define GETTER(function)                                                       \
  static int function(const struct view *view __attribute__((unused)),         \
                      const char *argument __attribute__((unused)),            \
                      struct value *value)

/* 0 or -ENOMEM. A text is borrowed, a copy is the value's own. */
int value_give_text(struct value *value, const char *text);
int value_give_copy(struct value *value, const char *text);
int value_give_number(struct value *value, double number);
int value_give_moment_ms(struct value *value, int64_t ms);
/* number in the unit of the view's alert */
int value_give_with_unit(const struct view *view, struct value *value,
                         double number);
/* one of the texts of the view, "" where there is none */
int value_give_view_text(const struct view *view, enum view_text which,
                         struct value *value);

/* The moment a text is about, in seconds: when the message was decided. Not
 * the clock, so a retry says the same. */
int64_t view_now(const struct view *view);
/* How the configuration wants numbers shown; NULL = the defaults. */
const struct text_style *view_style(const struct view *view);

#endif
