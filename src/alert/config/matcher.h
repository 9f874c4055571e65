/* SPDX-License-Identifier: MIT */
/* Which alerts a route, a silence, a maintenance or an inhibition is about.
 * Compiled once, then read from any thread. */
#ifndef ALERT_CONFIG_MATCHER_H
#define ALERT_CONFIG_MATCHER_H

#include "alert/model/alert.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

/* Exact texts, or "/regex/" (extended); several = any of them; none =
 * matches. */
struct alert_matchers {
  struct option_strings host, plugin, plugin_instance, type, type_instance;
  struct option_strings device, class, severity, message;
  void *compiled; /* matcher.c's own */
};

/* Rows of an option table, for the matchers in a member of a struct. */
#define MATCHER_ROW(text, holder, member)                                      \
  { .name = (text), .type = OPTION_STRINGS, .offset = offsetof(holder, member) }
#define MATCHER_OPTIONS(holder, member)                                        \
  MATCHER_ROW("Host", holder, member.host),                                    \
      MATCHER_ROW("Plugin", holder, member.plugin),                            \
      MATCHER_ROW("PluginInstance", holder, member.plugin_instance),           \
      MATCHER_ROW("Type", holder, member.type),                                \
      MATCHER_ROW("TypeInstance", holder, member.type_instance),               \
      MATCHER_ROW("Device", holder, member.device),                            \
      MATCHER_ROW("Class", holder, member.class),                              \
      MATCHER_ROW("Severity", holder, member.severity),                        \
      MATCHER_ROW("Message", holder, member.message)

/* Prepares the comparison: 0, or -EINVAL after reporting a bad regular
 * expression or an unknown class or severity, or -ENOMEM. */
int matchers_compile(struct alert_matchers *matchers, const char *where,
                     struct option_reporter *reporter);
void matchers_release(struct alert_matchers *matchers);
/* Releases and frees the texts, too. */
void matchers_clear(struct alert_matchers *matchers);

/* Whether the alert is meant. Looks at identity, device, class, severity and
 * text only. */
bool matchers_take(const struct alert_matchers *matchers,
                   const struct alert *alert);
/* False for those that take everything. */
bool matchers_any(const struct alert_matchers *matchers);

/* Whether nothing but class missing is taken. */
bool matchers_only_missing(const struct alert_matchers *m);
/* Whether only OKAY is taken, of what begins with another severity: it is never
 * that of a route. */
bool matchers_only_ends(const struct alert_matchers *m);
/* Whether a field without text is never taken by these values. */
bool matchers_need_text(const struct option_strings *values);

/* The i-th option's name (NULL beyond the last) and values. */
const char *matchers_field(size_t i);
struct option_strings *matchers_values(struct alert_matchers *matchers,
                                       size_t i);
/* "device Freezer or Heater, class missing", cut to size. */
void matchers_describe(const struct alert_matchers *matchers, char *out,
                       size_t size);

#endif
