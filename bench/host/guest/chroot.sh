# A command in a root of riscv64 programs, each of which user-mode QEMU runs, children too: in namespaces of its own (unshare -Urm), so that the
# host knows nothing of it. The root stays as it is, unless $WRITABLE says something; WORK is its /tmp.
# Usage: chroot.sh QEMU ROOT WORK COMMAND...
set -e
qemu=$1 root=$2 work=$3
shift 3
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xf3\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf '%s' ":riscv64:M::$magic:$mask:$qemu:F" > /proc/sys/fs/binfmt_misc/register
mount --rbind "$root" "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$work" "$root/tmp"
[ -n "$WRITABLE" ] || mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
