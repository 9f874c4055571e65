# SPDX-License-Identifier: MIT
"""Strict stand-ins for the services alerts are sent to (standard library only).

Each refuses what the real service would refuse, in the service's own words,
and writes down what it refused, so that a test can demand an empty list.
"""
