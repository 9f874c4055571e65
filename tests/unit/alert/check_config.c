/* SPDX-License-Identifier: MIT */
/* The configuration: what people write, what is understood, and the words for
 * each mistake. */
#include <config.h>

#include "alert/config/config.h"
#include "alert/config/config_device.h"
#include "alert/config/config_print.h"
#include "alert/config/route.h"
#include "alert/text/units.h"

#include "../support/fake_senders.h"
#include "../support/samples.h"
#include "../support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>

/* -- writing a tree as in collectd.conf -------------------------------------
 */

static struct conf_item *parent(struct conf_item *root, unsigned depth) {
  while (depth-- > 0)
    root = &root->children[root->children_num - 1];
  return root;
}

/* One option or block per line, indented by two blanks for each block around
 * it; words in quotes are texts, bare true and false switches, bare numbers
 * numbers, other bare words texts. Enough for tests; kasactl reads the real
 * thing. */
static struct conf_item *tree(const char *text) {
  struct conf_item *root = conf_new("Plugin");
  unsigned line = 0;
  while (*text != '\0') {
    size_t len = strcspn(text, "\n");
    char copy[400];
    struct conf_item *item = NULL;
    unsigned indent = 0;
    char *p = copy;
    snprintf(copy, sizeof(copy), "%.*s", (int)len, text);
    text += len + (text[len] == '\n');
    line++;
    while (p[indent] == ' ')
      indent++;
    p += indent;
    while (*p != '\0') {
      char *end;
      bool quoted = *p == '"';
      if (quoted)
        p++;
      end = p + strcspn(p, quoted ? "\"" : " ");
      bool more = *end != '\0';
      *end = '\0';
      if (item == NULL) {
        item = conf_add_child(parent(root, indent / 2), p);
        item->line = line;
      } else if (quoted) {
        ck_assert_int_eq(conf_add_string(item, p), 0);
      } else if (strcmp(p, "true") == 0 || strcmp(p, "false") == 0) {
        ck_assert_int_eq(conf_add_bool(item, *p == 't'), 0);
      } else {
        char *rest = NULL;
        double number = strtod(p, &rest);
        if (*rest == '\0')
          ck_assert_int_eq(conf_add_number(item, number), 0);
        else
          ck_assert_int_eq(conf_add_string(item, p), 0);
      }
      p = more ? end + 1 : end;
      while (*p == ' ')
        p++;
    }
  }
  return root;
}

static char said[8192];

static void listen(void *arg, const char *line) {
  (void)arg;
  strncat(said, line, sizeof(said) - strlen(said) - 2);
  strcat(said, "\n");
}

static struct notify_config *read_text(const char *text) {
  struct option_reporter reporter = {.say = listen};
  struct notify_config *config = notify_config_new();
  struct conf_item *root = tree(text);
  said[0] = '\0';
  notify_config_read(config, root, &reporter);
  notify_config_finish(config, &reporter);
  conf_free(root);
  return config;
}

/* -- what works --------------------------------------------------------------
 */

START_TEST(five_lines_are_enough) {
  struct notify_config *c =
      read_text("Pushover \"user-key\" \"app-token\"\n"
                "Email \"me@example.org\" \"you@example.org\"");
  ck_assert_str_eq(said, "");
  ck_assert_uint_eq(c->channels_num, 2);
  ck_assert_str_eq(c->channels[0].name, "pushover");
  ck_assert_str_eq(((struct phone *)c->channels[0].settings)->user, "user-key");
  ck_assert_str_eq(((struct phone *)c->channels[0].settings)->token,
                   "app-token");
  ck_assert_double_eq(((struct phone *)c->channels[0].settings)->retry, 60);
  ck_assert_str_eq(c->channels[1].name, "email");
  ck_assert_uint_eq(((struct mail *)c->channels[1].settings)->to.count, 2);
  ck_assert_uint_eq(c->routes_num, 1);
  ck_assert_str_eq(c->routes[0].words.name, "");
  ck_assert_uint_eq(c->routes[0].channels_num, 2);
  notify_config_free(c);
}
END_TEST

#define SEVENTY                                                                \
  "0123456789012345678901234567890123456789012345678901234567890123456789"

/* Names longer than what is kept of them find and tell apart all the same. */
START_TEST(long_names_are_told_apart) {
  struct notify_config *c = read_text("Email \"me@example.org\"\n"
                                      "QuietHours \"" SEVENTY "\"\n"
                                      "  Time \"22:00-07:00\"\n"
                                      "Route \"" SEVENTY "a\"\n"
                                      "  QuietHours \"" SEVENTY "\"\n"
                                      "  Continue true\n"
                                      "Route \"" SEVENTY "b\"\n"
                                      "  Continue true\n"
                                      "Route \"same\"\n"
                                      "  Continue true\n"
                                      "Route \"same\"\n"
                                      "  Channel \"email\"\n");
  ck_assert_str_eq(said, "");
  ck_assert_uint_eq(c->routes_num, 4);
  ck_assert_int_eq(c->routes[0].quiet, 0);
  for (size_t i = 0; i < 4; i++) {
    ck_assert_uint_le(strlen(c->routes[i].words.name), 64);
    for (size_t k = 0; k < i; k++)
      ck_assert_str_ne(c->routes[i].words.name, c->routes[k].words.name);
  }
  ck_assert_str_eq(c->routes[3].words.name, "same (2)");
  notify_config_free(c);
}
END_TEST

