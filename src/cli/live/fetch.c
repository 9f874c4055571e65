/* SPDX-License-Identifier: MIT */
/* Fetching by libcurl: see fetch.h. */
#include <config.h>

#include "cli/live/fetch.h"

#include "cli/term/screen.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 3000, WHOLE_MS = 10000 };

struct fetch {
  CURL *curl;
  struct buf *page; /* during fetch_page() */
  bool too_long;
  char error[CURL_ERROR_SIZE];
};

static size_t take(char *bytes, size_t size, size_t count, void *arg) {
  struct fetch *f = arg;

  if (buf_add(f->page, bytes, size * count) == 0)
    return size * count;
  f->too_long = true;
  return 0;
}

static int progress(void *arg, curl_off_t total, curl_off_t now,
                    curl_off_t up_total, curl_off_t up_now) {
  (void)arg;
  (void)total;
  (void)now;
  (void)up_total;
  (void)up_now;
  return screen_quitting();
}

static bool set_up(struct fetch *f, const char *url) {
  CURL *c = f->curl;

#define SET(option, value) curl_easy_setopt(c, option, value) == CURLE_OK
  return SET(CURLOPT_URL, url) &&
#if LIBCURL_VERSION_NUM >= 0x075500
         SET(CURLOPT_PROTOCOLS_STR, "http,https") &&
#else
         SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) &&
#endif
         SET(CURLOPT_WRITEFUNCTION, take) && SET(CURLOPT_WRITEDATA, f) &&
         SET(CURLOPT_XFERINFOFUNCTION, progress) &&
         SET(CURLOPT_NOPROGRESS, 0L) && SET(CURLOPT_NOSIGNAL, 1L) &&
         SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) &&
         SET(CURLOPT_TIMEOUT_MS, (long)WHOLE_MS) &&
         SET(CURLOPT_ERRORBUFFER, f->error) &&
         SET(CURLOPT_USERAGENT, "kasactl/" PACKAGE_VERSION);
#undef SET
}

struct fetch *fetch_create(const char *url) {
  struct fetch *f = calloc(1, sizeof(*f));

  if (f == NULL)
    return NULL;
  f->curl = curl_easy_init();
  if (f->curl == NULL || !set_up(f, url)) {
    fetch_free(f);
    return NULL;
  }
  return f;
}

void fetch_free(struct fetch *f) {
  if (f == NULL)
    return;
  curl_easy_cleanup(f->curl);
  free(f);
}

int fetch_page(struct fetch *f, struct buf *page, char why[FETCH_WHY_SIZE]) {
  CURLcode code;
  long status = 0;

  buf_clear(page);
  f->page = page;
  f->too_long = false;
  f->error[0] = '\0';
  code = curl_easy_perform(f->curl);
  curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
  why[0] = '\0';
  if (f->too_long)
    snprintf(why, FETCH_WHY_SIZE, "the page is longer than %zu MiB",
             page->max >> 20);
  else if (code != CURLE_OK)
    snprintf(why, FETCH_WHY_SIZE, "%s",
             f->error[0] != '\0' ? f->error : curl_easy_strerror(code));
  else if (status != 200)
    snprintf(why, FETCH_WHY_SIZE, "the server answers with status %ld", status);
  return why[0] == '\0' ? 0 : -1;
}
