/* SPDX-License-Identifier: MIT */
/* This package's version. In a file of its own because collectd's headers
 * bring PACKAGE_VERSION too, and theirs wins. */
#ifndef PLUGIN_VERSION_H
#define PLUGIN_VERSION_H

extern const char package_version[];

#endif
