/* SPDX-License-Identifier: MIT */
/* Finding names, and what a value is in words: see template_variables.h. */
#include <config.h>

#include "alert/text/template_variables.h"

#include "alert/text/format_time.h"
#include "alert/text/template_value.h"
#include "alert/text/template_variables_alert.h"
#include "alert/text/template_variables_group.h"
#include "base/guess.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
  size_t len = strlen(name);
  /* more edits, or half of a short word, and a guess only misleads */
  struct guess g = {.word = name, .reach = len <= 4 ? 1 : len <= 6 ? 2 : 3};
  const struct template_variable *v;

  for (size_t i = 0; (v = template_variable_at(i)) != NULL; i++)
    guess_try(&g, v->name);
  return g.nearest;
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
