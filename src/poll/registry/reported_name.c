/* SPDX-License-Identifier: MIT */
/* What something was called in its last report: see reported_name.h. */
#include <config.h>

#include "poll/registry/reported_name.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static char unchanged[] = "";

void reported_name_changes(struct reported_name *r, const char *name) {
  if (r->was == unchanged) /* NULL: memory is out, and nothing is told of it */
    r->was = name[0] != '\0' ? strdup(name) : NULL;
}

void reported_name_told(struct reported_name *r) {
  reported_name_forget(r);
  r->was = unchanged;
}

bool reported_name_is_known(const struct reported_name *r) {
  return r->was != NULL;
}

void reported_name_forget(struct reported_name *r) {
  if (r->was != unchanged)
    free(r->was);
  r->was = NULL;
}

const char *reported_name_before(const struct reported_name *r,
                                 const char *now) {
  return r->was != NULL && r->was != unchanged && strcmp(r->was, now) != 0
             ? r->was
             : NULL;
}
