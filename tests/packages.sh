#!/usr/bin/env bash
# Whether the Debian packages do what the pages say: installs them in a new root of Debian, minimal and without a compiler,
# follows docs/how-to.md with the command, builds programs in C and C++ on the library, removes the packages, and looks
# whether a file is left.
#   tests/packages.sh 12|13 [FOLDER_OF_PACKAGES]    as root; packages are made by `./run.sh package` on that Debian
# Needs debootstrap and a mirror (DEBIAN_MIRROR). The bare root is kept in WEFT_ROOTS, /var/cache/weft_roots, for next time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case "${1:-}" in
  12) name=bookworm ;;
  13) name=trixie ;;
  *) echo "usage: tests/packages.sh 12|13 [FOLDER_OF_PACKAGES]" >&2; exit 2 ;;
esac
packages=${2:-build/package/packages}
roots=${WEFT_ROOTS:-/var/cache/weft_roots}
root=$roots/$name.$$
say() { printf '\n==> %s\n' "$*"; }
fail() { printf 'packages.sh: %s\n' "$*" >&2; exit 1; }
for package in libweft0 libweft-dev weft; do
  compgen -G "$packages/${package}_*deb$1_*.deb" >/dev/null || fail "there is no $packages/${package}_*deb$1_*.deb; ./run.sh package makes it on Debian $1"
done

if [ ! -d "$roots/$name" ]; then
  say "Making a minimal root of Debian $1"
  mkdir -p "$roots"
  debootstrap --variant=minbase "$name" "$roots/$name.new" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$roots/$name.log" 2>&1 ||
    fail "debootstrap failed: see $roots/$name.log"
  mv "$roots/$name.new" "$roots/$name"
fi
clean() {
  mountpoint -q "$root/proc" && umount "$root/proc"
  rm -rf --one-file-system "$root"
}
trap clean EXIT
cp -a "$roots/$name" "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mkdir "$root/packages" "$root/work"
cp "$packages"/*deb"$1"_*.deb "$root/packages"

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -ec "$1"; }
# Installs, by the words that follow apt-get; what it says is shown where it fails.
apt() { inside "apt-get -qq -o Dpkg::Use-Pty=0 $* >/work/apt.log 2>&1" || { cat "$root/work/apt.log"; fail "apt-get $1 failed"; }; }
# Everything but what apt and dpkg note for themselves, and what commands leave where they are run.
files() { (cd "$root" && find . -xdev -path ./proc -prune -o -path ./work -prune -o -path ./var/lib/dpkg -prune -o -path ./var/lib/apt -prune \
  -o -path ./var/cache -prune -o -path ./var/log -prune -o -path ./root -prune -o -print | sort); }

say "Installing what the packages depend on"
apt update
for package in "$root"/packages/libweft0_*.deb "$root"/packages/weft_*.deb; do
  apt satisfy -y --no-install-recommends "'$(dpkg-deb -f "$package" Depends)'"
done

say "The command alone, without the library's package"
inside 'dpkg -i packages/weft_*.deb >/dev/null && weft --version'
loaded=$(inside 'ldd /usr/bin/weft')
echo "  it loads $(wc -l <<<"$loaded") libraries"
! grep -q "not found" <<<"$loaded" || fail "libraries are missing: $loaded"
! grep -E "RDKit|libX11|libboost" <<<"$loaded" || fail "the command loads RDKit, or what came with it"
# The loader's own words: which instruction sets it has found, and which of our files it took.
for level in $(inside '/lib64/ld-linux-x86-64.so.2 --help | sed -n "s/^  \(x86-64-v[0-9]\) (supported, searched)/\1/p"'); do
  if [ -e "$root/usr/lib/x86_64-linux-gnu/weft/glibc-hwcaps/$level" ]; then
    grep -q "weft/glibc-hwcaps/$level/" <<<"$loaded" || fail "this machine is able to do $level, and the command does not load it: $loaded"
    echo "  of them the one for $level"
    break
  fi
done
for file in man/man1/weft.1.gz bash-completion/completions/weft zsh/vendor-completions/_weft doc/weft/copyright; do
  [ -s "$root/usr/share/$file" ] || fail "/usr/share/$file is missing"
done
grep -q Novartis "$root/usr/share/doc/weft/copyright" || fail "the notice of Novartis is missing"

say "docs/how-to.md"
cp -r "$root/usr/share/doc/weft/examples" "$root/work"
awk '/^```sh/ { in_block = 1; next } /^```/ { in_block = 0 } in_block' "$root/usr/share/doc/weft/docs/how-to.md" |
  sed 's/make_firms.sh$/& 300/' >"$root/work/how_to.sh"
[ "$(grep -c ^weft "$root/work/how_to.sh")" -ge 5 ] || fail "docs/how-to.md has fewer than five commands"
inside 'cd work && sh -ex how_to.sh >how_to.log 2>&1' || { tail -n 20 "$root/work/how_to.log"; fail "a command of docs/how-to.md failed"; }
grep -c '^+ ' "$root/work/how_to.log" | sed 's/$/ commands ran/'

say "Programs in C and C++ on the library"
inside 'dpkg -i packages/libweft0_*.deb packages/libweft-dev_*.deb >/dev/null && ldconfig -p | grep libweft'
compgen -G "$root/usr/lib/x86_64-linux-gnu/glibc-hwcaps/*/libweft.so.0" >/dev/null || echo "  (there is no libweft for newer machines in these packages)"
# The compiler stays; what is compared below is compared from here on.
inside 'dpkg --purge libweft-dev libweft0 weft >/dev/null'
apt install -y --no-install-recommends g++ cmake make pkgconf
files >"$root/work/before"
inside 'dpkg -i packages/*.deb >/dev/null
  cd work && cc -std=c99 examples/c/classify.c -o classify $(pkg-config --cflags --libs weft-c) && ldd ./classify | grep libweft
  printf "cmake_minimum_required(VERSION 3.25)\nproject(one CXX)\nfind_package(weft REQUIRED)\nadd_executable(one examples/train_node_classifier.cpp)\ntarget_link_libraries(one PRIVATE weft::weft)\n" >CMakeLists.txt
  cmake -B build >/dev/null && cmake --build build >/dev/null && build/one | tail -n 1'

say "Removing the packages"
inside 'dpkg --purge weft libweft-dev libweft0 >/dev/null 2>purge.log; cat purge.log; rm purge.log'
files >"$root/work/after"
diff "$root/work/before" "$root/work/after" || fail "files are left, or gone"
! inside 'ldconfig -p' | grep libweft || fail "the loader still knows libweft"
echo "  nothing is left"