START_TEST(one_line_form_takes_the_options_of_its_block) {
  struct notify_config *c = read_text("Pushover \"u\" \"t\"\n"
                                      "  Retry 90s\n"
                                      "  MinLevel critical\n"
                                      "Pushover \"v\" \"t\"");
  ck_assert_str_eq(said, "");
  ck_assert_double_eq(((struct phone *)c->channels[0].settings)->retry, 90);
  ck_assert_int_eq(c->channels[0].min_level, LEVEL_CRITICAL);
  ck_assert_str_eq(c->channels[1].name, "pushover-2");
  notify_config_free(c);
}
END_TEST

static const char complete[] =
    "StateDirectory \"/var/lib/collectd/notify_kasa\"\n"
    "ControlSocket \"/run/collectd/notify_kasa.sock\"\n"
    "HistoryDays 400\n"
    "StartupGrace 2m\n"
    "DashboardURL \"https://grafana.example.org/d/k?d=%{device|url}\"\n"
    "Currency \"CHF\"\n"
    "ThousandsSeparator \"'\"\n"
    "MinLevel info\n"
    "Repeat error 2h\n"
    "Unit \"widgets\" \"pcs\"\n"
    "Channel \"pushover\" \"phone\"\n"
    "  User \"u\"\n"
    "  Token \"t\"\n"
    "  Retry 60\n"
    "  Fallback \"mail\"\n"
    "  MinLevel warning\n"
    "Channel \"email\" \"mail\"\n"
    "  To \"me@example.org\"\n"
    "Device \"plug-1f3a\"\n"
    "  Alias \"Freezer\"\n"
    "  Label \"room\" \"cellar\"\n"
    "Route \"freezer\"\n"
    "  Device \"Freezer\"\n"
    "  Class range\n"
    "  Level emergency\n"
    "  Channel \"phone\"\n"
    "  Repeat 30m\n"
    "  Text \"%{device}: %{value}. Check the door!\"\n"
    "Route \"offline\"\n"
    "  Class missing\n"
    "  For 5m\n"
    "  Channel \"phone\"\n"
    "  Continue true\n"
    "Route \"energy and cost\"\n"
    "  Type \"energy_wh\" \"/^cost/\"\n"
    "  Level info\n"
    "  Channel \"mail\"\n"
    "  Repeat never\n"
    "Route \"everything else\"\n"
    "  Channel \"mail\" \"phone\"\n"
    "  Repeat critical 1h\n"
    "  Repeat warning 1d\n"
    "  RecoverAfter 90\n";

START_TEST(complete_example_is_understood) {
  struct notify_config *c = read_text(complete);
  struct buf page;
  ck_assert_str_eq(said, "");
  ck_assert_double_eq(c->startup_grace, 120);
  ck_assert_int_eq(c->channels[0].fallback, 1);
  ck_assert_double_eq(c->repeat[LEVEL_ERROR], 7200);
  ck_assert_double_eq(c->repeat[LEVEL_CRITICAL], 3600);
  ck_assert_int_eq(c->routes[0].level, LEVEL_EMERGENCY);
  ck_assert_double_eq(c->routes[0].repeat[LEVEL_WARNING], 1800);
  ck_assert_ptr_nonnull(c->routes[0].words.text);
  ck_assert_double_eq(c->routes[1].for_s, 300);
  ck_assert_int_eq(c->routes[1].level, -1);
  ck_assert(c->routes[1].go_on);
  ck_assert_double_eq(c->routes[2].repeat[LEVEL_INFO], SECONDS_NEVER);
  ck_assert_double_eq(c->routes[3].repeat[LEVEL_ERROR], SECONDS_UNSET);
  ck_assert_double_eq(c->routes[3].repeat[LEVEL_WARNING], 86400);
  ck_assert_double_eq(c->routes[3].recover_after, 90);
  ck_assert_ptr_eq(device_find(c, "Freezer"), device_find(c, "plug-1f3a"));
  ck_assert_str_eq(unit_of_type(&c->style, "widgets"), "pcs");
  ck_assert_str_eq(unit_of_type(&c->style, "cost_today"), "CHF");
  ck_assert_str_eq(unit_of_type(&c->style, "power"), "W");
  buf_init(&page, 65536);
  ck_assert_int_eq(notify_config_print(c, &page), 0);
  ck_assert_str_eq(
      page.data,
      "Channels:\n"
      "  \"phone\": Pushover, from level warning, falls back to \"mail\"\n"
      "  \"mail\": Email, from level info, to me@example.org\n"
      "Routes, the first that matches takes the alert:\n"
      "  \"freezer\"\n"
      "    device \"Freezer\"\n"
      "    class \"range\"\n"
      "    goes to \"phone\"\n"
      "    as emergency\n"
      "    repeated: 30 minutes\n"
      "    with words of its own\n"
      "  \"offline\"\n"
      "    class \"missing\"\n"
      "    goes to \"phone\"\n"
      "    once it lasts 5 minutes\n"
      "    and on to the routes below\n"
      "  \"energy and cost\"\n"
      "    type \"energy_wh\" or \"/^cost/\"\n"
      "    goes to \"mail\"\n"
      "    as info\n"
      "    repeated: never\n"
      "  \"everything else\"\n"
      "    goes to \"mail\", \"phone\"\n"
      "    recovered after 1 minute\n"
      "    repeated: warning 1 day, critical 1 h\n"
      "Devices:\n"
      "  \"plug-1f3a\" is called \"Freezer\", room \"cellar\"\n"
      "Reminders: info never, warning 12 h, error 2 h, critical and emergency "
      "1 h\n"
      "State: /var/lib/collectd/notify_kasa\n"
      "Control socket: /run/collectd/notify_kasa.sock\n");
  buf_free(&page);
  notify_config_free(c);
}
END_TEST

