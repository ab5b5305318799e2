// The syntax of ISA strings (rv64imac_zba1p0), which -march, object files and --isa share. What the names mean is their readers' business.

/** A name in lower case, and the version that stands behind it, `2` or `2p1`. */
export interface IsaPart {
  name: string
  version: string | null
}

const LETTER = /^([a-wy])(\d+(?:p\d+)?)?_?/
const NAME = /^([zsx][a-z0-9]*?)(\d+p\d+)?$/

/** The parts in their order; a name that has not the form of one comes as it is. null: the string does not begin with rv64. */
export function splitIsa(text: string): IsaPart[] | null {
  const lower = text.toLowerCase().trim()
  if (!lower.startsWith('rv64')) return null
  const parts: IsaPart[] = []
  let rest = lower.slice('rv64'.length)
  for (let found = LETTER.exec(rest); found && !/^[zs]/.test(rest); found = LETTER.exec(rest)) {
    rest = rest.slice(found[0].length)
    parts.push({ name: found[1], version: found[2] ?? null })
  }
  for (const name of rest.split('_').filter(Boolean)) {
    const found = NAME.exec(name)
    parts.push({ name: found?.[1] ?? name, version: found?.[2] ?? null })
  }
  return parts
}
