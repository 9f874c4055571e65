/* SPDX-License-Identifier: MIT */
/* All that is known of one device: see device_details.h. */
#include <config.h>

#include "cli/devices/device_details.h"

#include "base/width.h"
#include "cli/devices/device_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LABEL_COLUMNS = 20, LINE_SIZE = 512 };

/* -- values in words -- */

static void say_number(double value, const char *unit, int decimals, char *out,
                       size_t size) {
  snprintf(out, size, "%.*f %s", decimals, value, unit);
}

/* 3 d 04:05:06 */
static void say_duration(double seconds, char *out, size_t size) {
  unsigned long long s = (unsigned long long)seconds;

  if (s >= 86400)
    snprintf(out, size, "%llu d %02llu:%02llu:%02llu", s / 86400, s / 3600 % 24,
             s / 60 % 60, s % 60);
  else
    snprintf(out, size, "%02llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
}

static const struct {
  const char *label;
  const char *unit; /* NULL: a state, said by one of the words */
  int decimals;
  const char *yes, *no;
} words[QUANTITIES] = {
    [Q_POWER] = {"power", "W", 3, 0, 0},
    [Q_VOLTAGE] = {"voltage", "V", 3, 0, 0},
    [Q_CURRENT] = {"current", "A", 3, 0, 0},
    [Q_ENERGY_TOTAL] = {"energy, total", "kWh", 3, 0, 0},
    [Q_KWH_TODAY] = {"energy, today", "kWh", 3, 0, 0},
    [Q_KWH_MONTH] = {"energy, month", "kWh", 3, 0, 0},
    [Q_RELAY] = {"switched", 0, 0, "on", "off"},
    [Q_ON_TIME] = {"on for", "", 0, 0, 0},
    [Q_LED_OFF] = {"status light", 0, 0, "off", "on"},
    [Q_UPDATING] = {"firmware update", 0, 0, "under way", "none"},
    [Q_CLOUD] = {"TP-Link cloud", 0, 0, "connected", "not connected"},
    [Q_OVERHEATED] = {"temperature", 0, 0, "too hot", "normal"},
    [Q_OVERLOADED] = {"load", 0, 0, "too much", "normal"},
    [Q_SIGNAL] = {"signal", "dBm", 0, 0, 0},
    [Q_BRIGHTNESS] = {"brightness", "%", 0, 0, 0},
    [Q_AMBIENT] = {"ambient light", "%", 0, 0, 0},
    [Q_MOTION] = {"motion", 0, 0, "yes", "no"},
};

static void say_value(enum quantity q, double value, char *out, size_t size) {
  if (q == Q_ON_TIME)
    say_duration(value, out, size);
  else if (words[q].unit == NULL)
    snprintf(out, size, "%s", value > 0 ? words[q].yes : words[q].no);
  else if (q == Q_ENERGY_TOTAL) /* comes in Wh; all energies in one unit */
    say_number(value / 1000, words[q].unit, words[q].decimals, out, size);
  else
    say_number(value, words[q].unit, words[q].decimals, out, size);
}

/* -- lines -- */

static int add_line(struct buf *out, const struct style *style,
                    const char *label, enum ink ink, const char *text) {
  char cut[LINE_SIZE];
  unsigned used = 2 + LABEL_COLUMNS;
  int err = buf_addf(out, "  ");

  width_cut(text, style->columns - used, style->ascii ? "~" : "\u2026", cut,
            sizeof(cut));
  if (err == 0)
    err = style_ink(style, out, INK_DIM, label);
  if (err == 0)
    err = buf_addf(out, "%*s", LABEL_COLUMNS - (int)width_text(label), "");
  if (err == 0)
    err = style_ink(style, out, ink, cut);
  return err == 0 ? buf_adds(out, "\n") : err;
}

/* As add_line(), in as many lines as it takes: nothing is cut. */
static int add_sentence(struct buf *out, const struct style *style,
                        const char *label, enum ink ink, const char *text) {
  size_t room = style->columns > LABEL_COLUMNS + 22
                    ? style->columns - LABEL_COLUMNS - 2
                    : 20;
  int err = 0;

  while (err == 0 && text[0] != '\0') {
    size_t len = strlen(text);
    char part[LINE_SIZE];

    if (len > room) {
      len = room;
      while (len > 0 && text[len] != ' ')
        len--;
      if (len == 0) /* one long word */
        len = strcspn(text, " ");
    }
    snprintf(part, sizeof(part), "%.*s", (int)len, text);
    err = add_line(out, style, label, ink, part);
    label = "";
    text += len;
    text += strspn(text, " ");
  }
  return err;
}

static int add_text(struct buf *out, const struct style *style,
                    const char *label, const char *text) {
  return text[0] == '\0' ? 0 : add_line(out, style, label, INK_PLAIN, text);
}

static int add_title(struct buf *out, const struct style *style,
                     const char *name) {
  char cut[LINE_SIZE];
  int err;

  width_cut(name, style->columns, style->ascii ? "~" : "\u2026", cut,
            sizeof(cut));
  err = style_ink(style, out, INK_BOLD, cut);
  return err == 0 ? buf_adds(out, "\n") : err;
}

static int add_values(struct buf *out, const struct style *style,
                      const struct reading *now) {
  int err = 0;

  for (unsigned q = 0; q < QUANTITIES && err == 0; q++) {
    char text[64];
    enum ink ink = q == Q_POWER ? INK_BOLD : INK_PLAIN;

    if (!reading_has(now, (enum quantity)q))
      continue;
    if (q == Q_ON_TIME && reading_has(now, Q_RELAY) && now->value[Q_RELAY] <= 0)
      continue; /* off: not on since any moment */
    say_value((enum quantity)q, now->value[q], text, sizeof(text));
    if (q == Q_RELAY)
      ink = now->value[q] > 0 ? INK_GREEN : INK_DIM;
    err = add_line(out, style, words[q].label, ink, text);
  }
  return err;
}

static bool is_met(const struct device_info *f) {
  return f->up || f->met || f->model[0] != '\0' || f->mac[0] != '\0' ||
         f->outcome == OUTCOME_AUTH;
}

static const char *account_in_words(const struct device_info *f) {
  static const char *const said[] = {
      [ACCOUNT_NONE] = "",
      [ACCOUNT_DEFAULT] = "TP-Link's default one: anybody may read it",
      [ACCOUNT_SHOWN] = "yours, which is shown to the device (AES)",
      [ACCOUNT_PROVED] = "yours",
  };

  return said[f->account];
}

static int add_who(struct buf *out, const struct style *style,
                   const struct device_info *f) {
  char model[120];
  char address[80];
  int err;

  snprintf(model, sizeof(model), "%s%s%s", f->model,
           f->model[0] != '\0' ? ", " : "",
           f->kind != KIND_UNKNOWN ? device_kind_name(f->kind) : "");
  /* before anybody has answered the transport is a guess */
  snprintf(address, sizeof(address), "%s%s%s", f->address,
           is_met(f) && f->transport[0] != '\0' ? " via " : "",
           is_met(f) ? f->transport : "");
  err = add_text(out, style, "model", model);
  if (err == 0)
    err = add_text(out, style, "address", address);
  if (err == 0)
    err = add_text(out, style, "account", account_in_words(f));
  if (err == 0)
    err = add_text(out, style, "MAC", f->mac);
  if (err == 0)
    err = add_text(out, style, "hardware", f->hardware);
  if (err == 0)
    err = add_text(out, style, "firmware", f->firmware);
  return err;
}

static int add_answer(struct buf *out, const struct style *style,
                      const struct device_info *f) {
  time_t then = (time_t)(f->time_us / 1000000);
  struct tm tm = {0};
  char when[64];
  char text[120];

  localtime_r(&then, &tm);
  strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
  snprintf(text, sizeof(text), "%s, in %.1f ms", when, f->response * 1000);
  return add_line(out, style, "answered", INK_PLAIN, text);
}

static int add_plugs(struct buf *out, const struct style *style,
                     const struct device_info *f) {
  int err = 0;

  for (size_t i = 0; i < f->plugs_num && err == 0; i++) {
    const struct device_info_plug *p = &f->plugs[i];
    char title[120];

    snprintf(title, sizeof(title), "%u  %s", p->slot, p->name);
    err = buf_adds(out, "\n");
    if (err == 0)
      err = add_title(out, style, title);
    if (err == 0)
      err = add_values(out, style, &p->now);
  }
  return err;
}

int device_details_draw(struct buf *out, const struct style *style,
                        const struct device_info *f) {
  int err = add_title(out, style, f->name);

  if (err == 0)
    err = add_who(out, style, f);
  if (err == 0 && f->kind == KIND_UNSUPPORTED)
    return add_line(out, style, "unsupported", INK_YELLOW, f->why);
  if (err == 0 && !f->up)
    err = add_sentence(out, style, "no answer", INK_RED,
                       f->why[0] != '\0' ? f->why : "not found");
  if (err == 0 && !f->up && !is_met(f))
    err = buf_adds(out, "Nothing there answers as a Kasa or Tapo device; all "
                        "protocols were tried.\n");
  if (err != 0 || !f->up)
    return err;
  if (err == 0)
    err = add_answer(out, style, f);
  if (err == 0)
    err = buf_adds(out, "\n");
  if (err == 0)
    err = add_values(out, style, &f->now);
  return err == 0 ? add_plugs(out, style, f) : err;
}
