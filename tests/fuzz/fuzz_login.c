/* Handshakes and answers of anybody through a transport: the first byte of
 * the input says which one, the rest, cut at line feeds, are the answers of a
 * server. Each begins with a letter for the status: 'a' is 200, 'b' 403, 'c'
 * 500, 'd' no answer at all; of KLAP 'k' is a good hello and 's' seals the
 * rest as the device would. The real web.c is replaced by the stub below, so
 * each step is reached at once. */
#include <config.h>

#include "device/klap_crypto.h"
#include "device/transport.h"
#include "device/web.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* -- in the place of web.c
 * ------------------------------------------------------ */

struct web_client {
  web_done *done;
  void *arg;
  int asked;
  int seq;
  uint8_t local[KLAP_SEED];
  struct klap_keys keys;
};

static struct web_client client;

struct web_client *web_client_create(struct web *h,
                                     const struct sockaddr_in *address,
                                     bool tls, web_done *done, void *arg) {
  (void)h;
  (void)address;
  (void)tls;
  client = (struct web_client){.done = done, .arg = arg};
  return &client;
}

void web_client_free(struct web_client *c) { (void)c; }
void web_abort(struct web_client *c) { c->asked = 0; }
void web_move(struct web_client *c, in_port_t port, bool tls) {
  (void)c;
  (void)port;
  (void)tls;
}

int web_post(struct web_client *c, enum web_kind kind, const char *path,
             const char *cookie, const void *body, size_t len) {
  (void)kind;
  if (strcmp(path, "/app/handshake1") == 0 && len == KLAP_SEED)
    memcpy(c->local, body, KLAP_SEED);
  if (strstr(path, "?seq=") != NULL)
    c->seq = atoi(strstr(path, "?seq=") + 5);
  if (c->asked || path[0] != '/' || strchr(path, '\n') != NULL ||
      strchr(path, ' ') != NULL || strchr(cookie, '\n') != NULL)
    abort();
  c->asked = 1;
  return 0;
}

/* -- the server
 * ------------------------------------------------------------------ */

static int over;

static void done(void *arg, enum outcome outcome, char *answer, size_t len,
                 const char *why) {
  (void)arg;
  over = 1;
  if ((outcome == OUTCOME_OK) != (answer != NULL) ||
      (outcome == OUTCOME_OK && answer[len] != '\0') ||
      (outcome != OUTCOME_OK && why[0] == '\0'))
    abort();
  if (strstr(why, "great_password") != NULL)
    abort();
}

static size_t good_hello(uint8_t out[KLAP_HELLO]) {
  struct klap_auth auth;

  memset(out, 7, KLAP_SEED);
  if (klap_auth_of(KLAP_V2, "user@example.com", "great_password", &auth) < 0 ||
      klap_server_hash(&auth, client.local, out, out + KLAP_SEED) < 0 ||
      klap_derive(&auth, client.local, out, &client.keys) < 0)
    abort();
  return KLAP_HELLO;
}

static size_t sealed(const uint8_t *data, size_t len, uint8_t *out) {
  client.keys.seq = client.seq - 1;
  return (size_t)klap_seal(&client.keys, data, len, out);
}

static void serve(const uint8_t *data, size_t len) {
  struct web_answer answer = {.status = 200, .cookie = "S1", .lifetime = 60};
  char letter = len > 0 ? (char)data[0] : 'd';

  client.asked = 0;
  if (letter == 'd') {
    client.done(client.arg, OUTCOME_REFUSED, NULL, "no answer");
    return;
  }
  answer.status = letter == 'b' ? 403 : letter == 'c' ? 500 : 200;
  answer.len = len - 1;
  answer.body = malloc(KLAP_SEALED(len) + KLAP_HELLO);
  if (answer.body == NULL)
    return;
  if (letter == 'k')
    answer.len = good_hello((uint8_t *)answer.body);
  else if (letter == 's')
    answer.len = sealed(data + 1, len - 1, (uint8_t *)answer.body);
  else
    memcpy(answer.body, data + 1, len - 1);
  answer.body[answer.len] = '\0';
  {
    char *body = answer.body;

    client.done(client.arg, OUTCOME_OK, &answer, "");
    free(body);
  }
}

static void woken(void *arg) { (void)arg; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct transport *const transports[] = {
      &transport_klap, &transport_aes, &transport_tpap};
  static const struct account account = {"user@example.com", "great_password"};
  static struct transport_env env;
  struct endpoint where = {.account = &account, .service = {.login = 2}};
  const struct transport *t;
  struct link *link;
  const char *why;

  if (size < 2 || size > 65536)
    return 0;
  if (env.loop == NULL) {
    env.loop = loop_create(woken, NULL);
    env.http = (struct web *)&client; /* only compared with NULL */
  }
  t = transports[data[0] % 3];
  data++;
  size--;
  link = t->open(&env, &where);
  while (size > 0) {
    over = 0;
    if (t->send(link, "{\"method\":\"get_device_info\"}", 28, done, NULL,
                &why) != OUTCOME_OK)
      break;
    while (!over && size > 0) {
      const uint8_t *end = memchr(data, '\n', size);
      size_t len = end != NULL ? (size_t)(end - data) : size;

      if (!client.asked)
        abort();
      serve(data, len);
      data += end != NULL ? len + 1 : len;
      size -= end != NULL ? len + 1 : len;
    }
    if (!over)
      t->abort(link);
  }
  t->close(link);
  return 0;
}
