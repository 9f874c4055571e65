/* SPDX-License-Identifier: MIT */
/* The threads around the core: see alert_engine.h. */
#include <config.h>

#include "alert/engine/alert_engine.h"

#include "alert/channel/heartbeat_sender.h"
#include "alert/control/command.h"
#include "alert/control/control.h"
#include "alert/core/alert_core.h"
#include "alert/core/event_queue.h"
#include "alert/deliver/job.h"
#include "alert/engine/channel_thread.h"
#include "alert/engine/engine_clock.h"
#include "alert/engine/heartbeat_thread.h"
#include "alert/engine/report_thread.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
  RING_SIZE =
      32768,       /* at 36 000 notifications a second for a slow disk's sync */
  BATCH = 64,      /* events per transaction, at least */
  EVENTS_MS = 250, /* how long notifications are still looked at at the end */
  FINISH_MS = 300, /* how long calls in progress may go on */
  STOP_MS = 800,   /* since the stop, until calls that were aborted end */
  STOP_JOIN_MS = 100,  /* and then their threads */
  PUBLISH_MS = 200,    /* counting walks through all alerts */
  PATIENCE_MS = 30000, /* with another process that holds the store */
  LEAST_PAUSE_MS = 20, /* between rounds that find nothing */
  NO_MEMORY_PAUSE_MS = 200,
  BLIND_MS = 1000, /* between looks at the control socket that fail */
};

struct alert_engine {
  const struct notify_config *config;
  struct alert_engine_hooks hooks;
  struct event_queue *ring;
  int wake_fd;
  atomic_bool asleep; /* about to wait: wake_fd must be written */
  atomic_bool stop;
  atomic_bool dead; /* it could not begin */
  pthread_t thread;
  char *directory;
  int64_t patience_end;    /* boot ms: how long to wait for a locked store */
  struct alert_core *core; /* the engine thread's, */
  struct event *batch;     /* likewise, BATCH of them, */
  struct control *control; /* likewise; NULL = none */
  int64_t published;       /* likewise, boot ms */
  struct channel_thread *channels[CHANNELS_MAX];
  struct heartbeat_thread *heartbeat; /* NULL = none */
  struct report_thread *report;       /* NULL = none */
  int64_t stop_began;                 /* boot ms */

  pthread_mutex_t done_lock; /* guards done */
  struct job *done, **done_end;

  pthread_mutex_t stats_lock; /* guards stats */
  struct alert_engine_stats stats;
};

/* -- messages between the threads ----------------------------------------- */

