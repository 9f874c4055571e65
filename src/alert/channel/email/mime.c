/* SPDX-License-Identifier: MIT */
/* Headers, encoded words, quoted-printable: see mime.h. */
#include <config.h>

#include "alert/channel/email/mime.h"

#include "alert/text/format_time.h"
#include "base/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LINE_MAX_ = 76,
  WORD_BYTES = 45, /* as base64 60 characters, with =?UTF-8?B??= 72 */
};

static const char word_start[] = "=?UTF-8?B?";
static const char word_end[] = "?=";

static bool is_ascii(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text >= 0x7f || (unsigned char)*text < 0x20)
      return false;
  return true;
}

/* -- a header line being written ------------------------------------------- */

struct header_line {
  struct buf *out;
  size_t column;
  int err;
};

static void put(struct header_line *l, const char *bytes, size_t len) {
  if (l->err == 0)
    l->err = buf_add(l->out, bytes, len);
  l->column += len;
}

static void fold(struct header_line *l) {
  put(l, "\r\n", 2);
  l->column = 0;
}

/* A word that must stay whole, with the blank before it; on a new line where
 * it would not fit. */
static void put_word(struct header_line *l, const char *bytes, size_t len) {
  if (l->column > 1 && l->column + 1 + len > LINE_MAX_)
    fold(l);
  put(l, " ", 1);
  put(l, bytes, len);
}

static void put_encoded_word(struct header_line *l, const char *bytes,
                             size_t len) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char word[sizeof(word_start) + sizeof(word_end) + WORD_BYTES / 3 * 4];
  char *w = word;

  memcpy(w, word_start, strlen(word_start));
  w += strlen(word_start);
  for (size_t i = 0; i < len; i += 3) {
    const unsigned char *u = (const unsigned char *)bytes + i;
    unsigned three = (unsigned)u[0] << 16;
    if (i + 1 < len)
      three |= (unsigned)u[1] << 8;
    if (i + 2 < len)
      three |= u[2];
    *w++ = letters[three >> 18 & 63];
    *w++ = letters[three >> 12 & 63];
    *w++ = i + 1 < len ? letters[three >> 6 & 63] : '=';
    *w++ = i + 2 < len ? letters[three & 63] : '=';
  }
  memcpy(w, word_end, strlen(word_end));
  w += strlen(word_end);
  put_word(l, word, (size_t)(w - word));
}

/* Pieces of at most WORD_BYTES that end between characters; the first one
 * fills what is left of the line, so that none begins with a fold. */
static void put_encoded(struct header_line *l, const char *text) {
  enum { FRAME = sizeof(word_start) - 1 + sizeof(word_end) - 1 + 1 };

  while (*text != '\0' && l->err == 0) {
    size_t room = l->column + FRAME < LINE_MAX_
                      ? (LINE_MAX_ - l->column - FRAME) / 4 * 3
                      : 0;
    size_t n =
        text_cut(text, room >= 12 && room < WORD_BYTES ? room : WORD_BYTES);
    put_encoded_word(l, text, n);
    text += n;
  }
}

/* May stand as it is: ASCII in words that fit a line. What looks like an
 * encoded word already would be decoded by the reader. */
static bool is_plain(const char *text) {
  enum { WORD_MAX = 70 };

  if (!is_ascii(text) || strstr(text, "=?") != NULL)
    return false;
  while (*text != '\0') {
    size_t n = strcspn(text, " ");
    if (n > WORD_MAX)
      return false;
    text += n + (text[n] != '\0');
  }
  return true;
}

/* Words at blanks; runs of blanks survive as one. */
static void put_plain(struct header_line *l, const char *text) {
  while (l->err == 0) {
    size_t n;
    text += strspn(text, " ");
    n = strcspn(text, " ");
    if (n == 0)
      return;
    put_word(l, text, n);
    text += n;
  }
}

int mime_header(struct buf *out, const char *name, const char *text) {
  struct header_line l = {out, 0, 0};
  struct buf clean;
  int err;

  buf_init(&clean, (size_t)1 << 16);
  err = text_repair(text, true, &clean);
  if (err == 0) {
    put(&l, name, strlen(name));
    put(&l, ":", 1);
    if (is_plain(clean.data))
      put_plain(&l, clean.data);
    else
      put_encoded(&l, clean.data);
    fold(&l);
    err = l.err;
  }
  buf_free(&clean);
  return err;
}

