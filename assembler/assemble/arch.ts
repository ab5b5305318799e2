// The -march string: which extensions the code may use, and the canonical form with versions that object files carry.
import { SourceError } from './cursor.ts'

/** Extensions that can be named, in canonical order, with the version that the object file states (ISA spec 2.2, as Debian's GNU as). */
const VERSIONS: Readonly<Record<string, string>> = {
  i: '2p0',
  m: '2p0',
  a: '2p0',
  f: '2p0',
  d: '2p0',
  c: '2p0',
  zicsr: '2p0',
  zifencei: '2p0',
  zmmul: '1p0',
}
const IMPLIED: readonly (readonly [string, string])[] = [
  ['d', 'f'],
  ['m', 'zmmul'],
]
const ORDER = Object.keys(VERSIONS)

function format(extensions: ReadonlyMap<string, string>): string {
  const named = [...extensions].sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1))
  return 'rv64' + named.map(([name, version]) => `${name}${version}`).join('_')
}

const order = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)

/** Extensions and versions of a canonical string. */
function extensionsOf(arch: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const part of arch.slice('rv64'.length).split('_')) {
    const found = /^([a-z][a-z0-9]*?)(\d+p\d+)$/.exec(part)
    if (found) out.set(found[1], found[2])
  }
  return out
}

/**
 * The canonical form of an -march string: `rv64gc` -> `rv64i2p0_m2p0_...`.
 * @throws SourceError for anything but RV64 with known extensions. Versions that are given are kept; extensions that begin with z, s or
 * x are taken as they are (they only travel to the object file).
 */
export function parseArch(march: string): string {
  const text = march.toLowerCase().trim()
  if (!text.startsWith('rv64')) throw new SourceError(`${march}: ISA string must begin with rv64`)
  const out = new Map<string, string>()
  const letters = /^([a-wy])(\d+(?:p\d+)?)?_?/
  let rest = text.slice(4)
  for (let found = letters.exec(rest); found && !/^[zs]/.test(rest); found = letters.exec(rest)) {
    rest = rest.slice(found[0].length)
    const [, letter, version] = found
    if (letter === 'g') for (const e of ['i', 'm', 'a', 'f', 'd']) out.set(e, VERSIONS[e])
    else if (letter in VERSIONS) out.set(letter, versionText(version) ?? VERSIONS[letter])
    else throw new SourceError(`${march}: unknown standard ISA extension \`${letter}'`)
  }
  for (const name of rest.split('_').filter(Boolean)) {
    const found = /^([zsx][a-z0-9]*?)(\d+p\d+)?$/.exec(name)
    if (!found) throw new SourceError(`${march}: unknown ISA extension \`${name}'`)
    out.set(found[1], found[2] ?? VERSIONS[found[1]] ?? '1p0')
  }
  if (!out.has('i')) throw new SourceError(`${march}: first ISA extension must be \`i' or \`g'`)
  for (const [name, other] of IMPLIED) if (out.has(name) && !out.has(other)) out.set(other, VERSIONS[other])
  return format(out)
}

const versionText = (version: string | undefined): string | undefined => (version && !version.includes('p') ? `${version}p0` : version)

/** Adds (`+c`) or takes away (`-c`) an extension of a canonical string. */
export function changeArch(arch: string, change: string): string {
  const extensions = extensionsOf(arch)
  const name = change.slice(1)
  if (change[0] === '+') extensions.set(name, extensions.get(name) ?? VERSIONS[name] ?? '1p0')
  else extensions.delete(name)
  return format(extensions)
}

/** Whether a canonical string has the extension. */
export const hasExtension = (arch: string, name: string): boolean => extensionsOf(arch).has(name)

/** The union of two canonical strings. */
export function unionArch(a: string, b: string): string {
  return format(new Map([...extensionsOf(b), ...extensionsOf(a)]))
}
