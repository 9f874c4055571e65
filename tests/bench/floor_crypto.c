/* SPDX-License-Identifier: MIT */
/* The least that polling N devices of newer firmware can cost: each has its
 * session and its connection; a cycle seals one request for each, sends it,
 * receives the answers and opens them. The same bytes as the plugin moves and
 * the same cryptography with keys that are set up already, nothing understood.
 *
 *   floor_crypto klap|tpap COUNT CYCLES FIRST-ADDRESS USER PASSWORD
 *
 * Addresses follow one another as kasasim gives them: 254 to a /24. Logging in
 * is not measured and borrows the plugin's own code.
 *
 * Prints CPU microseconds per poll, the wall time of one cycle in ms and the
 * bytes of one request and of one answer. */
#include <config.h>

#include "device/transport/klap_crypto.h"
#include "device/transport/tpap_credential.h"
#include "device/transport/tpap_crypto.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char ask[] =
    "{\"method\":\"multipleRequest\",\"params\":{\"requests\":["
    "{\"method\":\"get_device_info\"},{\"method\":\"get_energy_usage\"},"
    "{\"method\":\"get_emeter_data\"}]},\"request_time_milis\":1700000000000,"
    "\"terminal_uuid\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}";

enum { TEXT = sizeof(ask) - 1, MESSAGE = 16384 };

struct device {
  struct sockaddr_in address;
  int fd;
  char session[128]; /* KLAP: the cookie's value; TPAP: stok */
  struct klap_keys klap;
  struct tpap_keys tpap;
  uint32_t seq;
  EVP_CIPHER_CTX *seal, *open;
};

static struct {
  bool tpap;
  int epoll;
  EVP_MD_CTX *hash;
  const EVP_MD *sha256;
  size_t sent, received; /* of the last poll */
} floor_;

static double seconds(clockid_t clock) {
  struct timespec t;

  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool good, const char *what) {
  if (good)
    return;
  perror(what);
  exit(1);
}

/* -- one message, waited for: logging in -- */

/* Sends body to path; returns the answer's body, which is in a static buffer,
 * and the cookie. */
static char *post(struct device *d, const char *path, const void *body,
                  size_t len, size_t *answer_len) {
  static char message[MESSAGE];
  char *end = NULL;
  char *cookie;
  size_t have = 0, want = 0;
  int head = snprintf(message, sizeof(message),
                      "POST %s HTTP/1.1\r\nHost: x\r\nCookie: "
                      "TP_SESSIONID=%s\r\nContent-Length: %zu\r\n\r\n",
                      path, d->session, len);

  memcpy(message + head, body, len);
  must(send(d->fd, message, (size_t)head + len, 0) == head + (ssize_t)len,
       "send");
  while (end == NULL || have < want) {
    ssize_t n = recv(d->fd, message + have, sizeof(message) - 1 - have, 0);

    must(n > 0, "recv");
    have += (size_t)n;
    message[have] = '\0';
    if (end == NULL && (end = strstr(message, "\r\n\r\n")) != NULL)
      want = (size_t)(end + 4 - message) +
             strtoul(strstr(message, "Content-Length:") + 15, NULL, 10);
  }
  must(strncmp(message, "HTTP/1.1 200", 12) == 0, message);
  cookie = strstr(message, "TP_SESSIONID=");
  if (cookie != NULL && cookie < end)
    sscanf(cookie, "TP_SESSIONID=%127[^;\r]", d->session);
  *answer_len = want - (size_t)(end + 4 - message);
  return end + 4;
}

static void login_klap(struct device *d, const char *user, const char *pass) {
  uint8_t local[KLAP_SEED], hello[KLAP_HELLO], proof[SHA256_SIZE];
  struct klap_auth auth;
  enum klap_account account;
  size_t len;

  must(crypto_random(local, sizeof(local)) == 0, "random");
  memcpy(hello, post(d, "/app/handshake1", local, sizeof(local), &len),
         sizeof(hello));
  must(len == KLAP_HELLO &&
           klap_recognise(user, pass, false, local, hello, &auth, &account) ==
               0 &&
           klap_derive(&auth, local, hello, &d->klap) == 0 &&
           klap_client_hash(&auth, local, hello, proof) == 0,
       "handshake");
  post(d, "/app/handshake2", proof, sizeof(proof), &len);
}

