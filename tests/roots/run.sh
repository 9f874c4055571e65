# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# In a clean root: ./run.sh --simulate --once installs, builds and shows a table.
cd /src || exit 1
apt-get -q update
begin=$SECONDS
./run.sh --simulate --once | tee /tmp/table
echo "first value: $((SECONDS - begin)) s from nothing, downloads included"
grep -q SIMULATED /tmp/table
grep -Eq '[1-9][0-9]* devices' /tmp/table
# the second time there is nothing to install or to build
begin=$SECONDS
./run.sh --simulate --once >/tmp/table 2>/tmp/said
! grep -q Installing /tmp/said
echo "first value: $((SECONDS - begin)) s once it is built"
