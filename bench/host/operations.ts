// What one operation of the kernel costs in host time: a system call, a process, a context switch, a fault, a signal. Each is a guest program run with
// few and with many rounds; the difference is the cost. Beside it the same operation on the host's own kernel and, for programs
// that qemu-user can run, under it; runs interleaved, medians.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runKernel } from '../../kernel/index.ts'
import { median } from '../statistics.ts'
import { buildProgram, machineFor } from './machine.ts'

interface Operation {
  name: string
  source: string
  /** Rounds of the small and the large run, and operations in a round. */
  few: number
  many: number
  perRound: number
  /** What the project promises, nanoseconds; null: nothing in particular. */
  target: number | null
  /** qemu-user cannot: it has no way to execute another guest program without the host's help. */
  notQemu?: boolean
}

const OPERATIONS: readonly Operation[] = [
  { name: 'null system call (getpid)', source: 'getpid', few: 200_000, many: 2_200_000, perRound: 1, target: 300 },
  { name: 'fork + exit + wait', source: 'forkwait', few: 1_000, many: 11_000, perRound: 1, target: 60_000 },
  { name: 'context switch through a pipe', source: 'pingpong', few: 5_000, many: 105_000, perRound: 2, target: 5_000 },
  { name: 'fork + exec + exit + wait', source: 'forkexec', few: 100, many: 2_100, perRound: 1, target: null, notQemu: true },
  { name: '4 KiB through a pipe', source: 'pipe', few: 2_000, many: 102_000, perRound: 1, target: null },
  { name: 'page fault on fresh memory', source: 'fault', few: 100, many: 4_100, perRound: 64, target: null },
  { name: 'signal to oneself, handled', source: 'signal', few: 2_000, many: 102_000, perRound: 1, target: null },
]

const seconds = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

function ours(image: Uint8Array, rounds: number): number {
  const kernel = machineFor(image, rounds)
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
  target: number | null
  nativeNs: number | null
  qemuNs: number | null
}

/** Measures every operation, `pairs` interleaved times. */
export function benchOperations(root: string, pairs: number): OperationRow[] {
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  const native = exists('cc') && spawnSync('cc', ['-O2', '-o', join(out, 'native'), join(root, 'bench/host/guest/native.c')]).status === 0
  const qemu = exists('qemu-riscv64-static')
  return OPERATIONS.map(({ name, source, few, many, perRound, target, notQemu }) => {
    const image = buildProgram(root, source)
    const elf = join(out, source)
    writeFileSync(elf, image, { mode: 0o755 })
    const costs: Record<'ours' | 'native' | 'qemu', number[]> = { ours: [], native: [], qemu: [] }
    const cost = (run: (rounds: number) => number): number => ((run(many) - run(few)) / (many - few) / perRound) * 1e9
    for (let n = 0; n < pairs; n++) {
      costs.ours.push(cost(rounds => ours(image, rounds)))
      if (native) costs.native.push(cost(rounds => command(join(out, 'native'), [source, String(rounds)])))
      if (qemu && !notQemu) costs.qemu.push(cost(rounds => command('qemu-riscv64-static', [elf, String(rounds)])))
    }
    return {
      name,
      target,
      ns: median(costs.ours),
      nativeNs: native ? median(costs.native) : null,
      qemuNs: qemu && !notQemu ? median(costs.qemu) : null,
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