static cJSON *login_step(struct device *d, const char *params) {
  char body[2048];
  size_t len;
  char *answer;
  cJSON *result;

  snprintf(body, sizeof(body), "{\"method\":\"login\",\"params\":{%s}}",
           params);
  answer = post(d, "/", body, strlen(body), &len);
  result = cJSON_GetObjectItem(cJSON_ParseWithLength(answer, len), "result");
  must(result != NULL, answer);
  return result;
}

static size_t bytes_of(const cJSON *result, const char *key, uint8_t *out,
                       size_t size) {
  const char *text = cJSON_GetObjectItem(result, key)->valuestring;
  int len = crypto_unbase64(text, strlen(text), out, size);

  must(len >= 0, key);
  return (size_t)len;
}

/* A user name that is always "admin", the password as kasasim wants it
 * (password_shadow, passwd_id 2). */
static void login_tpap(struct device *d, const char *pass) {
  struct tpap_recipe recipe = {.crypt = TPAP_SHADOW, .passwd_id = 2};
  struct tpap_input in = {0};
  struct tpap_proof proof;
  char text[BASE64_SIZE(P256_POINT)], confirm[BASE64_SIZE(SHA256_SIZE)];
  char credential[TPAP_CREDENTIAL_MAX];
  char params[1024];
  uint8_t salt[TPAP_SALT_MAX];
  size_t salt_len;
  cJSON *result;

  must(crypto_random(in.user_random, TPAP_RANDOM) == 0, "random");
  crypto_base64(in.user_random, TPAP_RANDOM, text);
  snprintf(params, sizeof(params),
           "\"sub_method\":\"pake_register\",\"username\":"
           "\"21232f297a57a5a743894a0e4a801fc3\",\"user_random\":\"%s\","
           "\"cipher_suites\":[1],\"encryption\":[\"aes_128_ccm\"],"
           "\"passcode_type\":\"userpw\",\"stok\":null",
           text);
  result = login_step(d, params);
  in.dev_random_len =
      bytes_of(result, "dev_random", in.dev_random, sizeof(in.dev_random));
  in.dev_share_len =
      bytes_of(result, "dev_share", in.dev_share, sizeof(in.dev_share));
  salt_len = bytes_of(result, "dev_salt", salt, sizeof(salt));
  must(tpap_credential(&recipe, "", pass, (uint8_t[6]){0}, credential) == 0 &&
           tpap_secrets(
               credential, salt, salt_len,
               (long)cJSON_GetObjectItem(result, "iterations")->valuedouble,
               NULL, in.w0, in.w1) == 0 &&
           spake2p_random(in.x) == 0 && tpap_prove(&in, &proof) == 0,
       "share");
  crypto_base64(proof.user_share, P256_POINT, text);
  crypto_base64(proof.user_confirm, SHA256_SIZE, confirm);
  snprintf(params, sizeof(params),
           "\"sub_method\":\"pake_share\",\"user_share\":\"%s\","
           "\"user_confirm\":\"%s\"",
           text, confirm);
  result = login_step(d, params);
  snprintf(d->session, sizeof(d->session), "%s",
           cJSON_GetObjectItem(result, "stok")->valuestring);
  d->seq = (uint32_t)cJSON_GetObjectItem(result, "start_seq")->valuedouble;
  must(tpap_derive(proof.shared, AEAD_AES_128_CCM, &d->tpap) == 0, "keys");
}

/* -- KLAP's cryptography -- */

