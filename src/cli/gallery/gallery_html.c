/* SPDX-License-Identifier: MIT */
/* The frame of the gallery's pages: see gallery_html.h. */
#include <config.h>

#include "cli/gallery/gallery_html.h"

#include "base/text.h"
#include "cli/graph/graph_output.h"

#include <stdarg.h>
#include <string.h>

enum { PAGE_MAX = 256 * 1024 * 1024 };

/* Light and dark follow the reader's system. A phone shows one column. */
static const char style[] =
    ":root{color-scheme:light dark;--back:#f1f4f8;--card:#fff;--text:#1e293b;"
    "--soft:#5b6878;--line:#dde4ec;--accent:#1d4ed8;--bad:#b91c1c}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#0d131c;--card:#17202e;"
    "--text:#e6ebf2;--soft:#96a3b5;--line:#273244;--accent:#7db1ff;"
    "--bad:#fb8a8a}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--back);color:var(--text);"
    "font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
    "'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    ".bar,main,footer{max-width:1264px;margin:0 auto;padding:0 16px}\n"
    ".bar{padding-top:22px}\n"
    "h1{font-size:26px;line-height:1.2;margin:0;font-weight:650;"
    "letter-spacing:-.01em}\n"
    "h2{font-size:18px;margin:30px 0 10px;font-weight:650}\n"
    "h3{font-size:15px;margin:0;font-weight:600}\n"
    "a{color:var(--accent);text-decoration:none}a:hover{text-decoration:"
    "underline}\n"
    ".soft{color:var(--soft)}.bad{color:var(--bad)}\n"
    ".bar p{margin:4px 0 0}\n"
    ".pick{position:absolute;opacity:0;pointer-events:none}\n"
    "nav{position:sticky;top:0;z-index:1;background:var(--back);"
    "max-width:1264px;margin:0 auto;padding:12px 16px;display:flex;"
    "flex-wrap:wrap;gap:10px;align-items:center}\n"
    ".tabs{display:inline-flex;border:1px solid var(--line);"
    "border-radius:10px;background:var(--card);padding:3px}\n"
    ".tabs label{padding:6px 16px;border-radius:7px;cursor:pointer;"
    "color:var(--soft);font-weight:550}\n"
    "#find{flex:1;min-width:120px;max-width:320px;font:inherit;color:inherit;"
    "background:var(--card);border:1px solid var(--line);border-radius:10px;"
    "padding:7px 12px}\n"
    ".tiles{display:flex;flex-wrap:wrap;gap:12px;margin-bottom:14px}\n"
    ".tile{padding:12px 16px;min-width:180px}.tile "
    "b{display:block;font-size:25px;"
    "font-weight:650;line-height:1.25;white-space:nowrap}\n"
    ".card,.tile{background:var(--card);border:1px solid var(--line);"
    "border-radius:12px;overflow:hidden}\n"
    ".grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min("
    "100%,340px),1fr));gap:14px;align-items:start}\n"
    ".pair{grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));"
    "margin-bottom:14px}\n"
    ".top{display:flex;justify-content:space-between;gap:12px;padding:11px "
    "14px 6px;align-items:baseline}\n"
    ".top .soft,.top .bad{font-size:13px}\n"
    ".now{font-weight:650;white-space:nowrap;text-align:right}\n"
    ".dot{display:inline-block;width:10px;height:10px;border-radius:3px;"
    "margin-right:8px}\n"
    "figure{margin:0}figure,.when{display:none}\n"
    "img{display:block;width:100%;height:auto}\n"
    "[hidden]{display:none!important}\n"
    ".none{margin:0;padding:30px 14px 40px;color:var(--soft);text-align:"
    "center}\n"
    "ul{padding-left:20px}summary{cursor:pointer}\n"
    "footer{padding-top:26px;padding-bottom:40px;font-size:13px;"
    "color:var(--soft)}\n"
    "@media(max-width:480px){.bar,main,nav,footer{padding-left:10px;"
    "padding-right:10px}.tabs{flex:1 0 100%}.tabs "
    "label{flex:1;text-align:center;"
    "padding:6px 4px;white-space:nowrap}#find{max-width:none}.tile "
    "b{font-size:18px}.tiles{gap:8px}"
    ".tile{flex:1 1 auto;padding:9px 10px;min-width:100px}}\n";

/* Remembers the tab in the address, from page to page, and finds devices by
 * name where there are many. Without it the pages show all the same. */
