/* SPDX-License-Identifier: MIT */
/* Levels and severities: see level.h. */
#include <config.h>

#include "alert/model/level.h"

#include "base/text.h"

#include <errno.h>
#include <stddef.h>

const char *const level_names[LEVEL_COUNT + 1] = {
    [LEVEL_OK] = "ok",
    [LEVEL_INFO] = "info",
    [LEVEL_WARNING] = "warning",
    [LEVEL_ERROR] = "error",
    [LEVEL_CRITICAL] = "critical",
    [LEVEL_EMERGENCY] = "emergency",
    [LEVEL_COUNT] = NULL,
};

static const struct {
  const char *name;
  enum severity severity;
} severities[] = {
    {"FAILURE", SEVERITY_FAILURE},
    {"WARNING", SEVERITY_WARNING},
    {"OKAY", SEVERITY_OKAY},
    {"OK", SEVERITY_OKAY}, /* what people type */
};

const char *level_name(enum level level) {
  return (unsigned)level < LEVEL_COUNT ? level_names[level] : "unknown";
}

int level_parse(const char *text, enum level *level) {
  for (int i = 0; i < LEVEL_COUNT; i++)
    if (text_same(text, level_names[i])) {
      *level = (enum level)i;
      return 0;
    }
  return -EINVAL;
}

const char *severity_name(enum severity severity) {
  for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
    if (severities[i].severity == severity)
      return severities[i].name;
  return "UNKNOWN";
}

int severity_parse(const char *text, enum severity *severity) {
  for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
    if (text_same(text, severities[i].name)) {
      *severity = severities[i].severity;
      return 0;
    }
  return -EINVAL;
}
