/* SPDX-License-Identifier: MIT */
/* A tree of blocks as no person would write it: each byte opens, closes or
 * fills. Whatever is read must be usable, printable and free of leaks. */
#include <config.h>

#include "alert/config/config.h"
#include "alert/config/config_print.h"
#include "alert/config/route.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const keys[] = {
    "Channel",     "Route",        "Device",       "Unit",     "Pushover",
    "Email",       "Slack",        "Discord",      "Webhook",  "Repeat",
    "For",         "Text",         "Title",        "Type",     "Class",
    "Level",       "MinLevel",     "Label",        "Alias",    "Symbol",
    "Fallback",    "To",           "Continue",     "Header",   "Body",
    "QuietHours",  "DashboardURL", "RateLimit",    "Currency", "Severity",
    "HistoryDays", "StartupGrace", "GroupBy",      "User",     "Token",
    "URL",         "WebhookURL",   "RecoverAfter", "MaxAge",   "Nonsense"};
static const char *const words[] = {"pushover",
                                    "email",
                                    "slack",
                                    "webhook",
                                    "discord",
                                    "phone",
                                    "mail",
                                    "never",
                                    "30m",
                                    "critical",
                                    "missing",
                                    "range",
                                    "/^cost/",
                                    "/(/",
                                    "%{device}",
                                    "%{valeu}",
                                    "me@example.org",
                                    "twilio",
                                    "FAILURE",
                                    "https://a.example/",
                                    "",
                                    "%{if value}",
                                    "0.5h",
                                    "/[[:/",
                                    "\xff\n",
                                    "abcdefghijklmnopqrstuvwxyz0123"};

static void quiet(void *arg, const char *line) {
  (void)arg;
  if (strlen(line) > 2000)
    abort();
}

/* At most this deep, as collectd's own parser would not go deeper either. */
enum { DEEPEST = 6 };

static struct conf_item *grow(const uint8_t *data, size_t size) {
  struct conf_item *root = conf_new("Plugin");
  struct conf_item *open[DEEPEST + 1] = {root};
  unsigned depth = 0;
  int err = root != NULL ? 0 : -1;

  for (size_t i = 0; i + 1 < size && err == 0; i += 2) {
    uint8_t what = data[i];
    uint8_t which = data[i + 1];

    if (what < 96 && depth < DEEPEST) {
      open[depth + 1] = conf_add_child(
          open[depth], keys[which % (sizeof(keys) / sizeof(keys[0]))]);
      err = open[depth + 1] != NULL ? 0 : -1;
      depth++;
    } else if (what < 144 && depth > 0) {
      depth--;
    } else if (what < 224) {
      err = conf_add_string(open[depth],
                            words[which % (sizeof(words) / sizeof(words[0]))]);
    } else if (what < 248) {
      err = conf_add_number(open[depth], which < 8 ? 1e300 : which - 64.5);
    } else {
      err = conf_add_bool(open[depth], which % 2 != 0);
    }
  }
  if (err == 0)
    return root;
  conf_free(root);
  return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct option_reporter reporter = {.say = quiet};
  struct conf_item *root = size <= 4096 ? grow(data, size) : NULL;
  struct notify_config *config = root != NULL ? notify_config_new() : NULL;
  struct alert alert;
  struct buf page;
  int routes[ROUTES_MAX];

  if (config != NULL) {
    notify_config_read(config, root, &reporter);
    notify_config_finish(config, &reporter);
    if (config->routes_num == 0)
      abort();
    alert_init(&alert);
    strcpy(alert.type, "cost_today");
    if (route_match(config, &alert, routes) > ROUTES_MAX)
      abort();
    buf_init(&page, 1 << 20);
    if (notify_config_print(config, &page) < 0)
      abort();
    buf_free(&page);
  }
  notify_config_free(config);
  conf_free(root);
  return 0;
}
