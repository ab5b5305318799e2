// Why the guest cannot execute a file that was given to it, in words: "Exec format error" alone leaves one guessing.
import { ElfError, ET, foreignMachine, PT, readElfHeaders, segmentBytes, type ElfHeaders } from '../kernel/index.ts'

const SCRIPT_LINE = 256
const SAMPLE = 512

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const isElf = (bytes: Uint8Array): boolean => textOf(bytes.subarray(0, 4)) === '\x7fELF'

const KINDS: Readonly<Record<number, string>> = {
  [ET.NONE]: 'it has no type',
  [ET.REL]: 'it is an object file, not linked yet: see `hartbeat ld`',
  [ET.CORE]: 'it is a core dump, not a program',
}

function headersOf(bytes: Uint8Array): ElfHeaders | string {
  try {
    return readElfHeaders(bytes, 'it')
  } catch (error) {
    if (error instanceof ElfError) return error.message
    throw error
  }
}

/** The file that PT_INTERP or a `#!` line names; null: none. */
export function interpreterOf(bytes: Uint8Array): string | null {
  if (!isElf(bytes)) return /^#![ \t]*([^ \t\n\0]+)/.exec(textOf(bytes.subarray(0, SCRIPT_LINE)))?.[1] ?? null
  const headers = headersOf(bytes)
  const segment = typeof headers === 'string' ? undefined : headers.segments.find(s => s.type === PT.INTERP)
  if (typeof headers === 'string' || segment === undefined || segment.offset + segment.fileSize > bytes.length) return null
  return textOf(segmentBytes(headers, segment)).replace(/\0.*$/s, '')
}

function elfReason(bytes: Uint8Array): string {
  const machine = foreignMachine(bytes)
  if (machine !== null) return `it is for ${machine}`
  const headers = headersOf(bytes)
  if (typeof headers === 'string') return 'its ELF header is cut short or damaged'
  if (KINDS[headers.header.type] !== undefined) return KINDS[headers.header.type]
  return headers.segments.some(s => s.type === PT.LOAD) ? 'its segments cannot be loaded' : 'it has nothing to load'
}

/** What is wrong with a file that the guest refuses with ENOEXEC. */
export function notExecutableReason(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty'
  if (isElf(bytes)) return elfReason(bytes)
  const sample = textOf(bytes.subarray(0, SAMPLE))
  if (sample.startsWith('#!')) return 'its #! line names no interpreter'
  // As shells tell a script from data.
  if (sample.includes('\0')) return 'it is neither an ELF file nor a script'
  return 'it is a text without a #! line: give it to its interpreter, as in `hartbeat run sh FILE`'
}
