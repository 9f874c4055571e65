# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh unit: the Check programs below tests/unit. Sourced.

# unit_one PROGRAM: in its build, with UNIT_RUN=([VARIABLE=VALUE]... [COMMAND...])
unit_one() {
  local base
  base=$LOG/unit/$(basename "$1")
  (cd "$UNIT_BUILD" && env srcdir="$VAR/src" KASA_DEVICES="$KASA_DEVICES" \
    CK_DEFAULT_TIMEOUT=120 "${UNIT_RUN[@]}" "$1") >"$base.log" 2>&1
  echo $? >"$base.status"
}

# unit_programs BUILD-FOLDER: those that UNIT_ONLY (all) matches, a line each
unit_programs() {
  local test
  for test in "$1"/tests/unit/*/check_*; do
    if [ ! -x "$test" ] || [ -d "$test" ]; then continue; fi
    if [[ $(basename "$test") =~ ${UNIT_ONLY:-.} ]]; then printf '%s\n' "$test"; fi
  done
}

# unit_result NAME: counts what unit_one has left; each check counts
unit_result() {
  local name=$1 base status checks bad all=0 wrong=0 list=()
  for base in "$LOG"/unit/*.status; do
    if [ ! -e "$base" ]; then continue; fi
    status=$(cat "$base")
    base=${base%.status}
    read -r checks bad < <(sed -nE \
      's/.*Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+).*/\1 \2+\3/p' \
      "$base.log" | tail -n 1)
    bad=$((${bad:-0}))
    if [ "$status" -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
    all=$((all + ${checks:-0}))
    wrong=$((wrong + bad))
    if [ "$status" -ne 0 ]; then
      list+=("$(basename "$base")")
      tail -n 30 "$base.log"
    fi
  done
  if [ $all -eq 0 ]; then wrong=1; fi # nothing has run
  if [ $wrong -gt $all ]; then all=$wrong; fi
  count $((all - wrong)) $wrong 0
  if [ $wrong -eq 0 ]; then
    note "ok      $name: $all checks"
  else
    note "FAILED  $name: $wrong of $all checks, in ${list[*]:-none: nothing has run}"
  fi
}

# unit_run BUILD NAME [VARIABLE=VALUE]... [COMMAND...]: what is built there
unit_run() {
  local name=$2 programs
  UNIT_BUILD=$VAR/$1
  shift 2
  UNIT_RUN=("$@")
  rm -rf "$LOG/unit"
  mkdir -p "$LOG/unit"
  mapfile -t programs < <(unit_programs "$UNIT_BUILD")
  parallel unit_one "${programs[@]}"
  unit_result "$name"
}

# unit_suite BUILD NAME [VARIABLE=VALUE]... [COMMAND...]: all of a build
unit_suite() {
  test_tools "$1" || return
  unit_run "$@"
}

part_unit() { unit_suite check "unit tests"; }
