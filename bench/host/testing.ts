// What tests of other folders share with the bench: Debian's root file system, and the peers that programs run on.
export { debianRoot, debianRootOf, debianSource } from './debian.ts'
export { guestFolder } from './ours.ts'
export { pathOf, QEMU_USER } from './peers.ts'
