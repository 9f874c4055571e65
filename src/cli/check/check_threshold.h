/* SPDX-License-Identifier: MIT */
/* <Plugin threshold>: thresholds on values of ours that can never fire, because
 * no value is called so. */
#ifndef CLI_CHECK_CHECK_THRESHOLD_H
#define CLI_CHECK_CHECK_THRESHOLD_H

#include "cli/common/config_file.h"

void check_threshold(const struct config *config, config_problem *problem,
                     void *arg);

#endif
