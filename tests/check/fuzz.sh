# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh fuzz: every fuzz target, FUZZ_SECONDS (3) each. Sourced.

fuzz_one() { # TARGET
  local name seeds
  name=$(basename "$1")
  seeds=$VAR/src/tests/fuzz/seeds/${name#fuzz_}
  mkdir -p "$VAR/corpus/$name" "$seeds"
  "$1" -max_total_time="${FUZZ_SECONDS:-3}" -timeout=10 -rss_limit_mb=1024 -max_len=70000 \
    -artifact_prefix="$LOG/$name-" "$VAR/corpus/$name" "$seeds" >"$LOG/$name.log" 2>&1
  echo $? >"$LOG/$name.status"
}

fuzz_clean() { # TARGET: how it ended
  cat "$LOG/$1.log"
  [ "$(cat "$LOG/$1.status")" -eq 0 ]
}

fuzz_build() {
  build fuzz CC=clang --enable-werror --enable-fuzzers --enable-sanitizers=address,undefined
}

part_fuzz() {
  local target targets=()
  wait_for_builds
  if ! fuzz_build; then
    failed "the fuzz targets do not build"
    return
  fi
  for target in "$VAR"/fuzz/tests/fuzz/fuzz_*; do
    if [ -x "$target" ]; then targets+=("$target"); fi
  done
  parallel fuzz_one "${targets[@]}"
  for target in "${targets[@]}"; do
    target=$(basename "$target")
    step "$target" fuzz_clean "$target"
  done
}
