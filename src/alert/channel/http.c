/* SPDX-License-Identifier: MIT */
/* HTTP by libcurl, its rules and its outcomes: see http.h. */
#include <config.h>

#include "alert/channel/http.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  AMBIGUOUS_WAIT = 30,
  CLOCK_WAIT = 300,
  SEGMENT_MASKED_MIN = 16, /* shorter parts of a path are names, not secrets */
};

const struct http_rule http_rules[] = {
    {200, 299, SEND_SENT, 0, false, NULL},
    {300, 399, SEND_REFUSED_CHANNEL, 0, false,
     "redirects are never followed: check the URL"},
    {401, 401, SEND_REFUSED_CHANNEL, 0, false, "check the secret"},
    {403, 404, SEND_REFUSED_CHANNEL, 0, false, "check the secret and the URL"},
    {407, 407, SEND_REFUSED_CHANNEL, 0, false, "a proxy asks: check Proxy"},
    {408, 408, SEND_RETRY, 0, false, NULL},
    {410, 410, SEND_REFUSED_CHANNEL, 0, false, "it is gone for good"},
    {413, 413, SEND_SHRINK, 0, false, NULL},
    {421, 421, SEND_RETRY, 0, false, NULL},
    {425, 425, SEND_RETRY, 0, false, NULL},
    {429, 429, SEND_RETRY, 0, false, NULL},
    {400, 499, SEND_REFUSED_MESSAGE, 0, false, NULL},
    {500, 599, SEND_RETRY, 0, false, NULL},
    {0, 0, SEND_REFUSED_MESSAGE, 0, false, NULL},
};

void http_defaults(struct http_channel *c) {
  curl_transfer_defaults(&c->options, 30);
}

void http_keep_secret(struct http_channel *c, struct secret *s) {
  if (c->secrets_num < HTTP_SECRETS_MAX)
    c->secrets[c->secrets_num++] = s;
}

bool http_reread(struct http_channel *c) {
  bool changed = false;

  for (size_t i = 0; i < c->secrets_num; i++)
    changed = secret_reread(c->secrets[i]) || changed;
  return changed;
}

void http_close(struct http_channel *c) { curl_transfer_close(&c->transfer); }

void http_free(struct http_channel *c) {
  curl_transfer_close(&c->transfer);
  curl_transfer_options_free(&c->options);
}

bool http_settings_reread(void *settings) { return http_reread(settings); }

void http_settings_close(void *settings) { http_close(settings); }

int http_url_check(const char *url, bool allow_insecure, char *host,
                   size_t host_size, char *why, size_t why_size) {
  CURLU *u = curl_url();
  char *scheme = NULL, *name = NULL, *port = NULL, *user = NULL;
  const char *wrong = NULL;

  if (u == NULL) {
    snprintf(why, why_size, "out of memory");
    return -ENOMEM;
  }
  if (url[strcspn(url, " \t\r\n")] != '\0' ||
      curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      curl_url_get(u, CURLUPART_HOST, &name, 0) != CURLUE_OK ||
      strstr(url, "://") == NULL || strstr(url, ":///") != NULL)
    wrong = "expected an address like https://host/path";
  else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
    wrong = "a user name in the address would show up in logs: give it by an "
            "option of its own";
  else if (strcasecmp(scheme, "https") != 0 && strcasecmp(scheme, "http") != 0)
    wrong = "expected https://";
  else if (strcasecmp(scheme, "http") == 0 && !allow_insecure &&
           !curl_transfer_is_loopback(name))
    wrong = "expected https://; http:// needs AllowInsecure true";
  if (wrong == NULL && host != NULL) {
    if (curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK)
      snprintf(host, host_size, "%s:%s", name, port);
    else
      snprintf(host, host_size, "%s", name);
  }
  if (wrong != NULL)
    snprintf(why, why_size, "%s", wrong);
  curl_free(scheme);
  curl_free(name);
  curl_free(port);
  curl_free(user);
  curl_url_cleanup(u);
  return wrong == NULL ? 0 : -EINVAL;
}

