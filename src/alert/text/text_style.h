/* SPDX-License-Identifier: MIT */
/* What the configuration says about words: plain structs, filled by the room
 * that reads the configuration and then never changed. Read from any thread. */
#ifndef ALERT_TEXT_TEXT_STYLE_H
#define ALERT_TEXT_TEXT_STYLE_H

#include <stddef.h>

struct template;

/* <Unit "type">: the symbol of a type of collectd. */
struct type_unit {
  char *type;
  char *unit;
};

/* How numbers are shown and where a link leads; the same for all texts. */
struct text_style {
  struct type_unit *units;
  size_t units_num;
  char *currency;             /* NULL = "EUR" */
  char *thousands_separator;  /* NULL = narrow no-break space, "" = none */
  struct template *dashboard; /* address for an alert, NULL = none */
};

/* Words of a route that stand in for the default ones; NULL = the defaults. */
struct text_override {
  char *name;             /* of the route, "" for the implicit one */
  struct template *title; /* while it is wrong */
  struct template *text;
  struct template *recovery_title; /* when it is over */
  struct template *recovery_text;
};

#endif
