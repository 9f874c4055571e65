/* SPDX-License-Identifier: MIT */
/* What a notification is about: see event.h. */
#include <config.h>

#include "alert/model/event.h"

#include "base/text.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void event_init(struct event *event) {
  memset(event, 0, sizeof(*event));
  event->value = NAN;
  event->warning_min = event->warning_max = NAN;
  event->failure_min = event->failure_max = NAN;
  event->percent = event->limit = NAN;
}

bool event_bad(const struct event *event) {
  return event->severity != SEVERITY_OKAY;
}

void event_series(const struct event *event, char *out, size_t size) {
  snprintf(out, size, "%s%s%s", event->type,
           event->type_instance[0] != '\0' ? "-" : "", event->type_instance);
}

void event_fingerprint(enum alert_class class, const char *host,
                       const char *plugin, const char *plugin_instance,
                       const char *type, const char *type_instance,
                       const char *key, char *out) {
  const char *const names[] = {host, plugin, plugin_instance, type,
                               type_instance};
  const char *const keys[] = {"key", key};
  bool by_key = class == ALERT_EVENT && key != NULL && key[0] != '\0';
  const char *const *parts = by_key ? keys : names;
  size_t parts_num = by_key ? 2 : 5;
  unsigned char bytes[(5 + 2) * (ALERT_NAME_SIZE + 1)];
  unsigned char digest[EVP_MAX_MD_SIZE] = {0};
  size_t used = 0;

  used += (size_t)snprintf((char *)bytes, sizeof(bytes), "v1%c%s", '\0',
                           alert_class_name(class));
  for (size_t i = 0; i < parts_num; i++) {
    size_t n = strnlen(parts[i], ALERT_NAME_SIZE - 1);
    bytes[used++] = '\0';
    memcpy(bytes + used, parts[i], n);
    used += n;
  }
  /* without memory the digest stays zero: alerts merge, none is lost */
  EVP_Digest(bytes, used, digest, NULL, EVP_sha256(), NULL);
  for (int i = 0; i < 16; i++)
    snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* -- collectd's sentences ------------------------------------------------- */

static const char *find_last(const char *text, const char *needle) {
  const char *found = NULL;

  for (const char *p = strstr(text, needle); p != NULL;
       p = strstr(p + 1, needle))
    found = p;
  return found;
}

/* "host/plugin-instance/type-instance has not been updated for", of which a
 * text that fills its 255 bytes may hold only the beginning. */
static bool is_cut_missing(const struct event *event) {
  char expected[5 * ALERT_NAME_SIZE + 64];
  const char *pi = event->plugin_instance;
  const char *ti = event->type_instance;
  size_t n = strlen(event->text);

  snprintf(expected, sizeof(expected),
           "%s/%s%s%s/%s%s%s has not been updated for ", event->host,
           event->plugin, pi[0] != '\0' ? "-" : "", pi, event->type,
           ti[0] != '\0' ? "-" : "", ti);
  return n + 2 >= ALERT_TEXT_SIZE && strncmp(event->text, expected, n) == 0;
}

/* The text ends "has not been updated for N seconds."; the number may be
 * anything, the end may be cut off. */
static bool says_missing(const struct event *event) {
  static const char mark[] = " has not been updated for ";
  const char *p = find_last(event->text, mark);

  if (p == NULL)
    return is_cut_missing(event);
  p += sizeof(mark) - 1;
  if (*p == '\0') /* cut right here by the 256-byte limit */
    return true;
  p += strspn(p, "0123456789.-+einfa");
  return strncmp(p, " seconds.", strlen(p) < 9 ? strlen(p) : 9) == 0;
}

/* collectd writes six decimals: an integer at the end of a text that fills its
 * 255 bytes is the beginning of a longer one. */
static bool is_cut(const char *text, const char *number, const char *end) {
  return *end == '\0' && strlen(text) + 2 >= ALERT_TEXT_SIZE &&
         memchr(number, '.', (size_t)(end - number)) == NULL;
}

static double number_after(const char *text, const char *p) {
  char *end = NULL;
  double number = strtod(p, &end);

  return end != p && !(isfinite(number) && is_cut(text, p, end)) ? number : NAN;
}

/* The word after mark, up to the quote, into out. */
static void take_quoted(const char *p, char *out, size_t size) {
  size_t n = strcspn(p, "\"");

  text_clean(p, n, out, size);
}

struct sentence {
  bool found;
  bool nan; /* "nan" stands where the value does */
  char data_source[64];
  double value;
  double percent;
  double limit;
  bool limit_is_percent;
  bool failure; /* of the failure threshold, else of the warning one */
  enum alert_direction direction;
};

static void read_limit(const char *text, const char *p, struct sentence *s) {
  char *end = NULL;
  double limit = strtod(p, &end);

  if (end == p || is_cut(text, p, end))
    return;
  s->limit = limit;
  s->limit_is_percent = *end == '%';
}

/* `Data source "value" is currently 2001.000000. That is above the failure
 * threshold of 2000.000000.` and its relatives, as 5.12's threshold.c writes
 * them. The last occurrence counts: names before it are a stranger's. */
static void read_bad(const char *text, struct sentence *s) {
  static const char start[] = "Data source \"";
  static const struct {
    const char *words;
    enum alert_direction direction;
    bool failure;
  } ends[] = {
      {"That is above the failure threshold of ", DIRECTION_ABOVE, true},
      {"That is below the failure threshold of ", DIRECTION_BELOW, true},
      {"That is above the warning threshold of ", DIRECTION_ABOVE, false},
      {"That is below the warning threshold of ", DIRECTION_BELOW, false},
      {"That is within the failure region of ", DIRECTION_WITHIN, true},
      {"That is within the warning region of ", DIRECTION_WITHIN, false},
  };
  const char *p = find_last(text, start);
  const char *now;

  if (p == NULL)
    return;
  now = strstr(p, "\" is currently ");
  if (now == NULL)
    return;
  s->found = true;
  take_quoted(p + sizeof(start) - 1, s->data_source, sizeof(s->data_source));
  now += strlen("\" is currently ");
  s->value = number_after(text, now);
  now += strcspn(now, " ");
  if (now[0] == ' ' && now[1] == '(')
    s->percent = number_after(text, now + 2);
  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    const char *end = strstr(now, ends[i].words);
    if (end == NULL)
      continue;
    s->direction = ends[i].direction;
    s->failure = ends[i].failure;
    read_limit(text, end + strlen(ends[i].words), s);
    return;
  }
}

