/* SPDX-License-Identifier: MIT */
/* The table of devices: see device_table.h. */
#include <config.h>

#include "cli/devices/device_table.h"

#include "base/width.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  CELL_SIZE = 400,
  GAP = 2,
  NAME_MIN = 14,
  COLUMNS_MAX = 16,
  ORDINARY = 80
};

struct cell {
  char text[CELL_SIZE];
  enum ink ink;
};

struct table_column {
  const char *title;
  unsigned width;
  unsigned from; /* shown on terminals of at least so many columns */
  bool right;    /* numbers */
  bool value;    /* a remark stands in place of these */
  bool spare;    /* left out where no row has it */
  void (*fill)(const struct device_row *row, const struct style *style,
               struct cell *cell);
};

/* -- what stands in the cells -- */

static bool print(struct cell *cell, const struct reading *r, enum quantity q,
                  unsigned decimals, double scale) {
  double value;

  if (!reading_has(r, q))
    return false;
  value = r->value[q];
  /* As many decimals as fit: 9.999, 99.99, 999.9 */
  while (decimals > 0 && fabs(value) >= scale) {
    scale *= 10;
    decimals--;
  }
  snprintf(cell->text, sizeof(cell->text), "%.*f", (int)decimals, value);
  return true;
}

static void fill_model(const struct device_row *row, const struct style *style,
                       struct cell *cell) {
  (void)style;
  snprintf(cell->text, sizeof(cell->text), "%s", row->model);
  cell->ink = INK_CYAN;
}

static void fill_address(const struct device_row *row,
                         const struct style *style, struct cell *cell) {
  (void)style;
  snprintf(cell->text, sizeof(cell->text), "%s", row->address);
}

static void fill_via(const struct device_row *row, const struct style *style,
                     struct cell *cell) {
  (void)style;
  snprintf(cell->text, sizeof(cell->text), "%s", row->via);
  cell->ink = INK_DIM;
}

static void fill_power(const struct device_row *row, const struct style *style,
                       struct cell *cell) {
  (void)style;
  if (!print(cell, &row->now, Q_POWER, 1, 9999.95))
    return;
  if (row->now.value[Q_POWER] < 0.05)
    cell->ink = INK_DIM;
  else if (row->kind == DEVICE_ROW_DEVICE && row->now.value[Q_POWER] >= 1000)
    cell->ink = INK_YELLOW;
  else if (row->kind == DEVICE_ROW_DEVICE)
    cell->ink = INK_BOLD;
}

static void fill_voltage(const struct device_row *row,
                         const struct style *style, struct cell *cell) {
  (void)style;
  (void)print(cell, &row->now, Q_VOLTAGE, 1, 999.95);
}

static void fill_current(const struct device_row *row,
                         const struct style *style, struct cell *cell) {
  (void)style;
  if (row->kind == DEVICE_ROW_TOTAL)
    return; /* a sum over circuits and phases flows nowhere */
  (void)print(cell, &row->now, Q_CURRENT, 3, 9.9995);
}

/* Today's energy; what collectd counted since its start carries a "*". */
static void fill_energy(const struct device_row *row, const struct style *style,
                        struct cell *cell) {
  struct reading r = row->now;
  bool counted = !reading_has(&r, Q_KWH_TODAY) && row->counted;

  (void)style;
  if (counted)
    reading_set(&r, Q_KWH_TODAY, row->wh / 1000);
  if (print(cell, &r, Q_KWH_TODAY, 2, 99.995))
    strcat(cell->text, counted ? "*" : " ");
}

static void fill_relay(const struct device_row *row, const struct style *style,
                       struct cell *cell) {
  bool on = row->now.value[Q_RELAY] > 0;

  (void)style;
  if (!reading_has(&row->now, Q_RELAY))
    return;
  snprintf(cell->text, sizeof(cell->text), "%s", on ? "on" : "off");
  cell->ink = on ? INK_GREEN : INK_DIM;
}

