/* SPDX-License-Identifier: MIT */
/* A report as a notification of collectd: one line and figures beside it. */
#ifndef REPORT_REPORT_NOTICE_H
#define REPORT_REPORT_NOTICE_H

#include "report/report_data.h"

enum {
  REPORT_NOTICE_SIZE = 256, /* as collectd's NOTIF_MAX_MSG_LEN */
  REPORT_NOTICE_FIELDS = 7,
  REPORT_NOTICE_FIELD = 64,
};

struct report_notice {
  const char *instance; /* "daily", "weekly", "monthly" */
  char message[REPORT_NOTICE_SIZE];
  struct report_notice_field {
    const char *name;
    char value[REPORT_NOTICE_FIELD];
  } fields[REPORT_NOTICE_FIELDS];
  unsigned fields_num; /* what is not known is left out */
};

/* What a telephone gets of it, as many whole sentences as there is room for. */
void report_notice(const struct report *r, struct report_notice *out);

#endif
