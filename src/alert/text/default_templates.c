/* SPDX-License-Identifier: MIT */
/* The words of every message, as templates in the language
 * people use for their own: one row per occasion and kind of value. A message
 * starts with the device's name, because that is what a lock screen shows. */
#include <config.h>

#include "alert/text/default_templates.h"

#include "alert/text/alert_subject.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>

/* "1 620 W", "CPU 96 %", "52.4 kWh today" */
#define READING "%{quantity}%{value}%{suffix}"
#define BOUND "%{if limit}, %{direction} %{limit}%{end}"
/* of who is away it is the news */
#define AWAY_FOR "%{if duration>=1} for %{duration}%{end}"
/* below a minute the length is noise */
#define LASTING "%{if duration>=60} for %{duration}%{end}"
#define SINCE "%{if since} since %{since|clock}%{end}"
#define REMINDER " " REMINDER_WORDS
#define REMINDER_WORDS                                                         \
  "%{repeats|ordinal} reminder.%{if id} To stop reminders: kasactl alerts "    \
  "ack %{id}%{end}"
#define WAS "%{if limit} It was %{direction} %{limit}" LASTING PEAK ".%{end}"
#define PEAK                                                                   \
  "%{if peak} (%{if direction==below}lowest%{else}peak%{end} %{peak})%{end}"
#define FROM_TO                                                                \
  "From %{since|clock}%{if resolved_at} to %{resolved_at|clock}%{end}"
#define LATE "Delivery was delayed."
/* a notification over the network plugin may carry no number */
#define IF_READ(with, without) "%{if value}" with "%{else}" without "%{end}"
#define OUT_OF_RANGE "%{subject} is out of range"
#define SWITCHED "%{if switched}%{switched}%{else}out of range%{end}"
#define LAST                                                                   \
  "%{if last_power} Last: %{last_power}"                                       \
  "%{if last_reading} at %{last_reading|clock}%{end}.%{end}"
#define ACKED " " ACKED_WORDS
#define ACKED_WORDS                                                            \
  "Acknowledged%{if ack_by} by %{ack_by}%{end}%{if ack_at} at "                \
  "%{ack_at|clock}%{end}%{if ack_until}; no reminders until "                  \
  "%{ack_until|clock}%{end}."

#define NOBODY " " NOBODY_WORDS
#define NOBODY_WORDS                                                           \
  "Nobody has acknowledged it"                                                 \
  "%{if unacked_since} since %{unacked_since|clock}%{end}."                    \
  "%{if id} To stop this: kasactl alerts ack %{id}%{end}"

#define STILL_AWAY                                                             \
  "%{subject}: %{members_missing} of %{members} readings are still missing."

/* "200 V" alone is not yet too much or too little; of what is on or off, or
 * away, the headline says all */
#define IN_A_LIST                                                              \
  "%{if switched}%{else}%{if type==up}%{else}" BOUND "%{end}%{end}"
/* "- Heater was above 1 500 W, 02:10 to 02:31 (peak 1 700 W)" */
#define EACH_LINE                                                              \
  "%{each alerts}%{nl}- %{headline}%{if resolved_at}%{else}" IN_A_LIST         \
  "%{end}, "                                                                   \
  "%{if resolved_at}%{since|clock}"                                            \
  "%{if duration>=60} to %{if duration>=86400}%{resolved_at|clock}"            \
  "%{else}%{resolved_at|date:%H:%M}%{end}%{end}" PEAK                          \
  "%{else}since %{since|clock}%{end}%{end}"

/* "- critical: Cellar: 200 V, below 210 V, since 14:03" */
#define GROUP_LINE                                                             \
  "%{each alerts}%{nl}- %{if resolved_at}%{headline}%{else}"                   \
  "%{level}: %{headline}" IN_A_LIST "%{end}, "                                 \
  "%{if resolved_at}%{since|clock}"                                            \
  "%{if duration>=60} to %{resolved_at|clock}%{end}" PEAK                      \
  "%{else}since %{since|clock}%{end}%{end}"
/* "3 alerts on nas" */
#define GROUP_OF                                                               \
  "%{total} alert%{if total>=2}s%{end}%{if message} %{message}%{end}"
