/* SPDX-License-Identifier: MIT */
/* <Plugin kasa>: every option of the tables, with good and bad values. */
#include <config.h>

#include "poll/options/device_block.h"
#include "poll/options/options.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>

static struct poll_options options;
static struct conf_item *root;

static void setup(void) {
  poll_options_init(&options);
  root = conf_new("Plugin");
  ck_assert_ptr_nonnull(root);
}

static void read_all(struct option_reporter *reporter) {
  poll_options_read(&options, root, reporter);
  poll_options_finish(&options, reporter);
}

static void teardown(void) {
  poll_options_free(&options);
  conf_free(root);
}

/* Each row is one line; good: it changes what "read" then says. */
static const struct {
  const char *line;
  const char *complaint; /* its beginning behind "<Plugin kasa>: " */
} lines[] = {
    {"Discovery false", NULL},
    {"Discovery 3", "option Discovery expects true or false, found 3"},
    {"DiscoveryInterval 5m", NULL},
    {"DiscoveryInterval 0.5",
     "option DiscoveryInterval expects seconds from 1 to 86400, found 0.5"},
    {"DiscoveryTimeout 10", NULL},
    {"DiscoveryTimeout 0",
     "option DiscoveryTimeout expects seconds from 0.1 to 60, found 0"},
    {"DiscoveryPackets 20", NULL},
    {"DiscoveryPackets 0",
     "option DiscoveryPackets expects a whole number from 1 to 20, found 0"},
    {"DiscoveryTarget 192.168.1.255 10.0.0.7", NULL},
    {"DiscoveryTarget 192.168.1.256", "option DiscoveryTarget expects an IPv4 "
                                      "address, like \"192.0.2.255\" for a "
                                      "whole network, found "
                                      "\"192.168.1.256\""},
    {"DiscoveryTarget fe80::1", "option DiscoveryTarget expects an IPv4 "
                                "address, like \"192.0.2.255\" for a "
                                "whole network, found \"fe80::1\""},
    {"DiscoveryTarget 255.255.255.255", NULL},
    {"DiscoveryTarget 0.0.0.0", "option DiscoveryTarget expects an IPv4 "
                                "address"},
    {"DiscoveryTarget 224.0.0.1", "option DiscoveryTarget expects an IPv4 "
                                  "address"},
    {"DiscoveryTarget 5",
     "option DiscoveryTarget expects texts in quotes, found 5"},
    {"Interface eth0", NULL},
    {"Interface a-name-far-too-long-for-linux",
     "option Interface expects a network interface, found "
     "\"a-name-far-too-long-for-linux\""},
    {"Interface 192.0.2.7",
     "option Interface expects a network interface, found \"192.0.2.7\""},
    {"KeepMissing false", NULL},
    {"KeepMissing sometimes",
     "option KeepMissing expects true or false, found \"sometimes\""},
    {"MaxDevices 1", NULL},
    {"MaxDevices 100001",
     "option MaxDevices expects a whole number from 1 to 100000, found "
     "100001"},
    {"Timeout 0.05", NULL},
    {"Timeout 250ms", NULL},
    {"Timeout 61", "option Timeout expects seconds from 0.05 to 60, found 61"},
    {"Retries 0", NULL},
    {"Retries -1",
     "option Retries expects a whole number from 0 to 10, found -1"},
    {"RetryDelay 0", NULL},
    {"RetryDelay \"soon\"",
     "option RetryDelay expects seconds from 0 to 60, or a time like \"30s\", "
     "\"5m\" or \"2h\", found \"soon\""},
    {"MaxInFlight 4096", NULL},
    {"MaxInFlight 0",
     "option MaxInFlight expects a whole number from 1 to 4096, found 0"},
    {"EnergyInterval 1h", NULL},
    {"EnergyInterval 1",
     "option EnergyInterval expects seconds from 10 to 86400, found 1"},
    {"Name mac", NULL},
    {"Name Alias", NULL},
    {"Name nickname",
     "option Name expects one of: alias, mac, id, address, found "
     "\"nickname\""},
    {"Ignore one /^two/ 192.0.2.7 50:C7:BF:00:11:22", NULL},
    {"Ignore /[/", "option Ignore expects a name, MAC, address or /regex/, "
                   "found \"/[/\": "},
    {"Only /Lab/", NULL},
    {"Only /(/", "option Only expects a name, MAC, address or /regex/, found "
                 "\"/(/\": "},
    {"Report lights false", NULL},
    {"Report INFO true", NULL},
    {"Report everything true",
     "option Report expects one of: info, status, failures, plugs, mains, "
     "link, lights, sensors, energy, cost, totals, found \"everything\""},
    {"Report status true", NULL},
    {"Report failures false", NULL},
    {"Report plugs false", NULL},
    {"Report mains false", NULL},
    {"Report link false", NULL},
    {"Report lights", "option Report expects a group and true or false"},
    {"Report true lights", "option Report expects a group and true or false"},
    {"Username me", "Username needs Password or PasswordFile beside it"},
    {"Password secret", "a password needs a Username beside it"},
    {"PasswordFile /etc/x", "a password needs a Username beside it"},
    {"AllowAES true", NULL},
    {"AllowAES maybe", "option AllowAES expects true or false"},
    {"Report energy false", NULL},
    {"Report cost false", NULL},
    {"StateDirectory kasa", NULL},
    {"BillingDay 15", NULL},
    {"BillingDay 32", "option BillingDay expects a whole number from 1 to 31"},
    {"Tariff", "<Tariff>: expects Rate, "},
    {"Limits", "<Plugin kasa>: <Limits> limits nothing: it needs DailyEnergy"},
    {"Port 9999", "unknown option Port: it belongs in a <Device>"},
    {"Transport klap", "unknown option Transport: it belongs in a <Device>"},
    {"Report lights \"no\"", NULL},
    {"Devcie x", "unknown option Devcie, did you mean Device?"},
    {"Discovry true", "unknown option Discovry, did you mean Discovery?"},
    {"Device", "<Plugin kasa>: <Device> expects one name in quotes, as in "
               "<Device \"name\">, found nothing"},
    {"Device 5", "<Plugin kasa>: <Device> expects one name in quotes, as in "
                 "<Device \"name\">, found 5"},
    {"Device x", NULL},
};

