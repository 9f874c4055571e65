# SPDX-License-Identifier: MIT
"""Draws panels from the answers to their queries, with plain SVG and HTML:
numbers.py writes values and times, charts.py what has a time axis, tiles.py
the rest, reshape.py does what Grafana's transformations do."""
