#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Proves it: installs what tests need, builds, runs every test. The last line
# is "N passed, N failed, N skipped"; the exit status says the same.
set -u

TOP=$(cd "$(dirname "$0")" && pwd)
. "$TOP/scripts/setup.sh"

usage() {
  cat <<'TEXT'
Usage: ./check.sh [PART]...

  (none)     everything but bench
  build      gcc and clang without warnings, distcheck, exported symbols
  lint       clang-tidy, cppcheck, manual pages, shell scripts
  unit       unit tests
  e2e        end to end, with the real collectd, Prometheus, rrdtool
  sanitize   unit and end to end under address, undefined and thread
             sanitizers and valgrind
  fuzz       every fuzz target, FUZZ_SECONDS each (default 15)
  bench      the benchmark's table
TEXT
}

PARTS=()
for part in "$@"; do
  case $part in
  build | lint | unit | e2e | sanitize | fuzz | bench) PARTS+=("$part") ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
done
if [ ${#PARTS[@]} -eq 0 ]; then PARTS=(build lint unit e2e sanitize fuzz); fi

wants() {
  local part
  for part in "${PARTS[@]}"; do
    if [ "$part" = "$1" ]; then return 0; fi
  done
  return 1
}

# -- counting -----------------------------------------------------------------------

LOG=$VAR/log
PASSED=0 FAILED=0 SKIPPED=0
mkdir -p "$LOG"
START=$SECONDS

count() { # passed failed skipped
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
  SKIPPED=$((SKIPPED + $3))
}

note() { printf '%4ds  %s\n' $((SECONDS - START)) "$*"; }

# step NAME COMMAND...: one check; its output is shown when it fails
step() {
  local name=$1 log
  log=$LOG/check-$(tr -c 'a-z0-9\n' '-' <<<"$name").log
  shift
  if "$@" >"$log" 2>&1; then
    count 1 0 0
    note "ok      $name"
  else
    count 0 1 0
    note "FAILED  $name (${log#"$TOP"/})"
    tail -n 30 "$log"
  fi
}

skip() { # NAME WHY
  count 0 0 1
  note "skipped $1: $2"
}

# unit_one DIRECTORY PROGRAM [VARIABLE=VALUE]... [COMMAND...]
unit_one() {
  local dir=$1 test=$2 base
  shift 2
  base=$LOG/unit/$(basename "$test")
  (cd "$dir" && env srcdir="$VAR/src" KASA_DEVICES="$KASA_DEVICES" \
    CK_DEFAULT_TIMEOUT=120 "$@" "$test") >"$base.log" 2>&1
  echo $? >"$base.status"
}

# unit_suite BUILD NAME [VARIABLE=VALUE]... [COMMAND...]: the Check programs of
# a build, or those that UNIT_ONLY matches; each of their checks counts
unit_suite() {
  local dir=$VAR/$1 name=$2 base status test checks bad
  local all=0 failed=0 list=()
  shift 2
  if ! make -C "$dir" -j"$(nproc)" unit-tests >"$LOG/build-tests.log" 2>&1; then
    count 0 1 0
    note "FAILED  $name: the tests do not build"
    grep -E 'error|warning' "$LOG/build-tests.log" | head -n 20
    return
  fi
  rm -rf "$LOG/unit"
  mkdir -p "$LOG/unit"
  for test in "$dir"/tests/unit/*/check_*; do
    if [ ! -x "$test" ] || [ -d "$test" ]; then continue; fi
    if [[ ! $(basename "$test") =~ ${UNIT_ONLY:-.} ]]; then continue; fi
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    unit_one "$dir" "$test" "$@" &
  done
  wait
  for base in "$LOG"/unit/*.status; do
    status=$(cat "$base")
    base=${base%.status}
    read -r checks bad < <(sed -nE \
      's/.*Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+).*/\1 \2+\3/p' \
      "$base.log" | tail -n 1)
    bad=$((${bad:-0}))
    if [ "$status" -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
    all=$((all + ${checks:-0}))
    failed=$((failed + bad))
    if [ "$status" -ne 0 ]; then
      list+=("$(basename "$base")")
      tail -n 30 "$base.log"
    fi
  done
  if [ $all -eq 0 ]; then failed=1; fi # nothing has run
  if [ $failed -gt $all ]; then all=$failed; fi
  count $((all - failed)) $failed 0
  if [ $failed -eq 0 ]; then
    note "ok      $name: $all checks"
  else
    note "FAILED  $name: $failed of $all checks, in ${list[*]}"
  fi
}

# pytest_suite NAME [VARIABLE=VALUE]... -- ARGUMENT...: each test counts. Tests
# mostly wait for intervals to pass, so several files run at once (WORKERS to a
# processor), each worker in a network of its own where that is allowed:
# simulated houses never meet.
pytest_suite() {
  local name=$1 base vars=() try
  base=$LOG/$(tr -c 'a-z0-9\n' '-' <<<"$name")
  shift
  while [ "$1" != -- ]; do
    vars+=("$1")
    shift
  done
  shift
  rm -rf "$base.xml" "$base"-again.* "$base.cache"
  try=("$VAR/venv/bin/python" -m pytest -q -rs -o "cache_dir=$base.cache" --dist loadfile
    --no-loadscope-reorder)
  env "${E2E_ENV[@]}" "${vars[@]}" "${try[@]}" -n "$((${WORKERS:-3} * $(nproc)))" \
    --junitxml="$base.xml" "$@" >"$base.log" 2>&1
  echo $? >"$base.status"
  # A machine that stalls breaks time limits: what failed gets a second try,
  # one by one, and pytest_result names it.
  if [ "$(cat "$base.status")" -eq 1 ]; then
    env "${E2E_ENV[@]}" "${vars[@]}" "${try[@]}" -n 1 --last-failed \
      --junitxml="$base-again.xml" "$@" >"$base-again.log" 2>&1
    echo $? >"$base-again.status"
  fi
}

# junit FILE: tests, failures and skips of a report
junit() {
  sed -nE 's/.*<testsuite [^>]*errors="([0-9]+)" failures="([0-9]+)" skipped="([0-9]+)" tests="([0-9]+)".*/\4 \1+\2 \3/p' \
    "$1" 2>/dev/null | head -n 1
}

# pytest_result NAME: counts what pytest_suite has left
pytest_result() {
  local name=$1 base all bad skipped again left
  base=$LOG/$(tr -c 'a-z0-9\n' '-' <<<"$name")
  read -r all bad skipped < <(junit "$base.xml")
  all=$((${all:-0})) bad=$((${bad:-0})) skipped=$((${skipped:-0}))
  if [ "$(cat "$base.status")" -ne 0 ] && [ $bad -eq 0 ]; then bad=1 all=$((all + 1)); fi
  if [ -e "$base-again.status" ]; then
    read -r again left _ < <(junit "$base-again.xml")
    left=$((${left:-0}))
    if [ "$(cat "$base-again.status")" -le 1 ] && [ "$((${again:-0}))" -ge $bad ]; then
      note "        $name: $bad failed, $((bad - left)) of them passed at a second try:"
      sed -nE 's/^_{3,} (.*) _{3,}$/              \1/p' "$base.log" | head -n 20
      bad=$left
    fi
  fi
  count $((all - bad - skipped)) $bad $skipped
  if [ $bad -eq 0 ]; then
    note "ok      $name: $((all - skipped)) tests"
  else
    note "FAILED  $name: $bad of $all tests ($base.log)"
    grep -hE '^(FAILED|ERROR|E  )' "$base-again.log" "$base.log" 2>/dev/null | head -n 40
  fi
  grep -E '^SKIPPED' "$base.log" | sed 's/^SKIPPED/      skipped/' | sort | uniq
}

# -- what tests need ------------------------------------------------------------------

KASA_DEVICES=
if [ -r "$TOP/../shared/devices/INDEX.tsv" ]; then
  KASA_DEVICES=$(cd "$TOP/../shared/devices" && pwd)
fi

TEST_PACKAGES=(check clang clang-format clang-tidy cppcheck libclang-rt-14-dev mandoc shellcheck
  valgrind python3-venv prometheus rrdtool iproute2 openssl curl
  opensmtpd libesmtp6 libyajl2 libcurl3-gnutls
  debhelper debootstrap lintian)

install_packages "to build and to run tests" "${BUILD_PACKAGES[@]}" \
  "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}" || exit 1

# Grafana's linter of dashboards is to be had as a Go module only.
install_linter() {
  local mark=$LOG/linter.log
  if [ -x "$VAR/bin/dashboard-linter" ]; then return 0; fi
  if ! command -v go >/dev/null; then
    install_packages "for Grafana's linter" golang-go || return 0
  fi
  GOBIN=$VAR/bin GOPATH=$VAR/go GOFLAGS=-modcacherw timeout 300 \
    go install github.com/grafana/dashboard-linter@latest >"$mark" 2>&1 ||
    say "dashboard-linter cannot be built: its tests are skipped"
}

# Clients and devices that nobody here wrote.
install_peers() {
  if [ ! -x "$VAR/venv/bin/python" ]; then python3 -m venv "$VAR/venv" || return 1; fi
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
  install_linter
  if ! command -v npm >/dev/null; then
    install_packages "for simulated devices from npm" nodejs npm ||
      say "npm cannot be installed: its tests are skipped"
  fi
  mkdir -p "$VAR/node"
  if command -v npm >/dev/null && [ ! -d "$VAR/node/node_modules/tplink-smarthome-api" ]; then
    (cd "$VAR/node" && npm install --silent --no-audit --no-fund \
      tplink-smarthome-api@5.0.0 tplink-smarthome-simulator@5.0.1) >"$LOG/npm.log" 2>&1 ||
      say "npm packages cannot be installed: their tests are skipped"
  fi
}
if wants e2e || wants sanitize || wants bench; then
  install_peers || die "Python's test tools cannot be installed (var/log/pip.log)"
fi

E2E_ENV=("KASA_DEVICES=$KASA_DEVICES" "KASA_NODE=$VAR/node"
  "KASA_LINTER=$VAR/bin/dashboard-linter"
  "KASA_LINTER_WHY=$(tail -n 1 "$LOG/linter.log" 2>/dev/null)"
  "NODE_PATH=$VAR/node/node_modules")

stage_sources || exit 1
if ! build check --enable-werror; then
  count 0 1 0
  printf '%s passed, %s failed, %s skipped\n' $PASSED $FAILED $SKIPPED
  exit 1
fi
count 1 0 0
note "ok      gcc builds without a warning"

# -- the parts ----------------------------------------------------------------------------

exports_only_register() {
  local so bad=0
  for so in "$VAR"/check/.libs/*kasa.so; do
    nm -D --defined-only "$so" | awk '{print $3}' | grep -vx module_register && bad=1
  done
  return $bad
}

headers_stand_alone() {
  local header bad=0
  while IFS= read -r header; do
    gcc -std=gnu11 -fsyntax-only -I"$VAR/src/src" -I"$VAR/check" -x c "$header" || bad=1
  done < <(find "$VAR"/src/src/{base,config,device,energy,poll,alert,cli} -name "*.h")
  return $bad
}

# doc/architecture.md: each room and those below it, whose headers it may use;
# utils is collectd's
ROOMS=("base" "config base" "energy base" "device base" "poll energy device config base"
  "alert config base" "cli poll energy device alert config base"
  "plugin poll energy device alert config base utils")

arrows_point_down() {
  local rooms room bad=0
  for rooms in "${ROOMS[@]}"; do
    room=${rooms%% *}
    if grep -rHnE '^#include "[a-z_]+/' "$TOP/src/$room" --include=*.[ch] |
      grep -vE ":#include \"(${rooms// /|})/"; then bad=1; fi
  done
  return $bad
}

part_build() {
  step "clang builds without a warning" build check-clang CC=clang --enable-werror
  step "plugins export module_register alone" exports_only_register
  step "every header compiles alone" headers_stand_alone
  step "no room uses one above it" arrows_point_down
  step "distcheck" make -C "$VAR/check" -j"$(nproc)" distcheck \
    AM_DISTCHECK_CONFIGURE_FLAGS=--enable-werror
}

# shellcheck disable=SC2016
tidy() {
  export TIDY_FLAGS="-std=gnu11 -Isrc -I$VAR/check -I$VAR/check/src -D_GNU_SOURCE"
  (cd "$VAR/src" && find src/base src/config src/device src/energy src/poll src/cli src/alert \
    -name '*.c' -print0 |
    xargs -0 -P "$(nproc)" -n 4 bash -c \
      'clang-tidy --quiet --warnings-as-errors="*" "$@" -- $TIDY_FLAGS' tidy)
}

# What cppcheck takes for leaks in config.c has been handed to the array or the
# object around it; template_compile() does return a pointer.
check_cpp() {
  cppcheck --suppress='memleak:*/alert/config/config_*.c' \
    --suppress='CastIntegerToAddressAtReturn:*/alert/text/default_templates.c' \
    --quiet --std=c11 --enable=warning,performance,portability \
    --inline-suppr --error-exitcode=1 --suppress=missingInclude -j"$(nproc)" \
    -I "$VAR/src/src" "$VAR"/src/src/{base,config,device,energy,poll,cli,alert}
}

formatted() {
  find "$TOP/src" "$TOP/tests" -name '*.[ch]' -exec clang-format --dry-run --Werror {} +
}

part_lint() {
  step "clang-format" formatted
  step "clang-tidy" tidy
  step "cppcheck" check_cpp
  step "shellcheck" shellcheck -x -P "$TOP" "$TOP/run.sh" "$TOP/check.sh" "$TOP/.ci/run" \
    "$TOP"/packaging/*.sh "$TOP"/packaging/debian/*.p* "$TOP/tests/package/root.sh"
  step "manual pages" mandoc -Tlint -Wwarning "$TOP"/doc/man/*.[15]
}

part_unit() { unit_suite check "unit tests"; }

# The test programs that end-to-end tests use are built with the unit tests'.
test_tools() { # BUILD...
  local dir
  for dir in "$@"; do
    make -C "$VAR/$dir" -j"$(nproc)" unit-tests >"$LOG/build-tests.log" 2>&1 ||
      { tail -n 20 "$LOG/build-tests.log"
        count 0 1 0
        return 1; }
  done
}

# What runs under valgrind end to end.
read -ra VALGRIND_E2E <<<"${VALGRIND_E2E:-devices/test_values.py devices/test_stop.py devices/test_faults_one.py devices/test_all_transports.py alerts/test_story.py}"

make_package() {
  DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" make -C "$VAR/check" deb
}

part_e2e() {
  test_tools check || return
  step "the Debian package is built" make_package
  # where there can be no clean root, the package's test says why
  "$TOP/tests/package/root.sh" "$VAR"/check/deb/collectd-kasa_*.deb "$VAR/root" \
    >"$LOG/root.log" 2>&1
  pytest_suite "end to end" KASA_BUILD="$VAR/check" -- "$TOP/tests/e2e"
  pytest_result "end to end"
}

part_sanitize() {
  local asan tsan
  # warnings are the business of the builds above; instruments move them about
  asan=$(gcc -print-file-name=libasan.so)
  tsan=$(gcc -print-file-name=libtsan.so)
  if ! build asan --enable-sanitizers=address,undefined CFLAGS='-g -O1' ||
    ! build tsan --enable-sanitizers=thread CFLAGS='-g -O1'; then
    count 0 1 0
    note "FAILED  the sanitizer builds"
    return
  fi
  unit_suite asan "unit tests, address and undefined sanitizers"
  unit_suite tsan "unit tests, thread sanitizer"
  test_tools asan tsan check || return
  # What says nothing new there is marked plain, or one_thread.
  pytest_suite "end to end, address and undefined sanitizers" \
    KASA_BUILD="$VAR/asan" KASA_PRELOAD="$asan" -- -m "not plain" "$TOP/tests/e2e"
  pytest_result "end to end, address and undefined sanitizers"
  pytest_suite "end to end, thread sanitizer" \
    KASA_BUILD="$VAR/tsan" KASA_PRELOAD="$tsan" -- -m "not plain and (not one_thread or two_threads)" "$TOP/tests/e2e"
  pytest_result "end to end, thread sanitizer"
  # valgrind takes thirty times as long: these, or VALGRIND_E2E="FILE..."
  pytest_suite "end to end, valgrind" KASA_BUILD="$VAR/check" \
    KASA_WRAP="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --num-callers=30 --suppressions=$TOP/tests/check/valgrind.supp" \
    -- "${VALGRIND_E2E[@]/#/$TOP/tests/e2e/}"
  pytest_result "end to end, valgrind"
  UNIT_ONLY='check_(config|conf_text|contact|discover|engine|event|fit|graph|graph_house|graph_page|hash|http|iot|iot_sysinfo|loop|metrics|names|options|registry|ring|secret|smart|spake2p|store|table|template|texts|transport_xor|web|worker)$' \
    unit_suite check "unit tests, valgrind" CK_FORK=no \
    valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
}

fuzz_one() { # TARGET
  local name seeds
  name=$(basename "$1")
  seeds=$VAR/src/tests/fuzz/seeds/${name#fuzz_}
  mkdir -p "$VAR/corpus/$name" "$seeds"
  "$1" -max_total_time="${FUZZ_SECONDS:-15}" -timeout=10 -rss_limit_mb=1024 -max_len=70000 \
    -artifact_prefix="$LOG/$name-" "$VAR/corpus/$name" "$seeds" >"$LOG/$name.log" 2>&1
  echo $? >"$LOG/$name.status"
}

fuzz_clean() { # TARGET: how it ended
  cat "$LOG/$1.log"
  [ "$(cat "$LOG/$1.status")" -eq 0 ]
}

part_fuzz() {
  local target targets=()
  if ! build fuzz CC=clang --enable-werror --enable-fuzzers \
    --enable-sanitizers=address,undefined; then
    count 0 1 0
    note "FAILED  the fuzz targets do not build"
    return
  fi
  for target in "$VAR"/fuzz/tests/fuzz/fuzz_*; do
    if [ -x "$target" ]; then targets+=("$target"); fi
  done
  for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    fuzz_one "$target" &
  done
  wait
  for target in "${targets[@]}"; do
    target=$(basename "$target")
    step "$target" fuzz_clean "$target"
  done
}

part_bench() {
  make -C "$VAR/check" bench-tools >"$LOG/build-bench.log" 2>&1 || die "the benchmark does not build"
  mkdir -p "$VAR/bench"
  if env "${E2E_ENV[@]}" KASA_PYTHON="$VAR/venv/bin/python" \
    python3 "$TOP/tests/bench/bench.py" --build "$VAR/check" --out "$VAR/bench/table.md" &&
    test_tools check &&
    "$VAR/venv/bin/python" "$TOP/tests/bench/bench_alerts.py" --build "$VAR/check" \
      --out "$VAR/bench/alerts.md"; then
    count 1 0 0
  else
    count 0 1 0
  fi
}

for part in build lint unit e2e sanitize fuzz bench; do
  if wants $part; then part_$part; fi
done

printf '%d passed, %d failed, %d skipped\n' $PASSED $FAILED $SKIPPED
[ $FAILED -eq 0 ]
