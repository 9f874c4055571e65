# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Faults that the random incidents have to find: each is put into a copy of the
# sources, the one program is built there and has to fail. Sourced.

MUTANT_INCIDENTS=150

# NAME|FILE below src/alert|sed expression; the line it alters has to be there
MUTANTS=(
  'NaN is taken for a recovery|state/state_event.c|s/ev->class == ALERT_RANGE \&\& !isfinite/ev->class > ALERT_EVENT \&\& !isfinite/'
  'what was under way at a kill is dropped|store/store_outbox.c|/^int store_outbox_recover/,/^}/s/SQL_QUEUED/SQL_SUPERSEDED/'
  'the newest is sent first|store/store_outbox.c|/^int store_outbox_next(/,/^}/s/ORDER BY place, id/ORDER BY place DESC, id DESC/; s/ (e.place<o.place OR"/ (e.place>o.place OR"/; s/ e.place=o.place AND e.id<o.id) AND NOT/ e.place=o.place AND e.id>o.id) AND NOT/'
  'an accepted message is sent twice|deliver/deliver_result.c|/^static void sent(/,/^}/s/= ROW_SENT;/= row->attempts == 1 ? ROW_QUEUED : ROW_SENT;/'
)

# mutant_copy: the sources and their build, a second time
mutant_copy() {
  MUTANT=$VAR/mutant
  rm -rf "$MUTANT"
  mkdir -p "$MUTANT"
  cp -a "$VAR/src" "$VAR/check" "$MUTANT" || return 1
  sed -i "s|$VAR/src|$MUTANT/src|g; s|$VAR/check|$MUTANT/check|g" "$MUTANT/check/Makefile"
}

mutant_builds() {
  make -C "$MUTANT/check" tests/unit/alert/check_incidents >"$LOG/mutant-build.log" 2>&1
}

mutant_passes() {
  (cd "$MUTANT/check" && INCIDENTS=$MUTANT_INCIDENTS tests/unit/alert/check_incidents)
}

# mutant_found FILE EXPRESSION: fails where nothing is altered, where it does not build,
# and where the program sees no difference
mutant_found() {
  local file=$MUTANT/src/src/alert/$1 found=1
  cp -p "$file" "$MUTANT/whole.c" || return 1
  sed -i "$2" "$file"
  if cmp -s "$file" "$MUTANT/whole.c"; then
    echo "the line that this mutant alters is gone from $1"
  elif ! mutant_builds; then
    tail -n 20 "$LOG/mutant-build.log"
  elif mutant_passes; then
    echo "$MUTANT_INCIDENTS incidents did not show it"
  else
    found=0
  fi
  cp "$MUTANT/whole.c" "$file"
  return $found
}

# Without a fault the copy is green, else red would say nothing.
mutant_base() {
  mutant_copy && mutant_builds && mutant_passes && touch "$MUTANT/base"
}

mutants_each() {
  local one rest
  step "incidents in the copy for mutants" mutant_base
  if [ -e "$VAR/mutant/base" ]; then
    for one in "${MUTANTS[@]}"; do
      rest=${one#*|}
      step "found: ${one%%|*}" mutant_found "${rest%%|*}" "${rest#*|}"
    done
  fi
  rm -rf "$VAR/mutant"
}
