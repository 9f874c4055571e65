# SPDX-License-Identifier: MIT
"""The manual pages against the sources: every option of the tables stands in
its page, with its default and range, and every value that is dispatched."""

import glob
import os
import re
import subprocess
from pathlib import Path

import pytest

from collectd import BUILD
from tree import SOURCE

pytestmark = pytest.mark.plain

KASA = "doc/man/collectd-kasa.5"
NOTIFY = "doc/man/collectd-notify_kasa.5"

# sources of option tables (shell patterns), and the page that describes them
PAGES = [
    ("src/poll/options/options.c", KASA),
    ("src/poll/options/device_block.c", KASA),
    ("src/appliance/appliance_settings.c", KASA),
    ("src/energy/tariff/tariff_config*.c", KASA),
    ("src/energy/limits/limits_config.c", KASA),
    ("src/alert/config/config*.c", NOTIFY),
    ("src/alert/channel/**/*.c", NOTIFY),
]

TABLE = re.compile(r"struct option (\w+)\[\] = \{(.*?)\n\s*(?:\{0\}|\{\.name = NULL\}|\{\.hints|\};)",
                   re.DOTALL)
ROW = re.compile(r"\{\.name = \"(?P<name>\w+)\"(?P<rest>[^{}]*)\}")
SECRET = re.compile(r"SECRET_OPTIONS\(\"(\w+)\"")


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def files(pattern):
    found = sorted(glob.glob(os.path.join(SOURCE, pattern), recursive=True))
    assert found, pattern
    return [os.path.relpath(f, SOURCE) for f in found]


def page(path):
    if not os.path.exists(os.path.join(SOURCE, path)):
        pytest.skip(f"{path} is not there yet")
    return read(path)


def tables(source):
    """{table: {option: the rest of its row}}"""
    out = {}
    for table, body in TABLE.findall(read(source)):
        rows = {m["name"]: m["rest"] for m in ROW.finditer(body)}
        for name in SECRET.findall(body):
            rows[name] = rows[name + "File"] = ""
        out[table] = rows
    return out


def items(text):
    """{option: [what is said about it, one text per place]}. Lists that give
    several options one description share it."""
    out, open_items = {}, []
    said = False
    for line in text.splitlines():
        item = re.match(r"\.It Ic (?:\\&)?(\w+)", line)
        if item:
            if said:
                open_items, said = [], False
            entry = [""]
            out.setdefault(item[1], []).append(entry)
            open_items.append(entry)
        elif re.match(r"\.(El|Sh|Ss|It)\b", line):
            open_items, said = [], False
        elif open_items:
            said = True
            for entry in open_items:
                entry[0] += " " + line
    return {name: [e[0] for e in entries] for name, entries in out.items()}


def later(rows):
    return {n for n, rest in rows.items() if "OPTION_LATER" in rest}


@pytest.mark.parametrize("source,manual", PAGES)
def test_every_option_stands_in_the_manual(source, manual):
    text = page(manual)
    described = items(text)
    found = 0
    for file in files(source):
        for table, rows in tables(file).items():
            found += len(rows)
            missing = sorted(n for n in rows if n not in described and
                             not re.search(rf"^\.(Ic|Li) {n}\b|^\.It .*\b{n}\b",
                                           text, re.MULTILINE))
            assert not missing, f"{file}, {table}: not in {manual}"
    assert found, f"no option found in {source}: has the tables' form changed?"


def test_the_kasa_manual_describes_nothing_that_is_not_there():
    known = set()
    for source, manual in PAGES:
        if manual == KASA:
            for file in files(source):
                known = known.union(*tables(file).values())
    known.add("Rate")  # a row that three tables share
    assert set(items(page(KASA))) - known == set()


def test_options_to_come_are_listed_as_such():
    parts = re.split(r"^(?=\.Ss |\.Sh |Not yet in this version)", page(KASA),
                     flags=re.MULTILINE)
    to_come = [set(items(p)) for p in parts
               if re.match(r"\.Ss Not yet in this version|Not yet", p)]
    wanted = [later(rows) for rows in tables("src/poll/options/options.c").values()]
    assert sorted(map(sorted, to_come)) == sorted(sorted(rows) for rows in wanted if rows)


def number(text):
    return f"{float(text):.10g}"


