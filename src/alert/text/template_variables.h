/* SPDX-License-Identifier: MIT */
/* The names a template may use and what each stands for.
 *
 * One table, read by the template compiler (does this name exist?), by the
 * renderer (what is it now?) and by the test that compares with the manual.
 * Everything here is read-only and safe from any thread. */
#ifndef ALERT_TEXT_TEMPLATE_VARIABLES_H
#define ALERT_TEXT_TEMPLATE_VARIABLES_H

#include "alert/model/message.h"
#include "alert/text/format.h"
#include "alert/text/text_style.h"
#include "alert/text/units.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts that a name may stand for: the default words of the message, and its
 * link. */
enum view_text {
  VIEW_TITLE,
  VIEW_SUMMARY, /* the first line of the details */
  VIEW_DETAILS,
  VIEW_URL,
};

/* What the names of a text refer to. A group's or a digest's text has alerts
 * besides the message's own one. */
struct view {
  const struct message *message;
  const struct alert *alert; /* the message's, or inside `each alerts` one */
  const struct alert *const *alerts;
  size_t alerts_num;
  const struct alert_member *member; /* inside `each members`, else NULL */
  /* Appends one of the texts above: 0, -ENOMEM, -EMSGSIZE. NULL = there are
   * none: inside such a text, or where nobody set it. */
  int (*text)(const struct view *view, enum view_text which, struct buf *out);
};

enum value_kind {
  VALUE_TEXT,
  VALUE_NUMBER,
  VALUE_DURATION, /* number holds seconds */
  VALUE_MOMENT,   /* moment holds seconds since 1970 */
  VALUE_LEVEL,    /* number holds the enum */
};

enum number_style {
  NUMBER_GROUPED, /* 1 620 */
  NUMBER_UNIT,    /* 1 620 W */
  NUMBER_RAW,     /* 1620 */
};

/* What a name stands for right now. Nothing at all: a NaN, a moment of 0, an
 * empty text. */
struct value {
  enum value_kind kind;
  enum number_style style;
  double number;
  int64_t moment;
  struct unit unit;
  const char *text; /* never NULL for VALUE_TEXT; borrowed, or in own */
  char *own;        /* freed by value_free() */
};

struct template_variable {
  const char *name;  /* "value"; of a family with argument: "meta" */
  const char *group; /* heading in the manual */
  const char *what;  /* half a line for people */
  enum value_kind kind;
  bool foreign;  /* made of names or texts from outside: `raw` is refused */
  bool argument; /* written meta:KEY */
  /* Fills value, which starts as nothing of the right kind. 0 or -ENOMEM. */
  int (*get)(const struct view *view, const char *argument,
             struct value *value);
};

/* The i-th of all names, in the order of the manual; NULL beyond the last. */
const struct template_variable *template_variable_at(size_t i);

/* The row of a name of len bytes (up to a ':' for a family), or NULL. */
const struct template_variable *template_variable_find(const char *name,
                                                       size_t len);

/* The nearest known name, or NULL when nothing is near. */
const char *template_variable_nearest(const char *name);

int template_variable_get(const struct template_variable *variable,
                          const char *argument, const struct view *view,
                          struct value *value);
void value_free(struct value *value);

/* False for what renders as nothing. */
bool value_present(const struct value *value);

/* The value in words, cut to size: "1 620 W", "5 minutes". For VALUE_TEXT use
 * its text. */
void value_words(const struct value *value, const struct view *view, char *out,
                 size_t size);

#endif
