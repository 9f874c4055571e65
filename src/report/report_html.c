/* SPDX-License-Identifier: MIT */
/* For mail readers: what Outlook, Gmail and iOS all draw. Tables and inline
 * styles; no picture, script or font; text in the reader's own colour, so that
 * a dark reader is as good as a light one; bars in a tone that stays visible on
 * both, and every bar's number as text. */
#include <config.h>

#include "report/report_html.h"

#include "report/report_words.h"

#include <math.h>
#include <string.h>

enum { UNIT_MAX = 3, MONTH_MAX = 9 /* letters of "September" */ };

static const char BAR_COLOUR[] = "#4a7fb5";

static void put(struct buf *out, const char *text) {
  for (; *text != '\0'; text++)
    switch (*text) {
    case '&':
      buf_puts(out, "&amp;");
      break;
    case '<':
      buf_puts(out, "&lt;");
      break;
    case '>':
      buf_puts(out, "&gt;");
      break;
    case '"':
      buf_puts(out, "&quot;");
      break;
    default:
      buf_put(out, text, 1);
      break;
    }
}

static void put_head(struct buf *out, const char *title) {
  buf_puts(out,
           "<!DOCTYPE html>\n<html lang=\"en\" style=\"color-scheme:light dark;"
           "supported-color-schemes:light dark\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
           "<title>");
  put(out, title);
  buf_puts(out, "</title>\n</head>\n<body style=\"margin:0;padding:0;"
                "font-family:Helvetica,Arial,sans-serif;font-size:16px\">\n"
                "<!--[if mso]><table width=\"600\" align=\"center\"><tr><td>"
                "<![endif]-->\n"
                "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                "cellspacing=\"0\" style=\"max-width:600px;margin:0 auto\">\n"
                "<tr><td style=\"padding:16px\">\n");
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* " 08:30" */
static bool is_before_time(const char *blank) {
  return is_digit(blank[1]) && is_digit(blank[2]) && blank[3] == ':';
}

/* A unit, "times", a month; not "of", "at", nor what comes after a name that
 * ends in a number. */
static bool is_counted(const char *word) {
  size_t len = strcspn(word, " ,;()");
  bool month = *word >= 'A' && *word <= 'Z' && len <= MONTH_MAX;
  bool unit = len >= 1 && len <= UNIT_MAX && strncmp(word, "of", 2) != 0 &&
              strncmp(word, "at", 2) != 0;

  return unit || month || strncmp(word, "times", 5) == 0;
}

/* No line ends between a number and what it counts: "0.68 EUR", "4 times",
 * "25 November"; and none before a time. */
static bool holds(const char *blank, const char *line) {
  if (*blank != ' ' || blank == line)
    return false;
  return is_before_time(blank) ||
         (is_digit(blank[-1]) && is_counted(blank + 1));
}

static void put_fact(struct buf *out, const char *line) {
  for (const char *at = line; *at != '\0'; at++) {
    const char one[] = {*at, '\0'};

    if (holds(at, line))
      buf_puts(out, "&nbsp;");
    else
      put(out, one);
  }
}

static void put_facts(struct buf *out, const struct report *r) {
  char line[REPORT_LINE];
  const char *name;

  buf_puts(out, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                "cellspacing=\"0\" style=\"margin-top:16px\">\n");
  for (unsigned i = 0; report_words_fact(r, i, &name, line); i++) {
    if (line[0] == '\0')
      continue;
    buf_puts(out, "<tr><td width=\"130\" valign=\"top\" "
                  "style=\"padding:3px 12px 3px 0;font-size:14px\">");
    put(out, name);
    buf_puts(out, "</td><td style=\"padding:3px 0;font-size:14px\">");
    put_fact(out, line);
    buf_puts(out, "</td></tr>\n");
  }
  buf_puts(out, "</table>\n");
}

/* A bar is one coloured cell, and an empty one for the rest. */
static void put_bar(struct buf *out, double share) {
  int percent = (int)fmax(1, fmin(100, round(share * 100)));

  buf_putf(out,
           "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" "
           "cellspacing=\"0\"><tr><td width=\"%d%%\" bgcolor=\"%s\" "
           "style=\"height:8px;line-height:8px;font-size:8px\">&nbsp;</td>",
           percent, BAR_COLOUR);
  if (percent < 100)
    buf_putf(out,
             "<td width=\"%d%%\" style=\"height:8px;line-height:8px;"
             "font-size:8px\">&nbsp;</td>",
             100 - percent);
  buf_puts(out, "</tr></table>");
}

static void put_item(struct buf *out, const struct report *r,
                     const struct report_item *item) {
  double share = r->kwh > 0 ? item->kwh / r->kwh : 0;
  char text[REPORT_LINE];

  buf_puts(out, "<tr><td style=\"padding:10px 8px 2px 0;font-size:15px\">");
  put(out, item->name);
  buf_putf(out,
           "</td><td align=\"right\" valign=\"top\" "
           "style=\"padding:10px 0 2px 0;"
           "font-size:15px;white-space:nowrap\">%.2f kWh",
           item->kwh);
  report_words_cost(r, item->cost, text);
  if (text[0] != '\0') {
    buf_puts(out, ", ");
    put(out, text);
  }
  buf_puts(out, "</td></tr>\n<tr><td colspan=\"2\">");
  put_bar(out, share);
  report_words_comparison(r, item, text);
  buf_putf(out,
           "</td></tr>\n<tr><td colspan=\"2\" style=\"padding:2px 0 0 0;"
           "font-size:13px\">%.0f %% of all",
           share * 100);
  put(out, text);
  buf_puts(out, "</td></tr>\n");
}

static void put_items(struct buf *out, const struct report *r) {
  buf_puts(out, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                "cellspacing=\"0\" style=\"margin-top:8px\">\n");
  for (size_t i = 0; i < r->items_num && i < REPORT_TOP; i++)
    if (r->items[i].kwh > 0)
      put_item(out, r, &r->items[i]);
  buf_puts(out, "</table>\n");
}

/* Line feeds become breaks. */
static void put_lines(struct buf *out, const char *text) {
  for (; *text != '\0'; text++) {
    const char one[] = {*text, '\0'};

    if (*text == '\n')
      buf_puts(out, "<br>\n");
    else
      put(out, one);
  }
}

static void put_closing(struct buf *out, const char *lines) {
  buf_puts(out, "<div style=\"font-size:13px;padding-top:24px;opacity:.68\">");
  put_lines(out, lines);
  buf_puts(out, "</div>\n");
}

void report_html(const struct report *r, struct buf *out) {
  char days[REPORT_LINE], headline[REPORT_LINE];
  bool figures = r->nothing[0] == '\0';

  report_words_days(r, days);
  report_words_headline(r, headline);
  put_head(out, figures ? headline : r->nothing);
  buf_puts(out,
           "<div style=\"font-size:20px;font-weight:bold;line-height:1.3\">");
  put(out, figures ? headline : r->nothing);
  buf_puts(out, "</div>\n<div style=\"font-size:14px;padding-top:4px\">");
  put(out, days);
  buf_puts(out, "</div>\n");
  if (figures) {
    put_facts(out, r);
    put_items(out, r);
  }
  if (r->closing != NULL)
    put_closing(out, r->closing);
  buf_puts(out,
           "</td></tr>\n</table>\n"
           "<!--[if mso]></td></tr></table><![endif]-->\n</body>\n</html>\n");
}
