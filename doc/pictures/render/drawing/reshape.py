# SPDX-License-Identifier: MIT
"""What Grafana's transformations make of answers, as far as the dashboards
use them: tables of several queries joined by their labels, and months."""

import time


def rows(panel, answers):
    """(names of columns, [row]) of a table: one row per set of labels, a
    column per label and query, renamed, ordered, and others left out."""
    organize = next(t["options"] for t in panel["transformations"]
                    if t["id"] == "organize")
    single = len(panel["targets"]) == 1
    found = {}
    for target, series in zip(panel["targets"], answers):
        column = "Value" if single else f"Value #{target['refId']}"
        for one in series:
            labels = {k: v for k, v in one.labels.items()
                      if k not in ("__name__", "job")}
            row = found.setdefault(tuple(sorted(labels.items())), {**labels})
            row[column] = one.points[-1][1]
    wanted = [c for c in sorted(organize["indexByName"],
                                key=organize["indexByName"].get)
              if not organize["excludeByName"].get(c)]
    present = [c for c in wanted if any(c in r for r in found.values())]
    names = [organize["renameByName"].get(c, c) for c in present]
    return names, [[r.get(c) for c in present] for r in found.values()]


def months(series, by, utc_offset=0):
    """{month: {name: sum}} of values per day, by the reader's calendar."""
    out = {}
    for one in series:
        name = one.labels.get(by, "")
        for t, value in one.points:
            month = time.strftime("%Y-%m", time.gmtime(t + utc_offset))
            sums = out.setdefault(month, {})
            sums[name] = sums.get(name, 0) + value
    return dict(sorted(out.items()))
