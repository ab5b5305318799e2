// The guest programs of the operations bench do what they are counted as: by the kernel's own counts, on our machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { subscribe, type SystemCounts } from '../../kernel/index.ts'
import { answer, type Order } from './alone.ts'
import { OPERATIONS, twoRuns, type Operation } from './operation.ts'
import { advance, buildProgram, finish, OTHER_PROGRAM, start, type Programs } from './ours.ts'

const ROOT = join(fileURLToPath(import.meta.url), '..', '..', '..')
/** Rounds are few here. */
const SMALL: Partial<Operation> = { few: 2, many: 12 }

/** What an operation is to the kernel. */
const COUNTED: Readonly<Record<string, { counter: keyof SystemCounts; each: number }>> = {
  getpid: { counter: 'syscalls', each: 1 },
  forkwait: { counter: 'forks', each: 1 },
  forkexec: { counter: 'forks', each: 1 },
  pingpong: { counter: 'contextSwitches', each: 1 },
  // A write and a read: a block fills the pipe.
  pipe: { counter: 'syscalls', each: 2 },
  touch: { counter: 'minorFaults', each: 1 },
  cow: { counter: 'cowCopies', each: 1 },
  // kill, and the return from the handler.
  signal: { counter: 'syscalls', each: 2 },
}

let other: Uint8Array
beforeAll(() => void (other = buildProgram(ROOT, 'nothing')))

const programsOf = ({ program }: Operation): Programs => ({ image: buildProgram(ROOT, program), other })
const argumentsOf = (op: Operation, args: readonly string[]): string[] => (op.execs ? [...args, OTHER_PROGRAM] : [...args])

test.each(OPERATIONS)('$program: an operation is one', op => {
  const programs = programsOf(op)
  const { counter, each } = COUNTED[op.program]
  const { less, more, operations } = twoRuns({ ...op, ...SMALL }, 1)
  const countsOf = (args: readonly string[]): number => {
    const kernel = start(programs, argumentsOf(op, args))
    finish(kernel)
    return kernel.state.counts[counter]
  }
  expect(countsOf(more) - countsOf(less)).toBe(each * operations)
})

test("forkexec's children become the other program", () => {
  const kernel = start(programsOf(OPERATIONS.find(op => op.program === 'forkexec')!), ['3', OTHER_PROGRAM])
  const paths: string[] = []
  subscribe(kernel, ['exec'], event => event.kind === 'exec' && paths.push(event.path))
  finish(kernel)
  expect(paths).toEqual(Array.from({ length: 3 }, () => OTHER_PROGRAM))
})

test('a run that goes on and on is cut where it was asked to, and one that ends is not taken for it', () => {
  const programs = programsOf(OPERATIONS[0])
  const kernel = start(programs, ['1000000'])
  advance(kernel, 5000)
  advance(kernel, 5000)
  expect(kernel.state.executed).toBe(10_000)
  expect(() => advance(start(programs, ['1']), 1_000_000)).toThrow('halted')
})

test('a program that fails is an error', () => {
  const failing = OPERATIONS.find(op => op.program === 'forkexec')!
  expect(() => finish(start(programsOf(failing), ['1', '/no-such-program']))).toThrow('a bench program ended with')
})

test('an order is answered with what was measured', () => {
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-test-'))
  const [image, otherFile] = ['getpid', 'nothing'].map(name => {
    writeFileSync(join(out, name), buildProgram(ROOT, name))
    return join(out, name)
  })
  const order: Order = { program: 'getpid', image, other: otherFile, scale: 100, seconds: 0.05 }
  // Of runs this short it may be anything; NaN would be written as null.
  expect(JSON.parse(answer(['difference', JSON.stringify(order)]))).toEqual(expect.any(Number))
  const cycles = JSON.parse(answer(['cycles', JSON.stringify(order)]))
  expect(cycles).toEqual({ hz: expect.any(Number), ns: expect.any(Number), rme: expect.any(Number), samples: expect.any(Number) })
  expect(cycles.hz * cycles.ns).toBeCloseTo(1e9, -1)
  rmSync(out, { recursive: true })
  expect(() => answer(['cycles', JSON.stringify({ ...order, program: 'getpit' })])).toThrow('nothing like cycles')
  expect(() => answer(['weight', JSON.stringify(order)])).toThrow('nothing like weight')
})

test('rounds shrink with the scale, and so do the operations', () => {
  const op: Operation = { name: 'x', program: 'x', few: 100, many: 1100, perRound: 2 }
  expect(twoRuns(op, 1)).toEqual({ less: ['100'], more: ['1100'], operations: 2000 })
  expect(twoRuns(op, 10)).toEqual({ less: ['10'], more: ['110'], operations: 200 })
  expect(twoRuns({ ...op, few: 0, many: 30, perRound: 256, pages: 256 }, 10)).toEqual({
    less: ['3', '0'],
    more: ['3', '256'],
    operations: 768,
  })
})
