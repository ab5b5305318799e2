// A call that sleeps goes on with what it resolved when it began: the file, whatever its name or descriptor leads to by now.
import { expect, it } from 'vitest'
import { AT_FDCWD, O_NONBLOCK, O_RDONLY, O_WRONLY, POLLIN, POLLNVAL, S_IFIFO, shellStatus } from '../abi/index.ts'
import { DATA, runToEnd } from '../testing.ts'

const NR = {
  mknodat: 33,
  unlinkat: 35,
  openat: 56,
  pipe2: 59,
  dup3: 24,
  close: 57,
  read: 63,
  ppoll: 73,
  write: 64,
  clone: 220,
  wait4: 260,
  exit: 94,
  nanosleep: 101,
}
const CLONE_VM_FILES_SIGCHLD = 0x511
const NAME = 0x66_66 // "ff"

const sleep = `
  li t0, 1000000
  sd zero, 256(s1)
  sd t0, 264(s1)
  addi a0, s1, 256
  li a1, 0
  sys ${NR.nanosleep}`
const wait = `
  li a0, -1
  addi a1, s1, 512
  li a2, 0
  li a3, 0
  sys ${NR.wait4}
  lw a0, 512(s1)
  srli a0, a0, 8
  sys ${NR.exit}`
const exit = `
  sys ${NR.exit}`

const status = (source: string): number => shellStatus(runToEnd(source).status)

it('open of a FIFO whose name is gone by the time the other end is there', () =>
  expect(
    status(`
  li s1, ${DATA}
  li t0, ${NAME}
  sw t0, 0(s1)
  li a0, ${AT_FDCWD}
  mv a1, s1
  li a2, ${S_IFIFO | 0o666}
  li a3, 0
  sys ${NR.mknodat}
  li a0, 17
  li a1, 0
  sys ${NR.clone}
  bnez a0, {parent}
  li a0, ${AT_FDCWD}
  mv a1, s1
  li a2, ${O_WRONLY}
  sys ${NR.openat}
  ${exit}
parent: ${sleep}
  li a0, ${AT_FDCWD}
  mv a1, s1
  li a2, ${O_RDONLY | O_NONBLOCK}
  sys ${NR.openat}
  li a0, ${AT_FDCWD}
  mv a1, s1
  li a2, 0
  sys ${NR.unlinkat}
  ${wait}`),
    // The child's new descriptor.
  ).toBe(3))

it('read of a descriptor that another thread replaces meanwhile', () =>
  expect(
    status(`
  li s1, ${DATA}
  mv a0, s1
  li a1, 0
  sys ${NR.pipe2}
  addi a0, s1, 8
  li a1, 0
  sys ${NR.pipe2}
  li a0, ${CLONE_VM_FILES_SIGCHLD}
  li a1, 0
  sys ${NR.clone}
  bnez a0, {parent}
  ${sleep}
  lw a0, 8(s1)
  lw a1, 0(s1)
  li a2, 0
  sys ${NR.dup3}
  lw a0, 4(s1)
  mv a1, s1
  li a2, 1
  sys ${NR.write}
  li a0, 0
  ${exit}
parent:
  lw a0, 0(s1)
  addi a1, s1, 1024
  li a2, 10
  sys ${NR.read}
  mv s2, a0
  lbu s3, 1024(s1)
  li a0, -1
  addi a1, s1, 512
  li a2, 0
  li a3, 0
  sys ${NR.wait4}
  slli a0, s2, 4
  add a0, a0, s3
  ${exit}`),
    // One byte, the low one of the first pipe's number, came through the pipe that read began with.
  ).toBe((1 << 4) + 3))

it('ppoll of a descriptor that another thread closes meanwhile: the file is still waited for, and then told to be gone', () =>
  expect(
    status(`
  li s1, ${DATA}
  mv a0, s1
  li a1, 0
  sys ${NR.pipe2}
  li a0, ${CLONE_VM_FILES_SIGCHLD}
  li a1, 0
  sys ${NR.clone}
  bnez a0, {parent}
  ${sleep}
  lw a0, 0(s1)
  sys ${NR.close}
  lw a0, 4(s1)
  mv a1, s1
  li a2, 1
  sys ${NR.write}
  ${exit}
parent:
  lw t0, 0(s1)
  sw t0, 1024(s1)
  li t0, ${POLLIN}
  sw t0, 1028(s1)
  addi a0, s1, 1024
  li a1, 1
  li a2, 0
  li a3, 0
  li a4, 0
  sys ${NR.ppoll}
  mv s2, a0
  lhu s3, 1030(s1)
  li a0, -1
  addi a1, s1, 512
  li a2, 0
  li a3, 0
  sys ${NR.wait4}
  lbu s4, 513(s1)
  slli a0, s2, 7
  or a0, a0, s3
  slli s4, s4, 6
  or a0, a0, s4
  ${exit}`),
    // One file, POLLNVAL; and the write was taken by the pipe, which still had its reader.
  ).toBe((1 << 7) | POLLNVAL | (1 << 6)))
