# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh soak: random incidents, many, and whether they find what is put in
# (mutants.sh). Sourced.
#
# SOAK_EVENINGS (1500) and SOAK_SEED (1) say how many and where they begin. An
# evening has eight to fourteen incidents: so that each of the three programs
# plays 10 000 of them.

SOAK_PART=125 # evenings that one process plays

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

soak_sum() { # PROGRAM SUITE: what all of its parts came to
  awk -v program="$1" -v suite="$2" '
    /^Running suite/ { here = $3 == suite }
    here && / evenings, .* kills$/ { evenings += $1; incidents += $3; kills += $5 }
    END { printf "        %s: %d evenings, %d incidents, %d kills\n", program, evenings, incidents, kills }
  ' "$LOG"/soak/*.log
}
part_soak() {
  local seed seeds=()
  local first=${SOAK_SEED:-1} many=${SOAK_EVENINGS:-1500}
  UNIT_ONLY='check_incident' unit_build check || return
  mutants_each
  rm -rf "$LOG/soak"
  mkdir -p "$LOG/soak"
  for ((seed = first; seed < first + many; seed += SOAK_PART)); do seeds+=("$seed"); done
  note "$many evenings, seeds from $first"
  parallel soak_one "${seeds[@]}"
  for seed in "${seeds[@]}"; do
    step "evenings from seed $seed" soak_part_good "$seed"
  done
  soak_sum check_incidents incidents
  soak_sum check_incident_kinds incident_kinds
  soak_sum check_incidents_all incidents_all
}
