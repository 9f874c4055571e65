# SPDX-License-Identifier: MIT
"""`kasactl check` on what keeps collectd from starting or from alerting, and
what it says to type. The libraries are those of this machine's plugins."""

import http.server
import os
import re
import subprocess
import threading

import pytest

from collectd import BUILD, COLLECTD, PLUGINDIR
from ledger_file import LedgerFile
from tree import SOURCE

pytestmark = pytest.mark.one_thread

KASACTL = os.path.join(BUILD, "kasactl")
OWN = os.path.join(BUILD, ".libs")


def check(tmp_path, text):
    config = tmp_path / "collectd.conf"
    config.write_text(text)
    done = subprocess.run([KASACTL, "check", str(config)], text=True,
                          capture_output=True, timeout=60)
    return done.returncode, done.stdout


KASA = f'PluginDir "{OWN}"\nLoadPlugin kasa\n'


def in_kasa(line):
    return f"{KASA}<Plugin kasa>\n{line}\n</Plugin>\n"


def thresholds(text):
    return (f'{KASA}PluginDir "{PLUGINDIR}"\nLoadPlugin threshold\n'
            f"<Plugin threshold>\n{text}\n</Plugin>\n")


def of_kasa(text, plugin="kasa"):
    return thresholds(f'<Plugin "{plugin}">\n{text}\n</Plugin>')


