/* SPDX-License-Identifier: MIT */
/* Options of mail: see email_settings.h. */
#include <config.h>

#include "alert/channel/email/email_settings.h"

#include "alert/channel/email/mime.h"
#include "alert/model/message.h"
#include "base/log.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_LETTERS                                                           \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

static const char *const tls_names[] = {[SMTP_STARTTLS] = "starttls",
                                        [SMTP_IMPLICIT] = "implicit",
                                        [SMTP_PLAIN] = "none",
                                        NULL};

/* the names of collectd's own notify_email */
static const struct option_hint hints[] = {
    {"Recipient", "say To"},
    {"SMTPServer", "say Server"},
    {"SMTPPort", "say Port"},
    {"SMTPUser", "say Username"},
    {"SMTPPassword", "say Password, or PasswordFile"},
    {"Subject", "a <Route> has Title"},
    {"User", "say Username"},
    {"Login", "say Username"},
    {"Pass", "say Password, or PasswordFile"},
    {"Host", "say Server"},
    {"Mail", "say To"},
    {"Address", "say To"},
    {"SSL", "say TLS implicit, or starttls"},
    {"Security", "say TLS starttls, implicit or none"},
    {"Encryption", "say TLS starttls, implicit or none"},
    {"Cc", "say To, once more"},
    {"Bcc", "say To, once more"},
    {0},
};

const struct option email_options[] = {
    {.name = "Server",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, server)},
    {.name = "Port",
     .type = OPTION_COUNT,
     .offset = offsetof(struct email, port),
     .min = 1,
     .max = 65535},
    {.name = "TLS",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct email, tls),
     .choices = tls_names},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, username)},
    SECRET_OPTIONS("Password", struct email, password),
    {.name = "From",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, from)},
    {.name = "To",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct email, to)},
    {.name = "Ehlo",
     .type = OPTION_STRING,
     .offset = offsetof(struct email, ehlo)},
    {.name = "ThreadSubject",
     .type = OPTION_BOOL,
     .offset = offsetof(struct email, thread_subject)},
    TRANSFER_OPTIONS(struct email, options),
    {.hints = hints}};

void email_defaults(void *settings) {
  struct email *e = settings;

  e->tls = -1;
  curl_transfer_defaults(&e->options, 60);
}

/* An address of IPv6, with or without brackets, with or without the interface
 * that a link-local one needs ("fe80::1%eth0"). */
static bool is_ipv6(const char *text) {
  char address[INET6_ADDRSTRLEN];
  struct in6_addr six;
  size_t len = strlen(text);
  size_t plain;

  if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
    text++;
    len -= 2;
  }
  plain = strcspn(text, "%]");
  if (plain > len || plain >= sizeof(address))
    return false;
  memcpy(address, text, plain);
  address[plain] = '\0';
  if (inet_pton(AF_INET6, address, &six) != 1)
    return false;
  return plain == len ||
         (len > plain + 1 &&
          strspn(text + plain + 1, HOST_LETTERS) >= len - plain - 1);
}

/* A name, which may have letters of any alphabet, or an address. */
static bool is_host(const char *text) {
  size_t len = strlen(text);

  if (len == 0 || len > 253)
    return false;
  if (strpbrk(text, ":[]%") != NULL)
    return is_ipv6(text);
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)text[i] < 0x80 && strchr(HOST_LETTERS, text[i]) == NULL)
      return false;
  return true;
}

static int check_server(struct email *e, const char *where,
                        struct option_reporter *reporter) {
  int err = 0;

  if (e->server == NULL) { /* the mail server on this host */
    e->server = strdup("localhost");
    if (e->server == NULL)
      return -ENOMEM;
    if (e->tls < 0)
      e->tls = SMTP_PLAIN;
  }
  if (e->tls < 0)
    e->tls = SMTP_STARTTLS;
  if (e->port == 0)
    e->port = e->tls == SMTP_IMPLICIT   ? 465
              : e->tls == SMTP_STARTTLS ? 587
                                        : 25;
  if (!is_host(e->server)) {
    const char *colon = strrchr(e->server, ':');
    bool port = colon != NULL && colon > e->server && colon[1] != '\0' &&
                colon[1 + strspn(colon + 1, "0123456789")] == '\0';

    option_error(reporter, "%s: Server \"%s\": expected a host name%s%s", where,
                 e->server, port ? "; the port is an option: Port " : "",
                 port ? colon + 1 : "");
    err = -EINVAL;
  } else if (e->tls == SMTP_PLAIN && !e->options.allow_insecure &&
             !curl_transfer_is_loopback(e->server)) {
    option_error(reporter,
                 "%s: TLS none to another host needs AllowInsecure true",
                 where);
    err = -EINVAL;
  }
  if (e->username != NULL && secret_unset(&e->password)) {
    option_error(reporter, "%s: Username needs Password or PasswordFile",
                 where);
    err = -EINVAL;
  } else if (e->username == NULL && !secret_unset(&e->password)) {
    option_error(reporter, "%s: Password needs Username", where);
    err = -EINVAL;
  } else if (e->username != NULL && e->tls == SMTP_PLAIN) {
    option_error(reporter,
                 "%s: Username is never sent without TLS: use TLS starttls or "
                 "implicit",
                 where);
    err = -EINVAL;
  }
  return err;
}

