#!/bin/sh
# Runs fuzz targets from their seeds: tests/fuzz/run.sh RUNS [NAME...], after cmake --build --preset fuzz. Without names
# all of them. Inputs found stay in build/fuzz/corpus/NAME, those that break a target in build/fuzz/broken/NAME-*.
set -eu
runs=${1:?"usage: tests/fuzz/run.sh RUNS [NAME...]"}
shift
cd "$(dirname "$0")/../../build/fuzz"
names=${*:-$(ls tests/fuzz | sed -n 's/^weft_\(.*\)_fuzz$/\1/p')}
mkdir -p broken
# Memory that is freed is used again soon: twice the speed where most inputs are small.
export ASAN_OPTIONS="quarantine_size_mb=1:thread_local_quarantine_size_kb=64:allocator_release_to_os_interval_ms=-1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
tests/fuzz/weft_fuzz_seeds seeds
for name in $names; do
  mkdir -p "corpus/$name"
  begin=$(date +%s)
  # Longer than every seed, or it would be cut: the longest, of planetoid, has 4,300 bytes.
  # No input may take longer than a second of a quiet machine, or more memory than half a gigabyte.
  tests/fuzz/weft_"$name"_fuzz -runs="$runs" -timeout="${WEFT_FUZZ_TIMEOUT:-1}" -rss_limit_mb="${WEFT_FUZZ_RSS:-512}" \
    -malloc_limit_mb=512 -max_len="${WEFT_FUZZ_BYTES:-5120}" -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="broken/$name-" "corpus/$name" "seeds/$name" >"broken/$name.log" 2>&1 || {
    echo "$name: broken, see build/fuzz/broken/$name.log"
    continue
  }
  count() { sed -n "s/^stat::$1: *//p" "broken/$name.log"; }
  sound=$(count sound_datasets)
  echo "$name: $(count number_of_executed_units) inputs clean in $(($(date +%s) - begin)) s${sound:+, $sound of them datasets}"
done
