# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests need: packages, clients and devices that nobody here wrote, and
# the first build. Sourced by check.sh. Wants: count.sh, scripts/setup.sh.

KASA_DEVICES=
if [ -r "$TOP/../shared/devices/INDEX.tsv" ]; then
  KASA_DEVICES=$(cd "$TOP/../shared/devices" && pwd)
fi

TEST_PACKAGES=(check clang clang-format clang-tidy cppcheck libclang-rt-14-dev mandoc shellcheck
  valgrind python3-venv prometheus prometheus-alertmanager rrdtool iproute2 openssl curl
  opensmtpd libesmtp6 libyajl2 libcurl3-gnutls libatasmart4
  debhelper debootstrap lintian)

# Grafana's linter of dashboards is to be had as a Go module only.
install_linter() {
  local mark=$LOG/linter.log
  if [ -x "$VAR/bin/dashboard-linter" ] || ! command -v go >/dev/null; then return 0; fi
  GOBIN=$VAR/bin GOPATH=$VAR/go GOFLAGS=-modcacherw timeout 300 \
    go install github.com/grafana/dashboard-linter@latest >"$mark" 2>&1 ||
    say "dashboard-linter cannot be built: its tests are skipped"
}

install_python() {
  # what was interrupted before has no pip yet
  if [ ! -x "$VAR/venv/bin/pip" ]; then python3 -m venv --clear "$VAR/venv" || return 1; fi
  if ! "$VAR/venv/bin/python" -c 'import pytest, xdist, aiosmtpd' 2>/dev/null; then
    "$VAR/venv/bin/pip" -q install pytest pytest-xdist aiosmtpd >"$LOG/pip.log" 2>&1 || return 1
  fi
  "$VAR/venv/bin/python" -c 'import kasa' 2>/dev/null ||
    "$VAR/venv/bin/pip" -q install python-kasa==0.12.0 >>"$LOG/pip.log" 2>&1 ||
    say "python-kasa cannot be installed: its tests are skipped"
  "$VAR/venv/bin/python" -c 'import yaml, grafana_foundation_sdk' 2>/dev/null ||
    "$VAR/venv/bin/pip" -q install pyyaml \
      'grafana-foundation-sdk==1769699379!11.6.0' >>"$LOG/pip.log" 2>&1 ||
    say "Grafana's schema cannot be installed: its tests are skipped"
}

# A Matrix server; in a folder of its own, since it brings sixty packages along.
install_synapse() {
  if [ -x "$VAR/synapse/bin/synapse_homeserver" ]; then return 0; fi
  rm -rf "$VAR/synapse"
  python3 -m venv "$VAR/synapse" &&
    timeout 180 "$VAR/synapse/bin/pip" -q install --only-binary :all: matrix-synapse \
      >"$LOG/synapse.log" 2>&1 && return 0
  rm -rf "$VAR/synapse"
  say "matrix-synapse cannot be installed: its tests are skipped"
}

install_node() {
  mkdir -p "$VAR/node"
  if command -v npm >/dev/null && [ ! -d "$VAR/node/node_modules/tplink-smarthome-api" ]; then
    (cd "$VAR/node" && npm install --silent --no-audit --no-fund \
      tplink-smarthome-api@5.0.0 tplink-smarthome-simulator@5.0.1) >"$LOG/npm.log" 2>&1 ||
      say "npm packages cannot be installed: their tests are skipped"
  fi
}

# What is in no package, for the wanted parts. Each says itself what it lacks.
install_tools() {
  install_python &
  local python=$!
  install_linter &
  install_synapse &
  install_node &
  wait $python || return 1
  wait
}

# prepare_tests: installs what the wanted parts need, or ends check.sh. Tools are
# fetched while the first build computes; wait_for_tools says whether they came.
TOOLS=
prepare_tests() {
  install_packages "to build and to run tests" "${BUILD_PACKAGES[@]}" \
    "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}" || exit 1
  if ! wants e2e sanitize thorough hours bench; then return; fi
  if ! command -v go >/dev/null; then
    install_packages "for Grafana's linter" golang-go
  fi
  if ! command -v npm >/dev/null; then
    install_packages "for simulated devices from npm" nodejs npm ||
      say "npm cannot be installed: its tests are skipped"
  fi
  install_tools &
  TOOLS=$!
}

wait_for_tools() {
  if [ -n "$TOOLS" ] && ! wait "$TOOLS"; then
    die "Python's test tools cannot be installed (var/log/pip.log)"
  fi
  # tests start Python often: what is translated is kept, below var
  unset PYTHONDONTWRITEBYTECODE
  # shellcheck disable=SC2034
  E2E_ENV=("PYTHONPYCACHEPREFIX=$VAR/pycache" "KASA_DEVICES=$KASA_DEVICES" "KASA_NODE=$VAR/node"
    "KASA_LINTER=$VAR/bin/dashboard-linter" "KASA_SYNAPSE=$VAR/synapse/bin/python"
    "KASA_LINTER_WHY=$(tail -n 1 "$LOG/linter.log" 2>/dev/null)"
    "NODE_PATH=$VAR/node/node_modules")
}

# Of a program that is linked in a tenth of a second, libtool takes half of one.
# shellcheck disable=SC2034
MAKE_SETTINGS=(LIBTOOL=../src/tests/check/quick_libtool.sh)

# build_first: var/check, which every part uses
build_first() {
  stage_sources || exit 1
  if build check --enable-werror; then
    count 1 0 0
    note "ok      gcc builds without a warning"
  else
    failed "gcc builds without a warning"
    return 1
  fi
}

# e2e_tools BUILD...: what end-to-end tests use of a build
e2e_tools() {
  local dir
  for dir in "$@"; do
    if ! make -C "$VAR/$dir" -j"$(nproc)" "${MAKE_SETTINGS[@]}" e2e-tools >"$LOG/build-tools.log" 2>&1; then
      failed "the tools of the tests do not build in var/$dir"
      grep -E 'error|warning' "$LOG/build-tools.log" | head -n 20
      return 1
    fi
  done
}
