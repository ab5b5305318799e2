# A row's script under user-mode QEMU: namespaces of its own (unshare -Urmnpui --fork --kill-child), a root whose changes are forgotten.
# Usage: user.sh CHROOT QEMU ROOT CASE COMMAND...
set -e
chroot=$1 qemu=$2 root=$3 case=$4
shift 4
mount -t proc proc /proc
scratch=$(mktemp -d)
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/merged" "$scratch/tmp" "$scratch/tmp/case"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/merged"
cp -r "$case/." "$scratch/tmp/case"
export WRITABLE=yes
exec sh "$chroot" "$qemu" "$scratch/merged" "$scratch/tmp" "$@"
