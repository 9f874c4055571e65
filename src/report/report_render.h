/* SPDX-License-Identifier: MIT */
/* A report as a message that is sent by itself. */
#ifndef REPORT_REPORT_RENDER_H
#define REPORT_REPORT_RENDER_H

#include "report/report_kind.h"
#include "report/report_notice.h"

struct report_request {
  enum report_kind kind;
  int before;          /* the latest one that is over on this local day */
  const char *ledger;  /* folder of the ledger */
  const char *alerts;  /* folder of notify_kasa's own file, or NULL */
  const char *closing; /* lines below it in a mail, or NULL */
};

/* Owned; UTF-8, lines end in a line feed. */
struct report_texts {
  char *title; /* one line, also the subject */
  char *brief; /* what stands below it in a push or chat message */
  char *text;  /* of a mail, complete in itself */
  char *html;
};

/* Reads the ledger, which may wait for the disk. Where there is none, or
 * nothing in it, the texts say so. 0 or -ENOMEM; report_texts_free() in both
 * cases. Safe from any thread. */
int report_render(const struct report_request *request,
                  struct report_texts *texts);
/* The same as a notification; closing does not matter. */
void report_render_notice(const struct report_request *request,
                          struct report_notice *notice);
void report_texts_free(struct report_texts *texts);

#endif