START_TEST(each_line_is_taken_or_named_in_a_complaint) {
  COMPLAINTS(c);
  static const char where[] = "<Plugin kasa>: ";
  size_t skip;

  put_line(root, lines[_i].line);
  read_all(&c.reporter);
  ck_assert_msg(c.num == (lines[_i].complaint != NULL), "%s: %u \"%s\"",
                lines[_i].line, c.num, c.last);
  if (lines[_i].complaint == NULL)
    return;
  skip = lines[_i].complaint[0] == '<' ? 0 : strlen(where); /* a block's own */
  ck_assert_msg(strncmp(c.last, where, skip) == 0 &&
                    strncmp(c.last + skip, lines[_i].complaint,
                            strlen(lines[_i].complaint)) == 0,
                "%s: \"%s\"", lines[_i].line, c.last);
}
END_TEST

START_TEST(every_option_of_the_table_has_a_line_here) {
  for (const struct option *o = poll_options_table; o->name != NULL; o++) {
    bool found = false;
    size_t len = strlen(o->name);

    for (int i = 0; i < ROWS(lines); i++)
      found |= strncmp(lines[i].line, o->name, len) == 0 &&
               (lines[i].line[len] == ' ' || lines[i].line[len] == '\0');
    ck_assert_msg(found, "%s", o->name);
  }
}
END_TEST

START_TEST(good_values_arrive_in_their_places) {
  static const char *const all[] = {
      "Discovery false",
      "DiscoveryInterval 5m",
      "DiscoveryTimeout 10",
      "DiscoveryPackets 7",
      "DiscoveryTarget 10.0.0.7 10.0.0.8",
      "Interface eth0",
      "KeepMissing false",
      "MaxDevices 12",
      "Timeout 0.25",
      "Retries 4",
      "RetryDelay 1.5",
      "MaxInFlight 13",
      "EnergyInterval 1h",
      "Name id",
      "Ignore a b",
      "Only /c/",
      "Report lights false",
      "Report sensors false",
      "Report totals false",
      "Report info false",
  };
  COMPLAINTS(c);

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    put_line(root, all[i]);
  read_all(&c.reporter);
  ck_assert_msg(c.num == 0, "%s", c.last);
  ck_assert(!options.discovery && !options.keep_missing);
  ck_assert_double_eq(options.discovery_interval, 300);
  ck_assert_double_eq(options.discovery_timeout, 10);
  ck_assert_uint_eq(options.discovery_packets, 7);
  ck_assert_uint_eq(options.targets.count, 2);
  ck_assert_str_eq(options.targets.items[1], "10.0.0.8");
  ck_assert_str_eq(options.interfaces.items[0], "eth0");
  ck_assert_uint_eq(options.max_devices, 12);
  ck_assert_double_eq(options.timeout, 0.25);
  ck_assert_uint_eq(options.retries, 4);
  ck_assert_double_eq(options.retry_delay, 1.5);
  ck_assert_uint_eq(options.max_in_flight, 13);
  ck_assert_double_eq(options.energy_interval, 3600);
  ck_assert_int_eq(options.name_by, NAME_BY_ID);
  ck_assert_uint_eq(options.ignore.count, 2);
  ck_assert_uint_eq(options.only.count, 1);
  ck_assert(!options.report_lights && !options.report_sensors &&
            !options.report_totals && !options.report_info);
}
END_TEST

