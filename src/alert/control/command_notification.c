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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
  *why = "expected ack, unack, resolve, retry, drop, enable or test";
  if (i == sizeof(orders) / sizeof(orders[0]))
    return NULL;
  request = cJSON_CreateObject();
  cJSON_AddStringToObject(request, "command", name);
  cJSON_AddStringToObject(request, "by", "a notification");
  if (orders[i].about == NAME) { /* names may have blanks */
    cJSON_AddStringToObject(request, "channel", text + strspn(text, " \t"));
    return request;
  }
  about = next_word(&text);
  cJSON_AddNumberToObject(request, "id", strtod(about, NULL));
  about = next_word(&text);
  if (about[0] == '\0')
    return request;
  *why = "expected a duration such as 4h and nothing behind it";
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
