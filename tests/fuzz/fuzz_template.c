/* SPDX-License-Identifier: MIT */
/* A template of anybody's about an alert of anybody's: the first line of the
 * input is the template, the rest names and texts of the alert. What compiles
 * must render for every target within the ceiling, as valid text. */
#include <config.h>

#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"

#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(char *out, size_t room, const char *from) {
  snprintf(out, room, "%s", from);
}

static void check(const struct buf *out, const char *source) {
  if (out->len > (size_t)TEMPLATE_OUTPUT_MAX)
    abort();
  /* the author's own bytes stay as they are; ours must be whole */
  for (size_t i = 0; i < strlen(source); i++)
    if ((unsigned char)source[i] >= 0x80)
      return;
  for (size_t i = 0; i < out->len;) {
    uint32_t code = 0;
    size_t n = text_decode(out->data + i, out->len - i, &code);
    if (n == 0)
      abort();
    i += n;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct alert a;
  struct message m = {.alert = &a,
                      .channel = "phone",
                      .collectd_host = "nas",
                      .created = 1795266180000,
                      .delay_why = "",
                      .fallback_for = ""};
  static const struct alert_member members[3] = {{"power", 1, 0}};
  const struct alert *alerts[2] = {&a, &a};
  struct view view = {
      .message = &m, .alert = &a, .alerts = alerts, .alerts_num = 2};
  char error[300];
  char *text;
  char *rest;
  struct template *t;

  if (size > 16384)
    return 0;
  text = malloc(size + 1);
  if (text == NULL)
    return 0;
  if (size > 0)
    memcpy(text, data, size);
  text[size] = '\0';
  rest = strchr(text, '\n');
  if (rest != NULL)
    *rest++ = '\0';
  else
    rest = text + strlen(text);
  alert_init(&a);
  a.members = members;
  a.members_num = a.members_listed = 3;
  a.class = (enum alert_class)(size % 3);
  m.reason = (enum alert_reason)(size % REASON_COUNT);
  take(a.device, sizeof(a.device), rest);
  take(a.plugin_instance, sizeof(a.plugin_instance), rest);
  take(a.type_instance, sizeof(a.type_instance), rest);
  take(a.plugin, sizeof(a.plugin), "kasa");
  take(a.type, sizeof(a.type), size % 2 == 0 ? "power" : "relay");
  take(a.text, sizeof(a.text), rest);
  a.value = (double)size;
  a.since = (int64_t)size * 1000;
  t = template_compile(text, error, sizeof(error));
  for (int target = 0; target < TARGET_COUNT; target++) {
    struct buf out, title, body;

    buf_init(&out, 4 * TEMPLATE_OUTPUT_MAX);
    buf_init(&title, 16 * TEMPLATE_OUTPUT_MAX);
    buf_init(&body, 16 * TEMPLATE_OUTPUT_MAX);
    if (t != NULL) {
      (void)template_render(t, &view, (enum text_target)target, &out);
      check(&out, text);
    }
    if (view_texts(&view, (enum text_target)target, &title, &body) == 0 &&
        title.len == 0)
      abort();
    buf_free(&out);
    buf_free(&title);
    buf_free(&body);
  }
  template_free(t);
  free(text);
  return 0;
}
