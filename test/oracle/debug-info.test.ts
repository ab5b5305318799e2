// Debug information of gcc's programs as binutils and gdb read it: lines, symbols, frames, scopes, types and values are the same here.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  addressesOfFunction,
  addressesOfLine,
  allScopes,
  frameRows,
  framesOf,
  globalsOf,
  linesOf,
  newSymbolSpace,
  openDebugFile,
  printExpression,
  symbolsNamed,
  typeNamed,
  typeText,
  unitsOf,
  type DebugFile,
  type FrameRow,
  type StackFrame,
} from '../../debugger/index.ts'
import { PT } from '../../kernel/index.ts'
import { fNames, xNames } from '../../vm/index.ts'
import { execute, GCC, have, workDirectory } from './tools.ts'

const READELF = 'riscv64-linux-gnu-readelf'
const NM = 'riscv64-linux-gnu-nm'
const GDB = 'gdb-multiarch'
const ready = have(GCC, READELF, NM)
const debugged = ready && have(GDB)
const directory = workDirectory()

const SOURCE = `
#include <stdio.h>
#include <string.h>
struct point { int x; char name[8]; struct point *next; };
enum color { RED, GREEN = 5, BLUE };
enum flags { READ = 1, WRITE = 2, EXECUTE = 4 };
typedef struct { unsigned low : 3; signed high : 5; unsigned : 0; unsigned long wide : 40; } bits_t;
typedef int (*operation)(int, int);
union either { int number; float real; unsigned char bytes[16]; };
struct nested { struct { int a; union { long b; char c; }; }; struct point where; const char *const *list; };
static int add(int a, int b) { int sum = a + b; { int inner = sum * 2; sum += inner; } return sum; }
struct point origin = { 1, "ab", 0 };
struct point second = { -7, "abcdefgh", &origin };
int table[4] = { 1, 2, 3, 4 };
int zeroes[30];
short matrix[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
int mixed[40] = { 7, 7, 7, [20] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
enum color shade = GREEN, strange = 3;
enum flags mode = READ | EXECUTE, odd = 9, nomode = 0;
bits_t packed = { 5, -3, 123456789 };
operation chosen = add;
union either either = { 0x41424344 };
struct nested deep = { { 3, { 4 } }, { 9, "z" }, 0 };
char text[40] = "say \\"hi\\"\\n\\t\\033";
char binary[3] = { 1, (char)200, 0 };
const char *message = "hello, world";
char letter = 'q', quote = '\\'', minus = -1;
unsigned char byte = 200;
_Bool yes = 1, no = 0;
float single = 3.14f, tiny = 1e-10f;
double real = 2.5, third = 1.0 / 3, big = 1e300, negative = -0.0;
long double quad = 1.1L;
long large = -1234567890123456789;
unsigned long huge = 18446744073709551615u;
void *nowhere = 0;
int *into = &table[2];
const volatile int fixed = 42;
int main(int argc, char **argv)
{
  enum color c = GREEN;
  double d = 1.5;
  int r = 0;
  for (int i = 0; i < argc; i++) {
    struct point here = { i, "loop", &origin };
    r += add(here.x, 2);
  }
  printf("%d %d %f %s\\n", r, c, d, argv[0]);
  return chosen(origin.x, matrix[1][2]) + (int)strlen(message);
}
`
const source = join(directory, 'values.c')
writeFileSync(source, SOURCE)

const WAYS: readonly string[][] = [
  ['-O0', '-gdwarf-5'],
  ['-O2', '-gdwarf-5'],
  ['-O0', '-gdwarf-4', '-static'],
  ['-O2', '-gdwarf-4'],
  ['-O1', '-gdwarf-3', '-gno-strict-dwarf'],
  ['-Os', '-gdwarf-5', '-ffunction-sections', '-fasynchronous-unwind-tables'],
  ['-O0', '-gdwarf-2', '-no-pie'],
]