START_TEST(bad_entries_of_a_list_leave_the_good_ones) {
  COMPLAINTS(c);

  put_line(root, "DiscoveryTarget 10.0.0.7 nonsense 10.0.0.8 x");
  put_line(root, "Ignore /[/ good /(/");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 4);
  ck_assert_uint_eq(options.targets.count, 2);
  ck_assert_str_eq(options.targets.items[1], "10.0.0.8");
  ck_assert_uint_eq(options.ignore.count, 1);
  ck_assert_str_eq(options.ignore.items[0], "good");
}
END_TEST

/* What was meant as something else is told, and left as it is: it may be a name
 * after all. */
static const struct {
  const char *pattern;
  const char *complaint; /* NULL: there is none */
} patterns[] = {
    {"192.168.1.0/24", "found \"192.168.1.0/24\": one address is wanted, not a "
                       "network"},
    {"192.168.1.300", "this is no IPv4 address"},
    {"50:c7:bf:00:11", "this is no MAC"},
    {"2001:db8::1", "IPv4 addresses only"},
    {"/Lab", "stands between two slashes"},
    {"Lab/", "stands between two slashes"},
    {"/Lab/i", "stands between two slashes"},
    {"//", "stands between two slashes"},
    {"*", "by a regular expression"},
    {"Lab*", "by a regular expression"},
    {"/^192.168.1.0/", NULL},
    {"/a*/", NULL},
    {"Left/Right", NULL},
    {"* star *s", NULL},
    {"Freezer ", NULL},
};

START_TEST(a_pattern_that_was_meant_as_something_else_is_told) {
  COMPLAINTS(c);

  put_string(root, "Only", patterns[_i].pattern);
  read_all(&c.reporter);
  ck_assert_msg(c.num == (patterns[_i].complaint != NULL), "%s: \"%s\"",
                patterns[_i].pattern, c.last);
  ck_assert_uint_eq(options.only.count, 1);
  if (patterns[_i].complaint != NULL)
    ck_assert_msg(strstr(c.last, patterns[_i].complaint) != NULL, "%s", c.last);
}
END_TEST

/* -- <Device> -- */

static const struct {
  const char *match;
  enum match_kind kind;
} matches[] = {
    {"192.168.1.50", MATCH_ADDRESS},
    {"50:C7:BF:00:11:22", MATCH_MAC},
    {"50-c7-bf-00-11-22", MATCH_MAC},
    {"50C7BF001122", MATCH_MAC},
    {"Freezer", MATCH_TEXT},
    {"plug.example.org", MATCH_TEXT},
    {"7-of-9", MATCH_TEXT},
    {"Rack 10.4", MATCH_TEXT},
    {"10-4", MATCH_TEXT},
    {"face-b00c", MATCH_TEXT},
    {"127.0.0.1", MATCH_ADDRESS},
    {"192.168.100.100", MATCH_ADDRESS},
    {"Freezer ", MATCH_TEXT},
    {"p-q-r-s-t-u", MATCH_TEXT},
    {"Lamp: left::right", MATCH_TEXT},
    {"Desk 1/2", MATCH_TEXT},
};

/* Who mistypes an address is told, before nobody is found. */
static const struct {
  const char *match;
  const char *complaint;
} no_heads[] = {
    {"192.168.1.500", "this is no IPv4 address"},
    {"192.168.1", "this is no IPv4 address"},
    {"192.168.1.5.", "this is no IPv4 address"},
    {"00:00:00:00:00:00", "this is no MAC"},
    {"50:c7:bf:00:11", "this is no MAC"},
    {"50-c7-bf-00-11-2", "this is no MAC"},
    {"50:c7:bf:00:11:2g", "this is no MAC"},
    {"50c7.bf00.1122", "this is no MAC"},
    {"50.c7.bf.00.11.22", "this is no MAC"},
    {"ff:ff:ff:ff:ff:ff", "no device can have this MAC"},
    {"01:00:5e:00:00:01", "no device can have this MAC"},
    {"0.0.0.0", "no device can have this address"},
    {"224.0.0.1", "no device can have this address"},
    {"255.255.255.255", "no device can have this address"},
    {"192.168.1.5:9999", "a port stands in option Port"},
    {"192.168.1.0/24", "not a network"},
    {"192.168.1.5/32", "not a network"},
    {"192.168.1.5-10", "not several"},
    {"192.168.1.5, 192.168.1.6", "not several"},
    {"192.168.1.*", "this is no IPv4 address"},
    {" 192.168.1.5", "a blank before or behind it"},
    {"50:c7:bf:00:11:22 ", "a blank before or behind it"},
    {"http://192.168.1.5/", "the address is wanted alone"},
    {"fe80::1", "IPv4 addresses only"},
    {"fe80::1%eth0", "IPv4 addresses only"},
    {"2001:db8:0:0:0:0:0:1", "IPv4 addresses only"},
    {"[2001:db8::1]:80", "IPv4 addresses only"},
    {"::ffff:192.168.1.5", "IPv4 addresses only"},
};

