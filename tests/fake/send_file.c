/* SPDX-License-Identifier: MIT */
/* Channels that tests can watch: each accepted message is a JSON line in a
 * file, and a second file says how the "provider" behaves:
 *
 *   ok | retry | ambiguous | lost | refuse | dead | slow | hang | deaf
 *
 * ("lost": accepted, but the answer never comes; "deaf": it hangs whatever is
 * asked of it.) "file" tells people;
 * "pager" keeps incidents open, rings, and can be polled and cancelled;
 * "family" has several recipients. A file that is named as Secret is looked at
 * again when the channel was stopped. */
#include <config.h>

#include "alert/channel/sender.h"
#include "base/buf.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file_settings {
  char *path;
  char *mode;
  char *secret;
  char seen[32]; /* of the secret */
  struct option_strings to;
};

static int file_check(void *settings, const char *where,
                      struct option_reporter *reporter) {
  struct file_settings *s = settings;

  if (s->path != NULL)
    return 0;
  option_error(reporter, "%s: option Path is missing", where);
  return -EINVAL;
}

static void file_destroy(void *settings) {
  struct file_settings *s = settings;

  free(s->path);
  free(s->mode);
  free(s->secret);
  option_strings_free(&s->to);
}

static void read_word(const char *path, char *mode, size_t size) {
  int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t n = fd >= 0 ? read(fd, mode, size - 1) : 0;

  if (fd >= 0)
    close(fd);
  mode[n > 0 ? n : 0] = '\0';
  mode[strcspn(mode, "\n")] = '\0';
}

static bool sleep_ms(const struct sender_env *env, int ms) {
  for (; ms > 0 && !atomic_load(env->abort); ms -= 10)
    usleep(10000);
  return !atomic_load(env->abort);
}

static void record(const struct file_settings *s, const struct message *m) {
  cJSON *o = cJSON_CreateObject();
  char *text;
  int fd;

  cJSON_AddStringToObject(o, "channel", m->channel);
  cJSON_AddStringToObject(o, "kind", message_kind_name(m->kind));
  cJSON_AddStringToObject(o, "reason", alert_reason_name(m->reason));
  cJSON_AddStringToObject(o, "level", level_name(m->level));
  cJSON_AddStringToObject(o, "title", m->title);
  cJSON_AddStringToObject(o, "body", m->body);
  cJSON_AddStringToObject(o, "episode", m->alert->episode);
  cJSON_AddStringToObject(o, "device", m->alert->device);
  cJSON_AddStringToObject(o, "delivery_id", m->delivery_id);
  cJSON_AddStringToObject(o, "message_id", m->message_id);
  cJSON_AddStringToObject(o, "thread_root", m->thread_root);
  cJSON_AddStringToObject(o, "fallback_for", m->fallback_for);
  cJSON_AddNumberToObject(o, "attempt", m->attempt);
  cJSON_AddBoolToObject(o, "ambiguous", m->ambiguous);
  cJSON_AddBoolToObject(o, "quiet", m->quiet);
  cJSON_AddNumberToObject(o, "delay", m->delay_s);
  cJSON_AddNumberToObject(o, "value", m->alert->value);
  text = cJSON_PrintUnformatted(o);
  cJSON_Delete(o);
  fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (text != NULL && fd >= 0) {
    size_t n = strlen(text);
    text[n] = '\n'; /* in one write, so that a kill cannot tear it */
    if (write(fd, text, n + 1) < 0)
      perror(s->path);
  }
  if (fd >= 0)
    close(fd);
  free(text);
}

static const struct {
  const char *mode;
  enum send_outcome outcome;
  bool records;
  int sleep_ms; /* < 0: also when it is to end */
  const char *why;
} modes[] = {
    {"", SEND_SENT, true, 0, ""},
    {"ok", SEND_SENT, true, 0, ""},
    {"slow", SEND_SENT, true, 100, ""},
    {"retry", SEND_RETRY, false, 0, "no connection"},
    {"ambiguous", SEND_AMBIGUOUS, false, 0, "connection lost"},
    {"lost", SEND_AMBIGUOUS, true, 0, "connection lost"},
    {"refuse", SEND_REFUSED_MESSAGE, false, 0, "bad message"},
    {"dead", SEND_REFUSED_CHANNEL, false, 0, "no_service"},
    {"hang", SEND_AMBIGUOUS, false, 30000, "timed out"},
    {"deaf", SEND_AMBIGUOUS, false, -3000, "timed out"},
};

