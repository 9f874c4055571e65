# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh bench: the tables of doc/benchmark.md. Sourced.

part_bench() {
  make -C "$VAR/check" bench-tools >"$LOG/build-bench.log" 2>&1 ||
    die "the benchmark does not build"
  test_tools check || return
  mkdir -p "$VAR/bench"
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
