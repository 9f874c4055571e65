/* SPDX-License-Identifier: MIT */
/* Any bytes as a collectd.conf, read and handed to the plugin's options. */
#include <config.h>

#include "config/conf_parser.h"
#include "poll/options/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void silent(void *arg, const char *line) {
  (void)arg;
  (void)line;
}

static void silent_note(void *arg, unsigned line, const char *text) {
  (void)arg;
  (void)line;
  (void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct option_reporter reporter = {.say = silent};
  char why[CONF_WHY_SIZE];
  struct poll_options options;
  struct conf_item *root =
      conf_parser_read((const char *)data, size, silent_note, NULL, why);

  if (root == NULL)
    return 0;
  poll_options_init(&options);
  poll_options_read(&options, root, &reporter);
  for (size_t i = 0; i < root->children_num; i++)
    poll_options_read(&options, &root->children[i], &reporter);
  poll_options_finish(&options, &reporter);
  poll_options_free(&options);
  conf_free(root);
  return 0;
}