MISTAKES = {
    "no such plugin": (
        f'PluginDir "{PLUGINDIR}"\nLoadPlugin tapo\n',
        ["LoadPlugin tapo", "tapo.so", "collectd will not start"]),
    "interval in the block": (
        in_kasa("Interval 30"), ["Interval", "<LoadPlugin kasa>"]),
    "interval misspelt": (
        in_kasa("Intervall 30"), ["Intervall", "<LoadPlugin kasa>"]),
    "host": (in_kasa('Host "192.0.2.5"'), ["Host", '<Device "192.0.2.7">']),
    "address": (in_kasa('Address "192.0.2.5"'), ['<Device "192.0.2.7">']),
    "user": (in_kasa('User "x"'), ["User", "say Username"]),
    "cannot fit": (
        in_kasa("Timeout 20\nRetries 5"), ["Timeout 20", "Retries 5", "10 s"]),
    "loaded twice": (
        KASA + "<LoadPlugin kasa>\n  Interval 15\n</LoadPlugin>\n",
        ["loaded already", "Interval"]),
    "report of another ledger": (
        f'PluginDir "{OWN}"\nLoadPlugin kasa\nLoadPlugin notify_kasa\n<Plugin kasa>\n'
        'StateDirectory "/srv/kasa"\n</Plugin>\n<Plugin notify_kasa>\nEmail "me@example.org"\n'
        '<Report "daily">\nAt "07:30"\nChannel "email"\n</Report>\n</Plugin>\n',
        ['LedgerDirectory "kasa"', 'StateDirectory "/srv/kasa"']),
    "no threshold plugin": (
        KASA + "<Plugin threshold>\n</Plugin>\n", ["LoadPlugin threshold"]),
    "instance of the type": (
        of_kasa('<Type "power">\n  Instance "Freezer"\nWarningMax 1\n</Type>'),
        ['Instance "Freezer"', '<Plugin "kasa">', "above the <Type>"]),
    "unknown type": (
        of_kasa('<Type "powr">\nWarningMax 1\n</Type>'),
        ['<Type "powr">', "did you mean power?"]),
    "type of another": (
        of_kasa('<Type "devices">\nWarningMin 1\n</Type>'), ['<Plugin "kasa_total">']),
    "unknown plugin": (
        of_kasa('<Type "power">\nWarningMax 1\n</Type>', "kasa-plug"),
        ['"kasa-plug"', 'did you mean "kasa_plug"?']),
    "data source": (
        of_kasa('<Type "power">\n  DataSource "watts"\nWarningMax 1\n</Type>'),
        ["DataSource", '"value"']),
    "below a host": (
        thresholds('<Host "pi">\n<Plugin "kasa">\n<Type "powr">\n'
                   "WarningMax 1\n</Type>\n</Plugin>\n</Host>"),
        ['<Type "powr">']),
    "every value is too much": (
        of_kasa('<Type "power">\nWarningMin 5\nWarningMax 3\n</Type>'),
        ["WarningMin 5 is above WarningMax 3"]),
    "never a warning": (
        of_kasa('<Type "power">\nWarningMax 5\nFailureMax 3\n</Type>'),
        ["never be a warning"]),
    "global misspelt": (KASA + "Intervall 15\n", ["Intervall", "Interval?"]),
    "block misspelt": (KASA + "<Plugn kasa>\n</Plugn>\n", ["Plugin?"]),
    "interval with a unit": (KASA + 'Interval "15s"\n', ["without a unit"]),
    "option outside": (KASA + 'Username "me"\n', ["<Plugin kasa>"]),
    "channel outside": (
        KASA + '<Channel email "x">\n</Channel>\n', ["<Plugin notify_kasa>"]),
    "loading misspelt": (
        f'PluginDir "{OWN}"\n<LoadPlugin kasa>\nIntervall 5\n</LoadPlugin>\n',
        ["Intervall", "Interval?"]),
    "loading in quotes": (
        f'PluginDir "{OWN}"\n<LoadPlugin kasa>\nInterval "5"\n</LoadPlugin>\n',
        ["without quotes"]),
    "option while loading": (
        f'PluginDir "{OWN}"\n<LoadPlugin kasa>\nTimeout 5\n</LoadPlugin>\n',
        ["Timeout", "<Plugin kasa>"]),
    "plugin nearly": (
        f'PluginDir "{OWN}"\nLoadPlugin kassa\n', ["did you mean kasa?"]),
    "plugin as a file": (
        f'PluginDir "{OWN}"\nLoadPlugin "kasa.so"\n', ["without .so"]),
    "block of nobody": (KASA + "<Plugin kassa>\n</Plugin>\n", ["kasa?"]),
    "an assignment": (in_kasa("Timeout = 5"), ["'='"]),
    "plain quotes": (in_kasa("Only 'x'"), ['"..."']),
    "typographic quotes": (in_kasa("Only \u201cx\u201d"), ["word processor"]),
    "a mark in front": ("\ufeff" + KASA, ["byte order mark"]),
    "head of a device": (
        in_kasa('<Device "192.0.2.256">\n</Device>'), ["no IPv4 address"]),
    "address of a device": (
        in_kasa('<Device "Lamp">\nHost "192.0.2.7"\n</Device>'),
        ["head", '<Device "192.0.2.7">']),
    "head with a port": (
        in_kasa('<Device "192.0.2.7:9999">\nName "x"\n</Device>'),
        ['<Device "192.0.2.7:9999">', "option Port"]),
    "one name for two": (
        in_kasa('<Device "192.0.2.7">\nName "A"\n</Device>\n'
                '<Device "192.0.2.8">\nName "A"\n</Device>'),
        ['<Device "192.0.2.8">', 'Name "A"', '<Device "192.0.2.7">']),
    "one name for two plugs": (
        in_kasa('<Device "192.0.2.7">\n<Plug "1">\nName "A"\n</Plug>\n'
                '<Plug "2">\nName "A"\n</Plug>\n</Device>'),
        ['<Plug "2">', 'Name "A"', '<Plug "1">']),
    "too often": (
        in_kasa('<Device "192.0.2.7">\nInterval 5\n</Device>'),
        ['<Device "192.0.2.7">', "at least the 10 s", "found 5"]),
    "never found": (
        in_kasa('Discovery false\n<Device "50:c7:bf:00:11:22">\nName "x"\n</Device>'),
        ["Discovery is false", "never found"]),
    "no room": (
        in_kasa('MaxDevices 1\n<Device "192.0.2.7">\n</Device>\n<Device "192.0.2.8">\n'
                "</Device>"), ["MaxDevices 1", "the 2 <Device> blocks"]),
    "a login for nobody": (
        in_kasa('<Device "192.0.2.7">\nAESLogin 1\n</Device>'),
        ["AESLogin does nothing", "AllowAES"]),
    "longer than its pause": (
        in_kasa("DiscoveryTimeout 20\nDiscoveryInterval 10"),
        ["DiscoveryTimeout", "at most the DiscoveryInterval of 10 s", "found 20"]),
    "a target of no search": (
        in_kasa('Discovery false\nDiscoveryTarget "192.0.2.255"\n'
                '<Device "192.0.2.7">\nName "x"\n</Device>'),
        ["DiscoveryTarget does nothing", "Discovery is false"]),
    "two intervals": (
        f'PluginDir "{OWN}"\n<LoadPlugin kasa>\nInterval 5\nInterval 6\n</LoadPlugin>\n',
        [":4:", "Interval stands twice", "the last one counts"]),
    "a pattern of a network": (
        in_kasa('Ignore "192.0.2.0/24"'), [":4:", "Ignore", "not a network"]),
    "values as a plugin": (
        KASA + "<Plugin kasa_plug>\nTimeout 5\n</Plugin>\n", ["kasa_plug", "mean kasa?"]),
    "loading at once": (
        f'PluginDir "{OWN}"\n<LoadPlugin kasa>\nInterval 0\n</LoadPlugin>\n',
        ["seconds above 0", "found 0"]),
    "a network": (
        in_kasa('DiscoveryTarget "192.0.2.0/24"'), ["192.0.2.255"]),
    "thresholds in kasa": (
        in_kasa('<Type "power">\nWarningMax 5\n</Type>'),
        ["<Plugin threshold>"]),
    "mail in kasa": (in_kasa('Email "me@example.org"'), ["notify_kasa"]),
    "a rate with a comma": (
        in_kasa("<Tariff>\nRate 0 30\n</Tariff>"), ["a point in place of a comma"]),
    "ends as it begins": (
        in_kasa('<Device "x">\n<Appliance>\nStartAbove 10\nEndBelow 20\n</Appliance>\n'
                "</Device>"), ["EndBelow 20 is above StartAbove 10"]),
    "nothing to read": (in_kasa("Discovery false"), ["nothing would be read"]),
    "a tax beside the tariff": (in_kasa('Tax "VAT" 19'), ["Tax", "belongs in <Tariff>"]),
    "a period beside the tariff": (
        in_kasa('<Period "p">\nRate 1\n</Period>'), ["Period", "belongs in <Tariff>"]),
    "a tariff of a device": (
        in_kasa('<Device "192.0.2.7">\n<Tariff>\nRate 1\n</Tariff>\n</Device>'),
        ["Tariff", "belongs in <Plugin kasa>"]),
    "a limit of costs that nobody knows": (
        in_kasa('<Device "192.0.2.7">\n<Limits>\nDailyCost 3\n</Limits>\n</Device>'),
        ["<Limits>", "<Tariff>", "found none"]),
    "an empty block": (
        in_kasa('<Device "192.0.2.7">\nName "x"\n<Appliance>\n</Appliance>\n</Device>'),
        ["<Appliance>", "nothing stands in it"]),
    "VAT": (in_kasa("<Tariff>\nRate 0.3\nVAT 19\n</Tariff>"), ['Tax "VAT" 19']),
    "hours": (
        in_kasa('<Tariff>\nRate 0.3\n<Period "p">\nTime "16:00-21:00"\nRate 0.4\n'
                "Hours \"16:00-21:00\"\n</Period>\n</Tariff>"), ["say Hours"]),
    "a daily limit": (
        in_kasa("<Limits>\nDaily 5\nDailyEnergy 5\n</Limits>"), ["say DailyEnergy"]),
    "kind": (
        in_kasa('<Device "x">\n<Appliance>\nType "washer"\n</Appliance>\n</Device>'),
        ["say Kind"]),
    "time zone": (in_kasa('TimeZone "Europe/Berlin"'), ["timedatectl"]),
}


