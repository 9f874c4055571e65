/* SPDX-License-Identifier: MIT */
/* Options that name a channel or another block: the line that is said where
 * there is none of that name. */
#ifndef ALERT_CONFIG_CONFIG_REFERENCE_H
#define ALERT_CONFIG_CONFIG_REFERENCE_H

#include "base/guess.h"
#include "config/option.h"

struct notify_config;

struct reference {
  const char *where;   /* the block it stands in: <Route "x"> */
  const char *option;  /* as in collectd.conf */
  const char *expects; /* "the name of a channel" */
  const char *wanted;
  struct guess guess; /* of the names that were tried */
};

/* wanted is not name; it may have been meant. */
void reference_try(struct reference *r, const char *name);
/* The same for each channel, but for the one at index except. */
void reference_try_channels(struct reference *r,
                            const struct notify_config *config, int except);
/* None of the names was the wanted one. */
void reference_unknown(const struct reference *r,
                       struct option_reporter *reporter);

#endif