START_TEST(an_address_that_is_none_is_told) {
  COMPLAINTS(c);

  put_string(root, "Device", no_heads[_i].match);
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_msg(strstr(c.last, no_heads[_i].complaint) != NULL, "%s", c.last);
  ck_assert_uint_eq(options.devices_num, 1);
}
END_TEST

START_TEST(a_device_block_says_whom_it_means) {
  COMPLAINTS(c);

  put_string(root, "Device", matches[_i].match);
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 0);
  ck_assert_uint_eq(options.devices_num, 1);
  ck_assert_msg(options.devices[0].kind == matches[_i].kind, "%s",
                matches[_i].match);
  ck_assert_str_eq(options.devices[0].match, matches[_i].match);
}
END_TEST

START_TEST(a_device_block_is_read_with_its_plugs) {
  struct conf_item *device = put_string(root, "Device", "192.168.1.50");
  struct conf_item *plug;
  struct in_addr address;
  COMPLAINTS(c);

  put_line(device, "Name Freezer");
  put_line(device, "Interval 60");
  put_line(device, "Transport XOR");
  put_line(device, "Port 9998");
  plug = put_string(device, "Plug", "Fan");
  put_line(plug, "Name Ventilator");
  put_string(device, "Plug", "2");
  read_all(&c.reporter);
  ck_assert_msg(c.num == 0, "%s", c.last);
  ck_assert_str_eq(options.devices[0].name, "Freezer");
  ck_assert_double_eq(options.devices[0].interval, 60);
  ck_assert_uint_eq(options.devices[0].port, 9998);
  ck_assert_int_eq(inet_pton(AF_INET, "192.168.1.50", &address), 1);
  ck_assert_uint_eq(options.devices[0].address.s_addr, address.s_addr);
  ck_assert_uint_eq(options.devices[0].plugs_num, 2);
  ck_assert_str_eq(options.devices[0].plugs[0].match, "Fan");
  ck_assert_str_eq(options.devices[0].plugs[0].name, "Ventilator");
  ck_assert_ptr_null(options.devices[0].plugs[1].name);
}
END_TEST

static const struct {
  const char *line; /* inside <Device "x"> */
  const char *complaint;
} device_lines[] = {
    {"Produces 5",
     "<Device \"x\">: option Produces expects true or false, found 5"},
    {"Name 5", "<Device \"x\">: option Name expects one text in quotes"},
    {"Name a/b", "<Device \"x\">: option Name expects at most 60 bytes of "
                 "UTF-8 without \"/\" and control characters; using \"a_b\""},
    {"Name \x01", "<Device \"x\">: option Name expects at most 60 bytes"},
    {"Interval 0.01", "<Device \"x\">: option Interval expects seconds from "
                      "0.1 to 86400, found 0.01"},
    {"Port 0", "<Device \"x\">: option Port expects a whole number from 1 to "
               "65535, found 0"},
    {"Port 65536", "<Device \"x\">: option Port expects a whole number from 1 "
                   "to 65535, found 65536"},
    {"Transport carrier-pigeon",
     "<Device \"x\">: option Transport expects one of: "
     "auto, xor, klap, tpap, aes, found "
     "\"carrier-pigeon\""},
    {"Transport 5", "<Device \"x\">: option Transport expects one of: "},
    {"AllowAES 1", "<Device \"x\">: option AllowAES expects true or false"},
    {"Retries 2", "<Device \"x\">: unknown option Retries: it belongs in "
                  "<Plugin kasa>, for all devices"},
    {"Discovery false", "<Device \"x\">: unknown option Discovery: it belongs "
                        "in <Plugin kasa>, for all devices"},
    {"Mac 50:c7:bf:00:11:22", "<Device \"x\">: unknown option Mac: the MAC "
                              "stands in the block's head"},
    {"Tpye x", "<Device \"x\">: unknown option Tpye"},
    {"AESLogin 3", "<Device \"x\">: option AESLogin expects a whole number "
                   "from 1 to 2, found 3"},
    {"Debug 1", "<Device \"x\">: option Debug expects true or false"},
    {"Plug", "<Device \"x\">: <Plug> expects one name in quotes, as in <Plug "
             "\"name\">, found nothing"},
    {"Username me", "<Device \"x\">: Username needs Password or PasswordFile "
                    "beside it"},
    {"Password me", "<Device \"x\">: a password needs a Username beside it"},
    {"PasswordFile me",
     "<Device \"x\">: a password needs a Username beside it"},
    {"Appliance x", "<Device \"x\">: Appliance expects a block, as in "
                    "<Appliance> ... </Appliance>, found \"x\""},
    {"Spike x", "<Device \"x\">: Spike expects a block, as in <Spike> ... "
                "</Spike>, found \"x\""},
    {"Limits", "<Device \"x\">: <Limits> limits nothing: it needs DailyEnergy"},
    {"Intervall 5",
     "<Device \"x\">: unknown option Intervall, did you mean Interval?"},
};

