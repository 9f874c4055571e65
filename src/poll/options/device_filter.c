/* SPDX-License-Identifier: MIT */
/* Ignore and Only: see device_filter.h. */
#include <config.h>

#include "poll/options/device_filter.h"

#include "base/text.h"
#include "device/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
  enum { BY_ALIAS, BY_MAC, BY_ADDRESS, BY_REGEX, BY_NOTHING } by;
  char *alias;
  uint8_t mac[6];
  struct in_addr address;
  regex_t regex;
};

struct match_list {
  struct pattern *patterns;
  size_t count;
};

struct device_filter {
  struct match_list ignore;
  struct match_list only;
};

/* "/.../" without the slashes, or NULL. The caller frees it. */
static char *regex_text(const char *pattern) {
  size_t len = strlen(pattern);

  if (len < 3 || pattern[0] != '/' || pattern[len - 1] != '/')
    return NULL;
  return strndup(pattern + 1, len - 2);
}

static int regex_compile(const char *text, regex_t *regex,
                         char why[FILTER_WHY_SIZE]) {
  int error = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);

  if (error != 0 && why != NULL)
    regerror(error, regex, why, FILTER_WHY_SIZE);
  return error;
}

bool device_filter_pattern_good(const char *pattern,
                                char why[FILTER_WHY_SIZE]) {
  char *text = regex_text(pattern);
  regex_t regex;
  bool good;

  if (text == NULL)
    return true;
  good = regex_compile(text, &regex, why) == 0;
  if (good)
    regfree(&regex);
  free(text);
  return good;
}

static int pattern_init(struct pattern *p, const char *text) {
  char *regex = regex_text(text);
  char alias[DEVICE_NAME_SIZE];

  *p = (struct pattern){.by = BY_ALIAS};
  if (regex != NULL) {
    p->by = regex_compile(regex, &p->regex, NULL) == 0 ? BY_REGEX : BY_NOTHING;
    free(regex);
    return 0;
  }
  if (inet_pton(AF_INET, text, &p->address) == 1)
    p->by = BY_ADDRESS;
  else if (device_parse_mac(text, p->mac))
    p->by = BY_MAC;
  /* devices' aliases are clean ones */
  text_name(text, strlen(text), alias, sizeof(alias));
  p->alias = strdup(alias);
  return p->alias != NULL ? 0 : -ENOMEM;
}

static void list_free(struct match_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->patterns[i].by == BY_REGEX)
      regfree(&list->patterns[i].regex);
    free(list->patterns[i].alias);
  }
  free(list->patterns);
}

static int list_init(struct match_list *list,
                     const struct option_strings *texts) {
  if (texts->count == 0)
    return 0;
  list->patterns = calloc(texts->count, sizeof(*list->patterns));
  if (list->patterns == NULL)
    return -ENOMEM;
  for (; list->count < texts->count; list->count++)
    if (pattern_init(&list->patterns[list->count], texts->items[list->count]) <
        0)
      return -ENOMEM;
  return 0;
}

struct device_filter *device_filter_create(const struct option_strings *ignore,
                                           const struct option_strings *only) {
  struct device_filter *filter = calloc(1, sizeof(*filter));

  if (filter == NULL)
    return NULL;
  if (list_init(&filter->ignore, ignore) < 0 ||
      list_init(&filter->only, only) < 0) {
    device_filter_free(filter);
    return NULL;
  }
  return filter;
}

void device_filter_free(struct device_filter *filter) {
  if (filter == NULL)
    return;
  list_free(&filter->ignore);
  list_free(&filter->only);
  free(filter);
}

static bool pattern_matches(const struct pattern *p,
                            const struct device *device,
                            struct in_addr address) {
  switch (p->by) {
  case BY_ALIAS:
    return p->alias[0] != '\0' && text_same(p->alias, device->alias);
  case BY_MAC:
    return device->mac_known && memcmp(p->mac, device->mac, 6) == 0;
  case BY_ADDRESS:
    return p->address.s_addr == address.s_addr;
  case BY_REGEX:
    return regexec(&p->regex, device->alias, 0, NULL, 0) == 0;
  case BY_NOTHING:
    break;
  }
  return false;
}

static bool list_matches(const struct match_list *list,
                         const struct device *device, struct in_addr address) {
  for (size_t i = 0; i < list->count; i++)
    if (pattern_matches(&list->patterns[i], device, address))
      return true;
  return false;
}

bool device_filter_passes(const struct device_filter *filter,
                          const struct device *device, struct in_addr address) {
  if (list_matches(&filter->ignore, device, address))
    return false;
  return filter->only.count == 0 ||
         list_matches(&filter->only, device, address);
}

static bool is_about_alias(const struct pattern *p) {
  return p->by == BY_ALIAS || p->by == BY_REGEX;
}

bool device_filter_may_pass(const struct device_filter *filter,
                            const struct device *device,
                            struct in_addr address) {
  bool may = filter->only.count == 0;

  for (size_t i = 0; i < filter->ignore.count; i++)
    if (!is_about_alias(&filter->ignore.patterns[i]) &&
        pattern_matches(&filter->ignore.patterns[i], device, address))
      return false;
  for (size_t i = 0; i < filter->only.count && !may; i++)
    may = is_about_alias(&filter->only.patterns[i]) ||
          pattern_matches(&filter->only.patterns[i], device, address);
  return may;
}
