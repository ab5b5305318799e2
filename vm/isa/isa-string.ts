// The syntax of ISA strings (rv64imac_zba1p0, rva22u64_zbc), which -march, object files and --isa share. What the names mean is their readers'
// business.
import { extensionNamed } from './extensions.ts'
import { profiles } from './profiles.ts'

/** A name in lower case, and the version that stands behind it, `2` or `2p1`. */
export interface IsaPart {
  name: string
  version: string | null
}

const LETTER = /^([a-wy])(\d+(?:p\d+)?)?_?/
const NAME = /^([zsx][a-z0-9]*?)(\d+p\d+)?$/

/** A profile at the beginning, as its parts, and what stands behind it. */
function splitProfile(text: string): { parts: IsaPart[]; rest: string } | null {
  const [name, ...rest] = text.split('_')
  const profile = profiles.find(p => p.name === name)
  if (profile === undefined) return null
  const known = profile.extensions.filter(extension => extensionNamed(extension) !== undefined)
  return { parts: known.map(extension => ({ name: extension.toLowerCase(), version: null })), rest: rest.join('_') }
}

/** The parts in their order; a name that has not the form of one comes as it is. null: the string begins neither with rv64 nor with a profile. */
export function splitIsa(text: string): IsaPart[] | null {
  const lower = text.toLowerCase().trim()
  const profile = splitProfile(lower)
  if (profile !== null) return [...profile.parts, ...splitNames(profile.rest)]
  if (!lower.startsWith('rv64')) return null
  const parts: IsaPart[] = []
  let rest = lower.slice('rv64'.length)
  for (let found = LETTER.exec(rest); found && !/^[zs]/.test(rest); found = LETTER.exec(rest)) {
    rest = rest.slice(found[0].length)
    parts.push({ name: found[1], version: found[2] ?? null })
  }
  return [...parts, ...splitNames(rest)]
}

const splitNames = (text: string): IsaPart[] =>
  text
    .split('_')
    .filter(Boolean)
    .map(name => {
      const found = NAME.exec(name)
      return { name: found?.[1] ?? name, version: found?.[2] ?? null }
    })