/* -- accounts
 * ------------------------------------------------------------------------ */

static const char *file_with(const char *text, unsigned mode) {
  static char path[] = "/tmp/kasa-check-XXXXXX";
  int fd;

  strcpy(path, "/tmp/kasa-check-XXXXXX");
  fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
  ck_assert_int_eq(fchmod(fd, mode), 0);
  close(fd);
  return path;
}

START_TEST(a_block_takes_over_what_it_does_not_say) {
  struct conf_item *one = put_string(root, "Device", "one");
  struct conf_item *two;
  const struct account *a;
  COMPLAINTS(c);

  put_string(one, "Password", "other");
  two = put_string(root, "Device", "two");
  put_string(two, "Username", "you");
  put_string(two, "Password", "yours");
  put_string(root, "Device", "three");
  put_string(root, "Username", "me");
  put_string(root, "Password", "mine");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 0);
  a = poll_options_account(&options, NULL);
  ck_assert_str_eq(a->user, "me");
  ck_assert_str_eq(a->pass, "mine");
  a = poll_options_account(&options, &options.devices[0]);
  ck_assert_str_eq(a->user, "me");
  ck_assert_str_eq(a->pass, "other");
  a = poll_options_account(&options, &options.devices[1]);
  ck_assert_str_eq(a->user, "you");
  ck_assert_ptr_eq(poll_options_account(&options, &options.devices[2]),
                   poll_options_account(&options, NULL));
}
END_TEST

static const struct {
  const char *text;
  unsigned mode;
  const char *password;  /* NULL: none */
  const char *complaint; /* part of it; NULL: none */
} files[] = {
    {"secret\n", 0600, "secret", NULL},
    {"secret", 0640, "secret", NULL},
    {"se cret\r\nsecond line\n", 0400, "se cret", NULL},
    {"secret\n", 0644, "secret", "may be read by others (mode 0644)"},
    {"secret\n", 0660, "secret", "may be read by others (mode 0660)"},
    {"", 0600, NULL, "is empty"},
    {"\nsecret", 0600, NULL, "is empty"},
};

START_TEST(passwords_come_from_files) {
  const char *path = file_with(files[_i].text, files[_i].mode);
  const struct account *a;
  COMPLAINTS(c);

  put_string(root, "Username", "me");
  put_string(root, "PasswordFile", path);
  read_all(&c.reporter);
  unlink(path);
  a = poll_options_account(&options, NULL);
  ck_assert_msg((a != NULL) == (files[_i].password != NULL), "row %d", _i);
  if (a != NULL)
    ck_assert_str_eq(a->pass, files[_i].password);
  ck_assert_uint_eq(c.num, files[_i].complaint != NULL);
  if (files[_i].complaint != NULL) {
    ck_assert_ptr_nonnull(strstr(c.last, files[_i].complaint));
    ck_assert_ptr_null(strstr(c.last, "secret"));
  }
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named) {
  COMPLAINTS(c);

  put_string(root, "Username", "me");
  put_string(root, "PasswordFile", "/nowhere/at/all");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_ptr_nonnull(strstr(c.last, "/nowhere/at/all"));
  ck_assert_ptr_null(poll_options_account(&options, NULL));
}
END_TEST

