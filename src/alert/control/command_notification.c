/* SPDX-License-Identifier: MIT */
/* Orders that come as a notification: `PUTNOTIF plugin=notify_kasa
 * type=command message="ack 417 4h"`, where the control socket cannot be
 * reached. They become a request of the control socket; the answer can only
 * be logged. */
#include <config.h>

#include "alert/control/command_request.h"

#include "base/log.h"
#include "base/text.h"
#include "config/option.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BY "a notification"

enum what { NOTHING, NUMBER, NAME };

static const struct {
  const char *name;
  enum what about;
  bool duration;
} orders[] = {
    {"ack", NUMBER, true},      {"unack", NUMBER, false},
    {"resolve", NUMBER, false}, {"retry", NUMBER, false},
    {"drop", NUMBER, false},    {"enable", NAME, false},
    {"test", NAME, false},
};

bool command_is_order(const struct event *event) {
  return strcmp(event->plugin, "notify_kasa") == 0 &&
         strcmp(event->type, "command") == 0;
}

/* Cuts the first word off; "" when there is none. */
static char *next_word(char **rest) {
  char *word = *rest + strspn(*rest, " \t");
  size_t n = strcspn(word, " \t");

  *rest = word + n + (word[n] != '\0');
  word[n] = '\0';
  return word;
}

/* Likewise, where a name with blanks stands in single quotes, alone or behind
 * its =: 'Desk strip', device='Desk strip'. */
static char *next_name(char **rest) {
  char *word = *rest + strspn(*rest, " \t");
  char *to = word;
  bool quoted = false;
  char *from = word;

  for (; *from != '\0' && (quoted || (*from != ' ' && *from != '\t')); from++)
    if (*from == '\'')
      quoted = !quoted;
    else
      *to++ = *from;
  *rest = from + (*from != '\0');
  *to = '\0';
  return word;
}

/* The number of an alert, message or silence; "417," and "4h" are none. */
static bool add_id(cJSON *request, const char *word) {
  enum { DIGITS_MAX = 15 };
  size_t n = strspn(word, "0123456789");

  if (n == 0 || n > DIGITS_MAX || word[n] != '\0')
    return false;
  cJSON_AddNumberToObject(request, "id", strtod(word, NULL));
  return true;
}

/* "class=missing", or a device by its name alone. */
static void add_matcher(cJSON *match, char *word) {
  char *equals = strchr(word, '=');
  const char *name = equals != NULL ? word : "device";
  cJSON *list;

  if (equals != NULL)
    *equals = '\0';
  list = cJSON_GetObjectItem(match, name);
  if (list == NULL)
    list = cJSON_AddArrayToObject(match, name);
  cJSON_AddItemToArray(list,
                       cJSON_CreateString(equals != NULL ? equals + 1 : word));
}

/* A bare number is rather the end of a name: "silence Lamp 3 2h". */
static bool is_time(const char *word, double *seconds) {
  return word[strspn(word, "0123456789")] != '\0' &&
         option_parse_seconds(word, seconds) == 0;
}

/* "silence end 3"; "silence Freezer 2h comment": the matchers end with the
 * time, and what follows is for people. */
static cJSON *request_to_silence(char *text, const char **why) {
  cJSON *request = cJSON_CreateObject();
  char *rest = text;
  char *word = next_name(&rest);
  cJSON *match;
  double seconds;

  cJSON_AddStringToObject(request, "by", BY);
  if (strcmp(word, "end") == 0) {
    cJSON_AddStringToObject(request, "command", "silence_end");
    if (add_id(request, next_word(&rest)) && next_word(&rest)[0] == '\0')
      return request;
    *why = "expected the number of a silence alone, as in silence end 3";
    cJSON_Delete(request);
    return NULL;
  }
  cJSON_AddStringToObject(request, "command", "silence_add");
  match = cJSON_AddObjectToObject(request, "match");
  for (; word[0] != '\0'; word = next_name(&rest)) {
    bool resolved = strcmp(word, "resolved") == 0;

    if (!resolved && !is_time(word, &seconds)) {
      add_matcher(match, word);
      continue;
    }
    if (resolved)
      cJSON_AddTrueToObject(request, "until_resolved");
    else
      cJSON_AddNumberToObject(request, "for", seconds);
    cJSON_AddStringToObject(request, "comment", rest + strspn(rest, " \t"));
    return request;
  }
  *why = "expected what it is about and for how long, as in silence Freezer "
         "2h, or silence end 3";
  cJSON_Delete(request);
  return NULL;
}

/* The request for the words in text, which is cut up; NULL after *why. */
static cJSON *request_of(char *text, const char **why) {
  char *name = next_word(&text);
  char *about;
  cJSON *request;
  double seconds;
  size_t i = 0;

  while (i < sizeof(orders) / sizeof(orders[0]) &&
         strcmp(orders[i].name, name) != 0)
    i++;
  if (strcmp(name, "silence") == 0)
    return request_to_silence(text, why);
  *why = "expected ack, unack, resolve, silence, retry, drop, enable or test";
  if (i == sizeof(orders) / sizeof(orders[0]))
    return NULL;
  request = cJSON_CreateObject();
  cJSON_AddStringToObject(request, "command", name);
  cJSON_AddStringToObject(request, "by", BY);
  if (orders[i].about == NAME) { /* names may have blanks */
    cJSON_AddStringToObject(request, "channel", text + strspn(text, " \t"));
    return request;
  }
  *why = "expected the number of an alert or message, as in ack 417";
  if (!add_id(request, next_word(&text))) {
    cJSON_Delete(request);
    return NULL;
  }
  about = next_word(&text);
  if (about[0] == '\0')
    return request;
  *why = orders[i].duration
             ? "expected a duration such as 4h and nothing behind it"
             : "expected nothing behind the number";
  if (orders[i].duration && next_word(&text)[0] == '\0' &&
      option_parse_seconds(about, &seconds) == 0 && seconds > 0) {
    cJSON_AddNumberToObject(request, "for", seconds);
    return request;
  }
  cJSON_Delete(request);
  return NULL;
}

void command_order(struct alert_core *core, const char *version,
                   const struct event *event) {
  struct command_wait wait;
  char shown[ALERT_TEXT_SIZE];
  char words[ALERT_TEXT_SIZE];
  const char *why = "out of memory";
  cJSON *request = NULL;
  cJSON *answer = NULL;
  const cJSON *error;
  char *line = NULL;

  text_clean(event->text, strnlen(event->text, sizeof(event->text)), shown,
             sizeof(shown));
  memcpy(words, shown, sizeof(words));
  if (event->forwarded)
    why = "it came over the network";
  else
    request = request_of(words, &why);
  if (request != NULL)
    line = cJSON_PrintUnformatted(request);
  if (line != NULL)
    answer = command_answer(core, version, line, strlen(line), &wait);
  error = cJSON_GetObjectItemCaseSensitive(answer, "error");
  if (cJSON_IsString(error))
    why = error->valuestring;
  if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
    log_say(LOG_LEVEL_NOTICE, "order \"%s\": done", shown);
  else
    log_say(LOG_LEVEL_WARNING, "order \"%s\" refused: %s", shown, why);
  cJSON_Delete(answer);
  cJSON_Delete(request);
  free(line);
}