static void put_be32(uint8_t *out, uint32_t v) {
  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void sign(const struct device *d, const uint8_t *seq,
                 const uint8_t *text, size_t len, uint8_t *out) {
  EVP_DigestInit_ex(floor_.hash, floor_.sha256, NULL);
  EVP_DigestUpdate(floor_.hash, d->klap.sig, sizeof(d->klap.sig));
  EVP_DigestUpdate(floor_.hash, seq, 4);
  EVP_DigestUpdate(floor_.hash, text, len);
  EVP_DigestFinal_ex(floor_.hash, out, NULL);
}

static size_t seal_klap(struct device *d, uint8_t *out) {
  uint8_t iv[AES_BLOCK];
  int made, rest;

  d->klap.seq++;
  memcpy(iv, d->klap.iv, sizeof(d->klap.iv));
  put_be32(iv + 12, (uint32_t)d->klap.seq);
  EVP_EncryptInit_ex(d->seal, NULL, NULL, NULL, iv);
  EVP_EncryptUpdate(d->seal, out + KLAP_SIGNATURE, &made, (const uint8_t *)ask,
                    TEXT);
  EVP_EncryptFinal_ex(d->seal, out + KLAP_SIGNATURE + made, &rest);
  sign(d, iv + 12, out + KLAP_SIGNATURE, (size_t)(made + rest), out);
  return KLAP_SIGNATURE + (size_t)(made + rest);
}

static bool open_klap(struct device *d, uint8_t *bytes, size_t len) {
  uint8_t iv[AES_BLOCK], expected[SHA256_SIZE];
  int made, rest;

  memcpy(iv, d->klap.iv, sizeof(d->klap.iv));
  put_be32(iv + 12, (uint32_t)d->klap.seq);
  sign(d, iv + 12, bytes + KLAP_SIGNATURE, len - KLAP_SIGNATURE, expected);
  EVP_DecryptInit_ex(d->open, NULL, NULL, NULL, iv);
  return memcmp(expected, bytes, SHA256_SIZE) == 0 &&
         EVP_DecryptUpdate(d->open, bytes + KLAP_SIGNATURE, &made,
                           bytes + KLAP_SIGNATURE,
                           (int)len - KLAP_SIGNATURE) == 1 &&
         EVP_DecryptFinal_ex(d->open, bytes + KLAP_SIGNATURE + made, &rest) ==
             1;
}

static void keys_klap(struct device *d) {
  EVP_EncryptInit_ex(d->seal, EVP_aes_128_cbc(), NULL, d->klap.key, NULL);
  EVP_DecryptInit_ex(d->open, EVP_aes_128_cbc(), NULL, d->klap.key, NULL);
}

/* -- TPAP's cryptography -- */

static void nonce_of(const struct device *d, const uint8_t *seq,
                     uint8_t nonce[AEAD_NONCE]) {
  memcpy(nonce, d->tpap.nonce, AEAD_NONCE - 4);
  memcpy(nonce + AEAD_NONCE - 4, seq, 4);
}

static size_t seal_tpap(struct device *d, uint8_t *out) {
  uint8_t nonce[AEAD_NONCE];
  int made;

  put_be32(out, d->seq++);
  nonce_of(d, out, nonce);
  EVP_EncryptInit_ex(d->seal, NULL, NULL, NULL, nonce);
  EVP_EncryptUpdate(d->seal, NULL, &made, NULL, TEXT);
  EVP_EncryptUpdate(d->seal, out + 4, &made, (const uint8_t *)ask, TEXT);
  EVP_CIPHER_CTX_ctrl(d->seal, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, out + 4 + TEXT);
  return 4 + TEXT + AEAD_TAG;
}

static bool open_tpap(struct device *d, uint8_t *bytes, size_t len) {
  uint8_t nonce[AEAD_NONCE];
  int made;
  int text = (int)len - 4 - AEAD_TAG;

  nonce_of(d, bytes, nonce);
  EVP_CIPHER_CTX_ctrl(d->open, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG,
                      bytes + len - AEAD_TAG);
  EVP_DecryptInit_ex(d->open, NULL, NULL, NULL, nonce);
  EVP_DecryptUpdate(d->open, NULL, &made, NULL, text);
  return EVP_DecryptUpdate(d->open, bytes + 4, &made, bytes + 4, text) == 1;
}

static void keys_tpap(struct device *d) {
  EVP_CIPHER_CTX *both[] = {d->seal, d->open};

  for (int i = 0; i < 2; i++) {
    EVP_CipherInit_ex(both[i], EVP_aes_128_ccm(), NULL, NULL, NULL, i == 0);
    EVP_CIPHER_CTX_ctrl(both[i], EVP_CTRL_AEAD_SET_IVLEN, AEAD_NONCE, NULL);
    EVP_CIPHER_CTX_ctrl(both[i], EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, NULL);
    EVP_CipherInit_ex(both[i], NULL, NULL, d->tpap.key, NULL, i == 0);
  }
}

/* -- polling -- */

static void begin(struct device *d, const char *host) {
  static const char *const klap =
      "POST /app/request?seq=%d HTTP/1.1\r\nHost: %s\r\nCookie: "
      "TP_SESSIONID=%s\r\nContent-Type: application/octet-stream\r\nAccept: "
      "*/*\r\nContent-Length: %zu\r\n\r\n";
  static const char *const tpap =
      "POST /stok=%s/ds HTTP/1.1\r\nHost: %s\r\nContent-Type: "
      "application/octet-stream\r\nAccept: */*\r\nContent-Length: %zu\r\n\r\n";
  char message[2048];
  uint8_t body[TEXT + 128];
  size_t len = floor_.tpap ? seal_tpap(d, body) : seal_klap(d, body);
  int head = floor_.tpap ? snprintf(message, sizeof(message), tpap, d->session,
                                    host, len)
                         : snprintf(message, sizeof(message), klap, d->klap.seq,
                                    host, d->session, len);

  memcpy(message + head, body, len);
  len += (size_t)head;
  must(send(d->fd, message, len, 0) == (ssize_t)len, "send");
  floor_.sent = len;
}

static void finish(struct device *d) {
  static char answer[65536];
  ssize_t n = recv(d->fd, answer, sizeof(answer), 0);
  char *body;
  size_t len;

  must(n > 0, "recv");
  body = memmem(answer, (size_t)n, "\r\n\r\n", 4);
  must(body != NULL, "answer");
  body += 4;
  len = (size_t)(answer + n - body);
  must(floor_.tpap ? open_tpap(d, (uint8_t *)body, len)
                   : open_klap(d, (uint8_t *)body, len),
       "open");
  floor_.received = (size_t)n;
}

static void cycle(struct device *devices, char (*hosts)[INET_ADDRSTRLEN],
                  int count) {
  struct epoll_event events[256];

  for (int i = 0; i < count; i++)
    begin(&devices[i], hosts[i]);
  for (int open = count; open > 0;) {
    int n = epoll_wait(floor_.epoll, events, 256, 5000);

    must(n > 0, "epoll_wait");
    for (int i = 0; i < n; i++, open--)
      finish(events[i].data.ptr);
  }
}

static void enter(struct device *d, char **argv) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = d};

  d->fd = socket(AF_INET, SOCK_STREAM, 0);
  must(d->fd >= 0, "socket");
  must(connect(d->fd, (struct sockaddr *)&d->address, sizeof(d->address)) == 0,
       "connect");
  d->seal = EVP_CIPHER_CTX_new();
  d->open = EVP_CIPHER_CTX_new();
  if (floor_.tpap) {
    login_tpap(d, argv[6]);
    keys_tpap(d);
  } else {
    login_klap(d, argv[5], argv[6]);
    keys_klap(d);
  }
  must(epoll_ctl(floor_.epoll, EPOLL_CTL_ADD, d->fd, &event) == 0, "epoll_ctl");
}

