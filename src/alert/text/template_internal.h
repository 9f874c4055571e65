/* SPDX-License-Identifier: MIT */
/* A compiled template, shared by the compiler and the renderer alone.
 *
 * It is a flat list of steps; if, else and each hold the index of the step to
 * go on with, so rendering neither recurses nor searches. */
#ifndef ALERT_TEXT_TEMPLATE_INTERNAL_H
#define ALERT_TEXT_TEMPLATE_INTERNAL_H

#include "alert/text/template.h"
#include "alert/text/template_filters.h"
#include "alert/text/template_variables.h"

#include <stdbool.h>
#include <stddef.h>

enum {
  FILTERS_MAX = 8,
  EACH_LIMIT = 10, /* alerts or members that each lists */
};

enum step_kind {
  STEP_TEXT,
  STEP_VALUE,
  STEP_IF,
  STEP_ELSE,
  STEP_EACH,
  STEP_END
};

enum comparison {
  IS_SET,
  EQUAL,
  DIFFERENT,
  LESS,
  LESS_EQUAL,
  MORE,
  MORE_EQUAL
};

enum each_over { EACH_ALERTS, EACH_MEMBERS };

struct applied_filter {
  const struct template_filter *filter;
  const char *argument; /* into the template's text; "" = none */
};

struct step {
  enum step_kind kind;
  const char *text; /* STEP_TEXT: into the template's text */
  size_t len;
  const struct template_variable *variable; /* STEP_VALUE, STEP_IF */
  const char *argument;                     /* of meta:KEY and the like */
  struct applied_filter filters[FILTERS_MAX];
  size_t filters_num;
  enum comparison comparison; /* STEP_IF */
  const char *word;           /* what a text is compared with */
  double number;              /* what anything else is compared with */
  enum each_over over;        /* STEP_EACH */
  size_t jump; /* IF: behind its else or end; ELSE: its end; EACH: its end;
                  END of an each: the each, else 0 */
  bool loops;  /* STEP_END: of an each */
};

struct template {
  char *text; /* the source, cut into pieces by NULs */
  struct step *steps;
  size_t steps_num;
};

#endif
