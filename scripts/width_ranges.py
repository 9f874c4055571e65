#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes src/base/width_ranges.h from the Unicode tables of this Python.

scripts/width_ranges.py | clang-format >src/base/width_ranges.h"""
import unicodedata


GAP = 256


def ranges(wanted):
    """The ranges of all characters for which wanted() holds. A short gap of
    unassigned ones belongs to the range around it: fewer, longer ranges."""
    first = last = None
    for code in range(0x110000):
        # planes 2 and 3 are set aside for wide characters
        planned = 0x20000 <= code <= 0x3fffd
        assigned = planned or unicodedata.category(chr(code)) != "Cn"
        if assigned and wanted(chr(code)):
            first, last = code if first is None else first, code
        elif first is not None and (assigned or code - last > GAP):
            yield f"{{{first:#x}, {last:#x}}}"
            first = None


def takes_no_column(char):
    # the vowels and finals of Hangul are drawn into the consonant before them
    return (unicodedata.category(char) in ("Mn", "Me", "Cf") and char != "\u00ad"
            or "\u1160" <= char <= "\u11ff")


def main():
    zero = ranges(takes_no_column)
    wide = ranges(lambda char: (unicodedata.east_asian_width(char) in "WF"
                                or "\U00020000" <= char <= "\U0003fffd")
                  and not takes_no_column(char))
    print(f"""/* SPDX-License-Identifier: MIT */
/* Characters that take no column and two columns on a terminal: categories Mn,
 * Me and Cf, and East Asian Width W and F, of Unicode {unicodedata.unidata_version}. Ascending.
 * Made by scripts/width_ranges.py. */
#ifndef BASE_WIDTH_RANGES_H
#define BASE_WIDTH_RANGES_H

#include <stdint.h>

struct width_range {{
  uint32_t first, last;
}};

static const struct width_range zero_width[] = {{
{", ".join(zero)},
}};

static const struct width_range double_width[] = {{
{", ".join(wide)},
}};

#endif""")


main()
