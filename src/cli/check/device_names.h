/* SPDX-License-Identifier: MIT */
/* Which devices and outlets there are, for what a configuration calls by name:
 * those that it names itself, those in the energy ledger, and those on the
 * metrics page of the collectd that runs here. One thread. */
#ifndef CLI_CHECK_DEVICE_NAMES_H
#define CLI_CHECK_DEVICE_NAMES_H

#include "cli/common/config_file.h"

struct device_names;

/* Reads the ledger, and the page where the configuration serves one; what
 * cannot be read is passed over. NULL when no name can be judged: nothing is
 * known, or values come from other machines too. */
struct device_names *device_names_find(const struct config *config);
void device_names_free(struct device_names *names);

enum device_name_is {
  DEVICE_NAME_GOOD,    /* or it cannot be told */
  DEVICE_NAME_OLD,     /* other: what it is called now */
  DEVICE_NAME_UNKNOWN, /* other: what may be meant, or NULL */
};

/* plug NULL: the device. metered: about a value that only what has a meter
 * gives, and all of those are in the ledger. other lives as long as names. */
enum device_name_is device_names_judge(const struct device_names *names,
                                       const char *device, const char *plug,
                                       bool metered, const char **other);

#endif