def in_notify(text):
    return (f'PluginDir "{OWN}"\nLoadPlugin notify_kasa\n<Plugin notify_kasa>\n'
            f'Email "me@example.org"\n{text}\n</Plugin>\n')


def in_route(text):
    return in_notify(f'<Route "all">\n{text}\n</Route>')


def in_mail(text):
    return in_notify(f'<Channel email "two">\nTo "you@example.org"\n{text}\n'
                     "</Channel>")


# a line, and a second one that says what is left out because of it
ADVICE = {
    "recipient": (in_notify('Recipient "me@example.org"'), "Email"),
    "quiet": (in_notify('<Quiet "x">\n</Quiet>'), "QuietHours"),
    "route: time": (in_route("For 5 minutes"), '"5m"'),
    "route: words": (in_route('For "five minutes"'), '"5m"'),
    "route: recipient": (in_route('To "me@example.org"'), "say Channel"),
    "route: name": (in_route('Name "Lamp"'), "say Device"),
    "route: plug": (in_route('Plug "Lamp"'), "say TypeInstance"),
    "route: unknown channel": (in_route('Channel "emial"'), '"email"?'),
    "route without a name": (in_notify('<Route>\nChannel "email"\n</Route>'), '<Route "name">'),
    "hours": (in_notify('<QuietHours "n">\nFrom "22:00"\n</QuietHours>'),
              'say Time "22:00-07:00"'),
    "report": (in_notify('<Report "d">\nTime "07:30"\nChannel "email"\n'
                         "</Report>"), "say At"),
    "steps": (in_notify('<Escalation "e">\nAfter 30\n</Escalation>'),
              'say Step "30m" "phone"'),
    "kind": (in_notify('<Channel signal "x">\n</Channel>'), "pushover"),
    "mail: recipient": (in_mail('Recipient "me@example.org"'), "say To"),
    "mail: user": (in_mail('User "me"'), "say Username"),
    "mail: password": (in_mail('Pass "me"'), "say Password"),
    "mail: encryption": (in_mail("SSL true"), "say TLS implicit"),
    "ntfy: the topic in the address": (
        in_notify('<Channel ntfy "n">\nServer "https://ntfy.sh/plugs"\nTopic "plugs"\n</Channel>'),
        "without a path"),
    "alertmanager: a label of ours": (
        in_notify('<Channel alertmanager "a">\nURL "http://localhost:9093"\n'
                  'Label "severity" "page"\n</Channel>'), "writes it itself"),
    "telegram: no chat": (
        in_notify('Telegram "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" "family"'),
        'found "family"'),
    "nobody's group": (in_notify('ControlGroup "nobodys-group"'), "a group of this machine"),
    "slack: half of a bot": (
        in_notify('<Channel slack "s">\nWebhookURL "https://hooks.slack.com/services/T0/B0/XXXX"\n'
                  "ReplyBroadcast true\n</Channel>"), "does nothing without BotToken"),
    "mail: two": (in_notify('Email "a@example.org, b@example.org"')
                  .replace('Email "me@example.org"\n', ""), "a line of its own"),
    "mail: a name": (in_notify('<Email "home">\nTo "me@example.org"\n</Email>')
                     .replace('Email "me@example.org"\n', ""),
                     '<Channel email "name">'),
}