static void rewrite(const char *path, const char *text) {
  FILE *file = fopen(path, "we");

  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs(text, file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

/* What a block takes over follows, too. */
START_TEST(a_changed_file_is_read_again) {
  const char *path = file_with("secret\n", 0600);
  struct conf_item *one = put_string(root, "Device", "one");
  COMPLAINTS(c);

  put_string(one, "Username", "you");
  put_string(root, "Username", "me");
  put_string(root, "PasswordFile", path);
  read_all(&c.reporter);
  ck_assert(!poll_options_reload_passwords(&options, &c.reporter));
  rewrite(path, "other password\n");
  ck_assert(poll_options_reload_passwords(&options, &c.reporter));
  ck_assert(!poll_options_reload_passwords(&options, &c.reporter));
  ck_assert_str_eq(poll_options_account(&options, NULL)->pass,
                   "other password");
  ck_assert_str_eq(poll_options_account(&options, &options.devices[0])->pass,
                   "other password");
  ck_assert_str_eq(poll_options_account(&options, &options.devices[0])->user,
                   "you");
  ck_assert_uint_eq(c.num, 0);
  rewrite(path, "");
  ck_assert(!poll_options_reload_passwords(&options, &c.reporter));
  ck_assert(!poll_options_reload_passwords(&options, &c.reporter));
  ck_assert_uint_eq(c.num, 1); /* one line says so */
  ck_assert_ptr_nonnull(strstr(c.last, "is empty"));
  unlink(path);
  ck_assert(!poll_options_reload_passwords(&options, &c.reporter));
  ck_assert_str_eq(poll_options_account(&options, NULL)->pass,
                   "other password");
}
END_TEST

START_TEST(a_file_may_come_later) {
  const char *path = file_with("", 0600);
  COMPLAINTS(c);

  put_string(root, "Username", "me");
  put_string(root, "PasswordFile", path);
  read_all(&c.reporter);
  ck_assert_ptr_null(poll_options_account(&options, NULL));
  rewrite(path, "secret");
  ck_assert(poll_options_reload_passwords(&options, &c.reporter));
  unlink(path);
  ck_assert_str_eq(poll_options_account(&options, NULL)->pass, "secret");
}
END_TEST

START_TEST(mistakes_in_a_device_block_name_it) {
  struct conf_item *device = put_string(root, "Device", "x");
  COMPLAINTS(c);

  put_line(device, device_lines[_i].line);
  read_all(&c.reporter);
  ck_assert_msg(c.num == 1 && strncmp(c.last, device_lines[_i].complaint,
                                      strlen(device_lines[_i].complaint)) == 0,
                "%s: %u \"%s\"", device_lines[_i].line, c.num, c.last);
  ck_assert_uint_eq(options.devices_num, 1);
}
END_TEST

START_TEST(every_option_of_a_device_has_a_line_here) {
  for (const struct option *o = device_options_table; o->name != NULL; o++) {
    bool found = false;

    for (int i = 0; i < ROWS(device_lines); i++)
      found |= strncmp(device_lines[i].line, o->name, strlen(o->name)) == 0;
    ck_assert_msg(found, "%s", o->name);
  }
}
END_TEST

/* What is said once for all devices is told to be so where it stands in one. */
START_TEST(options_of_all_devices_are_none_of_one) {
  for (const struct option *o = poll_options_table; o->name != NULL; o++) {
    const struct option *own = device_options_table;
    struct conf_item *block = conf_new("Plugin");
    COMPLAINTS(c);

    while (own->name != NULL && strcmp(own->name, o->name) != 0)
      own++;
    if (own->name == NULL) {
      put_line(put_string(block, "Device", o->name), o->name);
      poll_options_read(&options, block, &c.reporter);
      ck_assert_msg(strstr(c.last, "belongs in <Plugin kasa>, for all") != NULL,
                    "%s: \"%s\"", o->name, c.last);
    }
    conf_free(block);
  }
}
END_TEST

START_TEST(mistakes_in_a_plug_block_name_it) {
  struct conf_item *device = put_string(root, "Device", "x");
  struct conf_item *plug = put_string(device, "Plug", "Fan");
  COMPLAINTS(c);

  put_line(plug, "Nmae y");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last,
                   "<Device \"x\">: <Plug \"Fan\">: unknown option Nmae, did "
                   "you mean Name?");
}
END_TEST

START_TEST(options_of_a_device_are_none_of_a_plug) {
  struct conf_item *device = put_string(root, "Device", "x");
  struct conf_item *plug = put_string(device, "Plug", "Fan");
  COMPLAINTS(c);

  put_line(plug, "Interval 60");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last,
                   "<Device \"x\">: <Plug \"Fan\">: unknown option Interval: "
                   "it belongs in the <Device> around it");
}
END_TEST

START_TEST(a_plug_has_one_block) {
  struct conf_item *device = put_string(root, "Device", "x");
  COMPLAINTS(c);

  put_line(put_string(device, "Plug", "Fan"), "Name one");
  put_line(put_string(device, "Plug", "fan"), "Name two");
  put_line(put_string(device, "Plug", "2"), "Name three");
  put_line(put_string(device, "Plug", "fan"), "Name four");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last,
                   "<Device \"x\">: <Plug \"fan\"> stands twice, the second "
                   "block is left out");
  ck_assert_uint_eq(options.devices[0].plugs_num, 3);
  ck_assert_str_eq(options.devices[0].plugs[0].name, "one");
  ck_assert_str_eq(options.devices[0].plugs[1].name, "two");
}
END_TEST

