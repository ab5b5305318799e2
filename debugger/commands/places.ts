// Where a breakpoint goes: `LINE`, `FILE:LINE`, `FUNCTION`, `FILE:FUNCTION`, `*ADDRESS`, or where the program stands.
import {
  functionAddressesInSpace,
  lineAddressesInSpace,
  lineInSpace,
  linesOf,
  symbolInSpace,
  symbolsInSpace,
  type SymbolSpace,
} from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { baseName, frameOf, selected, spaceOf, valueOf } from './look.ts'
import { fail, type Debugger, type SourceSpot } from './types.ts'

export interface Place {
  addresses: number[]
  /** As `info breakpoints` has it: `in main at cow.s:40`, `<main+4>`. */
  what: string
  spot: SourceSpot | null
  /** The file that is mapped there. */
  file: string | null
}

const LINE = /^(?:(.+):)?(\d+)$/
const OFFSET = /^([+-])(\d+)$/

/** The source that a bare line number is about: that of the last list, of the selected frame, or of main. */
export function currentSpot(d: Debugger): SourceSpot | null {
  if (d.listed !== null) return d.listed
  return frameSpot(d) ?? mainSpot(d)
}

export function frameSpot(d: Debugger): SourceSpot | null {
  const { line } = frameOf(d)
  return line === null ? null : { file: line.file, line: line.line }
}

function mainSpot(d: Debugger): SourceSpot | null {
  const space = spaceOf(d, selected(d))
  const at = functionAddressesInSpace(space, 'main')[0]
  const line = at === undefined ? null : lineInSpace(space, at)
  return line === null ? null : { file: line.file, line: line.line }
}

function describe(space: SymbolSpace, address: number): Omit<Place, 'addresses'> {
  const line = lineInSpace(space, address)
  const symbol = symbolInSpace(space, address, true)
  const file = space.files.find(f => address >= f.start && address < f.end)?.file.name ?? null
  const offset = symbol === null ? '' : address === symbol.address ? '' : `+${address - symbol.address}`
  if (line === null) return { what: symbol === null ? hex(address) : `<${symbol.name}${offset}>`, spot: null, file }
  const at = `at ${baseName(line.file)}:${line.line}`
  return { what: symbol === null ? at : `in ${symbol.name} ${at}`, spot: { file: line.file, line: line.line }, file }
}

const placeAt = (space: SymbolSpace, addresses: number[]): Place => ({ addresses, ...describe(space, addresses[0]) })

/** The place that is meant. Fails as gdb does when there is none such. */
export function resolvePlace(d: Debugger, text: string): Place {
  const space = spaceOf(d, selected(d))
  const spec = text.trim()
  if (spec === '') return placeAt(space, [frameOf(d).pc])
  if (spec.startsWith('*')) return placeAt(space, [Number(valueOf(d, spec.slice(1)))])
  const offset = OFFSET.exec(spec)
  const line = LINE.exec(spec)
  if (offset !== null || line !== null) {
    const spot = currentSpot(d)
    const file = line?.[1] ?? spot?.file ?? fail('No symbol table is loaded.  Use the "file" command.')
    const base = offset === null ? 0 : (spot?.line ?? 0)
    const wanted = base + Number(line?.[2] ?? `${offset?.[1]}${offset?.[2]}`)
    const found = lineAddressesInSpace(space, file, wanted).flatMap(one => one.addresses)
    if (found.length === 0) {
      if (!sourceFiles(d).some(name => name === file || name.endsWith(`/${file}`))) fail(`No source file named ${file}.`)
      fail(`No line ${wanted} in file "${baseName(file)}".`)
    }
    return placeAt(space, found)
  }
  const name = spec.slice(spec.lastIndexOf(':') + 1)
  const addresses = functionAddressesInSpace(space, name)
  if (addresses.length === 0) fail(`Function "${name}" not defined.`)
  return placeAt(space, [addresses[0]])
}

/** Paths of all sources of the selected task's files. */
export function sourceFiles(d: Debugger): string[] {
  return spaceOf(d, selected(d)).files.flatMap(({ file }) => linesOf(file).files)
}

/** Names that begin so, of functions and labels: what location words complete to. */
export function completeSymbol(d: Debugger, prefix: string): string[] {
  const space = spaceOf(d, selected(d))
  const names = space.files.flatMap(({ file }) => file.symbols.names.filter(name => name.startsWith(prefix)))
  const files = sourceFiles(d)
    .map(baseName)
    .filter(name => name.startsWith(prefix))
    .map(name => `${name}:`)
  return [...new Set([...names, ...files])].sort()
}

/** Names of symbols in a condition become addresses: a session knows no symbols. */
export function withoutSymbols(d: Debugger, condition: string): string {
  const space = spaceOf(d, selected(d))
  return condition.replace(/"(?:[^"\\]|\\.)*"|\$?[A-Za-z_.][\w.]*/g, word => {
    if (word.startsWith('"') || word.startsWith('$') || KNOWN.test(word)) return word
    const symbol = symbolsInSpace(space, word)[0]
    return symbol === undefined ? word : hex(symbol.address)
  })
}
/** What an expression means by itself, whatever symbols there are. */
const KNOWN =
  /^([xf]\d+|zero|ra|[sgt]p|f?[ast]\d+|f[ts]\d+|pc|fcsr|pid|tid|ppid|comm|time|executed|steps|[us](8|16|32|64)|char|short|int|long)$/
