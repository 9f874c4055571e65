/* SPDX-License-Identifier: MIT */
/* What HTTP and SMTP transfers share: see curl_transfer.h. */
#include <config.h>

#include "alert/channel/curl_transfer.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  CONNECT_TIMEOUT_MS = 10000,
  LOOK_UP_EVERY_MS = 250,
  LATE_MAX = 3, /* the timeout is doubled once less */
};

void curl_transfer_defaults(struct curl_transfer_options *o, double timeout) {
  o->verify_peer = true;
  o->timeout = timeout;
}

int curl_transfer_check(const struct curl_transfer_options *o,
                        const char *where, struct option_reporter *reporter) {
  const struct {
    const char *option;
    const char *path;
  } files[] = {{"CAFile", o->ca_file},
               {"ClientCert", o->client_cert},
               {"ClientKey", o->client_key}};
  int err = 0;

  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    if (files[i].path != NULL && access(files[i].path, R_OK) < 0) {
      option_error(reporter, "%s: %s \"%s\": %s", where, files[i].option,
                   files[i].path, strerror(errno));
      err = -EINVAL;
    }
  if (o->client_key != NULL && o->client_cert == NULL) {
    option_error(reporter, "%s: ClientKey needs ClientCert beside it", where);
    err = -EINVAL;
  }
  if (!o->verify_peer)
    log_say(LOG_LEVEL_WARNING,
            "%s: VerifyPeer false: anyone on the way can read and change what "
            "is sent, secrets included",
            where);
  return err;
}

void curl_transfer_options_free(struct curl_transfer_options *o) {
  free(o->ca_file);
  free(o->client_cert);
  free(o->client_key);
  free(o->proxy);
  memset(o, 0, sizeof(*o));
}

static bool is_loopback_address(const char *text) {
  struct in6_addr six;
  struct in_addr four;

  if (inet_aton(text, &four) != 0) /* libcurl takes "127.1", too */
    return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
  if (inet_pton(AF_INET6, text, &six) != 1)
    return false;
  return IN6_IS_ADDR_LOOPBACK(&six) ||
         (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET);
}

bool curl_transfer_is_loopback(const char *host) {
  char name[INET6_ADDRSTRLEN];
  size_t len = strlen(host);

  if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
    host++;
    len -= 2;
  } else if (len > 0 && host[len - 1] == '.') {
    len--;
  }
  if (len >= sizeof(name))
    return false;
  memcpy(name, host, len);
  name[len] = '\0';
  return strcasecmp(name, "localhost") == 0 || is_loopback_address(name);
}

/* -- the handle ------------------------------------------------------------ */

/* libcurl before 7.84 cannot do this from two threads at once. */
static void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static int handle_open(struct curl_transfer *t) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, global_init);
  if (t->multi == NULL)
    t->multi = curl_multi_init();
  if (t->easy == NULL)
    t->easy = curl_easy_init();
  return t->multi != NULL && t->easy != NULL ? 0 : -ENOMEM;
}

/* A farewell (SMTP's QUIT) makes libcurl wait for minutes where the peer hangs.
 * Knowing its sockets we end that. */
static curl_socket_t on_open(void *arg, curlsocktype purpose,
                             struct curl_sockaddr *address) {
  struct curl_transfer *t = arg;
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);

  (void)purpose;
  if (fd >= 0 && t->sockets_num < CURL_TRANSFER_SOCKETS_MAX)
    t->sockets[t->sockets_num++] = fd;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close(void *arg, curl_socket_t fd) {
  struct curl_transfer *t = arg;

  for (size_t i = 0; i < t->sockets_num; i++)
    if (t->sockets[i] == fd)
      t->sockets[i] = t->sockets[--t->sockets_num];
  return close(fd);
}

static void cut_sockets(struct curl_transfer *t, int how) {
  for (size_t i = 0; i < t->sockets_num; i++)
    shutdown(t->sockets[i], how);
}

/* Writing to a connection that is gone raises SIGPIPE, and with NOSIGNAL
 * libcurl leaves it to us. Only this thread is touched. */
struct quiet {
  sigset_t before;
  bool pending; /* already, so it is not ours to swallow */
};

static void quiet_begin(struct quiet *q) {
  sigset_t pipe, pending;

  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  q->pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe, &q->before);
}

static void quiet_end(const struct quiet *q) {
  const struct timespec now = {0, 0};
  sigset_t pipe;

  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  if (!q->pending)
    while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
      continue;
  pthread_sigmask(SIG_SETMASK, &q->before, NULL);
}

void curl_transfer_close(struct curl_transfer *t) {
  struct quiet quiet;

  quiet_begin(&quiet);
  cut_sockets(t, SHUT_RD); /* the QUIT still goes out */
  curl_easy_cleanup(t->easy);
  if (t->multi != NULL)
    curl_multi_cleanup(t->multi);
  t->easy = NULL;
  t->multi = NULL;
  quiet_end(&quiet);
}

static void set_protocols(CURL *easy, const char *protocols) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
#else
  static const struct {
    const char *name;
    long bit;
  } bits[] = {{"http", CURLPROTO_HTTP},
              {"https", CURLPROTO_HTTPS},
              {"smtp", CURLPROTO_SMTP},
              {"smtps", CURLPROTO_SMTPS}};
  long mask = 0;
  for (const char *p = protocols; *p != '\0';) {
    size_t n = strcspn(p, ",");
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
      if (strlen(bits[i].name) == n && strncmp(bits[i].name, p, n) == 0)
        mask |= bits[i].bit;
    p += n + (p[n] == ',');
  }
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, mask);
#endif
}

