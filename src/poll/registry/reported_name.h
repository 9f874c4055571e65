/* SPDX-License-Identifier: MIT */
/* What something was called in its last report, kept only while it is called
 * otherwise by now. Engine's thread only. */
#ifndef POLL_REGISTRY_REPORTED_NAME_H
#define POLL_REGISTRY_REPORTED_NAME_H

#include <stdbool.h>

/* Zeroed: it was in no report. */
struct reported_name {
  char *was; /* NULL: in no report; "": reported by the name that it has; else
              * the name that it had then, allocated */
};

/* Its name, which it has still, is about to change. */
void reported_name_changes(struct reported_name *r, const char *name);

/* It is in a report by the name that it has. */
void reported_name_told(struct reported_name *r);

/* Whether it was in a report, by whatever name. */
bool reported_name_is_known(const struct reported_name *r);

/* What was reported was another, or it is gone. */
void reported_name_forget(struct reported_name *r);

/* What it was called in its last report, where that is not what it is called
 * now; else NULL. */
const char *reported_name_before(const struct reported_name *r,
                                 const char *now);

#endif
