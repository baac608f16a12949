#!/usr/bin/env bash
# The thread sanitizer on batches, the samplers and the loops they run on. It must see into oneTBB, whose Debian
# package is not built for it: the source of the same package is, in build/thread-sanitizer. Needs the packages dpkg-dev
# and those of the README; about ten minutes on two cores.
#   tests/thread_sanitizer.sh [NAMES of tests, otherwise those below]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$here/build/thread-sanitizer
tests=("$@")
if [ $# -eq 0 ]; then
  tests=(parallel items_ahead buffer options random batches sampling inference seed_batches neighbor_sampler labor_sampler ladies_sampler
         saint_sampler part_samplers shadow_sampler random_walks link_sampler partition reordering feature_file)
fi
mkdir -p "$folder/lists/partial"
cd "$folder"

if [ ! -e tbb/done ]; then
  . /etc/os-release
  printf 'Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
    "$VERSION_CODENAME" /usr/share/keyrings/debian-archive-keyring.gpg >tbb.sources
  options=(-o "Dir::Etc::sourcelist=$folder/tbb.sources" -o Dir::Etc::sourceparts=/nonexistent
           -o "Dir::State::lists=$folder/lists")
  apt-get "${options[@]}" update
  apt-get "${options[@]}" source --download-only onetbb
  mkdir -p source
  tar -xf onetbb_*.orig.tar.* -C source --strip-components=1
  cmake -S source -B tbb -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DTBB_SANITIZE=thread -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF -DCMAKE_INSTALL_PREFIX="$folder/tbb/prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib
  ninja -C tbb install
  touch tbb/done
fi

# A fence that the sanitizer does not know is one of oneTBB's, whose own list of false reports is used.
cmake -S "$here" -B weft -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
  -DTBB_DIR="$folder/tbb/prefix/lib/cmake/TBB" -DCMAKE_CXX_FLAGS="-O1 -g1 -fsanitize=thread -Wno-tsan" -DWEFT_BUILD_CLI=OFF
targets=("${tests[@]/#/weft_}")
ninja -C weft "${targets[@]/%/_test}"
export TSAN_OPTIONS="suppressions=$folder/source/cmake/suppressions/tsan.suppressions halt_on_error=1"
for name in "${tests[@]}"; do
  "weft/tests/weft_${name}_test"
done
