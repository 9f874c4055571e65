/* SPDX-License-Identifier: MIT */
/* The letter of mail: headers, encoded words, quoted-printable. */
#include <config.h>

#include "alert/channel/email/mime.h"

#include "../support/suite.h"

#include <string.h>
#include <time.h>

static struct buf out;

static void setup(void) { buf_init(&out, (size_t)1 << 20); }
static void teardown(void) { buf_free(&out); }

/* No line longer than 78, CRLF everywhere, ASCII only, no empty line. */
static void check_lines(const char *text, size_t max) {
  size_t column = 0;

  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '\r') {
      ck_assert_int_eq(c[1], '\n');
    } else if (*c == '\n') {
      ck_assert(c > text && c[-1] == '\r');
      column = 0;
    } else {
      ck_assert((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f);
      ck_assert_uint_le(++column, max);
    }
  }
  ck_assert_uint_eq(column, 0);
}

static const struct {
  const char *text;
  const char *header;
} headers[] = {
    {"plain", "Subject: plain\r\n"},
    {"", "Subject:\r\n"},
    {"two  blanks", "Subject: two blanks\r\n"},
    {"K\xc3\xbc"
     "che",
     "Subject: =?UTF-8?B?S8O8Y2hl?=\r\n"},
    {"a\r\nBcc: x@y", "Subject: a Bcc: x@y\r\n"},
    {"a\nb\x07"
     "c",
     "Subject: a bc\r\n"},
    {"=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
    {"bad \xff byte", "Subject: =?UTF-8?B?YmFkIO+/vSBieXRl?=\r\n"},
};

START_TEST(a_header_is_one_line_of_ascii) {
  ck_assert_int_eq(mime_header(&out, "Subject", headers[_i].text), 0);
  ck_assert_str_eq(out.data, headers[_i].header);
}
END_TEST

START_TEST(long_headers_are_folded_below_78) {
  char text[2000];

  for (size_t n = 1; n < 400; n++) {
    for (size_t i = 0; i < n; i++)
      text[i] = i % 11 == 10 ? ' ' : 'x';
    text[n] = '\0';
    buf_clear(&out);
    ck_assert_int_eq(mime_header(&out, "Subject", text), 0);
    check_lines(out.data, 76);
  }
}
END_TEST

START_TEST(encoded_words_never_split_a_character) {
  char text[2000] = "";
  static const char *const letters[] = {"a", "\xc3\xbc", "\xe2\x82\xac",
                                        "\xf0\x9f\xa7\x8a"};

  for (size_t n = 1; n < 200; n++) {
    strcat(text, letters[n % 4]);
    buf_clear(&out);
    ck_assert_int_eq(mime_header(&out, "Subject", text), 0);
    check_lines(out.data, 76);
    /* every word on its own decodes to whole characters: 45 bytes at most are
     * 60 letters, and those that end within a character end in no padding
     * where padding must be; the decoder of the end-to-end test proves it */
    for (const char *w = strstr(out.data, "=?"); w != NULL;
         w = strstr(w + 1, " =?"))
      ck_assert_uint_le(strcspn(w + 1, " \r\n"), 75);
  }
}
END_TEST

static const struct {
  const char *text;
  bool valid;
} addresses[] = {
    {"me@example.org", true},
    {"Smart plugs <me@example.org>", true},
    {"\"A, B\" <me@example.org>", true},
    {"K\xc3\xbc"
     "che <me@example.org>",
     true},
    {"me+plug@example.org", true},
    {"me@[127.0.0.1]", true},
    {"me", false},
    {"", false},
    {"@", false},
    {"me@", false},
    {"a@b, c@d", false},
    {"<a@b> <c@d>", false},
    {"a@b\r\nRCPT TO:<x@y>", false},
    {"a\n@b", false},
    {"Name\r\nBcc: x <a@b>", false},
    {"a b@c", false},
    {"m\xc3\xbcller@example.org", true}, /* with SMTPUTF8 */
    {"me@b\xc3\xbc"
     "cher.example",
     false}, /* mime_address_ascii() first */
    {"m\xe2\x80\xa8"
     "e@example.org",
     false},
    {"a@b>", false},
    {"<a@b", false},
    {"-x@b", false},
    {"a@b SIZE=1", false},
    {"a..b@.c", false},
};

START_TEST(only_one_clean_address_is_valid) {
  ck_assert_msg(mime_address_valid(addresses[_i].text) == addresses[_i].valid,
                "%s", addresses[_i].text);
}
END_TEST

START_TEST(phrases_are_encoded_and_addresses_never) {
  const char *const list[] = {("K\xc3\xbc"
                               "che <a@example.org>"),
                              "b@example.org", "\"X \\ Y\" <c@example.org>"};

  ck_assert_int_eq(mime_header_addresses(&out, "To", list, 3), 0);
  ck_assert_ptr_nonnull(strstr(out.data, "=?UTF-8?B?S8O8Y2hl?="));
  ck_assert_ptr_nonnull(strstr(out.data, "<a@example.org>,"));
  ck_assert_ptr_nonnull(strstr(out.data, " b@example.org,"));
  ck_assert_ptr_nonnull(strstr(out.data, "<c@example.org>\r\n"));
  check_lines(out.data, 76);
}
END_TEST

START_TEST(message_ids_that_could_inject_are_left_out) {
  const char *const ids[] = {"<a@b>", "",  "<c@d>\r\nBcc: x", "no", "<e f@g>",
                             "<h@i>", NULL};

  ck_assert_int_eq(mime_header_ids(&out, "References", ids, 7), 0);
  ck_assert_str_eq(out.data, "References: <a@b> <h@i>\r\n");
  buf_clear(&out);
  ck_assert_int_eq(mime_header_ids(&out, "References", ids + 1, 1), 0);
  ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(dates_are_english_with_a_numeric_zone) {
  static const struct {
    const char *zone;
    const char *date;
  } rows[] = {
      {"UTC0", "Sat, 21 Nov 2026 03:41:13 +0000"},
      {"CET-1", "Sat, 21 Nov 2026 04:41:13 +0100"},
      {"NPT-5:45", "Sat, 21 Nov 2026 09:26:13 +0545"},
      {"NST3:30", "Sat, 21 Nov 2026 00:11:13 -0330"},
  };
  char text[64];

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    setenv("TZ", rows[i].zone, 1);
    tzset();
    mime_date(INT64_C(1795232473) * 1000, text, sizeof(text));
    ck_assert_str_eq(text, rows[i].date);
  }
}
END_TEST

static const struct {
  const char *text;
  const char *encoded;
} printable[] = {
    {"", ""},
    {"plain", "plain\r\n"},
    {"a\nb", "a\r\nb\r\n"},
    {"a\r\nb", "a\r\nb\r\n"},
    {"a=b", "a=3Db\r\n"},
    {"blank \nend ", "blank=20\r\nend=20\r\n"},
    {".\n.a\nb.", "=2E\r\n=2Ea\r\nb.\r\n"},
    {"From me\nfrom", "=46rom me\r\nfrom\r\n"},
    {"\xc3\xbc", "=C3=BC\r\n"},
    {"\xff", "=EF=BF=BD\r\n"},
    {"bell\a", "bell\r\n"},
};

START_TEST(text_becomes_quoted_printable) {
  ck_assert_int_eq(mime_quoted_printable(&out, printable[_i].text), 0);
  ck_assert_str_eq(out.data != NULL ? out.data : "", printable[_i].encoded);
}
END_TEST

START_TEST(no_line_of_the_body_exceeds_76) {
  char text[400];

  for (size_t n = 1; n < 300; n++) {
    memset(text, 'x', n);
    memcpy(text + n, "=\xc3\xbc. ", 6);
    buf_clear(&out);
    ck_assert_int_eq(mime_quoted_printable(&out, text), 0);
    check_lines(out.data, 76);
    ck_assert_ptr_null(strstr(out.data, "\r\n."));
  }
}
END_TEST

START_TEST(a_full_buffer_is_an_error_not_half_a_header) {
  struct buf small;

  buf_init(&small, 10);
  ck_assert_int_lt(mime_header(&small, "Subject", "longer than that"), 0);
  ck_assert_int_lt(mime_quoted_printable(&small, "longer than that"), 0);
  buf_free(&small);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, a_header_is_one_line_of_ascii, 0, ROWS(headers));
  tcase_add_test(t, long_headers_are_folded_below_78);
  tcase_add_test(t, encoded_words_never_split_a_character);
  tcase_add_loop_test(t, only_one_clean_address_is_valid, 0, ROWS(addresses));
  tcase_add_test(t, phrases_are_encoded_and_addresses_never);
  tcase_add_test(t, message_ids_that_could_inject_are_left_out);
  tcase_add_test(t, dates_are_english_with_a_numeric_zone);
  tcase_add_loop_test(t, text_becomes_quoted_printable, 0, ROWS(printable));
  tcase_add_test(t, no_line_of_the_body_exceeds_76);
  tcase_add_test(t, a_full_buffer_is_an_error_not_half_a_header);
}

int main(void) { return suite_run("mime", fill); }
