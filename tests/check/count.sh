# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Counting: what passed, failed and was skipped, and the last line. Sourced by
# check.sh. Wants: TOP, VAR.

LOG=$VAR/log
PASSED=0 FAILED=0 SKIPPED=0
START=$SECONDS

count() { # PASSED FAILED SKIPPED
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
  SKIPPED=$((SKIPPED + $3))
}

note() { printf '%4ds  %s\n' $((SECONDS - START)) "$*"; }

# log_of NAME: a file name for what a check called NAME writes, without ending
log_of() { printf '%s/%s' "$LOG" "$(tr -c 'a-z0-9\n' '-' <<<"$1")"; }

# failed NAME: one check that could not even begin
failed() {
  count 0 1 0
  note "FAILED  $*"
}

# step NAME COMMAND...: one check; its output is shown when it fails
step() {
  local name=$1 log
  log=$(log_of "check-$name").log
  shift
  if "$@" >"$log" 2>&1; then
    count 1 0 0
    note "ok      $name"
  else
    failed "$name (${log#"$TOP"/})"
    tail -n 30 "$log"
  fi
}

# parallel FUNCTION ITEM...: FUNCTION for each ITEM, as many at once as there
# are processors
parallel() {
  local function=$1 item
  shift
  for item in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    "$function" "$item" &
  done
  wait
}

# last_line: what everybody reads; fails when a check did, or none was made
last_line() {
  printf '%d passed, %d failed, %d skipped\n' $PASSED $FAILED $SKIPPED
  [ $FAILED -eq 0 ] && [ $PASSED -gt 0 ]
}
