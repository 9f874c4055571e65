/* SPDX-License-Identifier: MIT */
/* Which alerts are meant: see matcher.h. */
#include <config.h>

#include "alert/config/matcher.h"

#include "base/text.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- fields -----------------------------------------------------------------
 */

/* What an option is compared with; two texts for a device, which
 * has a name in collectd and one for people. */
struct field {
  const char *name;
  const char *words; /* before its first value, for people */
  size_t offset;     /* of the option in struct alert_matchers */
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

#define FIELD(member) offsetof(struct alert_matchers, member)

static const struct field fields[] = {
    {"Host", "host ", FIELD(host), texts_host, NULL},
    {"Plugin", "plugin ", FIELD(plugin), texts_plugin, NULL},
    {"PluginInstance", "plugin instance ", FIELD(plugin_instance),
     texts_plugin_instance, NULL},
    {"Type", "type ", FIELD(type), texts_type, NULL},
    {"TypeInstance", "type instance ", FIELD(type_instance),
     texts_type_instance, NULL},
    {"Device", "device ", FIELD(device), texts_device, NULL},
    {"Class", "class ", FIELD(class), texts_class, doubt_class},
    {"Severity", "severity ", FIELD(severity), texts_severity, doubt_severity},
    {"Message", "message ", FIELD(message), texts_message, NULL},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct option_strings *wanted(const struct alert_matchers *m,
                                           const struct field *field) {
  const void *member = (const char *)m + field->offset;

  return member;
}

/* -- compiling --------------------------------------------------------------
 */

/* One value of one option, in the order of fields and values. */
struct matcher {
  const char *exact; /* borrowed from the option; NULL = by expression */
  regex_t expression;
};

struct compiled {
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

  if (inside != NULL && inside[0] == '\0') {
    free(inside);
    matcher->exact = value; /* nothing to free */
    option_error(reporter,
                 "%s: option %s expects an expression between the slashes, "
                 "found \"%s\", which everything matches",
                 where, field->name, value);
    return -EINVAL;
  }
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
  if (value[0] == '/' && field->texts != texts_message) {
    option_error(reporter,
                 "%s: option %s expects a name, or an expression between two "
                 "slashes, found \"%.80s\"",
                 where, field->name, value);
    return -EINVAL;
  }
  expected = field->doubt != NULL ? field->doubt(value) : NULL;
  if (expected == NULL)
    return 0;
  option_error(reporter, "%s: option %s expects %s, found \"%.80s\"", where,
               field->name, expected, value);
  return -EINVAL;
}

int matchers_compile(struct alert_matchers *m, const char *where,
                     struct option_reporter *reporter) {
  struct compiled *compiled;
  size_t count = 0;
  int err = 0;

  for (size_t f = 0; f < FIELDS; f++)
    count += wanted(m, &fields[f])->count;
  compiled = calloc(1, sizeof(*compiled) + count * sizeof(struct matcher));
  if (compiled == NULL)
    return -ENOMEM;
  for (size_t f = 0; f < FIELDS; f++) {
    const struct option_strings *values = wanted(m, &fields[f]);

    for (size_t i = 0; i < values->count; i++)
      if (compile_value(&compiled->items[compiled->count++], values->items[i],
                        &fields[f], where, reporter) < 0)
        err = -EINVAL;
  }
  matchers_release(m);
  m->compiled = compiled;
  return err;
}

void matchers_release(struct alert_matchers *m) {
  struct compiled *compiled = m->compiled;

  if (compiled == NULL)
    return;
  for (size_t i = 0; i < compiled->count; i++)
    if (compiled->items[i].exact == NULL)
      regfree(&compiled->items[i].expression);
  free(compiled);
  m->compiled = NULL;
}

/* -- matching ---------------------------------------------------------------
 */

static bool matcher_takes(const struct matcher *matcher, const char *text) {
  if (matcher->exact != NULL)
    return strcmp(matcher->exact, text) == 0;
  return regexec(&matcher->expression, text, 0, NULL, 0) == 0;
}

bool matchers_take(const struct alert_matchers *m, const struct alert *alert) {
  const struct compiled *compiled = m->compiled;
  size_t at = 0;

  for (size_t f = 0; f < FIELDS; f++) {
    const char *texts[2] = {NULL, NULL};
    size_t count = wanted(m, &fields[f])->count;
    bool any = count == 0;

    fields[f].texts(alert, texts);
    for (size_t i = 0; i < count && compiled != NULL; i++, at++)
      for (int t = 0; t < 2 && !any; t++)
        any = texts[t] != NULL && matcher_takes(&compiled->items[at], texts[t]);
    if (!any)
      return false;
  }
  return true;
}

void matchers_clear(struct alert_matchers *m) {
  matchers_release(m);
  for (size_t f = 0; f < FIELDS; f++)
    option_strings_free(
        (struct option_strings *)((char *)m + fields[f].offset));
}

const char *matchers_field(size_t i) {
  return i < FIELDS ? fields[i].name : NULL;
}

struct option_strings *matchers_values(struct alert_matchers *m, size_t i) {
  return (struct option_strings *)((char *)m + fields[i].offset);
}

bool matchers_any(const struct alert_matchers *m) {
  for (size_t f = 0; f < FIELDS; f++)
    if (wanted(m, &fields[f])->count > 0)
      return true;
  return false;
}

bool matchers_only_missing(const struct alert_matchers *m) {
  for (size_t i = 0; i < m->class.count; i++)
    if (strcmp(m->class.items[i], alert_class_name(ALERT_MISSING)) != 0)
      return false;
  return m->class.count > 0;
}

bool matchers_only_ends(const struct alert_matchers *m) {
  for (size_t i = 0; i < m->severity.count; i++)
    if (strcmp(m->severity.items[i], severity_name(SEVERITY_OKAY)) != 0)
      return false;
  for (size_t i = 0; i < m->class.count; i++)
    if (m->class.items[i][0] == '/' ||
        strcmp(m->class.items[i], alert_class_name(ALERT_EVENT)) == 0)
      return false;
  return m->severity.count > 0 && m->class.count > 0;
}

bool matchers_need_text(const struct option_strings *values) {
  for (size_t i = 0; i < values->count; i++)
    if (values->items[i][0] == '/') /* an expression may take nothing */
      return false;
  return values->count > 0;
}

void matchers_describe(const struct alert_matchers *m, char *out, size_t size) {
  size_t used = 0;

  out[0] = '\0';
  for (size_t f = 0; f < FIELDS; f++) {
    const struct option_strings *values = wanted(m, &fields[f]);

    for (size_t i = 0; i < values->count && used < size; i++)
      used += (size_t)snprintf(out + used, size - used, "%s%s%s",
                               i > 0      ? " or "
                               : used > 0 ? ", "
                                          : "",
                               i > 0 ? "" : fields[f].words, values->items[i]);
  }
  if (used >= size && size > 0) /* cut between two characters */
    out[text_cut(out, size - 1)] = '\0';
  if (used == 0)
    snprintf(out, size, "everything");
}
