# SPDX-License-Identifier: MIT
"""A program of one's own: what it gets, how long it may take, what its end means."""

import json
import os

import pytest

import clock
import alerting
import channels
from channels import PATIENCE, message, probe, send
from collectd import BUILD, SLOWNESS

pytestmark = pytest.mark.one_thread


@pytest.fixture(name="program")
def _program(tmp_path):
    def write(text, mode=0o700):
        path = tmp_path / "tell"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(mode)
        return str(path)
    return write


def run(program, *arguments, steps=None, extra=(), **more):
    return probe("exec", [["Program", program, *arguments], *extra], steps, **more)


def test_the_alert_comes_as_json_on_standard_input(program, tmp_path):
    got = run(program(f'cat > "{tmp_path}/in"; printf "%s\\n" "$@" > "{tmp_path}/args"'), "a b", "$(id)", "; ls")
    assert got[0]["outcome"] == "sent", got.text
    value = json.loads((tmp_path / "in").read_text())
    assert value["event"] == "firing" and value["alert"]["device"] == "Freezer" and value["version"] == 1
    assert (tmp_path / "args").read_text().splitlines() == ["a b", "$(id)", "; ls"]  # no shell came in between


def test_hostile_text_is_data(program, tmp_path):
    name = "'; rm -rf / \"$(id)\" `id` \\"
    run(program(f'cat > "{tmp_path}/in"'), steps=[send(message(alert={"device": name}))])
    assert json.loads((tmp_path / "in").read_text())["alert"]["device"] == name


@pytest.mark.parametrize("status,outcome", [(0, "sent"), (75, "retry"), (69, "retry"), (77, "channel"),
                                            (78, "channel"), (1, "message"), (64, "message")])
def test_the_exit_status_is_the_verdict(program, status, outcome):
    got = run(program(f"echo because of this; exit {status}"))[0]
    assert got["outcome"] == outcome and got["why"] == f"exit status {status}: because of this"


def test_nothing_but_the_three_descriptors_is_inherited(program, tmp_path, monkeypatch):
    monkeypatch.setattr(channels, "WRAPPER", [*channels.WRAPPER, "sh", "-c",
                                              'exec 7</dev/null 8>/dev/null; exec "$0"'])  # left open by somebody else
    run(program(f'exec ls /proc/self/fd > "{tmp_path}/fds"'))
    assert (tmp_path / "fds").read_text().split() == ["0", "1", "2", "3"]  # the last is the folder it reads


def test_it_is_killed_with_its_children_at_the_limit(program, tmp_path):
    watch = clock.Patience(0)
    got = run(program(f'sleep 60 & echo $! > "{tmp_path}/child"; wait'), extra=[["Timeout", 1]])[0]
    assert watch.took() < 5 * SLOWNESS + PATIENCE
    assert got["outcome"] == "ambiguous" and "killed at its time limit" in got["why"]
    child = int((tmp_path / "child").read_text())
    assert clock.until(lambda: not os.path.exists(f"/proc/{child}")
                       or "Z" in open(f"/proc/{child}/stat", encoding="ascii").read(), 5)


def test_stopping_does_not_wait_for_it(program):
    watch = clock.Patience(0)
    got = run(program("sleep 60"), extra=[["Timeout", 100]], abort_after_s=1)[0]
    assert watch.took() < 4 * SLOWNESS + PATIENCE and got["outcome"] == "ambiguous"


def test_any_amount_of_output_is_bounded_and_holds_nothing_up(program):
    got = run(program("head -c 3000000 /dev/zero | tr '\\0' x; exit 1"))[0]
    assert got["outcome"] == "message" and len(got["why"]) < 257


def test_a_program_that_reads_nothing_is_fine(program):
    assert run(program("exit 0"), steps=[send(body="x" * 60000)])[0]["outcome"] == "sent"


def test_one_that_kills_itself_is_doubtful(program):
    assert run(program("kill -9 $$"))[0]["outcome"] == "ambiguous"


def test_render_shows_what_would_be_run(program):
    path = program("exit 0")
    got = run(path, "x", steps=[{"op": "render", "message": message()}])
    assert got[0]["text"].startswith(f"RUN {path} x\n\n{{")


@pytest.mark.parametrize("mode,words", [(0o600, "no program"), (0o702, "everybody may write")])
def test_a_program_must_be_one(program, mode, words):
    got = run(program("exit 0", mode))
    assert got.code == 1 and words in " ".join(got.errors), got.text


@pytest.mark.parametrize("options,words", [([], "needs Program"), ([["Program", "tell"]], "whole path"),
                                           ([["Program", "/nowhere/tell"]], "No such file")])
def test_mistakes_are_named(options, words):
    got = probe("exec", options)
    assert got.code == 1 and words in " ".join(got.errors), got.text


@pytest.mark.parametrize("status,count", [(0, "sent"), (75, "retried")])
def test_collectd_hears_how_it_ended_though_it_ignores_its_children(program, tmp_path, monkeypatch, status, count):
    """collectd ignores SIGCHLD: children vanish without their exit status."""
    monkeypatch.setenv("NOTIFY_KASA", os.path.join(BUILD, ".libs"))
    path = program(f'echo once >> "{tmp_path}/told"; echo well; exit {status}')
    with alerting.Collectd(f'  Exec "{path}"\n', channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        alerting.until(lambda: collectd.ask(command="status")["channels"][0][count], collectd)
        assert "did not end by itself" not in collectd.log()
        assert (status == 0) or f"exit status {status}: well" in collectd.log()
    assert (tmp_path / "told").read_text() == "once\n"
