// Numbers as people type them: `-m 512`, `-m 2G`, `--limit 10M`, `--limit 3s`; and `--isa rv64imac`.
import { defaultIsa, parseIsa } from '../vm/index.ts'
import { CommandError, EXIT } from './errors.ts'

const BINARY: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }
const DECIMAL: Record<string, number> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }
const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }
const PAGE = 4096

const bad = (option: string, text: string, wanted: string): never => {
  throw new CommandError(EXIT.usage, `${option} ${text}: ${wanted}`)
}

/** RAM as QEMU's -m: mebibytes, or with K, M or G. Bytes, whole pages. */
export function memorySize(text: string): number {
  const m = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text)
  if (!m) return bad('-m', text, 'a size is a number of MiB, or has K, M or G behind it')
  const bytes = Math.floor((Number(m[1]) * BINARY[m[2].toUpperCase() || 'M']) / PAGE) * PAGE
  return bytes < 2 ** 20 || bytes > 3 * 2 ** 30 ? bad('-m', text, 'a machine has 1 MiB to 3 GiB') : bytes
}

/** Where a run ends: after so many instructions (of all harts), or at an instant of guest time (ns since it began). */
export interface RunLimit {
  instructions: number
  time: number
}
export const NO_LIMIT: RunLimit = { instructions: Infinity, time: Infinity }

/** Instructions, or guest time with ns, us, ms or s behind it. */
export function runLimit(text: string): RunLimit {
  const m = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text)
  const scale = m ? (DECIMAL[m[2]] ?? NANOSECONDS[m[2]]) : undefined
  if (!m || scale === undefined) return bad('--limit', text, 'a limit is a number of instructions (k, M, G) or a guest time (ms, s)')
  const count = Math.max(1, Math.round(Number(m[1]) * scale))
  return m[2] in DECIMAL ? { ...NO_LIMIT, instructions: count } : { ...NO_LIMIT, time: count }
}

/** A count of instructions (k, M, G), or null for anything else. */
export function instructionCount(text: string): number | null {
  const m = /^(\d+(?:\.\d+)?)([kKMG]?)$/.exec(text)
  return m === null ? null : Math.round(Number(m[1]) * DECIMAL[m[2]])
}

/** A whole number in a range. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const n = Number(text)
  return Number.isInteger(n) && n >= min && n <= max ? n : bad(option, text, `a whole number from ${min} to ${max}`)
}

/** The instruction set of `--isa` in one spelling; undefined: the default, said or not. */
export function chosenIsa(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const found = parseIsa(text)
  if (typeof found === 'string') throw new CommandError(EXIT.usage, `--isa ${found}`)
  return found === defaultIsa ? undefined : found.text
}
