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

# unit_wanted NAME: UNIT_ONLY (all) matches it, and UNIT_SKIP (none) does not
unit_wanted() {
  [[ $1 =~ ${UNIT_ONLY:-.} ]] && { [ -z "${UNIT_SKIP:-}" ] || [[ ! $1 =~ $UNIT_SKIP ]]; }
}

# unit_programs BUILD-FOLDER: the wanted ones that are built there, a line each
unit_programs() {
  local test
  for test in "$1"/tests/unit/*/check_*; do
    if [ ! -x "$test" ] || [ -d "$test" ]; then continue; fi
    if unit_wanted "$(basename "$test")"; then printf '%s\n' "$test"; fi
  done
}

# unit_build BUILD: the wanted ones
unit_build() {
  local test targets=()
  for test in "$TOP"/tests/unit/*/check_*.c; do
    test=${test%.c}
    if unit_wanted "$(basename "$test")"; then targets+=("${test#"$TOP/"}"); fi
  done
  if [ ${#targets[@]} -eq 0 ]; then return; fi
  if ! make -C "$VAR/$1" -j"$(nproc)" "${MAKE_SETTINGS[@]}" "${targets[@]}" >"$LOG/build-tests-$1.log" 2>&1; then
    failed "the tests do not build in var/$1"
    grep -E 'error|warning' "$LOG/build-tests-$1.log" | head -n 20
    return 1
  fi
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

# They begin first, so that no processor is left alone with one at the end.
LONGEST_UNIT='/check_(answer_members|clock_kinds|partial_dumps|incidents|damaged_rows|ledger_faults)$'

longest_first() {
  local all
  all=$(cat)
  grep -E "$LONGEST_UNIT" <<<"$all"
  grep -vE "$LONGEST_UNIT" <<<"$all"
}

# unit_suite BUILD NAME [VARIABLE=VALUE]... [COMMAND...]: the wanted ones
unit_suite() {
  local name=$2 programs
  UNIT_BUILD=$VAR/$1
  unit_build "$1" || return
  shift 2
  UNIT_RUN=("$@")
  rm -rf "$LOG/unit"
  mkdir -p "$LOG/unit"
  mapfile -t programs < <(unit_programs "$UNIT_BUILD" | longest_first)
  SPARE=1 parallel unit_one "${programs[@]}" # some wait more than they compute
  unit_result "$name"
}

# They compute for long what others show to the sanitizers in short.
LONG_UNIT='check_(answer_members|appliance_year|clock_kinds|core_members|ledger_year|report_year|traces)$'

# Each check once: where the sanitizers are wanted as well, they run the others.
part_unit() {
  if wants sanitize && ! wants thorough; then
    UNIT_ONLY=${UNIT_ONLY:-$LONG_UNIT} unit_suite check "unit tests that take long"
  else
    unit_suite check "unit tests"
  fi
}
