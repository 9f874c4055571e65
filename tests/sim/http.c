/* SPDX-License-Identifier: MIT */
/* Heads, bodies and cookies of HTTP/1.1. */
#include "http.h"

#include "device.h"
#include "house.h"
#include "http_form.h"
#include "transport.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_HEAD 8192

static const char page[] = "<html><body><center>%d</center></body></html>\r\n";

uint16_t http_port(const struct device *d) {
  return d->http_port != 0 ? (uint16_t)d->http_port
         : d->https        ? HTTPS_PORT
                           : d->house->options.http_port;
}

static enum tls_suites suites(const struct device *d) {
  return d->transport == &transport_tpap ? TLS_SUITES_ECDHE : TLS_SUITES_RSA;
}

/* Is the line of that name? The value is what follows, without blanks. */
static bool header(struct slice line, const char *name, bool strict,
                   struct slice *value) {
  size_t n = strlen(name);
  if (line.len <= n || line.p[n] != ':' ||
      (strict ? memcmp(line.p, name, n) : strncasecmp(line.p, name, n)) != 0)
    return false;
  *value = (struct slice){line.p + n + 1, line.len - n - 1};
  while (value->len > 0 && (*value->p == ' ' || *value->p == '\t')) {
    value->p++;
    value->len--;
  }
  return true;
}

static bool next_line(struct slice *head, struct slice *line) {
  const char *end = memmem(head->p, head->len, "\r\n", 2);
  if (end == NULL || end == head->p)
    return false;
  *line = (struct slice){head->p, (size_t)(end - head->p)};
  head->len -= line->len + 2;
  head->p = end + 2;
  return true;
}

static bool length_of(struct slice value, size_t *length) {
  *length = 0;
  for (size_t i = 0; i < value.len; i++) {
    if (value.p[i] < '0' || value.p[i] > '9' || *length > MAX_MESSAGE)
      return false;
    *length = *length * 10 + (size_t)(value.p[i] - '0');
  }
  return value.len > 0 && *length <= MAX_MESSAGE - MAX_HEAD;
}

static ssize_t measure(struct device *d, const char *p, size_t len) {
  const char *end = memmem(p, len < MAX_HEAD ? len : MAX_HEAD, "\r\n\r\n", 4);
  struct slice head, line, value;
  size_t body = 0;
  if (end == NULL)
    return len < MAX_HEAD ? 0 : -1;
  head = (struct slice){p, (size_t)(end - p) + 2};
  while (next_line(&head, &line))
    if (header(line, "Content-Length", d->quirks.strict_headers, &value) &&
        !length_of(value, &body))
      return -1;
  body += (size_t)(end - p) + 4;
  return len < body ? 0 : (ssize_t)body;
}

static void read_session(struct slice cookies, struct slice *session) {
  static const char name[] = "TP_SESSIONID=";
  const char *at = memmem(cookies.p, cookies.len, name, sizeof(name) - 1);
  if (at == NULL)
    return;
  session->p = at + sizeof(name) - 1;
  size_t left = (size_t)(cookies.p + cookies.len - session->p);
  const char *end = memchr(session->p, ';', left);
  session->len = end != NULL ? (size_t)(end - session->p) : left;
}

static bool read_request(const struct device *d, const char *p, size_t len,
                         struct http_request *r) {
  struct slice head = {p, len}, line, value;
  bool strict = d->quirks.strict_headers;
  *r = (struct http_request){0};
  if (!next_line(&head, &line))
    return false;
  const char *blank = memchr(line.p, ' ', line.len);
  if (blank == NULL)
    return false;
  r->method = (struct slice){line.p, (size_t)(blank - line.p)};
  r->path.p = blank + 1;
  size_t left = line.len - r->method.len - 1;
  const char *end = memchr(r->path.p, ' ', left);
  if (end == NULL)
    return false;
  r->path.len = (size_t)(end - r->path.p);
  const char *mark = memchr(r->path.p, '?', r->path.len);
  if (mark != NULL) {
    r->query = (struct slice){mark + 1, (size_t)(end - mark - 1)};
    r->path.len = (size_t)(mark - r->path.p);
  }
  while (next_line(&head, &line)) {
    if (header(line, "Cookie", strict, &value)) {
      read_session(value, &r->session);
      /* Newer firmware refuses a cookie that ends in a semicolon. */
      if (value.len > 0 && value.p[value.len - 1] == ';')
        r->session.len = 0;
    } else if (header(line, "Transfer-Encoding", false, &value)) {
      r->chunked = true;
    } else if (header(line, "Connection", false, &value)) {
      r->close = value.len == 5 && strncasecmp(value.p, "close", 5) == 0;
    }
  }
  r->body = (struct slice){head.p + 2, head.len - 2};
  return true;
}

enum outcome http_refuse(struct http_reply *reply, int status) {
  reply->status = status;
  reply->type = "text/html";
  text_clear(reply->body);
  text_printf(reply->body, page, status);
  return ANSWER_SEND;
}

enum outcome http_error(struct http_reply *reply, int code) {
  reply->type = "application/json;charset=UTF-8";
  text_clear(reply->body);
  text_printf(reply->body, "{\"error_code\":%d}", code);
  return ANSWER_SEND;
}