static const char script[] =
    "(function(){'use strict';\n"
    "var picks=document.querySelectorAll('.pick'),\n"
    "links=document.querySelectorAll('a[href$=\".html\"]'),\n"
    "cards=document.querySelectorAll('[data-name]'),\n"
    "find=document.getElementById('find');\n"
    "function pass(){picks.forEach(function(p){if(p.checked)"
    "links.forEach(function(a){a.hash='show-'+p.id})})}\n"
    "function choose(){picks.forEach(function(p){"
    "if('#show-'+p.id===location.hash)p.checked=true});pass()}\n"
    "picks.forEach(function(p){p.addEventListener('change',function(){"
    "location.replace('#show-'+p.id)})});\n"
    "window.addEventListener('hashchange',choose);choose();\n"
    "if(cards.length>7){find.hidden=false;"
    "find.addEventListener('input',function(){"
    "var word=find.value.toLowerCase();cards.forEach(function(c){"
    "c.hidden=c.dataset.name.toLowerCase().indexOf(word)<0})})}\n"
    "})();";

void gallery_html_init(struct gallery_html *h) {
  buf_init(&h->text, PAGE_MAX);
  h->err = 0;
}

void gallery_html_free(struct gallery_html *h) { buf_free(&h->text); }

void gallery_html_add(struct gallery_html *h, const char *format, ...) {
  va_list args;

  va_start(args, format);
  if (h->err == 0)
    h->err = buf_addv(&h->text, format, args);
  va_end(args);
}

/* What stands for a byte of text in HTML; NULL: it stands for itself. */
static const char *entity(char c) {
  static const char *const entities[128] = {
      ['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",
      ['"'] = "&quot;", ['\''] = "&#39;", [0x7f] = " "};

  return c >= 0 && c < ' ' ? " " : c >= 0 ? entities[(int)c] : NULL;
}

void gallery_html_text(struct gallery_html *h, const char *text) {
  size_t len = strlen(text);

  while (len > 0 && h->err == 0) {
    uint32_t code = 0;
    size_t n = text_decode(text, len, &code);
    const char *instead = n == 0 ? "?" : n == 1 ? entity(*text) : NULL;

    n = n > 0 ? n : 1;
    h->err = instead != NULL ? buf_adds(&h->text, instead)
                             : buf_add(&h->text, text, n);
    text += n;
    len -= n;
  }
}

void gallery_html_time(struct gallery_html *h, time_t when) {
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
  struct tm tm = {0};

  localtime_r(&when, &tm);
  gallery_html_add(h, "%d %s %d, %02d:%02d", tm.tm_mday, months[tm.tm_mon % 12],
                   tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

/* Each tab is a radio button in front of all: CSS alone shows what it picks. */
static void add_tabs(struct gallery_html *h, const bool spans[GRAPH_SPANS]) {
  bool first = true;

  gallery_html_add(h, "<style>");
  for (size_t i = 0; i < GRAPH_SPANS; i++)
    if (spans[i]) {
      const char *name = graph_spans[i].name;

      gallery_html_add(h,
                       "#%s:checked~main .%s{display:block}"
                       "#%s:checked~nav label[for=%s]{background:var(--accent);"
                       "color:var(--card)}"
                       "#%s:focus-visible~nav label[for=%s]{outline:2px solid "
                       "var(--text);outline-offset:1px}\n",
                       name, name, name, name, name, name);
    }
  gallery_html_add(h, "</style></head>\n<body>\n");
  for (size_t i = 0; i < GRAPH_SPANS; i++)
    if (spans[i]) {
      gallery_html_add(h,
                       "<input class=\"pick\" type=\"radio\" name=\"span\" "
                       "id=\"%s\"%s>\n",
                       graph_spans[i].name, first ? " checked" : "");
      first = false;
    }
}

void gallery_html_begin(struct gallery_html *h, const char *title,
                        const char *head, const bool spans[GRAPH_SPANS]) {
  gallery_html_add(h,
                   "<!DOCTYPE html>\n<html lang=\"en\"><head>\n"
                   "<meta charset=\"utf-8\">\n" GRAPH_MARK " " PACKAGE_VERSION
                   "\">\n<meta name=\"viewport\" content=\"width=device-width,"
                   "initial-scale=1\">\n<title>");
  gallery_html_text(h, title);
  gallery_html_add(h, "</title>\n<style>\n%s</style>\n", style);
  add_tabs(h, spans);
  gallery_html_add(h,
                   "<header class=\"bar\">%s</header>\n<nav>"
                   "<span class=\"tabs\">",
                   head);
  for (size_t i = 0; i < GRAPH_SPANS; i++)
    if (spans[i])
      gallery_html_add(h, "<label for=\"%s\">%s</label>", graph_spans[i].name,
                       graph_spans[i].title);
  gallery_html_add(h,
                   "</span><input id=\"find\" type=\"search\" hidden "
                   "placeholder=\"Find a device\" aria-label=\"Find a device\">"
                   "</nav>\n<main>\n");
}

void gallery_html_end(struct gallery_html *h, time_t now) {
  gallery_html_add(h, "</main>\n<footer>Drawn on ");
  gallery_html_time(h, now);
  gallery_html_add(h,
                   " by kasactl graph from collectd's RRD files. A lighter "
                   "band reaches from the lowest to the highest reading, the "
                   "line is the average. A pale bar still grows.</footer>\n"
                   "<script>%s</script>\n</body></html>\n",
                   script);
}
