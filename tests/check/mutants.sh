# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Faults that the random incidents have to find: each is put into a copy of the
# sources, a program is built there and has to fail. Sourced.

MUTANT_INCIDENTS=150

# NAME|PROGRAM|FILE below src/alert|sed expression; the line it alters has to be
# there
MUTANTS=(
  'NaN is taken for a recovery|check_incidents|state/state_event.c|s/  if (ev->nan) {/  if (ev->nan \&\& ev->class > ALERT_EVENT) {/'
  'what was under way at a kill is dropped|check_incidents|store/store_outbox.c|/^int store_outbox_recover/,/^}/s/SQL_QUEUED/SQL_SUPERSEDED/'
  'the newest is sent first|check_incidents|store/store_outbox.c|/^int store_outbox_next(/,/^}/s/ORDER BY place, id/ORDER BY place DESC, id DESC/; s/ (e.place<o.place OR"/ (e.place>o.place OR"/; s/ e.place=o.place AND e.id<o.id) AND NOT/ e.place=o.place AND e.id>o.id) AND NOT/'
  'an accepted message is sent twice|check_incidents|deliver/deliver_result.c|/^static void sent(/,/^}/s/= ROW_SENT;/= row->attempts == 1 ? ROW_QUEUED : ROW_SENT;/'
  'a digest goes to the end of the queue|check_incidents_all|deliver/deliver_rate.c|s/all.place = g->place;/all.place = 0;/'
)

# mutant_copy: the sources and their build, a second time
mutant_copy() {
  MUTANT=$VAR/mutant
  rm -rf "$MUTANT"
  mkdir -p "$MUTANT"
  cp -a "$VAR/src" "$VAR/check" "$MUTANT" || return 1
  sed -i "s|$VAR/src|$MUTANT/src|g; s|$VAR/check|$MUTANT/check|g" "$MUTANT/check/Makefile"
}

mutant_builds() { # PROGRAM
  make -C "$MUTANT/check" "tests/unit/alert/$1" >"$LOG/mutant-build.log" 2>&1
}

mutant_passes() { # PROGRAM
  (cd "$MUTANT/check" && INCIDENTS=$MUTANT_INCIDENTS "tests/unit/alert/$1")
}

# mutant_found PROGRAM FILE EXPRESSION: fails where nothing is altered, where it does not build,
# and where the program sees no difference
mutant_found() {
  local file=$MUTANT/src/src/alert/$2 found=1
  cp -p "$file" "$MUTANT/whole.c" || return 1
  sed -i "$3" "$file"
  if cmp -s "$file" "$MUTANT/whole.c"; then
    echo "the line that this mutant alters is gone from $2"
  elif ! mutant_builds "$1"; then
    tail -n 20 "$LOG/mutant-build.log"
  elif mutant_passes "$1"; then
    echo "$MUTANT_INCIDENTS incidents did not show it"
  else
    found=0
  fi
  cp "$MUTANT/whole.c" "$file"
  return $found
}

# Without a fault the copy is green, else red would say nothing.
mutant_base() {
  mutant_copy && mutant_builds check_incidents && mutant_passes check_incidents &&
    mutant_builds check_incidents_all && mutant_passes check_incidents_all &&
    touch "$MUTANT/base"
}

mutants_each() {
  local one name program file expression
  step "incidents in the copy for mutants" mutant_base
  if [ -e "$VAR/mutant/base" ]; then
    for one in "${MUTANTS[@]}"; do
      IFS='|' read -r name program file expression <<<"$one"
      step "found: $name" mutant_found "$program" "$file" "$expression"
    done
  fi
  rm -rf "$VAR/mutant"
}
