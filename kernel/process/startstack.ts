// What a new program finds on its stack: argc, argv, envp and the auxiliary vector, and above them the strings they point to.
// From sp upwards: argc | argv pointers, 0 | envp pointers, 0 | auxv pairs | padding | 16 random bytes | strings | path | 8 zero bytes.
import {
  ARG_MAX,
  AT_BASE,
  AT_CLKTCK,
  AT_EGID,
  AT_ENTRY,
  AT_EUID,
  AT_EXECFN,
  AT_FLAGS,
  AT_GID,
  AT_HWCAP,
  AT_L1I_CACHESIZE,
  AT_L3_CACHEGEOMETRY,
  AT_MINSIGSTKSZ,
  AT_NULL,
  AT_PAGESZ,
  AT_PHDR,
  AT_PHENT,
  AT_PHNUM,
  AT_RANDOM,
  AT_RSEQ_ALIGN,
  AT_RSEQ_FEATURE_SIZE,
  AT_SECURE,
  AT_SYSINFO_EHDR,
  AT_UID,
  CLOCK_TICKS,
  E2BIG,
  MAX_ARG_STRLEN,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  PT,
  RLIMIT_STACK,
  SIZEOF_PHDR,
  TWO_32,
} from '../abi/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { largestFrame } from '../signal/index.ts'
import { USER_END, copyOut, mapRegion, passing, type Mm } from '../mm/index.ts'
import { randomBytes } from '../random.ts'
import type { Task } from '../state.ts'
import type { Credentials } from '../task/types.ts'
import type { Loaded } from './load.ts'
import { rlimit } from '../task/index.ts'
import type { Image } from './program.ts'

const POINTER_BYTES = 8
const RANDOM_BYTES = 16
const STACK_ALIGN = 16
/** Mapped at once below the strings; the rest grows by faults. */
const STACK_ROOM = 32 * PAGE_SIZE
/** argv and envp together never get more than three quarters of the default stack. */
const STRINGS_MAX = 6 * 2 ** 20
const RSEQ_BYTES = 28
const RSEQ_ALIGN = 32

export interface StartInfo {
  argv: readonly string[]
  envp: readonly string[]
  /** The path that was executed. */
  name: string
  image: Image
  loaded: Loaded
  /** Where the dynamic linker was put; null without one. */
  linker: Loaded | null
  credentials: Credentials
  /** Set-id: the C library must not trust the environment. */
  secure: boolean
  executableStack: boolean
}

/** Bytes that the strings may take with their pointers. */
export const argumentRoom = ({ group }: Task): number => Math.max(ARG_MAX, Math.min(rlimit(group, RLIMIT_STACK) / 4, STRINGS_MAX))

/** E2BIG: one string is too long, or all together with their pointers. */
export function checkArguments(task: Task, argv: readonly string[], envp: readonly string[], name: string): void {
  let total = name.length + 1
  for (const text of [...argv, ...envp]) {
    if (text.length >= MAX_ARG_STRLEN) throw E2BIG
    total += text.length + 1 + POINTER_BYTES
  }
  if (total > argumentRoom(task)) throw E2BIG
}

/** The program headers in memory: where a PT_PHDR or the segment that holds them in the file says. */
function programHeaders({ header, segments }: Image, bias: number): number {
  const own = segments.find(s => s.type === PT.PHDR)
  if (own !== undefined) return own.vaddr + bias
  const at = header.programOffset
  const holder = segments.find(s => s.type === PT.LOAD && s.offset <= at && at < s.offset + s.fileSize)
  return holder === undefined ? 0 : at - holder.offset + holder.vaddr + bias
}

/** Pairs in the order Linux on riscv64 gives them. */
function auxiliary(k: Kernel, mm: Mm, info: StartInfo, random: number, execfn: number): number[] {
  const { image, loaded, linker, credentials } = info
  const pairs: number[] = []
  if (mm.vdso !== 0) pairs.push(AT_SYSINFO_EHDR, mm.vdso)
  for (let type = AT_L1I_CACHESIZE; type <= AT_L3_CACHEGEOMETRY; type++) pairs.push(type, 0)
  pairs.push(AT_MINSIGSTKSZ, largestFrame(k), AT_HWCAP, k.machine.isa.hwcap, AT_PAGESZ, PAGE_SIZE, AT_CLKTCK, CLOCK_TICKS)
  pairs.push(AT_PHDR, programHeaders(image, loaded.bias), AT_PHENT, SIZEOF_PHDR, AT_PHNUM, image.header.programCount)
  pairs.push(AT_BASE, linker?.bias ?? 0, AT_FLAGS, 0, AT_ENTRY, loaded.entry)
  pairs.push(AT_UID, credentials.uid, AT_EUID, credentials.euid, AT_GID, credentials.gid, AT_EGID, credentials.egid)
  pairs.push(AT_SECURE, info.secure ? 1 : 0, AT_RANDOM, random, AT_EXECFN, execfn)
  pairs.push(AT_RSEQ_FEATURE_SIZE, RSEQ_BYTES, AT_RSEQ_ALIGN, RSEQ_ALIGN, AT_NULL, 0)
  return pairs
}

/** Maps the stack into `mm` and writes all of it; answers sp. */
export function buildStack(k: Kernel, task: Task, mm: Mm, info: StartInfo): number {
  const strings = [...info.argv, ...info.envp, info.name]
  const stringBytes = strings.reduce((sum, text) => sum + text.length + 1, 0)
  const stringsAt = USER_END - POINTER_BYTES - stringBytes
  const random = stringsAt - RANDOM_BYTES - ((stringsAt - RANDOM_BYTES) & (STACK_ALIGN - 1))
  const execfn = USER_END - POINTER_BYTES - info.name.length - 1
  const auxv = auxiliary(k, mm, info, random, execfn)
  const words = 1 + info.argv.length + 1 + info.envp.length + 1 + auxv.length
  const wanted = random - words * POINTER_BYTES
  const sp = wanted - (wanted & (STACK_ALIGN - 1))

  const bytes = passing(k, USER_END - sp).fill(0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const put = (value: number): void => {
    view.setInt32(at, value | 0, true)
    view.setInt32(at + 4, Math.floor(value / TWO_32), true)
    at += POINTER_BYTES
  }
  let string = stringsAt
  const putStrings = (texts: readonly string[]): void => {
    for (const text of texts) {
      put(string)
      string += text.length + 1
    }
    put(0)
  }
  put(info.argv.length)
  mm.argStart = string
  putStrings(info.argv)
  mm.argEnd = mm.envStart = string
  putStrings(info.envp)
  mm.envEnd = string
  const auxvAt = at
  for (const value of auxv) put(value)
  mm.auxv = bytes.slice(auxvAt, at)
  bytes.set(randomBytes(k, RANDOM_BYTES), random - sp)
  let to = stringsAt - sp
  for (const text of strings) {
    for (let i = 0; i < text.length; i++) bytes[to + i] = text.charCodeAt(i)
    to += text.length + 1
  }

  const bottom = sp - (sp & (PAGE_SIZE - 1)) - STACK_ROOM
  const prot = PROT_READ | PROT_WRITE | (info.executableStack ? PROT_EXEC : 0)
  mapRegion(k, mm, { start: bottom, length: USER_END - bottom, prot, label: '[stack]', growsDown: true })
  copyOut(k, task, sp, bytes, mm)
  mm.startStack = sp
  return sp
}
