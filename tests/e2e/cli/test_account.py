# SPDX-License-Identifier: MIT
"""Where kasactl takes an account from: the configuration that is given, that
of this machine's collectd, or whoever sits in front of the terminal."""

import re
import os
import pty
import select
import subprocess
import time

import pytest

from collectd import BUILD, SLOWNESS
from leaks import find, forms
from all_transports import ACCOUNT
from klap_tpap import PASSWORD, USER
from sim import Sim

KASACTL = os.path.join(BUILD, "kasactl")
TARGET = ["--target", "127.255.255.255"]


@pytest.fixture(scope="module", name="sim")
def fixture_sim():
    with Sim([{"alias": "Fridge", "transport": "klap", "load": 81,
               "addr": "127.77.11.1"},
              {"alias": "Theirs", "transport": "tpap", "load": 82,
               "addr": "127.77.11.2", "user": "they@example.com",
               "password": "their word", "tpap_iterations": 100},
              {"alias": "Old", "load": 83, "addr": "127.77.11.3"}]) as sim:
        yield sim


def in_place_of_etc(config, *words):
    """Runs kasactl where /etc/collectd/collectd.conf is that text."""
    if os.geteuid() != 0:
        pytest.skip("needs a mount namespace")
    script = ('mkdir -p /etc/collectd && mount -t tmpfs none /etc/collectd && '
              'cat > /etc/collectd/collectd.conf && exec "$@" </dev/null')
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", KASACTL, *words],
        input=config, capture_output=True, text=True, timeout=120,
        check=False)
    if "mount" in run.stderr or "unshare" in run.stderr:
        pytest.skip("needs a mount namespace")
    return run


def test_the_account_of_this_machines_collectd(sim):
    del sim
    config = ("LoadPlugin kasa\n<Plugin kasa>\n" + ACCOUNT
              + 'Ignore "Fridge"\nWrong option\n</Plugin>\n')
    run = in_place_of_etc(config, "read", "127.77.11.1")
    assert run.returncode == 0 and "81" in run.stdout, run
    assert not run.stderr  # the rest of it is the daemon's business
    run = in_place_of_etc(config, "discover", *TARGET)
    assert "Fridge" in run.stdout and "Old" in run.stdout
    assert "it belongs to an" in run.stdout
    assert not find(forms(USER, PASSWORD), {"": run.stdout + run.stderr})


def test_the_account_of_a_device_block_there(sim):
    del sim
    config = ("<Plugin kasa>\n" + ACCOUNT + '<Device "127.77.11.2">\n'
              'Username "they@example.com"\nPassword "their word"\n'
              "</Device>\n</Plugin>\n")
    run = in_place_of_etc(config, "read", "127.77.11.2")
    assert run.returncode == 0 and "82" in run.stdout, run


def at_a_terminal(answers, *words):
    """What kasactl says at a terminal at which somebody types; and its exit
    status. answers: [(prompt, what is typed then)]."""
    child, master = pty.fork()
    if child == 0:
        os.execv(KASACTL, [KASACTL, *words])
    said, left = "", list(answers)
    end = time.monotonic() + 30 * SLOWNESS
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                said += os.read(master, 65536).decode("utf-8", "replace")
            except OSError:
                break
        if left and left[0][0] in said:
            time.sleep(0.1)  # until echo is off
            os.write(master, left.pop(0)[1].encode())
    os.close(master)
    return said, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


ASKED = "TP-Link account (e-mail address): "


def test_a_person_is_asked_where_there_is_a_terminal(sim):
    del sim
    said, status = at_a_terminal([(ASKED, USER + "\n"),
                                  ("Password: ", PASSWORD + "\n")],
                                 "read", "127.77.11.1")
    assert status == 0, said
    assert "it wants a TP-Link account" in said.split(ASKED)[0]
    assert "81" in said.split("Password: ")[1]
    assert PASSWORD not in said  # it is not echoed


def test_once_and_no_more(sim):
    before = sim.stats("Theirs")[0]["failed_logins"]
    said, status = at_a_terminal([(ASKED, "they@example.com\n"),
                                  ("Password: ", "a guess\n")],
                                 "read", "127.77.11.2")
    assert status == 1 and said.count(ASKED) == 1
    assert "does not accept the account they@example.com" in said
    assert sim.stats("Theirs")[0]["failed_logins"] == before + 1


def test_nobody_has_to_answer(sim):
    del sim
    said, status = at_a_terminal([(ASKED, "\x03")], "read", "127.77.11.1")
    assert status == 1 and "Password: " not in said
    said, status = at_a_terminal([(ASKED, "\n")], "read", "127.77.11.1")
    assert status == 1 and "Password: " not in said
    # without a terminal nobody is asked
    run = subprocess.run(["setsid", "-w", KASACTL, "read", "127.77.11.1"],
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert ASKED not in run.stdout + run.stderr


def test_nobody_is_asked_without_need(sim):
    del sim
    said, status = at_a_terminal([], "read", "127.77.11.3")
    assert status == 0 and ASKED not in said


def run_with(words, **environment):
    return subprocess.run(
        [KASACTL, *words], env={**os.environ, **environment}, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
        check=False)


@pytest.mark.parametrize("command", [["read", "127.77.11.1"],
                                     ["discover", *TARGET]])
def test_an_account_from_options_and_from_the_environment(
        sim, tmp_path, command):
    del sim
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    runs = [run_with([*command, "--username", USER,
                      "--password-file", str(file)]),
            run_with(command, KASA_USERNAME=USER, KASA_PASSWORD=PASSWORD),
            run_with(command, KASA_USERNAME=USER,
                     KASA_PASSWORD_FILE=str(file))]
    for run in runs:
        assert run.returncode == 0 and "81." in run.stdout, run
        assert not find(forms(USER, PASSWORD), {"": run.stderr})


def test_half_an_account_is_a_mistake(tmp_path):
    for words, missing in ((["--username", USER], "the password is missing"),
                           (["--password-file", "x"], "the name is missing"),
                           (["--username", USER, "--password-file",
                             str(tmp_path / "none")], "No such file")):
        run = run_with(["read", "127.77.11.1", *words])
        assert run.returncode == 2 and missing in run.stderr, run
    empty = tmp_path / "empty"
    empty.write_text("\n")
    run = run_with(["discover", "--username", USER, "--password-file",
                    str(empty)])
    assert run.returncode == 2 and "holds no password" in run.stderr, run


def test_what_a_tapo_owner_must_read_is_never_cut(sim):
    """In a pipe, so at 80 columns."""
    del sim
    whole = ("it wants a TP-Link account: set Username and Password, or "
             "PasswordFile, in <Plugin kasa>")
    run = run_with(["discover", *TARGET])
    assert "wants the account" in run.stdout, run
    several = re.compile(r" and \d+ more want (.*)").search(run.stdout)
    assert several and several[1] == whole.removeprefix("it wants "), run
    assert "--password-file FILE" in run.stdout, run
    run = run_with(["read", "127.77.11.1"])
    assert whole in " ".join(run.stdout.split()), run
    assert "to try an account: --username NAME" in run.stderr, run
    assert re.search(r"via (klap|tpap)\b", run.stdout)


def test_nothing_there_is_no_transport(sim):
    del sim
    run = run_with(["read", "127.77.11.99"])
    assert run.returncode == 1
    assert " via " not in run.stdout, run
    assert "Nothing there answers as a Kasa or Tapo device" in run.stdout, run
