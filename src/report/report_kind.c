/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_kind.h"

#include <stddef.h>

const char *const report_kinds[] = {"day", "week", "month", NULL};
