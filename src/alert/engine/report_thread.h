/* SPDX-License-Identifier: MIT */
/* The thread that reads a report's figures and makes it known to collectd:
 * both may wait, for the disk and for whatever other plugins do with it. */
#ifndef ALERT_ENGINE_REPORT_THREAD_H
#define ALERT_ENGINE_REPORT_THREAD_H

#include "alert/config/config.h"
#include "report/report_notice.h"

#include <stdbool.h>

struct report_thread;

struct report_thread_hooks {
  /* On this thread: hands it to collectd; name is the report's. */
  void (*announce)(const char *name, const struct report_notice *notice);
  /* Likewise: report_thread_done() is true now. */
  void (*wake)(void *arg);
  void *arg;
};

/* Starts the thread; NULL on failure, said in the log. All is borrowed. */
struct report_thread *
report_thread_new(const struct notify_config *config,
                  const struct report_thread_hooks *hooks);

/* One at a time: a report of the configuration, about the day, week or month
 * that is over on a local day. */
void report_thread_give(struct report_thread *t, int report, int before);
/* Any thread: whether collectd has what was given. */
bool report_thread_done(struct report_thread *t);
/* After that: the next one may be given. */
void report_thread_next(struct report_thread *t);

/* Begins nothing new, waits for its end and frees. Whoever leaves while another
 * plugin has the notification pulls collectd's list from under it, so this
 * waits as long as collectd does for threads of its own that are in a plugin.
 * True: what was given last is with collectd. */
bool report_thread_end(struct report_thread *t);

#endif
