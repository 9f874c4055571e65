/* SPDX-License-Identifier: MIT */
/* The alert engine in a test's hands: see alert_fixture.h. */
#include <config.h>

#include "alert_fixture.h"

#include "alert/deliver/job.h"
#include "alert/policy/policy.h"
#include "base/log.h"
#include "config/conf_parser.h"
#include "config/conf_tree.h"

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t wall(void *arg) { return ((struct house *)arg)->wall; }
static int64_t boot(void *arg) { return ((struct house *)arg)->boot; }

static void chance(void *arg, void *out, size_t size) {
  struct house *h = arg;
  unsigned char *bytes = out;

  for (size_t i = 0; i < size; i++) {
    h->seed = h->seed * 6364136223846793005u + 1442695040888963407u;
    bytes[i] = (unsigned char)(h->seed >> 33);
  }
}

static bool cache(void *arg, const struct alert *a, const char *series,
                  double *value) {
  struct house *h = arg;

  (void)a;
  (void)series;
  *value = h->cache_value;
  return h->cached;
}

static void hand(void *arg, struct job *job) {
  struct house *h = arg;

  *h->held_end = job;
  h->held_end = &job->next;
}

static void quiet(void *arg, enum log_level level, const char *text) {
  struct house *h = arg;
  size_t used = strlen(h->log);

  snprintf(h->log + used, sizeof(h->log) - used, "%s\n", text);
  if (getenv("HOUSE_LOG") != NULL)
    fprintf(stderr, "log %d: %s\n", (int)level, text);
}

static void add(char *log, const char *text) {
  size_t used = strlen(log);

  snprintf(log + used, HOUSE_LOG - used, "%s", text);
}

/* The network: what each channel answers. */
static bool is_poison(const struct house *h, const struct job *job) {
  return job->kind == JOB_SEND && strcmp(h->poison, job->alert.device) == 0;
}

static enum send_outcome outcome_now(struct house *h, const struct job *job) {
  int once = h->once[job->channel];

  if (job->kind == JOB_SEND && once >= 0) {
    h->once[job->channel] = -1;
    h->outcome[job->channel] = SEND_SENT;
    return (enum send_outcome)once;
  }
  if (is_poison(h, job))
    return SEND_RETRY;
  return h->outcome[job->channel];
}

static void keep_letter(struct house *h, const struct job *job) {
  static const char *const outcomes[] = {
      "sent", "retry", "ambiguous", "message", "channel", "shrink", "split"};
  const struct message *m = &job->message;
  size_t room = sizeof(h->letters) - h->letters_len;
  char body[1600];
  int n;

  snprintf(body, sizeof(body), "%.1500s", m->body);
  for (char *c = body; *c != '\0'; c++)
    if (*c == '\n')
      *c = ' ';
  n = snprintf(h->letters + h->letters_len, room,
               "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%" PRId64 "\t%s\t%s\n",
               m->channel, message_kind_name(m->kind),
               outcomes[job->result.outcome], m->delivery_id, m->message_id,
               m->thread_root, m->delay_why, m->fallback_for, m->alert->episode,
               m->created, m->title, body);
  ck_assert(n > 0 && (size_t)n < room);
  h->letters_len += (size_t)n;
}

