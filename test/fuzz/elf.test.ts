// Isolation: thousands of damaged ELF files. Executing one is refused with an errno, or it runs to an exit, a signal or the limit;
// nothing throws, and the kernel's books stay right.
import { expect, test } from 'vitest'
import { checkInvariants, createKernel, isErrno, runKernel, spawnInit, type Kernel } from '../../kernel/index.ts'
import { randomNumbers } from '../../vm/index.ts'
import { assembled, program } from '../build.ts'
import { streams } from '../machine.ts'
import { pieElf, staticElf } from './elves.ts'
import { mutate } from './mutate.ts'
import { amount, PATIENCE, SEED } from './size.ts'

/** What is shown of a file: its headers. */
const SHOWN = 288

const FILES = amount(1000, 20_000)
/** A machine runs so many files, one after another, then a fresh one goes on. */
const FILES_A_MACHINE = 100
const LIMIT_PER_FILE = 200_000

/** Process 1 of the machines: executes /m0, /m1, ... each in a child, kills it after a while, and counts how they ended. */
const RUNNER = program('/runner', assembled('test/fuzz/runner.s'))

function runFiles(files: readonly Uint8Array[]): Kernel {
  const images = files.map((data, n) => program(`/m${String(n).padStart(3, '0')}`, data))
  const kernel = createKernel({ host: streams(), ramBytes: 16 * 2 ** 20, root: [RUNNER, ...images] })
  spawnInit(kernel, { path: '/runner', argv: ['runner', String(files.length)], env: [], stdio: ['null', 'pipe', 'null'], protected: true })
  const result = runKernel(kernel, { maxInstructions: files.length * LIMIT_PER_FILE })
  if (result.kind !== 'halted')
    throw new Error(`${result.kind}; tasks: ${[...kernel.state.tasks.values()].map(t => `${t.comm} ${t.state}`).join(', ')}`)
  const problems = checkInvariants(kernel)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return kernel
}

test.each([
  { kind: 'static', elf: staticElf },
  { kind: 'position-independent', elf: pieElf },
])(`${FILES / 2} damaged $kind files`, { timeout: PATIENCE }, ({ elf }) => {
  const random = randomNumbers(SEED)
  for (let done = 0; done < FILES / 2; done += FILES_A_MACHINE) {
    const files = Array.from({ length: FILES_A_MACHINE }, () => mutate(elf, random))
    try {
      runFiles(files.map(f => f.bytes))
    } catch (error) {
      // Which one was it?
      for (const { bytes, how } of files) {
        try {
          runFiles([bytes])
        } catch (alone) {
          throw new Error(`${how}:\n${Buffer.from(bytes.subarray(0, SHOWN)).toString('hex')}`, { cause: alone })
        }
      }
      throw error
    }
  }
})

test('both files run when they are whole, each way of ending is told apart', () => {
  const kernel = runFiles([staticElf, pieElf, staticElf.slice(0, 20)])
  expect((kernel.host as ReturnType<typeof streams>).out).toBe('exit 7\nexit 7\nerrno 8\n')
})

test('a file that is refused as the first program throws its errno', { timeout: PATIENCE }, () => {
  const random = randomNumbers(SEED + 1)
  let refused = 0
  for (let n = 0; n < amount(60, 400); n++) {
    const kernel = createKernel({
      host: streams(),
      ramBytes: 8 * 2 ** 20,
      engine: 'reference',
      root: [program('/m', mutate(staticElf, random).bytes)],
    })
    try {
      spawnInit(kernel, { path: '/m', argv: ['m'], env: [], stdio: ['null', 'null', 'null'] })
      runKernel(kernel, { maxInstructions: 2000 })
    } catch (error) {
      if (!isErrno(error)) throw error
      refused++
    }
    expect(checkInvariants(kernel)).toEqual([])
  }
  expect(refused).toBeGreaterThan(amount(5, 50))
})
