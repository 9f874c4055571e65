/* SPDX-License-Identifier: MIT */
/* What a report says of alerts: which there were, who was away, what was not
 * delivered. Read from the file of notify_kasa, which is not changed; it works
 * while the daemon runs and when it does not. Blocking: disk. One thread. */
#ifndef REPORT_REPORT_ALERTS_H
#define REPORT_REPORT_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_NAMED = 3, REPORT_NAME = 64 };

struct report_alerts {
  bool known; /* the file could be read */
  unsigned raised, open;
  struct report_noisy {
    char name[REPORT_NAME]; /* "": no device stands out */
    unsigned alerts;
  } noisiest;
  struct report_longest {
    char name[REPORT_NAME];
    double seconds; /* within the time of the report; 0: there was none */
  } longest;
  struct report_away {
    char name[REPORT_NAME];
    double seconds;                 /* within the time of the report */
  } away[REPORT_NAMED];             /* longest first */
  unsigned away_num;                /* of all */
  unsigned undelivered;             /* messages that were given up */
  char undelivered_by[REPORT_NAME]; /* the channel with most of them */
  struct report_silence {
    char about[REPORT_NAME];
    int64_t ends;           /* ms of wall time */
  } silences[REPORT_NAMED]; /* that end soon; earliest first */
  unsigned silences_num;    /* of all that do */
};

/* What happened from until to, and which silences end from now until then; all
 * ms of wall time. directory: StateDirectory of notify_kasa. */
void report_alerts_read(struct report_alerts *a, const char *directory,
                        int64_t from, int64_t to, int64_t now, int64_t then);

#endif
