// What our operations are measured beside: the host's own kernel, and user-mode QEMU running the same ELF files.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { guestFolder } from './ours.ts'

export const HOST_CC = 'cc'
export const QEMU_USER = 'qemu-riscv64-static'

/** A column of a table, and why it stays empty. */
export interface Skipped {
  bench: string
  what: string
  why: string
}

export const installed = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined

/** Where the host's system has a program; null: it is not installed. */
export function pathOf(tool: string): string | null {
  const path = spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8', env: { PATH: SYSTEM_PATH } }).stdout.trim()
  return path === '' ? null : path
}
/** Without what a user put before it. */
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin'

export const secondsSince = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

const OWN_STAT = '/proc/self/stat'
/** Where proc_pid_stat(5) has the times of children that were waited for, counted from the field after the name; in hundredths. */
const CHILDREN_TIMES = [13, 14]
const TICKS_PER_SECOND = 100

/** Processor seconds of all children so far, to a hundredth; NaN where the host does not say. */
function childrenCpu(): number {
  if (!existsSync(OWN_STAT)) return NaN
  const stat = readFileSync(OWN_STAT, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return CHILDREN_TIMES.reduce((sum, n) => sum + Number(fields[n]), 0) / TICKS_PER_SECOND
}

/** What a command took: wall seconds, processor seconds with its children's, and what it printed. */
export interface Took {
  seconds: number
  cpu: number
  out: string
}

/** Runs a command, which must succeed. */
export function timed(file: string, args: readonly string[], cwd?: string): Took {
  const before = childrenCpu()
  const start = process.hrtime.bigint()
  const { status, signal, error, stdout } = spawnSync(file, args, {
    cwd,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: OUTPUT_MOST,
  })
  const seconds = secondsSince(start)
  if (error || status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? signal ?? `status ${status}`}`)
  return { seconds, cpu: childrenCpu() - before, out: stdout }
}
const OUTPUT_MOST = 64 << 20

const timeCommand = (file: string, args: readonly string[]): number => timed(file, args).seconds

/** A system that runs bench programs by name: seconds for a whole run. `other` is how a program names the one that it may exec. */
export interface Peer {
  run(program: string, args: readonly string[]): number
  other: readonly string[]
}

/** The host's own kernel; or why not. `out`: a folder for what is built. */
export function nativePeer(root: string, out: string): Peer | string {
  if (!installed(HOST_CC)) return `${HOST_CC} is not installed`
  const binary = join(out, 'native')
  const { status, stderr } = spawnSync(HOST_CC, ['-O2', '-static', '-o', binary, join(guestFolder(root), 'native.c')], { encoding: 'utf8' })
  if (status !== 0) return `${HOST_CC} -static fails: ${stderr.trim().split('\n').at(-1)}`
  return { run: (program, args) => timeCommand(binary, [program, ...args]), other: [binary] }
}

/**
 * User-mode QEMU over the ELF files `out/PROGRAM`; or why not. It has the host exec, so what is exec'd is QEMU again. It cannot forbid
 * the host huge pages under the guest's; `native` can, and starts it when there is one.
 */
export function qemuPeer(out: string, native: Peer | null): Peer | string {
  const path = pathOf(QEMU_USER)
  if (path === null) return `${QEMU_USER} is not installed`
  const start = (args: string[]): number => (native === null ? timeCommand(path, args) : native.run('run', [path, ...args]))
  return { run: (program, args) => start([join(out, program), ...args]), other: [path, join(out, 'nothing')] }
}
