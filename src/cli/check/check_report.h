/* SPDX-License-Identifier: MIT */
/* <Report> of notify_kasa: a report of a ledger that nobody writes there. */
#ifndef CLI_CHECK_CHECK_REPORT_H
#define CLI_CHECK_CHECK_REPORT_H

#include "cli/common/config_file.h"

void check_report(const struct config *config, config_problem *problem,
                  void *arg);

#endif
