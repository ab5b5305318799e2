// Our assembler against GNU as: every instruction form with random operands, `li` of any value, random expressions, every program.
import { afterAll, describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { assemble } from '../../assembler/index.ts'
import {
  csrs,
  defaultIsa,
  extensions,
  fieldRange,
  fieldSpec,
  fNames,
  isField,
  pseudos,
  roundingModes,
  rowNamed,
  allRows,
  xNames,
} from '../../vm/isa/index.ts'
import type { FieldName, Row } from '../../vm/isa/index.ts'
import {
  gnuAssemble,
  includeFlags,
  includesOf,
  librarySources,
  listing,
  missingTool,
  programs,
  random,
  workspace,
} from './assembler-gnu.ts'

const missing = missingTool()
if (missing) console.warn(`skipped: ${missing} is not installed`)
const w = workspace()
afterAll(() => w.remove())

/** Without those of privileged spec 1.12: GNU as marks its objects as 1.11, and objdump then prints their numbers. */
const oldCsrs = csrs.filter(c => !/^(pmpaddr(1[6-9]|[2-6]\d)|pmpcfg([4-9]|1\d)|mconfigptr|[ms]envcfg)$/.test(c.name))

/** Text of a random operand for a field; most are in range. */
function operand(field: FieldName, rnd: (n: number) => number): string {
  const { kind } = fieldSpec(field)
  if (kind === 'x') return xNames[rnd(32)]
  if (kind === 'xc') return xNames[8 + rnd(8)]
  if (kind === 'f') return fNames[rnd(32)]
  if (kind === 'fc') return fNames[8 + rnd(8)]
  if (kind === 'v') return `v${rnd(32)}`
  if (kind === 'vtype') return ['e8,mf8,tu,mu', 'e32,m1', 'e64, m8, ta, ma', '0x4f', 'e16,m2,ta'][rnd(5)]
  if (kind === 'csr') return oldCsrs[rnd(oldCsrs.length)].name
  if (kind === 'rm') return roundingModes[rnd(roundingModes.length)].name
  if (kind === 'fence') return ['r', 'w', 'rw', 'i', 'o', 'iorw', 'ir', 'ow'][rnd(8)]
  if (field === 'b' || field === 'j' || field === 'cb' || field === 'cj') return ['before', 'after', 'far', 'elsewhere', '. + 8'][rnd(5)]
  if (field === 'u') return String(rnd(1 << 20))
  if (field === 'clui') return rnd(2) ? String(1 + rnd(31)) : String(0xfffe0 + rnd(32))
  const { min, max, multiple } = fieldRange(field)
  const edge = [min, max, 0, multiple][rnd(8)]
  const value = edge ?? min + rnd((max - min) / multiple + 1) * multiple
  return String(value)
}

const form = (name: string, syntax: string, rnd: (n: number) => number): string =>
  `${name} ${syntax.replace(/, vm\b|[a-z]\w*/g, token => (token === ', vm' ? [', v0.t', ''][rnd(2)] : isField(token) ? operand(token, rnd) : token))}`

/** Words and text; without the comments on addresses, in which one difference would show again and again. */
const disassembly = (bytes: Uint8Array): string[] =>
  listing(w, 'objdump', ['-dr'], bytes).map(line =>
    line
      .replace(/^ *[0-9a-f]+:\t/, '')
      .replace(/ # .*/, '')
      .replace(/<.*>/, ''),
  )

/** One line per instruction keeps a difference readable: compared statement by statement. */
function compare(statements: readonly string[], prologue = '', epilogue = ''): void {
  const text = [prologue, ...statements, epilogue, ''].join('\n')
  const theirs = gnuAssemble(w, text)
  const ours = assemble({ name: 'x.s', text })
  expect(theirs.errors).toBe('')
  expect(ours.diagnostics.filter(d => d.severity === 'error')).toEqual([])
  expect(disassembly(ours.object ?? new Uint8Array(0))).toEqual(disassembly(theirs.object ?? new Uint8Array(0)))
}

/** Statements that GNU as takes one by one: random operands may break a rule that only the combination has. */
function accepted(statements: readonly string[], prologue: string, epilogue: string): string[] {
  let rest = [...statements]
  for (;;) {
    const { errors } = gnuAssemble(w, [prologue, ...rest, epilogue, ''].join('\n'))
    const bad = new Set([...errors.matchAll(/gnu\.s:(\d+): Error/g)].map(m => Number(m[1]) - 1 - prologue.split('\n').length))
    if (bad.size === 0) return rest
    rest = rest.filter((_, i) => !bad.has(i))
  }
}

const isVector = (name: string): boolean => name.startsWith('v')
/** Of RV64GC, which the source is for. */
const isGeneral = (row: Row): boolean => defaultIsa.rows.has(row) && defaultIsa.names.has(row.extension)
const PROLOGUE = 'before: nop'
const EPILOGUE = 'after: nop\n .skip 5000\nfar: nop'

describe.skipIf(missing)('instructions', () => {
  it('encodes every form as GNU as does', () => {
    const rnd = random(7)
    for (let round = 0; round < 6; round++) {
      const statements = [
        ...allRows()
          .filter(r => !r.hint && isGeneral(r))
          .flatMap(r => [
            form(r.name, r.syntax, rnd),
            ...(r.fields.includes('rm') && rnd(2) ? [`${form(r.name, r.syntax, rnd)},${operand('rm', rnd)}`] : []),
          ]),
        ...allRows()
          .filter(r => r.fields.includes('aq') && isGeneral(r))
          .map(r => form(`${r.name}.${['aq', 'rl', 'aqrl'][rnd(3)]}`, r.syntax, rnd)),
        ...pseudos()
          .filter(p => p.expansion.every(e => isGeneral(rowNamed(e.name)!)))
          .map(p => form(p.name, p.syntax, rnd)),
      ]
        // A hint that GNU as takes and that is refused here.
        .filter(s => !/^c\.addi \w+, 0$/.test(s))
        .map((s, i) => (i % 9 === 0 ? `${s}; .option norvc; ${s}; .option rvc` : s))
      const kept = accepted(statements, PROLOGUE, EPILOGUE)
      expect(kept.length).toBeGreaterThan(statements.length * 0.9)
      compare(kept, PROLOGUE, EPILOGUE)
    }
  })

  it('encodes forms of the extensions that this GNU as knows as it does', () => {
    const rnd = random(9)
    const known = extensions.filter(
      e =>
        !defaultIsa.names.has(e.name) &&
        !/^(V|Zv.*)$/.test(e.name) &&
        gnuAssemble(w, `.option arch, +${e.name.toLowerCase()}\n`).errors === '',
    )
    const constant = (field: FieldName): boolean => fieldSpec(field).kind === 'fli'
    const names = new Set(known.map(e => e.name))
    const chosen = allRows().filter(
      r => names.has(r.extension) && !r.operands.some(constant) && (r.also === null || names.has(r.also) || r.also === 'D'),
    )
    expect(chosen.length).toBeGreaterThan(0)
    const statements = chosen.flatMap(r => [1, 2, 3].map(() => form(r.name, r.syntax, rnd)))
    const prologue = [...known.map(e => `.option arch, +${e.name.toLowerCase()}`), PROLOGUE].join('; ')
    const kept = accepted(statements, prologue, EPILOGUE)
    expect(kept.length).toBeGreaterThan(statements.length * 0.8)
    compare(kept, prologue, EPILOGUE)
  })

  it('encodes vector forms as GNU as does', () => {
    const rnd = random(8)
    const statements = [...allRows(), ...pseudos()]
      .filter(r => isVector(r.name))
      .flatMap(r => [1, 2].map(() => form(r.name, r.syntax, rnd)))
    const prologue = `.option arch, +v; ${PROLOGUE}`
    const kept = accepted(statements, prologue, EPILOGUE)
    expect(kept.length).toBeGreaterThan(statements.length * 0.9)
    compare(kept, prologue, EPILOGUE)
  })

  it('compresses as GNU as does, for operands near the limits of the short forms', () => {
    const rnd = random(11)
    const near = [
      -33, -32, -31, -1, 0, 1, 4, 8, 16, 31, 32, 33, 63, 64, 124, 128, 248, 252, 256, 496, 504, 508, 512, 1020, 1024, -512, -496, -528,
    ]
    const pick = <T>(items: readonly T[]): T => items[rnd(items.length)]
    const x = (): string => pick(['zero', 'ra', 'sp', 's0', 's1', 'a0', 'a5', 't3'])
    const statements = Array.from({ length: 6000 }, () => {
      const imm = pick(near)
      return pick([
        () => `${pick(['addi', 'addiw', 'andi', 'xori', 'ori', 'slti'])} ${x()}, ${x()}, ${imm}`,
        () => `${pick(['addi', 'addiw', 'andi'])} s0, s0, ${imm}`,
        () => `addi sp, sp, ${imm}`,
        () => `addi a0, sp, ${imm}`,
        () => `${pick(['lw', 'ld', 'sw', 'sd', 'lbu', 'lwu', 'lh'])} ${x()}, ${imm}(${x()})`,
        () => `${pick(['flw', 'fld', 'fsw', 'fsd'])} ${pick(['fa0', 'ft0', 'fs0'])}, ${imm}(${x()})`,
        () => `${pick(['add', 'sub', 'and', 'or', 'xor', 'addw', 'subw', 'sll'])} ${x()}, ${x()}, ${x()}`,
        () => `${pick(['slli', 'srli', 'srai'])} ${x()}, ${x()}, ${Math.abs(imm) % 64}`,
        () => `mv ${x()}, ${x()}`,
        () => `li ${x()}, ${imm}`,
        () => `lui ${x()}, ${pick([1, 2, 31, 32, 0xfffe0, 0xfffdf, 0xfffff, 0x80000])}`,
        () => `${pick(['jr', 'jalr'])} ${x()}`,
        () => `jalr ${x()}, ${x()}, ${pick([0, 4])}`,
        () => `${pick(['beq', 'bne'])} ${x()}, ${x()}, . + ${pick([254, 256, -256, -258, 4094, 0, 8])}`,
        () => `j . + ${pick([2046, 2048, -2048, -2050, 0, 100])}`,
      ])()
    })
    compare(accepted(statements, PROLOGUE, EPILOGUE), PROLOGUE, EPILOGUE)
  })

  it('loads any 64-bit value with the same instructions', () => {
    const rnd = random(3)
    const values: bigint[] = [
      0n,
      1n,
      -1n,
      2047n,
      2048n,
      -2048n,
      -2049n,
      0x7fffffffn,
      0x80000000n,
      0x7ffff800n,
      0x7fffffffffffffffn,
      1n << 63n,
      0xffffffffn,
    ]
    for (let bit = 0n; bit < 64n; bit++)
      values.push(1n << bit, (1n << bit) - 1n, -(1n << bit), (1n << bit) + 1n, 0xfffn << bit, 0x800n << bit)
    while (values.length < 4000) {
      let v = 0n
      for (let i = 0; i < 4; i++) v = (v << 16n) | BigInt(rnd(4) ? rnd(65536) : rnd(2) * 65535)
      values.push(rnd(3) ? v : v >> BigInt(rnd(64)))
    }
    compare(values.map(v => `li a${rnd(8)}, ${BigInt.asIntN(64, v)}`))
    compare(
      values.slice(0, 500).map(v => `li s2, 0x${BigInt.asUintN(64, v).toString(16)}`),
      '.option norvc',
    )
  })
})

describe.skipIf(missing)('expressions', () => {
  it('works out random expressions as GNU as does', () => {
    const rnd = random(5)
    const number = (): string =>
      [
        () => String(rnd(100)),
        () => `0x${rnd(1 << 30).toString(16)}`,
        () => `0b${rnd(256).toString(2)}`,
        () => `0${rnd(512).toString(8)}`,
        () => `'${'aZ+('[rnd(4)]}'`,
        () => 'five',
        () => '(end - begin)',
      ][rnd(7)]()
    const binary = ['+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^', '!', '==', '!=', '<>', '<', '>', '<=', '>=', '&&', '||']
    const expression = (depth: number): string => {
      if (depth === 0) return number()
      const kind = rnd(6)
      if (kind === 0) return `(${expression(depth - 1)})`
      if (kind === 1) return `${'-~!'[rnd(3)]}${expression(depth - 1)}`
      const operator = binary[rnd(binary.length)]
      // Shift counts and divisors stay small and positive: GNU as itself fails on some others.
      const right = /<<|>>|[/%]/.test(operator) ? String(1 + rnd(30)) : expression(depth - 1)
      return `${expression(depth - 1)} ${operator} ${right}`
    }
    const statements = Array.from({ length: 3000 }, () => `.dword ${expression(1 + rnd(4))}`)
    const text = ['.data', '.equ five, 5', 'begin: .zero 24', 'end:', ...statements, ''].join('\n')
    const theirs = gnuAssemble(w, text)
    const bad = new Set([...theirs.errors.matchAll(/gnu\.s:(\d+): Error/g)].map(m => Number(m[1]) - 1))
    const kept = text
      .split('\n')
      .filter((_, i) => !bad.has(i))
      .join('\n')
    const ours = assemble({ name: 'x.s', text: kept })
    expect(ours.diagnostics.filter(d => d.severity === 'error')).toEqual([])
    const data = (o: Uint8Array | null): string[] => listing(w, 'objdump', ['-s', '-j', '.data'], o ?? new Uint8Array(0))
    expect(bad.size).toBeLessThan(100)
    expect(data(ours.object)).toEqual(data(gnuAssemble(w, kept).object))
  })
})

describe.skipIf(missing)('programs', () => {
  const sources = [...librarySources(), ...programs().flatMap(p => p.sources)]
  it.each(sources)('%s comes out as from GNU as', source => {
    const text = readFileSync(source, 'utf8')
    const ours = assemble({ name: source, text }, { readFile: includesOf(source) })
    expect(ours.diagnostics).toEqual([])
    const theirs = gnuAssemble(w, text, includeFlags(source))
    expect(theirs.errors).toBe('')
    const both = [ours.object, theirs.object].map(o => o ?? new Uint8Array(0))
    for (const args of [['-dr'], ['-s', '-j', '.data', '-j', '.rodata', '-j', '.text'], ['-h']]) {
      const [mine, other] = both.map(o => listing(w, 'objdump', args, o))
      // File offsets differ: GNU as puts relocations behind everything else.
      const strip = (lines: string[]): string[] =>
        args[0] === '-h' ? lines.map(l => l.replace(/ {2}[0-9a-f]{8} {2}2\*\*/, ' 2**')) : lines
      expect(strip(mine)).toEqual(strip(other))
    }
  })
})
