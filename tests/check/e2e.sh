# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh e2e: the pytest suites, with the real collectd. Sourced.

# pytest_suite NAME [VARIABLE=VALUE]... -- ARGUMENT...: each test counts. Tests
# mostly wait for intervals to pass, so several files run at once (WORKERS to a
# processor), each worker in a network of its own where that is allowed:
# simulated houses never meet.
pytest_suite() {
  local name=$1 base vars=()
  base=$(log_of "$1")
  shift
  while [ "$1" != -- ]; do
    vars+=("$1")
    shift
  done
  shift
  rm -f "$base.xml"
  env "${E2E_ENV[@]}" "${vars[@]}" "$VAR/venv/bin/python" -m pytest -q -rs \
    -p no:cacheprovider --dist loadfile --no-loadscope-reorder \
    -n "$((${WORKERS:-3} * $(nproc)))" --junitxml="$base.xml" "$@" >"$base.log" 2>&1
  echo $? >"$base.status"
  pytest_result "$name"
}

# junit FILE: tests, failures and skips of a report
junit() {
  sed -nE 's/.*<testsuite [^>]*errors="([0-9]+)" failures="([0-9]+)" skipped="([0-9]+)" tests="([0-9]+)".*/\4 \1+\2 \3/p' \
    "$1" 2>/dev/null | head -n 1
}

# pytest_result NAME: counts what pytest_suite has left
pytest_result() {
  local name=$1 base all bad skipped
  base=$(log_of "$1")
  read -r all bad skipped < <(junit "$base.xml")
  all=$((${all:-0})) bad=$((${bad:-0})) skipped=$((${skipped:-0}))
  if [ "$(cat "$base.status")" -ne 0 ] && [ $bad -eq 0 ]; then bad=1 all=$((all + 1)); fi
  count $((all - bad - skipped)) $bad $skipped
  if [ $bad -eq 0 ]; then
    note "ok      $name: $((all - skipped)) tests"
  else
    note "FAILED  $name: $bad of $all tests ($base.log)"
    grep -hE '^(FAILED|ERROR|E  )' "$base.log" | head -n 40
  fi
  grep -E '^SKIPPED' "$base.log" | sed 's/^SKIPPED/      skipped/' | sort | uniq
}

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
}