START_TEST(what_holds_messages_together_is_shown) {
  struct notify_config *c = read_text("Email \"me@example.org\"\n"
                                      "Storm\n"
                                      "  Threshold 5\n"
                                      "  Window 1m\n"
                                      "Flapping\n"
                                      "  Count 4\n"
                                      "  Window 30m");
  struct buf page;

  ck_assert_str_eq(said, "");
  buf_init(&page, 65536);
  ck_assert_int_eq(notify_config_print(c, &page), 0);
  ck_assert_ptr_nonnull(
      strstr(page.data, "\nOne message for 5 devices gone within 1 minute\n"));
  ck_assert_ptr_nonnull(
      strstr(page.data, "\nFlapping: what comes 4 times within 30 minutes\n"));
  buf_free(&page);
  notify_config_free(c);
}
END_TEST

/* -- routes ------------------------------------------------------------------
 */

static const struct {
  const char *device, *type;
  enum alert_class class;
  const char *taken;
} roads[] = {
    {"Freezer", "power", ALERT_RANGE, "freezer"},
    {"plug-1f3a", "power", ALERT_RANGE, "everything else"},
    {"Freezer", "", ALERT_MISSING, "offline everything else"},
    {"Heater", "energy_wh", ALERT_RANGE, "energy and cost"},
    {"Heater", "energy_wh2", ALERT_RANGE, "everything else"},
    {"Heater", "cost_today", ALERT_RANGE, "energy and cost"},
    {"Heater", "no_cost", ALERT_RANGE, "everything else"},
};

START_TEST(first_route_that_matches_takes_the_alert) {
  struct notify_config *c = read_text(complete);
  struct alert a = sample_alert("kasa", roads[_i].device, roads[_i].type, 1,
                                DIRECTION_ABOVE, 0);
  int found[ROUTES_MAX];
  char names[200] = "";
  size_t n;
  a.class = roads[_i].class;
  n = route_match(c, &a, found);
  for (size_t i = 0; i < n; i++) {
    strcat(names, i > 0 ? " " : "");
    strcat(names, c->routes[found[i]].words.name);
  }
  ck_assert_str_eq(names, roads[_i].taken);
  notify_config_free(c);
}
END_TEST

START_TEST(device_matches_by_both_its_names) {
  struct notify_config *c = read_text("Email \"me@example.org\"\n"
                                      "Route \"one\"\n"
                                      "  Device \"plug-1f3a\"");
  struct alert a =
      sample_alert("kasa", "plug-1f3a", "power", 1, DIRECTION_ABOVE, 0);
  int found[ROUTES_MAX];
  strcpy(a.device, "Freezer");
  ck_assert_uint_eq(route_match(c, &a, found), 1);
  strcpy(a.plugin_instance, "plug-0000");
  ck_assert_uint_eq(route_match(c, &a, found), 0);
  notify_config_free(c);
}
END_TEST

static const struct {
  int override;
  enum alert_class class;
  enum severity severity;
  enum level level;
} levels[] = {
    {-1, ALERT_RANGE, SEVERITY_WARNING, LEVEL_WARNING},
    {-1, ALERT_RANGE, SEVERITY_FAILURE, LEVEL_CRITICAL},
    {-1, ALERT_MISSING, SEVERITY_FAILURE, LEVEL_ERROR},
    {-1, ALERT_EVENT, SEVERITY_OKAY, LEVEL_INFO},
    {-1, ALERT_EVENT, SEVERITY_NONE, LEVEL_ERROR},
    {LEVEL_EMERGENCY, ALERT_RANGE, SEVERITY_WARNING, LEVEL_EMERGENCY},
    {LEVEL_INFO, ALERT_MISSING, SEVERITY_FAILURE, LEVEL_INFO},
};

