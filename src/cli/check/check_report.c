/* SPDX-License-Identifier: MIT */
/* Where two plugins have to agree: see check_report.h. */
#include <config.h>

#include "cli/check/check_report.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* An option of one of the plugins, and where it stands. */
struct found {
  const char *value;
  const char *path;
  unsigned line;
};

static const char *string_of(const struct conf_item *item) {
  return item->values_num == 1 && item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

/* The last one counts, as for the plugins; false: the plugin has no block. */
static bool find(const struct config *config, const char *plugin,
                 const char *option, struct found *found) {
  bool any = false;

  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *block = config->statements[i].item;

    if (!config_is_plugin(block, plugin))
      continue;
    any = true;
    for (size_t j = 0; j < block->children_num; j++)
      if (text_same(block->children[j].key, option) &&
          string_of(&block->children[j]) != NULL)
        *found = (struct found){string_of(&block->children[j]),
                                config->files[config->statements[i].file].path,
                                block->children[j].line};
  }
  return any;
}

void check_report(const struct config *config, config_problem *problem,
                  void *arg) {
  struct found kept = {.value = "kasa"}, read = {.value = "kasa"};
  struct found report = {.value = NULL};
  char where[512], text[512];

  if (!find(config, "kasa", "StateDirectory", &kept) ||
      !find(config, "notify_kasa", "Report", &report) || report.value == NULL)
    return;
  (void)find(config, "notify_kasa", "LedgerDirectory", &read);
  if (strcmp(kept.value, read.value) == 0)
    return;
  if (read.path == NULL)
    read = (struct found){read.value, report.path, report.line};
  snprintf(where, sizeof(where), "%.480s:%u", read.path, read.line);
  snprintf(
      text, sizeof(text),
      "<Plugin notify_kasa>: reports read the ledger in LedgerDirectory "
      "\"%.100s\", but <Plugin kasa> keeps it in StateDirectory \"%.100s\"",
      read.value, kept.value);
  problem(arg, where, text);
}
