/* SPDX-License-Identifier: MIT */
/* What was asked and answered: see poll_debug.h. */
#include <config.h>

#include "poll/poll_debug.h"

#include "base/log.h"

#include <string.h>
#include <strings.h>

/* A line of the log has 900 bytes. */
enum { SHOWN_MAX = 760 };

/* Members whose values are left out, whatever is inside; in any capitals, and
 * also as the end of a longer name ("wifi_ssid"). */
static const char *const hidden[] = {
    "ssid",        "latitude",   "latitude_i", "longitude",   "longitude_i",
    "username",    "user_name",  "password",   "passwd",      "password2",
    "token",       "stok",       "key",        "secret",      "owner",
    "email",       "account",    "bssid",      "location",    "latitude_l",
    "longitude_l", "alias_ssid", "bind_token", "device_token"};

static bool is_hidden(const char *name, size_t len) {
  for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
    size_t size = strlen(hidden[i]);

    if (len >= size && strncasecmp(name + len - size, hidden[i], size) == 0)
      return true;
  }
  return false;
}

/* Behind the string that begins at text[at] (a quote), or len. */
static size_t string_end(const char *text, size_t at, size_t len) {
  for (at++; at < len && text[at] != '"'; at++)
    at += text[at] == '\\';
  return at < len ? at + 1 : len;
}

/* Behind the value that begins at text[at]: brackets are counted, strings are
 * passed over. Text that is cut or no JSON is hidden to its end. */
static size_t value_end(const char *text, size_t at, size_t len) {
  unsigned depth = 0;

  while (at < len) {
    char c = text[at];

    if (c == '"') {
      at = string_end(text, at, len);
      if (depth == 0)
        return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']'))
      return at;
    depth += c == '{' || c == '[';
    depth -= (c == '}' || c == ']') && depth > 0;
    at++;
    if (depth == 0 && (c == '}' || c == ']'))
      return at;
  }
  return at;
}

static size_t skip_blanks(const char *text, size_t at, size_t len) {
  while (at < len && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' ||
                      text[at] == '\r'))
    at++;
  return at;
}

void poll_debug_mask(const char *text, size_t len, char *out, size_t size) {
  static const char instead[] = "\"***\"";
  size_t used = 0;
  size_t at = 0;

  while (at < len && used + sizeof(instead) < size) {
    size_t end = text[at] == '"' ? string_end(text, at, len) : at + 1;
    size_t colon = text[at] == '"' ? skip_blanks(text, end, len) : len;
    bool hide = colon < len && text[colon] == ':' &&
                is_hidden(text + at + 1, end - at - 2);
    size_t take = (hide ? colon + 1 : end) - at;

    if (take > size - used - sizeof(instead))
      break;
    memcpy(out + used, text + at, take);
    used += take;
    at += take;
    if (!hide)
      continue;
    memcpy(out + used, instead, sizeof(instead) - 1);
    used += sizeof(instead) - 1;
    at = value_end(text, skip_blanks(text, at, len), len);
  }
  out[used] = '\0';
}

static bool is_wanted(const struct poll_device *k) {
  return k->options != NULL && k->options->debug;
}

void poll_debug_asked(const struct poll_device *k, const char *text,
                      size_t len) {
  char shown[SHOWN_MAX];

  if (!is_wanted(k))
    return;
  poll_debug_mask(text, len, shown, sizeof(shown));
  log_say(LOG_LEVEL_DEBUG, "%s (%s, %s, %s) asked: %s", k->name,
          poll_device_address(k), k->contact.transport->name,
          k->contact.dialect->name, shown);
}

void poll_debug_answered(const struct poll_device *k, enum outcome outcome,
                         const char *answer, size_t len, const char *why) {
  char shown[SHOWN_MAX];

  if (!is_wanted(k))
    return;
  if (outcome != OUTCOME_OK) {
    log_say(LOG_LEVEL_DEBUG, "%s failed (%s): %s", k->name,
            outcome_name(outcome), why);
    return;
  }
  poll_debug_mask(answer, len, shown, sizeof(shown));
  log_say(LOG_LEVEL_DEBUG, "%s answered %zu bytes: %s", k->name, len, shown);
}
