// What tests of other folders share with the bench: Debian's root file system.
export { debianRoot } from './debian.ts'