/** For a table of tests. */
const ways = (...which: number[]): { flags: string[]; name: string }[] => which.map(n => ({ flags: WAYS[n], name: WAYS[n].join(' ') }))

interface Built {
  path: string
  file: DebugFile
}
const known = new Map<string, Built>()
function built(flags: readonly string[]): Built {
  const path = join(directory, `values${flags.join('')}`)
  const found = known.get(path)
  if (found) return found
  const { status, stderr } = execute(GCC, [source, '-o', path, ...flags], '', directory)
  if (status !== 0) throw new Error(stderr)
  const made = { path, file: openDebugFile(readFileSync(path), path) }
  known.set(path, made)
  return made
}
const lines = (text: string): string[] => text.split('\n')
const hex = (n: number): string => n.toString(16)

/** What gdb answers to each command. */
function gdb(path: string, commands: readonly string[]): string[] {
  const MARK = '----'
  const { stdout } = execute(
    GDB,
    [
      '-batch',
      '-nx',
      '-ex',
      'set width 0',
      '-ex',
      'set charset ASCII',
      ...commands.flatMap(c => ['-ex', c, '-ex', `echo ${MARK}\\n`]),
      path,
    ],
    '',
    directory,
  )
  return stdout.split(`${MARK}\n`).slice(0, -1)
}

