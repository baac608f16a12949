#!/usr/bin/env bash
# A graph of citations, or where there is none the dependencies of this system's packages, from import to predictions;
# see README.md beside this script.
#   examples/citation/run.sh
# WEFT names the command; results go to $OUTPUT (citation-demo).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weft=${WEFT:-$(command -v weft || echo "$here/../../build/release/cli/weft")}
output=${OUTPUT:-citation-demo}
mkdir -p "$output"

if "$weft" info cora --json >/dev/null 2>&1; then
  data=cora
  recipe=$here/cora.toml
else
  echo "Cora is neither in \$WEFT_DATA nor in the cache: taking the packages of this system instead." >&2
  data=$output/debian.h5
  recipe=$here/packages.toml
  "$weft" import debian -o "$data"
fi
"$weft" info "$data"
"$weft" train "$data" --config "$recipe" -o "$output/run" --overwrite
"$weft" predict "$output/run" "$data" -o "$output/classes.csv"
head -5 "$output/classes.csv"
echo "The report: $output/run/report.html"
