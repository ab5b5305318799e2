// Which accesses a watchpoint sees: every width and place of the access against every width and place of what is watched, on both engines.
import { describe, expect, test } from 'vitest'
import { build } from '../../assembler/index.ts'
import { createKernel, regPc, spawnInit } from '../../kernel/index.ts'
import { streams } from '../../test/machine.ts'
import { nthProcess } from '../../test/nth.ts'
import { program } from '../../test/build.ts'
import { openDebugFile, symbolsNamed } from '../symbols/index.ts'
import {
  addBreakpoint,
  addWatchpoint,
  createSession,
  enablePoint,
  removePoint,
  setCondition,
  setIgnore,
  taskById,
  type Session,
} from './index.ts'
import { resume } from '../motion/index.ts'

const BYTES = 24
/** Aligned accesses of every width, and misaligned ones of eight bytes, to the first bytes of a page. */
const ACCESSES = [1, 2, 4, 8]
  .flatMap(width => Array.from({ length: (BYTES - 8) / width + 1 }, (_, i) => ({ width, offset: i * width })))
  .concat([1, 3, 4, 6, 7, 9].map(offset => ({ width: 8, offset })))
const LETTER: Record<number, string> = { 1: 'b', 2: 'h', 4: 'w', 8: 'd' }

const source = (kind: 'read' | 'write'): string => `	.globl _start
_start:	la s1, place
	li t0, -1
${ACCESSES.map(({ width, offset }, n) => `at_${n}: ${kind === 'write' ? 's' : 'l'}${LETTER[width]} ${kind === 'write' ? 't0' : 't1'}, ${offset}(s1)`).join('\n')}
done:	li a7, 94
	ecall
	.data
	.balign 4096
	.globl place
place:	.zero 4096
`

function session(text: string, engine: 'interpreter' | 'reference'): { s: Session; address: (name: string) => number } {
  const { image, diagnostics } = build([{ name: 'w.s', text }], [], { relax: false, march: 'rv64g' })
  if (image === null) throw new Error(diagnostics[0].message)
  const k = createKernel({ host: streams(), engine, ramBytes: 8 * 2 ** 20, root: [program('/w', image)] })
  spawnInit(k, { path: '/w', argv: ['w'], env: [], stdio: ['null', 'null', 'null'] })
  const file = openDebugFile(image, '/w')
  return { s: createSession(k, { record: false }), address: name => symbolsNamed(file.symbols, name)[0].address }
}

const pc = (s: Session): number => {
  const task = taskById(s, s.focus)
  return task === null ? -1 : regPc(s.k, task)
}

const WATCHED = [
  [0, 1],
  [7, 1],
  [8, 1],
  [4, 4],
  [6, 4],
  [8, 8],
  [5, 2],
  [3, 11],
] as const

describe.each(['interpreter', 'reference'] as const)('on the %s', engine => {
  test.each(WATCHED)('bytes from %i on, %i of them', (start, bytes) => {
    for (const kind of ['read', 'write'] as const) {
      const { s, address } = session(source(kind), engine)
      const place = address('place')
      addWatchpoint(s, { start: place + start, bytes, access: kind, onChange: false })
      const seen: string[] = []
      for (let stop = resume(s); stop.kind === 'watchpoint'; stop = resume(s)) {
        // It stops after the instruction, and says what that reached.
        seen.push(`${stop.access} ${stop.address - place} before ${pc(s) - address('at_0')}`)
      }
      const expected = ACCESSES.flatMap(({ width, offset }, n) =>
        offset < start + bytes && offset + width > start ? [`${kind} ${offset} before ${4 * (n + 1)}`] : [],
      )
      expect(seen).toEqual(expected)
    }
  })

  test('a watch for the other kind of access sees nothing; for both, everything', () => {
    for (const [kind, access, count] of [
      ['read', 'write', 0],
      ['write', 'read', 0],
      ['read', 'access', ACCESSES.length],
      ['write', 'access', ACCESSES.length],
    ] as const) {
      const { s, address } = session(source(kind), engine)
      addWatchpoint(s, { start: address('place'), bytes: BYTES, access, onChange: false })
      let hits = 0
      while (resume(s).kind === 'watchpoint') hits++
      expect([kind, access, hits]).toEqual([kind, access, count])
    }
  })

  test('a watch for changes stops once for bytes that are written the same again, and knows what was there', () => {
    const { s, address } = session(source('write'), engine)
    const point = addWatchpoint(s, { start: address('place') + 4, bytes: 4, access: 'write' })
    const first = resume(s)
    if (first.kind !== 'watchpoint') throw new Error(first.kind)
    expect([[...first.before], [...first.after]]).toEqual([
      [0, 0, 0, 0],
      [255, 0, 0, 0],
    ])
    let hits = 1
    while (resume(s).kind === 'watchpoint') hits++
    // Four single bytes; everything later writes what is there already.
    expect([hits, point.hits]).toEqual([4, 4])
  })
})

describe('points', () => {
  const at = (s: Session): string => {
    const stop = resume(s)
    return stop.kind === 'breakpoint' ? `at ${stop.address} by ${stop.points.join()}` : stop.kind
  }
  test('are passed over as often as they are to be ignored, and may be temporary or off', () => {
    const loop = `	.globl _start
_start:	li s0, 5
again:	addi s0, s0, -1
	bnez s0, again
	li a0, 0
	li a7, 94
	ecall
`
    const { s, address } = session(loop, 'interpreter')
    const again = address('again')
    const counted = addBreakpoint(s, { address: again })
    setIgnore(s, counted.id, 2)
    const once = addBreakpoint(s, { address: again, temporary: true })
    expect([at(s), counted.hits]).toEqual([`at ${again} by ${once.id}`, 1])
    expect(s.points.has(once.id)).toBe(false)
    expect([at(s), counted.hits]).toEqual([`at ${again} by ${counted.id}`, 3])
    expect(enablePoint(s, counted.id, false)).toBe(true)
    const conditional = addBreakpoint(s, { address: again, condition: 's0 == 1' })
    expect([at(s), at(s)]).toEqual([`at ${again} by ${conditional.id}`, 'halted'])
  })
  test('that are not there cannot be changed', () => {
    const { s, address } = session(source('read'), 'interpreter')
    const { id } = addBreakpoint(s, { address: address('done'), scope: nthProcess(99) })
    expect([removePoint(s, 9), enablePoint(s, 9, true), setCondition(s, 9, null), setIgnore(s, 9, 1)]).toEqual([false, false, false, false])
    // Another process's breakpoint does not count; one whose condition cannot be evaluated is seen.
    expect(at(s)).toBe('halted')
    expect(removePoint(s, id)).toBe(true)
    expect(s.k.machine.debug).toBe(null)
  })
})
