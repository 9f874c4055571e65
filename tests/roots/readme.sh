# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# In a clean root: the README's five steps as they stand there, to the devices'
# watts. A simulated house stands for the devices.
# shellcheck source=tests/roots/house.sh
. /src/tests/roots/house.sh
cd /src || exit 1
apt-get -q update

readme_step 1
readme_step 2
in_house ./kasasim
readme_step 3
readme_step 4
shows_watts
echo "5: $(readme_text 5)"
