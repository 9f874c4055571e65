# SPDX-License-Identifier: MIT
# types.db -> the table that src/plugin/types.c registers, so that the file is
# the one source of our types.
BEGIN {
  print "/* Made from types.db. */"
}
/^#/ || NF == 0 { next }
NF != 2 || split($2, ds, ":") != 4 || ds[1] != "value" {
  print FILENAME ":" FNR ": one data source called value is expected" > "/dev/stderr"
  exit 1
}
function limit(text) { return text == "U" ? "NAN" : text }
{
  printf "{\"%s\", DS_TYPE_%s, %s, %s},\n", $1, ds[2], limit(ds[3]), limit(ds[4])
}