int main(int argc, char **argv) {
  struct rlimit limit;
  struct device *devices;
  char(*hosts)[INET_ADDRSTRLEN];
  struct in_addr first;
  double cpu, wall;
  int count, cycles;

  if (argc != 7 || inet_pton(AF_INET, argv[4], &first) != 1)
    return 2;
  floor_.tpap = strcmp(argv[1], "tpap") == 0;
  count = atoi(argv[2]);
  cycles = atoi(argv[3]);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  floor_.epoll = epoll_create1(0);
  floor_.hash = EVP_MD_CTX_new();
  floor_.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  devices = calloc((size_t)count, sizeof(*devices));
  hosts = calloc((size_t)count, sizeof(*hosts));
  must(devices != NULL && hosts != NULL && floor_.epoll >= 0, "start");
  for (int i = 0; i < count; i++) {
    devices[i].address.sin_family = AF_INET;
    devices[i].address.sin_port = htons(80);
    devices[i].address.sin_addr.s_addr =
        htonl(ntohl(first.s_addr) + (uint32_t)(i / 254 * 256 + i % 254));
    inet_ntop(AF_INET, &devices[i].address.sin_addr, hosts[i],
              sizeof(hosts[i]));
    enter(&devices[i], argv);
  }
  cycle(devices, hosts, count);
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  wall = seconds(CLOCK_MONOTONIC);
  for (int i = 0; i < cycles; i++) {
    cycle(devices, hosts, count);
    usleep(1000000); /* caches cool down as they do in the engine's pauses */
  }
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  wall = seconds(CLOCK_MONOTONIC) - wall;
  printf("%.3f %.3f %zu %zu\n", cpu * 1e6 / count / cycles,
         wall * 1e3 / cycles - 1000, floor_.sent, floor_.received);
  return 0;
}
