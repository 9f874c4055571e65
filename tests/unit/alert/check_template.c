/* SPDX-License-Identifier: MIT */
/* The template language: what renders to what, and what is refused with which
 * words. */
#include <config.h>

#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"
#include "alert/text/template_variables.h"

#include "../support/samples.h"
#include "../support/suite.h"

#include <errno.h>
#include <math.h>

#define N NARROW

static struct alert freezer(void) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1620, DIRECTION_ABOVE, 1500);
  static const struct alert_label labels[] = {{"room", "cellar"}};
  strcpy(a.text, "Data source \"value\" is currently 1620.000000.");
  strcpy(a.fingerprint, "00112233445566778899aabbccddeeff");
  strcpy(a.meta[0].key, "Ticket");
  strcpy(a.meta[0].value, "A-7");
  a.labels = labels;
  a.labels_num = 1;
  a.level = LEVEL_ERROR;
  a.warning_max = 1500;
  a.count = 1234;
  return a;
}

/* Renders text for the freezer, five minutes later. */
static void render(const char *text, enum text_target target, char *out,
                   size_t size) {
  struct alert a = freezer();
  struct message m =
      sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403 + MINUTES(5));
  struct text_override route = {.name = (char *)"cold things"};
  char error[300] = "";
  struct template *t = template_compile(text, error, sizeof(error));
  struct buf b;
  ck_assert_msg(t != NULL, "%s: %s", text, error);
  m.words = &route;
  buf_init(&b, TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(message_render(t, &m, target, &b), 0);
  snprintf(out, size, "%s", b.data != NULL ? b.data : "");
  buf_free(&b);
  template_free(t);
}

static const struct {
  const char *text;
  const char *words;
} plain[] = {
    {"", ""},
    {"no names", "no names"},
    {"100 %, 50% off, %", "100 %, 50% off, %"},
    {"%%{value}", "%{value}"},
    {"%%%%", "%%"},
    {"a%{nl}b", "a\nb"},
    /* identity */
    {"%{host} %{plugin} %{plugin_instance} %{type} %{type_instance}",
     "nas kasa Freezer power "},
    {"%{identifier}", "nas/kasa-Freezer/power"},
    {"%{device}|%{ device }|%{metric}", "Freezer|Freezer|power"},
    {"%{id} %{class} %{fingerprint}",
     "417 range 00112233445566778899aabbccddeeff"},
    /* state */
    {"%{severity} %{level} %{state} %{reason} %{count}",
     "WARNING error firing opened 1" N "234"},
    /* value */
    {"%{value} %{current_value} %{value_raw} %{unit}",
     "1" N "620 W 1" N "620 W 1620 W"},
    {"%{ds:value}/%{ds:other}", "1" N "620 W/"},
    {"%{limit} %{warning_max} [%{failure_max}] %{excess} %{direction}",
     "1" N "500 W 1" N "500 W [] 120 W above"},
    {"[%{percent}] [%{peak}] %{data_source}", "[] [] value"},
    /* time */
    {"%{since}", "2026-11-21 14:03:00 CET"},
    {"%{since|clock} %{since|date:%d.%m.} %{since|relative}",
     "14:03 21.11. 5 minutes ago"},
    {"%{duration} [%{delay}] [%{resolved_at}] %{now|clock}",
     "5 minutes [] [] 14:08"},
    /* text */
    {"%{message}", "Data source \"value\" is currently 1620.000000."},
    {"%{title}", "Freezer: 1" N "620 W"},
    {"%{details}",
     "Freezer: 1" N "620 W, above 1" N "500 W for 5 minutes (since 14:03)."},
    {"%{channel} %{route} %{collectd_host} [%{url}]",
     "phone cold things nas []"},
    {"%{meta:ticket} %{label:room} [%{label:floor}]", "A-7 cellar []"},
    /* filters */
    {"%{peak|default:unknown} %{value|default:x}", "unknown 1" N "620 W"},
    {"%{device|upper} %{device|lower}", "FREEZER freezer"},
    {"%{value|number:2} %{value|number} %{duration|number:0}",
     "1" N "620.00 1" N "620 300"},
    {"%{count|duration}", "20 minutes"},
    {"%{device|truncate:4} %{device|truncate:7}", "Fre\xe2\x80\xa6 Freezer"},
    {"%{device|url} %{message|truncate:8|upper}",
     "Freezer DATA SO\xe2\x80\xa6"},
    {"%{message|json|truncate:14}", "Data source\xe2\x80\xa6"},
    {"%{message|truncate:26}", "Data source \"value\" is\xe2\x80\xa6"},
    {"%{level|raw}", "error"},
    /* if */
    {"%{if value}yes%{end}", "yes"},
    {"%{if peak}yes%{else}no%{end}", "no"},
    {"%{if level>=error}a%{end}%{if level > error}b%{end}"
     "%{if level<critical}c%{end}%{if level!=info}d%{end}",
     "acd"},
    {"%{if value>1500}a%{end}%{if value<=1500}b%{end}%{if value==1620}c%{end}",
     "ac"},
    {"%{if duration>=5m}a%{end}%{if duration>=301}b%{end}", "a"},
    {"%{if class==range}a%{end}%{if reason!=repeat}b%{end}%{if "
     "device==freezer}c%{end}",
     "abc"},
    {"%{if peak>1}a%{else}b%{end}%{if meta:none!=x}c%{end}", "bc"},
    {"%{if value}%{if peak}a%{else}b%{end}%{else}c%{end}d", "bd"},
    {"%{if peak}%{if value}a%{else}b%{end}%{else}c%{end}d", "cd"},
    /* nothing to go over here */
    {"<%{each alerts}%{device}%{end}>", "<Freezer>"},
    {"<%{each members}%{member}%{end}%{if total>1}x%{end}>", "<>"},
    /* one alert is a group of one */
    {"%{total} %{failures}: %{each alerts}%{device}%{end} %{devices}",
     "1 1: Freezer Freezer"},
};

