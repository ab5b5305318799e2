// What our operations are measured beside: the host's own kernel, and user-mode QEMU running the same ELF files.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { guestFolder } from './ours.ts'

const CC = 'cc'
const QEMU_USER = 'qemu-riscv64-static'

/** A column of a table, and why it stays empty. */
export interface Skipped {
  bench: string
  what: string
  why: string
}

export const installed = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined

export const secondsSince = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

/** Host seconds of a command, which must succeed. */
function timeCommand(file: string, args: readonly string[]): number {
  const start = process.hrtime.bigint()
  const { status, signal, error } = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const seconds = secondsSince(start)
  if (error || status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? signal ?? `status ${status}`}`)
  return seconds
}

/** A system that runs bench programs by name: seconds for a whole run. `other` is how a program names the one that it may exec. */
export interface Peer {
  run(program: string, args: readonly string[]): number
  other: readonly string[]
}

/** The host's own kernel; or why not. `out`: a folder for what is built. */
export function nativePeer(root: string, out: string): Peer | string {
  if (!installed(CC)) return `${CC} is not installed`
  const binary = join(out, 'native')
  const { status, stderr } = spawnSync(CC, ['-O2', '-static', '-o', binary, join(guestFolder(root), 'native.c')], { encoding: 'utf8' })
  if (status !== 0) return `${CC} -static fails: ${stderr.trim().split('\n').at(-1)}`
  return { run: (program, args) => timeCommand(binary, [program, ...args]), other: [binary] }
}

/**
 * User-mode QEMU over the ELF files `out/PROGRAM`; or why not. It has the host exec, so what is exec'd is QEMU again. It cannot forbid
 * the host huge pages under the guest's; `native` can, and starts it when there is one.
 */
export function qemuPeer(out: string, native: Peer | null): Peer | string {
  const path = spawnSync('/bin/sh', ['-c', `command -v ${QEMU_USER}`], { encoding: 'utf8' }).stdout.trim()
  if (path === '') return `${QEMU_USER} is not installed`
  const start = (args: string[]): number => (native === null ? timeCommand(path, args) : native.run('run', [path, ...args]))
  return { run: (program, args) => start([join(out, program), ...args]), other: [path, join(out, 'nothing')] }
}
