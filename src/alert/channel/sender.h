/* SPDX-License-Identifier: MIT */
/* One type of channel: email, pushover, ... A new type is one file with a
 * struct sender and one row in channel_types[].
 *
 * Threads: defaults, check and destroy run on the thread that reads the
 * configuration, before the daemon forks: no thread, no handle, no network
 * there. send, cancel, poll and close run on the channel's one sender thread,
 * never two at once, and may block; but they must return within one second
 * after *env->abort became true. From the first send on, settings belong to
 * that thread, so runtime members (a curl handle, opened lazily) may live in
 * it. close() runs last on that thread; destroy() after it was joined. */
#ifndef ALERT_CHANNEL_SENDER_H
#define ALERT_CHANNEL_SENDER_H

#include "alert/model/message.h"
#include "config/option.h"

#include <stdatomic.h>
#include <stddef.h>

struct buf;

struct sender_env {
  const atomic_bool *abort;
  int64_t (*wall_ms)(void *arg); /* the clock to stamp and sign with */
  void *clock_arg;
  const char *channel;       /* its name in the configuration */
  const char *collectd_host; /* this daemon's host name */
  const char *version;       /* of this package */
};

/* What a provider knows about a message that rings until acknowledged. */
struct poll_result {
  bool acknowledged;
  bool over;               /* expired or unknown there: stop asking */
  int64_t acknowledged_at; /* wall ms */
  char by[64];             /* clean text */
  double wait_s;           /* not before; 0 = the usual 30 s */
};

struct sender {
  const char *name;             /* <Channel pushover "phone"> */
  const char *title;            /* "Pushover", for people */
  const char *line_name;        /* one-line form: Pushover "user" "token" */
  const char *const *line;      /* option names its values stand for, in order;
                                   the last one takes all that follow */
  const struct option *options; /* beyond the common ones in config.h */
  size_t settings_size;
  bool stateful; /* a service that keeps incidents open until told otherwise */
  enum level least_level; /* default MinLevel; LEVEL_OK = that of all */
  unsigned rate_count;    /* default RateLimit: so many per rate_window_s;
                             0 = none, as for machines, which want each */
  double rate_window_s;

  /* settings is zeroed memory of settings_size. */
  void (*defaults)(void *settings);
  /* After all options were read: 0, or -EINVAL after reporting each mistake
   * through option_error(); the channel is then misconfigured. May read secret
   * files (and warn through log_say about their mode). */
  int (*check)(void *settings, const char *where,
               struct option_reporter *reporter);
  /* Always fills result. */
  void (*send)(void *settings, const struct message *message,
               const struct sender_env *env, struct send_result *result);
  /* Optional, as are all below: stop what message->last_ref still rings, and
   * with message->ambiguous whatever else may ring for this alert. */
  void (*cancel)(void *settings, const struct message *message,
                 const struct sender_env *env, struct send_result *result);
  /* Whether a message of that level rings until somebody acknowledges it. Reads
   * only what was configured: any thread. */
  bool (*rings)(const void *settings, enum level level);
  /* Asks for the fate of ref; 0, or negative errno: ask again later. */
  int (*poll)(void *settings, const char *ref, const struct sender_env *env,
              struct poll_result *result);
  double poll_every; /* s; 0 = the usual 30 */
  /* A service that forgets what it is not told again: each refresh_every(), in
   * seconds, it hears of all that is open and was told to it, and of what
   * ended a short while ago. That a refresh fails is nobody's trouble: the
   * next one comes. Both or none. */
  double (*refresh_every)(const void *settings);
  void (*refresh)(void *settings, const struct message *messages, size_t n,
                  const struct sender_env *env, struct send_result *result);
  /* Looks at the secret files again: true when one holds something new, so
   * that a stopped channel deserves another try. */
  bool (*reread)(void *settings);
  /* The i-th recipient, NULL beyond the last; for SEND_SPLIT. Borrowed from
   * settings, which this must not change: any thread. */
  const char *(*recipient)(const void *settings, size_t i);
  /* The exact payload send() would transmit, secrets as "***", for `render`:
   * 0 or -errno. Any thread; must not touch runtime members. */
  int (*render)(const void *settings, const struct message *message,
                const struct sender_env *env, struct buf *out);
  void (*close)(void *settings);
  void (*destroy)(void *settings); /* not settings itself; wipe secrets */
};

/* By name without regard to case; NULL = no such type. */
const struct sender *sender_find(const char *name);
/* By the option name of the one-line form. */
const struct sender *sender_find_line(const char *line_name);

#endif