static void answer(struct house *h, struct job *job) {
  const struct message *m = &job->message;
  char line[64];

  job->next = NULL;
  job->result = (struct send_result){.outcome = outcome_now(h, job),
                                     .stop = h->gone[job->channel],
                                     .timed_out = h->timed_out[job->channel],
                                     .suspect = h->answers || is_poison(h, job),
                                     .quota_left = -1,
                                     .why = "no answer"};
  if (job->kind == JOB_REREAD) {
    job->fresh = h->secret_changed;
    h->secret_changed = false;
    return;
  }
  if (job->kind == JOB_POLL) {
    job->poll.acknowledged = h->acked_on_phone;
    snprintf(job->poll.by, sizeof(job->poll.by), "Anna");
    return;
  }
  ck_assert_int_eq(job_texts(job), 0);
  h->attempts++;
  h->tried[job->channel]++;
  if (job->result.outcome == SEND_SPLIT && m->recipient[0] != '\0') {
    job->result.outcome = m->recipient[0] == 'b'   ? SEND_REFUSED_MESSAGE
                          : m->recipient[0] == 'g' ? SEND_RETRY
                                                   : SEND_SENT;
    job->result.recipient = true;
  }
  keep_letter(h, job);
  job->result.wait_s =
      job->result.outcome == SEND_SENT ? h->pause_s : h->wait_s;
  if (job->result.outcome != SEND_SENT)
    return;
  snprintf(job->result.provider_ref, sizeof(job->result.provider_ref), "r%.6s",
           m->delivery_id);
  snprintf(line, sizeof(line), "%s%s%s%s%s:%s", h->heard[0] != '\0' ? " " : "",
           m->channel, m->recipient[0] != '\0' ? "/" : "", m->recipient,
           m->fallback_for[0] != '\0' ? "*" : "",
           m->reason == REASON_MISSED              ? "missed"
           : m->reason == REASON_STALE             ? "stale"
           : m->reason == REASON_WORSE             ? "worse"
           : m->reason == REASON_BETTER            ? "better"
           : m->reason == REASON_AFTER_MAINTENANCE ? "still"
           : alert_reason_of_several(m->reason) ? alert_reason_name(m->reason)
           : m->reason == REASON_NEWS           ? "news"
           : m->reason == REASON_REPORT         ? "report"
           : m->reason == REASON_FLAPPING       ? "flapping"
                                                : message_kind_name(m->kind));
  add(h->heard, line);
  if (h->keep_texts) {
    add(h->titles, m->title);
    add(h->titles, "/");
    add(h->titles, m->body);
    add(h->titles, "|");
  }
}

static struct job *release(struct house *h) {
  struct job *list = h->held;

  if (h->hold)
    return NULL;
  h->held = NULL;
  h->held_end = &h->held;
  for (struct job *j = list, *next; j != NULL; j = next) {
    next = j->next;
    answer(h, j);
    j->next = next;
  }
  return list;
}

void house_lose(struct house *h) {
  for (struct job *job = h->held, *next; job != NULL; job = next) {
    next = job->next;
    answer(h, job);
    job_free(job);
  }
  h->held = NULL;
  h->held_end = &h->held;
}

static void announce(void *arg, int report, int before) {
  struct house *h = arg;

  (void)report;
  h->announced++;
  h->announced_day = before;
  if (!h->unanswered)
    ck_assert_int_eq(alert_core_announced(h->core), 0);
}

static void open_core(struct house *h) {
  struct alert_core_hooks hooks = {
      .wall_ms = wall,
      .open_max = h->open_max,
      .boot_ms = boot,
      .clock_arg = h,
      .random = chance,
      .random_arg = h,
      .source = {.lookup = h->cacheless ? NULL : cache, .arg = h},
      .hand = hand,
      .hand_arg = h,
      .announce = announce,
      .announce_arg = h,
      .collectd_host = "nas",
      .interval_s = 10,
      .grace_s = 120};

  h->core = alert_core_new(h->config, h->directory, &hooks);
  ck_assert_ptr_nonnull(h->core);
}

void house_begin(struct house *h) { open_core(h); }

static void give(struct conf_item *block, const char *key, char *value) {
  struct conf_item *item = conf_add_child(block, key);

  for (char *word = strtok(value, " "); word != NULL;
       word = strtok(NULL, " ")) {
    char *end;
    double number = strtod(word, &end);
    if (*end == '\0')
      ck_assert_int_eq(conf_add_number(item, number), 0);
    else
      ck_assert_int_eq(conf_add_string(item, word), 0);
  }
}

static void add_channel(struct conf_item *root, const char *kind,
                        const char *name, const char *options) {
  struct conf_item *block = conf_add_child(root, "Channel");
  char copy[512];
  char *rest = NULL;
  char path[] = "/dev/null";

  ck_assert_int_eq(conf_add_string(block, kind), 0);
  ck_assert_int_eq(conf_add_string(block, name), 0);
  give(block, "Path", path);
  snprintf(copy, sizeof(copy), "%s", options);
  for (char *line = strtok_r(copy, ";", &rest); line != NULL;
       line = strtok_r(NULL, ";", &rest)) {
    char *dot = strchr(line, '.');
    char *blank = strchr(line, ' ');
    line += strspn(line, " ");
    if (dot == NULL || blank == NULL ||
        strncmp(line, name, (size_t)(dot - line)) != 0)
      continue;
    blank = strchr(line, ' ');
    *blank = '\0';
    give(block, dot + 1, blank + 1);
  }
}

