/* SPDX-License-Identifier: MIT */
/* What was understood: see config_print.h. */
#include <config.h>

#include "alert/config/config_print.h"

#include "alert/channel/heartbeat_sender.h"
#include "alert/channel/sender.h"
#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "energy/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Collects the first error, so that the lines below read as a text. */
struct output {
  struct buf *out;
  int err;
};

static void put(struct output *p, const char *text) {
  if (p->err == 0)
    p->err = buf_adds(p->out, text);
}

static void put_named(struct output *p, const char *before, const char *name) {
  put(p, before);
  put(p, "\"");
  put(p, name);
  put(p, "\"");
}

static void put_time(struct output *p, double seconds) {
  char words[FORMAT_SIZE];

  if (seconds == SECONDS_NEVER) {
    put(p, "never");
    return;
  }
  format_duration(seconds, words, sizeof(words));
  put(p, words);
}

/* "warning 12 h, error 4 h, critical and emergency 1 h" */
static void put_repeat(struct output *p, const double repeat[LEVEL_COUNT]) {
  bool first = true;

  for (int l = LEVEL_INFO; l < LEVEL_COUNT; l++) {
    int last = l;

    if (repeat[l] == SECONDS_UNSET)
      continue;
    while (last + 1 < LEVEL_COUNT && repeat[last + 1] == repeat[l])
      last++;
    put(p, first ? "" : ", ");
    first = false;
    if (l == LEVEL_INFO && last == LEVEL_EMERGENCY) {
      put_time(p, repeat[l]);
      return;
    }
    put(p, level_name((enum level)l));
    if (last > l) {
      put(p, last == l + 1 ? " and " : " to ");
      put(p, level_name((enum level)last));
    }
    put(p, " ");
    put_time(p, repeat[l]);
    l = last;
  }
}

static bool any_repeat(const double repeat[LEVEL_COUNT]) {
  for (int l = LEVEL_INFO; l < LEVEL_COUNT; l++)
    if (repeat[l] != SECONDS_UNSET)
      return true;
  return false;
}

static void print_channel(struct output *p, const struct notify_config *config,
                          const struct channel_config *channel) {
  int least = channel->min_level >= 0 ? channel->min_level : config->min_level;

  put_named(p, "  ", channel->name);
  put(p, ": ");
  put(p, channel->sender->title != NULL ? channel->sender->title
                                        : channel->sender->name);
  if (channel->broken) {
    put(p, ", OFF: ");
    put(p,
        channel->broken_why[0] != '\0' ? channel->broken_why : "misconfigured");
    put(p, "\n");
    return;
  }
  put(p, ", from level ");
  put(p, level_name((enum level)least));
  if (channel->sender->recipient != NULL) {
    const char *to;

    for (size_t i = 0;
         (to = channel->sender->recipient(channel->settings, i)) != NULL; i++) {
      put(p, i == 0 ? ", to " : ", ");
      put(p, to);
    }
  }
  if (channel->fallback >= 0)
    put_named(p, ", falls back to ", config->channels[channel->fallback].name);
  if (channel->rate_count > 0) {
    char text[40];

    snprintf(text, sizeof(text), ", at most %u message%s in ",
             channel->rate_count, channel->rate_count == 1 ? "" : "s");
    put(p, text);
    put_time(p, channel->rate_window);
  }
  if (channel->quiet >= 0)
    put_named(p, ", quiet hours ", config->quiet_hours[channel->quiet].name);
  put(p, "\n");
}

static void put_matcher(struct output *p, const char *name,
                        const struct option_strings *values) {
  if (values->count == 0)
    return;
  put(p, "    ");
  put(p, name);
  for (size_t i = 0; i < values->count; i++)
    put_named(p, i == 0 ? " " : " or ", values->items[i]);
  put(p, "\n");
}

static void print_escalation(struct output *p,
                             const struct notify_config *config,
                             const struct escalation_config *escalation) {
  put(p, "    while nobody acknowledges:");
  for (size_t s = 0; s < escalation->steps_num; s++) {
    const struct escalation_step *step = &escalation->steps[s];

    put(p, s > 0 ? "; after " : " after ");
    put_time(p, step->after);
    for (size_t i = 0; i < step->channels_num; i++)
      put_named(p, i == 0 ? " " : ", ",
                config->channels[step->channels[i]].name);
  }
  put(p, "\n");
}

/* "grouped by host and device: the first waits 10 s, later news 1 min" */
static void print_group(struct output *p, const struct group_config *group) {
  put(p, "    grouped by ");
  for (size_t i = 0; i < group->by.count; i++) {
    put(p, i == 0 ? "" : i + 1 == group->by.count ? " and " : ", ");
    put(p, group->by.items[i]);
  }
  put(p, ": the first waits ");
  put_time(p, group->wait);
  put(p, ", later news ");
  put_time(p, group->interval);
  put(p, "\n");
}

