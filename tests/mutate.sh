#!/usr/bin/env bash
# Makes the mistakes of tests/mutations.txt, one at a time, in a copy of the tree, and prints those that no test notices.
#   tests/mutate.sh                all of them
#   tests/mutate.sh tensor tasks   those in these rooms, or in these files
#   tests/mutate.sh -n             only looks whether each still fits one line of its file
# MUTANTS is the folder of the copy (default: build/mutants here), kept for the next time; BUILD is the build folder in
# it (default: build), configured with -O0 if it is not there. Takes about half a minute a mistake on two cores.
# Ends with 1 if one survives, with 2 if the list does not fit the tree or the tests fail without any mistake.
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
list=$tree/tests/mutations.txt
mutants=${MUTANTS:-$tree/build/mutants}
build=${BUILD:-build}
fail() { printf 'mutate.sh: %s\n' "$*" >&2; exit 2; }

only_checks=false
[ "${1:-}" = -n ] && { only_checks=true; shift; }

# The list: a file, then for each mistake in it "- text", "+ text" and ": tests", the text once in one line of the file;
# a test is the name of its file, and may have a filter behind a slash.
files=() befores=() afters=() tests=()
wanted() {
  [ $# -eq 1 ] && return 0
  local file=$1 one
  shift
  for one in "$@"; do
    [[ $file = "$one" || $file = "$one"/* ]] && return 0
  done
  return 1
}
file='' before='' after='' number=0
while IFS= read -r line || [ -n "$line" ]; do
  number=$((number + 1))
  case $line in
    '' | '#'*) ;;
    '- '*) before=${line#- } ;;
    '+ '*) after=${line#+ } ;;
    '+') after='' ;;
    ': '*)
      [ -n "$file" ] && [ -n "$before" ] || fail "mutations.txt:$number: tests without a file and a text before them"
      if wanted "$file" "$@"; then
        files+=("$file") befores+=("$before") afters+=("$after") tests+=("${line#: }")
      fi
      before='' after='' ;;
    *)
      [ -f "$tree/$line" ] || fail "mutations.txt:$number: there is no file $line"
      file=$line ;;
  esac
done <"$list"
count=${#files[@]}
[ "$count" -gt 0 ] || fail "no mistakes in: $*"

# occurrences FILE TEXT: how often the text stands in the file, also twice in a line.
occurrences() { TEXT=$2 awk '{ rest = $0; while (i = index(rest, ENVIRON["TEXT"])) { n++; rest = substr(rest, i + 1) } } END { print n + 0 }' "$1"; }
broken=0
for ((i = 0; i < count; i++)); do
  found=$(occurrences "$tree/${files[i]}" "${befores[i]}")
  if [ "$found" -ne 1 ]; then
    echo "${files[i]}: found $found times, expected once: ${befores[i]}" >&2
    broken=$((broken + 1))
  fi
  for test in ${tests[i]}; do
    if [ ! -f "$tree/tests/${test%%/*}_test.cpp" ]; then
      echo "${files[i]}: there is no tests/${test%%/*}_test.cpp" >&2
      broken=$((broken + 1))
    fi
  done
done
[ "$broken" -eq 0 ] || fail "$broken of $count mistakes do not fit the tree"
$only_checks && { echo "$count mistakes, each in one line"; exit 0; }

# The copy: what git knows and what is new. A file that is the same keeps its time, one that is not is newer than what was
# built of it.
mkdir -p "$mutants"
(cd "$tree" && git ls-files -co --exclude-standard -z) | while IFS= read -r -d '' one; do
  [ -f "$tree/$one" ] || continue
  cmp -s "$tree/$one" "$mutants/$one" && continue
  mkdir -p "$(dirname "$mutants/$one")"
  cp -p "$tree/$one" "$mutants/$one"
  touch "$mutants/$one"
done
cd "$mutants"
if [ ! -f "$build/build.ninja" ]; then
  # A build type of its own, so that no flags come with it; one shared library, so that a change is linked once.
  launcher=()
  command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Mutants -DCMAKE_CXX_FLAGS=-O0 -DBUILD_SHARED_LIBS=ON \
    -DWEFT_HIDE_SYMBOLS=OFF -DWEFT_BUILD_TESTS=ON "${launcher[@]}" --log-level=WARNING
fi
# Builds these tests; the words are weft_NAME_test.
compile() { ninja -C "$build" "$@" >compile.log 2>&1; }
# passes NAME...: whether all of these tests pass. One that hangs has noticed something, too.
passes() {
  local test
  for test in "$@"; do
    local filter='*'
    [[ $test = */* ]] && filter=${test#*/}
    timeout "${SECONDS_EACH:-300}" "$build/tests/weft_${test%%/*}_test" --gtest_brief=1 --gtest_filter="$filter" \
      >test.log 2>&1 || return 1
    # Only a test that is there can pass.
    grep -q '^\[  PASSED  \] [1-9]' test.log || fail "$test: no test has that name"
  done
}
targets() { printf '%s\n' "$@" | sed 's|/.*||; s|.*|weft_&_test|' | sort -u; }

# Without any mistake everything must pass: a test that fails anyway notices nothing.
mapfile -t all < <(printf '%s\n' ${tests[*]} | sort -u)
compile $(targets "${all[@]}") || fail "the tree does not build, see $mutants/compile.log"
for test in "${all[@]}"; do
  passes "$test" || fail "$test fails without any mistake, see $mutants/test.log"
done

survivors=()
declare -A made caught
restore() { [ -z "${changed:-}" ] || cp "$tree/$changed" "$changed"; }
trap restore EXIT
for ((i = 0; i < count; i++)); do
  restore
  changed=${files[i]}
  room=${changed%%/*}
  FROM=${befores[i]} TO=${afters[i]} awk '
    { i = index($0, ENVIRON["FROM"])
      print i ? substr($0, 1, i - 1) ENVIRON["TO"] substr($0, i + length(ENVIRON["FROM"])) : $0 }' "$tree/$changed" >"$changed"
  made[$room]=$((${made[$room]:-0} + 1))
  compile $(targets ${tests[i]}) || fail "$changed does not build with '${afters[i]}' for '${befores[i]}', see $mutants/compile.log"
  if passes ${tests[i]}; then
    survivors+=("$changed: '${befores[i]}' -> '${afters[i]}' (${tests[i]})")
    printf '%3d/%d SURVIVES %s: %s\n' $((i + 1)) "$count" "$changed" "${befores[i]}"
  else
    caught[$room]=$((${caught[$room]:-0} + 1))
    printf '%3d/%d caught   %s\n' $((i + 1)) "$count" "$changed"
  fi
done

printf '\n| room | mistakes | caught |\n| --- | --- | --- |\n'
sum=0
for room in $(printf '%s\n' "${!made[@]}" | sort); do
  printf '| `%s/` | %d | %d |\n' "$room" "${made[$room]}" "${caught[$room]:-0}"
  sum=$((sum + ${caught[$room]:-0}))
done
printf '| all | %d | %d |\n' "$count" "$sum"
if [ ${#survivors[@]} -gt 0 ]; then
  printf '\nNo test notices:\n'
  printf '  %s\n' "${survivors[@]}"
  exit 1
fi
