/* SPDX-License-Identifier: MIT */
/* <Heartbeat>: see config_heartbeat.h. */
#include <config.h>

#include "alert/config/config_heartbeat.h"

#include "alert/channel/channel_types.h"
#include "alert/channel/heartbeat_sender.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK "<Heartbeat>"

void heartbeat_clear(struct heartbeat_config *heartbeat) {
  if (heartbeat->settings != NULL)
    heartbeat->sender->destroy(heartbeat->settings);
  free(heartbeat->settings);
  memset(heartbeat, 0, sizeof(*heartbeat));
}

void heartbeat_read(void *target, const struct conf_item *item,
                    struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct heartbeat_config *h = &config->heartbeat;

  if (heartbeat_sender == NULL || item->values_num > 0) {
    option_error(reporter, BLOCK ": %s",
                 item->values_num > 0
                     ? "expects no name, only options: URL, Every"
                     : "is not part of this build");
    return;
  }
  if (h->sender != NULL) {
    option_error(reporter, BLOCK ": there is one already");
    return;
  }
  h->sender = heartbeat_sender;
  h->settings = calloc(1, h->sender->settings_size);
  if (h->settings == NULL) {
    option_error(reporter, BLOCK ": out of memory");
    return;
  }
  h->sender->defaults(h->settings);
  h->broken =
      options_read(h->sender->options, h->settings, item, BLOCK, reporter) > 0;
}

void heartbeat_finish(struct notify_config *config,
                      struct option_reporter *reporter) {
  struct heartbeat_config *h = &config->heartbeat;

  if (h->settings == NULL)
    return;
  if (h->sender->check(h->settings, BLOCK, reporter) < 0 || h->broken) {
    option_error(reporter, BLOCK ": the heartbeat stays off");
    heartbeat_clear(h);
  }
}