/* an alert that comes and goes, and one that has stopped to, still bad */
#define FLAPPING_OR(flapping, settled)                                         \
  "%{if flapping}%{subject} " flapping "%{else}" settled "%{end}"
#define HELD                                                                   \
  "%{if reopened_for>=60} in %{reopened_for}%{end}. Further changes are held " \
  "until it settles."
#define SETTLED " It no longer comes and goes."

#define ANY_KIND SUBJECT_KINDS

struct wording {
  enum alert_reason reason;
  enum alert_subject_kind kind;
  const char *title;
  const char *body;
};

/* The first row that fits counts, so a special kind stands before ANY_KIND. */
static const struct wording wordings[] = {
    {REASON_OPENED, SUBJECT_POWER,
     IF_READ("%{subject}: " READING, OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND "%{if duration>=60} for %{duration}"
             "%{if direction!=below} (since %{since|clock})%{end}%{end}."
             "%{if direction==below} It may have stopped.%{end}",
             "%{announcement}")},
    {REASON_OPENED, SUBJECT_ENERGY,
     IF_READ("%{subject}: " READING, OUT_OF_RANGE),
     IF_READ("%{subject}: " READING "%{if limit}, %{direction} the limit of "
             "%{limit} (reached %{since|clock})%{end}.",
             "%{announcement}")},
    {REASON_OPENED, SUBJECT_COST, IF_READ("%{subject}: " READING, OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND ".%{if largest} Largest: "
             "%{largest}.%{end}",
             "%{announcement}")},
    {REASON_OPENED, SUBJECT_SWITCH, "%{subject} is " SWITCHED,
     "%{subject} %{if duration>=60}has been " SWITCHED " for %{duration} "
     "(since %{since|clock})%{else}is " SWITCHED "%{end}."},
    {REASON_OPENED, SUBJECT_AWAY, "%{subject} is not reporting",
     "%{subject}: no reading" AWAY_FOR "." LAST},
    {REASON_OPENED, SUBJECT_EVENT, "%{announced|truncate:80}",
     "%{announcement}"},
    {REASON_OPENED, ANY_KIND, IF_READ("%{subject}: " READING, OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND LASTING ".", "%{announcement}")},

    {REASON_WORSE, SUBJECT_SWITCH, "%{subject} is " SWITCHED ", now %{level}",
     "%{subject} is " SWITCHED SINCE "."},
    {REASON_WORSE, SUBJECT_AWAY, "%{subject} is not reporting, now %{level}",
     "%{subject}: no reading" AWAY_FOR "." LAST},
    {REASON_WORSE, SUBJECT_EVENT, "%{announced|truncate:80}, now %{level}",
     "%{announcement}"},
    {REASON_WORSE, ANY_KIND,
     IF_READ("%{subject}: " READING ", now %{level}",
             "%{subject} is now %{level}"),
     IF_READ("%{subject}: " READING BOUND
             "%{if lower_limit}; %{direction} %{lower_limit}%{end}" SINCE ".",
             "%{announcement}")},

    {REASON_BETTER, SUBJECT_SWITCH, "%{subject} is " SWITCHED ", now %{level}",
     "%{subject} is " SWITCHED SINCE "."},
    {REASON_BETTER, SUBJECT_AWAY, "%{subject} is not reporting, now %{level}",
     "%{subject}: no reading" AWAY_FOR "." LAST},
    {REASON_BETTER, SUBJECT_EVENT, "%{announced|truncate:80}, now %{level}",
     "%{announcement}"},
    {REASON_BETTER, ANY_KIND,
     IF_READ("%{subject}: " READING ", now %{level}",
             "%{subject} is now %{level}"),
     IF_READ("%{subject}: " READING BOUND SINCE ".", "%{announcement}")},

    {REASON_REPEAT, SUBJECT_SWITCH, "Still: %{subject} is " SWITCHED,
     "%{subject} is " SWITCHED LASTING "." REMINDER},
    {REASON_REPEAT, SUBJECT_PARTLY, "Still: %{subject} is partly back",
     STILL_AWAY REMINDER},
    {REASON_REPEAT, SUBJECT_AWAY, "Still: %{subject} is not reporting",
     "%{subject}: no reading" AWAY_FOR "." REMINDER},
    {REASON_REPEAT, SUBJECT_EVENT, "Still: %{announced|truncate:80}",
     "%{announcement}"
     "%{nl}" REMINDER_WORDS},
    {REASON_REPEAT, ANY_KIND,
     IF_READ("Still: %{subject} " READING, "Still: " OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND LASTING ".", "%{announcement}")
         REMINDER},

    {REASON_RECOVERED, SUBJECT_SWITCH, "OK: %{subject} is " SWITCHED,
     "%{subject} is " SWITCHED
     " again.%{if was_switched} It was %{was_switched}" LASTING ".%{end}"},
    {REASON_RECOVERED, SUBJECT_AWAY, "%{subject} is reporting again",
     "%{subject} %{if duration>=1}was away for %{duration}"
     "%{else}is back%{end}."},
    {REASON_RECOVERED, SUBJECT_STORM,
     "%{if recovery}OK: %{recovery}%{else}Over: %{announced}%{end}",
     "%{if recovery}%{recovery}%{else}It is over: %{announced}%{end}"
     "%{if duration>=60}%{nl}They were away for %{duration}.%{end}"},
    {REASON_RECOVERED, SUBJECT_EVENT,
     "%{if recovery}OK: %{recovery|truncate:80}"
     "%{else}Over: %{announced|truncate:80}%{end}",
     "%{if recovery}%{recovery}%{nl}It was: %{problem}"
     "%{else}It is over: %{subject}: %{problem}%{end}" LASTING "."},
    {REASON_RECOVERED, ANY_KIND,
     IF_READ("OK: %{subject} " READING, "OK: %{subject}"),
     "%{subject} is back to normal" IF_READ(": " READING, "") "." WAS},

    {REASON_MISSED, SUBJECT_SWITCH,
     "%{subject} was %{if was_switched}%{was_switched}%{else}out of "
     "range%{end}",
     FROM_TO ". It is back to normal. " LATE},
    {REASON_MISSED, SUBJECT_AWAY, "%{subject} was not reporting",
     FROM_TO ". It is reporting again. " LATE},
    {REASON_MISSED, SUBJECT_EVENT, "Over: %{announced|truncate:80}",
     "%{announcement}%{nl}" FROM_TO
     ".%{if recovery}%{nl}Then: %{recovery}%{end}%{nl}" LATE},
    {REASON_MISSED, ANY_KIND,
     "%{subject} %{quantity}was %{if limit}%{direction} %{limit}%{else}out of "
     "range%{end}",
     FROM_TO "%{if peak}, %{if direction==below}lowest%{else}peak%{end} "
             "%{peak}%{end}. It is back to normal. " LATE},

    {REASON_ACKED, SUBJECT_PARTLY, "Acknowledged: %{subject} is partly back",
     STILL_AWAY ACKED},
    {REASON_ACKED, SUBJECT_AWAY, "Acknowledged: %{subject} is not reporting",
     "%{subject}: no reading" AWAY_FOR "." ACKED},
    {REASON_ACKED, SUBJECT_SWITCH, "Acknowledged: %{subject} is " SWITCHED,
     "%{subject} is " SWITCHED SINCE "." ACKED},
    {REASON_ACKED, SUBJECT_EVENT, "Acknowledged: %{announced|truncate:80}",
     "%{announcement}"
     "%{nl}" ACKED_WORDS},
    {REASON_ACKED, ANY_KIND,
     IF_READ("Acknowledged: %{subject} " READING,
             "Acknowledged: " OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND SINCE ".", "%{announcement}") ACKED},

    {REASON_ESCALATED, SUBJECT_PARTLY,
     "Unacknowledged: %{subject} is partly back", STILL_AWAY NOBODY},
    {REASON_ESCALATED, SUBJECT_AWAY,
     "Unacknowledged: %{subject} is not reporting",
     "%{subject}: no reading" AWAY_FOR "." NOBODY},
    {REASON_ESCALATED, SUBJECT_SWITCH,
     "Unacknowledged: %{subject} is " SWITCHED,
     "%{subject} is " SWITCHED LASTING "." NOBODY},
    {REASON_ESCALATED, SUBJECT_EVENT,
     "Unacknowledged: %{announced|truncate:80}",
     "%{announcement}%{nl}" NOBODY_WORDS},
    {REASON_ESCALATED, ANY_KIND,
     IF_READ("Unacknowledged: %{subject} " READING,
             "Unacknowledged: " OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND LASTING ".", "%{announcement}")
         NOBODY},

    {REASON_CLOSED, SUBJECT_EVENT, "Closed: %{announced|truncate:80}",
     "%{announcement}%{nl}The alert was closed"
     "%{if duration>=60}; it was open for %{duration}%{end}."},
    {REASON_CLOSED, SUBJECT_SWITCH, "Closed: %{subject} is " SWITCHED,
     "%{subject}: the alert was closed without a recovery."
     "%{if since} It had been open since %{since|clock}.%{end}"},
    {REASON_CLOSED, SUBJECT_AWAY, "Closed: %{subject} is not reporting",
     "%{subject}: the alert was closed without a recovery."
     "%{if since} It had been open since %{since|clock}.%{end}"},
    {REASON_CLOSED, ANY_KIND,
     IF_READ("Closed: %{subject} " READING, "Closed: %{subject}"),
     "%{subject}: the alert was closed without a recovery."
     "%{if since} It had been open since %{since|clock}.%{end}"},
    {REASON_RENAMED, ANY_KIND, "Closed: %{recovery|truncate:80}",
     "%{recovery}. The alert under the old name is closed"
     "%{if since}; it had been open since %{since|clock}%{end}. If it is still "
     "so, one under the new name follows."},
    {REASON_NEWS, ANY_KIND, "%{announced|truncate:80}",
     "%{announcement}%{if news>1}%{nl}The newest of %{news} messages since "
     "the last one.%{end}"},
    {REASON_STALE, SUBJECT_AWAY, "%{subject}: no reading since restart",
     "%{subject}: no reading since collectd was restarted, nor before that"
     "%{if since}: it has been away since %{since|clock}%{end}."},
    {REASON_STALE, ANY_KIND, "%{subject}: %{quantity}no reading since restart",
     "%{subject}: no reading since collectd was restarted. Before that: "
     "%{if limit}%{direction} %{limit}" SINCE "%{else}%{message}%{end}."},
    {REASON_FLAPPING, SUBJECT_AWAY,
     FLAPPING_OR("keeps going away", "Still: %{subject} is not reporting"),
     "%{if flapping}%{subject} went away %{reopened} times" HELD
     "%{else}%{subject}: no reading" AWAY_FOR "." SETTLED "%{end}"},
    {REASON_FLAPPING, SUBJECT_SWITCH,
     FLAPPING_OR("keeps switching", "Still: %{subject} is " SWITCHED),
     "%{if flapping}%{subject} was " SWITCHED " %{reopened} times" HELD
     "%{else}%{subject} is " SWITCHED LASTING "." SETTLED "%{end}"},
    {REASON_FLAPPING, SUBJECT_EVENT,
     "%{if flapping}Comes and goes: %{else}Still: "
     "%{end}%{announced|truncate:80}",
     "%{announcement}%{nl}%{if flapping}It came %{reopened} times" HELD
     "%{else}It no longer comes and goes.%{end}"},
    {REASON_FLAPPING, ANY_KIND,
     FLAPPING_OR(
         "%{quantity}%{if limit}keeps crossing %{limit}%{else}comes and "
         "goes%{end}",
         IF_READ("Still: %{subject} " READING, "Still: " OUT_OF_RANGE)),
     "%{if flapping}%{subject} %{quantity}%{if limit}crossed "
     "%{limit}%{else}was out of "
     "range%{end} %{reopened} times" HELD
     "%{else}" IF_READ("%{subject}: " READING BOUND LASTING ".",
                       "%{announcement}") SETTLED "%{end}"},
    {REASON_AFTER_MAINTENANCE, SUBJECT_AWAY,
     "Still: %{subject} is not reporting",
     "%{subject}: no reading" AWAY_FOR ". Still so after maintenance."},
    {REASON_AFTER_MAINTENANCE, SUBJECT_SWITCH, "Still: %{subject} is " SWITCHED,
     "%{subject} is " SWITCHED LASTING ". Still so after maintenance."},
    {REASON_AFTER_MAINTENANCE, SUBJECT_EVENT, "Still: %{announced|truncate:80}",
     "%{announcement}%{nl}Still so after maintenance."},
    {REASON_AFTER_MAINTENANCE, ANY_KIND,
     IF_READ("Still: %{subject} " READING, "Still: " OUT_OF_RANGE),
     IF_READ("%{subject}: " READING BOUND LASTING ".",
             "%{announcement}") " Still so after maintenance."},
    {REASON_DIGEST, ANY_KIND,
     "%{total} alert%{if total>=2}s%{end}%{if message} %{message}%{end}",
     "%{if by_level}%{by_level}%{else}%{still_open} still open, %{recovered} "
     "over%{end}." EACH_LINE "%{if more}%{nl}and %{more} more. To see all: "
     "kasactl alerts history%{end}"},
    /* until its figures are read, see struct message_report */
    {REASON_REPORT, ANY_KIND, "%{announced|truncate:80}", "%{announcement}"},
    {REASON_GROUP, ANY_KIND,
     GROUP_OF "%{if worst}: worst %{level}: %{worst}%{else}, all over%{end}",
     "%{if worst}%{still_open} open%{if recovered>=1}, %{recovered} over%{end}"
     "%{else}They came and went%{end}." GROUP_LINE
     "%{if more}%{nl}and %{more} more. To see all: kasactl alerts list%{end}"},
    {REASON_GROUP_STILL, ANY_KIND,
     "Still: " GROUP_OF "%{if worst}: worst %{level}: %{worst}%{end}",
     "%{still_open} still open." GROUP_LINE
     "%{if more}%{nl}and %{more} more. To see all: kasactl alerts list%{end}"},
    {REASON_GROUP_OVER, ANY_KIND, "OK: " GROUP_OF,
     "Back to normal:" EACH_LINE "%{if more}%{nl}and %{more} more. To see all: "
     "kasactl alerts history%{end}"},
    {REASON_TEST, ANY_KIND,
     "[TEST] notify_kasa%{if collectd_host} on %{collectd_host}%{end}",
     "This is a test of channel \"%{channel}\". Nothing is wrong."},
};