START_TEST(level_follows_class_and_severity) {
  struct route_config route = {.level = levels[_i].override};
  ck_assert_int_eq(route_level(&route, levels[_i].class, levels[_i].severity),
                   levels[_i].level);
}
END_TEST

/* -- mistakes ----------------------------------------------------------------
 */

#define MAIL "Email \"me@example.org\"\n"

static const struct {
  const char *text;
  const char *said;
} mistakes[] = {
    {MAIL "Curency \"EUR\"",
     "<Plugin notify_kasa>: unknown option Curency, did you mean Currency?\n"},
    {MAIL "Emial \"x\"",
     "<Plugin notify_kasa>: unknown option Emial, did you mean Email?\n"},
    {MAIL "HistoryDays 0", "<Plugin notify_kasa>: option HistoryDays expects a "
                           "whole number from 1 to 36500, found 0\n"},
    {MAIL "RecoverAfter 0.5 \"h\"",
     "<Plugin notify_kasa>: option RecoverAfter expects seconds from 0 to "
     "86400, or a time like \"30s\", \"5m\" or \"2h\", found 0.5 \"h\": quote "
     "it if it is one value\n"},
    {MAIL "Repeat 0.5 \"h\"",
     "<Plugin notify_kasa>: option Repeat expects never, or a time from 1m to "
     "366d, behind the name of a level or alone (like \"0.5h\" in quotes), "
     "found 0.5 \"h\"\n"},
    {MAIL "Repeat 10",
     "<Plugin notify_kasa>: option Repeat expects never, or a time from 1m to "
     "366d, behind the name of a level or alone, found 10\n"},
    {MAIL "MinLevel loud",
     "<Plugin notify_kasa>: option MinLevel expects one of: ok, info, warning, "
     "error, critical, emergency, found \"loud\"\n"},
    {MAIL "DashboardURL \"https://x.example/%{devcie}\"",
     "<Plugin notify_kasa>: option DashboardURL: unknown name devcie, did you "
     "mean device?, at character 21\n"},
    {MAIL "DashboardURL \"ftp://x.example\"",
     "<Plugin notify_kasa>: option DashboardURL expects an address that begins "
     "with https:// or http://, found \"ftp://x.example\"\n"},
    /* policies of a later version */
    {MAIL "QuietHours \"night\"\n  Time 22 0 -7 0",
     "<QuietHours \"night\">: option Time expects texts in quotes, found 22 0 "
     "-7 0: quote it if it is one value\n"
     "<QuietHours \"night\">: the hours are left out\n"},
    {MAIL "QuietHours \"night\"\n  Time \"22-7\"",
     "<QuietHours \"night\">: option Time expects up to 16 times like "
     "\"22:00-07:00\" in quotes, found \"22-7\"\n"
     "<QuietHours \"night\">: the hours are left out\n"},
    {MAIL "Maintenance \"m\"\n  Days \"Funday\"",
     "<Maintenance \"m\">: option Days expects days like \"Mon-Fri\" or "
     "\"Sat,Sun\", found \"Funday\"\n"
     "<Maintenance \"m\">: the maintenance is left out\n"},
    {MAIL "Route \"r\"\n  QuietHours \"nihgt\"",
     "<Route \"r\">: option QuietHours expects the name of a <QuietHours> "
     "block, found \"nihgt\"\n"},
    {MAIL "Route \"r\"\n  QuietHours \"nihgt\"\n"
          "QuietHours \"night\"\n  Days \"Sat\"",
     "<Route \"r\">: option QuietHours expects the name of a <QuietHours> "
     "block, found \"nihgt\", did you mean \"night\"?\n"},
    {MAIL "Storm\n  Threshold 1",
     "<Storm>: option Threshold expects a whole number from 2 to 10000, found "
     "1\n"},
    {MAIL "Inhibit \"i\"\n  Target\n    Class \"missing\"",
     "<Inhibit \"i\">: a <Source> block that says which alert explains the "
     "rest is missing\n<Inhibit \"i\">: the rule is left out\n"},
    {MAIL "Inhibit \"i\"\n  Equal \"hots\"\n  Source\n    Class \"missing\"",
     "<Inhibit \"i\">: option Equal expects host, plugin, plugin_instance, "
     "type, type_instance or device, found \"hots\"\n"
     "<Inhibit \"i\">: the rule is left out\n"},
    {MAIL "Route \"r\"\n  Escalation \"lok\"",
     "<Route \"r\">: option Escalation expects the name of an <Escalation> "
     "block, found \"lok\"\n"},
    {MAIL "Route \"r\"\n  Escalation \"lok\"\n"
          "Escalation \"look\"\n  Step 5m \"email\"",
     "<Route \"r\">: option Escalation expects the name of an <Escalation> "
     "block, found \"lok\", did you mean \"look\"?\n"},
    {MAIL "Escalation \"e\"\n  AckTimeout 1h",
     "<Escalation \"e\">: option Step is missing\n"
     "<Escalation \"e\">: the escalation is left out\n"},
    {MAIL "Escalation \"e\"\n  Step 15m \"email\"\n  Step 15m \"email\"",
     "<Escalation \"e\">: option Step expects a time later than the Step "
     "before it, found \"15m\" \"email\"\n"
     "<Escalation \"e\">: the escalation is left out\n"},
    {MAIL "Escalation \"e\"\n  Step 15m",
     "<Escalation \"e\">: option Step expects a time up to 7d and the names "
     "of at most 16 channels, as in Step 15m \"phone\" \"sms\", found "
     "\"15m\"\n"
     "<Escalation \"e\">: the escalation is left out\n"},
    {MAIL "Escalation \"e\"\n  Step 15m \"phone\"",
     "<Escalation \"e\">: option Step expects names of channels, found "
     "\"phone\"\n"},
    {MAIL "Escalation \"e\"\n  Step 15m \"emial\"",
     "<Escalation \"e\">: option Step expects names of channels, found "
     "\"emial\", did you mean \"email\"?\n"},
    {MAIL "Report \"r\"\n  Channel \"email\"",
     "<Report \"r\">: option At is missing\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"24:00\"\n  Channel \"email\"",
     "<Report \"r\">: option At expects a time like \"07:30\", found "
     "\"24:00\"\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"7:5\"\n  Day 3\n  Chanel \"email\"",
     "<Report \"r\">: unknown option Chanel, did you mean Channel?\n"
     "<Report \"r\">: option At expects a time like \"07:30\", found \"7:5\"\n"
     "<Report \"r\">: option Day fits Period \"week\" or \"month\"\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Channel \"email\"\n"
          "  Period \"year\"",
     "<Report \"r\">: option Period expects one of: day, week, month, found "
     "\"year\"\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Channel \"email\"\n"
          "  Period \"week\"\n  Day 7",
     "<Report \"r\">: option Day expects a day like \"Mon\" for a week, found "
     "7\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Channel \"email\"\n"
          "  Period \"month\"\n  Day \"Mo\"",
     "<Report \"r\">: option Day expects a day like \"Mon\" for a week, or a "
     "number from 1 to 31 for a month, found \"Mo\"\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Channel \"emial\"",
     "<Report \"r\">: option Channel expects the name of a channel, found "
     "\"emial\", did you mean \"email\"?\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Period month\n  Day \"Mon\"",
     "<Report \"r\">: option Day expects a number from 1 to 31 for a month, "
     "found \"Mon\"\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At 7 30",
     "<Report \"r\">: option At expects one text in quotes, found 7 30: quote "
     "it if it is one value\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Report \"r\"\n  At \"07:30\"\n  Period month\n  Day 32",
     "<Report \"r\">: option Day expects a day like \"Mon\" for a week, or a "
     "number from 1 to 31 for a month, found 32\n"
     "<Report \"r\">: the report is left out\n"},
    {MAIL "Flapping\n  Count 21",
     "<Flapping>: option Count expects a whole number from 2 to 20, found "
     "21\n"},
    {MAIL "Route \"r\"\n  GroupWait 10s",
     "<Route \"r\">: GroupWait and GroupInterval do nothing without "
     "GroupBy\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  RateLimit 5",
     "<Channel email \"m\">: option RateLimit expects a number of messages up "
     "to 10000 and a time up to 1d, as in RateLimit 20 10m, or never, "
     "found 5\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  RateLimit 0 1h",
     "<Channel email \"m\">: option RateLimit expects a number of messages up "
     "to 10000 and a time up to 1d, as in RateLimit 20 10m, or never, "
     "found 0 \"1h\"\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  RateLimit 2.5 1h",
     "<Channel email \"m\">: option RateLimit expects a number of messages up "
     "to 10000 and a time up to 1d, as in RateLimit 20 10m, or never, "
     "found 2.5 \"1h\"\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  RateLimit 5 2d",
     "<Channel email \"m\">: option RateLimit expects a number of messages up "
     "to 10000 and a time up to 1d, as in RateLimit 20 10m, or never, "
     "found 5 \"2d\"\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  RateLimit off",
     "<Channel email \"m\">: option RateLimit expects a number of messages up "
     "to 10000 and a time up to 1d, as in RateLimit 20 10m, or never, "
     "found \"off\"\n"},
    {MAIL
     "Channel \"twilio\" \"sms\"\nRoute \"r\"\n  Channel \"sms\" \"email\"",
     "<Channel twilio \"sms\">: channels of kind twilio are not yet "
     "supported by this version; the block is ignored\n"},
    /* channels */
    {"StartupGrace 2m",
     "<Plugin notify_kasa>: no channel is configured: alerts are recorded, but "
     "nobody is told\n"},
    {MAIL "Channel \"pushoverr\" \"p\"",
     "<Channel pushoverr \"p\">: unknown kind of channel pushoverr, "
     "did you mean pushover?\n"},
    {MAIL "Channel \"phone\"",
     "<Channel \"phone\">: a channel block expects a kind and a name, "
     "as in <Channel pushover \"phone\">\n"},
    {MAIL "Channel \"email\" \"email\"",
     "<Channel email \"email\">: there is a channel \"email\" "
     "already\n"},
    {MAIL "Channel \"pushover\" \"p\"\n  Usr \"u\"\n  Token \"t\"",
     "<Channel pushover \"p\">: unknown option Usr, did you mean "
     "User?\n"
     "<Channel pushover \"p\">: needs User and Token\n"
     "<Channel pushover \"p\">: channel \"p\" is misconfigured and stays "
     "off\n"},
    {MAIL "Pushover \"only-user\"",
     "<Channel pushover \"pushover\">: needs User and Token\n"
     "<Channel pushover \"pushover\">: channel \"pushover\" is misconfigured "
     "and stays off\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n  Fallback \"m\"",
     "<Channel email \"m\">: option Fallback expects the name of another "
     "channel, found \"m\"\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n"
          "  Fallback \"emial\"",
     "<Channel email \"m\">: option Fallback expects the name of another "
     "channel, found \"emial\", did you mean \"email\"?\n"},
    /* routes */
    {MAIL "Route \"r\"\n  Channel \"emial\"",
     "<Route \"r\">: option Channel expects the name of a channel, found "
     "\"emial\", did you mean \"email\"?\n"
     "<Route \"r\">: none of its channels exists; it goes to every channel\n"},
    {MAIL "Route \"r\"\n  Type \"/(/\"",
     "<Route \"r\">: Type \"/(/\" is no regular expression: "
     "Unmatched ( or \\(\n<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  Class \"rnage\"",
     "<Route \"r\">: option Class expects range, missing or event, "
     "found \"rnage\"\n<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  For soon",
     "<Route \"r\">: option For expects seconds from 0 to 2592000, "
     "or a time like \"30s\", \"5m\" or \"2h\", found \"soon\"\n<Route \"r\">: "
     "the route is left out\n"},
    {MAIL "Route \"r\"\n  Text \"%{valeu}\"",
     "<Route \"r\">: option Text: unknown name valeu, did you mean "
     "value?, at character 3\n<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  Level ok",
     "<Route \"r\">: option Level expects one of: info, warning, "
     "error, critical, emergency, found \"ok\"\n"
     "<Route \"r\">: the route is left out\n"},
    {MAIL "Route", "<Plugin notify_kasa>: <Route> expects one name in quotes, "
                   "as in <Route \"name\">, found nothing\n"},
    /* devices and units */
    {MAIL "Device \"d\"\n  Alas \"x\"",
     "<Device \"d\">: unknown option Alas, did you mean Alias?\n"},
    {MAIL "Device \"d\"\n  Label \"x\"",
     "<Device \"d\">: option Label expects a name and a value in "
     "quotes, found \"x\"\n"},
    {MAIL "ThousandsSeparator 5",
     "<Plugin notify_kasa>: option ThousandsSeparator expects a character in "
     "quotes, or \"\", found 5\n"},
    {MAIL "Route \"r\"\n  NewTextInterval 0",
     "<Route \"r\">: option NewTextInterval expects never, or a time from 1s "
     "to 1d, found 0\n<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  Title 5",
     "<Route \"r\">: option Title expects one text in quotes, found 5\n"
     "<Route \"r\">: the route is left out\n"},
    {MAIL "Device \"d\"\nDevice \"d\"",
     "<Device \"d\">: this device has a block already\n"},
    {MAIL "Unit \"power\"", "<Unit \"power\">: option Symbol is missing\n"},
    {MAIL "Unit \"lux\" \"lx\"\nUnit \"lux\" \"lux\"",
     "<Unit lux \"lux\">: this type has a unit already\n"},
    {MAIL "Device \"d\"\n  Label \"room\" \"x\"\n  Label \"room\" \"y\"",
     "<Device \"d\">: option Label \"room\" stands twice, the first one "
     "counts\n"},
    /* once only */
    {MAIL "DashboardURL \"https://x/\"\nDashboardURL \"https://y/\"",
     "<Plugin notify_kasa>: option DashboardURL stands twice, the last one "
     "counts\n"},
    {MAIL "Route \"r\"\n  Title \"a\"\n  Title \"b\"",
     "<Route \"r\">: option Title stands twice, the last one counts\n"},
    {MAIL "Route \"r\"\n  NewTextInterval 1m\n  NewTextInterval 2m",
     "<Route \"r\">: option NewTextInterval stands twice, the last one "
     "counts\n"},
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n"
          "  RateLimit 5 1h\n  RateLimit never",
     "<Channel email \"m\">: option RateLimit stands twice, the last one "
     "counts\n"},
    {MAIL "QuietHours \"n\"\n  Days \"Sat\"\n"
          "QuietHours \"n\"\n  Days \"Sun\"",
     "<QuietHours \"n\">: there are quiet hours of that name already\n"
     "<QuietHours \"n\">: the hours are left out\n"},
    {MAIL "Escalation \"e\"\n  Step 5m \"email\"\n"
          "Escalation \"e\"\n  Step 9m \"email\"",
     "<Escalation \"e\">: there is an escalation of that name already\n"
     "<Escalation \"e\">: the escalation is left out\n"},
    {MAIL "Storm\n  Threshold 3\nStorm\n  Window 5m",
     "<Plugin notify_kasa>: option Storm stands twice, the last one "
     "counts\n"},
    {MAIL "Inhibit \"i\"\n  Source\n    Device \"a\"\n  Source\n"
          "    Class missing",
     "<Inhibit \"i\">: option Source stands twice, the last one counts\n"},
    /* no names */
    {MAIL "Storm \"x\"\n  Threshold 3",
     "<Plugin notify_kasa>: option Storm expects a block without a name, "
     "found \"x\"\n"},
    {MAIL "Flapping \"x\"\n  Count 3",
     "<Plugin notify_kasa>: option Flapping expects a block without a name, "
     "found \"x\"\n"},
    {MAIL "Inhibit \"i\"\n  Source \"Router\"",
     "<Source \"Router\">: option Source expects a block without a name, "
     "found \"Router\"\n<Inhibit \"i\">: the rule is left out\n"},
    /* what does nothing */
    {MAIL "Channel \"email\" \"m\"\n  To \"a@b.example\"\n"
          "  FallbackAfter 5m",
     "<Channel email \"m\">: option FallbackAfter does nothing without "
     "Fallback\n"},
    {MAIL "Route \"r\"\n  Class missing\n  Type \"power\"",
     "<Route \"r\">: option Class takes missing devices alone, which have no "
     "Type: it matches nothing\n"},
    {MAIL "Route \"r\"\n  Severity OKAY\n  Class range missing",
     "<Route \"r\">: option Severity expects FAILURE or WARNING beside this "
     "Class, found OKAY: it matches nothing, ends go where the beginning "
     "went\n"},
    {MAIL "Route \"r\"\n  Severity OKAY\n  Class event", ""},
    {MAIL "Route \"r\"\n  Device \"//\"",
     "<Route \"r\">: option Device expects an expression between the slashes, "
     "found \"//\", which everything matches\n"
     "<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  Host \"/^nas\"",
     "<Route \"r\">: option Host expects a name, or an expression between two "
     "slashes, found \"/^nas\"\n"
     "<Route \"r\">: the route is left out\n"},
    {MAIL "Route \"r\"\n  Message \"/dev/sda is gone\"", ""},
    {MAIL "MissingScope series\nRoute \"r\"\n  Class missing\n"
          "  Type \"power\"",
     ""},
    {MAIL "Route \"all\"\n  For 1m\nRoute \"r\"\n  Class missing",
     "<Route \"all\">: takes everything, so <Route \"r\"> below it is never "
     "used; it belongs above, or here Continue true\n"},
    {MAIL "Route \"all\"\n  Continue true\nRoute \"r\"\n  Class missing", ""},
    {MAIL "ControlSocket \"kasa.sock\"",
     "<Plugin notify_kasa>: option ControlSocket expects a path that begins "
     "with /, of at most 107 bytes, or \"none\", found \"kasa.sock\"\n"},
};

