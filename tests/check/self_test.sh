#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether check.sh counts right: parts of it with made-up results. What fails
# makes it fail, what has not run does not pass. Prints what is wrong.
# shellcheck disable=SC2016,SC2030,SC2031,SC2317
set -u

TOP=$(cd "$(dirname "$0")/../.." && pwd)
VAR=$(mktemp -d)
trap 'rm -rf "$VAR"' EXIT
WRONG=0
unset E2E_AGAIN # what .ci/run allows is not what is tested here

# counted WHAT LAST-LINE STATUS COMMAND...: in a shell of its own
counted() {
  local what=$1 line=$2 status=$3 said got
  shift 3
  said=$(
    . "$TOP/tests/check/count.sh"
    . "$TOP/tests/check/unit.sh"
    . "$TOP/tests/check/e2e.sh"
    unit_build() { :; }
    mkdir -p "$LOG"
    export KASA_DEVICES='' E2E_ENV=(A=1)
    "$@"
    last_line
  )
  got=$?
  said=$(tail -n 1 <<<"$said")
  if [ "$said" != "$line" ] || [ $got -ne "$status" ]; then
    echo "$what: \"$said\" and $got, not \"$line\" and $status"
    WRONG=$((WRONG + 1))
  fi
}

# program NAME STATUS LINE: stands in for a Check program
program() {
  mkdir -p "$VAR/check/tests/unit/room"
  printf '#!/bin/sh\necho "%s"\nexit %d\n' "$3" "$2" >"$VAR/check/tests/unit/room/check_$1"
  chmod +x "$VAR/check/tests/unit/room/check_$1"
}

# python STATUS ERRORS FAILURES SKIPPED TESTS: stands in for pytest; without
# numbers it writes no report
python() {
  mkdir -p "$VAR/venv/bin"
  {
    echo '#!/bin/sh'
    if [ $# -gt 1 ]; then
      echo 'for word in "$@"; do case $word in --junitxml=*) out=${word#*=} ;; esac; done'
      printf "echo '<testsuites><testsuite name=\"pytest\" errors=\"%d\" failures=\"%d\" skipped=\"%d\" tests=\"%d\" time=\"1\">' >\"\$out\"\n" "${@:2}"
    fi
    echo "exit $1"
  } >"$VAR/venv/bin/python"
  chmod +x "$VAR/venv/bin/python"
}

# python_stalled FILES: stands in for pytest of which six tests of ten fail, in so
# many files, and pass when they are run again
python_stalled() {
  cat >"$VAR/venv/bin/python" <<SCRIPT
#!/bin/sh
tests=10 bad=6
for word in "\$@"; do
  case \$word in
  --junitxml=*) out=\${word#*=} ;;
  --last-failed) tests=6 bad=0 ;;
  esac
done
echo "<testsuite name=\"pytest\" errors=\"0\" failures=\"\$bad\" skipped=\"0\" tests=\"\$tests\">" >"\$out"
if [ \$bad -eq 0 ]; then exit 0; fi
for test in 1 2 3 4 5 6; do echo "FAILED tests/test_\$((test % $1)).py::test_\$test - why"; done
exit 1
SCRIPT
}

both() {
  step "one" true
  step "two" false
  count 0 0 3
}

both_begun() {
  begin "one" true
  begin "two" false
  finish_begun
  count 0 0 3
}

counted "nothing at all" "0 passed, 0 failed, 0 skipped" 1 true
counted "a step that fails" "1 passed, 1 failed, 3 skipped" 1 both
counted "steps at once, one fails" "1 passed, 1 failed, 3 skipped" 1 both_begun
counted "a step that passes" "1 passed, 0 failed, 0 skipped" 0 step "one" true

counted "no unit test" "0 passed, 1 failed, 0 skipped" 1 unit_suite check "unit"
program good 0 "100%: Checks: 7, Failures: 0, Errors: 0"
counted "unit tests that pass" "7 passed, 0 failed, 0 skipped" 0 unit_suite check "unit"
program bad 1 "66%: Checks: 3, Failures: 1, Errors: 0"
counted "a unit test that fails" "9 passed, 1 failed, 0 skipped" 1 unit_suite check "unit"
program bad 139 "nothing to read"
counted "a unit test that crashes" "6 passed, 1 failed, 0 skipped" 1 unit_suite check "unit"
UNIT_ONLY='good$' counted "some unit tests" "7 passed, 0 failed, 0 skipped" 0 unit_suite check "unit"
UNIT_SKIP='bad$' counted "all but some" "7 passed, 0 failed, 0 skipped" 0 unit_suite check "unit"

python 0 0 0 2 10
counted "end to end, all well" "8 passed, 0 failed, 2 skipped" 0 pytest_suite "e2e" -- there
python 1 1 2 2 10
counted "end to end, three fail" "5 passed, 3 failed, 2 skipped" 1 pytest_suite "e2e" -- there
python_stalled 3
counted "end to end, no second try" "4 passed, 6 failed, 0 skipped" 1 pytest_suite "e2e" -- there
E2E_AGAIN=3 counted "end to end, few files and fine alone" "10 passed, 0 failed, 0 skipped" 0 pytest_suite "e2e" -- there
python_stalled 4
E2E_AGAIN=3 counted "end to end, many files" "4 passed, 6 failed, 0 skipped" 1 pytest_suite "e2e" -- there
python 2
counted "end to end, nothing has run" "0 passed, 1 failed, 0 skipped" 1 pytest_suite "e2e" -- there

"$TOP/check.sh" nonsense >/dev/null 2>&1
if [ $? -ne 2 ]; then
  echo "a part that is not there is accepted"
  WRONG=$((WRONG + 1))
fi
[ $WRONG -eq 0 ]
