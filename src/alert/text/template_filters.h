/* SPDX-License-Identifier: MIT */
/* What may follow a name in a template: %{since|date:%H:%M}.
 * Read-only tables and pure functions, safe from any thread. */
#ifndef ALERT_TEXT_TEMPLATE_FILTERS_H
#define ALERT_TEXT_TEMPLATE_FILTERS_H

#include "alert/text/template_variables.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* A value on its way through the filters. */
struct template_filtered {
  struct value value; /* taken over; freed by template_filtered_free() */
  bool escaped;       /* fit for its place already: url, json, raw */
  bool authors;       /* the template author's own words: default:TEXT */
};

struct template_filter {
  const char *name;
  const char *argument; /* for people: "N", "TEXT"; NULL = takes none */
  bool optional;        /* the argument may be left out */
  /* Applies it: 0, -ENOMEM. argument is "" where none was given. */
  int (*apply)(struct template_filtered *f, const char *argument,
               const struct view *view, int target);
};

/* Ended by a row without name. */
extern const struct template_filter filters[];

const struct template_filter *template_filter_find(const char *name,
                                                   size_t len);
const char *template_filter_nearest(const char *name);

/* Whether the filter fits a value of this kind and argument; kind becomes
 * what it makes of it. NULL, or what is wrong, as "expects ..." without a
 * subject. argument NULL = none was given. */
const char *template_filter_check(const struct template_filter *filter,
                                  const char *argument, bool foreign,
                                  enum value_kind *kind);

void template_filtered_free(struct template_filtered *f);

#endif
