# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh e2e: the pytest suites, with the real collectd. Sourced.

# In how many files failed tests may be run a second time: none, but where others
# share the machine and cannot be asked to wait (.ci/run).
AGAIN_MAX=${E2E_AGAIN:-0}

# pytest_suite NAME [VARIABLE=VALUE]... -- ARGUMENT...: each test counts. Tests
# mostly wait for intervals to pass, so several files run at once (WORKERS to a
# processor), each worker in a network of its own where that is allowed:
# simulated houses never meet.
pytest_suite() {
  local name=$1 base vars=() run
  base=$(log_of "$1")
  shift
  while [ "$1" != -- ]; do
    vars+=("$1")
    shift
  done
  shift
  rm -rf "$base.xml" "$base"-again.* "$base.cache"
  run=(env "${E2E_ENV[@]}" "${vars[@]}" "$VAR/venv/bin/python" -m pytest -q -rfEs
    -o "cache_dir=$base.cache" --dist loadfile --no-loadscope-reorder)
  # each worker reads all tests: they are translated for them once
  if [ ! -e "$VAR/pycache" ]; then "${run[@]}" --collect-only "$@" >/dev/null 2>&1; fi
  "${run[@]}" -n "$((${WORKERS:-6} * $(nproc)))" --junitxml="$base.xml" "$@" \
    >"$base.log" 2>&1
  echo $? >"$base.status"
  # A machine that stalls breaks time limits, for all tests of a file where they
  # share a daemon: what failed in a few files is run once more, alone, where that
  # is allowed, and named, as it is to be mended; many are no accident.
  if [ "$(cat "$base.status")" -eq 1 ] &&
    [ "$(failed_files "$base.log" | wc -l)" -le "$AGAIN_MAX" ]; then
    "${run[@]}" -n 1 --last-failed --junitxml="$base-again.xml" "$@" \
      >"$base-again.log" 2>&1
    echo $? >"$base-again.status"
  fi
  pytest_result "$name"
}

# failed_files LOG: those in which a test failed
failed_files() { sed -nE 's/^(FAILED|ERROR) ([^:]+)::.*/\2/p' "$1" | sort -u; }

# junit FILE: tests, failures and skips of a report
junit() {
  sed -nE 's/.*<testsuite [^>]*errors="([0-9]+)" failures="([0-9]+)" skipped="([0-9]+)" tests="([0-9]+)".*/\4 \1+\2 \3/p' \
    "$1" 2>/dev/null | head -n 1
}

# pytest_result NAME: counts what pytest_suite has left
pytest_result() {
  local name=$1 base all bad skipped again left
  base=$(log_of "$1")
  read -r all bad skipped < <(junit "$base.xml")
  all=$((${all:-0})) bad=$((${bad:-0})) skipped=$((${skipped:-0}))
  if [ "$(cat "$base.status")" -ne 0 ] && [ $bad -eq 0 ]; then bad=1 all=$((all + 1)); fi
  if [ -e "$base-again.status" ]; then
    read -r again left _ < <(junit "$base-again.xml")
    left=$((${left:-0}))
    if [ "$(cat "$base-again.status")" -le 1 ] && [ "$((${again:-0}))" -ge $bad ]; then
      note "        $name: $bad failed, $((bad - left)) of them passed when run alone:"
      sed -nE 's/^_{3,} (.*) _{3,}$/              \1/p' "$base.log" | head -n 20
      bad=$left
    fi
  fi
  count $((all - bad - skipped)) $bad $skipped
  if [ $bad -eq 0 ]; then
    note "ok      $name: $((all - skipped)) tests"
  else
    note "FAILED  $name: $bad of $all tests ($base.log)"
    grep -hE '^(FAILED|ERROR|E  )' "$base.log" "$base-again.log" 2>/dev/null |
      head -n 40
  fi
  grep -E '^SKIPPED' "$base.log" | sed 's/^SKIPPED/      skipped/' | sort | uniq
}

# what the package's tests need
prepare_package() {
  if ! compgen -G "$VAR/check/deb/collectd-kasa_*.deb" >/dev/null; then
    step "the Debian package is built" make_package
  fi
  if [ ! -e "$VAR/root/base" ] || [ -e "$VAR/root/why" ]; then make_clean_root; fi
}

# Each test once: where the sanitizers are wanted as well, they run what is not
# marked plain, which is most of it.
part_e2e() {
  local which=()
  if wants sanitize && ! wants thorough; then which=(-m plain); fi
  build_ahead
  e2e_tools check || return
  prepare_package
  pytest_suite "end to end" KASA_BUILD="$VAR/check" -- "${which[@]}" "$TOP/tests/e2e"
}
