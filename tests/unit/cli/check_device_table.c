/* SPDX-License-Identifier: MIT */
/* The table, line by line as people see it. */
#include <config.h>

#include "base/width.h"
#include "cli/devices/device_table.h"

#include "../support/suite.h"

#include <string.h>

static struct device_row *add(struct device_rows *rows,
                              enum device_row_kind kind, const char *name,
                              const char *model) {
  struct device_row *row = device_rows_add(rows);

  row->kind = kind;
  strcpy(row->name, name);
  strcpy(row->model, model);
  return row;
}

static void measure(struct device_row *row, double watts, double volts,
                    double amps, double kwh) {
  reading_set(&row->now, Q_POWER, watts);
  reading_set(&row->now, Q_VOLTAGE, volts);
  reading_set(&row->now, Q_CURRENT, amps);
  reading_set(&row->now, Q_KWH_TODAY, kwh);
  reading_set(&row->now, Q_RELAY, watts > 0);
}

static void fill_house(struct device_rows *rows, struct device_row *total) {
  struct device_row *row =
      add(rows, DEVICE_ROW_DEVICE, "Büro Heizung", "HS110(EU)");

  measure(row, 1481.06, 229.1, 6.4642, 2.504);
  reading_set(&row->now, Q_SIGNAL, -50);
  row = add(rows, DEVICE_ROW_DEVICE, "Desk strip", "HS300(US)");
  measure(row, 28.9, 120.25, 0.24, 0.05);
  reading_set(&row->now, Q_SIGNAL, -72);
  measure(add(rows, DEVICE_ROW_PLUG, "Monitor", ""), 28.9, 120.3, 0.24, 0.05);
  measure(add(rows, DEVICE_ROW_LAST_PLUG, "Fan", ""), 0, 120.2, 0, 0);
  row = add(rows, DEVICE_ROW_DEVICE, "Garden pump", "HS110(EU)");
  row->failed = true;
  strcpy(row->remark, "silent since 14:02 (timeout)");
  row = add(rows, DEVICE_ROW_DEVICE, "🎄 Tree", "HS103(US)");
  reading_set(&row->now, Q_RELAY, 1);
  reading_set(&row->now, Q_SIGNAL, -90);
  row = add(rows, DEVICE_ROW_DEVICE, "日本語の長い名前のランプがここ",
            "KP115(EU)");
  measure(row, 12345.6, 100, 123.46, 0);
  reading_drop(&row->now, Q_KWH_TODAY);
  row->counted = true;
  row->wh = 1234567;
  *total = (struct device_row){.kind = DEVICE_ROW_TOTAL};
  strcpy(total->name, "5 devices, 4 up, 4 on");
  reading_set(&total->now, Q_POWER, 13855.6);
}

static void draw(char out[4000], struct style style,
                 const struct table_column *columns,
                 struct device_table_view *view) {
  struct device_rows rows = {0};
  struct device_row total;
  struct buf text;

  buf_init(&text, 4000);
  fill_house(&rows, &total);
  ck_assert_int_eq(
      device_table_draw(&text, &style, columns, &rows, &total, view), 0);
  strcpy(out, text.data);
  buf_free(&text);
  device_rows_free(&rows);
}

START_TEST(the_table_fits_eighty_columns) {
  char out[4000];

  draw(out, (struct style){.columns = 80}, table_live, NULL);
  /* clang-format off */
  ck_assert_str_eq(out,
      "NAME                      MODEL           W      V      A    kWh   ON   SIGNAL\n"
      "Büro Heizung              HS110(EU)  1481.1  229.1  6.464   2.50   on   ▂▄▆█ -50\n"
      "Desk strip                HS300(US)    28.9  120.2  0.240   0.05   on   ▂▄   -72\n"
      "├ Monitor                              28.9  120.3  0.240   0.05   on\n"
      "└ Fan                                   0.0  120.2  0.000   0.00   off\n"
      "Garden pump               HS110(EU)  silent since 14:02 (timeout)\n"
      "🎄 Tree                   HS103(US)                                on   ▂    -90\n"
      "日本語の長い名前のラン…   KP115(EU)   12346  100.0  123.5   1235*  on\n"
      "────────────────────────────────────────────────────────────────────────────────\n"
      "5 devices, 4 up, 4 on                 13856\n");
  /* clang-format on */
}
END_TEST

