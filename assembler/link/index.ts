// The linker: objects and archives to a static executable, as a list of passes.
import { ElfError } from '../../kernel/abi/index.ts'
import { hasErrors, type Diagnostic } from '../diagnostic.ts'
import { ArchiveError } from './archive.ts'
import { collectGarbage } from './gc.ts'
import { makeGot } from './got.ts'
import { allocateCommons, arrangeSections, assignAddresses } from './layout.ts'
import { loadArchives, loadInput } from './load.ts'
import { linkMap } from './map.ts'
import { relaxCode } from './relax.ts'
import { complainTwice, error, warning } from './report.ts'
import { addressOf, newLinkSymbol, resolve } from './symbols.ts'
import { writeExecutable } from './write.ts'
import type { Link, LinkOptions } from './state.ts'

/** A file to link. */
export interface LinkInput {
  /** For messages, and for FILE symbols. */
  name: string
  /** A relocatable object or an archive. */
  bytes: Uint8Array
  /** As --whole-archive: take every member. */
  whole?: boolean
}

/** What came of a link. */
export interface LinkResult {
  /** The executable; null when there are errors. */
  image: Uint8Array | null
  /** As -Map. */
  map: string
  diagnostics: Diagnostic[]
}

const DEFAULT_ENTRY = '_start'

function newLink(options: LinkOptions): Link {
  return {
    options,
    files: [],
    archives: [],
    globals: new Map(),
    groups: new Set(),
    outputs: [],
    dataStart: 0,
    got: { entries: [], section: null },
    flags: -1,
    attributes: new Map(),
    pulled: [],
    duplicates: [],
    missing: { name: '', times: 0 },
    diagnostics: [],
  }
}

/** Symbols of the command line: definitions, and names to look for. */
function applyOptions(link: Link): void {
  const { options } = link
  for (const [name, value] of Object.entries(options.defines ?? {})) {
    const symbol = newLinkSymbol(name, null)
    symbol.kind = 'absolute'
    symbol.value = BigInt.asUintN(64, BigInt(value))
    resolve(link, symbol)
  }
  for (const name of [options.entry ?? DEFAULT_ENTRY, ...(options.undefined ?? [])]) {
    if (!/^\d/.test(name)) resolve(link, newLinkSymbol(name, null))
  }
}

function load(link: Link, inputs: readonly LinkInput[]): void {
  for (const [place, { name, bytes, whole }] of inputs.entries()) guarded(link, () => loadInput(link, name, bytes, whole ?? false, place))
  guarded(link, () => loadArchives(link))
}

/** Damaged input files are complaints, not failures of the linker. */
function guarded(link: Link, action: () => void): void {
  try {
    action()
  } catch (problem) {
    if (!(problem instanceof ElfError) && !(problem instanceof ArchiveError)) throw problem
    error(link, '', problem.message)
  }
}

/** A number, or the address of a symbol; without one the start of the code, with a warning. */
function entryAddress(link: Link): bigint {
  const name = link.options.entry ?? DEFAULT_ENTRY
  if (/^\d/.test(name)) return BigInt(name)
  const symbol = link.globals.get(name)
  if (symbol && symbol.kind !== 'undefined') return addressOf(symbol)
  const text = link.outputs.find(o => o.name === '.text')
  const fallback = BigInt(text?.address ?? 0)
  warning(
    link,
    '',
    `cannot find entry symbol ${name}; ${text ? `defaulting to ${fallback.toString(16).padStart(16, '0')}` : 'not setting start address'}`,
  )
  return fallback
}

/**
 * Links objects and archives to a static executable. Archives are searched until nothing new is found, whatever their order.
 * Not supported: shared libraries and dynamic executables, linker scripts, -r, indirect functions (IFUNC).
 */
export function link(inputs: readonly LinkInput[], options: LinkOptions = {}): LinkResult {
  const state = newLink(options)
  applyOptions(state)
  load(state, inputs)
  if (hasErrors(state.diagnostics)) return { image: null, map: '', diagnostics: state.diagnostics }
  for (const { first, again } of state.duplicates) complainTwice(state, first, again)
  allocateCommons(state)
  if (options.gcSections) collectGarbage(state, options.entry ?? DEFAULT_ENTRY)
  arrangeSections(state)
  makeGot(state)
  assignAddresses(state)
  relaxCode(state)
  assignAddresses(state)
  const image = writeExecutable(state, entryAddress(state))
  return { image: hasErrors(state.diagnostics) ? null : image, map: linkMap(state), diagnostics: state.diagnostics }
}
