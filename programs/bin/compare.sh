#!/bin/bash
# Compares our utilities with the host's (GNU coreutils and grep): every line of compare.cases is a command line, run once with each, in a
# fresh copy of the same small directory. Output, messages and exit statuses must be the same to the byte.
# Usage: compare.sh OUTPUT, where build-gnu.sh OUTPUT built the programs. Needs qemu-riscv64-static.
set -u
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "${1:?usage: compare.sh OUTPUT}" && pwd)/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=UTC

mkdir "$work/bin"
for program in "$programs"/*; do
  name=$(basename "$program")
  [ "$name" = sh ] || [ "$name" = init ] && continue
  printf '#!/bin/sh\nexec qemu-riscv64-static -0 %s %s "$@"\n' "$name" "$program" > "$work/bin/$name"
  chmod +x "$work/bin/$name"
done

mkdir "$work/origin"
cd "$work/origin" || exit 1
mkdir -p d/e empty
printf 'one\ntwo\n\n\nthree' > a
printf 'hello world\nfoo bar baz\n' > b
cp b 'sp ace'
seq 1 30 > n30
printf '10 banana\n9 apple\n100 cherry\n9 apple\n-3 zed\n' > srt
printf 'a,b,c\nd,e,f\nnodelim\n' > csv
printf '#!/bin/sh\necho hi\n' > script
chmod 755 script
echo x > d/f1
echo yy > d/e/f2
touch empty/.hid zero old
ln -s a lnk
ln -s nowhere dangling
mkfifo fifo
chmod 600 old
touch -h -d '2024-05-06 07:08:09' a b n30 zero srt csv script 'sp ace' lnk dangling fifo d/f1 d/e/f2 empty/.hid d/e d empty
touch -d '2020-01-02 03:04:05' old

# once WHO PATH LINE: runs the line and leaves WHO.out (with the status) and WHO.err
once() {
  rm -rf "$work/here"
  cp -a "$work/origin" "$work/here"
  cd "$work/here" || exit 1
  PATH=$2 timeout 20 bash -c "$3" > "$work/$1.out" 2> "$work/$1.err" < /dev/null
  echo "status $?" >> "$work/$1.out"
}

count=0
failed=0
while IFS= read -r line; do
  case $line in '' | '#'*) continue ;; esac
  once host "$PATH" "$line"
  once ours "$work/bin:$PATH" "$line"
  count=$((count + 1))
  if ! cmp -s "$work/host.out" "$work/ours.out" || ! cmp -s "$work/host.err" "$work/ours.err"; then
    failed=$((failed + 1))
    echo "DIFFERS $line"
    diff "$work/host.out" "$work/ours.out" | head -n 10
    diff "$work/host.err" "$work/ours.err" | head -n 6
  fi
done < "$here/compare.cases"
echo "$count cases, $failed differ"
[ $failed -eq 0 ]
