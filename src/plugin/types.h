/* SPDX-License-Identifier: MIT */
/* Registers the types of types.db with the daemon, so that no configuration
 * needs a TypesDB line (which would switch collectd's own file off). */
#ifndef PLUGIN_TYPES_H
#define PLUGIN_TYPES_H

/* To be called from module_register(). */
void types_register(void);

#endif