static void file_send(void *settings, const struct message *m,
                      const struct sender_env *env, struct send_result *r) {
  struct file_settings *s = settings;
  char mode[32];
  size_t i;

  read_word(s->mode, mode, sizeof(mode));
  for (i = 0; i + 1 < sizeof(modes) / sizeof(modes[0]); i++)
    if (strcmp(modes[i].mode, mode) == 0)
      break;
  *r = (struct send_result){.outcome = modes[i].outcome, .quota_left = -1};
  snprintf(r->why, sizeof(r->why), "%s", modes[i].why);
  if (modes[i].sleep_ms < 0)
    usleep((useconds_t)-modes[i].sleep_ms * 1000);
  if (modes[i].sleep_ms > 0 && !sleep_ms(env, modes[i].sleep_ms)) {
    r->outcome = SEND_RETRY; /* nothing was written yet */
    snprintf(r->why, sizeof(r->why), "stopping");
    return;
  }
  if (modes[i].records)
    record(s, m);
  if (r->outcome == SEND_SENT)
    snprintf(r->provider_ref, sizeof(r->provider_ref), "ref-%.8s",
             m->delivery_id);
}

static int pager_poll(void *settings, const char *ref,
                      const struct sender_env *env, struct poll_result *r) {
  struct file_settings *s = settings;
  char mode[32];

  (void)ref;
  (void)env;
  read_word(s->mode, mode, sizeof(mode));
  if (strcmp(mode, "acked") == 0) {
    r->acknowledged = true;
    snprintf(r->by, sizeof(r->by), "somebody");
  }
  return 0;
}

static bool file_reread(void *settings) {
  struct file_settings *s = settings;
  char now[sizeof(s->seen)];
  bool fresh;

  read_word(s->secret, now, sizeof(now));
  fresh = strcmp(now, s->seen) != 0;
  memcpy(s->seen, now, sizeof(now));
  return fresh;
}

static const char *family_recipient(const void *settings, size_t i) {
  const struct file_settings *s = settings;

  return i < s->to.count ? s->to.items[i] : NULL;
}

static const struct option file_options[] = {
    {.name = "Path",
     .type = OPTION_STRING,
     .offset = offsetof(struct file_settings, path)},
    {.name = "Mode",
     .type = OPTION_STRING,
     .offset = offsetof(struct file_settings, mode)},
    {.name = "Secret",
     .type = OPTION_STRING,
     .offset = offsetof(struct file_settings, secret)},
    {.name = "To",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct file_settings, to)},
    {0},
};

static const char *const file_line[] = {"Path", NULL};

const struct sender sender_file = {.name = "file",
                                   .title = "File",
                                   .line_name = "File",
                                   .line = file_line,
                                   .options = file_options,
                                   .settings_size =
                                       sizeof(struct file_settings),
                                   .check = file_check,
                                   .send = file_send,
                                   .reread = file_reread,
                                   .destroy = file_destroy};

const struct sender sender_family = {.name = "family",
                                     .title = "Family",
                                     .options = file_options,
                                     .settings_size =
                                         sizeof(struct file_settings),
                                     .check = file_check,
                                     .send = file_send,
                                     .recipient = family_recipient,
                                     .destroy = file_destroy};

const struct sender sender_pager = {.name = "pager",
                                    .title = "Pager",
                                    .options = file_options,
                                    .settings_size =
                                        sizeof(struct file_settings),
                                    .stateful = true,
                                    .check = file_check,
                                    .send = file_send,
                                    .cancel = file_send,
                                    .poll = pager_poll,
                                    .destroy = file_destroy};