static void wake(struct alert_engine *e) {
  uint64_t one = 1;

  /* non-blocking: a full counter means it is awake already */
  if (atomic_exchange(&e->asleep, false) &&
      write(e->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
    log_say(LOG_LEVEL_ERROR, "engine not woken: %s", strerror(errno));
}

int alert_engine_event(struct alert_engine *e, const struct event *event) {
  int result =
      atomic_load(&e->dead) ? -ENODEV : event_queue_put(e->ring, event);

  wake(e);
  return result;
}

static void job_done(void *arg, struct job *job) {
  struct alert_engine *e = arg;

  job->next = NULL;
  pthread_mutex_lock(&e->done_lock);
  *e->done_end = job;
  e->done_end = &job->next;
  pthread_mutex_unlock(&e->done_lock);
  wake(e);
}

static struct job *take_done(struct alert_engine *e) {
  struct job *list;

  pthread_mutex_lock(&e->done_lock);
  list = e->done;
  e->done = NULL;
  e->done_end = &e->done;
  pthread_mutex_unlock(&e->done_lock);
  return list;
}

static void hand(void *arg, struct job *job) {
  struct alert_engine *e = arg;

  if (e->channels[job->channel] != NULL) {
    channel_thread_give(e->channels[job->channel], job);
    return;
  }
  job->result = (struct send_result){.outcome = SEND_RETRY,
                                     .wait_s = 300,
                                     .quota_left = -1,
                                     .why = "its thread could not be started"};
  job->poll_error = -EAGAIN;
  job_done(e, job);
}

static void tested(void *arg, int64_t row_id,
                   const struct send_result *result) {
  struct alert_engine *e = arg;

  if (e->control != NULL)
    control_tested(e->control, row_id, result);
}

static void wake_up(void *arg) { wake(arg); }

static void announce(void *arg, int report, int before) {
  struct alert_engine *e = arg;

  if (e->report != NULL) /* else the next run makes it known */
    report_thread_give(e->report, report, before);
}

/* -- the engine's thread -------------------------------------------------- */

static void publish(struct alert_engine *e, bool busy) {
  struct alert_engine_stats stats = {0};
  struct event_queue_counts ring;
  int64_t now = engine_clock_boot_ms(NULL);

  if (busy && now - e->published < PUBLISH_MS)
    return;
  e->published = now;
  event_queue_count(e->ring, &ring);
  state_count(alert_core_state(e->core), &stats.alerts);
  stats.received = ring.taken + ring.coalesced;
  stats.coalesced = ring.coalesced;
  stats.lost = ring.lost;
  stats.now = engine_clock_wall_ms(NULL);
  stats.channels_num = e->config->channels_num;
  for (size_t i = 0; i < stats.channels_num && i < CHANNELS_MAX; i++) {
    stats.channels[i].name = e->config->channels[i].name;
    deliver_count(alert_core_deliver(e->core), (int)i,
                  &stats.channels[i].counts);
    stats.channels[i].stopped =
        deliver_stopped(alert_core_deliver(e->core), (int)i) != NULL;
  }
  stats.heartbeat =
      e->heartbeat != NULL ? heartbeat_thread_state(e->heartbeat) : -1;
  alert_core_heartbeat_was(e->core, stats.heartbeat);
  pthread_mutex_lock(&e->stats_lock);
  e->stats = stats;
  pthread_mutex_unlock(&e->stats_lock);
  alert_core_intake(e->core, &ring);
}

void alert_engine_stats(struct alert_engine *e,
                        struct alert_engine_stats *out) {
  pthread_mutex_lock(&e->stats_lock);
  *out = e->stats;
  pthread_mutex_unlock(&e->stats_lock);
}

static bool nothing_queued(struct alert_engine *e) {
  struct event_queue_counts ring;

  event_queue_count(e->ring, &ring);
  return ring.waiting == 0;
}

static bool nothing_waits(struct alert_engine *e) {
  struct event_queue_counts ring;
  bool empty;

  event_queue_count(e->ring, &ring);
  pthread_mutex_lock(&e->done_lock);
  empty = e->done == NULL;
  pthread_mutex_unlock(&e->done_lock);
  return ring.waiting == 0 && empty && !atomic_load(&e->stop) &&
         (e->heartbeat == NULL || !heartbeat_thread_asks(e->heartbeat)) &&
         (e->report == NULL || !report_thread_done(e->report));
}

/* poll() takes no more than the process may have open: where that is less than
 * a handful, people cannot ask, but alerts go on. */
static void watch(struct pollfd *fds, size_t n, int timeout_ms) {
  if (poll(fds, n, timeout_ms) >= 0 || errno == EINTR)
    return;
  if (timeout_ms > BLIND_MS)
    timeout_ms = BLIND_MS;
  if (poll(fds, 1, timeout_ms) < 0)
    poll(NULL, 0, timeout_ms);
}

/* Sleeps until something happens or wait_ms are over, and serves the control
 * socket on the way. */
static void rest(struct alert_engine *e, int64_t wait_ms) {
  struct pollfd fds[1 + CONTROL_FDS_MAX] = {
      {.fd = e->wake_fd, .events = POLLIN}};
  size_t n = 1;
  uint64_t count;
  int timeout = wait_ms > 60000 ? 60000 : (int)wait_ms;

  if (e->control != NULL)
    n += control_fds(e->control, fds + 1, &timeout);
  atomic_store(&e->asleep, true);
  /* whoever came before the flag was up has not woken us */
  watch(fds, n, nothing_waits(e) ? timeout : 0);
  atomic_store(&e->asleep, false);
  if (fds[0].revents & POLLIN)
    (void)!read(e->wake_fd, &count, sizeof(count));
  if (e->control != NULL)
    control_serve(e->control, fds + 1, n - 1);
}

/* What the engine's thread has taken and not yet carried out. */
struct round {
  struct job *done;
  struct event *events; /* BATCH of them */
  size_t n;
};

static void take_reports(struct alert_engine *e, struct round *r) {
  struct job **end = &r->done;

  while (*end != NULL)
    end = &(*end)->next;
  *end = take_done(e);
}

static void take(struct alert_engine *e, struct round *r) {
  take_reports(e, r);
  r->n += event_queue_take(e->ring, r->events + r->n, BATCH - r->n);
}

/* One round; orders among the events are carried out in their turn. Negative:
 * memory is out, what was not carried out is still in r. */
static int64_t step(struct alert_engine *e, struct round *r, bool launch) {
  size_t from = 0;
  int64_t wait = 0;

  for (size_t i = 0; i <= r->n && wait >= 0; i++) {
    if (i < r->n && !command_is_order(&r->events[i]))
      continue;
    wait =
        alert_core_step(e->core, r->done, r->events + from, i - from, launch);
    if (wait < 0)
      break;
    r->done = NULL;
    from = i;
    if (i < r->n) {
      command_order(e->core, e->hooks.version, &r->events[i]);
      from++;
    }
  }
  if (from < r->n)
    memmove(r->events, r->events + from, (r->n - from) * sizeof(*r->events));
  r->n -= from < r->n ? from : r->n;
  return wait;
}

/* What nobody has looked at yet is written down as it is. Orders of people are
 * not: they asked this run. */
static void keep_events(struct alert_engine *e, struct round *r) {
  uint64_t lost = 0;

  do {
    size_t kept = 0;

    for (size_t i = 0; i < r->n; i++)
      if (!command_is_order(&r->events[i]))
        r->events[kept++] = r->events[i];
    if (kept > 0 && alert_core_keep(e->core, r->events, kept) < 0)
      lost += kept;
    r->n = event_queue_take(e->ring, r->events, BATCH);
  } while (r->n > 0);
  if (lost > 0)
    log_say(LOG_LEVEL_ERROR,
            "%" PRIu64 " notifications could not be kept for the next start",
            lost);
}

/* Takes what is reported, and with events what was notified, until boot clock
 * end or until nothing is left. */
static void finish(struct alert_engine *e, struct round *r, int64_t end,
                   int64_t events_end) {
  for (;;) {
    int64_t now = engine_clock_boot_ms(NULL);
    bool events = now < events_end;
    uint64_t count;

    if (events)
      take(e, r);
    else
      take_reports(e, r);
    if (r->done != NULL || (events && r->n > 0))
      step(e, r, false);
    events = events && r->n == 0 && !nothing_queued(e);
    if (now >= end ||
        (deliver_busy(alert_core_deliver(e->core)) == 0 && !events))
      return;
    if (events)
      continue;
    poll(&(struct pollfd){.fd = e->wake_fd, .events = POLLIN}, 1, 20);
    (void)!read(e->wake_fd, &count, sizeof(count)); /* never blocks */
  }
}

/* All of it within a second, whatever waits and whoever does not answer. Most
 * calls end within a moment: aborting them at once would leave open whether
 * they arrived. The others are aborted; what they report still counts. */
static void wind_down(struct alert_engine *e, struct round *r) {
  int64_t began = engine_clock_boot_ms(NULL);

  e->stop_began = began;
  if (e->heartbeat != NULL)
    heartbeat_thread_stop(e->heartbeat);
  finish(e, r, began + FINISH_MS, began + EVENTS_MS);
  for (size_t i = 0; i < CHANNELS_MAX; i++)
    if (e->channels[i] != NULL)
      channel_thread_stop(e->channels[i]);
  keep_events(e, r);
  finish(e, r, began + STOP_MS, 0);
}

static void answer_heartbeat(struct alert_engine *e) {
  const struct heartbeat_times *times = e->config->heartbeat.settings;
  char why[256];

  if (e->heartbeat == NULL || !heartbeat_thread_asks(e->heartbeat))
    return;
  heartbeat_thread_answer(
      e->heartbeat,
      alert_core_prove(e->core, times->max_queue_age, why, sizeof(why)) ? NULL
                                                                        : why);
}

static void take_announced(struct alert_engine *e) {
  if (e->report == NULL || !report_thread_done(e->report))
    return;
  report_thread_next(e->report);
  alert_core_announced(e->core);
}

static void run(struct alert_engine *e) {
  struct round r = {.events = e->batch};

  while (!atomic_load(&e->stop)) {
    bool full;
    bool idle;
    int64_t wait;

    take(e, &r);
    full = r.n == BATCH;
    take_announced(e);
    idle = r.n == 0 && r.done == NULL;
    wait = step(e, &r, true);
    publish(e, full);
    if (wait >= 0)
      answer_heartbeat(e);
    if (wait < 0)
      poll(NULL, 0, NO_MEMORY_PAUSE_MS);
    if (wait < 0 || full) {
      rest(e, 0); /* people who ask are answered in a flood, too */
      continue;
    }
    if (idle)
      event_queue_relax(e->ring);
    rest(e, idle && wait < LEAST_PAUSE_MS ? LEAST_PAUSE_MS : wait);
  }
  wind_down(e, &r);
  if (r.done != NULL) /* also of channels that were not busy */
    step(e, &r, false);
}

/* -- life ----------------------------------------------------------------- */

static void engine_free(struct alert_engine *e) {
  control_free(e->control);
  alert_core_free(e->core);
  event_queue_free(e->ring);
  free(e->batch);
  free(e->directory);
  if (e->wake_fd >= 0)
    close(e->wake_fd);
  pthread_mutex_destroy(&e->done_lock);
  pthread_mutex_destroy(&e->stats_lock);
  free(e);
}

static void start_channels(struct alert_engine *e) {
  struct channel_thread_hooks hooks = {.done = job_done,
                                       .arg = e,
                                       .wall_ms = engine_clock_wall_ms,
                                       .collectd_host = e->hooks.collectd_host,
                                       .version = e->hooks.version};

  for (size_t i = 0; i < e->config->channels_num && i < CHANNELS_MAX; i++)
    if (!e->config->channels[i].broken)
      e->channels[i] = channel_thread_new(&e->config->channels[i], &hooks);
}

static void start_heartbeat(struct alert_engine *e) {
  struct heartbeat_thread_hooks hooks = {.ask = wake_up,
                                         .arg = e,
                                         .wall_ms = engine_clock_wall_ms,
                                         .collectd_host =
                                             e->hooks.collectd_host,
                                         .version = e->hooks.version};

  if (e->config->heartbeat.settings != NULL)
    e->heartbeat = heartbeat_thread_new(&e->config->heartbeat, &hooks);
}

static void start_report(struct alert_engine *e) {
  struct report_thread_hooks hooks = {
      .announce = e->hooks.announce, .wake = wake_up, .arg = e};

  if (e->config->reports_num > 0 && e->hooks.announce != NULL)
    e->report = report_thread_new(e->config, &hooks);
}

static void end_report(struct alert_engine *e) {
  if (e->report != NULL && report_thread_end(e->report))
    alert_core_announced(e->core);
  e->report = NULL;
}

static struct timespec in_ms(int64_t ms) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += (long)ms * 1000000;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  return t;
}

/* True when it ended. It had all of the stop's time, not only what the channels
 * left of it. */
static bool join_heartbeat(struct alert_engine *e) {
  int64_t left =
      STOP_MS + STOP_JOIN_MS - (engine_clock_boot_ms(NULL) - e->stop_began);
  struct timespec deadline = in_ms(left > 0 && left < 1000 ? left : 0);

  return e->heartbeat == NULL ||
         heartbeat_thread_join(e->heartbeat, &deadline) == 0;
}

/* True when all ended. */
static bool join_channels(struct alert_engine *e) {
  struct timespec deadline = in_ms(STOP_JOIN_MS);
  bool all = true;

  for (size_t i = 0; i < CHANNELS_MAX; i++) {
    if (e->channels[i] == NULL)
      continue;
    channel_thread_stop(e->channels[i]);
    if (channel_thread_join(e->channels[i], &deadline) < 0)
      all = false;
  }
  return all;
}

static bool patient(void *arg) {
  const struct alert_engine *e = arg;

  return !atomic_load(&e->stop) && engine_clock_boot_ms(NULL) < e->patience_end;
}

/* On the engine's own thread: reading what an earlier run left may take long,
 * and collectd waits for no disk. */
static int open_all(struct alert_engine *e) {
  struct alert_core_hooks hooks = {.wall_ms = engine_clock_wall_ms,
                                   .boot_ms = engine_clock_boot_ms,
                                   .awake_ms = engine_clock_awake_ms,
                                   .synchronised = engine_clock_synchronised,
                                   .random = engine_clock_random,
                                   .source = e->hooks.source,
                                   .patience = patient,
                                   .patience_arg = e,
                                   .hand = hand,
                                   .hand_arg = e,
                                   .tested = tested,
                                   .tested_arg = e,
                                   .announce =
                                       e->hooks.announce ? announce : NULL,
                                   .announce_arg = e,
                                   .collectd_host = e->hooks.collectd_host,
                                   .interval_s = e->hooks.interval_s,
                                   .grace_s = e->hooks.grace_s};

  e->patience_end = engine_clock_boot_ms(NULL) + PATIENCE_MS;
  e->core = alert_core_new(e->config, e->directory, &hooks);
  if (e->core == NULL) {
    log_say(LOG_LEVEL_ERROR, "alerting could not be started: out of memory");
    return -ENOMEM;
  }
  start_channels(e);
  start_heartbeat(e);
  start_report(e);
  if (e->config->control_socket != NULL)
    e->control =
        control_new(e->config->control_socket, e->config->control_group,
                    e->core, e->hooks.version);
  return 0;
}

static void *work(void *arg) {
  struct alert_engine *e = arg;

  if (open_all(e) == 0)
    run(e);
  else
    atomic_store(&e->dead, true);
  return NULL;
}

struct alert_engine *
alert_engine_start(const struct notify_config *config, const char *directory,
                   const struct alert_engine_hooks *hooks) {
  struct alert_engine *e = calloc(1, sizeof(*e));
  int err;

  if (e == NULL)
    return NULL;
  e->config = config;
  e->hooks = *hooks;
  e->done_end = &e->done;
  pthread_mutex_init(&e->done_lock, NULL);
  pthread_mutex_init(&e->stats_lock, NULL);
  e->directory = strdup(directory);
  e->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  e->ring = event_queue_new(RING_SIZE);
  e->batch = calloc(BATCH, sizeof(*e->batch));
  if (e->directory == NULL || e->wake_fd < 0 || e->ring == NULL ||
      e->batch == NULL) {
    log_say(LOG_LEVEL_ERROR, "alerting could not be started: out of memory");
    engine_free(e);
    return NULL;
  }
  err = thread_start(&e->thread, work, e);
  if (err != 0) {
    log_say(LOG_LEVEL_ERROR, "alerting could not be started: no thread: %s",
            strerror(err));
    engine_free(e);
    return NULL;
  }
  return e;
}

bool alert_engine_stop(struct alert_engine *e) {
  uint64_t one = 1;
  bool all;

  atomic_store(&e->stop, true);
  (void)!write(e->wake_fd, &one, sizeof(one));
  pthread_join(e->thread, NULL);
  end_report(e);
  all = join_channels(e);
  all = join_heartbeat(e) && all;
  if (all) {
    struct job *done = take_done(e); /* came in while we were leaving */
    if (done != NULL)
      alert_core_step(e->core, done, NULL, 0, false);
    engine_free(e);
    return true;
  }
  /* somebody may still write into e: keep it, but close what is ours */
  control_free(e->control);
  alert_core_free(e->core);
  return false;
}
