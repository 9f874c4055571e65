/* SPDX-License-Identifier: MIT */
/* Heads, cookies and errors of devices' answers: see http_answer.h. */
#include <config.h>

#include "device/http/http_answer.h"
#include "device/transport.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

size_t http_answer_take_body(char *bytes, size_t size, size_t n, void *arg) {
  struct http_client *c = arg;

  if (c->body.data == NULL) { /* nearly always the last one's will do */
    c->body = c->http->spare;
    buf_init(&c->http->spare, ANSWER_MAX);
  }
  return buf_add(&c->body, bytes, size * n) < 0 ? 0 : size * n;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* The value of name in "a=1; b = 2"; *len 0 when it is not there. Names as
 * attributes of cookies: in letters of either size. */
static const char *find_value(const char *text, size_t text_len,
                              const char *name, size_t *len) {
  size_t name_len = strlen(name);
  const char *end = text + text_len;

  *len = 0;
  for (const char *stop; text < end; text = stop + 1) {
    const char *value;

    stop = memchr(text, ';', (size_t)(end - text));
    if (stop == NULL)
      stop = end;
    while (text < stop && is_blank(*text))
      text++;
    if ((size_t)(stop - text) <= name_len ||
        strncasecmp(text, name, name_len) != 0)
      continue;
    value = text + name_len;
    while (value < stop && is_blank(*value))
      value++;
    if (value == stop || *value != '=')
      continue;
    do
      value++;
    while (value < stop && is_blank(*value));
    for (*len = (size_t)(stop - value); *len > 0 && is_blank(value[*len - 1]);)
      --*len;
    return value;
  }
  return end;
}

/* It goes out again as part of a header. */
static void take_session(struct http_client_answer *a, const char *value,
                         size_t len) {
  if (len >= sizeof(a->cookie))
    return;
  memcpy(a->cookie, value, len);
  a->cookie[len] = '\0';
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)value[i] <= ' ' || (unsigned char)value[i] >= 0x7f)
      a->cookie[0] = '\0';
}

/* How long the session lasts stands beside its cookie: another cookie's TIMEOUT
 * is none of it. goes_on: the line belongs to the one before. */
static void take_cookie(struct http_client_answer *a, const char *text,
                        size_t len, bool goes_on) {
  size_t n;
  const char *value = find_value(text, len, "TP_SESSIONID", &n);

  if (n == 0)
    value = find_value(text, len, "SESSIONID", &n);
  if (n > 0) {
    a->lifetime = 0;
    take_session(a, value, n);
  } else if (a->cookie[0] != '\0' && !goes_on) {
    return;
  }
  value = find_value(text, len, "TIMEOUT", &n);
  if (n > 0)
    a->lifetime = 0; /* the last line counts */
  for (size_t i = 0; i < n && i < 8 && value[i] >= '0' && value[i] <= '9'; i++)
    a->lifetime = a->lifetime * 10 + (value[i] - '0');
}

static bool header_is(const char *line, size_t len, const char *name,
                      size_t name_len) {
  return len >= name_len && strncasecmp(line, name, name_len) == 0;
}

static bool says_close(const char *line, size_t len) {
  for (size_t at = 0; at + 5 <= len; at++)
    if (strncasecmp(line + at, "close", 5) == 0)
      return true;
  return false;
}

/* libcurl itself keeps as many lines as come. */
enum { HEAD_MAX = 16 * 1024 };

size_t http_answer_take_header(char *line, size_t size, size_t n, void *arg) {
  static const char cookie[] = "Set-Cookie:";
  static const char connection[] = "Connection:";
  struct http_client *c = arg;
  size_t len = size * n;

  c->head_len += len;
  if (c->head_len > HEAD_MAX)
    return 0;
  while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
    len--;
  if (len > 0 && is_blank(line[0])) { /* folded, as HTTP once allowed */
    if (c->in_cookie)
      take_cookie(&c->answer, line, len, true);
    return size * n;
  }
  c->in_cookie = header_is(line, len, cookie, sizeof(cookie) - 1);
  if (c->in_cookie) {
    take_cookie(&c->answer, line + sizeof(cookie) - 1,
                len - (sizeof(cookie) - 1), false);
  } else if (header_is(line, len, connection, sizeof(connection) - 1)) {
    c->closes = says_close(line, len);
  }
  return size * n;
}

enum outcome http_answer_judge(CURLcode code, long status, long os_error,
                               const char **why) {
  switch (code) {
  case CURLE_COULDNT_CONNECT:
    if (os_error == ECONNREFUSED) {
      *why = "connection refused";
      return OUTCOME_REFUSED;
    }
    *why = os_error == ETIMEDOUT ? "connection timed out"
                                 : "no route to the address";
    return os_error == ETIMEDOUT ? OUTCOME_TIMEOUT : OUTCOME_UNREACHABLE;
  case CURLE_OPERATION_TIMEDOUT:
    *why = "no answer in time";
    return OUTCOME_TIMEOUT;
  case CURLE_PEER_FAILED_VERIFICATION:
    *why = "its TLS certificate was not issued by TP-Link";
    return OUTCOME_REFUSED;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CIPHER:
    *why = "the device does not speak TLS as expected";
    return OUTCOME_REFUSED;
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
    if (status != 0) {
      *why = "the answer broke off";
      return OUTCOME_MALFORMED;
    }
    *why = "connection closed without an answer";
    return OUTCOME_REFUSED;
  case CURLE_FILESIZE_EXCEEDED:
  case CURLE_WRITE_ERROR:
    *why = "the answer is larger than any device's";
    return OUTCOME_MALFORMED;
  case CURLE_OUT_OF_MEMORY:
    *why = "out of memory";
    return OUTCOME_UNREACHABLE;
  case CURLE_PARTIAL_FILE:
    *why = "the answer ended too early";
    return OUTCOME_MALFORMED;
  default:
    *why = "the answer is no HTTP";
    return OUTCOME_MALFORMED;
  }
}