START_TEST(mistake_names_block_option_expected_and_found) {
  struct notify_config *c = read_text(mistakes[_i].text);
  ck_assert_str_eq(said, mistakes[_i].said);
  /* whatever is wrong, the rest stays usable */
  ck_assert_uint_ge(c->routes_num, 1);
  notify_config_free(c);
}
END_TEST

struct lines {
  struct option_reporter reporter;
  char text[400];
};

static void note_line(void *arg, const char *line) {
  struct lines *l = arg;
  size_t used = strlen(l->text);
  snprintf(l->text + used, sizeof(l->text) - used, "%u %.7s\n",
           l->reporter.line, line);
}

/* Names and needs of channels are looked at when all has been read. */
START_TEST(what_is_seen_at_the_end_has_the_line_of_its_block) {
  struct lines l = {.reporter = {.say = note_line, .arg = &l}};
  struct notify_config *config = notify_config_new();
  struct conf_item *root = tree("Email \"me@example.org\"\n"
                                "Channel \"pushover\" \"p\"\n"
                                "  User \"u\"\n"
                                "Route \"r\"\n"
                                "  Channel \"email\" \"x\"\n"
                                "  QuietHours \"n\"\n"
                                "Escalation \"e\"\n"
                                "  Step 5m \"y\"\n"
                                "Report \"d\"\n"
                                "  At \"07:30\"\n"
                                "  Channel \"z\"");
  notify_config_read(config, root, &l.reporter);
  notify_config_finish(config, &l.reporter);
  ck_assert_str_eq(l.text, "2 <Channe\n2 <Channe\n4 <Route \n4 <Route \n"
                           "7 <Escala\n9 <Report\n");
  conf_free(root);
  notify_config_free(config);
}
END_TEST

