# SPDX-License-Identifier: MIT
# The commands of README.md's chapter "Install it": one block as a line
# "# step N" and what stands in its fence. The N-th numbered step comes first;
# of a step with two fences the second is its other way.
/^## Install it/ { inside = 1; next }
/^## / { inside = 0 }
!inside { next }
/^[0-9]+\. / { number = $1 + 0; fences = 0 }
/^ *```/ {
  fenced = !fenced
  if (fenced)
    fences++
  next
}
fenced && number == want && fences == 1 { sub(/^ +/, ""); print }
