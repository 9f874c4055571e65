/* SPDX-License-Identifier: MIT */
/* How long to wait after failures in a row. */
#ifndef ALERT_DELIVER_BACKOFF_H
#define ALERT_DELIVER_BACKOFF_H

/* Seconds before the next try after so many failures in a row: 5 s to 15 min;
 * random01 in [0, 1) gives +-20 %. */
double backoff_s(unsigned failures, double random01);

#endif
