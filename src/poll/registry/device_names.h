/* SPDX-License-Identifier: MIT */
/* What devices and plugs are called: doc/names.md. Pure functions. */
#ifndef POLL_REGISTRY_DEVICE_NAMES_H
#define POLL_REGISTRY_DEVICE_NAMES_H

#include "poll/registry/poll_device.h"

/* The name of a device before it is made unique: its option Name, else what
 * option Name of the plugin says, else model and end of the MAC. */
void device_name_base(const struct poll_device *k, enum name_by by,
                      char out[DEVICE_NAME_SIZE]);

/* base followed by " (suffix)", base cut so that all fits. */
void device_name_with_suffix(const char *base, const char *suffix,
                             char out[DEVICE_NAME_SIZE]);

/* "a1b2", the end of the MAC; of the address when there is no MAC. */
void device_name_suffix(const struct poll_device *k,
                        char out[DEVICE_NAME_SIZE]);

/* Whether that is the same for both. */
bool device_name_same_suffix(const struct poll_device *a,
                             const struct poll_device *b);

/* Whether match (from the configuration, as the vendor's app shows it) means
 * alias (cleaned, from a device). */
bool device_name_is_alias(const char *match, const char *alias);

/* The <Plug> block for a plug of k, by its slot or its own name; NULL: none. */
const struct plug_options *device_name_plug_options(const struct poll_device *k,
                                                    const struct plug *plug);

/* Names all plugs of a strip: the option, the plug's alias, else "Plug 3";
 * two with the same name get their slot behind it. Returns whether such a
 * pair was found that was not there before. */
bool device_name_plugs(struct poll_device *k);

#endif
