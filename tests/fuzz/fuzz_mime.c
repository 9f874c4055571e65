/* SPDX-License-Identifier: MIT */
/* Whatever a device is called and a notification says, a mail has strict line
 * ends, no line beyond its limit, and just the headers it should have. */
#include <config.h>

#include "alert/channel/email/mime.h"
#include "alert/text/text_limits.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* international: an address before whose @ there are other letters stands as it
 * is, for servers that take it so. */
static void check_lines(const struct buf *b, size_t max, unsigned headers,
                        bool international) {
  size_t column = 0;
  unsigned begun = 0;

  for (size_t i = 0; i < b->len; i++) {
    unsigned char c = (unsigned char)b->data[i];

    if (c == '\r') {
      if (i + 1 >= b->len || b->data[i + 1] != '\n')
        abort();
    } else if (c == '\n') {
      if (i == 0 || b->data[i - 1] != '\r')
        abort();
      column = 0;
    } else {
      if (c < 0x20 || c == 0x7f || (c > 0x7f && !international) ||
          ++column > max)
        abort();
      if (column == 1 && c != ' ')
        begun++;
    }
  }
  if (column != 0 || (headers > 0 && begun != headers))
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  const char *const list[] = {text};
  struct buf out;

  if (text == NULL || size > 20000) {
    free(text);
    return 0;
  }
  memcpy(text, data, size);
  text[size] = '\0';
  buf_init(&out, (size_t)1 << 20);
  if (mime_header(&out, "Subject", text) == 0)
    check_lines(&out, 76, 1, false);
  buf_clear(&out);
  if (mime_address_valid(text) &&
      mime_header_addresses(&out, "To", list, 1) == 0)
    check_lines(&out, 998, 1, mime_address_is_utf8(text));
  buf_clear(&out);
  if (mime_header_ids(&out, "References", list, 1) == 0 && out.len > 0)
    check_lines(&out, 998, 1, false);
  buf_clear(&out);
  if (mime_quoted_printable(&out, text) == 0)
    check_lines(&out, 76, 0, false);
  for (int unit = TEXT_LIMITS_BYTES; unit <= TEXT_LIMITS_UTF16; unit++) {
    size_t max = size > 0 ? data[0] : 0;
    buf_clear(&out);
    if (text_limits_truncate(text, (enum text_limits_unit)unit, max, max % 5,
                             &out) == 0 &&
        text_limits_length(out.data, (enum text_limits_unit)unit) > max)
      abort();
  }
  buf_free(&out);
  free(text);
  return 0;
}
