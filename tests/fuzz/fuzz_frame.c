/* SPDX-License-Identifier: MIT */
/* The receiving side of the XOR transport: what a device sends, in segments.
 * Each begins with a byte that gives its length in units of 64, 0 for the end
 * of the connection. */
#include <config.h>

#include "device/transport/xor_tcp.c" /* its static side is what is tested */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_answer(void *arg, enum outcome outcome, char *answer,
                         size_t len, const char *why) {
  if ((outcome == OUTCOME_OK) != (answer != NULL) ||
      (answer != NULL && (len == 0 || len > ANSWER_MAX || answer[len] != 0)) ||
      (outcome != OUTCOME_OK && why[0] == '\0'))
    abort();
  *(int *)arg += 1;
}

static void segments(struct link *link, int device, const uint8_t *data,
                     size_t size, const int *answers) {
  while (size > 0 && link->watch.fd >= 0 && *answers == 0) {
    size_t len = data[0] * 64U;

    data++;
    size--;
    if (len > size)
      len = size;
    if (len == 0 || send(device, data, len, MSG_DONTWAIT) != (ssize_t)len)
      shutdown(device, SHUT_WR);
    data += len;
    size -= len;
    link->watch.ready(&link->watch, LOOP_READ);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct transport_env env = {.kept_max = 1};
  struct sockaddr_in nowhere = {.sin_family = AF_INET};
  struct link *link;
  int ends[2];
  int answers = 0;

  if (env.loop == NULL) {
    env.loop = loop_create(NULL, NULL);
    env.scratch = malloc(TRANSPORT_SCRATCH);
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
    abort();
  link = transport_xor.open(&env, &(struct endpoint){.address = nowhere});
  link->watch.fd = ends[0];
  link->done = count_answer;
  link->arg = &answers;
  if (loop_watch(env.loop, &link->watch, LOOP_READ) < 0)
    abort();
  segments(link, ends[1], data, size, &answers);
  if (answers > 1)
    abort();
  transport_xor.close(link);
  close(ends[1]);
  if (env.kept != 0)
    abort();
  return 0;
}
