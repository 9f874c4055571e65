/* SPDX-License-Identifier: MIT */
/* Answers of a recorded device to what it was asked, where nothing is damaged:
 * most polls want nothing else, and to make one takes longer than to read
 * it. */
#ifndef TESTS_UNIT_SUPPORT_SOUND_ANSWERS_H
#define TESTS_UNIT_SUPPORT_SOUND_ANSWERS_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SOUND_ANSWERS_MAX = 400, SOUND_PATH_SIZE = 200 };

struct sound_answer {
  char *request;
  char *text;                 /* NULL: the caller has yet to make it */
  char path[SOUND_PATH_SIZE]; /* the caller's */
};
static struct sound_answer sound_answers[SOUND_ANSWERS_MAX];
static int sound_answers_num;

/* A request without the moment at which it was made. */
static void sound_leave_time_out(char *request) {
  static const char name[] = "\"request_time_milis\":";
  char *at = strstr(request, name);

  if (at == NULL)
    return;
  at += strlen(name);
  memmove(at, at + strspn(at, "0123456789"),
          strlen(at + strspn(at, "0123456789")) + 1);
}

/* NULL: too much was asked to remember all of it. */
static struct sound_answer *sound_answer_find(const char *request) {
  char *timeless = strdup(request);
  struct sound_answer *answer;

  sound_leave_time_out(timeless);
  for (int i = 0; i < sound_answers_num; i++)
    if (strcmp(sound_answers[i].request, timeless) == 0) {
      free(timeless);
      return &sound_answers[i];
    }
  if (sound_answers_num == SOUND_ANSWERS_MAX) {
    free(timeless);
    return NULL;
  }
  answer = &sound_answers[sound_answers_num++];
  *answer = (struct sound_answer){.request = timeless};
  return answer;
}

static void sound_answers_free(void) {
  for (int i = 0; i < sound_answers_num; i++) {
    free(sound_answers[i].request);
    free(sound_answers[i].text);
  }
  sound_answers_num = 0;
}

#endif
