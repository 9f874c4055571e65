#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Proves it: installs what tests need, builds, runs every test. The last line
# is "N passed, N failed, N skipped"; the exit status says the same. Each part
# is a file of tests/check.
set -u

TOP=$(cd "$(dirname "$0")" && pwd)
DEFAULT_PARTS=(build lint unit e2e sanitize fuzz)
OTHER_PARTS=(thorough roots hours soak bench)

usage() {
  cat <<'TEXT'
Usage: ./check.sh [PART]...

  (none)     build to fuzz: what every change has to pass
  build      gcc without warnings, exported symbols, parts left out, the package
  lint       clang-tidy, cppcheck, structure, manual pages, shell scripts
  unit       unit tests; UNIT_ONLY='check_(store|state)$' runs some; together
             with sanitize only those that take long
  e2e        end to end, with the real collectd, Prometheus, rrdtool; together
             with sanitize only what says nothing new under a sanitizer
  sanitize   unit and end to end under address and undefined sanitizers; what
             has several threads under the thread sanitizer; unit tests under
             valgrind
  fuzz       clang without warnings, every fuzz target, FUZZ_SECONDS each (3)
  thorough   before a release: distcheck, clang's static analyzer, all tests
             without instruments, every test that has something to show to the
             thread sanitizer, end to end under valgrind, fuzz for a minute each
  roots      the ways in from nothing: clean Debian 12 and 13 with run.sh, the
             README's steps and the .deb; a 32-bit build; musl
  hours      unit and end to end at twelve moments of a clock that is moved
  soak       random incidents of the alerts, some ten in each of SOAK_EVENINGS
             (default 1500) from seed SOAK_SEED on; that they find faults put in
  bench      the benchmark's tables; BENCH_BASE=REVISION compares with that revision
TEXT
}

. "$TOP/scripts/setup.sh"
. "$TOP/tests/check/count.sh"
. "$TOP/tests/check/setup.sh"
. "$TOP/tests/check/build.sh"
. "$TOP/tests/check/lint.sh"
. "$TOP/tests/check/unit.sh"
. "$TOP/tests/check/e2e.sh"
. "$TOP/tests/check/sanitize.sh"
. "$TOP/tests/check/fuzz.sh"
. "$TOP/tests/check/thorough.sh"
. "$TOP/tests/check/roots.sh"
. "$TOP/tests/check/hours.sh"
. "$TOP/tests/check/mutants.sh"
. "$TOP/tests/check/soak.sh"
. "$TOP/tests/check/bench.sh"

# wants PART...: whether one of them was asked for
wants() {
  local part
  for part in "$@"; do
    case " ${PARTS[*]} " in *" $part "*) return 0 ;; esac
  done
  return 1
}

PARTS=()
for part in "$@"; do
  case $part in
  -h | --help)
    usage
    exit 0
    ;;
  esac
  case " ${DEFAULT_PARTS[*]} ${OTHER_PARTS[*]} " in
  *" $part "*) PARTS+=("$part") ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
done
if [ ${#PARTS[@]} -eq 0 ]; then PARTS=("${DEFAULT_PARTS[@]}"); fi

mkdir -p "$LOG"
prepare_tests
build_first
built=$?
wait_for_tools
if [ $built -eq 0 ]; then
  for part in "${DEFAULT_PARTS[@]}" "${OTHER_PARTS[@]}"; do
    if wants "$part"; then "part_$part"; fi
  done
fi
last_line
