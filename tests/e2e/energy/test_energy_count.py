# SPDX-License-Identifier: MIT
"""kasactl energy count: sequences of readings through the counter."""

import pytest

from energy_files import run, run_json, vectors

pytestmark = pytest.mark.one_thread

VECTORS = vectors("ledger-vectors.json")


def write(path, rows):
    lines = ["t,total_wh,power_w,month_wh"]
    for row in rows:
        lines.append(",".join("" if v is None else str(v) for v in row))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def count(tmp_path, rows, *words):
    return run_json("count", "--csv", write(tmp_path / "rows.csv", rows), *words)


def credits(answer):
    return [row["credit_wh"] for row in answer["rows"]]


def flags(answer):
    return [row["flag"] for row in answer["rows"]]


@pytest.mark.skipif(VECTORS is None, reason="no vectors beside the devices")
@pytest.mark.parametrize("vector", (VECTORS or {}).get("counter", []),
                         ids=lambda v: v["id"])
def test_vector(tmp_path, vector):
    rows = [[r["t"], r.get("total_wh"), r.get("power_w"), r.get("month_now")]
            for r in vector["readings"]]
    for before, reading in zip(rows, vector["readings"][1:]):
        if "month_before" in reading:
            before[3] = reading["month_before"]
    answer = count(tmp_path, rows)
    assert answer["schema"] == 1
    assert credits(answer) == pytest.approx(vector["credit_wh"], abs=1e-6)
    assert flags(answer) == vector["flags"]
    assert answer["sum_wh"] == pytest.approx(vector["sum"], abs=1e-6)
    assert answer["gaps"] == vector["gaps"]


CASES = {
    "a bad peak": ([(0, 43839), (15, 999999), (30, 43841)], [0, 0, 2],
                   [None, "glitch", None]),
    "as much as a plug can deliver, and a little more":
        ([(0, 1000), (15, 1053), (30, 1107), (45, 1107)], [0, 53, 0, 54],
         [None, None, "glitch", None]),
    "no total is below nothing, nor is it a base":
        ([(0, -5), (15, 43839), (30, 43840), (45, -1), (60, 43841)], [0, 0, 1, 0, 1],
         ["glitch", None, None, "glitch", None]),
    "nor is a month": ([(0, None, None, -1), (15, None, None, 40), (30, None, None, -2),
                        (45, None, None, 41)], [0, 0, 0, 1], ["glitch", None, "glitch", None]),
    "a total a little lower": ([(0, 60), (22, 59), (37, 60)], [0, 0, 0],
                               [None, "dip", None]),
    "rolled back, and the month knows":
        ([(0, 40000, None, 12300), (86400, 39950, None, 12400)], [0, 100],
         [None, "rollback, from month"]),
    "reset, and the month knows less than the total":
        ([(0, 43839, None, 12300), (86400, 1200, None, 12301)], [0, 1200],
         [None, "reset"]),
    "power as a trapezoid": ([(0, None, 0), (15, None, 1000), (30, None, 0)],
                             [0, 25 / 12, 25 / 12], [None] * 3),
    "what flows back is taken from nothing":
        ([(0, None, -240), (15, None, -240), (30, None, 480)], [0, 0, 0.5], [None] * 3),
    "nothing is known of a long silence": ([(0, None, 80), (3000, None, 2400)],
                                           [0, 0], [None, "gap"]),
    "the day rolls over late": ([(0, None, None, 30123), (15, None, None, 30123),
                                 (50, None, None, 30124)], [0, 0, 1], [None] * 3),
    "a month begins between two polls":
        ([(0, None, 100, 30123), (15, None, 100, 0)], [0, 5 / 12],
         [None, "new month"]),
    "a month begins in a long gap":
        ([(0, None, 100, 30123), (86400, None, 100, 150)], [0, 150],
         [None, "at least"]),
    "power between two looks at the month, made up for when it comes":
        ([(0, None, 240, 1000), (15, None, 240), (30, None, 240, 1002),
          (45, None, 240), (60, None, 240, 1003)], [0, 1, 1, 1, 0], [None] * 5),
}


@pytest.mark.parametrize("name", CASES)
def test_case(tmp_path, name):
    rows, credit, flag = CASES[name]
    answer = count(tmp_path, [row + (None,) * (4 - len(row)) for row in rows])
    assert credits(answer) == pytest.approx(credit, abs=1e-9)
    assert flags(answer) == flag


def test_the_interval_can_be_given(tmp_path):
    rows = [(0, None, 60, None), (3600, None, 60, None)]
    assert count(tmp_path, rows)["sum_wh"] == 0
    assert count(tmp_path, rows, "--interval", 1800)["sum_wh"] == 60


@pytest.mark.parametrize("text, words", [
    ("", "empty"), ("a,b\n1,2\n", "header"), ("t,total_wh\nx,1\n", "line 2"),
    ("t,total_wh\n1,x\n", "line 2"), ("t,total_wh\n5,1\n4,1\n", "line 3")])
def test_bad_files_are_refused(tmp_path, text, words):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    done = run("count", "--csv", path, status=1)
    assert words in done.stderr and done.stdout == ""