/* Who says false is not to be shown the account, whatever else stands there. */
START_TEST(a_denied_account_stays_denied) {
  struct conf_item *device;
  COMPLAINTS(c);

  put_line(root, "AllowAES true");
  device = put_string(root, "Device", "x");
  put_line(device, "Transport aes");
  put_line(device, "AllowAES \"no\"");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last,
                   "<Device \"x\">: Transport \"aes\" and AllowAES false "
                   "exclude each other: the account is not shown");
  ck_assert(!poll_options_may_reveal(&options, &options.devices[0]));
}
END_TEST

START_TEST(outlets_are_counted_from_one) {
  COMPLAINTS(c);

  put_string(put_string(root, "Device", "x"), "Plug", "0");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last,
                   "<Device \"x\">: <Plug \"0\">: outlets are counted from 1");
}
END_TEST

/* Within a block; a second one may think better of it. */
START_TEST(a_doubled_group_is_told) {
  struct conf_item *second = conf_new("Plugin");
  COMPLAINTS(c);

  put_line(root, "Report lights false");
  put_line(root, "Report info false");
  put_line(root, "Report Lights true");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last, "<Plugin kasa>: option Report lights stands twice, "
                           "the last one counts");
  ck_assert(options.report_lights && !options.report_info);
  put_line(second, "Report info true");
  poll_options_read(&options, second, &c.reporter);
  ck_assert_uint_eq(c.num, 1);
  conf_free(second);
}
END_TEST

START_TEST(a_doubled_permission_is_told) {
  struct conf_item *device = put_string(root, "Device", "x");
  COMPLAINTS(c);

  put_line(device, "AllowAES true");
  put_line(device, "AllowAES false");
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_str_eq(c.last, "<Device \"x\">: option AllowAES stands twice, the "
                           "last one counts");
}
END_TEST

/* A mistake is told with the line it stands in, not that of its block. */
static const struct {
  const char *line, *second;
  bool in_device;
} placed[] = {
    {"DiscoveryTarget plug.lan", NULL, false},
    {"Ignore 192.0.2.0/24", NULL, false},
    {"Interface 192.0.2.1", NULL, false},
    {"Name a/b", NULL, true},
    {"PasswordFile /nonexistent", "Username me", false},
    {"PasswordFile /nonexistent", "Username me", true},
    {"Username me", NULL, true},
    {"Password me", NULL, false},
};

START_TEST(a_mistake_is_told_with_its_line) {
  struct conf_item *device = put_string(root, "Device", "x");
  struct conf_item *block = placed[_i].in_device ? device : root;
  COMPLAINTS(c);

  root->line = 1;
  device->line = 2;
  if (placed[_i].second != NULL)
    put_line(block, placed[_i].second)->line = 4;
  put_line(block, placed[_i].line)->line = 5;
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_msg(c.line == 5, "%s: line %u", placed[_i].line, c.line);
}
END_TEST

static const struct {
  const char *first, *second;
  size_t devices;
} pairs[] = {
    {"192.168.1.50", "192.168.1.50", 1},
    {"Freezer", "FREEZER", 1},
    {"50:C7:BF:00:11:22", "50:c7:bf:00:11:22", 1},
    {"50:C7:BF:00:11:22", "50C7BF001122", 1},
    {"Freezer", "Washer", 2},
    {"192.168.1.50", "192.168.1.51", 2},
    {"50:C7:BF:00:11:22", "50:C7:BF:00:11:23", 2},
    {"192.168.1.50", "50:C7:BF:00:11:23", 2},
};

START_TEST(one_device_has_one_block) {
  COMPLAINTS(c);

  put_line(put_string(root, "Device", pairs[_i].first), "Interval 30");
  put_line(put_string(root, "Device", pairs[_i].second), "Interval 40");
  read_all(&c.reporter);
  ck_assert_msg(options.devices_num == pairs[_i].devices, "%s and %s",
                pairs[_i].first, pairs[_i].second);
  ck_assert_uint_eq(c.num, 2 - pairs[_i].devices);
  ck_assert_double_eq(options.devices[0].interval, 30);
  if (c.num > 0)
    ck_assert_ptr_nonnull(strstr(c.last, "stands twice"));
}
END_TEST

