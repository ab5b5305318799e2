// Headers and sets of capget(2) and capset(2) as strace prints them.
import { CAP_DATA, CAP_HEADER, CAPABILITIES, CAPABILITY_VERSION_NAMES, CAPABILITY_VERSIONS, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, nameOf } from './text.ts'

const WORD_BITS = 32

/** Names of the bits of each word. */
const WORDS = [0, 1].map(word =>
  Object.fromEntries(
    Object.entries(CAPABILITIES)
      .filter(([, number]) => Math.floor(number / WORD_BITS) === word)
      .map(([name, number]) => [`1<<${name}`, 2 ** (number % WORD_BITS)]),
  ),
)

function setText(words: readonly number[]): string {
  const parts = words.map((word, i) => (word === 0 ? '' : flagsText(WORDS[i], word, '0', 'CAP_')))
  return parts.filter(part => part !== '').join('|') || '0'
}

function headerAt(k: Kernel, task: Task, at: number): { version: number; pid: number } | null {
  const bytes = at > 0 ? peekUser(k, task, at, CAP_HEADER.size) : null
  return bytes === null ? null : readStruct(CAP_HEADER, bytes)
}

/** The sets, in as many words as the header's version has. */
function dataText(k: Kernel, task: Task, at: number, header: number): string {
  const count = CAPABILITY_VERSIONS[headerAt(k, task, header)?.version ?? 0]
  const bytes = count !== undefined && at > 0 ? peekUser(k, task, at, count * CAP_DATA.size) : null
  if (bytes === null) return pointer(at)
  const words = Array.from({ length: count }, (_, i) => readStruct(CAP_DATA, bytes, i * CAP_DATA.size))
  const sets = (['effective', 'permitted', 'inheritable'] as const).map(name => `${name}=${setText(words.map(word => word[name]))}`)
  return `{${sets.join(', ')}}`
}

export const capHeader: Arg<number> = {
  type: 'cap_user_header_t',
  read: raw => raw,
  show(raw, k, task) {
    const header = headerAt(k, task, raw)
    if (header === null) return pointer(raw)
    return `{version=${nameOf(CAPABILITY_VERSION_NAMES, header.version, '_LINUX_CAPABILITY_VERSION_')}, pid=${header.pid}}`
  },
}
export const capData: Arg<number> = {
  type: 'const cap_user_data_t',
  read: raw => raw,
  show: (raw, k, task, all) => dataText(k, task, raw, all[0]),
}
export const capDataOut: Arg<number> = {
  type: 'cap_user_data_t',
  after: true,
  read: raw => raw,
  show: (raw, k, task, all, result) => (result === 0 ? dataText(k, task, raw, all[0]) : pointer(raw)),
}