static void say_mistake(void *arg, const char *line) {
  if (!*(bool *)arg)
    ck_abort_msg("configuration: %s", line);
}

static void begin(struct house *h) {
  memset(h, 0, sizeof(*h));
  log_set_sink(quiet, h);
  h->held_end = &h->held;
  memset(h->once, -1, sizeof(h->once));
  h->wall = INT64_C(1795266180000);
  h->boot = 1000000;
  /* days pass in milliseconds only where a sync costs nothing */
  snprintf(h->directory, sizeof(h->directory), "%s/alert_fixture_XXXXXX",
           access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(h->directory));
}

static void start(struct house *h, struct conf_item *root,
                  struct option_reporter *reporter) {
  h->config = notify_config_new();
  ck_assert_ptr_nonnull(h->config);
  notify_config_read(h->config, root, reporter);
  notify_config_finish(h->config, reporter);
  conf_free(root);
  open_core(h);
}

static void open_file(struct house *h, const char *text, int64_t wall_ms,
                      bool cacheless) {
  bool broken = false;
  struct option_reporter reporter = {.say = say_mistake, .arg = &broken};
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(text, strlen(text), NULL, NULL, why);

  ck_assert_msg(root != NULL, "%s", why);
  begin(h);
  h->cacheless = cacheless;
  if (wall_ms != 0)
    h->wall = wall_ms;
  start(h, root, &reporter);
}

void house_open_file(struct house *h, const char *text, int64_t wall_ms) {
  open_file(h, text, wall_ms, false);
}

void house_open_cacheless(struct house *h, const char *text, int64_t wall_ms) {
  open_file(h, text, wall_ms, true);
}

void house_open(struct house *h, const char *options) {
  bool broken = strstr(options, "broken") != NULL;
  struct option_reporter reporter = {.say = say_mistake, .arg = &broken};
  struct conf_item *root = conf_new("Plugin");
  struct conf_item *route;
  char copy[512];
  char *rest = NULL;

  begin(h);
  h->cacheless = strstr(options, "cacheless") != NULL;
  add_channel(root, "file", "mail", options);
  add_channel(root, "pager", "pager", options);
  if (strstr(options, "two") != NULL)
    add_channel(root, "file", "second", options);
  if (strstr(options, "family") != NULL)
    add_channel(root, "family", "family", options);
  if (broken) {
    struct conf_item *block = conf_add_child(root, "Channel");
    ck_assert_int_eq(conf_add_string(block, "file"), 0);
    ck_assert_int_eq(conf_add_string(block, "broken"), 0);
  }
  route = conf_add_child(root, "Route");
  ck_assert_int_eq(conf_add_string(route, "all"), 0);
  if (strstr(options, "Route.Channel") == NULL) {
    char both[] = "mail";
    give(route, "Channel", both);
  }
  snprintf(copy, sizeof(copy), "%s", options);
  for (char *line = strtok_r(copy, ";", &rest); line != NULL;
       line = strtok_r(NULL, ";", &rest)) {
    char *blank;
    line += strspn(line, " ");
    blank = strchr(line, ' ');
    if (blank == NULL)
      continue;
    *blank = '\0';
    if (strncmp(line, "Route.", 6) == 0)
      give(&root->children[root->children_num - 1], line + 6, blank + 1);
    else if (strchr(line, '.') == NULL)
      continue;
  }
  snprintf(copy, sizeof(copy), "%s", options);
  for (char *line = strtok_r(copy, ";", &rest); line != NULL;
       line = strtok_r(NULL, ";", &rest)) {
    char *blank;
    line += strspn(line, " ");
    blank = strchr(line, ' ');
    if (blank == NULL || memchr(line, '.', (size_t)(blank - line)) != NULL)
      continue;
    *blank = '\0';
    give(root, line, blank + 1);
  }
  start(h, root, &reporter);
}

static void drop_jobs(struct house *h) {
  for (struct job *next; h->held != NULL; h->held = next) {
    next = h->held->next;
    job_free(h->held);
  }
  h->held_end = &h->held;
}

