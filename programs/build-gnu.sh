#!/bin/bash
# Builds every program with the GNU tools instead of our own: the oracle that says whether the sources are ordinary RISC-V assembly.
# Usage: build-gnu.sh OUTPUT [NAME...]: the programs (all, or the named ones) land in OUTPUT/bin and OUTPUT/labs.
# A program is a file bin/NAME.s or labs/NAME.s, or a directory bin/NAME/ whose *.s files are linked together.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build-gnu.sh OUTPUT [NAME...]}
shift
as() { riscv64-linux-gnu-as -march=rv64gc -I "$here/include" "$@"; }

mkdir -p "$out/lib" "$out/bin" "$out/labs" "$out/obj"
for source in "$here"/lib/*.s; do
  object=$out/lib/$(basename "$source" .s).o
  if [ ! -e "$object" ] || [ "$source" -nt "$object" ] || [ -n "$(find "$here/include" -newer "$object" -name '*.inc')" ]; then
    as "$source" -o "$object"
  fi
done
rm -f "$out/lib/lib.a"
riscv64-linux-gnu-ar rc "$out/lib/lib.a" "$out"/lib/*.o

# build KIND PATH: KIND is bin or labs, PATH a source file or a directory of them.
build() {
  local name objects=() source object
  name=$(basename "$2" .s)
  if [ -d "$2" ]; then set -- "$1" "$2"/*.s; else set -- "$1" "$2"; fi
  local kind=$1
  shift
  for source in "$@"; do
    object=$out/obj/$kind-$name-$(basename "$source" .s).o
    as -I "$(dirname "$source")" "$source" -o "$object" || return 1
    objects+=("$object")
  done
  # -u _start: the library's start.s comes along although no program names it.
  riscv64-linux-gnu-ld -e _start -u _start "${objects[@]}" "$out/lib/lib.a" -o "$out/$kind/$name"
}

failed=0
for kind in bin labs; do
  for path in "$here/$kind"/*; do
    case $path in *.s) ;; *) [ -d "$path" ] || continue; ls "$path"/*.s >/dev/null 2>&1 || continue ;; esac
    if [ $# -gt 0 ]; then
      match=0
      for name in "$@"; do [ "$(basename "$path" .s)" = "$name" ] && match=1; done
      [ $match -eq 1 ] || continue
    fi
    (build "$kind" "$path") || { echo "build-gnu.sh: $path failed" >&2; failed=1; }
  done
done
exit $failed