START_TEST(secret_in_the_wrong_place_is_not_said) {
  struct notify_config *c =
      read_text("Pushover \"user-key\" \"s3cret\" \"other-s3cret\"\n"
                "Channel \"pushover\" \"p\"\n"
                "  User 1234567\n"
                "  Token \"a-s3cret\" \"b\"");
  ck_assert_ptr_null(strstr(said, "s3cret"));
  ck_assert_ptr_null(strstr(said, "user-key"));
  ck_assert_ptr_null(strstr(said, "1234567"));
  ck_assert_ptr_nonnull(strstr(said, "2 values (not shown)"));
  ck_assert(c->channels[0].broken);
  ck_assert(c->channels[1].broken);
  notify_config_free(c);
}
END_TEST

/* collectd passes over an empty block, so this is how to say "as usual". */
START_TEST(storm_and_flapping_are_switches_too) {
  struct notify_config *c = read_text(MAIL "Storm true\nFlapping \"true\"");
  ck_assert_str_eq(said, "");
  ck_assert_uint_eq(c->storm.threshold, 5);
  ck_assert_uint_eq(c->flapping.count, 4);
  notify_config_free(c);
  c = read_text(MAIL "Storm false\nFlapping false");
  ck_assert_str_eq(said, "");
  ck_assert_uint_eq(c->storm.threshold, 0);
  ck_assert_uint_eq(c->flapping.count, 0);
  notify_config_free(c);
}
END_TEST

