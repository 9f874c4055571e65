/* What may follow a name in a template: %{since|date:%H:%M}.
 * Read-only tables and pure functions, safe from any thread. */
#ifndef ALERT_FILTER_H
#define ALERT_FILTER_H

#include "alert/variable.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* A value on its way through the filters. */
struct filtered {
  struct value value; /* taken over; freed by filtered_free() */
  bool escaped;       /* fit for its place already: url, json, raw */
  bool authors;       /* the template author's own words: default:TEXT */
};

struct filter {
  const char *name;
  const char *argument; /* for people: "N", "TEXT"; NULL = takes none */
  bool optional;        /* the argument may be left out */
  /* Applies it: 0, -ENOMEM. argument is "" where none was given. */
  int (*apply)(struct filtered *f, const char *argument,
               const struct view *view, int target);
};

/* Ended by a row without name. */
extern const struct filter filters[];

const struct filter *filter_find(const char *name, size_t len);
const char *filter_nearest(const char *name);

/* Whether the filter fits a value of this kind and argument; kind becomes
 * what it makes of it. NULL, or what is wrong, as "expects ..." without a
 * subject. argument NULL = none was given. */
const char *filter_check(const struct filter *filter, const char *argument,
                         bool foreign, enum value_kind *kind);

void filtered_free(struct filtered *f);

#endif
