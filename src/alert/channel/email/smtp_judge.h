/* SPDX-License-Identifier: MIT */
/* What a server's answer to a mail means: whom it blames, and for how long. */
#ifndef ALERT_CHANNEL_EMAIL_SMTP_JUDGE_H
#define ALERT_CHANNEL_EMAIL_SMTP_JUDGE_H

#include "alert/channel/email/smtp.h"

/* Whom the mail was for. */
enum smtp_whom {
  SMTP_ONE,            /* the only recipient there is */
  SMTP_SEVERAL,        /* all of several */
  SMTP_ONE_OF_SEVERAL, /* the others get a mail of their own */
};

/* outcome and wait_s by phase and reply. */
void smtp_judge(const struct smtp_report *report, enum smtp_whom whom,
                struct send_result *result);

#endif
