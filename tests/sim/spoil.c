/* SPDX-License-Identifier: MIT */
/* Faults of the frame and of the text in it. */
#include "spoil.h"

#include "device.h"
#include "house.h"
#include "xor_codec.h"

#include <math.h>
#include <string.h>

static const char web_page[] =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n"
    "<html><body><h1>400 Bad Request</h1></body></html>\r\n";

static const char *const meter_keys[] = {
    "power",         "power_mw",   "voltage",      "voltage_mv",
    "current",       "current_ma", "total",        "total_wh",
    "current_power", "energy_wh",  "today_energy", "month_energy",
};

static bool is_meter_key(struct slice key) {
  for (size_t i = 0; i < COUNT(meter_keys); i++)
    if (slice_is(key, meter_keys[i]))
      return true;
  return false;
}

/* Walks JSON text and copies it; every number is handed to `number` together
 * with its key. Our own text is well-formed but for control characters. */
static void map_numbers(struct text *json, bool (*chosen)(struct slice key),
                        const char *replacement) {
  struct text out = {0};
  struct slice key = {"", 0};
  for (size_t i = 0; i < json->len;) {
    char c = json->p[i];
    size_t start = i;
    if (c == '"') {
      for (i++; i < json->len && json->p[i] != '"'; i++)
        if (json->p[i] == '\\')
          i++;
      i++;
      if (i < json->len && json->p[i] == ':')
        key = (struct slice){json->p + start + 1, i - start - 2};
      text_add(&out, json->p + start, i - start);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      i += strspn(json->p + i, "+-.0123456789eE");
      if (!chosen(key)) {
        text_add(&out, json->p + start, i - start);
      } else if (replacement != NULL) {
        text_addz(&out, replacement);
      } else {
        text_quoted(&out, json->p + start, i - start);
      }
    } else {
      text_char(&out, c);
      i++;
    }
  }
  text_clear(json);
  text_add(json, out.p, out.len);
  text_free(&out);
}

static bool any_key(struct slice key) {
  (void)key;
  return true;
}

static bool no_error_key(struct slice key) {
  return !slice_is(key, "err_code") && !slice_is(key, "error_code");
}

static void make_huge(struct text *answer, double kib) {
  size_t want = (size_t)fmin(fmax(kib, 0), 65536) * 1024;
  static const char intro[] = ",\"padding\":\"";
  if (answer->len == 0 || answer->len + sizeof(intro) + 2 > want)
    return;
  answer->len--; /* the last brace comes back behind the padding */
  text_addz(answer, intro);
  size_t pad = want - answer->len - 2;
  memset(text_room(answer, pad), 'x', pad);
  answer->len += pad;
  text_addz(answer, "\"}");
}

static void make_deep(struct text *answer, double depth) {
  size_t n = (size_t)fmin(fmax(depth, 1), 1e6);
  text_clear(answer);
  text_addz(answer, "{\"system\":{\"get_sysinfo\":{\"deep\":");
  memset(text_room(answer, n), '[', n);
  answer->len += n;
  memset(text_room(answer, n), ']', n);
  answer->len += n;
  text_addz(answer, "}}}");
}

static void add_rubbish(struct text *t, struct house *house, size_t n) {
  for (size_t i = 0; i < n; i++)
    text_char(t, (char)(house_random(house) >> 56));
}

bool spoil_text(struct device *d, struct text *answer) {
  const struct fault *f;
  bool intact = true;
  if (d->faults == NULL)
    return true;
  if ((f = fault_use(d->faults, FAULT_STRINGS)) != NULL)
    map_numbers(answer, f->number != 0 ? any_key : no_error_key, NULL);
  if ((f = fault_use(d->faults, FAULT_NANLIKE)) != NULL) {
    map_numbers(answer, is_meter_key, f->word);
    intact = false;
  }
  if ((f = fault_use(d->faults, FAULT_HUGE)) != NULL)
    make_huge(answer, f->number);
  if ((f = fault_use(d->faults, FAULT_DEEP)) != NULL) {
    make_deep(answer, f->number);
    intact = false;
  }
  if ((f = fault_use(d->faults, FAULT_TRAILING)) != NULL) {
    for (int i = 0; i < (int)fmin(fmax(f->number, 0), 1e5); i++)
      text_char(answer, '\0');
    text_addz(answer, "}}rest of an older answer");
  }
  return intact;
}

