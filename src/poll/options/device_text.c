/* SPDX-License-Identifier: MIT */
/* See device_text.h. */
#include <config.h>

#include "poll/options/device_text.h"

#include "device/device.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 64, MAC_BYTES = 6, MAC_DIGITS = 12 };

static bool is_address(const char *text) {
  struct in_addr address;

  return inet_pton(AF_INET, text, &address) == 1;
}

static bool is_mac(const char *text) {
  uint8_t mac[MAC_BYTES];

  return device_parse_mac(text, mac);
}

static bool consists_of(const char *text, const char *characters) {
  return text[strspn(text, characters)] == '\0';
}

static unsigned count(const char *text, const char *characters) {
  unsigned n = 0;

  for (; *text != '\0'; text++)
    n += strchr(characters, *text) != NULL;
  return n;
}

/* Copies len bytes of a text that may be too long to be any address. */
static bool copy(char out[TEXT_MAX], const char *text, size_t len) {
  if (len >= TEXT_MAX)
    return false;
  memcpy(out, text, len);
  out[len] = '\0';
  return true;
}

/* -- the mistakes -- */

/* Devices have none of these: all hosts, many hosts, this host. */
static bool is_nobodys_address(const char *text) {
  struct in_addr address;
  uint32_t host;

  if (inet_pton(AF_INET, text, &address) != 1)
    return false;
  host = ntohl(address.s_addr);
  return host >> 24 == 0 || host >> 28 >= 14;
}

/* That of a group of devices, or of all. */
static bool is_nobodys_mac(const char *text) {
  uint8_t mac[MAC_BYTES];

  return device_parse_mac(text, mac) && (mac[0] & 1) != 0;
}

static bool has_blanks_around(const char *text) {
  size_t len = strlen(text);
  size_t before = 0;
  char inner[TEXT_MAX];

  while (isspace((unsigned char)text[before]))
    before++;
  while (len > before && isspace((unsigned char)text[len - 1]))
    len--;
  return (before > 0 || text[len] != '\0') &&
         copy(inner, text + before, len - before) &&
         (is_address(inner) || is_mac(inner));
}

static bool is_url(const char *text) {
  return strncasecmp(text, "http://", 7) == 0 ||
         strncasecmp(text, "https://", 8) == 0;
}

/* With brackets, a port or the name of an interface, too. */
static bool is_ipv6(const char *text) {
  struct in6_addr address;
  char inner[TEXT_MAX];
  size_t bracket = text[0] == '[';

  return copy(inner, text + bracket, strcspn(text + bracket, "]%/")) &&
         inet_pton(AF_INET6, inner, &address) == 1;
}

/* An address, and what is only said of several, or elsewhere. */
static bool begins_with_address(const char *text, const char *next) {
  size_t len = strspn(text, "0123456789.");
  char address[TEXT_MAX];

  return text[len] != '\0' && strchr(next, text[len]) != NULL &&
         consists_of(text + len, "0123456789.:/-,; ") &&
         copy(address, text, len) && is_address(address);
}

static bool has_port(const char *text) {
  return begins_with_address(text, ":");
}

static bool is_network(const char *text) {
  return begins_with_address(text, "/");
}

static bool is_several(const char *text) {
  return begins_with_address(text, "-,; ");
}

static bool is_no_address(const char *text) {
  return strchr(text, '.') != NULL && consists_of(text, "0123456789.*") &&
         !is_address(text);
}

/* Six parts of one or two letters, or twelve digits in parts of another
 * length. */
static bool is_no_mac(const char *text) {
  static const char hex[] = "0123456789abcdefABCDEF:-";
  static const char separators[] = ":-";
  unsigned parted = count(text, separators);
  size_t longest = 0;
  unsigned digits = 0;

  if (is_mac(text))
    return false;
  if (parted >= 4 && consists_of(text, hex))
    return true;
  for (const char *part = text; *part != '\0'; part += *part != '\0') {
    size_t len = strcspn(part, ":-.");

    longest = len > longest ? len : longest;
    part += len;
  }
  for (const char *c = text; *c != '\0'; c++)
    digits += isxdigit((unsigned char)*c) != 0;
  return (parted == MAC_BYTES - 1 && longest <= 2 && digits >= 8) ||
         (digits == MAC_DIGITS && count(text, ".") >= 2 &&
          consists_of(text, "0123456789abcdefABCDEF.") &&
          !consists_of(text, "0123456789."));
}

/* The first that is true is told. */
static const struct {
  bool (*is)(const char *text);
  const char *fault;
} mistakes[] = {
    {is_nobodys_address, "no device can have this address"},
    {is_nobodys_mac, "no device can have this MAC"},
    {has_blanks_around, "there is a blank before or behind it"},
    {is_url, "the address is wanted alone, like \"192.0.2.7\""},
    {has_port, "the address is wanted alone; a port stands in option Port"},
    {is_network, "one address is wanted, not a network"},
    {is_several, "one address is wanted, not several"},
    {is_ipv6, "these devices have IPv4 addresses only"},
    {is_no_mac, "this is no MAC, like \"50:c7:bf:00:11:22\""},
    {is_no_address, "this is no IPv4 address, like \"192.0.2.7\""},
};

const char *device_text_fault(const char *text) {
  for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
    if (mistakes[i].is(text))
      return mistakes[i].fault;
  return NULL;
}

const char *device_text_pattern_fault(const char *pattern) {
  size_t len = strlen(pattern);
  bool begins = pattern[0] == '/';
  bool ends = len > 0 && pattern[len - 1] == '/';

  if (begins && ends && len > 2)
    return NULL; /* a regular expression, whatever stands in it */
  if (begins || ends)
    return "a regular expression stands between two slashes, like /^Lab/";
  if (len > 0 && pattern[len - 1] == '*' && strchr(pattern, '.') == NULL)
    return "parts of names are told by a regular expression, like /^Lab/";
  return device_text_fault(pattern);
}
