/* SPDX-License-Identifier: MIT */
/* A file of the configuration, and who is told what is wrong with it. */
#ifndef CLI_CHECK_CHECK_PLACE_H
#define CLI_CHECK_CHECK_PLACE_H

#include "cli/common/config_file.h"

struct check_place {
  const char *path;
  config_problem *problem;
  void *arg;
};

/* Tells of a problem at item, in at most 511 bytes. */
void check_tell(const struct check_place *place, const struct conf_item *item,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
