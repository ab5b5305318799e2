// The -march string: which extensions the code may use, and the canonical form with versions that object files carry.
import { compareExtensions, extensionNamed, GENERAL, splitIsa, type Extension } from '../../vm/isa/index.ts'
import { SourceError } from './cursor.ts'

/** A row's version; names that no row has only travel to the object file. */
const versionOf = (name: string): string => extensionNamed(name)?.version ?? '1p0'

function format(extensions: ReadonlyMap<string, string>): string {
  const named = [...extensions].sort(([a], [b]) => compareExtensions(a, b))
  return 'rv64' + named.map(([name, version]) => `${name}${version}`).join('_')
}

/** Extensions and versions of a canonical string. */
function extensionsOf(arch: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const part of arch.slice('rv64'.length).split('_')) {
    const found = /^([a-z][a-z0-9]*?)(\d+p\d+)$/.exec(part)
    if (found) out.set(found[1], found[2])
  }
  return out
}

/** A letter that has a row, or a longer name, of which others may know more than we do. */
function isName(name: string): boolean {
  const row = extensionNamed(name)
  return name.length === 1 ? row !== undefined && !row.mode : /^[zsx][a-z0-9]*$/.test(name)
}

/** Adds an extension, and those that it implies where they are missing. What is part of I at the versions we state need not be said. */
function add(out: Map<string, string>, name: string, version = out.get(name) ?? versionOf(name)): void {
  out.set(name, version)
  for (const implied of extensionNamed(name)?.implies ?? []) {
    const other = implied.toLowerCase()
    if (!out.has(other) && !extensionNamed(other)?.inBase) add(out, other)
  }
}

/**
 * The canonical form of an -march string: `rv64gc` -> `rv64i2p0_m2p0_...`; profiles are what they name.
 * @throws SourceError for anything but RV64 with known extensions. Versions that are given are kept; extensions that begin with z, s or
 * x are taken as they are (they only travel to the object file).
 */
export function parseArch(march: string): string {
  const parts = splitIsa(march)
  if (parts === null) throw new SourceError(`${march}: ISA string must begin with rv64, or be a profile`)
  const out = new Map<string, string>()
  for (const { name, version } of parts) {
    if (name === 'g') for (const e of GENERAL.filter(e => !extensionNamed(e)?.inBase)) add(out, e.toLowerCase())
    else if (!isName(name)) {
      throw new SourceError(`${march}: unknown ${name.length === 1 ? 'standard ' : ''}ISA extension \`${name}'`)
    } else add(out, name, versionText(version))
  }
  if (!out.has('i')) throw new SourceError(`${march}: first ISA extension must be \`i' or \`g'`)
  return format(out)
}

const versionText = (version: string | null): string | undefined =>
  version === null ? undefined : version.includes('p') ? version : `${version}p0`

/**
 * Adds (`+c`) or takes away (`-c`) an extension of a canonical string.
 * @throws SourceError for the base, and for a letter that is none of ours.
 */
export function changeArch(arch: string, change: string): string {
  const extensions = extensionsOf(arch)
  const name = change.slice(1)
  if (name === 'i') throw new SourceError(`cannot + or - base extension \`i' in .option arch \`${change}'`)
  if (!isName(name)) throw new SourceError(`unknown ISA extension \`${name}' in .option arch \`${change}'`)
  if (change[0] === '+') add(extensions, name)
  else extensions.delete(name)
  return format(extensions)
}

/** Whether a canonical string has the extension. */
export const hasExtension = (arch: string, name: string): boolean => extensionsOf(arch).has(name)

/** Whether code for it may have the extension's instructions: modes are nothing that a string names. */
export const mayUse = (arch: string, { name, mode, inBase }: Extension): boolean =>
  mode || inBase || name === 'I' || hasExtension(arch, name.toLowerCase())

/** The union of two canonical strings. */
export function unionArch(a: string, b: string): string {
  return format(new Map([...extensionsOf(b), ...extensionsOf(a)]))
}