void house_close(struct house *h) {
  char command[128];

  drop_jobs(h);
  alert_core_free(h->core);
  notify_config_free(h->config);
  snprintf(command, sizeof(command), "rm -r %s", h->directory);
  ck_assert_int_eq(system(command), 0);
}

void house_restart(struct house *h, bool kill) {
  if (kill) {
    /* what a dead process leaves: nothing in memory is saved */
    char command[256];
    snprintf(command, sizeof(command), "cp -r %s %s.copy && rm %s.copy/lock",
             h->directory, h->directory, h->directory);
    ck_assert_int_eq(system(command), 0);
  }
  drop_jobs(h);
  alert_core_free(h->core);
  if (kill) {
    char command[256];
    snprintf(command, sizeof(command), "rm -r %s && mv %s.copy %s",
             h->directory, h->directory, h->directory);
    ck_assert_int_eq(system(command), 0);
  }
  open_core(h);
}

void house_sleep(struct house *h, double seconds) {
  drop_jobs(h);
  alert_core_free(h->core);
  h->wall += (int64_t)(seconds * 1000);
  h->boot += (int64_t)(seconds * 1000);
  open_core(h);
}

void house_reboot(struct house *h, double clock_s) {
  drop_jobs(h);
  alert_core_free(h->core);
  h->wall += (int64_t)(clock_s * 1000);
  h->boot = 1000;
  open_core(h);
}

/* Returns how long it rests, ms. */
static int64_t rest(struct house *h) {
  for (int i = 0; i < 1000; i++) {
    struct job *done = release(h);
    int64_t wait = alert_core_step(h->core, done, NULL, 0, true);
    if (wait > 0 && (h->held == NULL || h->hold))
      return wait;
  }
  ck_abort_msg("the engine does not come to rest");
}

void house_settle(struct house *h) { rest(h); }

void house_event(struct house *h, const struct event *event) {
  struct event copy = *event;

  alert_core_step(h->core, release(h), &copy, 1, true);
  house_settle(h);
}

void house_pass(struct house *h, double seconds) {
  int64_t left = (int64_t)(seconds * 1000);
  int64_t wait = rest(h);

  while (left > 0) {
    if (wait > left)
      wait = left;
    h->wall += wait;
    h->boot += wait;
    left -= wait;
    wait = rest(h);
  }
}

struct event house_range(enum severity severity, const char *device,
                         double value) {
  struct event ev;

  event_init(&ev);
  ev.severity = severity;
  snprintf(ev.host, sizeof(ev.host), "nas");
  snprintf(ev.plugin, sizeof(ev.plugin), "kasa");
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", device);
  snprintf(ev.type, sizeof(ev.type), "power");
  ev.has_value = true;
  ev.value = value;
  ev.warning_max = 1500;
  ev.failure_max = 1800;
  snprintf(ev.data_source, sizeof(ev.data_source), "value");
  if (severity == SEVERITY_OKAY)
    snprintf(ev.text, sizeof(ev.text),
             "Host nas, plugin kasa (instance %.60s) type power: All data "
             "sources are within range again. Current value of \"value\" is "
             "%f.",
             device, value);
  else
    snprintf(ev.text, sizeof(ev.text),
             "Host nas, plugin kasa (instance %.60s) type power: Data source "
             "\"value\" is currently %f. That is above the %s threshold of "
             "%f.",
             device, value,
             severity == SEVERITY_FAILURE ? "failure" : "warning",
             severity == SEVERITY_FAILURE ? 1800.0 : 1500.0);
  return ev;
}

const char *house_heard(struct house *h) {
  static char copy[HOUSE_LOG];

  memcpy(copy, h->heard, sizeof(copy));
  h->heard[0] = '\0';
  return copy;
}

const char *house_letter(const struct house *h, unsigned n, unsigned field) {
  static char out[512];
  const char *p = h->letters;

  for (; n > 0 && *p != '\0'; n--)
    p += strcspn(p, "\n") + 1;
  for (; field > 0 && *p != '\n' && *p != '\0'; field--)
    p += strcspn(p, "\t\n") + 1;
  snprintf(out, sizeof(out), "%.*s", (int)strcspn(p, "\t\n"), p);
  return out;
}
