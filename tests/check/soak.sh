# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh soak: random incidents, many, and whether they find what is put in
# (mutants.sh). Sourced.
#
# SOAK_INCIDENTS (10000) and SOAK_SEED (1) say how many and where they begin.

SOAK_PART=250 # incidents that one process plays

soak_one() { # FIRST-SEED
  local base=$LOG/soak/$1
  (cd "$VAR/check" && export INCIDENT_SEED=$1 INCIDENTS=$SOAK_PART &&
    tests/unit/alert/check_incidents && tests/unit/alert/check_incident_kinds &&
    tests/unit/alert/check_incidents_all) >"$base.log" 2>&1
  echo $? >"$base.status"
}

soak_part_good() { # FIRST-SEED
  cat "$LOG/soak/$1.log"
  [ "$(cat "$LOG/soak/$1.status")" -eq 0 ]
}

part_soak() {
  local seed seeds=()
  local first=${SOAK_SEED:-1} many=${SOAK_INCIDENTS:-10000}
  UNIT_ONLY='check_incident' unit_build check || return
  mutants_each
  rm -rf "$LOG/soak"
  mkdir -p "$LOG/soak"
  for ((seed = first; seed < first + many; seed += SOAK_PART)); do seeds+=("$seed"); done
  note "$many random incidents, seeds from $first"
  parallel soak_one "${seeds[@]}"
  for seed in "${seeds[@]}"; do
    step "incidents from seed $seed" soak_part_good "$seed"
  done
}
