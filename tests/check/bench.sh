# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh bench: the tables of doc/benchmark.md. Sourced.
# BENCH_BASE=REVISION: a comparison with that revision in place of the tables.

# bench_base_build REVISION: var/bench/base/build holds what is measured of it
bench_base_build() {
  local base=$VAR/bench/base log=$LOG/build-bench-base.log revision
  revision=$(git -C "$TOP" rev-parse --verify "$1^{commit}") || return
  [ "$(cat "$base/revision" 2>/dev/null)" != "$revision" ] || return 0
  rm -rf "$base"
  mkdir -p "$base/src" "$base/build"
  (
    set -e
    git -C "$TOP" archive "$revision" | tar -x -C "$base/src"
    cd "$base/src"
    autoreconf -i
    cd "$base/build"
    ../src/configure
    make -j"$(nproc)" bench-tools
  ) >"$log" 2>&1 || return
  echo "$revision" >"$base/revision"
}

bench_compare() {
  local options
  read -ra options <<<"${BENCH_OPTIONS:-}"
  bench_base_build "$BENCH_BASE" ||
    die "revision $BENCH_BASE does not build: ${LOG#"$TOP"/}/build-bench-base.log"
  if env "${E2E_ENV[@]}" python3 "$TOP/tests/bench/bench_base.py" --build "$VAR/check" \
    --base "$VAR/bench/base/build" --out "$VAR/bench/base.md" "${options[@]}"; then
    count 1 0 0
  else
    failed "the comparison with $BENCH_BASE"
  fi
}

part_bench() {
  make -C "$VAR/check" bench-tools >"$LOG/build-bench.log" 2>&1 ||
    die "the benchmark does not build"
  e2e_tools check || return
  mkdir -p "$VAR/bench"
  if [ -n "${BENCH_BASE:-}" ]; then
    bench_compare
    return
  fi
  if env "${E2E_ENV[@]}" KASA_PYTHON="$VAR/venv/bin/python" \
    python3 "$TOP/tests/bench/bench.py" --build "$VAR/check" --out "$VAR/bench/table.md" &&
    "$VAR/venv/bin/python" "$TOP/tests/bench/bench_alerts.py" --build "$VAR/check" \
      --out "$VAR/bench/alerts.md" &&
    python3 "$TOP/tests/bench/bench_ledger.py" --build "$VAR/check" --out "$VAR/bench/ledger.md"; then
    count 1 0 0
  else
    failed "the benchmark"
  fi
}
