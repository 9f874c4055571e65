/* SPDX-License-Identifier: MIT */
/* Forms of HTTP answers: what RFC 9112 and RFC 6265 allow, or clients put up
 * with. In each row $L is the body's length, $C the cookie's name and value,
 * $T its TIMEOUT. */
#include "http_form.h"

#include "text.h"

#include <string.h>

static const struct form {
  const char *name;
  const char *head;   /* to the end of Content-Type */
  const char *length; /* how long the body is */
  const char *cookie; /* where there is one */
  const char *after;  /* behind the body */
  bool chunked;
  bool close; /* afterwards, whatever the head says */
} forms[] = {
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
#define LENGTH "Content-Length: $L\r\n"
#define COOKIE "Set-Cookie: $C;$T\r\n"
    {"chunked", HEAD, "Transfer-Encoding: chunked\r\n", COOKIE, "", true,
     false},
    {"continue", "HTTP/1.1 100 Continue\r\n\r\n" HEAD, LENGTH, COOKIE, "",
     false, false},
    {"upper", "HTTP/1.1 200 OK\r\nCONTENT-TYPE: TEXT/HTML\r\n",
     "CONTENT-LENGTH: $L\r\nCONNECTION: CLOSE\r\n", "SET-COOKIE: $C;$T\r\n", "",
     false, true},
    {"lower", "HTTP/1.1 200 ok\r\ncontent-type: text/html\r\n",
     "content-length:$L\r\n", "set-cookie:$C;$T\r\n", "", false, false},
    {"folded", HEAD, LENGTH, "Set-Cookie:\r\n $C;\r\n\t$T\r\n", "", false,
     false},
    {"until_closed", HEAD, "Connection: close\r\n", COOKIE, "", false, true},
    {"old", "HTTP/1.0 200 OK\r\n", "", COOKIE, "", false, true},
    {"blanks", HEAD, "Content-Length:\t  $L \t\r\n",
     "Set-Cookie:\t $C ; $T ; Path=/ \r\n", "", false, false},
    {"twice", HEAD, LENGTH LENGTH, COOKIE, "", false, false},
    {"attributes", HEAD, LENGTH,
     "Set-Cookie: Path=/; HttpOnly; $C; Expires=Thu, 01 Jan 2015 00:00:00 "
     "GMT; $T; Max-Age=0; SameSite=Lax\r\n",
     "", false, false},
    {"several", HEAD, LENGTH,
     "Set-Cookie: lang=en; TIMEOUT=1\r\n" COOKIE
     "Set-Cookie: XTP_SESSIONID=none; TIMEOUT=2\r\n",
     "", false, false},
    {"longer", HEAD, LENGTH, COOKIE, "and what nobody announced", false, false},
    {"unannounced_end", HEAD, LENGTH, COOKIE, "", false, true},
    {"line_feeds", "HTTP/1.1 200\nContent-Type: text/html\n",
     "Content-Length: $L\n", "Set-Cookie: $C;$T\n", "", false, false},
};

static void expand(struct text *out, const char *line, struct slice cookie,
                   struct slice timeout, size_t length) {
  for (; *line != '\0'; line++) {
    if (*line != '$') {
      text_char(out, *line);
      continue;
    }
    switch (*++line) {
    case 'L':
      text_int(out, (int64_t)length);
      break;
    case 'C':
      text_add(out, cookie.p, cookie.len);
      break;
    default:
      text_add(out, timeout.p, timeout.len);
      break;
    }
  }
}

static void put_chunks(struct text *out, const struct text *body) {
  enum { CHUNK = 7 };
  for (size_t at = 0; at < body->len; at += CHUNK) {
    size_t n = body->len - at < CHUNK ? body->len - at : CHUNK;
    text_printf(out, "%zX;x=\"y\"\r\n", n);
    text_add(out, body->p + at, n);
    text_addz(out, "\r\n");
  }
  text_addz(out, "0\r\nX-Trailer: TP_SESSIONID=none\r\n\r\n");
}

bool http_form_write(const char *name, const struct http_reply *reply,
                     struct text *wire) {
  const struct form *f = forms;
  const char *mark = strchr(reply->cookie, ';');
  struct slice cookie = {reply->cookie, strcspn(reply->cookie, ";")};
  struct slice timeout = {"", 0};
  while (f < forms + COUNT(forms) && strcmp(f->name, name) != 0)
    f++;
  if (f == forms + COUNT(forms))
    return false;
  if (mark != NULL)
    timeout = (struct slice){mark + 1, strlen(mark + 1)};
  expand(wire, f->head, cookie, timeout, reply->body->len);
  expand(wire, f->length, cookie, timeout, reply->body->len);
  if (reply->cookie[0] != '\0')
    expand(wire, f->cookie, cookie, timeout, reply->body->len);
  text_addz(wire, "\r\n");
  if (f->chunked)
    put_chunks(wire, reply->body);
  else
    text_add(wire, reply->body->p, reply->body->len);
  text_addz(wire, f->after);
  reply->how->close |= f->close;
  return true;
}