START_TEST(more_channels_than_there_is_room_for_are_told_of) {
  char text[8192] = "";
  struct notify_config *c;
  for (unsigned i = 0; i < CHANNELS_MAX + 1; i++)
    snprintf(text + strlen(text), sizeof(text) - strlen(text),
             "Channel \"email\" \"m%u\"\n  To \"a@b.example\"\n", i);
  c = read_text(text);
  ck_assert_str_eq(said, "<Channel email \"m64\">: there are more than 64 "
                         "channels\n");
  ck_assert_uint_eq(c->channels_num, CHANNELS_MAX);
  notify_config_free(c);
}
END_TEST

START_TEST(broken_channel_is_kept_with_its_reason) {
  struct notify_config *c = read_text(MAIL "Channel \"pushover\" \"p\"\n"
                                           "  Retry 5");
  struct buf page;
  ck_assert(!c->channels[0].broken);
  ck_assert(c->channels[1].broken);
  ck_assert_str_eq(c->channels[1].broken_why,
                   "<Channel pushover \"p\">: option Retry expects "
                   "seconds from 30 to 10800, found 5");
  buf_init(&page, 65536);
  ck_assert_int_eq(notify_config_print(c, &page), 0);
  ck_assert_ptr_nonnull(strstr(page.data, "\"p\": Pushover, OFF: <Channel"));
  buf_free(&page);
  notify_config_free(c);
}
END_TEST

static void fill(TCase *t) {
  samples_zone();
  tcase_add_test(t, five_lines_are_enough);
  tcase_add_test(t, long_names_are_told_apart);
  tcase_add_test(t, what_holds_messages_together_is_shown);
  tcase_add_test(t, one_line_form_takes_the_options_of_its_block);
  tcase_add_test(t, complete_example_is_understood);
  tcase_add_loop_test(t, first_route_that_matches_takes_the_alert, 0,
                      ROWS(roads));
  tcase_add_test(t, device_matches_by_both_its_names);
  tcase_add_loop_test(t, level_follows_class_and_severity, 0, ROWS(levels));
  tcase_add_loop_test(t, mistake_names_block_option_expected_and_found, 0,
                      ROWS(mistakes));
  tcase_add_test(t, what_is_seen_at_the_end_has_the_line_of_its_block);
  tcase_add_test(t, secret_in_the_wrong_place_is_not_said);
  tcase_add_test(t, storm_and_flapping_are_switches_too);
  tcase_add_test(t, more_channels_than_there_is_room_for_are_told_of);
  tcase_add_test(t, broken_channel_is_kept_with_its_reason);
}

int main(void) { return suite_run("config", fill); }