enum outcome http_ask(struct device *d, struct slice plain, struct text *answer,
                      struct http_reply *reply) {
  text_clear(answer);
  enum outcome outcome =
      d->dialect->answer(d, plain.p, plain.len, false, answer);
  if (outcome == ANSWER_SEND)
    spoil_plain(d, answer, reply->how);
  return outcome;
}

void http_cookie(struct device *d, const char *id, struct http_reply *reply) {
  const struct fault *f = fault_use(d->faults, FAULT_COOKIE);
  const char *name = f != NULL ? f->word : "TP_SESSIONID";
  if (*name == '\0')
    return;
  snprintf(reply->cookie, sizeof(reply->cookie), "%s=%s;TIMEOUT=%lld", name, id,
           (long long)d->session_timeout);
}

static const char *reason(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 503:
    return "Service Unavailable";
  default:
    return "Internal Server Error";
  }
}

/* Faults that are HTTP's own. True when they made the reply. */
static bool spoil_reply(struct device *d, const struct http_request *request,
                        struct http_reply *reply, struct text *wire) {
  const struct fault *f = fault_peek(d->faults, FAULT_HTTP_STATUS);
  if (f != NULL &&
      (f->word[0] == '\0' || memmem(request->path.p, request->path.len, f->word,
                                    strlen(f->word)) != NULL)) {
    http_refuse(reply, (int)f->number);
    reply->cookie[0] = '\0';
    reply->how->intact = false;
    fault_use(d->faults, FAULT_HTTP_STATUS);
  }
  if ((f = fault_use(d->faults, FAULT_HTML)) == NULL)
    return false;
  reply->how->intact = false;
  http_refuse(reply, 200);
  reply->cookie[0] = '\0';
  if (f->number != 0)
    return false;
  text_addz(wire,
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n");
  text_add(wire, reply->body->p, reply->body->len);
  reply->how->close = true;
  return true;
}

static void put_reply(struct device *d, const struct http_reply *reply,
                      struct text *wire) {
  const struct fault *f = fault_use(d->faults, FAULT_WRONG_LENGTH);
  size_t length = reply->body->len;
  bool small = d->quirks.lower_headers;
  const struct fault *form =
      reply->status == 200 ? fault_use(d->faults, FAULT_HTTP_FORM) : NULL;
  if (form != NULL && http_form_write(form->word, reply, wire))
    return;
  if (f != NULL) {
    length = (size_t)(f->number >= 0 && f->number < 1e15 ? f->number : 0);
    reply->how->intact = false;
  }
  text_addz(wire, "HTTP/1.1 ");
  text_int(wire, reply->status);
  text_char(wire, ' ');
  text_addz(wire, reason(reply->status));
  text_addz(wire, small ? "\r\nserver: SHIP 2.0\r\ncontent-type: "
                        : "\r\nServer: SHIP 2.0\r\nContent-Type: ");
  text_addz(wire, reply->type);
  text_addz(wire, small ? "\r\ncontent-length: " : "\r\nContent-Length: ");
  text_int(wire, (int64_t)length);
  if (reply->cookie[0] != '\0') {
    text_addz(wire, small ? "\r\nset-cookie: " : "\r\nSet-Cookie: ");
    text_addz(wire, reply->cookie);
  }
  if (reply->status == 503)
    text_addz(wire, "\r\nRetry-After: 120");
  if (!d->keep_open || reply->how->close)
    text_addz(wire, small ? "\r\nconnection: close" : "\r\nConnection: close");
  text_addz(wire, "\r\n\r\n");
  size_t start = wire->len;
  text_add(wire, reply->body->p,
           length < reply->body->len && f == NULL ? length : reply->body->len);
  spoil_body(d, wire, start, reply->how);
}

static enum outcome answer(struct device *d, char *p, size_t len,
                           struct text *wire, struct delivery *how) {
  static struct text body;
  struct http_request request;
  struct http_reply reply = {.status = 200,
                             .type = "application/octet-stream",
                             .body = &body,
                             .how = how};
  text_clear(&body);
  if (!read_request(d, p, len, &request)) {
    d->stats.bad_requests++;
    return ANSWER_CLOSE;
  }
  how->close = request.close;
  enum outcome outcome = ANSWER_SEND;
  if (request.chunked) {
    d->stats.bad_requests++;
    how->close = true;
    http_refuse(&reply, 500);
  } else if (d->transport->app == NULL) {
    http_refuse(&reply, 404);
  } else {
    outcome = d->transport->app->serve(d, &request, &reply);
  }
  if (outcome != ANSWER_SEND)
    return outcome;
  if (reply.status != 200)
    d->stats.refusals++;
  if (spoil_nothing_said(d, how))
    return ANSWER_SEND;
  if (!spoil_reply(d, &request, &reply, wire))
    put_reply(d, &reply, wire);
  spoil_sending(d, wire, how);
  return ANSWER_SEND;
}

static const struct speech speech = {http_port, measure, answer, suites};

const char *http_open(struct device *d) { return stream_open(d, &speech); }
