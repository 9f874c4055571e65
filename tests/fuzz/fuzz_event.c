/* SPDX-License-Identifier: MIT */
/* A notification of any text, names and numbers through classification, and
 * through JSON and back. The input: severity, flags, then fields ended by NUL
 * bytes. */
#include <config.h>

#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t take(const uint8_t **data, size_t *size, char *out, size_t room) {
  size_t n = 0;

  while (n < *size && (*data)[n] != '\0')
    n++;
  memcpy(out, *data, n < room ? n : room - 1); /* may leave no NUL: fields do */
  if (n < room)
    out[n] = '\0';
  *data += n < *size ? n + 1 : n;
  *size -= n < *size ? n + 1 : n;
  return n;
}

static void must_be_clean(const char *text) {
  size_t len = strlen(text);

  for (size_t i = 0; i < len;) {
    uint32_t code;
    size_t n = text_decode(text + i, len - i, &code);
    if (n == 0 || code < 0x20 || code == 0x7f)
      abort();
    i += n;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct event ev;
  struct alert a;
  struct alert b;
  char *text;

  if (size < 2 || size > 4096)
    return 0;
  event_init(&ev);
  ev.severity = (enum severity)(data[0] & 7);
  ev.has_value = data[1] & 1;
  ev.value = data[1] & 2 ? NAN : data[1];
  data += 2;
  size -= 2;
  take(&data, &size, ev.text, sizeof(ev.text));
  take(&data, &size, ev.host, sizeof(ev.host));
  take(&data, &size, ev.plugin, sizeof(ev.plugin));
  take(&data, &size, ev.plugin_instance, sizeof(ev.plugin_instance));
  take(&data, &size, ev.type, sizeof(ev.type));
  take(&data, &size, ev.type_instance, sizeof(ev.type_instance));
  take(&data, &size, ev.key, sizeof(ev.key));
  take(&data, &size, ev.meta[0].key, sizeof(ev.meta[0].key));
  take(&data, &size, ev.meta[0].value, sizeof(ev.meta[0].value));
  event_classify(&ev, true);
  must_be_clean(ev.text);
  must_be_clean(ev.host);
  must_be_clean(ev.plugin_instance);
  if (strlen(ev.fingerprint) != 32)
    abort();
  alert_init(&a);
  memcpy(a.fingerprint, ev.fingerprint, sizeof(a.fingerprint));
  memcpy(a.host, ev.host, sizeof(a.host));
  memcpy(a.text, ev.text, sizeof(a.text));
  memcpy(a.meta, ev.meta, sizeof(a.meta));
  a.value = ev.value;
  text = alert_json_text(&a);
  if (text == NULL || alert_json_read(text, &b) < 0 ||
      strcmp(a.host, b.host) != 0 || strcmp(a.text, b.text) != 0)
    abort();
  free(text);
  return 0;
}
