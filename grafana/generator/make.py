#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes grafana/dashboards/*.json from the tables in
generator/dashboards/.

    make.py            writes the files
    make.py --check    says which files differ from what would be written
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from dashboards import alerts, device, energy, host, overview, sites  # noqa: E402

FOLDER = HERE.parent / "dashboards"
TABLES = (overview, sites, energy, device, alerts, host)


def files():
    """{path: text} of all dashboards."""
    out = {}
    for table in TABLES:
        page = table.page()
        out[FOLDER / f"{page['uid']}.json"] = json.dumps(
            page, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return out


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    status = 0
    for path, text in files().items():
        known = path.read_text(encoding="utf-8") if path.exists() else None
        if known == text:
            continue
        if arguments:
            print(f"{path.relative_to(HERE.parent)} is not what make.py writes",
                  file=sys.stderr)
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
