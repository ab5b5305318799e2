// Where a row is run: our machine, and user-mode QEMU over the same root on the host's kernel.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { guestFolder, pathOf, QEMU_USER } from '../../bench/host/testing.ts'
import type { Row } from './row.ts'
import { folderOf, PLACE } from './script.ts'

const RAM = 1024
const MINUTE = 60_000
const MINUTES = 15
const COMMAND = ['sh', `${PLACE}/main.sh`]

export interface Ran {
  seconds: number
  output: string
  /** What was said besides: ours of the machine, QEMU's of what it cannot do. */
  errors: string
}

const limitOf = ({ minutes = MINUTES }: Row): number => minutes * MINUTE

/** Writes a row's folder; answers its path, for `forget`. */
export function writeFolder(row: Row): string {
  const place = mkdtempSync(join(tmpdir(), 'hartbeat-row-'))
  for (const [path, text] of Object.entries(folderOf(row))) {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), text)
  }
  return place
}
export const forget = (place: string): void => rmSync(place, { recursive: true, force: true })

/** Runs a command until it ends, or the limit does that. */
export function finish(command: string, args: readonly string[], limit = MINUTES * MINUTE): Promise<Ran> {
  const start = process.hrtime.bigint()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ran = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.errors += text))
  return new Promise(resolve => {
    const timer = setTimeout(() => {
      ran.errors += `\nnot done after ${limit / 1000} s`
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, limit)
    child.on('error', error => (ran.errors += error.message))
    child.on('close', () => {
      clearTimeout(timer)
      resolve({ ...ran, seconds: Number(process.hrtime.bigint() - start) / 1e9 })
    })
  })
}

/** `root`: the package. */
export function onOurs(root: string, debian: string, row: Row, place: string, more: readonly string[] = []): Promise<Ran> {
  // What counts itself is a test suite, which may measure time.
  const clock = row.count === undefined ? 'virtual' : 'real'
  const machine = ['-m', String(row.ram ?? RAM), '--smp', String(row.harts ?? 1), '--clock', clock, '--root', debian]
  const share = ['--share', `${place}:${PLACE}`]
  return finish(process.execPath, [join(root, 'dist', 'hartbeat.js'), 'run', ...machine, ...share, ...more, ...COMMAND], limitOf(row))
}

/** A string says why that cannot be. */
export function onUser(root: string, debian: string, row: Row, place: string): Promise<Ran> | string {
  if (row.noQemu !== undefined) return row.noQemu
  const qemu = pathOf(QEMU_USER)
  if (qemu === null) return `${QEMU_USER} is not installed`
  const script = join(root, 'test', 'debian', 'user.sh')
  const apart = ['-Urmnpui', '--fork', '--kill-child', 'sh', script, join(guestFolder(root), 'chroot.sh'), qemu, debian, place]
  return finish('unshare', [...apart, ...COMMAND], limitOf(row))
}
