/* SPDX-License-Identifier: MIT */
/* <Device> blocks of kasa: what they say that cannot come true. */
#ifndef CLI_CHECK_CHECK_DEVICES_H
#define CLI_CHECK_CHECK_DEVICES_H

#include "poll/options/options.h"

/* interval: seconds between the polls of all devices. */
void check_devices(const struct poll_options *o, double interval,
                   struct option_reporter *reporter);

#endif
