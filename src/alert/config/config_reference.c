/* SPDX-License-Identifier: MIT */
/* See config_reference.h. */
#include <config.h>

#include "alert/config/config_reference.h"

#include "alert/config/config.h"

#include <stdio.h>

void reference_try(struct reference *r, const char *name) {
  r->guess.word = r->wanted;
  r->guess.reach = 3;
  guess_try(&r->guess, name);
}

void reference_try_channels(struct reference *r,
                            const struct notify_config *config, int except) {
  for (size_t i = 0; i < config->channels_num; i++)
    if ((int)i != except)
      reference_try(r, config->channels[i].name);
}

void reference_unknown(const struct reference *r,
                       struct option_reporter *reporter) {
  char guess[100] = "";

  if (r->guess.nearest != NULL)
    snprintf(guess, sizeof(guess), ", did you mean \"%.64s\"?",
             r->guess.nearest);
  option_error(reporter, "%s: option %s expects %s, found \"%.64s\"%s",
               r->where, r->option, r->expects, r->wanted, guess);
}