START_TEST(a_wide_window_has_more) {
  struct style style = {.columns = 160};
  struct device_rows rows = {0};
  struct device_row total = {.kind = DEVICE_ROW_TOTAL};
  struct device_row *row = add(&rows, DEVICE_ROW_DEVICE, "Lamp", "KL130");
  struct buf text;

  measure(row, 9.5, 230, 0.04, 0.25);
  reading_set(&row->now, Q_KWH_MONTH, 12.5);
  reading_set(&row->now, Q_ON_TIME, 3 * 86400.0 + 4 * 3600 + 7 * 60);
  strcpy(row->address, "192.0.2.7");
  strcpy(row->trend, "_#                  ");
  reading_set(&total.now, Q_CURRENT, 99); /* means nothing: not shown */
  buf_init(&text, 4000);
  ck_assert_int_eq(
      device_table_draw(&text, &style, table_live, &rows, &total, NULL), 0);
  /* clang-format off */
  ck_assert_ptr_nonnull(strstr(text.data,
      "  MODEL  ADDRESS         W      V      A    kWh    MONTH  ON       ON FOR  SIGNAL    LAST HOUR\n"));
  ck_assert_ptr_nonnull(strstr(text.data,
      "  KL130  192.0.2.7     9.5  230.0  0.040   0.25    12.50  on     3d 04:07            _#\n"));
  /* clang-format on */
  ck_assert_ptr_null(strstr(text.data, "99"));
  buf_free(&text);
  device_rows_free(&rows);
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal) {
  char out[4000];

  draw(out, (struct style){.columns = (unsigned)_i, .ascii = _i % 2 == 0},
       _i % 3 == 0 ? table_discovered : table_live, NULL);
  for (char *line = strtok(out, "\n"); line != NULL; line = strtok(NULL, "\n"))
    ck_assert_uint_le(width_text(line), (unsigned)_i);
}
END_TEST

START_TEST(ornaments_can_be_plain_ascii) {
  char out[4000];

  draw(out, (struct style){.columns = 80, .ascii = true}, table_live, NULL);
  ck_assert_ptr_nonnull(strstr(out, "|- Monitor"));
  ck_assert_ptr_nonnull(strstr(out, "`- Fan"));
  ck_assert_ptr_nonnull(strstr(out, "|||| -50"));
  ck_assert_ptr_null(strstr(out, "─"));
}
END_TEST

START_TEST(colour_changes_no_character) {
  char plain[4000];
  char colour[4000];
  char *to = colour;

  draw(plain, (struct style){.columns = 80}, table_live, NULL);
  draw(colour, (struct style){.columns = 80, .colour = true}, table_live, NULL);
  ck_assert_ptr_nonnull(strstr(colour, "\033[31mGarden pump\033[0m"));
  for (const char *from = colour; *from != '\0';)
    if (*from == '\033')
      from = strchr(from, 'm') + 1;
    else
      *to++ = *from++;
  *to = '\0';
  ck_assert_str_eq(colour, plain);
}
END_TEST

START_TEST(a_small_window_shows_a_part_and_says_so) {
  struct device_table_view view = {.first = 100, .most = 4};
  char out[4000];

  draw(out, (struct style){.columns = 80}, table_live, &view);
  ck_assert_uint_eq(view.first, 4);
  ck_assert_ptr_null(strstr(out, "Fan"));
  ck_assert_ptr_nonnull(strstr(out, "Garden pump"));
  ck_assert_ptr_nonnull(strstr(out, "\n… 4 more above: arrow keys\n"));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, the_table_fits_eighty_columns);
  tcase_add_test(t, a_wide_window_has_more);
  tcase_add_loop_test(t, no_line_is_wider_than_the_terminal, 46, 130);
  tcase_add_test(t, ornaments_can_be_plain_ascii);
  tcase_add_test(t, colour_changes_no_character);
  tcase_add_test(t, a_small_window_shows_a_part_and_says_so);
}

int main(void) { return suite_run("table", fill); }
