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

# step_result NAME STATUS: counts a check whose output is in its log
step_result() {
  local name=$1 log
  log=$(log_of "check-$1").log
  if [ "$2" -eq 0 ]; then
    count 1 0 0
    note "ok      $name"
  else
    failed "$name (${log#"$TOP"/})"
    tail -n 30 "$log"
  fi
}

# step NAME COMMAND...: one check; its output is shown when it fails
step() {
  "${@:2}" >"$(log_of "check-$1").log" 2>&1
  step_result "$1" $?
}

# begin NAME COMMAND...: one check that needs nothing of the others that are
# under way; in the background, as many at once as there are processors.
BEGUN=()
begin() {
  local base
  base=$(log_of "check-$1")
  rm -f "$base.status"
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
    wait -n
    count_ended
  done
  {
    "${@:2}" >"$base.log" 2>&1
    echo $? >"$base.ended"
    mv "$base.ended" "$base.status" # there as a whole, or not yet
  } &
  BEGUN+=("$1")
}

# count_ended: those of them that have ended since it was called last
count_ended() {
  local name base left=()
  for name in "${BEGUN[@]}"; do
    base=$(log_of "check-$name")
    if [ -e "$base.status" ]; then
      step_result "$name" "$(cat "$base.status")"
    else
      left+=("$name")
    fi
  done
  BEGUN=("${left[@]}")
}

# finish_begun: waits for all of them
finish_begun() {
  local name
  while [ -n "$(jobs -rp)" ]; do
    wait -n
    count_ended
  done
  count_ended
  for name in "${BEGUN[@]}"; do failed "$name: it left no status"; done
  BEGUN=()
}

# parallel FUNCTION ITEM...: FUNCTION for each ITEM, as many at once as there
# are processors, and SPARE (0) more
parallel() {
  local function=$1 item
  shift
  for item in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(($(nproc) + ${SPARE:-0}))" ]; do wait -n; done
    "$function" "$item" &
  done
  wait
}

# last_line: what everybody reads; fails when a check did, or none was made
last_line() {
  printf '%d passed, %d failed, %d skipped\n' $PASSED $FAILED $SKIPPED
  [ $FAILED -eq 0 ] && [ $PASSED -gt 0 ]
}
