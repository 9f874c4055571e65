/* SPDX-License-Identifier: MIT */
/* The names of several alerts, and of members: rows for template_variables.c.
 */
#ifndef ALERT_TEXT_TEMPLATE_VARIABLES_GROUP_H
#define ALERT_TEXT_TEMPLATE_VARIABLES_GROUP_H

#include "alert/text/template_variables.h"

extern const struct template_variable variables_group[];
extern const size_t variables_group_num;

#endif