/* -- one exchange ---------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t n, void *arg) {
  struct http_answer *answer = arg;

  if (buf_add(&answer->body, bytes, size * n) < 0)
    return 0; /* ends the transfer: nobody needs more */
  return size * n;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg) {
  struct http_answer *answer = arg;

  if (size * n >= 5 && strncmp(bytes, "HTTP/", 5) == 0)
    buf_clear(&answer->headers); /* a 100 or a proxy spoke before */
  if (buf_add(&answer->headers, bytes, size * n) < 0)
    return 0;
  return size * n;
}

static void set_request(CURL *easy, const struct http_request *request,
                        struct curl_slist *headers, const char *agent,
                        struct http_answer *answer) {
  if (request->body != NULL) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)request->body_len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    if (strcmp(request->method, "POST") != 0)
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
  }
  if (request->user != NULL) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD,
                     request->password != NULL ? request->password : "");
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  /* On a kept connection libcurl would repeat a POST by itself. */
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
}

/* Without a header of its own, "Expect:" would make libcurl wait a second for
 * servers that do not know it. */
static int all_headers(const struct http_request *request,
                       struct curl_slist **list) {
  struct curl_slist *more = curl_slist_append(NULL, "Expect:");

  for (size_t i = 0;
       more != NULL && request->headers != NULL && request->headers[i] != NULL;
       i++) {
    *list = more;
    more = curl_slist_append(*list, request->headers[i]);
  }
  if (more == NULL)
    return -ENOMEM;
  *list = more;
  return 0;
}

/* What time it is for the service: its own word, for this clock may be wrong;
 * 0 = nobody knows. */
static int64_t time_of(const struct http_answer *answer,
                       const struct sender_env *env) {
  enum { EARLIEST = 1577836800 }; /* 2020: before that a clock was not set */
  char date[64];
  time_t theirs = (time_t)-1;
  int64_t ours = env->wall_ms(env->clock_arg) / 1000;

  if (http_header(answer, "Date", date, sizeof(date)))
    theirs = curl_getdate(date, NULL);
  if (theirs != (time_t)-1)
    return (int64_t)theirs;
  return ours >= EARLIEST ? ours : 0;
}

