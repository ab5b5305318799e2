#!/bin/bash
# Runs every case in this directory with a shell and compares what it prints, and its exit status, with NAME.expected.
# Usage: check.sh SHELL [ARGUMENT...], for example: check.sh dash; check.sh qemu-riscv64-static OUTPUT/bin/sh
# `sh` inside the cases is that shell too; SHELL_PATH puts a directory before PATH, for the utilities. With UPDATE=1 it writes the expectations.
# Standard error is not compared: shells word their messages differently.
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"
printf '#!/bin/bash\nexec -a sh %s "$@"\n' "$*" > "$work/bin/sh"
chmod +x "$work/bin/sh"
failed=0
for script in "$here"/*.sh; do
  name=$(basename "$script" .sh)
  [ "$name" = check ] && continue
  rm -rf "$work/home"
  mkdir "$work/home"
  actual=$(cd "$work/home" && PATH=$work/bin:${SHELL_PATH:+$SHELL_PATH:}$PATH timeout 60 "$@" "$script" 2>/dev/null </dev/null; echo "status $?")
  if [ "${UPDATE:-}" = 1 ]; then
    printf '%s\n' "$actual" > "$here/$name.expected"
  elif [ "$actual" != "$(cat "$here/$name.expected")" ]; then
    echo "FAILED $name"
    diff "$here/$name.expected" <(printf '%s\n' "$actual") | head -n 10
    failed=1
  fi
done
[ $failed -eq 0 ] && echo "all cases passed"
exit $failed
