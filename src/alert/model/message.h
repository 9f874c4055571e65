/* SPDX-License-Identifier: MIT */
/* What one channel is asked to deliver once, and what came of it. */
#ifndef ALERT_MODEL_MESSAGE_H
#define ALERT_MODEL_MESSAGE_H

#include "alert/model/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_style;
struct text_override;

enum message_kind {
  MESSAGE_OPEN,
  MESSAGE_UPDATE, /* worse, better, partly back, no reading, ... */
  MESSAGE_REPEAT,
  MESSAGE_RESOLVED,
  MESSAGE_ACKED,
  MESSAGE_NOTE, /* stands alone: missed, digest, announcements of events */
  MESSAGE_TEST,
  MESSAGE_CANCEL, /* stop a ringing phone: goes to sender->cancel() */
  MESSAGE_KINDS
};

enum {
  MESSAGE_ID_SIZE = 128,
  MESSAGE_REF_SIZE = 256, /* a provider's handle, as the sender wrote it */
  MESSAGE_WHY_SIZE = 257,
  RECIPIENT_SIZE = 400, /* an address of 254 bytes, and a name */
};

/* Several alerts in one message, which then is about them as a whole. */
struct message_group {
  const struct alert *alerts; /* the worst of them, worst first; borrowed */
  size_t alerts_num;
  unsigned total;
  unsigned warnings, failures;  /* open, up to warning and beyond */
  unsigned offline;             /* of the open ones, devices */
  unsigned recovered;           /* over */
  bool by_level;                /* the text is to count them by level: */
  unsigned levels[LEVEL_COUNT]; /* the open ones */
};

enum { MESSAGE_GROUP_LISTED = 10 };

/* Figures of a day, week or month. They are read when the message is sent, so
 * that nobody waits for the disk before. */
struct message_report {
  const char *title; /* one line */
  const char *brief; /* lines below it, for a lock screen or a chat */
  const char *text;  /* a mail's plain part, complete in itself */
  const char *html;  /* and its other one, a document */
};

/* Borrowed and const for the duration of send(). Everything in it is decided
 * and committed before the first attempt, and the same on every retry, except
 * attempt, ambiguous, shrink and delay_s/delay_why. */
struct message {
  enum message_kind kind;
  enum alert_reason reason;
  enum level level; /* what to ring with: LEVEL_OK when resolved */
  bool quiet;       /* lowest priority to people: downgrades, acks, softened */

  const struct alert *alert; /* snapshot of when the message was decided; for
                                tests a made-up one; never NULL */
  const char *title;         /* rendered for plain text; never empty */
  const char *body;
  const char *channel; /* name of the channel it goes through */

  const char *delivery_id; /* 32 hex digits, constant over retries */
  const char *message_id;  /* "<...@fqdn>" for mail */
  const char *thread_root; /* message_id of the first message this channel
                              delivered for the episode; "" = this is it */
  const char *previous;    /* of the last one delivered; "" = none */
  const char *root_ref; /* provider's handle of that first message, "" = none */
  const char *last_ref; /* and of the last one that returned a handle */
  const char *recipient; /* "" = all of the channel's, else this one only */

  unsigned attempt; /* 1 = first */
  bool ambiguous;   /* an earlier attempt, or for a cancel any message of the
                       alert, may have arrived without our knowing */
  bool shrink;      /* was too large: title and one line only */
  int64_t created;  /* wall ms: when it was decided */
  double delay_s;   /* how late it is; 0 while not worth a word */
  const char *delay_why;    /* "Pushover could not be reached", "" = unknown */
  const char *fallback_for; /* "Slack unreachable: no_service", "" = none */

  const struct message_group *group;   /* NULL = about one alert */
  const struct message_report *report; /* NULL = none */
  const char *group_key;               /* what they agree in; "" = no group */

  /* for rendering, see message_texts.h; both may be NULL */
  const struct text_override *words; /* of the route that chose it */
  const struct text_style *style;
  const char *collectd_host;
};

/* Nothing yet, about alert (which may be given later): no pointer is NULL but
 * those that may be. */
void message_init(struct message *message, const struct alert *alert);

/* Names as in the webhook's "event" and the store's kind column: "firing"
 * "update" "repeat" "resolved" "acknowledged" "note" "test" "cancel". */
const char *message_kind_name(enum message_kind kind);
/* Tells of something that is wrong: a recovery is owed afterwards. */
bool message_opens(enum message_kind kind);
/* All is well by now: it is the end, or came and went unheard. */
bool message_is_over(const struct message *message);
/* What a colour or a priority shows: LEVEL_OK when it is over. */
enum level message_level_now(const struct message *message);
int message_kind_parse(const char *text, enum message_kind *kind);

enum send_outcome {
  SEND_SENT,            /* accepted by the provider */
  SEND_RETRY,           /* certainly not sent; later again */
  SEND_AMBIGUOUS,       /* may have arrived; later again with the same ids */
  SEND_REFUSED_MESSAGE, /* this one never; others may pass */
  SEND_REFUSED_CHANNEL, /* nothing will pass until a person acts */
  SEND_SHRINK,          /* too large: once more with shrink set */
  SEND_SPLIT,           /* some recipient was refused, nobody received it:
                           once more for each of sender->recipient() */
};

struct send_result {
  enum send_outcome outcome;
  double wait_s;   /* the provider's or the channel's own least wait before the
                      next request of this channel; 0 = none */
  bool stop;       /* REFUSED_CHANNEL: open the breaker at the first one */
  bool passes;     /* REFUSED_CHANNEL: of a kind that often passes, such as a
                      404 while a server is set up */
  bool timed_out;  /* AMBIGUOUS: all was written, no answer came in time */
  bool suspect;    /* RETRY, AMBIGUOUS: the provider saw the message, so that
                      it may be the message's own fault */
  bool recipient;  /* RETRY: it is one recipient's matter, others may go on */
  long quota_left; /* messages left at the provider; -1 = unknown */
  char provider_ref[MESSAGE_REF_SIZE]; /* SENT: handle for later, or "" */
  /* For log, history and people: clean, no secret, no URL with one. */
  char why[MESSAGE_WHY_SIZE];
};

#endif
