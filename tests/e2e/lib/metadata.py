# SPDX-License-Identifier: MIT
"""What collectd's notifications carry beside their text: a plugin in Python
writes each down, for the log file leaves its metadata out."""

import json
import os
from pathlib import Path

from collectd import PLUGINDIR

_MODULE = """
import collectd, json

def put(n):
    with open({path!r}, "a") as file:
        print(json.dumps([n.plugin, n.plugin_instance, n.type, n.type_instance, n.message, n.meta]), file=file)

collectd.register_notification(put)
"""


class Metadata:
    """In folder; .blocks goes into the configuration."""

    there = os.path.exists(f"{PLUGINDIR}/python.so")

    def __init__(self, folder):
        self.path = Path(folder, "metadata.json")
        Path(folder, "kasa_metadata.py").write_text(_MODULE.format(path=str(self.path)), encoding="ascii")
        self.blocks = (f'LoadPlugin python\n<Plugin python>\nModulePath "{folder}"\n'
                       'Import "kasa_metadata"\n</Plugin>\n')

    def of(self, kind):
        """[{plugin, device, plug, text, meta}] of that type."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        names = ("plugin", "device", "type", "plug", "text", "meta")
        rows = [dict(zip(names, json.loads(line))) for line in lines]
        return [row for row in rows if row["type"] == kind]
