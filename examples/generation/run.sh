#!/usr/bin/env bash
# From SMILES to a generator of molecules, new molecules and the page that shows them; see README.md beside this script.
#   examples/generation/run.sh               learns from the 5,000 molecules in Debian's rdkit-data
#   examples/generation/run.sh qm9_smiles    from that data set, which $WEFT_DATA or the cache must hold
# WEFT names the command; results go to $OUTPUT (generation-demo); $MINUTES (5) is how long it trains.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weft=${WEFT:-$(command -v weft || echo "$here/../../build/release/cli/weft")}
output=${OUTPUT:-generation-demo}
molecules=${RDKIT_DATA:-/usr/share/RDKit/Data}/NCI/first_5K.smi
mkdir -p "$output"

data=${1:-$output/nci.h5}
if [ $# -eq 0 ]; then
  if [ ! -e "$molecules" ]; then
    echo "run.sh: $molecules is missing; as root: apt-get install rdkit-data" >&2
    exit 1
  fi
  "$weft" import smiles "$molecules" -o "$data"
fi
"$weft" train "$data" --task generation --set budget_minutes="${MINUTES:-5}" --set dropout=0.1 --set condition=logp \
  -o "$output/run" --overwrite
"$weft" generate "$output/run" -n 1000 -o "$output/new.smi" --report
"$weft" generate "$output/run" -n 1000 --property logp=5 -o "$output/greasy.smi" --report -q | grep -A1 '^mean'
head -5 "$output/new.smi"
echo "Molecules drawn, figures and distributions beside the data's: $output/new.html, and of log P 5: $output/greasy.html"
