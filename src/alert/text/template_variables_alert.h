/* SPDX-License-Identifier: MIT */
/* The names of one alert: rows for template_variables.c. */
#ifndef ALERT_TEXT_TEMPLATE_VARIABLES_ALERT_H
#define ALERT_TEXT_TEMPLATE_VARIABLES_ALERT_H

#include "alert/text/template_variables.h"

extern const struct template_variable variables_alert[];
extern const size_t variables_alert_num;

#endif
