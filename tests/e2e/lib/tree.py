# SPDX-License-Identifier: MIT
"""Where the sources are. KASA_SOURCE says so when the tests run from elsewhere."""

import os

SOURCE = os.environ.get("KASA_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))

# the tools that run a dashboard's queries and draw it
RENDER = os.path.join(SOURCE, "doc", "pictures", "render")
