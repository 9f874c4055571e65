/* SPDX-License-Identifier: MIT */
/* One request for prices: see price_request.h. */
#include <config.h>

#include "energy/fetch/price_request.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BODY_MAX = 4 * 1024 * 1024, REDIRECTS_MAX = 3 };
static const long CONNECT_S = 20;
static const long WHOLE_S = 60;

struct receiving {
  struct price_answer *answer;
  const atomic_bool *stop;
  bool too_large, out_of_memory;
};

static void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

void price_request_init(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, global_init);
}

static size_t on_body(char *bytes, size_t size, size_t num, void *arg) {
  struct receiving *r = arg;
  struct price_answer *a = r->answer;
  size_t len = size * num;
  char *grown;

  if (len > BODY_MAX - a->len) {
    r->too_large = true;
    return 0;
  }
  grown = realloc(a->body, a->len + len + 1);
  if (grown == NULL) {
    r->out_of_memory = true;
    return 0;
  }
  a->body = grown;
  memcpy(grown + a->len, bytes, len);
  a->len += len;
  grown[a->len] = '\0';
  return len;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
                       curl_off_t d) {
  const struct receiving *r = arg;

  (void)a;
  (void)b;
  (void)c;
  (void)d;
  return atomic_load(r->stop) ? 1 : 0;
}

static void set_protocols(CURL *easy, bool secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                   secure ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
                   secure ? "https" : "http,https");
#else
  long mask = secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;

  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, mask);
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, mask);
#endif
}

static void set_options(CURL *easy, const char *url, const char *agent,
                        struct receiving *r) {
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, WHOLE_S);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)BODY_MAX);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, r);
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  set_protocols(easy, strncasecmp(url, "https:", strlen("https:")) == 0);
}

/* libcurl's own words for the code hold no address. */
static bool judge(CURL *easy, CURLcode code, const struct receiving *r) {
  struct price_answer *a = r->answer;
  long status = 0;
  curl_off_t retry_after = 0;

  if (r->too_large || code == CURLE_FILESIZE_EXCEEDED) {
    snprintf(a->why, sizeof(a->why), "the answer is longer than %d MB",
             BODY_MAX / (1024 * 1024));
    return false;
  }
  if (r->out_of_memory) {
    snprintf(a->why, sizeof(a->why), "out of memory");
    return false;
  }
  if (code != CURLE_OK) {
    snprintf(a->why, sizeof(a->why), "%s", curl_easy_strerror(code));
    return false;
  }
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  a->retry_after = (double)retry_after;
  if (status != 200)
    snprintf(a->why, sizeof(a->why), "the server answers with status %ld",
             status);
  return status == 200;
}

bool price_request(const char *url, const char *agent, const atomic_bool *stop,
                   struct price_answer *answer) {
  struct receiving r = {.answer = answer, .stop = stop};
  CURL *easy = curl_easy_init();
  bool good = false;

  *answer = (struct price_answer){0};
  if (easy == NULL) {
    snprintf(answer->why, sizeof(answer->why), "out of memory");
    return false;
  }
  set_options(easy, url, agent, &r);
  good = judge(easy, curl_easy_perform(easy), &r);
  curl_easy_cleanup(easy);
  if (good && answer->body == NULL) {
    snprintf(answer->why, sizeof(answer->why), "the answer is empty");
    good = false;
  }
  if (!good) {
    free(answer->body);
    answer->body = NULL;
    answer->len = 0;
  }
  return good;
}
