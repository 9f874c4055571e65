/* SPDX-License-Identifier: MIT */
/* Host names: see resolver.h. */
#include <config.h>

#include "base/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS = 64, NAME_SIZE = 256 };

enum question_state { Q_FREE, Q_WAITING, Q_ASKED, Q_ANSWERED };

struct resolver {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct loop *loop; /* NULL: the owner is gone, the last one out frees */
  bool thread;       /* one is running */
  struct question {
    enum question_state state;
    char name[NAME_SIZE];
    bool found;
    struct in_addr address;
  } questions[QUESTIONS];
};

static void destroy(struct resolver *r) {
  pthread_mutex_destroy(&r->lock);
  pthread_cond_destroy(&r->changed);
  free(r);
}

static struct question *find(struct resolver *r, enum question_state state) {
  for (int i = 0; i < QUESTIONS; i++)
    if (r->questions[i].state == state)
      return &r->questions[i];
  return NULL;
}

static bool look_up(const char *name, struct in_addr *address) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  struct sockaddr_in first;

  if (getaddrinfo(name, NULL, &hints, &list) != 0)
    return false;
  memcpy(&first, list->ai_addr, sizeof(first));
  *address = first.sin_addr;
  freeaddrinfo(list);
  return true;
}

static void *work(void *arg) {
  struct resolver *r = arg;
  struct question *q;

  pthread_mutex_lock(&r->lock);
  while (r->loop != NULL) {
    char name[NAME_SIZE];
    struct in_addr address = {0};
    bool found;

    q = find(r, Q_WAITING);
    if (q == NULL) {
      pthread_cond_wait(&r->changed, &r->lock);
      continue;
    }
    q->state = Q_ASKED;
    memcpy(name, q->name, sizeof(name));
    pthread_mutex_unlock(&r->lock);
    found = look_up(name, &address);
    pthread_mutex_lock(&r->lock);
    q->found = found;
    q->address = address;
    q->state = Q_ANSWERED;
    if (r->loop != NULL)
      loop_wake(r->loop);
  }
  pthread_mutex_unlock(&r->lock);
  destroy(r);
  return NULL;
}

struct resolver *resolver_create(struct loop *loop) {
  struct resolver *r = calloc(1, sizeof(*r));

  if (r == NULL)
    return NULL;
  pthread_mutex_init(&r->lock, NULL);
  pthread_cond_init(&r->changed, NULL);
  r->loop = loop;
  return r;
}

void resolver_free(struct resolver *r) {
  bool thread;

  if (r == NULL)
    return;
  pthread_mutex_lock(&r->lock);
  r->loop = NULL;
  thread = r->thread;
  pthread_cond_signal(&r->changed);
  pthread_mutex_unlock(&r->lock);
  if (!thread)
    destroy(r);
}

static bool start_thread(struct resolver *r) {
  pthread_attr_t attributes;
  pthread_t thread;
  bool started;

  if (pthread_attr_init(&attributes) != 0)
    return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  started = pthread_create(&thread, &attributes, work, r) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

void resolver_ask(struct resolver *r, const char *name) {
  struct question *q;

  if (strlen(name) >= NAME_SIZE)
    return;
  pthread_mutex_lock(&r->lock);
  for (int i = 0; i < QUESTIONS; i++)
    if (r->questions[i].state != Q_FREE &&
        strcmp(r->questions[i].name, name) == 0)
      goto out; /* under way */
  q = find(r, Q_FREE);
  if (q == NULL)
    goto out;
  strcpy(q->name, name);
  q->state = Q_WAITING;
out:
  if (!r->thread) /* there may have been no room for one before */
    r->thread = start_thread(r);
  pthread_cond_signal(&r->changed);
  pthread_mutex_unlock(&r->lock);
}

bool resolver_take(struct resolver *r, char name[256], bool *found,
                   struct in_addr *address) {
  struct question *q;

  pthread_mutex_lock(&r->lock);
  q = find(r, Q_ANSWERED);
  if (q != NULL) {
    memcpy(name, q->name, NAME_SIZE);
    *found = q->found;
    *address = q->address;
    q->state = Q_FREE;
  }
  pthread_mutex_unlock(&r->lock);
  return q != NULL;
}
