/* SPDX-License-Identifier: MIT */
/* When prices are asked for, and what of an address may be seen. */
#include <config.h>

#include "energy/fetch/price_schedule.h"

#include "energy/calendar.h"
#include "energy/tariff/price_file.h"
#include "energy/tariff/price_url.h"

#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t at(const char *moment) {
  int64_t us = 0;

  ck_assert(calendar_parse_moment(moment, &us));
  return us;
}

static const struct {
  const char *now, *known_until;
  unsigned failures;
  double retry_after, least, most;
} waits[] = {
    /* hourly; the next day is not out yet, or there already */
    {"2026-01-15T09:00:00+01:00", "2026-01-16T00:00:00+01:00", 0, 0, 3600,
     4200},
    {"2026-01-15T15:00:00+01:00", "2026-01-17T00:00:00+01:00", 0, 0, 3600,
     4200},
    /* the afternoon, and the next day is missing or not whole */
    {"2026-01-15T12:30:00+01:00", "2026-01-16T00:00:00+01:00", 0, 0, 900, 1800},
    {"2026-01-15T23:00:00+01:00", "2026-01-16T23:00:00+01:00", 0, 0, 900, 1800},
    /* the day on which the clock goes back has 25 hours */
    {"2026-10-24T14:00:00+02:00", "2026-10-25T23:00:00+01:00", 0, 0, 900, 1800},
    {"2026-10-24T14:00:00+02:00", "2026-10-26T00:00:00+01:00", 0, 0, 3600,
     4200},
    /* failures */
    {"2026-01-15T15:00:00+01:00", "2026-01-16T00:00:00+01:00", 1, 0, 48, 72},
    {"2026-01-15T15:00:00+01:00", "2026-01-16T00:00:00+01:00", 3, 0, 192, 288},
    {"2026-01-15T15:00:00+01:00", "2026-01-16T00:00:00+01:00", 50, 0, 2880,
     4320},
    {"2026-01-15T15:00:00+01:00", "2026-01-16T00:00:00+01:00", 1, 1800, 1800,
     1800},
    {"2026-01-15T15:00:00+01:00", "2026-01-16T00:00:00+01:00", 1, 1e9, 21600,
     21600},
};

START_TEST(the_next_request) {
  struct price_schedule s = {.failures = waits[_i].failures,
                             .retry_after = waits[_i].retry_after,
                             .known_until_us = at(waits[_i].known_until)};
  int64_t now = at(waits[_i].now);

  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  ck_assert_double_eq_tol(price_schedule_next(&s, now, 0), waits[_i].least,
                          1e-6);
  ck_assert_double_eq_tol(price_schedule_next(&s, now, 1), waits[_i].most,
                          1e-6);
}
END_TEST

static const struct {
  const char *url, *public;
  bool good;
} addresses[] = {
    {"https://api.example/v1/prices?token=secret#x",
     "https://api.example/v1/prices", true},
    {"http://user:secret@host:8080/p", "http://host:8080/p", true},
    {"http://user:se@cret@host/a@b", "http://host/a@b", true},
    {"https://host?token=secret", "https://host", true},
    {"ftp://host/x", "ftp://host/x", false},
    {"https://", "https://", false},
    {"https://user@/x", "https:///x", false},
    {"https://host/a b", "https://host/a b", false},
    {"https://host/\n", "https://host/\n", false},
    {"prices", "prices", false},
};

START_TEST(an_address_without_its_secret) {
  char public[PRICE_URL_PUBLIC_SIZE];
  char key[PRICE_URL_KEY_SIZE];

  price_url_public(addresses[_i].url, public);
  price_url_key(addresses[_i].url, key);
  ck_assert_str_eq(public, addresses[_i].public);
  ck_assert_int_eq(price_url_is_good(addresses[_i].url), addresses[_i].good);
  ck_assert_ptr_null(strstr(key, "secret"));
}
END_TEST

START_TEST(two_tokens_are_two_addresses) {
  char one[PRICE_URL_KEY_SIZE];
  char two[PRICE_URL_KEY_SIZE];
  char longest[PRICE_URL_MAX + 2];

  price_url_key("https://host/p?area=1", one);
  price_url_key("https://host/p?area=2", two);
  ck_assert_str_ne(one, two);
  memset(longest, 'a', sizeof(longest) - 1);
  longest[sizeof(longest) - 1] = '\0';
  memcpy(longest, "https://", 8);
  ck_assert(!price_url_is_good(longest));
}
END_TEST

START_TEST(older_prices_are_on_the_same_server) {
  static const char first[] = "https://api.example/v1/rates?page=1";

  ck_assert(price_url_same_server(first, "https://API.example/v1/rates"));
  ck_assert(price_url_same_server("https://u:p@api.example", first));
  ck_assert(!price_url_same_server(first, "http://api.example/v1/rates"));
  ck_assert(!price_url_same_server(first, "https://api.example:8443/v1"));
  ck_assert(!price_url_same_server(first, "https://api.example.evil/v1"));
  ck_assert(!price_url_same_server(first, "https://api.example@evil/v1"));
}
END_TEST

START_TEST(an_answer_says_where_older_prices_are) {
  static const char page[] =
      "{\"next\":\"https://api.example/v1/rates?page=2\",\"results\":[]}";
  static const char last[] = "{\"next\":null,\"results\":[]}";
  static const char strange[] = "{\"next\":\"file:///etc\",\"results\":[]}";
  static const char other[] = "{\"next\":\"https://a/\",\"data\":[]}";
  const struct price_reading how = {0};
  const struct price_reading csv = {.format = PRICE_FORMAT_CSV};
  char url[PRICE_URL_MAX + 1];

  ck_assert(price_file_next(page, strlen(page), &how, url));
  ck_assert_str_eq(url, "https://api.example/v1/rates?page=2");
  ck_assert(!price_file_next(page, strlen(page), &csv, url));
  ck_assert(!price_file_next(last, strlen(last), &how, url));
  ck_assert(!price_file_next(strange, strlen(strange), &how, url));
  ck_assert(!price_file_next(other, strlen(other), &how, url));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, the_next_request, 0, sizeof(waits) / sizeof(waits[0]));
  tcase_add_loop_test(t, an_address_without_its_secret, 0,
                      sizeof(addresses) / sizeof(addresses[0]));
  tcase_add_test(t, two_tokens_are_two_addresses);
  tcase_add_test(t, older_prices_are_on_the_same_server);
  tcase_add_test(t, an_answer_says_where_older_prices_are);
}

int main(void) { return suite_run("price_fetch", fill); }
