# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts of clean roots share. Sourced.

readme_text() { awk -v want="$1" -f /src/tests/roots/steps.awk /src/README.md; }

# readme_step N: the commands of README's step N, as they stand there
readme_step() {
  local text
  text=$(readme_text "$1")
  [ -n "$text" ]
  printf '== step %s\n%s\n' "$1" "$text"
  bash -euo pipefail -c "$text"
}

# in_house KASASIM: the simulated house, and collectd looks there, too
in_house() {
  "$1" --demo --http-port 28080 >/tmp/sim.log 2>&1 &
  until grep -q ready /tmp/sim.log; do sleep 0.1; done
  cat >/etc/collectd/collectd.conf.d/zz-house.conf <<'CONF'
<Plugin kasa>
  DiscoveryTarget "127.255.255.255"
</Plugin>
CONF
}

shows_watts() {
  local try
  for try in $(seq 60); do
    if kasactl watch --once >/tmp/table 2>&1 && grep -Eq '[1-9][0-9]* up' /tmp/table; then
      cat /tmp/table
      return 0
    fi
    sleep 1
  done
  cat /tmp/table
  echo "nothing to be seen after $try seconds"
  return 1
}