static void read_okay(const char *text, struct sentence *s) {
  static const char start[] = "All data sources are within range again.";
  static const char value[] = " Current value of \"";
  const char *p = find_last(text, start);
  const char *now;

  if (p == NULL)
    return;
  s->found = true;
  p += sizeof(start) - 1;
  if (strncmp(p, value, sizeof(value) - 1) != 0)
    return;
  p += sizeof(value) - 1;
  now = strstr(p, "\" is ");
  if (now == NULL)
    return;
  take_quoted(p, s->data_source, sizeof(s->data_source));
  now += strlen("\" is ");
  s->value = number_after(text, now);
  s->nan = strncmp(now, "nan", 3) == 0 || strncmp(now, "-nan", 4) == 0;
}

/* -- names overrun by the text -------------------------------------------- */

/* Cuts text after mark (NULL: at the end) into out; returns what follows. */
static const char *take_until(const char *text, const char *mark, char *out) {
  const char *end = mark != NULL ? strstr(text, mark) : NULL;
  size_t n = end != NULL ? (size_t)(end - text) : strlen(text);

  text_clean(text, n, out, ALERT_NAME_SIZE);
  return end != NULL ? end + strlen(mark) : text + n;
}

/* "Host H, plugin P (instance I) type T (instance J): ..." The instances may
 * be absent; the text may end anywhere. */