@pytest.mark.parametrize("name", ADVICE)
def test_what_people_write_is_answered_by_what_to_write(tmp_path, name):
    text, advice = ADVICE[name]
    status, out = check(tmp_path, text)
    assert status == 1, out
    assert advice in out.split("\n\n")[0], out


def test_the_number_of_a_chat_needs_no_quotes(tmp_path):
    status, out = check(tmp_path, in_notify(
        '<Channel telegram "t">\nBotToken "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"\n'
        "ChatID -1001234567890\n</Channel>"))
    assert status == 0, out


def test_words_of_other_templates_are_told(tmp_path):
    config = tmp_path / "collectd.conf"
    config.write_text(in_route('Title "{{ device }} is off"'))
    done = subprocess.run([KASACTL, "check", str(config)], text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0 and "%{device}" in done.stderr, done


# Whatever stands here, both say the same: whether collectd starts.
STARTS = {
    "threshold: a number in quotes": of_kasa('<Type "power">\nWarningMax "5"\n</Type>'),
    "threshold: a unit": of_kasa('<Type "power">\nWarningMax 5W\n</Type>'),
    "threshold: unknown option": of_kasa('<Type "power">\nWarnMax 5\n</Type>'),
    "threshold: nothing": of_kasa('<Type "power">\n</Type>'),
    "threshold: no name": of_kasa("<Type>\nWarningMax 5\n</Type>"),
    "threshold: a name without quotes": of_kasa("<Type power>\nWarningMax 5\n</Type>"),
    "threshold: two numbers": of_kasa('<Type "power">\nWarningMax 5 6\n</Type>'),
    "threshold: truth as a number": of_kasa('<Type "power">\nWarningMax 5\nPersist 1\n</Type>'),
    "threshold: truth in quotes": of_kasa('<Type "power">\nWarningMax 5\nPersist "true"\n</Type>'),
    "threshold: hits as a time": of_kasa('<Type "power">\nWarningMax 5\nHits "5m"\n</Type>'),
    "threshold: hits": of_kasa('<Type "power">\nWarningMax 5\nHits 5\nHysteresis 0.5\n</Type>'),
    "threshold: all of it": of_kasa(
        'Instance "Lamp"\n<Type "power">\nDataSource "value"\nFailureMax 5\nInvert false\n'
        "FailureMin 1\nPersistOK false\nPercentage false\nInteresting true\n</Type>"),
    "threshold: a device": of_kasa('Device "Lamp"\n<Type "power">\nWarningMax 5\n</Type>'),
    "threshold: empty plugin": thresholds('<Plugin "kasa">\n</Plugin>'),
    "threshold: empty host": thresholds('<Host "pi">\n</Host>'),
    "threshold: instance of a number": of_kasa('Instance 5\n<Type "power">\nWarningMax 5\n</Type>'),
    "threshold: at the top": thresholds('<Type "power">\nWarningMax 5\n</Type>'),
    "threshold: in a host": thresholds('<Host "pi">\n<Type "power">\nWarningMax 5\n</Type>\n</Host>'),
    "threshold: option at the top": thresholds("Hits 5"),
    "threshold: of another plugin": of_kasa('<Type "load">\nWarnMax 5\n</Type>', "load"),
    "two plugins in a line": f'PluginDir "{OWN}"\nLoadPlugin kasa notify_kasa\n',
    "in other letters": f'PluginDir "{OWN}"\nLoadPlugin KASA\n',
    "a block without a name": KASA + "<Plugin>\nTimeout 5\n</Plugin>\n",
    "a block with two": KASA + "<Plugin kasa more>\nTimeout 5\n</Plugin>\n",
    "loaded by its block": f'PluginDir "{OWN}"\nAutoLoadPlugin true\n<Plugin kasa>\nTimeout 5\n</Plugin>\n',
    "no such option": in_kasa("Nonsense 5"),
    "a global that nobody knows": KASA + "Nonsense 5\n",
    "an interval of nothing": KASA + "Interval 0\n",
    "a slash": in_kasa("PasswordFile /etc/x"),
    "never closed": KASA + "<Plugin kasa>\n",
    "no such file to include": KASA + 'Include "/no/such/*.conf"\n',
}


@pytest.mark.plain  # collectd itself, without the instrument
@pytest.mark.parametrize("name", STARTS)
def test_whether_collectd_starts_is_said_as_it_does(tmp_path, name):
    """collectd -T reads, initialises, reads once and ends; a refused
    configuration ends it before."""
    text = STARTS[name].replace("LoadPlugin kasa\n", "LoadPlugin kasa\n<Plugin kasa>\n"
                                "Discovery false\n</Plugin>\n", 1)
    head = f'BaseDir "{tmp_path}"\nPIDFile "{tmp_path}/pid"\n'
    status, out = check(tmp_path, head + text)
    starts = subprocess.run([COLLECTD, "-T", "-C", str(tmp_path / "collectd.conf")],
                            capture_output=True, text=True, timeout=60)
    refused = "Parsing the config file failed" in starts.stdout + starts.stderr
    assert ("collectd will not start" in out) == refused, (out, starts)


def kinds_of_value():
    """{type: [plugins]} of the table in doc/names.md."""
    with open(os.path.join(SOURCE, "doc", "names.md"), encoding="utf-8") as file:
        text = file.read()
    table = text[text.index("| Type | Unit |"):]
    table = table[:table.index("\n\n")].splitlines()[2:]
    found = {}
    for line in table:
        cells = [c.strip() for c in line.strip("|").split("|")]
        for name in re.findall(r"[a-z_]+", cells[0]):
            found[name] = [plugin for plugin, cell in
                           zip(("kasa", "kasa_plug", "kasa_total"), cells[2:5]) if cell]
    assert len(found) > 30
    return found


def test_a_threshold_may_watch_all_that_there_is(tmp_path):
    kinds = kinds_of_value()
    wrong = []
    for name, plugins in kinds.items():
        for plugin in ("kasa", "kasa_plug", "kasa_total"):
            _, out = check(tmp_path, of_kasa(
                f'<Type "{name}">\nWarningMax 1\n</Type>', plugin))
            if ("matches nothing" in out) == (plugin in plugins):
                wrong.append((name, plugin))
    assert not wrong


@pytest.mark.parametrize("said", ["true", "false"])
def test_who_is_given_the_account_is_shown(tmp_path, said):
    status, out = check(tmp_path, in_kasa(f'<Device "192.0.2.7">\nAllowAES {said}\n</Device>'))
    assert status == 0
    assert f'<Device "192.0.2.7">  (by address)\n    AllowAES {said}\n' in out


def test_an_account_may_stand_in_two_blocks(tmp_path):
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    status, out = check(tmp_path, f"{KASA}<Plugin kasa>\nUsername \"me\"\n</Plugin>\n"
                        f"<Plugin kasa>\nPasswordFile \"{password}\"\n</Plugin>\n")
    assert status == 0, out


def test_a_mistake_in_an_account_is_told_once_and_left_out(tmp_path):
    config = tmp_path / "collectd.conf"
    config.write_text(in_kasa('Username "me"\n<Device "127.9.9.9">\nName "Z"\n</Device>'))
    done = subprocess.run([KASACTL, "read", "--config", str(config), "Z"], text=True,
                          capture_output=True, timeout=60)
    assert done.stderr.count("Username needs Password") == 1
    assert done.returncode == 1 and "127.9.9.9" in done.stdout


def test_a_directory_is_read_as_collectd_reads_it(tmp_path):
    (tmp_path / "collectd.conf").write_text(KASA)
    (tmp_path / "kasa.conf").write_text("<Plugin kasa>\nTimeout 61\n</Plugin>\n")
    done = subprocess.run([KASACTL, "check", str(tmp_path)], text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 1
    assert "kasa.conf:2: <Plugin kasa>: option Timeout" in done.stdout
    assert "Input/output" not in done.stdout


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_to_type(tmp_path, name):
    text, words = MISTAKES[name]
    status, out = check(tmp_path, text)
    assert status == 1, out
    problems = out.split("\n\n")[0].splitlines()
    assert problems[0] == "Problems:"
    assert len(problems) == 2, out
    for word in words:
        assert word in problems[1], out


GOOD = {
    "as it should be": of_kasa(
        'Instance "Freezer"\n<Type "power">\n  FailureMin 1\n</Type>'),
    "an outlet": of_kasa(
        'Instance "Strip"\n<Type "power">\n  Instance "Lamp"\n  WarningMax 1\n</Type>',
        "kasa_plug"),
    "reasons": of_kasa('<Type "failures">\n  Instance "auth"\n  WarningMax 0\n</Type>'),
    "the sums": of_kasa('<Type "devices">\n  Instance "up"\n  WarningMin 3\n</Type>',
                        "kasa_total"),
    "another plugin's": of_kasa('<Type "load">\nWarningMax 4\n</Type>', "load"),
    "turned round": of_kasa(
        '<Type "power">\n  WarningMin 5\n  WarningMax 3\n  Invert true\n</Type>'),
    "numbers in quotes": in_kasa('Retries "1"\nTimeout "2"'),
    "an interval in quotes": KASA + 'Interval "15"\n',
    "in other letters": f'PluginDir "{OWN}"\nloadplugin KASA\n',
    "loaded by its block":
        f'PluginDir "{OWN}"\nAutoLoadPlugin true\n<Plugin kasa>\nTimeout 4\n</Plugin>\n',
    "short interval": KASA.replace(
        "LoadPlugin kasa", "<LoadPlugin kasa>\n  Interval 2\n</LoadPlugin>"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_left_alone(tmp_path, name):
    status, out = check(tmp_path, GOOD[name])
    assert status == 0, out


def named(tmp_path, text, plugin="kasa", more="", port=1):
    """The problems of thresholds where a ledger knows some names, and nothing or
    a page of metrics the others."""
    ledger = LedgerFile(tmp_path / "kasa")
    ledger.account("Freezer")
    ledger.account("Desk strip", "Monitor left")
    ledger.account("Desk strip", "Printer")
    new = ledger.account("Wine cooler")
    meter = ledger.db.execute("SELECT meter FROM account WHERE id=?", (new,)).fetchone()[0]
    ledger.db.execute("INSERT INTO account VALUES(99, ?, 'Cellar', '', 0, 0)", (meter,))
    ledger.db.execute("INSERT INTO state(meter, account) VALUES(?, ?)", (meter, new))
    ledger.db.commit()
    ledger.db.close()
    page = (f"LoadPlugin write_prometheus\n<Plugin write_prometheus>\nPort {port}\n"
            "</Plugin>\n" if port > 1 else "")
    _, out = check(tmp_path, f'BaseDir "{tmp_path}"\n' + more + page + thresholds(
        f'<Plugin "{plugin}">\n{text}\n</Plugin>'))
    return [line.split(": ", 1)[1] for line in out.split("\n\n")[0].splitlines()
            if "matches nothing" in line]


def power_of(name, kind="power"):
    return f'Instance "{name}"\n<Type "{kind}">\nWarningMax 1\n</Type>'


def outlet_of(strip, name):
    return (f'Instance "{strip}"\n<Type "power">\nInstance "{name}"\n'
            "WarningMax 1\n</Type>")


def test_a_device_that_nobody_has_is_named_with_the_nearest(tmp_path):
    assert named(tmp_path, power_of("Freezer")) == []
    assert named(tmp_path, power_of("Frezer")) == [
        'Instance "Frezer" matches nothing: no device is called so, did you mean '
        '"Freezer"?']
    # collectd compares with case
    assert named(tmp_path, power_of("freezer")) == [
        'Instance "freezer" matches nothing: no device is called so, did you mean '
        '"Freezer"?']
    assert named(tmp_path, power_of("Boiler")) == [
        'Instance "Boiler" matches nothing: no device is called so']
    assert named(tmp_path, power_of("Cellar")) == [
        'Instance "Cellar" matches nothing any more: the device is now called '
        '"Wine cooler"']
    # once, and what comes after it is looked at
    assert named(tmp_path, power_of("Frezer") + '\n<Type "voltage">\nWarningMax 9\n</Type>\n'
                 + power_of("Desk stripe")) == [
        'Instance "Frezer" matches nothing: no device is called so, did you mean '
        '"Freezer"?',
        'Instance "Desk stripe" matches nothing: no device is called so, did you mean '
        '"Desk strip"?']


def test_an_outlet_that_nobody_has_is_named_with_the_nearest(tmp_path):
    assert named(tmp_path, outlet_of("Desk strip", "Printer"), "kasa_plug") == []
    assert named(tmp_path, outlet_of("Desk strip", "Pinter"), "kasa_plug") == [
        'Instance "Pinter" matches nothing: no outlet is called so, did you mean '
        '"Printer"?']
    assert named(tmp_path, outlet_of("Deskstrip", "Printer"), "kasa_plug") == [
        'Instance "Deskstrip" matches nothing: no device is called so, did you mean '
        '"Desk strip"?']


def test_a_name_that_may_be_right_is_left_alone(tmp_path):
    # what has no meter is not in the ledger
    assert named(tmp_path, power_of("Frezer", "up")) == []
    # it was configured and not yet seen
    assert named(tmp_path, power_of("Boiler"), more=KASA + (
        '<Plugin kasa>\n<Device "192.0.2.9">\nName "Boiler"\n</Device>\n'
        "</Plugin>\n")) == []
    # it may be another machine's
    assert named(tmp_path, power_of("Frezer"), more="LoadPlugin network\n"
                 '<Plugin network>\nListen "127.0.0.1"\n</Plugin>\n') == []
    assert not [line for line in check(tmp_path, f'BaseDir "{tmp_path}"\n' + thresholds(
        f'<Host "pi">\n<Plugin "kasa">\n{power_of("Frezer")}\n</Plugin>\n</Host>'))[1]
        .splitlines() if "matches nothing" in line]


def test_the_metrics_page_knows_what_has_no_meter(tmp_path):
    page = ('collectd_kasa_up{kasa="Door bell",instance="pi"} 1 1700000000000\n'
            'collectd_kasa_up{kasa="Freezer",instance="pi"} 1 1700000000000\n'
            'collectd_kasa_plug_relay{kasa_plug="Hall strip",type="Lamp",instance="pi"} 1\n')

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        assert named(tmp_path, power_of("Door bell", "up"), port=port) == []
        assert named(tmp_path, power_of("Doorbell", "up"), port=port) == [
            'Instance "Doorbell" matches nothing: no device is called so, did you mean '
            '"Door bell"?']
        # silent for now, and in the ledger
        assert named(tmp_path, power_of("Desk strip", "up"), port=port) == []
        server.shutdown()


def test_a_missing_library_is_named_with_its_package(tmp_path):
    """The name of a library that a plugin needs, changed in a copy."""
    source = os.path.join(PLUGINDIR, "write_prometheus.so")
    if not os.path.exists(source):
        pytest.skip("collectd's write_prometheus is not installed")
    with open(source, "rb") as file:
        image = file.read()
    assert b"libmicrohttpd.so.12" in image
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "write_prometheus.so").write_bytes(
        image.replace(b"libmicrohttpd.so.12", b"libmicrohttpd.so.99"))
    status, out = check(
        tmp_path, f'PluginDir "{folder}"\nLoadPlugin write_prometheus\n')
    assert status == 1
    assert "libmicrohttpd.so.99" in out
    assert "collectd will not start" in out
    assert "apt install libmicrohttpd99" in out


@pytest.mark.parametrize("size", [0, 3, 64, 200, 4096])
def test_half_a_plugin_is_not_judged(tmp_path, size):
    source = os.path.join(OWN, "kasa.so")
    folder = tmp_path / "plugins"
    folder.mkdir()
    with open(source, "rb") as file:
        (folder / "kasa.so").write_bytes(file.read(size))
    status, out = check(tmp_path, f'PluginDir "{folder}"\nLoadPlugin kasa\n')
    assert status == 0, out


def test_types_that_replace_those_of_collectd(tmp_path):
    ours = tmp_path / "types.db"
    ours.write_text("watt_hours  value:DERIVE:0:U\n")
    whole = tmp_path / "whole.db"
    whole.write_text("gauge  value:GAUGE:U:U\n")
    status, out = check(tmp_path, f'{KASA}TypesDB "{ours}"\n')
    assert status == 1
    assert 'add TypesDB "/usr/share/collectd/types.db"' in out
    status, out = check(tmp_path, f'{KASA}TypesDB "{whole}" "{ours}"\n')
    assert status == 0, out
    status, out = check(
        tmp_path, f'{KASA}TypesDB "{whole}" "{tmp_path}/none"\n')
    assert status == 1
    assert "none cannot be read" in out