/* Bars as on a telephone, and the number for who wants it. */
static void fill_signal(const struct device_row *row, const struct style *style,
                        struct cell *cell) {
  static const struct {
    double from; /* dBm */
    const char *bars, *ascii;
    enum ink ink;
  } levels[] = {
      {-55, "\u2582\u2584\u2586\u2588", "||||", INK_GREEN},
      {-67, "\u2582\u2584\u2586 ", "||| ", INK_GREEN},
      {-75, "\u2582\u2584  ", "||  ", INK_YELLOW},
      {-1000, "\u2582   ", "|   ", INK_RED},
  };
  double dbm = row->now.value[Q_SIGNAL];
  size_t i = 0;

  if (!reading_has(&row->now, Q_SIGNAL))
    return;
  while (dbm < levels[i].from)
    i++;
  snprintf(cell->text, sizeof(cell->text), "%s%4.0f",
           style->ascii ? levels[i].ascii : levels[i].bars, dbm);
  cell->ink = levels[i].ink;
}

static void fill_trend(const struct device_row *row, const struct style *style,
                       struct cell *cell) {
  (void)style;
  snprintf(cell->text, sizeof(cell->text), "%s", row->trend);
  cell->ink = INK_CYAN;
}

static void fill_month(const struct device_row *row, const struct style *style,
                       struct cell *cell) {
  (void)style;
  (void)print(cell, &row->now, Q_KWH_MONTH, 2, 999.995);
}

/* "4:07", "3d 04:07": hours and minutes; nothing while off. */
static void fill_on_time(const struct device_row *row,
                         const struct style *style, struct cell *cell) {
  double seconds = row->now.value[Q_ON_TIME];
  unsigned long minutes;

  (void)style;
  if (!reading_has(&row->now, Q_ON_TIME) || seconds <= 0 || seconds > 1e10)
    return;
  minutes = (unsigned long)(seconds / 60);
  if (minutes >= 24 * 60)
    snprintf(cell->text, sizeof(cell->text), "%lud %02lu:%02lu",
             minutes / 60 / 24, minutes / 60 % 24, minutes % 60);
  else
    snprintf(cell->text, sizeof(cell->text), "%lu:%02lu", minutes / 60,
             minutes % 60);
}

#define COLUMN_MODEL                                                           \
  { "MODEL", 10, 60, false, false, false, fill_model }
#define COLUMN_W                                                               \
  { "W", 6, 0, true, true, false, fill_power }
#define COLUMN_V                                                               \
  { "V", 5, 72, true, true, false, fill_voltage }
#define COLUMN_A                                                               \
  { "A", 5, 76, true, true, false, fill_current }
#define COLUMN_KWH                                                             \
  { "kWh ", 6, 50, true, true, false, fill_energy }
#define COLUMN_ON                                                              \
  { "ON", 3, 0, false, true, false, fill_relay }
#define COLUMN_SIGNAL                                                          \
  { "SIGNAL", 8, 56, false, true, false, fill_signal }

static const struct table_column live[] = {
    COLUMN_MODEL,
    {"ADDRESS", 15, 160, false, false, true, fill_address},
    COLUMN_W,
    COLUMN_V,
    COLUMN_A,
    COLUMN_KWH,
    {"MONTH", 6, 125, true, true, true, fill_month},
    COLUMN_ON,
    {"ON FOR", 10, 140, true, true, true, fill_on_time},
    COLUMN_SIGNAL,
    {"LAST HOUR", TREND_COLUMNS, 110, false, true, true, fill_trend},
    {.title = NULL},
};

#undef COLUMN_V
#undef COLUMN_A
#undef COLUMN_KWH
#define COLUMN_V                                                               \
  { "V", 5, 100, true, true, false, fill_voltage }
#define COLUMN_A                                                               \
  { "A", 5, 100, true, true, false, fill_current }
#define COLUMN_KWH                                                             \
  { "kWh ", 6, 100, true, true, false, fill_energy }

static const struct table_column discovered[] = {
    COLUMN_MODEL,
    {"ADDRESS", 15, 0, false, false, false, fill_address},
    {"VIA", 4, 76, false, false, false, fill_via},
    COLUMN_W,
    COLUMN_V,
    COLUMN_A,
    COLUMN_KWH,
    COLUMN_ON,
    COLUMN_SIGNAL,
    {.title = NULL},
};