void curl_transfer_was_late(struct curl_transfer *t) {
  if (t->late < LATE_MAX)
    t->late++;
}

static double timeout_now(const struct curl_transfer *t) {
  double timeout = t->timeout;

  for (unsigned i = 1; i < t->late; i++)
    timeout *= 2;
  return timeout;
}

/* It has become quick again. */
static void forget_late(struct curl_transfer *t) {
  double total = 0;

  if (t->late > 0 &&
      curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME, &total) == CURLE_OK &&
      total < t->timeout)
    t->late = 0;
}

int curl_transfer_prepare(struct curl_transfer *t,
                          const struct curl_transfer_options *o,
                          const char *url, const char *protocols) {
  CURL *easy;
  int err = handle_open(t);

  if (err < 0)
    return err;
  easy = t->easy;
  t->timeout = o->timeout;
  curl_easy_reset(easy);
  t->error[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, t);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(timeout_now(t) * 1000));
  /* for the answer to a mail libcurl's own default would be 120 s */
  curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   (long)timeout_now(t) + 1);
  set_protocols(easy, protocols);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  /* "" also switches off http_proxy and its kin in the environment */
  curl_easy_setopt(easy, CURLOPT_PROXY, o->proxy != NULL ? o->proxy : "");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->verify_peer ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->verify_peer ? 2L : 0L);
  if (o->ca_file != NULL)
    curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
  if (o->client_cert != NULL) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, o->client_cert);
    curl_easy_setopt(easy, CURLOPT_SSLKEY,
                     o->client_key != NULL ? o->client_key : o->client_cert);
  }
#if LIBCURL_VERSION_NUM >= 0x075700
  /* a name server that does not answer must not hold up the shutdown */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK)
    return -ENOMEM;
  return 0;
}

enum curl_transfer_failure curl_transfer_judge(CURLcode code, long verify,
                                               const char *error) {
  /* Of OpenSSL; other libraries are known by their words. */
  enum { NOT_YET_VALID = 9, HAS_EXPIRED = 10 };
  static const char *const clock_words[] = {"not yet valid", "has expired",
                                            "not activated", "expiration date",
                                            "certificate expired"};
  switch (code) {
  case CURLE_OK:
    return CURL_TRANSFER_OK;
  case CURLE_ABORTED_BY_CALLBACK:
    return CURL_TRANSFER_ABORTED;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PROXY:
  case CURLE_OUT_OF_MEMORY:
  case CURLE_FAILED_INIT:
    return CURL_TRANSFER_UNREACHABLE;
  case CURLE_PEER_FAILED_VERIFICATION:
    if (verify == NOT_YET_VALID || verify == HAS_EXPIRED)
      return CURL_TRANSFER_CLOCK;
    for (size_t i = 0; i < sizeof(clock_words) / sizeof(clock_words[0]); i++)
      if (strstr(error, clock_words[i]) != NULL)
        return CURL_TRANSFER_CLOCK;
    return CURL_TRANSFER_UNTRUSTED;
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
    return CURL_TRANSFER_UNTRUSTED;
  case CURLE_OPERATION_TIMEDOUT:
    return CURL_TRANSFER_TIMEOUT;
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_NOT_BUILT_IN:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_BAD_FUNCTION_ARGUMENT:
    return CURL_TRANSFER_LOCAL;
  case CURLE_WEIRD_SERVER_REPLY:
    return CURL_TRANSFER_MALFORMED;
  case CURLE_RECV_ERROR: /* TLS 1.3 says so only after the handshake */
    return strstr(error, "certificate required") != NULL
               ? CURL_TRANSFER_UNTRUSTED
               : CURL_TRANSFER_BROKEN;
  default:
    return CURL_TRANSFER_BROKEN;
  }
}

enum curl_transfer_failure curl_transfer_run(struct curl_transfer *t,
                                             const atomic_bool *abort,
                                             CURLcode *code) {
  enum curl_transfer_failure failure = CURL_TRANSFER_LOCAL;
  bool finished = false;
  int running = 0;
  long verify = 0;
  struct quiet quiet;

  *code = CURLE_FAILED_INIT;
  if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
    return failure;
  quiet_begin(&quiet);
  while (!finished) {
    CURLMsg *msg;
    int left = 0;

    if (abort != NULL && atomic_load(abort)) {
      *code = CURLE_ABORTED_BY_CALLBACK;
      break;
    }
    if (curl_multi_perform(t->multi, &running) != CURLM_OK)
      break;
    while ((msg = curl_multi_info_read(t->multi, &left)) != NULL)
      if (msg->msg == CURLMSG_DONE) {
        *code = msg->data.result;
        finished = true;
      }
    if (!finished &&
        curl_multi_poll(t->multi, NULL, 0, LOOK_UP_EVERY_MS, NULL) != CURLM_OK)
      break;
  }
  curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
  failure = curl_transfer_judge(*code, verify, t->error);
  if (failure == CURL_TRANSFER_OK)
    forget_late(t);
  /* An answer that is waited for no longer may still come: libcurl would keep
   * such a connection and take it for that to the next command. */
  if (!finished || failure == CURL_TRANSFER_TIMEOUT)
    cut_sockets(t, SHUT_RDWR);
  curl_multi_remove_handle(t->multi, t->easy);
  quiet_end(&quiet);
  return failure;
}
