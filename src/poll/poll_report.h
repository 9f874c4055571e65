/* SPDX-License-Identifier: MIT */
/* What of a device is reported when: values of one series stay in order and
 * apart, and what hardly ever changes is not said every time. Writes
 * poll_device.report. Engine's thread only. */
#ifndef POLL_POLL_REPORT_H
#define POLL_POLL_REPORT_H

#include "poll/registry/poll_device.h"

/* What a report holds news of; several at once have one time. */
enum report_part {
  REPORT_STATE = 1,    /* status.up */
  REPORT_READING = 2,  /* a poll's reading, without what is slow if the poll
                        * asks for that too */
  REPORT_RARE = 4,     /* only the quantities in QUANTITIES_RARE */
  REPORT_FAILURES = 8, /* poll_device_failures(): with the state when one has
                        * risen, else with every FAILURES_EVERY-th */
  REPORT_RENAMED = 16, /* it, or one of its plugs, is no longer called what it
                        * was in its last report (reported_name.h) */
  REPORT_NAMED = 32,   /* it answers and has had its names for a while: they are
                        * no longer those of a start, when who else is called
                        * so is not known yet */
  REPORT_ENERGY = 64,  /* its energy: with each reading, and with the state of
                        * what is away; but once where both come in a moment */
};

enum { FAILURES_EVERY = 4 };

/* Where reports go. */
struct poll_reporter {
  struct loop *loop;
  const struct poll_options *options;
  void (*report)(void *arg, const struct poll_device *k, unsigned parts);
  void *arg;
};

/* Reports parts, but the state only if that was not said a moment ago. */
void poll_report_send(const struct poll_reporter *r, struct poll_device *k,
                      unsigned parts);

/* When news of its state may go out that had to wait (monotonic); 0: there are
 * none. */
uint64_t poll_report_late_us(const struct poll_reporter *r,
                             const struct poll_device *k);

#endif
