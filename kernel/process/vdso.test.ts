import { REG } from '../../vm/index.ts'
import { describe, expect, it } from 'vitest'
import { ifExited, exitCode, PT, readDynamic, readElf, readSymbols } from '../abi/index.ts'
import { runKernel } from '../loop.ts'
import { DATA, start } from '../testing.ts'
import { copyIn } from '../mm/index.ts'
import { setRegX } from '../task/index.ts'
import { vdsoImage } from './vdso.ts'

const image = readElf(vdsoImage(), 'vdso')
const dynsym = image.sections.find(s => s.name === '.dynsym')
const symbols = dynsym ? readSymbols(image, dynsym) : []
const SECOND = 1_000_000_000n

/** Calls a function of the vDSO as the program's first act; answers what it wrote to the data area, and how many system calls that took. */
function call(name: string, first: number): { words: bigint[]; syscalls: number; time: number } {
  const { k } = start(`
    li a0, ${first}
    li a1, ${DATA}
    jalr s1
    mv s0, a0
  spin:
    j {spin}`)
  const task = k.state.init
  const symbol = symbols.find(s => s.name === name)
  if (!task?.mm || !symbol) throw new Error(`${name} is missing`)
  setRegX(k, task, REG.s1, task.mm.vdso + Number(symbol.value))
  runKernel(k, { maxInstructions: 1000 })
  const bytes = copyIn(k, task, DATA, 16).slice()
  return { words: [...new BigUint64Array(bytes.buffer)], syscalls: k.state.counts.syscalls, time: k.state.time }
}

describe('the vDSO', () => {
  it('is a shared object with versioned symbols', () => {
    expect(image.segments.map(s => s.type)).toEqual([PT.LOAD, PT.DYNAMIC])
    expect(readDynamic(image).length).toBe(10)
    expect(symbols.map(s => s.name)).toContain('__vdso_clock_gettime')
    for (const s of symbols.slice(1)) expect(s.size).toBeGreaterThan(0)
  })
  it('tells the time without a system call', () => {
    const { words, syscalls, time } = call('__vdso_clock_gettime', 1)
    expect(syscalls).toBe(0)
    expect(words[0]).toBe(0n)
    expect(words[1]).toBeGreaterThan(0n)
    expect(words[1]).toBeLessThan(BigInt(time))
  })
  it('knows the date', () => {
    const { words } = call('__vdso_clock_gettime', 0)
    expect(words[0]).toBe(1735689600n)
    expect(words[1]).toBeLessThan(SECOND)
  })
  it('asks the kernel for other clocks', () => expect(call('__vdso_clock_gettime', 2).syscalls).toBe(1))
  it('works up to its return', () => {
    const { k, run } = start(`li a0, 1\nli a1, ${DATA}\njalr s1\nli a7, 94\necall`)
    const task = k.state.init
    if (!task?.mm) throw new Error('no program')
    setRegX(k, task, REG.s1, task.mm.vdso + Number(symbols.find(s => s.name === '__vdso_clock_gettime')?.value))
    const result = run()
    expect(result.kind === 'halted' && ifExited(result.status) && exitCode(result.status)).toBe(0)
  })
})