START_TEST(text_renders_to_words) {
  char out[1024];
  render(plain[_i].text, TARGET_PLAIN, out, sizeof(out));
  ck_assert_str_eq(out, plain[_i].words);
}
END_TEST

static const struct {
  const char *text;
  const char *error;
} refused[] = {
    {"%{valeu}", "unknown name valeu, did you mean value?, at character 3"},
    {"ab %{devcie|upper}",
     "unknown name devcie, did you mean device?, at character 6"},
    {"line\n\xc3\xbc %{xyzzyplugh}",
     "unknown name xyzzyplugh, in line 2 at character 5"},
    {"%{}", "a name is missing between %{ and }, at character 3"},
    {"%{value", "%{ without }, at character 1"},
    {"%{value|uper}", "unknown filter uper, did you mean upper?, at "
                      "character 9"},
    {"%{value|}", "a filter is missing behind |, at character 9"},
    {"%{if class==mising}x%{end}",
     "class is compared with range, missing or event, found mising, at "
     "character 13"},
    {"%{if severity!=failure}x%{end}",
     "severity is compared with FAILURE, WARNING or OKAY, found failure, at "
     "character 16"},
    {"%{if direction==over}x%{end}",
     "direction is compared with above, below or within, found over, at "
     "character 17"},
    {"%{if state==open}x%{end}",
     "state is compared with pending, firing, recovering, resolved or expired, "
     "found open, at character 13"},
    {"%{name}", "unknown name name, did you mean device?, at character 3"},
    {"%{if device}x%{endif}",
     "unknown name endif, did you mean end?, at character 16"},
    {"%{room}", "unknown name room, did you mean label:room?, at character 3"},
    {"%{foo}", "unknown name foo, at character 3"},
    {"%{time|date:}",
     "filter date of time needs an argument behind a colon, at character 8"},
    {"%{if value}x", "if without end, at character 13"},
    {"%{each alerts}x", "each without end, at character 16"},
    {"x%{end}", "end without if or each, at character 4"},
    {"x%{else}", "else without if, at character 4"},
    {"%{if value}%{else}%{else}%{end}", "a second else, at character 21"},
    {"%{each alerts}%{else}%{end}", "else without if, at character 17"},
    {"%{each plugs}%{end}",
     "each goes over alerts or members, found plugs, at character 8"},
    {"%{each alerts}%{each members}%{end}%{end}",
     "each within each, at character 17"},
    {"%{if level>=bad}%{end}",
     "level is compared with ok, info, warning, error, critical or emergency, "
     "found bad, at character 13"},
    {"%{if value>high}%{end}",
     "value is compared with a number, found high, at character 12"},
    {"%{if value>nan}%{end}",
     "value is compared with a number, found nan, at character 12"},
    {"%{if device>a}%{end}",
     "device is a text, which is compared with == or !=, at character 13"},
    {"%{if since>5}%{end}",
     "since is a time and cannot be compared; duration can, at character 12"},
    {"%{if duration>soon}%{end}", "duration is compared with seconds or 5m, "
                                  "4h, found soon, at character 15"},
    {"%{if valeu>3}%{end}",
     "unknown name valeu, did you mean value?, at character 6"},
    {"%{meta}", "meta needs a name behind a colon, as in meta:room, at "
                "character 3"},
    {"%{device:x}", "device takes nothing behind a colon; filters stand behind "
                    "a |, at character 3"},
    {"%{device|number:1}",
     "filter number of device expects a number, at character 10"},
    {"%{value|number:x}", "filter number of value expects a number of "
                          "decimals from 0 to 9, at character 9"},
    {"%{value|date:%H}", "filter date of value expects a time, at character 9"},
    {"%{since|date}", "filter date of since needs an argument behind a colon, "
                      "at character 9"},
    {"%{since|date:%Q}", "filter date of since expects a format of %Y %m %d %H "
                         "%M %S %F %T %R %a %b %e %Z and their like, at "
                         "character 9"},
    {"%{device|upper:x}",
     "filter upper of device takes no argument, at character 10"},
    {"%{device|truncate:0}", "filter truncate of device expects a number of "
                             "characters from 1 to 9999, at character 10"},
    {"%{message|raw}", "filter raw of message is refused here: names and texts "
                       "from devices are always escaped, at character 11"},
    {"%{host|upper|raw}", "filter raw of host is refused here: names and texts "
                          "from devices are always escaped, at character 14"},
};

