#!/usr/bin/env bash
# Trains recipes and prints a table of their figures: the test figure at the epoch that validation chose, mean and
# deviation over the runs, with the time and the memory they took.
#   examples/recipes/table.sh                                every recipe beside this script
#   examples/recipes/table.sh cora_gat.toml wordnet_sage.toml    these
#   examples/recipes/table.sh --attentions                   each of compare/*.toml with every attention there is
#   examples/recipes/table.sh --attentions linear,none compare/cora.toml
#   examples/recipes/table.sh --models gat,sign                 the same budgets with other models
# What follows -- goes to every `weft train`, for example: -- --threads 1
# WEFT names the command, WEFT_DATA the folder of the data sets.
set -euo pipefail
recipes=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weft=${WEFT:-$(command -v weft || echo "$recipes/../../build/release/cli/weft")}

files=() attentions=() models=() options=()
vary=false
while [ $# -gt 0 ]; do
  case $1 in
    --attentions)
      vary=true
      if [[ ${2:-} =~ ^[a-z_]+(,[a-z_]+)*$ ]]; then
        IFS=, read -ra attentions <<<"$2"
        shift
      fi ;;
    --models) vary=true; IFS=, read -ra models <<<"$2"; shift ;;
    --) shift; options=("$@"); break ;;
    *) files+=("$1") ;;
  esac
  shift
done
figures=$(mktemp) budget=$(mktemp)
trap 'rm -f "$figures" "$budget"' EXIT
# The field of the JSON object in $figures; CMake reads JSON, and is here in any case.
field() { cmake -DFILE="$figures" -DFIELD="$1" -P "$recipes/../../cmake/json_field.cmake"; }

if $vary && [ ${#attentions[@]} -eq 0 ] && [ ${#models[@]} -eq 0 ]; then
  mapfile -t attentions < <("$weft" models | sed -n '/^Attention over all/,/^$/s/^  \([a-z_]*\) .*/\1/p')
  attentions+=(none)
fi
if [ ${#files[@]} -eq 0 ]; then
  if $vary; then files=("$recipes"/compare/*.toml); else files=("$recipes"/*.toml); fi
fi

# row NAME FILE OPTION...: trains and prints a line of the table.
row() {
  local name=$1 file=$2
  shift 2
  if ! "$weft" train --config "$file" --json --no-save "$@" "${options[@]}" >"$figures"; then
    echo "| $name | failed, see above |"
    return
  fi
  awk -v name="$name" -v dataset="$(field dataset)" -v model="$(field model)" -v metric="$(field metric)" \
    -v runs="$(field runs)" -v val="$(field val)" -v test="$(field test)" -v spread="$(field test_std)" \
    -v seconds="$(field seconds)" -v bytes="$(field peak_rss_bytes)" 'BEGIN {
      match(seconds, /"per_epoch" : [0-9.e-]+/); epoch = substr(seconds, RSTART + 14, RLENGTH - 14)
      match(seconds, /"total" : [0-9.e-]+/); total = substr(seconds, RSTART + 10, RLENGTH - 10)
      printf "| %s | %s | %s | %s | %.2f | %.2f ± %.2f | %d | %.1f | %.0f | %.0f |\n",
             name, dataset, model, metric, 100 * val, 100 * test, 100 * spread, runs, 1000 * epoch, total, bytes / 1e6 }'
}

echo "| recipe | data | model | metric | validation | test | runs | ms an epoch | seconds in all | peak MB |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for file in "${files[@]}"; do
  [ -e "$file" ] || file=$recipes/$file
  if $vary; then
    # Data, splits, epochs, width and depth; the rest is the default model's own.
    grep -vE '^(model|attention_warmup|max_positions) ' "$file" >"$budget"
    for model in "${models[@]}"; do
      row "$model" "$budget" --model "$model"
    done
    for attention in "${attentions[@]}"; do
      # A run refuses what its attention does not read.
      case $attention in
        none) unread='attention_warmup|max_positions' ;;
        linformer_positions) unread='-' ;;
        *) unread='max_positions' ;;
      esac
      grep -vE "^($unread) " "$file" >"$budget"
      row "$attention" "$budget" --set attention="$attention"
    done
  else
    row "$(basename "$file" .toml)" "$file"
  fi
done
