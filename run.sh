#!/usr/bin/env bash
# From a bare Debian 12 or 13 to a result, each command on its own:
#   ./run.sh demo   builds Weft, trains on the packages of this system with and without their links
#   ./run.sh test   builds Weft and runs every test
#   ./run.sh install [PREFIX]   builds Weft for this machine and installs it, in /usr/local unless told otherwise
#   ./run.sh package   makes Debian packages for every x86-64 machine with this version of Debian
# Missing Debian packages are installed when run as root or where sudo asks no password.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C.UTF-8
export HOME="${HOME:-/root}"

library_packages=(g++ cmake ninja-build ccache libtbb-dev libdnnl-dev libhdf5-dev libboost-dev libeigen3-dev
  libspectra-dev libmetis-dev zlib1g-dev liblzma-dev libbz2-dev libzstd-dev libarchive-dev
  libpugixml-dev libsqlite3-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libcurl4-openssl-dev libssl-dev
  pkgconf libcpp-httplib-dev)
# With RDKit the importer and the quality of molecules are tested too; Weft builds without it. The manual and the completion
# are tried by what reads them.
test_packages=(libgtest-dev librdkit-dev rdkit-data groff-base zsh)
# The Python package and what its data sets are made of; nanobind and scikit-build-core, which build it, are on PyPI only,
# as are safetensors, onnx and onnxruntime, which read what Weft exports.
python_packages=(python3-dev python3-venv python3-pip python3-numpy python3-scipy python3-pandas python3-networkx
  python3-sklearn python3-h5py python3-pytest)
build=build/release
demo=demo

say() { printf '\n==> %s\n' "$*"; }
fail() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }

# The command that gives root rights: nothing for root, sudo where it asks no password.
as_root=()
may_install() {
  [ "$(id -u)" -eq 0 ] && return 0
  as_root=(sudo -n)
  command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# Mirrors fail for moments: three attempts, with a fresh index before each.
apt_install() {
  local attempt
  for attempt in 1 2 3; do
    apt update && apt install -y --no-install-recommends "$@" >/dev/null && return 0
    say "Attempt $attempt to install packages failed"
    sleep $((attempt * 5))
  done
  fail "apt-get could not install: $*"
}

need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian: expecting these packages' equivalents to be installed: $*"
    return 0
  fi
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  may_install || fail "missing packages, and no right to install them. As root: apt-get install --no-install-recommends ${missing[*]}"
  say "Installing ${missing[*]}"
  apt_install "${missing[@]}"
}

# compile ON|OFF: with or without the tests, in the same build folder.
compile() {
  say "Configuring and building the release preset in $build (tests: $1)"
  cmake --preset release -DWEFT_BUILD_TESTS="$1" --log-level=WARNING
  cmake --build --preset release
}

# The field of a JSON object in a file; CMake reads JSON, and is here in any case.
json_field() { cmake -DFILE="$1" -DFIELD="$2" -P cmake/json_field.cmake; }

# train NAME OPTION...: a run folder demo/NAME and its figures in demo/NAME.json.
train() {
  local name=$1
  shift
  "$weft" train "$demo/debian.h5" -o "$demo/$name" --json "$@" >"$demo/$name.json"
}

run_demo() {
  say "The demo takes about a quarter of an hour on two cores, most of it for building Weft; once it is built, some minutes"
  need_packages "${library_packages[@]}"
  # The data set is this system's package index, which minimal images come without.
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
    may_install || fail "there is no package index under /var/lib/apt/lists. As root: apt-get update"
    say "Fetching the package index"
    apt update
  fi
  compile OFF
  weft=$build/cli/weft
  rm -rf "$demo"
  mkdir -p "$demo"

  say "Importing this system's package index into $demo/debian.h5"
  "$weft" import debian -o "$demo/debian.h5"
  "$weft" info "$demo/debian.h5"
  say "Training the default model"
  train with_edges
  say "Training the same model without edges"
  train without_edges --set edges=false

  local metric with without
  metric=$(json_field "$demo/with_edges.json" metric)
  with=$(json_field "$demo/with_edges.json" test)
  without=$(json_field "$demo/without_edges.json" test)
  say "Test $metric on packages that training never saw"
  awk -v with="$with" -v without="$without" 'BEGIN {
    printf "  with edges     %6.2f %%\n  without edges  %6.2f %%\n  difference     %+6.2f points\n",
           100 * with, 100 * without, 100 * (with - without) }'

  say "Predicting a few packages with the trained model; all are in $demo/predictions.csv"
  "$weft" predict "$demo/with_edges" "$demo/debian.h5" --top 1 -o "$demo/predictions.csv"
  awk -F, '$2 ~ /^(bash|cmake|git|libtbb-dev|postgresql|python3-numpy|r-base|vim|name)$/ { printf "  %-16s %-16s %s\n", $2, $3, $5 }' \
    "$demo/predictions.csv"

  say "How the training went: open $demo/with_edges/report.html in a browser"
}

