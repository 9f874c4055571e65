# SPDX-License-Identifier: MIT
"""The source of the dashboards: model.py and page.py say how a panel and a
page look in Grafana's schema, terms.py has expressions in common, each other
file is the table of panels of one dashboard."""