static void names_from_text(struct event *event) {
  const char *p = event->text + strlen("Host ");
  const char *type = strstr(p, " type ");
  const char *instance;

  memset(event->plugin_instance, 0, sizeof(event->plugin_instance));
  memset(event->type, 0, sizeof(event->type));
  memset(event->type_instance, 0, sizeof(event->type_instance));
  p = take_until(p, ", plugin ", event->host);
  instance = strstr(p, " (instance ");
  if (instance != NULL && (type == NULL || instance < type)) {
    p = take_until(p, " (instance ", event->plugin);
    p = take_until(p, ") type ", event->plugin_instance);
  } else {
    p = take_until(p, " type ", event->plugin);
  }
  instance = strstr(p, " (instance ");
  if (instance != NULL) {
    p = take_until(p, " (instance ", event->type);
    take_until(p, "): ", event->type_instance);
  } else {
    take_until(p, ": ", event->type);
  }
}

/* Whether the names stand in the text as collectd writes them, as far as 255
 * bytes go. Only texts that begin like a threshold's are asked. */
static bool names_match_text(const struct event *event) {
  char expected[5 * ALERT_NAME_SIZE + 64];
  size_t used = 0;
  size_t n;

  used += (size_t)snprintf(expected, sizeof(expected), "Host %s, plugin %s",
                           event->host, event->plugin);
  if (event->plugin_instance[0] != '\0')
    used += (size_t)snprintf(expected + used, sizeof(expected) - used,
                             " (instance %s)", event->plugin_instance);
  used += (size_t)snprintf(expected + used, sizeof(expected) - used, " type %s",
                           event->type);
  if (event->type_instance[0] != '\0')
    used += (size_t)snprintf(expected + used, sizeof(expected) - used,
                             " (instance %s)", event->type_instance);
  n = strlen(event->text);
  /* beyond 255 bytes of names the next text ran into them */
  return used < ALERT_TEXT_SIZE - 1 && n >= used &&
         memcmp(event->text, expected, used) == 0;
}

static bool repair_names(struct event *event) {
  if (strlen(event->text) < ALERT_TEXT_SIZE - 2 ||
      strncmp(event->text, "Host ", 5) != 0 ||
      strstr(event->text, ", plugin ") == NULL || names_match_text(event))
    return false;
  names_from_text(event);
  return true;
}

/* -- classification ------------------------------------------------------- */

/* One byte that is no character becomes U+FFFD, not the "?" of names. */
static void clean(char *text, size_t size) {
  static const char replacement[] = "\xef\xbf\xbd";
  char copy[3 * ALERT_TEXT_SIZE];
  size_t n = strnlen(text, size < ALERT_TEXT_SIZE ? size : ALERT_TEXT_SIZE);
  size_t used = 0;

  for (size_t i = 0; i < n;) {
    uint32_t code;
    size_t len = text_decode(text + i, n - i, &code);
    memcpy(copy + used, len > 0 ? text + i : replacement, len > 0 ? len : 3);
    used += len > 0 ? len : 3;
    i += len > 0 ? len : 1;
  }
  memset(text, 0, size);
  text_clean(copy, used, text, size);
}

/* A cut character at the end of a full field is collectd's doing: drop it
 * rather than show a "?". */
static void drop_cut_character(char *text, size_t size) {
  size_t n = strnlen(text, size - 1);
  size_t tail = 0;
  uint32_t code;

  text[n] = '\0';
  if (n + 1 < size)
    return;
  while (tail < 4 && tail < n &&
         ((unsigned char)text[n - tail - 1] & 0xc0) == 0x80)
    tail++;
  if (tail < n && (unsigned char)text[n - tail - 1] >= 0xc0 &&
      text_decode(text + n - tail - 1, tail + 1, &code) == 0)
    memset(text + n - tail - 1, 0, tail + 1);
}

