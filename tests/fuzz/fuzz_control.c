/* SPDX-License-Identifier: MIT */
/* Any line on the control socket of an engine with a few open alerts. */
#include <config.h>

#include "alert/control/command.h"
#include "alert/deliver/job.h"

#include "base/log.h"
#include "config/conf_tree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct alert_core *core;

static int64_t clock_ms(void *arg) {
  (void)arg;
  return INT64_C(1795266180000);
}

static void chance(void *arg, void *out, size_t size) {
  static unsigned char n;

  (void)arg;
  for (size_t i = 0; i < size; i++)
    ((unsigned char *)out)[i] =
        (unsigned char)(n = (unsigned char)(n * 5 + 7)) ^ (unsigned char)rand();
}

static void hand(void *arg, struct job *job) {
  (void)arg;
  job_free(job); /* stays out for ever */
}

static void hush(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  (void)text;
}

static void ignore(void *arg, const char *line) {
  (void)arg;
  (void)line;
}

static void begin(void) {
  struct option_reporter reporter = {.say = ignore};
  struct alert_core_hooks hooks = {.wall_ms = clock_ms,
                                   .boot_ms = clock_ms,
                                   .random = chance,
                                   .hand = hand,
                                   .collectd_host = "nas",
                                   .interval_s = 10,
                                   .grace_s = 120};
  struct notify_config *config = notify_config_new();
  struct conf_item *root = conf_new("Plugin");
  struct conf_item *block = conf_add_child(root, "Channel");
  struct event ev;

  log_set_sink(hush, NULL);
  conf_add_string(block, "file");
  conf_add_string(block, "mail");
  conf_add_string(conf_add_child(block, "Path"), "/dev/null");
  notify_config_read(config, root, &reporter);
  notify_config_finish(config, &reporter);
  conf_free(root);
  /* no such folder: the store lives in memory */
  core = alert_core_new(config, "/proc/none", &hooks);
  if (core == NULL)
    abort();
  for (int i = 0; i < 3; i++) {
    event_init(&ev);
    ev.severity = SEVERITY_FAILURE;
    snprintf(ev.host, sizeof(ev.host), "nas");
    snprintf(ev.plugin, sizeof(ev.plugin), "p%d", i);
    alert_core_step(core, NULL, &ev, 1, true);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct command_wait wait;
  cJSON *answer;
  char *text;

  if (core == NULL)
    begin();
  if (size > 65536)
    return 0;
  answer = command_answer(core, "0", (const char *)data, size, &wait);
  if (answer == NULL)
    abort();
  text = cJSON_PrintUnformatted(answer);
  if (text == NULL || strchr(text, '\n') != NULL)
    abort();
  free(text);
  cJSON_Delete(answer);
  return 0;
}