const struct table_column *const table_live = live;
const struct table_column *const table_discovered = discovered;

bool device_table_has_counted(const struct device_rows *rows) {
  for (size_t i = 0; i < rows->count; i++)
    if (rows->items[i].counted && rows->items[i].remark[0] == '\0' &&
        !reading_has(&rows->items[i].now, Q_KWH_TODAY))
      return true;
  return false;
}

/* -- where it stands -- */

struct layout {
  struct buf *out;
  const struct style *style;
  const struct table_column *columns[COLUMNS_MAX];
  unsigned widths[COLUMNS_MAX];
  size_t count;
  unsigned name;   /* columns of the first column */
  unsigned texts;  /* of it and all others that are no values */
  unsigned values; /* of the rest, with the gap before it */
  const char *ellipsis;
  int err; /* the first failed append */
};

static unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
static unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }

/* Plugs stand under their strip, drawn like a tree. */
static const char *branch(const struct style *style,
                          enum device_row_kind kind) {
  if (kind == DEVICE_ROW_PLUG)
    return style->ascii ? "|- " : "\u251c ";
  if (kind == DEVICE_ROW_LAST_PLUG)
    return style->ascii ? "`- " : "\u2514 ";
  return "";
}

static unsigned widest_name(const struct style *style,
                            const struct device_rows *rows) {
  unsigned widest = NAME_MIN;

  for (size_t i = 0; i < rows->count; i++)
    widest = max(widest, width_text(rows->items[i].name) +
                             width_text(branch(style, rows->items[i].kind)));
  return widest;
}

/* Texts need not be wider than what stands in them; numbers keep their place
 * while they move. */
static unsigned column_width(const struct table_column *column,
                             const struct style *style,
                             const struct device_rows *rows) {
  unsigned widest = width_text(column->title);

  if (column->value)
    return column->width;
  for (size_t i = 0; i < rows->count && widest < column->width; i++) {
    struct cell cell = {.text = ""};

    column->fill(&rows->items[i], style, &cell);
    widest = max(widest, width_text(cell.text));
  }
  return min(widest, column->width);
}

static bool anywhere(const struct table_column *column,
                     const struct style *style,
                     const struct device_rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct cell cell = {.text = ""};

    column->fill(&rows->items[i], style, &cell);
    if (cell.text[0] != '\0')
      return true;
  }
  return false;
}

static void lay_out(struct layout *l, const struct table_column *columns,
                    const struct device_rows *rows) {
  unsigned rest = 0;

  l->ellipsis = l->style->ascii ? "~" : "\u2026";
  for (const struct table_column *c = columns; c->title != NULL; c++) {
    if (l->style->columns < c->from ||
        (c->spare && !anywhere(c, l->style, rows)))
      continue;
    l->columns[l->count] = c;
    l->widths[l->count] = column_width(c, l->style, rows);
    rest += GAP + l->widths[l->count];
    if (c->value)
      l->values += GAP + l->widths[l->count];
    l->count++;
  }
  l->name =
      rest + NAME_MIN < l->style->columns ? l->style->columns - rest : NAME_MIN;
  /* Wider than an ordinary terminal only where the names need it. */
  if (l->style->columns > ORDINARY)
    l->name = min(l->name, max(widest_name(l->style, rows),
                               rest < ORDINARY ? ORDINARY - rest : 0));
  l->texts = l->name + rest - l->values;
}

/* -- drawing -- */

static void note(struct layout *l, int err) {
  if (l->err == 0)
    l->err = err;
}

static void pad(struct layout *l, unsigned columns) {
  note(l, buf_addf(l->out, "%*s", (int)columns, ""));
}

/* Text in so many columns. */
static void put(struct layout *l, const char *text, unsigned columns,
                bool right, enum ink ink) {
  char cut[CELL_SIZE];
  unsigned used = width_cut(text, columns, l->ellipsis, cut, sizeof(cut));

  if (right)
    pad(l, columns - used);
  note(l, style_ink(l->style, l->out, ink, cut));
  if (!right)
    pad(l, columns - used);
}

