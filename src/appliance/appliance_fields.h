/* SPDX-License-Identifier: MIT */
/* What a message about an appliance says for programs: the metadata of its
 * notification, so that nobody has to read the text. One thread at a time. */
#ifndef APPLIANCE_APPLIANCE_FIELDS_H
#define APPLIANCE_APPLIANCE_FIELDS_H

#include "appliance/appliance.h"

enum { APPLIANCE_FIELDS = 4, APPLIANCE_FIELD_SIZE = 64 };

struct appliance_fields {
  unsigned num;
  struct {
    const char *name; /* "Energy" */
    char value[APPLIANCE_FIELD_SIZE];
  } field[APPLIANCE_FIELDS];
};

/* Of what the hook has just been told at this reading; settings: NULL where
 * there is no <Appliance> block. */
void appliance_fields_fill(struct appliance_fields *f,
                           const struct appliance *a,
                           const struct appliance_settings *settings,
                           const struct appliance_reading *r,
                           enum appliance_news news);

#endif