/* Puts the form that mail needs in the place of what was written. */
static bool take_address(char **text, bool local) {
  char *ascii = mime_address_ascii(*text);

  if (ascii == NULL || strlen(ascii) >= RECIPIENT_SIZE ||
      !(mime_address_valid(ascii) || (local && mime_address_local(ascii)))) {
    free(ascii);
    return false;
  }
  free(*text);
  *text = ascii;
  return true;
}

static void read_mailname(struct email *e) {
  FILE *file = fopen("/etc/mailname", "re");
  char text[256] = "";
  char host[256];

  if (file == NULL)
    return;
  if (fgets(text, sizeof(text), file) != NULL) {
    text[strcspn(text, " \t\r\n")] = '\0';
    text_host(text, host, sizeof(host));
    if (text[0] != '\0' && strcmp(host, text) == 0)
      e->mailname = strdup(text);
  }
  fclose(file);
}

static int check_from(struct email *e, const char *where,
                      struct option_reporter *reporter) {
  bool local = curl_transfer_is_loopback(e->server);

  if (e->from != NULL) {
    if (take_address(&e->from, local))
      return 0;
    option_error(reporter,
                 "%s: From \"%s\": expected one address, like \"Smart plugs "
                 "<collectd@example.org>\"",
                 where, e->from);
    return -EINVAL;
  }
  if (e->username != NULL && mime_address_valid(e->username)) {
    /* whoever logs in by an address may send as that one */
    if (asprintf(&e->from, "notify_kasa <%s>", e->username) < 0) {
      e->from = NULL;
      return -ENOMEM;
    }
    return 0;
  }
  if (local)
    read_mailname(e);
  else
    log_say(LOG_LEVEL_WARNING,
            "%s: From is not given: mail is sent as notify_kasa at the name of "
            "this host, which many servers refuse",
            where);
  return 0;
}

static const char *address_advice(const char *address) {
  if (strpbrk(address, ",;") != NULL)
    return "; each has quotes or a line of its own";
  if (mime_address_is_utf8(address))
    return "; its domain can be written as xn--...";
  return strchr(address, '@') == NULL
             ? "; a channel with a name is <Channel email \"name\">"
             : "";
}

/* A bad address leaves out that one; the others are still told. */
static int check_recipients(struct email *e, const char *where,
                            struct option_reporter *reporter) {
  bool local = curl_transfer_is_loopback(e->server);
  size_t kept = 0;

  if (e->to.count == 0 || e->to.count > EMAIL_TO_MAX) {
    option_error(reporter, "%s: To: expected 1 to %d addresses, found %zu",
                 where, EMAIL_TO_MAX, e->to.count);
    return -EINVAL;
  }
  for (size_t i = 0; i < e->to.count; i++) {
    char *address = e->to.items[i];

    if (take_address(&address, local)) {
      e->to.items[kept++] = address;
      continue;
    }
    option_error(reporter,
                 "%s: To \"%.100s\": expected one address, like "
                 "\"me@example.org\"%s%s",
                 where, address, address_advice(address),
                 e->to.count > 1 ? "; it is left out" : "");
    free(address);
  }
  e->to.count = kept;
  return kept > 0 ? 0 : -EINVAL;
}

static int check_ehlo(const struct email *e, const char *where,
                      struct option_reporter *reporter) {
  char host[256];

  if (e->ehlo == NULL)
    return 0;
  text_host(e->ehlo, host, sizeof(host));
  if (strcmp(host, e->ehlo) == 0)
    return 0;
  option_error(reporter, "%s: Ehlo \"%s\": expected a host name", where,
               e->ehlo);
  return -EINVAL;
}

int email_check(void *settings, const char *where,
                struct option_reporter *reporter) {
  struct email *e = settings;
  int err = curl_transfer_check(&e->options, where, reporter);

  if (check_server(e, where, reporter) < 0)
    err = -EINVAL;
  if (check_from(e, where, reporter) < 0)
    err = -EINVAL;
  if (check_recipients(e, where, reporter) < 0)
    err = -EINVAL;
  if (check_ehlo(e, where, reporter) < 0)
    err = -EINVAL;
  if (secret_load(&e->password, where, "Password", reporter) < 0)
    err = -EINVAL;
  return err;
}