enum { WORDINGS = sizeof(wordings) / sizeof(wordings[0]) };

/* Compiled at first use and kept until the process ends. */
static struct {
  struct template *title;
  struct template *body;
} compiled[WORDINGS];

static struct template *compile_own(const char *text) {
  char error[200];
  struct template *t = template_compile(text, error, sizeof(error));

  if (t == NULL)
    log_say(LOG_LEVEL_ERROR, "default text \"%.80s\": %s", text, error);
  return t;
}

static void compile_all(void) {
  for (size_t i = 0; i < WORDINGS; i++) {
    compiled[i].title = compile_own(wordings[i].title);
    compiled[i].body = compile_own(wordings[i].body);
  }
}

/* Whose words a kind has where it has none of its own. */
static enum alert_subject_kind wider(enum alert_subject_kind kind) {
  switch (kind) {
  case SUBJECT_PARTLY:
    return SUBJECT_AWAY;
  case SUBJECT_STORM:
    return SUBJECT_EVENT;
  default:
    return kind;
  }
}

static size_t wording_for(enum alert_reason reason,
                          enum alert_subject_kind kind) {
  size_t fallback = 0;

  for (size_t i = 0; i < WORDINGS; i++) {
    if (wordings[i].kind == ANY_KIND && wordings[i].reason == REASON_OPENED)
      fallback = i;
    if (wordings[i].reason == reason &&
        (wordings[i].kind == kind || wordings[i].kind == wider(kind) ||
         wordings[i].kind == ANY_KIND))
      return i;
  }
  return fallback;
}

int default_texts(const struct view *view, enum text_target target,
                  struct buf *title, struct buf *body) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  enum alert_reason reason =
      view->message != NULL ? view->message->reason : view->alert->reason;
  size_t i;
  int err = 0;

  pthread_once(&once, compile_all);
  i = wording_for(reason, alert_subject_kind(view->alert));
  if (title != NULL && compiled[i].title != NULL)
    err = template_render(compiled[i].title, view, target, title);
  if ((err == 0 || err == -EMSGSIZE) && body != NULL &&
      compiled[i].body != NULL)
    err = template_render(compiled[i].body, view, target, body);
  return err == -EMSGSIZE ? 0 : err;
}