/* -- addresses ------------------------------------------------------------- */

const char *mime_address(const char *text, size_t *len) {
  const char *open = strrchr(text, '<');

  if (open == NULL) {
    *len = strlen(text);
    return text;
  }
  *len = strcspn(open + 1, ">");
  return open + 1;
}

/* Letters of any script, none of them broken, no blank or control among them
 * that only looks like none. */
static bool is_readable(const char *s, size_t len) {
  for (size_t i = 0; i < len;) {
    uint32_t c = 0;
    size_t n = text_decode(s + i, len - i, &c);

    if (n == 0 || (c >= 0x80 && c < 0xc0) || (c >= 0x2000 && c <= 0x206f) ||
        c == 0x3000 || c == 0xfeff)
      return false;
    i += n;
  }
  return true;
}

static bool is_address(const char *s, size_t len) {
  const char *at = memrchr(s, '@', len);
  size_t local;

  if (at == NULL || at == s || at == s + len - 1 || len > 254)
    return false;
  local = (size_t)(at - s);
  if (!is_readable(s, len))
    return false;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (i == local)
      continue;
    if ((c >= 0x80 && i > local) || c <= ' ' || c == 0x7f)
      return false;
    if (i < local ? strchr("()<>@,;:\\\"[]", c) != NULL
                  : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                      (c >= 'A' && c <= 'Z') || strchr("-.[]:_", c) != NULL))
      return false;
  }
  return s[0] != '.' && s[0] != '-' && at[-1] != '.' && at[1] != '.' &&
         at[1] != '-';
}