START_TEST(a_blank_around_an_account_is_told) {
  static const char *const accounts[][2] = {{" me", "secret"},
                                            {"me ", "secret"},
                                            {"me", " secret"},
                                            {"me", "secret\t"}};
  COMPLAINTS(c);

  put_string(root, "Username", accounts[_i][0]);
  put_string(root, "Password", accounts[_i][1]);
  read_all(&c.reporter);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_ptr_nonnull(strstr(c.last, _i < 2 ? "Username" : "Password"));
  ck_assert_ptr_nonnull(strstr(c.last, "has a blank before or behind it"));
  ck_assert_ptr_null(strstr(c.last, "secret"));
  ck_assert_str_eq(poll_options_account(&options, NULL)->user, accounts[_i][0]);
}
END_TEST

/* As files of conf.d may have them: nothing is told of the halves, and nothing
 * twice. */
START_TEST(an_account_may_stand_in_two_blocks) {
  struct conf_item *second = conf_new("Plugin");
  const char *path = file_with("secret\n", 0644);
  const struct account *a;
  COMPLAINTS(c);

  put_line(root, "Username me");
  put_line(put_string(root, "Device", "x"), "Username you");
  put_string(second, "PasswordFile", path);
  poll_options_read(&options, root, &c.reporter);
  poll_options_read(&options, second, &c.reporter);
  poll_options_finish(&options, &c.reporter);
  unlink(path);
  a = poll_options_account(&options, NULL);
  ck_assert_ptr_nonnull(a);
  ck_assert_str_eq(a->user, "me");
  ck_assert_str_eq(a->pass, "secret");
  ck_assert_str_eq(poll_options_account(&options, &options.devices[0])->user,
                   "you");
  ck_assert_uint_eq(c.num, 1); /* others may read the file */
  conf_free(second);
}
END_TEST

START_TEST(a_second_block_adds_to_the_first) {
  struct conf_item *second = conf_new("Plugin");
  COMPLAINTS(c);

  put_line(root, "Timeout 1");
  put_line(root, "Ignore a");
  put_line(second, "Retries 5");
  put_line(second, "Ignore b");
  read_all(&c.reporter);
  poll_options_read(&options, second, &c.reporter);
  ck_assert_uint_eq(c.num, 0);
  ck_assert_double_eq(options.timeout, 1);
  ck_assert_uint_eq(options.retries, 5);
  ck_assert_uint_eq(options.ignore.count, 2);
  conf_free(second);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, each_line_is_taken_or_named_in_a_complaint, 0,
                      ROWS(lines));
  tcase_add_test(t, every_option_of_the_table_has_a_line_here);
  tcase_add_test(t, good_values_arrive_in_their_places);
  tcase_add_test(t, bad_entries_of_a_list_leave_the_good_ones);
  tcase_add_loop_test(t, a_pattern_that_was_meant_as_something_else_is_told, 0,
                      ROWS(patterns));
  tcase_add_loop_test(t, a_device_block_says_whom_it_means, 0, ROWS(matches));
  tcase_add_loop_test(t, an_address_that_is_none_is_told, 0, ROWS(no_heads));
  tcase_add_test(t, a_device_block_is_read_with_its_plugs);
  tcase_add_test(t, a_block_takes_over_what_it_does_not_say);
  tcase_add_loop_test(t, passwords_come_from_files, 0, ROWS(files));
  tcase_add_test(t, a_file_that_is_not_there_is_named);
  tcase_add_test(t, a_changed_file_is_read_again);
  tcase_add_test(t, a_file_may_come_later);
  tcase_add_loop_test(t, mistakes_in_a_device_block_name_it, 0,
                      ROWS(device_lines));
  tcase_add_test(t, every_option_of_a_device_has_a_line_here);
  tcase_add_test(t, mistakes_in_a_plug_block_name_it);
  tcase_add_test(t, options_of_all_devices_are_none_of_one);
  tcase_add_test(t, options_of_a_device_are_none_of_a_plug);
  tcase_add_test(t, a_plug_has_one_block);
  tcase_add_test(t, a_denied_account_stays_denied);
  tcase_add_test(t, outlets_are_counted_from_one);
  tcase_add_test(t, a_doubled_group_is_told);
  tcase_add_test(t, a_doubled_permission_is_told);
  tcase_add_loop_test(t, a_mistake_is_told_with_its_line, 0, ROWS(placed));
  tcase_add_loop_test(t, one_device_has_one_block, 0, ROWS(pairs));
  tcase_add_loop_test(t, a_blank_around_an_account_is_told, 0, 4);
  tcase_add_test(t, an_account_may_stand_in_two_blocks);
  tcase_add_test(t, a_second_block_adds_to_the_first);
}

int main(void) { return suite_run("options", fill); }
