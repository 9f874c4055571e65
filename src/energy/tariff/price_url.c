/* SPDX-License-Identifier: MIT */
/* Addresses of prices: see price_url.h. */
#include <config.h>

#include "energy/tariff/price_url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The rest after the scheme; NULL when it is neither http nor https. */
static const char *after_scheme(const char *url) {
  static const char *const schemes[] = {"https://", "http://"};

  for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
    if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
      return url + strlen(schemes[i]);
  return NULL;
}

/* Where the host begins: after "user:password@". */
static const char *host_of(const char *rest) {
  size_t authority = strcspn(rest, "/?#");
  const char *at = memrchr(rest, '@', authority);

  return at != NULL ? at + 1 : rest;
}

bool price_url_is_good(const char *url) {
  const char *rest = after_scheme(url);

  if (rest == NULL || strlen(url) > PRICE_URL_MAX)
    return false;
  for (const char *c = url; *c != '\0'; c++)
    if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
      return false;
  return strcspn(host_of(rest), "/?#") > 0;
}

bool price_url_same_server(const char *a, const char *b) {
  const char *one = host_of(after_scheme(a));
  const char *two = host_of(after_scheme(b));
  size_t len = strcspn(one, "/?#");

  return (strncasecmp(a, "https:", strlen("https:")) == 0) ==
             (strncasecmp(b, "https:", strlen("https:")) == 0) &&
         strcspn(two, "/?#") == len && strncasecmp(one, two, len) == 0;
}

void price_url_public(const char *url, char out[PRICE_URL_PUBLIC_SIZE]) {
  const char *rest = after_scheme(url);
  const char *host = rest != NULL ? host_of(rest) : url;
  int scheme = rest != NULL ? (int)(rest - url) : 0;

  snprintf(out, PRICE_URL_PUBLIC_SIZE, "%.*s%.*s", scheme, url,
           (int)strcspn(host, "?#"), host);
}

/* FNV-1a: nobody gains by a collision, it would be his own configuration. */
static uint64_t number_of(const char *text) {
  uint64_t hash = UINT64_C(14695981039346656037);

  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
  return hash;
}

void price_url_key(const char *url, char out[PRICE_URL_KEY_SIZE]) {
  char public[PRICE_URL_PUBLIC_SIZE];

  price_url_public(url, public);
  snprintf(out, PRICE_URL_KEY_SIZE, "%s#%016" PRIx64, public, number_of(url));
}
