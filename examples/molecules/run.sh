#!/usr/bin/env bash
# From SMILES to a model of molecules, its report and predictions; see README.md beside this script.
#   examples/molecules/run.sh            polar surface areas, with nothing but Debian's rdkit-data
#   examples/molecules/run.sh zinc12k    the recipe of that data set, which $WEFT_DATA or the cache must hold
# WEFT names the command; results go to $OUTPUT (molecules-demo).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weft=${WEFT:-$(command -v weft || echo "$here/../../build/release/cli/weft")}
output=${OUTPUT:-molecules-demo}
table=${RDKIT_DATA:-/usr/share/RDKit/Data}/NCI/first_5k.tpsa.csv
mkdir -p "$output"

if [ $# -gt 0 ]; then
  "$weft" train --config "$here/../recipes/$1.toml" -o "$output/run" --overwrite
  exit
fi
if [ ! -e "$table" ]; then
  echo "run.sh: $table is missing; as root: apt-get install rdkit-data" >&2
  exit 1
fi
{ echo smiles,area; grep -v '^#' "$table"; } >"$output/polar_area.csv"
"$weft" import smiles "$output/polar_area.csv" --targets area --task graph_regression -o "$output/polar_area.h5"
"$weft" train "$output/polar_area.h5" --config "$here/polar_area.toml" -o "$output/run" --overwrite
printf '%s\n' 'CC(=O)OC1=CC=CC=C1C(=O)O aspirin' 'CN1C=NC2=C1C(=O)N(C(=O)N2C)C caffeine' 'C1=CC=CC=C1 benzene' >"$output/new.smi"
"$weft" predict "$output/run" "$output/new.smi" -o "$output/new.csv"
cat "$output/new.csv"
echo "The report, with molecules and what each atom adds: $output/run/report.html"