static void print_route(struct output *p, const struct notify_config *config,
                        const struct route_config *route) {
  if (route->words.name[0] != '\0')
    put_named(p, "  ", route->words.name);
  else
    put(p, "  no route is configured: every alert");
  put(p, "\n");
  put_matcher(p, "host", &route->match.host);
  put_matcher(p, "plugin", &route->match.plugin);
  put_matcher(p, "plugin instance", &route->match.plugin_instance);
  put_matcher(p, "type", &route->match.type);
  put_matcher(p, "type instance", &route->match.type_instance);
  put_matcher(p, "device", &route->match.device);
  put_matcher(p, "class", &route->match.class);
  put_matcher(p, "severity", &route->match.severity);
  put_matcher(p, "message", &route->match.message);
  put(p, "    goes to");
  for (size_t i = 0; i < route->channels_num; i++)
    put_named(p, i == 0 ? " " : ", ",
              config->channels[route->channels[i]].name);
  put(p, route->channels_num == 0 ? " nobody\n" : "\n");
  if (route->level >= 0) {
    put(p, "    as ");
    put(p, level_name((enum level)route->level));
    put(p, "\n");
  }
  if (route->for_s > 0) {
    put(p, "    once it lasts ");
    put_time(p, route->for_s);
    put(p, "\n");
  }
  if (route->recover_after != SECONDS_UNSET) {
    put(p, "    recovered after ");
    put_time(p, route->recover_after);
    put(p, "\n");
  }
  if (route->group.by.count > 0)
    print_group(p, &route->group);
  if (any_repeat(route->repeat)) {
    put(p, "    repeated: ");
    put_repeat(p, route->repeat);
    put(p, "\n");
  }
  if (route->words.title != NULL || route->words.text != NULL ||
      route->words.recovery_title != NULL || route->words.recovery_text != NULL)
    put(p, "    with words of its own\n");
  if (route->quiet >= 0) {
    put_named(p, "    quiet hours ", config->quiet_hours[route->quiet].name);
    put(p, "\n");
  }
  if (route->escalation >= 0)
    print_escalation(p, config, &config->escalations[route->escalation]);
  if (route->go_on)
    put(p, "    and on to the routes below\n");
}

static void print_heartbeat(struct output *p,
                            const struct heartbeat_config *heartbeat) {
  const struct heartbeat_times *times = heartbeat->settings;

  put(p, "\nHeartbeat: ");
  put(p, heartbeat->sender->recipient(heartbeat->settings, 0));
  put(p, ", every ");
  put_time(p, times->every);
}

/* "One message for 5 devices gone within 1 minute" */
static void print_within(struct output *p, const char *before, unsigned count,
                         const char *behind, double window) {
  char number[16];

  if (count == 0)
    return;
  snprintf(number, sizeof(number), "%u", count);
  put(p, before);
  put(p, number);
  put(p, behind);
  put_time(p, window);
}

static void print_report(struct output *p, const struct notify_config *config,
                         const struct report_config *report) {
  const struct report_schedule *s = &report->schedule;
  char at[32];
  char day[32] = "";

  if (s->kind == REPORT_WEEK)
    snprintf(day, sizeof(day), ", %s", calendar_weekdays[s->day]);
  else if (s->kind == REPORT_MONTH)
    snprintf(day, sizeof(day), " on day %u", s->day);
  snprintf(at, sizeof(at), " at %02u:%02u", s->minute / 60, s->minute % 60);
  put_named(p, "  ", report->name);
  put(p, ": each ");
  put(p, report_kinds[s->kind]);
  put(p, day);
  put(p, at);
  for (size_t i = 0; i < report->channels_num; i++)
    put_named(p, i == 0 ? ", by " : ", ",
              config->channels[report->channels[i]].name);
  put(p, report->channel_names.count == 0 ? ", as a notification alone\n"
         : report->channels_num == 0      ? ", to nobody\n"
                                          : "\n");
}

int notify_config_print(const struct notify_config *config, struct buf *out) {
  struct output p = {out, 0};

  put(&p, "Channels:\n");
  for (size_t i = 0; i < config->channels_num; i++)
    print_channel(&p, config, &config->channels[i]);
  if (config->channels_num == 0)
    put(&p, "  none: nobody is told\n");
  put(&p, "Routes, the first that matches takes the alert:\n");
  for (size_t i = 0; i < config->routes_num; i++)
    print_route(&p, config, &config->routes[i]);
  if (config->devices_num > 0)
    put(&p, "Devices:\n");
  for (size_t i = 0; i < config->devices_num; i++) {
    put_named(&p, "  ", config->devices[i].name);
    if (config->devices[i].alias != NULL)
      put_named(&p, " is called ", config->devices[i].alias);
    for (size_t l = 0; l < config->devices[i].labels_num; l++) {
      put(&p, ", ");
      put(&p, config->devices[i].labels[l].name);
      put_named(&p, " ", config->devices[i].labels[l].value);
    }
    put(&p, "\n");
  }
  if (config->reports_num > 0) {
    put(&p, "Reports, about the ledger in ");
    put(&p, config->ledger_directory);
    put(&p, ":\n");
  }
  for (size_t i = 0; i < config->reports_num; i++)
    print_report(&p, config, &config->reports[i]);
  put(&p, "Reminders: ");
  put_repeat(&p, config->repeat);
  print_within(&p, "\nOne message for ", config->storm.threshold,
               " devices gone within ", config->storm.window);
  print_within(&p, "\nFlapping: what comes ", config->flapping.count,
               " times within ", config->flapping.window);
  if (config->heartbeat.settings != NULL)
    print_heartbeat(&p, &config->heartbeat);
  put(&p, "\nState: ");
  put(&p, config->state_directory);
  put(&p, "\nControl socket: ");
  put(&p, config->control_socket != NULL ? config->control_socket : "none");
  put(&p, "\n");
  return p.err;
}