START_TEST(mistake_is_named_with_its_place) {
  char error[300];
  struct template *t = template_compile(refused[_i].text, error, sizeof(error));
  ck_assert_ptr_null(t);
  ck_assert_str_eq(error, refused[_i].error);
}
END_TEST

START_TEST(nesting_and_length_have_ends) {
  char text[16384] = "";
  char error[300];
  for (int i = 0; i < 17; i++)
    strcat(text, "%{if value}");
  for (int i = 0; i < 17; i++)
    strcat(text, "%{end}");
  ck_assert_ptr_null(template_compile(text, error, sizeof(error)));
  ck_assert_str_eq(error,
                   "more than 16 levels of if and each, at character 179");
  memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  ck_assert_ptr_null(template_compile(text, error, sizeof(error)));
  ck_assert_str_eq(error, "longer than 8192 bytes");
}
END_TEST

START_TEST(output_has_a_ceiling) {
  struct alert a = freezer();
  struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
  char text[8100] = "";
  char error[300];
  struct template *t;
  struct buf out;
  for (int i = 0; i < 700; i++)
    strcat(text, "%{message}");
  t = template_compile(text, error, sizeof(error));
  ck_assert_msg(t != NULL, "%s", error);
  buf_init(&out, 3 * TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(message_render(t, &m, TARGET_PLAIN, &out), -EMSGSIZE);
  ck_assert_uint_le(out.len, TEMPLATE_OUTPUT_MAX);
  ck_assert_uint_gt(out.len, TEMPLATE_OUTPUT_MAX - 100);
  buf_free(&out);
  template_free(t);
}
END_TEST

static const struct {
  enum text_target target;
  const char *in;
  const char *out;
} escapes[] = {
    {TARGET_PLAIN, "a\tb\r\nc\x1b[31m \xc2\x9b\xe2\x80\xae.", "a b\nc[31m ."},
    {TARGET_PLAIN, "cut \xe2\x82 \xff",
     "cut \xef\xbf\xbd\xef\xbf\xbd "
     "\xef\xbf\xbd"},
    {TARGET_PLAIN,
     "\xef\xbb\xbf"
     "bom",
     "bom"},
    {TARGET_HTML, "<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"},
    {TARGET_SLACK, "<!here> & plug_1 a_b_c",
     "&lt;!here&gt; &amp; plug_1 a_b_c"},
    {TARGET_SLACK, "*b* _i_ ~s~ `c`",
     "*\xe2\x80\x8b"
     "b*\xe2\x80\x8b _\xe2\x80\x8b"
     "i_\xe2\x80\x8b "
     "~\xe2\x80\x8bs~\xe2\x80\x8b `\xe2\x80\x8b"
     "c`\xe2\x80\x8b"},
    {TARGET_DISCORD, "\\*_~`>#[](x)|",
     "\\\\\\*\\_\\~\\`\\>\\#\\[\\]\\(x\\)\\|"},
    {TARGET_JSON, "a\"b\\c\nd", "a\\\"b\\\\c\\nd"},
    {TARGET_MAIL_HEADER, "a\r\nBcc: x", "a Bcc: x"},
    {TARGET_URL, "a b/\xc3\xbc?&%", "a%20b%2F%C3%BC%3F%26%25"},
};

START_TEST(value_is_escaped_for_its_place) {
  struct buf out;
  buf_init(&out, 1024);
  ck_assert_int_eq(text_escape(escapes[_i].in, escapes[_i].target, &out), 0);
  ck_assert_str_eq(out.data, escapes[_i].out);
  buf_free(&out);
}
END_TEST

static const struct {
  const char *text;
  enum text_target target;
  const char *words;
} placed[] = {
    /* the author's text stays, the value is escaped */
    {"<b>%{message}</b>", TARGET_HTML,
     "<b>Data source &quot;value&quot; is currently 1620.000000.</b>"},
    {"{\"text\":\"%{message}\"}", TARGET_JSON,
     "{\"text\":\"Data source \\\"value\\\" is currently 1620.000000.\"}"},
    {"%{message|json}", TARGET_JSON,
     "Data source \\\"value\\\" is currently 1620.000000."},
    {"%{message|json}", TARGET_HTML,
     "Data source \\&quot;value\\&quot; is currently 1620.000000."},
    {"?d=%{message|url}", TARGET_HTML,
     "?d=Data%20source%20%22value%22%20is%20currently%201620.000000."},
    {"%{peak|default:<none>}", TARGET_HTML, "<none>"},
};

START_TEST(only_values_are_escaped) {
  char out[1024];
  render(placed[_i].text, placed[_i].target, out, sizeof(out));
  ck_assert_str_eq(out, placed[_i].words);
}
END_TEST

START_TEST(each_lists_ten_alerts_and_says_how_many_more) {
  struct alert a = freezer();
  struct alert many[12];
  const struct alert *all[12];
  struct message m = sample_message(&a, MESSAGE_NOTE, REASON_OPENED, AT_1403);
  struct view view = {
      .message = &m, .alert = &a, .alerts = all, .alerts_num = 12};
  char error[300];
  struct template *t =
      template_compile("%{total}: %{each alerts}%{device}%{if level>=critical}"
                       "!%{end} %{end}and %{more} more; %{devices}; %{device}",
                       error, sizeof(error));
  struct buf out;
  ck_assert_msg(t != NULL, "%s", error);
  for (int i = 0; i < 12; i++) {
    many[i] = a;
    snprintf(many[i].device, sizeof(many[i].device), "d%d", i);
    all[i] = &many[i];
  }
  many[1].level = LEVEL_CRITICAL;
  buf_init(&out, TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(template_render(t, &view, TARGET_PLAIN, &out), 0);
  ck_assert_str_eq(out.data, "12: d0 d1! d2 d3 d4 d5 d6 d7 d8 d9 and 2 more; "
                             "d0, d1, d2 and 9 more; Freezer");
  buf_free(&out);
  template_free(t);
}
END_TEST

START_TEST(each_goes_over_members) {
  struct alert a = freezer();
  const struct alert_member members[] = {{"power", AT_1403, 0},
                                         {"voltage", AT_1403, AT_1403 + 60000}};
  struct message m = sample_message(&a, MESSAGE_UPDATE, REASON_REPEAT, AT_1403);
  char error[300];
  struct template *t = template_compile(
      "%{each members}%{member}%{if back_at} back %{back_at|clock}%{end};"
      "%{end}[%{member}]",
      error, sizeof(error));
  struct buf out;
  ck_assert_msg(t != NULL, "%s", error);
  buf_init(&out, TEMPLATE_OUTPUT_MAX);
  a.members = members;
  a.members_num = a.members_listed = 2;
  ck_assert_int_eq(message_render(t, &m, TARGET_PLAIN, &out), 0);
  ck_assert_str_eq(out.data, "power;voltage back 14:04;[]");
  buf_free(&out);
  template_free(t);
}
END_TEST

START_TEST(link_leads_to_the_web_only) {
  static const char *const sources[] = {
      "https://grafana.example.org/d/kasa?var-device=%{device|url}",
      "javascript:alert(1)"};
  static const char *const links[] = {
      "https://grafana.example.org/d/kasa?var-device=Freezer", ""};
  for (int i = 0; i < ROWS(sources); i++) {
    struct alert a = freezer();
    struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
    struct text_style config = {0};
    char error[300];
    struct template *t = template_compile("%{url}", error, sizeof(error));
    struct buf out;
    config.dashboard = template_compile(sources[i], error, sizeof(error));
    m.style = &config;
    buf_init(&out, TEMPLATE_OUTPUT_MAX);
    ck_assert_int_eq(buf_adds(&out, ""), 0);
    ck_assert_int_eq(message_render(t, &m, TARGET_HTML, &out), 0);
    ck_assert_str_eq(out.data != NULL ? out.data : "", links[i]);
    buf_free(&out);
    template_free(t);
    template_free(config.dashboard);
  }
}
END_TEST

START_TEST(truncation_never_tears_a_letter_apart) {
  struct alert a = freezer();
  struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
  char error[300];
  struct template *t =
      template_compile("%{device|truncate:3}", error, sizeof(error));
  static const struct {
    const char *device, *words;
  } rows[] = {
      {"abc", "abc"},
      {"abcd", "ab\xe2\x80\xa6"},
      {"a bc", "a\xe2\x80\xa6"},
      /* e and an accent of its own; a flag of joined people */
      {"ae\xcc\x81xyz", "a\xe2\x80\xa6"},
      {"a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7z", "a\xe2\x80\xa6"},
      {"", ""},
  };
  for (int i = 0; i < ROWS(rows); i++) {
    struct buf out;
    strcpy(a.device, rows[i].device);
    buf_init(&out, TEMPLATE_OUTPUT_MAX);
    ck_assert_int_eq(message_render(t, &m, TARGET_PLAIN, &out), 0);
    ck_assert_str_eq(out.data != NULL ? out.data : "", rows[i].words);
    buf_free(&out);
  }
  template_free(t);
}
END_TEST

START_TEST(every_name_of_the_table_compiles_and_renders) {
  const struct template_variable *v;
  for (size_t i = 0; (v = template_variable_at(i)) != NULL; i++) {
    char text[100], error[300], out[1024];
    snprintf(text, sizeof(text), "%%{%s%s}%%{if %s%s}x%%{end}", v->name,
             v->argument ? ":x" : "", v->name, v->argument ? ":x" : "");
    struct template *t = template_compile(text, error, sizeof(error));
    ck_assert_msg(t != NULL, "%s: %s", text, error);
    template_free(t);
    render(text, TARGET_HTML, out, sizeof(out));
    ck_assert_ptr_eq(template_variable_find(v->name, strlen(v->name)), v);
  }
}
END_TEST

static void fill(TCase *t) {
  samples_zone();
  tcase_add_loop_test(t, text_renders_to_words, 0, ROWS(plain));
  tcase_add_loop_test(t, mistake_is_named_with_its_place, 0, ROWS(refused));
  tcase_add_test(t, nesting_and_length_have_ends);
  tcase_add_test(t, output_has_a_ceiling);
  tcase_add_loop_test(t, value_is_escaped_for_its_place, 0, ROWS(escapes));
  tcase_add_loop_test(t, only_values_are_escaped, 0, ROWS(placed));
  tcase_add_test(t, each_lists_ten_alerts_and_says_how_many_more);
  tcase_add_test(t, each_goes_over_members);
  tcase_add_test(t, link_leads_to_the_web_only);
  tcase_add_test(t, truncation_never_tears_a_letter_apart);
  tcase_add_test(t, every_name_of_the_table_compiles_and_renders);
}

int main(void) { return suite_run("template", fill); }
