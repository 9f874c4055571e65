/* SPDX-License-Identifier: MIT */
/* Durations and moments in the words people use, the same under every locale:
 * "2 h 05 min", "14:03".
 *
 * Every function writes a terminated text to out, cut to size, and returns its
 * length; FORMAT_SIZE of format.h is enough. What cannot be shown (NaN,
 * infinity, no moment) gives an empty text. Pure apart from the local time
 * zone; safe from any thread. */
#ifndef ALERT_TEXT_FORMAT_TIME_H
#define ALERT_TEXT_FORMAT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 40 -> "40 s", 300 -> "5 minutes", 7500 -> "2 h 05 min", 273600 ->
 * "3 days 4 h". Below nothing: "0 s". */
size_t format_duration(double seconds, char *out, size_t size);

/* "5 minutes ago", "in 2 h", "now". */
size_t format_relative(int64_t when, int64_t now, char *out, size_t size);

/* "2026-11-21 14:03:22 CET"; when is in seconds since 1970. 0 is no moment. */
size_t format_moment(int64_t when, char *out, size_t size);

/* As short as now allows: "14:03" today, "20 Nov 14:03" this year, else
 * "20 Nov 2025 14:03". */
size_t format_clock(int64_t when, int64_t now, char *out, size_t size);

/* By a pattern like strftime's, always in English; false from
 * format_date_valid() where it holds a conversion we do not know. */
bool format_date_valid(const char *pattern);
size_t format_date(int64_t when, const char *pattern, char *out, size_t size);

#endif