static void end_line(struct layout *l) {
  size_t len = l->out->len;

  if (l->err < 0)
    return;
  while (len > 0 && l->out->data[len - 1] == ' ')
    len--;
  l->out->len = len;
  note(l, buf_add(l->out, "\n", 1));
}

static void draw_name(struct layout *l, const struct device_row *row) {
  const char *tree = branch(l->style, row->kind);
  unsigned indent = width_text(tree);
  enum ink ink = row->failed                      ? INK_RED
                 : row->kind == DEVICE_ROW_TOTAL  ? INK_BOLD
                 : row->kind != DEVICE_ROW_DEVICE ? INK_PLAIN
                 : row->remark[0] != '\0'         ? INK_YELLOW
                                                  : INK_BOLD;

  if (indent > 0)
    note(l, style_ink(l->style, l->out, INK_DIM, tree));
  put(l, row->name,
      (row->kind == DEVICE_ROW_TOTAL ? l->texts : l->name) - indent, false,
      ink);
}

static void draw_row(struct layout *l, const struct device_row *row) {
  draw_name(l, row);
  for (size_t i = 0; i < l->count; i++) {
    const struct table_column *c = l->columns[i];
    struct cell cell = {.text = ""};

    if (!c->value && row->kind == DEVICE_ROW_TOTAL)
      continue;
    pad(l, GAP);
    if (c->value && row->remark[0] != '\0') {
      put(l, row->remark, l->values - GAP, false,
          row->failed ? INK_RED : INK_YELLOW);
      break;
    }
    c->fill(row, l->style, &cell);
    put(l, cell.text, l->widths[i], c->right,
        row->kind == DEVICE_ROW_TOTAL ? INK_BOLD : cell.ink);
  }
  end_line(l);
}

static void draw_header(struct layout *l) {
  put(l, "NAME", l->name, false, INK_DIM);
  for (size_t i = 0; i < l->count; i++) {
    pad(l, GAP);
    put(l, l->columns[i]->title, l->widths[i], l->columns[i]->right, INK_DIM);
  }
  end_line(l);
}

static void draw_line(struct layout *l) {
  char line[STYLE_COLUMNS_MAX * 3 + 1] = "";
  const char *dash = l->style->ascii ? "-" : "\u2500";
  unsigned columns = min(l->texts + l->values, l->style->columns);

  for (unsigned i = 0; i < columns; i++)
    memcpy(line + i * strlen(dash), dash, strlen(dash) + 1);
  note(l, style_ink(l->style, l->out, INK_DIM, line));
  end_line(l);
}

static void draw_missing(struct layout *l, size_t above, size_t below) {
  char text[120];

  if (above > 0 && below > 0)
    snprintf(text, sizeof(text), "%s %zu above, %zu below: arrow keys",
             l->ellipsis, above, below);
  else
    snprintf(text, sizeof(text), "%s %zu more %s: arrow keys", l->ellipsis,
             above + below, above > 0 ? "above" : "below");
  put(l, text, l->texts + l->values, false, INK_YELLOW);
  end_line(l);
}

unsigned device_table_width(const struct style *style,
                            const struct table_column *columns,
                            const struct device_rows *rows) {
  struct layout l = {.style = style};

  lay_out(&l, columns, rows);
  return l.texts + l.values;
}

int device_table_draw(struct buf *out, const struct style *style,
                      const struct table_column *columns,
                      const struct device_rows *rows,
                      const struct device_row *total,
                      struct device_table_view *view) {
  struct layout l = {.out = out, .style = style};
  size_t first = 0;
  size_t shown = rows->count;

  if (view != NULL && view->most > 1 && rows->count > view->most) {
    shown = view->most - 1;
    if (view->first > rows->count - shown)
      view->first = rows->count - shown;
    first = view->first;
  } else if (view != NULL) {
    view->first = 0;
  }
  lay_out(&l, columns, rows);
  draw_header(&l);
  for (size_t i = first; i < first + shown; i++)
    draw_row(&l, &rows->items[i]);
  if (shown < rows->count)
    draw_missing(&l, first, rows->count - first - shown);
  if (total != NULL) {
    draw_line(&l);
    draw_row(&l, total);
  }
  return l.err;
}