static void put_frame(struct text *wire, const struct text *answer) {
  char *room = text_room(wire, answer->len + 4);
  for (int i = 0; i < 4; i++)
    room[i] = (char)(answer->len >> (24 - 8 * i));
  xor_scramble((uint8_t *)room + 4, answer->p, answer->len);
  wire->len += answer->len + 4;
}

void spoil_body(struct device *d, struct text *wire, size_t start,
                struct delivery *how) {
  size_t body = wire->len - start;
  if (fault_use(d->faults, FAULT_GARBAGE) == NULL)
    return;
  how->intact = false;
  wire->len = start;
  add_rubbish(wire, d->house, body);
}

static void wrong_length(struct device *d, struct text *wire, size_t start,
                         struct delivery *how) {
  const struct fault *f = fault_use(d->faults, FAULT_WRONG_LENGTH);
  if (f == NULL)
    return;
  how->intact = false;
  uint32_t length = (uint32_t)fmin(fmax(f->number, 0), 4294967295.0);
  for (int i = 0; i < 4; i++)
    wire->p[start + (size_t)i] = (char)(length >> (24 - 8 * i));
}

static void pace(struct device *d, size_t len, struct delivery *how) {
  const struct fault *f;
  if ((f = fault_use(d->faults, FAULT_DELAY)) != NULL)
    how->delay_ms = fmin(fmax(f->number, 0), 3.6e6);
  if ((f = fault_use(d->faults, FAULT_DRIP)) != NULL) {
    how->chunk = (size_t)fmin(fmax(f->number, 1), 1e6);
    how->gap_ms = f->interval;
  } else if ((f = fault_use(d->faults, FAULT_SEGMENTS)) != NULL) {
    size_t k = (size_t)fmin(fmax(f->number, 1), 1e6);
    how->chunk = (len + k - 1) / k;
    how->gap_ms = f->interval;
  }
}

bool spoil_nothing_said(struct device *d, struct delivery *how) {
  if (d->faults == NULL)
    return false;
  if (fault_use(d->faults, FAULT_SILENCE) != NULL)
    *how = (struct delivery){.silent = true};
  else if (fault_use(d->faults, FAULT_RESET) != NULL)
    *how = (struct delivery){.reset = true};
  else if (fault_use(d->faults, FAULT_EOF) != NULL)
    *how = (struct delivery){.close = true};
  else
    return false;
  return true;
}

void spoil_plain(struct device *d, struct text *answer, struct delivery *how) {
  const struct fault *f;
  if (d->faults == NULL)
    return;
  if (!spoil_text(d, answer))
    how->intact = false;
  if ((f = fault_use(d->faults, FAULT_TRUNCATED_JSON)) != NULL) {
    how->intact = false;
    double part = fmin(fmax(f->number, 0), 1);
    answer->len = (size_t)((double)answer->len * part);
  }
}

void spoil_sending(struct device *d, struct text *wire, struct delivery *how) {
  const struct fault *f;
  if (d->faults == NULL)
    return;
  if ((f = fault_use(d->faults, FAULT_TRUNCATED)) != NULL) {
    how->intact = false;
    how->close = true;
    double part = fmin(fmax(f->number, 0), 1);
    wire->len = (size_t)((double)wire->len * part);
  }
  pace(d, wire->len, how);
}

void spoil(struct device *d, struct text *answer, struct text *wire,
           struct delivery *how) {
  const struct fault *f;
  if (spoil_nothing_said(d, how))
    return;
  spoil_plain(d, answer, how);
  if ((f = fault_use(d->faults, FAULT_HTML)) != NULL) {
    how->intact = false;
    text_clear(answer);
    text_addz(answer, web_page);
    if (f->number == 0) {
      how->close = true;
      text_addz(wire, web_page);
      pace(d, wire->len, how);
      return;
    }
  }
  put_frame(wire, answer);
  spoil_body(d, wire, 4, how);
  wrong_length(d, wire, 0, how);
  spoil_sending(d, wire, how);
}
