/* SPDX-License-Identifier: MIT */
/* What the variable_*.c files share: how a getter fills its value. */
#ifndef ALERT_TEXT_TEMPLATE_VARIABLES_INTERNAL_H
#define ALERT_TEXT_TEMPLATE_VARIABLES_INTERNAL_H

#include "alert/text/template_variables.h"

extern const struct template_variable variables_alert[]; /* of one alert */
extern const size_t variables_alert_num;
extern const struct template_variable
    variables_group[]; /* of several, and members */
extern const size_t variables_group_num;

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
/* The default title, the first line of the default text, or all of that. */
enum default_text { WANT_TITLE, WANT_SUMMARY, WANT_DETAILS };
int value_give_default_text(const struct view *view, enum default_text want,
                            struct value *value);

#endif