describe.skipIf(!ready).each(ways(...WAYS.keys()))('$name', ({ flags }) => {
  test('lines are those of readelf', () => {
    const { path, file } = built(flags)
    const theirs = lines(execute(READELF, ['-W', '--debug-dump=decodedline', path]).stdout).flatMap(line => {
      const [, name, number, address, rest] = /^(\S+)\s+(\d+|-)\s+0x([0-9a-f]+)(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [`${number} ${address}${number !== '-' && /\bx\b/.test(rest) ? ' x' : ''} ${name.split('/').at(-1)}`]
    })
    const ours = linesOf(file).programs.flatMap(program =>
      program.rows.map(row => {
        const name = program.files[row.file].split('/').at(-1)
        return `${row.end ? '-' : row.line} ${hex(row.address)}${row.isStatement && !row.end ? ' x' : ''} ${name}`
      }),
    )
    expect(ours.length).toBeGreaterThan(10)
    expect(ours).toEqual(theirs)
    expect(file.problems).toEqual([])
  })

  test('symbols are those of nm', () => {
    const { path, file } = built(flags)
    const theirs = lines(execute(NM, ['-S', path]).stdout).flatMap(line => {
      const [, address, , size, kind, name] = /^([0-9a-f]{16}) (([0-9a-f]{16}) )?([A-TV-Zabd-tv-z]) (\S+)$/.exec(line) ?? []
      if (name === undefined || name.startsWith('$')) return []
      const symbol = symbolsNamed(file.symbols, name).find(s => s.address === parseInt(address, 16))
      expect(symbol, line).toBeDefined()
      expect(symbol?.size, line).toBe(size === undefined ? 0 : parseInt(size, 16))
      if (/[A-TX-Z]/.test(kind)) expect(symbol?.binding, line).not.toBe('local')
      return [name]
    })
    expect(theirs.length).toBeGreaterThan(30)
    // Entries of the linkage table have names of our own making.
    expect([...new Set(theirs)].sort()).toEqual(file.symbols.names.filter(name => !name.endsWith('@plt')).sort())
  })

  test('frames are those of readelf', () => {
    const { path, file } = built(flags)
    const theirs = framesOfReadelf(execute(READELF, ['-W', '--debug-dump=frames-interp', path]).stdout)
    const ours = framesOf(file).descriptions.map(d => ({ start: d.start, rows: frameRows(d) }))
    expect(ours.length).toBe(theirs.length)
    expect(theirs.length).toBeGreaterThan(2)
    for (const { start, rows } of ours) {
      const candidates = theirs.filter(t => t.start === start)
      // What never changes is not printed: the common entry said it.
      const expected = candidates.map(t => (t.rows.length === 0 ? `${hex(start)} sp+0` : t.rows.join('\n')))
      expect(expected, hex(start)).toContain(rows.map(row => rowText(row, candidates[0].columns)).join('\n'))
    }
  })
})

const COLUMNS = [...xNames, ...fNames]
/** readelf's words for a rule. */
function ruleText(row: FrameRow, column: string): string {
  const rule = row.registers.get(COLUMNS.indexOf(column))
  if (rule === undefined || rule.kind === 'undefined') return 'u'
  if (rule.kind === 'same') return 's'
  if (rule.kind === 'offset') return `c${rule.offset >= 0 ? '+' : ''}${rule.offset}`
  return rule.kind === 'expression' ? 'exp' : 'vexp'
}
function rowText(row: FrameRow, columns: readonly string[]): string {
  const { cfa } = row
  const base = cfa.kind === 'register' ? `${COLUMNS[cfa.register]}+${cfa.offset}` : 'exp'
  return [hex(row.address), base, ...columns.map(column => ruleText(row, column))].join(' ')
}

function framesOfReadelf(text: string): { start: number; columns: string[]; rows: string[] }[] {
  const found: { start: number; columns: string[]; rows: string[] }[] = []
  let open: (typeof found)[number] | null = null
  for (const line of lines(text)) {
    const fde = / FDE .* pc=([0-9a-f]+)\.\./.exec(line)
    if (fde) found.push((open = { start: parseInt(fde[1], 16), columns: [], rows: [] }))
    else if (/ CIE |ZERO terminator/.test(line)) open = null
    else if (open && /^ +LOC +CFA/.test(line)) open.columns = line.trim().split(/\s+/).slice(2)
    else if (open && /^[0-9a-f]{16} /.test(line)) {
      const [address, ...rest] = line.trim().split(/\s+/)
      open.rows.push([hex(parseInt(address, 16)), ...rest].join(' '))
    }
  }
  for (const frame of found) frame.rows = frame.rows.filter((row, i) => frame.rows[i + 1]?.split(' ')[0] !== row.split(' ')[0])
  return found
}

const VARIABLES = [
  ...'origin second table zeroes matrix mixed shade strange mode odd nomode packed chosen either deep text'.split(' '),
].concat('binary message letter quote minus byte yes no single tiny real third big negative quad large huge nowhere into fixed'.split(' '))
const PATHS = [
  'origin.x',
  'second.name',
  'second.next->x',
  'matrix[1]',
  'matrix[1][2]',
  'packed.high',
  'deep.b',
  'deep.where.name',
  '*into',
  'into[1]',
  '&table',
  '&origin.name',
  '&matrix[1]',
  'main',
  'BLUE',
  '*second.next',
  '&deep',
  'table[9999]',
  'nothing',
  'origin.nothing',
  '*nowhere',
]

/** Memory as the file has it, and a frame that is nowhere: what gdb sees of a program that does not run. */
function still(file: DebugFile): Parameters<typeof printExpression>[0] {
  const space = newSymbolSpace([{ file, bias: 0 }])
  const frame: StackFrame = {
    level: 0,
    pc: 0,
    lookup: 0,
    cfa: null,
    function: null,
    place: null,
    loaded: space.files[0],
    line: null,
    registers: [],
    signal: false,
  }
  const read = (address: number, length: number): Uint8Array | null => {
    const p = file.elf.segments.find(s => s.type === PT.LOAD && address >= s.vaddr && address + length <= s.vaddr + s.memorySize)
    if (p === undefined) return null
    const bytes = new Uint8Array(length)
    const at = address - p.vaddr
    bytes.set(file.elf.bytes.subarray(p.offset + at, p.offset + Math.min(at + length, Math.max(at, p.fileSize))))
    return bytes
  }
  return { space, frame, read }
}

function printed(source: ReturnType<typeof still>, expression: string): string {
  try {
    return printExpression(source, expression)
  } catch (error) {
    return (error as Error).message
  }
}

describe.skipIf(!debugged).each(ways(6, 2))('values of $name', ({ flags }) => {
  test.each([['variables', VARIABLES] as const, ['expressions', PATHS] as const])('%s', (_, expressions) => {
    const { path, file } = built(flags)
    const source = still(file)
    // Errors go elsewhere in gdb: only what it prints is compared.
    const theirs = gdb(
      path,
      expressions.map(e => `output ${e}`),
    ).map(text => text.trimEnd())
    const ours = expressions.map(e => printed(source, e))
    const pairs = expressions.map((e, i) => ({ e, theirs: theirs[i], ours: ours[i] })).filter(p => p.theirs !== '')
    expect(pairs.length).toBeGreaterThan(expressions.length - 6)
    expect(pairs.map(p => `${p.e} = ${p.ours}`)).toEqual(pairs.map(p => `${p.e} = ${p.theirs}`))
  })
})

const TYPES = ['struct point', 'enum color', 'enum flags', 'bits_t', 'operation', 'union either', 'struct nested', 'size_t']
describe.skipIf(!debugged).each(ways(0, 3))('types of $name', ({ flags }) => {
  test('as ptype spells them', () => {
    const { path, file } = built(flags)
    const units = unitsOf(file)
    if (units === null) throw new Error('no units')
    const theirs = gdb(
      path,
      TYPES.map(t => `ptype ${t}`),
    )
    const ours = TYPES.map(name => `type = ${typeText(units, typeNamed(units, name) ?? null)}\n`)
    expect(ours).toEqual(theirs)
    const names = [...VARIABLES, 'main', 'add']
    const all = globalsOf(units).values
    const spelled = names.map(name => `type = ${typeText(units, typeOf(all.get(name)))}\n`)
    expect(spelled).toEqual(
      gdb(
        path,
        names.map(name => `ptype ${name}`),
      ),
    )
  })

  test('scopes have the variables of info scope', () => {
    const { path, file } = built(flags)
    const units = unitsOf(file)
    const [main] = symbolsNamed(file.symbols, 'main')
    if (units === null || main === undefined) throw new Error('no units')
    const [theirs] = gdb(path, ['info scope main'])
    const names = [...theirs.matchAll(/^Symbol (\w+) is/gm)].map(m => m[1])
    const ours = allScopes(units, main.address).flatMap(scope => scope.variables.map(v => v.name))
    expect(names.length).toBeGreaterThan(3)
    expect(ours.slice(0, names.length)).toEqual(names)
  })

  test('breakpoints on lines and functions go where gdb puts them', () => {
    const { path, file } = built(flags)
    const count = lines(SOURCE).length - 1
    const places = [...Array.from({ length: count }, (_, i) => i + 1).map(n => `values.c:${n}`), 'add', 'main']
    const theirs = gdb(
      path,
      places.flatMap(place => [`break ${place}`]),
    ).map((text, i) => {
      const [, at] = /at 0x([0-9a-f]+)/.exec(text) ?? []
      const [, locations] = /\((\d+) locations\)/.exec(text) ?? []
      return `${places[i]} ${locations === undefined ? `at ${at}` : `in ${locations} places`}`
    })
    const ours = places.map(place => {
      const [name, line] = place.split(':')
      const found = line === undefined ? addressesOfFunction(file, name) : (addressesOfLine(file, name, Number(line))[0]?.addresses ?? [])
      return `${place} ${found.length > 1 ? `in ${found.length} places` : `at ${found.length === 0 ? 'undefined' : hex(found[0])}`}`
    })
    expect(ours).toEqual(theirs)
  })
})

/** A variable's type, a function's own. */
function typeOf(entry: ReturnType<typeof globalsOf>['values'] extends Map<string, infer E> ? E | undefined : never): number | null {
  if (entry === undefined) throw new Error('no such name')
  const type = entry.attributes.get(AT_TYPE)
  return entry.tag === TAG_SUBPROGRAM ? entry.offset : type?.kind === 'reference' ? type.offset : null
}
const AT_TYPE = 0x49
const TAG_SUBPROGRAM = 0x2e