/* One line with at most one <...>, at its end. */
static bool is_framed(const char *text) {
  const char *open = strchr(text, '<');
  const char *close;

  for (const char *c = text; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      return false;
  if (open == NULL)
    return true;
  close = strchr(open, '>');
  return close != NULL && close[1] == '\0' && strrchr(text, '<') == open;
}

bool mime_address_valid(const char *text) {
  size_t len;
  const char *address = mime_address(text, &len);

  return is_framed(text) && is_address(address, len);
}

bool mime_address_local(const char *text) {
  size_t len;
  const char *address = mime_address(text, &len);

  return is_framed(text) && len > 0 && len <= 64 && address[0] != '-' &&
         strspn(address, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789._-") == len;
}

bool mime_address_is_utf8(const char *text) {
  size_t len;
  const char *address = mime_address(text, &len);

  for (size_t i = 0; i < len; i++)
    if ((unsigned char)address[i] >= 0x80)
      return true;
  return false;
}

/* "xn--..." by libcurl's knowledge of international names, which takes the
 * locale's word for how they are written. */
static char *ascii_domain(const char *domain) {
  char *host = NULL;
  char *copy = NULL;
#ifdef CURLU_PUNYCODE
  CURLU *url = curl_url();
  locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;

  if (url != NULL &&
      curl_url_set(url, CURLUPART_SCHEME, "smtp", 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_HOST, domain, 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_HOST, &host, CURLU_PUNYCODE) == CURLUE_OK)
    copy = strdup(host);
  curl_free(host);
  curl_url_cleanup(url);
  if (utf8 != (locale_t)0) {
    uselocale(before);
    freelocale(utf8);
  }
#else
  (void)domain;
  (void)host;
#endif
  return copy;
}

char *mime_address_ascii(const char *text) {
  size_t len;
  const char *address = mime_address(text, &len);
  const char *at = memrchr(address, '@', len);
  size_t domain_at = at != NULL ? (size_t)(at + 1 - text) : 0;
  size_t n = at != NULL ? len - (size_t)(at + 1 - address) : 0;
  char *domain;
  char *ascii;
  char *whole = NULL;
  bool foreign = false;

  for (size_t i = 0; i < n; i++)
    foreign = foreign || (unsigned char)at[1 + i] >= 0x80;
  if (!foreign)
    return strdup(text);
  domain = strndup(at + 1, n);
  ascii = domain != NULL ? ascii_domain(domain) : NULL;
  if (ascii != NULL && asprintf(&whole, "%.*s%s%s", (int)domain_at, text, ascii,
                                text + domain_at + n) < 0)
    whole = NULL;
  free(domain);
  free(ascii);
  return whole;
}

/* The phrase before the address, without quotes and outer blanks. */
static int phrase_of(const char *text, struct buf *out) {
  const char *open = strrchr(text, '<');
  size_t n = open != NULL ? (size_t)(open - text) : 0;
  char raw[512];

  while (n > 0 && text[n - 1] == ' ')
    n--;
  while (n > 0 && *text == ' ') {
    text++;
    n--;
  }
  if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
    text++;
    n -= 2;
  }
  if (n >= sizeof(raw))
    n = sizeof(raw) - 1;
  memcpy(raw, text, n);
  raw[n] = '\0';
  return text_repair(raw, true, out);
}

static void put_phrase(struct header_line *l, const char *phrase) {
  char quoted[1100];
  char *q = quoted;

  if (*phrase == '\0')
    return;
  if (!is_plain(phrase)) {
    put_encoded(l, phrase);
    return;
  }
  *q++ = '"';
  for (; *phrase != '\0' && q < quoted + sizeof(quoted) - 4; phrase++) {
    if (*phrase == '"' || *phrase == '\\')
      *q++ = '\\';
    *q++ = *phrase;
  }
  *q++ = '"';
  put_word(l, quoted, (size_t)(q - quoted));
}

int mime_header_addresses(struct buf *out, const char *name,
                          const char *const *addresses, size_t n) {
  struct header_line l = {out, 0, 0};
  struct buf phrase;

  put(&l, name, strlen(name));
  put(&l, ":", 1);
  buf_init(&phrase, 4096);
  for (size_t i = 0; i < n && l.err == 0; i++) {
    char word[300];
    size_t len;
    const char *address = mime_address(addresses[i], &len);
    bool bare = address == addresses[i];
    int w = snprintf(word, sizeof(word), "%s%.*s%s%s", bare ? "" : "<",
                     (int)len, address, bare ? "" : ">", i + 1 < n ? "," : "");

    buf_clear(&phrase);
    l.err = phrase_of(addresses[i], &phrase);
    if (l.err < 0)
      break;
    put_phrase(&l, phrase.data);
    put_word(&l, word, (size_t)w);
  }
  fold(&l);
  buf_free(&phrase);
  return l.err;
}

int mime_header_ids(struct buf *out, const char *name, const char *const *ids,
                    size_t n) {
  struct header_line l = {out, 0, 0};

  for (size_t i = 0; i < n; i++) {
    size_t len = ids[i] != NULL ? strlen(ids[i]) : 0;

    if (len < 3 || len > 900 || ids[i][0] != '<' || ids[i][len - 1] != '>' ||
        !is_ascii(ids[i]) || strchr(ids[i], ' ') != NULL)
      continue;
    if (l.column == 0) {
      put(&l, name, strlen(name));
      put(&l, ":", 1);
    }
    put_word(&l, ids[i], len);
  }
  if (l.column > 0)
    fold(&l);
  return l.err;
}

void mime_date(int64_t wall_ms, char *out, size_t size) {
  int64_t when = wall_ms / 1000;

  /* format_date() takes 0 for no moment at all */
  format_date(when != 0 ? when : 1, "%a, %d %b %Y %H:%M:%S %z", out, size);
}

/* -- quoted-printable ------------------------------------------------------ */

int mime_quoted_printable(struct buf *out, const char *text) {
  static const char hex[] = "0123456789ABCDEF";
  struct header_line l = {out, 0, 0};
  struct buf clean;

  buf_init(&clean, (size_t)1 << 20);
  l.err = text_repair(text, false, &clean);
  for (const char *c = clean.data; l.err == 0 && *c != '\0'; c++) {
    unsigned char u = (unsigned char)*c;
    bool at_end = c[1] == '\n' || c[1] == '\0';
    char code[3] = {'=', hex[u >> 4], hex[u & 15]};
    size_t need = 1;

    if (u == '\n') {
      fold(&l);
      continue;
    }
    /* a dot alone, or "From " in front, tempts old software on the way */
    if (u >= 0x7f || u == '=' || (u == ' ' && at_end) ||
        (l.column == 0 &&
         (u == '.' || (u == 'F' && strncmp(c, "From ", 5) == 0))))
      need = 3;
    if (l.column + need > (at_end ? LINE_MAX_ : LINE_MAX_ - 1)) {
      put(&l, "=", 1);
      fold(&l);
      if (u == '.')
        need = 3;
    }
    put(&l, need == 3 ? code : c, need);
  }
  if (l.column > 0)
    fold(&l);
  buf_free(&clean);
  return l.err;
}
