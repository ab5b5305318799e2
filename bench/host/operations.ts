// What one operation of the kernel costs in host time: a system call, a process, a context switch. Each is a guest program run with
// few and with many rounds; the difference is the cost. Beside it the same operation on the host's own kernel and, for programs
// that qemu-user can run, under it; runs interleaved, medians.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, formatDiagnostic } from '../../assembler/index.ts'
import { createKernel, runKernel, spawnInit, type Host } from '../../kernel/index.ts'
import { median } from '../statistics.ts'

interface Operation {
  name: string
  source: string
  /** Rounds of the small and the large run, and operations in a round. */
  few: number
  many: number
  perRound: number
  /** What the project promises, nanoseconds. */
  target: number
}

const OPERATIONS: readonly Operation[] = [
  { name: 'null system call (getpid)', source: 'getpid', few: 200_000, many: 2_200_000, perRound: 1, target: 300 },
  { name: 'fork + exit + wait', source: 'forkwait', few: 1_000, many: 11_000, perRound: 1, target: 60_000 },
  { name: 'context switch through a pipe', source: 'pingpong', few: 5_000, many: 105_000, perRound: 2, target: 5_000 },
]

const noFiles = (): string => 'ENOENT'
const silentHost: Host = {
  write: () => 0,
  readInput: () => new Uint8Array(0),
  files: {
    lstat: noFiles,
    readdir: noFiles,
    readlink: noFiles,
    read: noFiles,
    write: noFiles,
    truncate: noFiles,
    create: noFiles,
    remove: noFiles,
    rename: noFiles,
  },
}

const seconds = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

/** Assembles a bench program; `root` is the package. */
export function buildProgram(root: string, path: string): Uint8Array {
  const folders = [join(root, 'programs', 'include')]
  const { image, diagnostics } = build(
    [{ name: path, text: readFileSync(path, 'utf8') }],
    [{ name: 'libhartbeat.a', bytes: readFileSync(join(root, 'dist', 'libhartbeat.a')) }],
    { readFile: name => readFileSync(join(folders[0], name)), undefined: ['_start'] },
  )
  if (image === null) throw new Error(diagnostics.map(formatDiagnostic).join('\n'))
  return image
}

function ours(image: Uint8Array, rounds: number): number {
  const kernel = createKernel({
    host: silentHost,
    ramBytes: 64 << 20,
    root: [{ path: '/program', kind: 'regular', mode: 0o755, data: image }],
  })
  spawnInit(kernel, { path: '/program', argv: ['program', String(rounds)], env: [], stdio: ['null', 'null', 'null'] })
  const start = process.hrtime.bigint()
  const result = runKernel(kernel)
  if (result.kind !== 'halted' || result.status !== 0) throw new Error(`the bench program ended with ${JSON.stringify(result)}`)
  return seconds(start)
}

function command(file: string, args: readonly string[]): number {
  const start = process.hrtime.bigint()
  const { status, error } = spawnSync(file, args, { stdio: 'ignore' })
  if (error || status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? `status ${status}`}`)
  return seconds(start)
}

const exists = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined

export interface OperationRow {
  name: string
  ns: number
  target: number
  nativeNs: number | null
  qemuNs: number | null
}

/** Measures every operation, `pairs` interleaved times. */
export function benchOperations(root: string, pairs: number): OperationRow[] {
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  const native = exists('cc') && spawnSync('cc', ['-O2', '-o', join(out, 'native'), join(root, 'bench/host/guest/native.c')]).status === 0
  const qemu = exists('qemu-riscv64-static')
  return OPERATIONS.map(({ name, source, few, many, perRound, target }) => {
    const image = buildProgram(root, join(root, 'bench', 'host', 'guest', `${source}.s`))
    const elf = join(out, source)
    writeFileSync(elf, image, { mode: 0o755 })
    const costs: Record<'ours' | 'native' | 'qemu', number[]> = { ours: [], native: [], qemu: [] }
    const cost = (run: (rounds: number) => number): number => ((run(many) - run(few)) / (many - few) / perRound) * 1e9
    for (let n = 0; n < pairs; n++) {
      costs.ours.push(cost(rounds => ours(image, rounds)))
      if (native) costs.native.push(cost(rounds => command(join(out, 'native'), [source, String(rounds)])))
      if (qemu) costs.qemu.push(cost(rounds => command('qemu-riscv64-static', [elf, String(rounds)])))
    }
    return {
      name,
      target,
      ns: median(costs.ours),
      nativeNs: native ? median(costs.native) : null,
      qemuNs: qemu ? median(costs.qemu) : null,
    }
  })
}

/** Time from starting the command to a shell's answer, and the memory of many live processes. */
export function benchWhole(root: string, pairs: number): { promptSeconds: number; liveProcesses: number; rssBytes: number } {
  const cli = join(root, 'dist', 'hartbeat.js')
  const times: number[] = []
  for (let n = 0; n < pairs; n++) {
    const start = process.hrtime.bigint()
    const { status } = spawnSync(process.execPath, [cli, 'boot'], { input: 'exit 7\n' })
    if (status !== 7) throw new Error(`boot ended with ${status}`)
    times.push(seconds(start))
  }
  const LIVE = 30_000
  const many = spawnSync(
    '/bin/sh',
    [
      '-c',
      `${process.execPath} ${cli} run -m 1400 ${join(root, 'programs/labs/fork-many.s')} ${LIVE} & p=$!; m=0; while kill -0 $p 2>/dev/null; do r=$(awk '/VmHWM/{print $2}' /proc/$p/status 2>/dev/null); m=\${r:-$m}; sleep 0.05; done; wait $p; echo "$? $m"`,
    ],
    { encoding: 'utf8' },
  )
  const [status, kib] = many.stdout.trim().split('\n').at(-1)!.split(' ').map(Number)
  if (status !== 0 || !many.stdout.includes(String(LIVE))) throw new Error(`fork-many: ${many.stdout}${many.stderr}`)
  return { promptSeconds: median(times), liveProcesses: LIVE, rssBytes: kib * 1024 }
}
