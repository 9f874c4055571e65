/* SPDX-License-Identifier: MIT */
/* Which alert goes where: see route.h. */
#include <config.h>

#include "alert/config/route.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- fields -----------------------------------------------------------------
 */

/* What an option of a route is compared with; two texts for a device, which
 * has a name in collectd and one for people. */
struct field {
  const char *name;
  size_t offset; /* of the option in struct route_config */
  void (*texts)(const struct alert *alert, const char *out[2]);
  /* Why this value can never match, NULL = it may. */
  const char *(*doubt)(const char *value);
};

#define TEXTS(function, expression)                                            \
  static void function(const struct alert *alert, const char *out[2]) {        \
    out[0] = expression;                                                       \
  }
TEXTS(texts_host, alert->host)
TEXTS(texts_plugin, alert->plugin)
TEXTS(texts_plugin_instance, alert->plugin_instance)
TEXTS(texts_type, alert->type)
TEXTS(texts_type_instance, alert->type_instance)
TEXTS(texts_class, alert_class_name(alert->class))
TEXTS(texts_severity, severity_name(alert->severity))
TEXTS(texts_message, alert->text)

static void texts_device(const struct alert *alert, const char *out[2]) {
  out[0] = alert->device;
  out[1] = alert->plugin_instance;
}

static const char *doubt_class(const char *value) {
  for (int c = ALERT_RANGE; c <= ALERT_EVENT; c++)
    if (strcmp(value, alert_class_name((enum alert_class)c)) == 0)
      return NULL;
  return "range, missing or event";
}

static const char *doubt_severity(const char *value) {
  if (strcmp(value, "FAILURE") == 0 || strcmp(value, "WARNING") == 0 ||
      strcmp(value, "OKAY") == 0)
    return NULL;
  return "FAILURE, WARNING or OKAY";
}

#define FIELD(member) offsetof(struct route_config, member)

static const struct field fields[] = {
    {"Host", FIELD(host), texts_host, NULL},
    {"Plugin", FIELD(plugin), texts_plugin, NULL},
    {"PluginInstance", FIELD(plugin_instance), texts_plugin_instance, NULL},
    {"Type", FIELD(type), texts_type, NULL},
    {"TypeInstance", FIELD(type_instance), texts_type_instance, NULL},
    {"Device", FIELD(device), texts_device, NULL},
    {"Class", FIELD(class), texts_class, doubt_class},
    {"Severity", FIELD(severity), texts_severity, doubt_severity},
    {"Message", FIELD(message), texts_message, NULL},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct option_strings *wanted(const struct route_config *route,
                                           const struct field *field) {
  const void *member = (const char *)route + field->offset;

  return member;
}

/* -- compiling --------------------------------------------------------------
 */

/* One value of one option, in the order of fields and values. */
struct matcher {
  const char *exact; /* borrowed from the option; NULL = by expression */
  regex_t expression;
};

struct matchers {
  size_t count;
  struct matcher items[];
};

/* "/^cost/" as its inside; NULL when value is no expression. */
static char *expression_of(const char *value) {
  size_t len = strlen(value);

  if (len < 2 || value[0] != '/' || value[len - 1] != '/')
    return NULL;
  return strndup(value + 1, len - 2);
}

static int compile_value(struct matcher *matcher, const char *value,
                         const struct field *field, const char *where,
                         struct option_reporter *reporter) {
  char *inside = expression_of(value);
  const char *expected;
  int status;

  if (inside != NULL) {
    status = regcomp(&matcher->expression, inside, REG_EXTENDED | REG_NOSUB);
    free(inside);
    if (status == 0)
      return 0;
    char why[120];
    regerror(status, &matcher->expression, why, sizeof(why));
    matcher->exact = value; /* nothing to free */
    option_error(reporter, "%s: %s \"%.80s\" is no regular expression: %s",
                 where, field->name, value, why);
    return -EINVAL;
  }
  matcher->exact = value;
  expected = field->doubt != NULL ? field->doubt(value) : NULL;
  if (expected == NULL)
    return 0;
  option_error(reporter, "%s: option %s expects %s, found \"%.80s\"", where,
               field->name, expected, value);
  return -EINVAL;
}

int route_compile(struct route_config *route, const char *where,
                  struct option_reporter *reporter) {
  struct matchers *matchers;
  size_t count = 0;
  int err = 0;

  for (size_t f = 0; f < FIELDS; f++)
    count += wanted(route, &fields[f])->count;
  matchers = calloc(1, sizeof(*matchers) + count * sizeof(struct matcher));
  if (matchers == NULL)
    return -ENOMEM;
  for (size_t f = 0; f < FIELDS; f++) {
    const struct option_strings *values = wanted(route, &fields[f]);

    for (size_t i = 0; i < values->count; i++)
      if (compile_value(&matchers->items[matchers->count++], values->items[i],
                        &fields[f], where, reporter) < 0)
        err = -EINVAL;
  }
  route_release(route);
  route->matchers = matchers;
  return err;
}

void route_release(struct route_config *route) {
  struct matchers *matchers = route->matchers;

  if (matchers == NULL)
    return;
  for (size_t i = 0; i < matchers->count; i++)
    if (matchers->items[i].exact == NULL)
      regfree(&matchers->items[i].expression);
  free(matchers);
  route->matchers = NULL;
}

/* -- matching ---------------------------------------------------------------
 */

static bool matcher_takes(const struct matcher *matcher, const char *text) {
  if (matcher->exact != NULL)
    return strcmp(matcher->exact, text) == 0;
  return regexec(&matcher->expression, text, 0, NULL, 0) == 0;
}

bool route_takes(const struct route_config *route, const struct alert *alert) {
  const struct matchers *matchers = route->matchers;
  size_t at = 0;

  for (size_t f = 0; f < FIELDS; f++) {
    const char *texts[2] = {NULL, NULL};
    size_t count = wanted(route, &fields[f])->count;
    bool any = count == 0;

    fields[f].texts(alert, texts);
    for (size_t i = 0; i < count && matchers != NULL; i++, at++)
      for (int t = 0; t < 2 && !any; t++)
        any = texts[t] != NULL && matcher_takes(&matchers->items[at], texts[t]);
    if (!any)
      return false;
  }
  return true;
}

size_t route_match(const struct notify_config *config,
                   const struct alert *alert, int routes[ROUTES_MAX]) {
  size_t found = 0;

  for (size_t i = 0; i < config->routes_num && found < ROUTES_MAX; i++) {
    if (!route_takes(&config->routes[i], alert))
      continue;
    routes[found++] = (int)i;
    if (!config->routes[i].go_on)
      break;
  }
  return found;
}

enum level route_level(const struct route_config *route, enum alert_class class,
                       enum severity severity) {
  if (route != NULL && route->level >= 0)
    return (enum level)route->level;
  if (class == ALERT_MISSING)
    return LEVEL_ERROR;
  switch (severity) {
  case SEVERITY_WARNING:
    return LEVEL_WARNING;
  case SEVERITY_FAILURE:
    return LEVEL_CRITICAL;
  case SEVERITY_OKAY: /* an announcement, such as a finished washing machine */
    return LEVEL_INFO;
  case SEVERITY_NONE:
    break;
  }
  return LEVEL_ERROR;
}