def test_ranges_are_those_of_the_table():
    described = items(page(KASA))
    for table, rows in [*tables("src/poll/options/options.c").items(),
                        *tables("src/poll/options/device_block.c").items()]:
        for name, rest in rows.items():
            low = re.search(r"\.min = ([\d.]+)", rest)
            high = re.search(r"\.max = ([\d.]+)", rest)
            if not low or not high:
                continue
            words = f"from {number(low[1])} to {number(high[1])}"
            assert any(words in t for t in described[name]), (table, name, words)


def test_defaults_are_those_of_the_source():
    source = read("src/poll/options/options.c")
    start = source.index("void poll_options_init")
    defaults = dict(re.findall(r"\.(\w+) = ([\w.]+),",
                               source[start:source.index("}", start)]))
    described = items(page(KASA))
    checked = 0
    for name, rest in tables("src/poll/options/options.c")["poll_options_table"].items():
        member = re.search(r"\.offset = AT\((\w+)\)", rest)
        if not member or member[1] not in defaults:
            continue
        value = defaults[member[1]]
        words = value if value in ("true", "false") else number(value)
        assert any(re.search(rf"\bdefault\s+{re.escape(words)}(?![\d.]\d)", t)
                   for t in described[name]), (name, words)
        checked += 1
    assert checked >= 10


def test_every_value_that_is_dispatched_stands_in_the_manual():
    glue = "".join(read(f"src/plugin/{name}.c") for name in ("kasa", "energy_values", "appliance_values"))
    types = set(re.findall(r"(?:gauge|derive|dispatch_text)\([^;]*?, \"(\w+)\",", glue))
    types |= set(re.findall(r"\] = \{\"(\w+)\",", read("src/device/quantity.c")))
    reasons = set(re.findall(r"\[OUTCOME_(?!OK)\w+\] = \"(\w+)\"",
                             read("src/device/outcome.c")))
    assert {"up", "info", "watt_hours", "power", "running", "cycles"} <= types and len(reasons) == 6
    text = page(KASA)
    for name in types:
        assert re.search(rf"^\.It Li {name} Ta", text, re.MULTILINE), name
    for name in reasons:
        assert re.search(rf"^\.Li {name}\b", text, re.MULTILINE), name


# "| Rule | check_file: words of a test; test_file: words of another |"
PROOF = re.compile(r"\b((?:check|test)_\w+): ([^|;]+?)(?=;|\s*\|)")


def names_in(name):
    """Names of a file's tests, and of the stories in its tables, as words."""
    found = r"START_TEST\((\w+)\)|\{\"([^\"]+)\""
    if name.startswith("test_"):
        found = r"^def test_(\w+)()\("
    top = Path(SOURCE, "tests")
    path = next(top.rglob(f"{name}.py" if name.startswith("test_") else f"{name}.c"))
    return {(a or b).replace("_", " ")
            for a, b in re.findall(found, read(path), re.MULTILINE)}


@pytest.mark.parametrize("page_of,least", [("alert-proofs", 100),
                                           ("alert-cases", 60),
                                           ("field-cases", 40)])
def test_what_proves_a_rule_is_there(page_of, least):
    proofs = PROOF.findall(read(f"doc/{page_of}.md"))
    assert len(proofs) > least
    known = {name: names_in(name) for name in {name for name, _ in proofs}}
    assert [] == [(name, words) for name, words in proofs
                  if words not in known[name]]


ALERT_CASES = ([f"F{n}" for n in range(1, 13)] + [f"G{n}" for n in range(1, 12)]
               + [f"M{n}" for n in range(1, 7)]
               + [f"S{n}" for n in (2, 8, 10, 11, 13, 14, 15)])


def test_every_case_of_alerts_has_its_proof():
    rows = re.findall(r"^\| ([FGMS]\d+): [^|]+\|[^|]+\|([^|]+\|)$",
                      read("doc/alert-cases.md"), re.MULTILINE)
    assert [case for case, _ in rows] == ALERT_CASES
    assert all(PROOF.search(proofs) for _, proofs in rows)