static void clean_all(struct event *event) {
  const struct {
    char *text;
    size_t size;
  } fields[] = {
      {event->host, sizeof(event->host)},
      {event->plugin, sizeof(event->plugin)},
      {event->plugin_instance, sizeof(event->plugin_instance)},
      {event->type, sizeof(event->type)},
      {event->type_instance, sizeof(event->type_instance)},
      {event->text, sizeof(event->text)},
      {event->key, sizeof(event->key)},
      {event->data_source, sizeof(event->data_source)},
  };

  for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
    drop_cut_character(fields[i].text, fields[i].size);
    clean(fields[i].text, fields[i].size);
  }
  for (size_t i = 0; i < ALERT_META_MAX; i++) {
    clean(event->meta[i].key, sizeof(event->meta[i].key));
    clean(event->meta[i].value, sizeof(event->meta[i].value));
  }
}

/* The bound that was crossed, when the text did not say: the one of this
 * severity that the value lies beyond. */
static void limit_from_bounds(struct event *event) {
  bool failure = event->severity == SEVERITY_FAILURE;
  double min = failure ? event->failure_min : event->warning_min;
  double max = failure ? event->failure_max : event->warning_max;

  if (event->value > max) {
    event->limit = max;
    event->direction = DIRECTION_ABOVE;
  } else if (event->value < min) {
    event->limit = min;
    event->direction = DIRECTION_BELOW;
  }
}

static void fill_range(struct event *event, const struct sentence *s) {
  if (!event->has_value)
    event->value = s->value;
  event->nan = event->has_value ? !isfinite(event->value) : s->nan;
  if (event->data_source[0] == '\0')
    memcpy(event->data_source, s->data_source, sizeof(event->data_source));
  if (!isfinite(event->value))
    event->value = NAN;
  event->percent = isfinite(s->percent) ? s->percent : NAN;
  event->limit = isfinite(s->limit) ? s->limit : NAN;
  event->direction = s->direction;
  if (event_bad(event) && s->direction == DIRECTION_NONE)
    limit_from_bounds(event);
  if (!event->has_value && isfinite(event->limit)) {
    /* forwarded without metadata: at least the crossed bound is known */
    double *bound =
        s->direction == DIRECTION_BELOW
            ? (s->failure ? &event->failure_min : &event->warning_min)
            : (s->failure ? &event->failure_max : &event->warning_max);
    *bound = event->limit;
  }
}

static bool is_announcement(const struct event *event) {
  return strcmp(event->type, "cycle") == 0 ||
         strcmp(event->type, "limit") == 0 ||
         strcmp(event->type, "report") == 0;
}

bool event_classify(struct event *event, bool device_scope) {
  struct sentence s = {.value = NAN, .percent = NAN, .limit = NAN};
  bool missing;
  bool repaired;

  clean_all(event);
  repaired = repair_names(event);
  missing = !event->has_value && event_bad(event) && says_missing(event);
  if (event_bad(event))
    read_bad(event->text, &s);
  else
    read_okay(event->text, &s);
  if (missing) {
    event->class = ALERT_MISSING;
  } else if (event->has_value || s.found) {
    event->class = ALERT_RANGE;
    fill_range(event, &s);
  } else {
    event->class = ALERT_EVENT;
    event->oneshot = is_announcement(event);
  }
  event_fingerprint(ALERT_MISSING, event->host, event->plugin,
                    event->plugin_instance, device_scope ? "" : event->type,
                    device_scope ? "" : event->type_instance, "",
                    event->missing_fingerprint);
  if (missing)
    memcpy(event->fingerprint, event->missing_fingerprint,
           sizeof(event->fingerprint));
  else
    event_fingerprint(event->class, event->host, event->plugin,
                      event->plugin_instance, event->type, event->type_instance,
                      event->key, event->fingerprint);
  return repaired;
}
