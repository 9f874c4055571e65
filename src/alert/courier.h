/* One thread per channel that does the blocking calls, one job at a time. */
#ifndef ALERT_COURIER_H
#define ALERT_COURIER_H

#include "alert/config.h"
#include "alert/deliver.h"

#include <stdint.h>
#include <time.h>

struct courier;

struct courier_hooks {
  /* On the courier's thread; takes the job. */
  void (*done)(void *arg, struct job *job);
  void *arg;
  int64_t (*wall_ms)(void *arg);
  void *clock_arg;
  const char *collectd_host;
  const char *version;
};

/* Starts the thread; NULL on failure. channel and hooks' strings borrowed. */
struct courier *courier_new(const struct channel_config *channel,
                            const struct courier_hooks *hooks);
/* Takes the job; there must be none at work. */
void courier_give(struct courier *courier, struct job *job);
/* Makes a call in progress return soon, and the thread end after it. */
void courier_stop(struct courier *courier);
/* Waits until deadline (CLOCK_REALTIME) for the thread: 0 and freed, or
 * -ETIMEDOUT: the thread and courier are left behind, with all they borrowed.
 */
int courier_join(struct courier *courier, const struct timespec *deadline);

#endif
