import { expect, test } from 'vitest'
import { decode, defaultIsa, instructionLength } from '../../vm/isa/index.ts'
import { keepsReserved } from './generate.ts'
import { codeOf, randomProgram, shrink, type RandomProgram } from './program.ts'

const PLACE = { codeBase: 0x80001000, scratchBase: 0x80030000 }
const programs = Array.from({ length: 60 }, (_, seed) => randomProgram(seed, { length: 400, ...PLACE }))

function decodeAll(program: RandomProgram): { name: string; offset: number; target: number | null }[] {
  const code = codeOf(program)
  const view = new DataView(code.buffer)
  const found = []
  for (let offset = 0; offset < code.length;) {
    const length = instructionLength(view.getUint16(offset, true))
    const decoded = decode(length === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true))
    if (!decoded) throw new Error(`illegal instruction at ${offset}`)
    const direct = decoded.row.operands.some(f => f === 'b' || f === 'j')
    found.push({ name: decoded.written.name, offset, target: direct ? offset + decoded.values.imm : null })
    offset += length
  }
  return found
}

test('programs only jump forward, to instructions', () => {
  for (const program of programs) {
    const code = decodeAll(program)
    const starts = new Set(code.map(c => c.offset))
    for (const { offset, target } of code) if (target !== null) expect([target > offset, starts.has(target)]).toEqual([true, true])
    expect(code.at(-1)?.name).toBe('ecall')
  }
})

test('programs never write the registers that hold addresses', () => {
  for (const program of programs) for (const group of program.groups) expect(keepsReserved(group)).toBe(true)
})

test('between them the programs use nearly every user instruction', () => {
  const used = new Set(programs.flatMap(p => decodeAll(p).map(c => c.name)))
  const unused = [...defaultIsa.rows]
    .filter(r => r.extension !== 'S' && defaultIsa.names.has(r.extension) && !used.has(r.name))
    .map(r => r.name)
  expect(unused.filter(name => !['ebreak', 'c.ebreak', 'fence.tso', 'c.addi16sp'].includes(name))).toEqual([])
})

test('extensions that are not asked for do not occur', () => {
  const integer = randomProgram(1, { length: 2000, extensions: ['I', 'M'], ...PLACE })
  const extensions = new Set(integer.groups.flat().map(p => p.row.extension))
  expect([...extensions].sort()).toEqual(['I', 'M'])
})

test('the same seed gives the same program, another seed another', () => {
  expect(codeOf(randomProgram(7, { length: 100, ...PLACE }))).toEqual(codeOf(randomProgram(7, { length: 100, ...PLACE })))
  expect(codeOf(randomProgram(7, { length: 100, ...PLACE }))).not.toEqual(codeOf(randomProgram(8, { length: 100, ...PLACE })))
})

test('shrinking leaves what fails', () => {
  const fails = (p: RandomProgram): boolean => p.groups.some(g => g[0].row.name === 'mulhu')
  const program = programs.find(fails)
  if (!program) throw new Error('no program has a mulhu')
  expect(shrink(program, fails).groups.map(g => g.map(p => p.row.name))).toEqual([['mulhu']])
})