# Whoever adds a rule of delivery, or hears of another complaint, names it here:
# each is the beginning of a row that has its proof, or stands in its second column.
POLICY = (
    "Repeats are exact", "Acknowledged: no repeats",
    "`GroupBy`: the first waits", "Fields, classes and labels make the group",
    "One message, worst first, at most ten", "Emergencies never wait",
    "A kill in the wait", "Many devices gone at once",
    "One dead access point", "Inhibition: one step", "An inhibition costs the same",
    "Who was told hears the end", "Silenced: nobody hears",
    "Still wrong when it ends", "A silence ends by hand", "Maintenance comes again",
    "At most 30 days", "Quiet hours: hold with one digest",
    "Quiet hours and daylight saving", "Escalation: steps by time",
    "Acknowledged, silenced or over", "Steps outlive restarts", "Quiet hours hold no step",
    "Flapping: after `Count`", "A level above all that was told",
    "Rate limit: so many at once", "Ends at services with incidents",
    "Order is kept within an episode", "Two days without a provider",
    "Opened and over unheard", "Services that keep incidents",
    "Late messages say so", "`Fallback`: once", "Bounds of the queue",
    "Random incidents with all reasons")
COMPLAINTS = (
    "collectd #4114", "collectd PR 912", "collectd #173", "collectd #16", "collectd #1900",
    "collectd PR 1713", "collectd #578", "collectd #1361", "collectd #1497",
    "collectd #1276", "collectd #33", "alertmanager #226", "alertmanager #2754",
    "alertmanager #3367", "posthog #89862", "alertmanager #2111", "uptime-kuma #6046",
    "uptime-kuma #1946", "alertmanager #634", "gatus #710", "alertmanager #2923",
    "msteams-docs #1810", "grafana #13364", "goalert #3378", "alertmanager #204",
    "alertmanager #676", "scrutiny #504", "alertmanager #627", "alertmanager #889",
    "alertmanager #2165", "alertmanager #437", "uptime-kuma #1089", "alertmanager #444",
    "alertmanager PR 1822", "collectd PR 255")


def rows_with_proof():
    for line in read("doc/alert-proofs.md").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) in (2, 3) and PROOF.search(line):
            yield cells


def test_every_rule_of_delivery_has_its_proof():
    rules = [cells[0] for cells in rows_with_proof() if len(cells) == 2]
    assert [] == [wanted for wanted in POLICY
                  if not any(rule.startswith(wanted) for rule in rules)]


def test_every_complaint_has_its_proof():
    places = [re.split(r"[,;] ", cells[1])[0] for cells in rows_with_proof()
              if len(cells) == 3]
    assert sorted(places) == sorted(COMPLAINTS)


def test_every_command_of_kasactl_stands_in_its_manual():
    """With its options, as `kasactl COMMAND --help` has them."""
    text = page("doc/man/kasactl.1")
    names = re.findall(r'^const struct command \w+ = \{\s*"(\w+)"', "".join(
        read(f) for f in files("src/cli/*/*.c")), re.MULTILINE)
    assert {"discover", "read", "watch", "graph", "alerts", "check"} <= set(names)
    for name in names:
        assert re.search(rf"^\.Ss {name}\b", text, re.MULTILINE), name
        done = subprocess.run([os.path.join(BUILD, "kasactl"), name, "--help"],
                              text=True, capture_output=True, check=True,
                              timeout=30)
        for option in set(re.findall(r"--([a-z][a-z-]+)", done.stdout)):
            assert re.search(rf"-{option}\b", text), (name, option)


def test_every_command_of_kasactl_alerts_stands_there():
    text = page("doc/man/kasactl.1")
    text = text[text.index(".Ss alerts"):]
    text = text[:text.index(".Ss ", 5)]
    source = read("src/cli/alerts/alerts.c")
    table = source[source.index("struct subcommand commands[]"):]
    words = re.findall(r'^    \{"(\w+)(?: \w+)?"',
                       table[:table.index("\n};")], re.MULTILINE)
    assert len(words) >= 8
    for word in set(words):
        assert re.search(rf"\b{word}\b", text), word


@pytest.mark.parametrize("name", sorted(os.path.basename(f) for f in files("doc/man/*")))
def test_each_page_says_which_version_it_is_of(name):
    version = re.search(r"^AC_INIT\(\[([^]]*)\], \[([^]]*)\]\)", read("configure.ac"), re.MULTILINE)
    assert f".Os {version[1]} {version[2]}\n" in page(f"doc/man/{name}")
