/* SPDX-License-Identifier: MIT */
/* For mail readers: what Outlook, Gmail and iOS all draw. Tables and inline
 * styles; no picture, script or font; text in the reader's own colour, so that
 * a dark reader is as good as a light one; bars in a tone that stays visible on
 * both, and every bar's number as text. */
#include <config.h>

#include "cli/report/report_html.h"

#include "cli/report/report_words.h"

#include <math.h>
#include <stdio.h>

static const char BAR_COLOUR[] = "#4a7fb5";

static void put(const char *text) {
  for (; *text != '\0'; text++)
    switch (*text) {
    case '&':
      fputs("&amp;", stdout);
      break;
    case '<':
      fputs("&lt;", stdout);
      break;
    case '>':
      fputs("&gt;", stdout);
      break;
    case '"':
      fputs("&quot;", stdout);
      break;
    default:
      putchar(*text);
      break;
    }
}

static void put_head(const char *title) {
  fputs(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
      "<style>:root{color-scheme:light dark;"
      "supported-color-schemes:light dark}</style>\n<title>",
      stdout);
  put(title);
  fputs("</title>\n</head>\n<body style=\"margin:0;padding:0;"
        "font-family:Helvetica,Arial,sans-serif;font-size:16px\">\n"
        "<!--[if mso]><table width=\"600\" align=\"center\"><tr><td>"
        "<![endif]-->\n"
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
        "cellspacing=\"0\" style=\"max-width:600px;margin:0 auto\">\n"
        "<tr><td style=\"padding:16px\">\n",
        stdout);
}

static void put_facts(const struct report *r) {
  char line[REPORT_LINE];
  const char *name;

  fputs("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
        "cellspacing=\"0\" style=\"margin-top:16px\">\n",
        stdout);
  for (unsigned i = 0; report_words_fact(r, i, &name, line); i++) {
    if (line[0] == '\0')
      continue;
    fputs("<tr><td width=\"130\" valign=\"top\" "
          "style=\"padding:3px 12px 3px 0;font-size:14px\">",
          stdout);
    put(name);
    fputs("</td><td style=\"padding:3px 0;font-size:14px\">", stdout);
    put(line);
    fputs("</td></tr>\n", stdout);
  }
  fputs("</table>\n", stdout);
}

/* A bar is one coloured cell, and an empty one for the rest. */
static void put_bar(double share) {
  int percent = (int)fmax(1, fmin(100, round(share * 100)));

  printf("<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" "
         "cellspacing=\"0\"><tr><td width=\"%d%%\" bgcolor=\"%s\" "
         "style=\"height:8px;line-height:8px;font-size:8px\">&nbsp;</td>",
         percent, BAR_COLOUR);
  if (percent < 100)
    printf("<td width=\"%d%%\" style=\"height:8px;line-height:8px;"
           "font-size:8px\">&nbsp;</td>",
           100 - percent);
  fputs("</tr></table>", stdout);
}

static void put_item(const struct report *r, const struct report_item *item) {
  double share = r->kwh > 0 ? item->kwh / r->kwh : 0;
  char text[REPORT_LINE];

  fputs("<tr><td style=\"padding:10px 8px 2px 0;font-size:15px\">", stdout);
  put(item->name);
  printf("</td><td align=\"right\" style=\"padding:10px 0 2px 0;"
         "font-size:15px;white-space:nowrap\">%.2f kWh",
         item->kwh);
  report_words_cost(r, item->cost, text);
  if (text[0] != '\0') {
    fputs(", ", stdout);
    put(text);
  }
  fputs("</td></tr>\n<tr><td colspan=\"2\">", stdout);
  put_bar(share);
  report_words_change(item->kwh, item->usual, text);
  printf("</td></tr>\n<tr><td colspan=\"2\" style=\"padding:2px 0 0 0;"
         "font-size:13px\">%.0f %% of all%s",
         share * 100, text[0] != '\0' ? ", " : "");
  put(text);
  fputs("</td></tr>\n", stdout);
}

void report_html(const struct report *r) {
  char days[REPORT_LINE], headline[REPORT_LINE];

  report_words_days(r, days);
  report_words_headline(r, headline);
  put_head(headline);
  fputs("<div style=\"font-size:20px;font-weight:bold;line-height:1.3\">",
        stdout);
  put(headline);
  fputs("</div>\n<div style=\"font-size:14px;padding-top:4px\">", stdout);
  put(days);
  fputs("</div>\n", stdout);
  put_facts(r);
  fputs("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
        "cellspacing=\"0\" style=\"margin-top:8px\">\n",
        stdout);
  for (size_t i = 0; i < r->items_num && i < REPORT_TOP; i++)
    if (r->items[i].kwh > 0)
      put_item(r, &r->items[i]);
  fputs("</table>\n</td></tr>\n</table>\n"
        "<!--[if mso]></td></tr></table><![endif]-->\n</body>\n</html>\n",
        stdout);
}
