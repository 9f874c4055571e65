/* SPDX-License-Identifier: MIT */
/* <Plugin notify_kasa> for kasactl check: see check.h. */
#include <config.h>

#include "cli/check/check.h"

#include "alert/config/config.h"
#include "alert/config/config_print.h"

#include <grp.h>
#include <string.h>

static void *create(void) { return notify_config_new(); }

static void read_block(void *options, const struct conf_item *block,
                       struct option_reporter *reporter) {
  notify_config_read(options, block, reporter);
}

static void finish(void *options, double interval,
                   struct option_reporter *reporter) {
  const struct notify_config *config = options;

  (void)interval;
  notify_config_finish(options, reporter);
  /* the daemon starts all the same, and nobody but root may ask it */
  if (config->control_group != NULL && getgrnam(config->control_group) == NULL)
    option_error(reporter,
                 "<Plugin notify_kasa>: option ControlGroup expects a group of "
                 "this machine, found \"%.40s\"",
                 config->control_group);
}

static void show(const void *options, FILE *out) {
  struct buf page;

  buf_init(&page, 4 * 1024 * 1024);
  if (notify_config_print(options, &page) == 0 && page.len > 0)
    for (const char *line = page.data; *line != '\0';) {
      size_t len = strcspn(line, "\n");

      fprintf(out, "  %.*s\n", (int)len, line);
      line += len + (line[len] == '\n' ? 1 : 0);
    }
  buf_free(&page);
}

static void destroy(void *options) { notify_config_free(options); }

const struct check_plugin check_notify_kasa = {.name = "notify_kasa",
                                               .options = notify_options,
                                               .create = create,
                                               .read = read_block,
                                               .finish = finish,
                                               .show = show,
                                               .destroy = destroy};
