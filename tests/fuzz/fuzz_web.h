/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of logins share: stubs in the place of http_client.c
 * and worker.c, and a server that answers with the input, line by line. The
 * first letter of a line says how:
 *
 *   a  the rest as it stands, with status 200    b  403    c  500
 *   d  no answer at all
 *   k  as an honest device at this step
 *   m  the same, bytes changed by the rest: place, what to change, ...
 *   s  as an honest device that has to say the rest
 *
 * So each step of a login is reached at once, with whatever comes after it.
 * With FUZZ_STEPS in the environment the targets say at the end how often each
 * step was reached and passed. */
#ifndef TESTS_FUZZ_WEB_H
#define TESTS_FUZZ_WEB_H

#include "base/worker.h"
#include "device/http/http_client.h"
#include "device/transport.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_ANSWER_MAX = 80000, FUZZ_STEPS_MAX = 6 };

/* Of the target: which step of the login the last request was, and what an
 * honest device would say to it; text is what it has to say (len 0: what it
 * likes). Returns the length of out. */
static int fuzz_step(void);
static size_t fuzz_honest(int step, const uint8_t *text, size_t len,
                          uint8_t *out);
static const char *const fuzz_steps[];
/* In the place of job->run(job). */
static void fuzz_run(struct worker_job *job);

static unsigned long fuzz_reached[FUZZ_STEPS_MAX], fuzz_good;

/* -- in the place of http_client.c -- */

struct http_client {
  http_client_done *done;
  void *arg;
  int asked;
  char path[512];
  uint8_t body[4096];
  size_t len;
};

static struct http_client fuzz_client;

struct http_client *http_client_create(struct http_pool *h,
                                       const struct sockaddr_in *address,
                                       enum http_client_tls tls,
                                       http_client_done *done, void *arg) {
  (void)h;
  (void)address;
  (void)tls;
  fuzz_client.done = done;
  fuzz_client.arg = arg;
  fuzz_client.asked = 0;
  return &fuzz_client;
}

void http_client_free(struct http_client *c) { c->asked = 0; }
void http_client_abort(struct http_client *c) { c->asked = 0; }

int http_client_move(struct http_client *c, in_port_t port,
                     enum http_client_tls tls) {
  if (c->asked || port == 0 || tls > HTTP_CLIENT_TLS_GENUINE)
    abort();
  return 0;
}

int http_client_post(struct http_client *c, enum http_client_kind kind,
                     const char *path, const char *cookie, const void *body,
                     size_t len) {
  (void)kind;
  if (c->asked || path[0] != '/' || strlen(path) >= sizeof(c->path) ||
      len > sizeof(c->body))
    abort();
  for (const char *p = path; *p != '\0'; p++)
    if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
      abort();
  for (const char *p = cookie; *p != '\0'; p++)
    if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
      abort();
  strcpy(c->path, path);
  memcpy(c->body, body, len);
  c->len = len;
  c->asked = 1;
  fuzz_reached[fuzz_step()]++;
  return 0;
}

/* -- in the place of worker.c -- */

static struct worker_job *fuzz_job;

int worker_put(struct worker *w, struct worker_job *job) {
  (void)w;
  if (fuzz_job != NULL)
    abort();
  atomic_store(&job->cancelled, false);
  fuzz_job = job;
  return 0;
}

void worker_cancel(struct worker *w, struct worker_job *job) {
  (void)w;
  if (fuzz_job != job)
    abort();
  fuzz_job = NULL;
  job->drop(job);
}

/* -- the server -- */

static int fuzz_over;

static void fuzz_done(void *arg, enum outcome outcome, char *answer, size_t len,
                      const char *why) {
  (void)arg;
  fuzz_over = 1;
  fuzz_good += outcome == OUTCOME_OK;
  if ((outcome == OUTCOME_OK) != (answer != NULL) ||
      (outcome == OUTCOME_OK && (answer[len] != '\0' || answer[0] != '{')) ||
      (outcome != OUTCOME_OK && why[0] == '\0'))
    abort();
  if (strstr(why, "great_password") != NULL)
    abort();
}

static void fuzz_serve(const uint8_t *data, size_t len) {
  static uint8_t honest[FUZZ_ANSWER_MAX];
  struct http_client_answer answer = {
      .status = 200, .cookie = "S1", .lifetime = 60};
  char letter = len > 0 ? (char)data[0] : 'd';
  int step = fuzz_step();
  char *body;

  fuzz_client.asked = 0;
  if (letter == 'd') {
    fuzz_client.done(fuzz_client.arg, OUTCOME_REFUSED, NULL, "no answer");
    return;
  }
  answer.status = letter == 'b' ? 403 : letter == 'c' ? 500 : 200;
  data++;
  len--;
  answer.len = len;
  if (letter == 'k' || letter == 'm' || letter == 's') {
    answer.len = fuzz_honest(step, data, letter == 's' ? len : 0, honest);
    for (size_t i = 0; letter == 'm' && i + 1 < len && answer.len > 0; i += 2)
      honest[data[i] % answer.len] ^= data[i + 1];
  }
  body = malloc(answer.len + 1); /* so that a byte beyond is noticed */
  if (body == NULL)
    return;
  if (answer.len > 0)
    memcpy(body, letter >= 'k' ? honest : data, answer.len);
  body[answer.len] = '\0';
  answer.body = body;
  fuzz_client.done(fuzz_client.arg, OUTCOME_OK, &answer, "");
  free(body);
}

static void fuzz_woken(void *arg) { (void)arg; }

static void fuzz_say_steps(void) {
  for (int i = 0; fuzz_steps[i] != NULL; i++)
    fprintf(stderr, "%s: %lu\n", fuzz_steps[i], fuzz_reached[i]);
  fprintf(stderr, "answered: %lu\n", fuzz_good);
}

/* What the worker does between two answers. */
static void fuzz_work(void) {
  struct worker_job *job = fuzz_job;

  if (job == NULL)
    return;
  fuzz_job = NULL;
  fuzz_run(job);
  job->done(job);
}

static int fuzz_login(const struct transport *t, const struct endpoint *where,
                      const uint8_t *data, size_t size) {
  static struct transport_env env;
  struct link *link;
  const char *why;

  if (size > 65536)
    return 0;
  if (env.loop == NULL) {
    env.loop = loop_create(fuzz_woken, NULL);
    env.http = (struct http_pool *)&fuzz_client; /* only compared with NULL */
    env.worker = (struct worker *)&fuzz_client;
    if (getenv("FUZZ_STEPS") != NULL)
      atexit(fuzz_say_steps);
  }
  link = t->open(&env, where);
  while (size > 0) {
    fuzz_over = 0;
    if (t->send(link, "{\"method\":\"get_device_info\"}", 28, fuzz_done, NULL,
                &why) != OUTCOME_OK)
      break;
    while (!fuzz_over && size > 0) {
      const uint8_t *end = memchr(data, '\n', size);
      size_t len = end != NULL ? (size_t)(end - data) : size;

      if (!fuzz_client.asked)
        abort();
      fuzz_serve(data, len);
      data += end != NULL ? len + 1 : len;
      size -= end != NULL ? len + 1 : len;
      if (!fuzz_over && size > 0) /* else it is given up meanwhile */
        fuzz_work();
    }
    if (!fuzz_over)
      t->abort(link);
    if (t->exchanges(link) == 0 ||
        (t->locked != NULL && t->locked(link) > 30 * 86400))
      abort();
  }
  t->close(link);
  if (fuzz_job != NULL)
    abort();
  return 0;
}

#endif
