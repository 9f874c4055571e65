/* SPDX-License-Identifier: MIT */
/* Numbers in the words people use, the same under every locale: "1 620 W",
 * "52.4 kWh". A style may be NULL: the defaults.
 *
 * Every function writes a terminated text to out, cut to size, and returns
 * its length. What cannot be shown (NaN, infinity) gives an empty text. Pure;
 * safe from any thread. */
#ifndef ALERT_TEXT_FORMAT_H
#define ALERT_TEXT_FORMAT_H

#include "alert/text/text_style.h"
#include "alert/text/units.h"

#include <stddef.h>

enum {
  FORMAT_SIZE = 128
}; /* holds every result of this file and of
      format_time.h */

/* U+202F, the separator of thousands unless the configuration says other. */
#define FORMAT_NARROW_SPACE "\xe2\x80\xaf"

/* 1620 -> "1 620"; three significant digits below 100, none cut above. */
size_t format_number(double value, const struct text_style *style, char *out,
                     size_t size);

/* A fixed number of decimals (0 to 9), nothing cut. */
size_t format_decimals(double value, unsigned decimals,
                       const struct text_style *style, char *out, size_t size);

/* 1620 and W -> "1 620 W". */
size_t format_value(double value, const struct unit *unit,
                    const struct text_style *style, char *out, size_t size);

#endif
