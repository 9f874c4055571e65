/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "plugin/version.h"

const char package_version[] = PACKAGE_VERSION;