run_test() {
  need_packages "${library_packages[@]}" "${test_packages[@]}" "${python_packages[@]}"
  compile ON
  test_python
  say "Running the tests"
  ctest --preset release -j 2
}

# Builds the Python package against the library that is built already, and runs its tests and the Python of the pages.
test_python() {
  local here=$build/python venv=$build/python/venv
  local from_pypi=('nanobind>=2.9' 'scikit-build-core>=0.11' 'safetensors>=0.4' 'onnx>=1.15' 'onnxruntime>=1.17')
  say "Building the Python package and running its tests"
  cmake --install "$build" --prefix "$here/prefix" >/dev/null
  [ -x "$venv/bin/python" ] || "$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)" -m venv --system-site-packages "$venv"
  # NumPy stays that of the system, which other packages of the system are built for.
  "$venv/bin/python" -c 'import numpy; print("numpy==" + numpy.__version__)' >"$here/constraints.txt"
  if ! "$venv/bin/pip" install -q -c "$here/constraints.txt" "${from_pypi[@]}"; then
    [ -z "${CI:-}" ] || fail "PyPI cannot be reached, or has not what builds and tests the Python package: ${from_pypi[*]}"
    say "The Python package is NOT tested: PyPI cannot be reached, or has not what builds and tests it: ${from_pypi[*]}"
    return 0
  fi
  CMAKE_PREFIX_PATH="$PWD/$here/prefix" CMAKE_GENERATOR=Ninja CMAKE_CXX_COMPILER_LAUNCHER=ccache \
    "$venv/bin/pip" install -q --no-deps --no-build-isolation --force-reinstall --config-settings=build-dir="$PWD/$here/module" ./python
  # Not from this folder: the package that counts is the one that was installed.
  (
    tree=$PWD
    cd "$here"
    WEFT_COMMAND="$tree/$build/cli/weft" "$tree/$venv/bin/python" -P -m pytest -q -p no:cacheprovider "$tree/python/tests"
  )
}

# Keeps a list of what it installs, so that all of it can be removed.
run_install() {
  local prefix rights=() list
  prefix=$(realpath -m -- "${1:-/usr/local}")
  list=$prefix/share/doc/weft/installed_files.txt
  need_packages "${library_packages[@]}"
  compile OFF
  if ! { mkdir -p "$prefix" && [ -w "$prefix" ]; } 2>/dev/null; then
    may_install || fail "no right to write to $prefix; as root, or: ./run.sh install FOLDER"
    rights=("${as_root[@]}")
  fi
  say "Installing Weft in $prefix"
  "${rights[@]}" cmake --install "$build" --prefix "$prefix" --strip >/dev/null
  { cat "$build/install_manifest.txt" && printf '\n%s\n' "$list"; } | "${rights[@]}" tee "$list" >/dev/null
  # One that belongs to root could not be replaced later.
  "${rights[@]}" rm -f "$build/install_manifest.txt"
  case $prefix in
    /usr | /usr/local) "${rights[@]}" ldconfig || true ;;
    *) echo "  programs find it by CMAKE_PREFIX_PATH=$prefix, or PKG_CONFIG_PATH=$prefix/lib/pkgconfig" ;;
  esac
  "$prefix/bin/weft" --version
  [ "$(command -v weft)" = "$prefix/bin/weft" ] || echo "  the command is $prefix/bin/weft, which PATH does not find first"
  printf "  to remove it: xargs -rd '\\\\n' rm -f <%q; find %q -depth -type d -path '*weft*' -empty -delete\n" "$list" "$prefix"
}

run_package() {
  need_packages "${library_packages[@]}" dpkg-dev file
  say "The library is compiled three times, without tests: about an hour on two cores"
  cmake --preset package --log-level=WARNING
  cmake --build --preset package
  (cd build/package && cpack)
  say "Packages for this version of Debian; apt-get install takes them with a path: $(ls ./build/package/packages/weft_*.deb)"
  ls -l build/package/packages/*.deb
}

case "${1:-}" in
  demo) run_demo ;;
  test) run_test ;;
  install) run_install "${2:-}" ;;
  package) run_package ;;
  *) fail "usage: ./run.sh demo | test | install [PREFIX] | package" ;;
esac