void http_perform(struct http_channel *c, const struct http_request *request,
                  const struct sender_env *env, struct http_answer *answer) {
  struct curl_slist *headers = NULL;
  char agent[64];
  char value[128];
  CURLcode code = CURLE_OUT_OF_MEMORY;
  curl_off_t ready = 0;
  long tunnel = 0;

  memset(answer, 0, sizeof(*answer));
  buf_init(&answer->body, HTTP_ANSWER_MAX);
  buf_init(&answer->headers, HTTP_HEADERS_MAX);
  answer->retry_after = -1;
  answer->failure = CURL_TRANSFER_UNREACHABLE;
  snprintf(agent, sizeof(agent), "notify_kasa/%s", env->version);
  if (all_headers(request, &headers) < 0 ||
      curl_transfer_prepare(
          &c->transfer, &c->options, request->url,
          strncasecmp(request->url, "http:", 5) == 0 ? "http" : "https") < 0) {
    snprintf(answer->error, sizeof(answer->error), "out of memory");
    curl_slist_free_all(headers);
    return;
  }
  set_request(c->transfer.easy, request, headers, agent, answer);
  answer->failure = curl_transfer_run(&c->transfer, env->abort, &code);
  curl_easy_getinfo(c->transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  curl_easy_getinfo(c->transfer.easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  curl_easy_getinfo(c->transfer.easy, CURLINFO_RESPONSE_CODE, &answer->status);
  /* from this moment on the request itself is on its way; what was said to a
   * proxy before is none of it */
  answer->written = ready > 0;
  if (answer->written && answer->failure == CURL_TRANSFER_TIMEOUT)
    curl_transfer_was_late(&c->transfer);
  if (tunnel >= 300 && answer->status == 0)
    answer->proxy_status = tunnel;
  answer->complete = code == CURLE_OK;
  snprintf(answer->error, sizeof(answer->error), "%s",
           c->transfer.error[0] != '\0' ? c->transfer.error
                                        : curl_easy_strerror(code));
  if (http_header(answer, "Retry-After", value, sizeof(value)))
    answer->retry_after = http_retry_after(value, time_of(answer, env));
  curl_slist_free_all(headers);
  /* the handle would keep pointing at memory of this call, and at secrets */
  curl_easy_reset(c->transfer.easy);
}

void http_answer_free(struct http_answer *answer) {
  buf_free(&answer->headers);
  buf_free(&answer->body);
}

bool http_header(const struct http_answer *answer, const char *name, char *out,
                 size_t size) {
  const char *line = answer->headers.data;
  size_t len = strlen(name);
  bool found = false;

  while (line != NULL && *line != '\0') {
    size_t n = strcspn(line, "\r\n");
    if (n > len && line[len] == ':' && strncasecmp(line, name, len) == 0) {
      size_t skip = len + 1;
      while (skip < n && (line[skip] == ' ' || line[skip] == '\t'))
        skip++;
      while (n > skip && (line[n - 1] == ' ' || line[n - 1] == '\t'))
        n--;
      text_clean(line + skip, n - skip, out, size);
      found = true;
    }
    line += strcspn(line, "\n");
    line += *line == '\n';
  }
  return found;
}

double http_header_number(const struct http_answer *answer, const char *name) {
  char text[64];
  char *end = NULL;
  double number;

  if (!http_header(answer, name, text, sizeof(text)) || text[0] < '0' ||
      text[0] > '9')
    return -1;
  number = strtod(text, &end);
  return *end == '\0' && isfinite(number) ? number : -1;
}

double http_retry_after(const char *value, int64_t now) {
  double wait = 0;

  while (*value == ' ')
    value++;
  if (*value >= '0' && *value <= '9') {
    char *end = NULL;
    wait = strtod(value, &end);
    if (*end != '\0' && *end != ' ')
      return -1;
  } else {
    time_t when = curl_getdate(value, NULL);
    if (when == (time_t)-1 || now == 0)
      return -1;
    wait = (double)when - (double)now;
  }
  if (!isfinite(wait) || wait > HTTP_WAIT_MAX)
    return HTTP_WAIT_MAX;
  return wait > 0 ? wait : 0;
}

/* -- what it means --------------------------------------------------------- */

static void mask_url(const char *url, char *text) {
  const char *path = strstr(url, "://");
  char segment[512];

  if (path == NULL)
    return;
  path += 3;
  path += strcspn(path, "/?");
  if (strlen(path) >= SEGMENT_MASKED_MIN / 2)
    secret_mask_value(path, text);
  while (*path != '\0') {
    size_t n = strcspn(path, "/?&=");
    if (n >= SEGMENT_MASKED_MIN && n < sizeof(segment)) {
      memcpy(segment, path, n);
      segment[n] = '\0';
      secret_mask_value(segment, text);
    }
    path += n + (path[n] != '\0');
  }
  explicit_bzero(segment, sizeof(segment));
}

/* "user:password", which is what basic authentication encodes. */
static void mask_pair(const struct http_channel *c, char *text) {
  char *pair = NULL;

  if (c->user == NULL || c->password->value == NULL ||
      asprintf(&pair, "%s:%s", c->user, c->password->value) < 0)
    return;
  secret_mask_value(pair, text);
  explicit_bzero(pair, strlen(pair));
  free(pair);
}

void http_mask(const struct http_channel *c, char *text) {
  mask_pair(c, text);
  for (size_t i = 0; i < c->secrets_num; i++)
    if (c->secrets[i]->value != NULL) {
      secret_mask_value(c->secrets[i]->value, text);
      mask_url(c->secrets[i]->value, text);
    }
}

void http_result_init(struct send_result *result) {
  memset(result, 0, sizeof(*result));
  result->outcome = SEND_RETRY;
  result->quota_left = -1;
}

void http_why(const struct http_channel *c, const struct http_answer *answer,
              struct send_result *result, const char *format, ...) {
  /* much longer than why: masking shortens, and what was cut in the middle of
   * a secret must not move into sight */
  char text[16384];
  va_list args;
  size_t used;

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  used = strlen(text);
  if (answer != NULL && answer->body.len > 0 && used + 2 < sizeof(text)) {
    snprintf(text + used, sizeof(text) - used, ": ");
    text_clean(answer->body.data, answer->body.len, text + used + 2,
               sizeof(text) - used - 2);
  }
  http_mask(c, text); /* before cutting: half a secret is not found */
  text_clean(text, strlen(text), result->why, sizeof(result->why));
}

static const struct http_rule *rule_for(const struct http_rule *rules,
                                        long status) {
  for (; rules != NULL && rules->to != 0; rules++)
    if (status >= rules->from && status <= rules->to)
      return rules;
  return NULL;
}

/* The proxy did not let us through: nothing reached the service. */
static void judge_proxy(const struct http_channel *c,
                        const struct http_answer *answer,
                        struct send_result *result) {
  bool final = answer->proxy_status >= 400 && answer->proxy_status < 500 &&
               answer->proxy_status != 408 && answer->proxy_status != 429;

  result->outcome = final ? SEND_REFUSED_CHANNEL : SEND_RETRY;
  http_why(c, NULL, result, "the proxy answered %ld to CONNECT%s",
           answer->proxy_status, final ? ": check Proxy" : "");
}

/* No status line came back. */
static void judge_silence(const struct http_channel *c,
                          const struct http_answer *answer,
                          struct send_result *result) {
  switch (answer->failure) {
  case CURL_TRANSFER_CLOCK:
    result->outcome = SEND_RETRY;
    result->wait_s = CLOCK_WAIT;
    http_why(c, NULL, result, "%s: check the clock of this machine",
             answer->error);
    return;
  case CURL_TRANSFER_UNTRUSTED:
    result->outcome = SEND_REFUSED_CHANNEL;
    result->passes = true;
    http_why(c, NULL, result, "not trusted: %s", answer->error);
    return;
  case CURL_TRANSFER_LOCAL:
    if (!answer->written) {
      result->outcome = SEND_REFUSED_CHANNEL;
      http_why(c, NULL, result, "%s", answer->error);
      return;
    }
    break;
  case CURL_TRANSFER_OK:
  case CURL_TRANSFER_ABORTED:
  case CURL_TRANSFER_UNREACHABLE:
  case CURL_TRANSFER_TIMEOUT:
  case CURL_TRANSFER_BROKEN:
  case CURL_TRANSFER_MALFORMED:
    break;
  }
  if (answer->proxy_status != 0) {
    judge_proxy(c, answer, result);
    return;
  }
  result->outcome = answer->written ? SEND_AMBIGUOUS : SEND_RETRY;
  result->suspect = answer->written;
  result->timed_out = answer->failure == CURL_TRANSFER_TIMEOUT;
  if (answer->written)
    result->wait_s = AMBIGUOUS_WAIT;
  http_why(c, NULL, result, "%s%s",
           answer->failure == CURL_TRANSFER_ABORTED ? "stopping"
                                                    : answer->error,
           answer->written ? "; it may have arrived" : "");
}

/* A server that is being set up, and whoever stands before it for a while: the
 * page of a captive portal, or one that says "back in an hour". */
static bool often_passes(long status) {
  return status == 302 || status == 303 || status == 307 || status == 403 ||
         status == 404;
}

bool http_judge(const struct http_channel *c, const struct http_answer *answer,
                const struct http_rule *own, const struct message *message,
                struct send_result *result) {
  const struct http_rule *rule;

  http_result_init(result);
  if (answer->status < 200) {
    judge_silence(c, answer, result);
    return false;
  }
  rule = rule_for(own, answer->status);
  if (rule == NULL)
    rule = rule_for(http_rules, answer->status);
  result->outcome = rule != NULL ? rule->outcome : SEND_REFUSED_MESSAGE;
  if (rule != NULL) {
    result->wait_s = rule->wait_s;
    result->stop = rule->stop;
    result->passes = often_passes(answer->status);
  }
  if (result->outcome == SEND_SENT)
    return true;
  result->suspect = answer->status >= 500;
  if (result->outcome == SEND_SHRINK && message != NULL && message->shrink)
    result->outcome = SEND_REFUSED_MESSAGE;
  if (result->outcome == SEND_RETRY && answer->retry_after > result->wait_s)
    result->wait_s = answer->retry_after;
  if (rule != NULL && rule->advice != NULL)
    http_why(c, answer, result, "HTTP %ld, %s", answer->status, rule->advice);
  else
    http_why(c, answer, result, "HTTP %ld", answer->status);
  return false;
}
