// The vDSO as an ELF shared object, as C libraries, debuggers and unwinders expect to find one: symbols of version LINUX_4.15 that
// answer the time from the time CSR, without a system call, and the code that signal handlers return to.
import { PAGE_SIZE } from '../../vm/index.ts'
import {
  EF_RISCV_FLOAT_ABI_DOUBLE,
  EM_RISCV,
  ET,
  EV_CURRENT,
  ELFCLASS64,
  ELFDATA2LSB,
  NANOSECONDS,
  PF,
  PT,
  SIZEOF_DYN,
  SIZEOF_EHDR,
  SIZEOF_PHDR,
  SIZEOF_SHDR,
  SIZEOF_SYM,
} from '../abi/index.ts'
import { assembleLines } from '../lines.ts'

/** Right behind the headers. The sigreturn code comes first. */
const TEXT = 0x100
/** Layout of the data page, which lies before the code: the date at boot. */
export const VVAR = { epochSec: 0, epochNsec: 8 } as const

/** A word of the data page: `auipc` gives the address one page below itself. */
const loadVvar = (rd: string, offset: number, label: string): string => `
${label}:
  auipc ${rd}, 0xfffff
  addi ${rd}, ${rd}, -{${label}}
  ld ${rd}, ${offset}(${rd})`

const CODE = `
__vdso_rt_sigreturn:
  sys 139
__vdso_clock_gettime:
  beqz a0, {realtime}
  li t0, 1
  beq a0, t0, {monotonic}
  li t0, 7
  beq a0, t0, {monotonic}
  sys 113
  ret
realtime:
  mv t6, ra
  jal ra, {now}
  sd t3, 0(a1)
  sd t4, 8(a1)
  li a0, 0
  jr t6
monotonic:
  rdtime t1
  li t2, ${NANOSECONDS}
  divu t3, t1, t2
  remu t4, t1, t2
  sd t3, 0(a1)
  sd t4, 8(a1)
  li a0, 0
  ret
__vdso_gettimeofday:
  beqz a0, {zone}
  mv t6, ra
  jal ra, {now}
  mv ra, t6
  li t0, 1000
  divu t4, t4, t0
  sd t3, 0(a0)
  sd t4, 8(a0)
zone:
  beqz a1, {done}
  sd zero, 0(a1)
done:
  li a0, 0
  ret
__vdso_clock_getres:
  sys 114
  ret
__vdso_getcpu:
  sys 168
  ret
__vdso_flush_icache:
  sys 259
  ret
__vdso_riscv_hwprobe:
  sys 258
  ret
# CLOCK_REALTIME: seconds in t3, nanoseconds in t4. Uses t0, t1, t2, t5.
now:
${loadVvar('t0', VVAR.epochSec, 'sec')}
${loadVvar('t5', VVAR.epochNsec, 'nsec')}
  rdtime t1
  li t2, ${NANOSECONDS}
  divu t3, t1, t2
  remu t4, t1, t2
  add t3, t3, t0
  add t4, t4, t5
  bltu t4, t2, {carried}
  sub t4, t4, t2
  addi t3, t3, 1
carried:
  ret
`

const EXPORTS = [
  '__vdso_rt_sigreturn',
  '__vdso_gettimeofday',
  '__vdso_clock_gettime',
  '__vdso_clock_getres',
  '__vdso_getcpu',
  '__vdso_flush_icache',
  '__vdso_riscv_hwprobe',
] as const
const SONAME = 'linux-vdso.so.1'
const VERSION = 'LINUX_4.15'

// ELF's numbers that only this file needs (gABI; gnu-gabi symbol versioning).
const STB_GLOBAL_FUNC = 0x12
const STV_DEFAULT = 0
const DT = {
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  STRSZ: 10,
  SYMENT: 11,
  SONAME: 14,
  VERSYM: 0x6ffffff0,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
} as const
const SHT = { PROGBITS: 1, STRTAB: 3, HASH: 5, DYNAMIC: 6, DYNSYM: 11, GNU_VERDEF: 0x6ffffffd, GNU_VERSYM: 0x6fffffff } as const
const SHF_ALLOC = 2
const SHF_EXECINSTR = 4
const VER_FLG_BASE = 1
const VERDEF_BYTES = 28
const BASE_VERSION = 1
const OUR_VERSION = 2

/** The hash of DT_HASH and of version names (gABI, figure 5-13). */
function elfHash(name: string): number {
  let h = 0
  for (let i = 0; i < name.length; i++) {
    h = ((h << 4) + name.charCodeAt(i)) >>> 0
    const g = h & 0xf0000000
    h = (h ^ (g >>> 24)) & ~g
  }
  return h >>> 0
}

/** Strings one after the other, the empty one first. */
function stringTable(texts: readonly string[]): { bytes: Uint8Array; at: (text: string) => number } {
  const all = `\0${texts.map(text => `${text}\0`).join('')}`
  return { bytes: Uint8Array.from(all, c => c.charCodeAt(0)), at: text => all.indexOf(`\0${text}\0`) + 1 }
}

interface Section {
  name: string
  type: number
  flags: number
  bytes: Uint8Array
  align: number
  entrySize: number
  /** Name of the section that sh_link means; '' for none. */
  link: string
  info: number
}

const words32 = (values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
const words16 = (values: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer)
const words64 = (values: readonly number[]): Uint8Array => new Uint8Array(BigUint64Array.from(values, BigInt).buffer)

/** The image, one page, and the address of its sigreturn code. */
export function vdsoImage(): { bytes: Uint8Array; sigreturn: number } {
  const { words, labels } = assembleLines(CODE, TEXT)
  const addressOf = (name: string): number => labels.get(name) ?? 0
  // A function ends where the next one starts; what they call internally comes last.
  const starts = [...EXPORTS, 'now'].map(addressOf)
  const endOf = (name: string): number => Math.min(...starts.filter(start => start > addressOf(name)))
  const strings = stringTable([...EXPORTS, SONAME, VERSION])

  const symbols = new Uint8Array((EXPORTS.length + 1) * SIZEOF_SYM)
  const symbolView = new DataView(symbols.buffer)
  EXPORTS.forEach((name, i) => {
    const at = (i + 1) * SIZEOF_SYM
    symbolView.setUint32(at, strings.at(name), true)
    symbolView.setUint8(at + 4, STB_GLOBAL_FUNC)
    symbolView.setUint8(at + 5, STV_DEFAULT)
    symbolView.setUint16(at + 6, 1, true)
    symbolView.setBigUint64(at + 8, BigInt(addressOf(name)), true)
    symbolView.setBigUint64(at + 16, BigInt(endOf(name) - addressOf(name)), true)
  })
  // One bucket: its chain goes through all symbols.
  const count = EXPORTS.length + 1
  const chain = Array.from({ length: count }, (_, i) => (i === 0 || i === count - 1 ? 0 : i + 1))
  const hash = words32([1, count, 1, ...chain])

  const section = (name: string, type: number, bytes: Uint8Array, rest: Partial<Section> = {}): Section => ({
    name,
    type,
    flags: SHF_ALLOC,
    bytes,
    align: 8,
    entrySize: 0,
    link: '',
    info: 0,
    ...rest,
  })
  const sections = [
    section('.text', SHT.PROGBITS, words32(words.map(word => word >>> 0)), { flags: SHF_ALLOC | SHF_EXECINSTR, align: 4 }),
    section('.hash', SHT.HASH, hash, { link: '.dynsym', entrySize: 4 }),
    section('.dynsym', SHT.DYNSYM, symbols, { link: '.dynstr', entrySize: SIZEOF_SYM, info: 1 }),
    section('.dynstr', SHT.STRTAB, strings.bytes, { align: 1 }),
    section('.gnu.version', SHT.GNU_VERSYM, words16([0, ...EXPORTS.map(() => OUR_VERSION)]), { link: '.dynsym', entrySize: 2, align: 2 }),
    section('.gnu.version_d', SHT.GNU_VERDEF, versionDefinitions(strings.at), { link: '.dynstr', info: 2 }),
    section('.dynamic', SHT.DYNAMIC, new Uint8Array(10 * SIZEOF_DYN), { link: '.dynstr', entrySize: SIZEOF_DYN }),
  ]
  const places = new Map<string, number>()
  let end = TEXT
  for (const s of sections) {
    end = Math.ceil(end / s.align) * s.align
    places.set(s.name, end)
    end += s.bytes.length
  }
  const place = (name: string): number => places.get(name) ?? 0
  const dynamic = sections[sections.length - 1]
  dynamic.bytes = words64(
    [
      [DT.SONAME, strings.at(SONAME)],
      [DT.HASH, place('.hash')],
      [DT.STRTAB, place('.dynstr')],
      [DT.SYMTAB, place('.dynsym')],
      [DT.STRSZ, strings.bytes.length],
      [DT.SYMENT, SIZEOF_SYM],
      [DT.VERSYM, place('.gnu.version')],
      [DT.VERDEF, place('.gnu.version_d')],
      [DT.VERDEFNUM, 2],
      [0, 0],
    ].flat(),
  )
  const names = stringTable([...sections.map(s => s.name), '.shstrtab'])
  const namesAt = end
  const headersAt = Math.ceil((namesAt + names.bytes.length) / 8) * 8
  const sectionCount = sections.length + 2

  const bytes = new Uint8Array(PAGE_SIZE)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, ELFCLASS64, ELFDATA2LSB, EV_CURRENT])
  const put = (at: number, ...fields: readonly (readonly [number, number])[]): void => {
    for (const [width, value] of fields) {
      if (width === 2) view.setUint16(at, value, true)
      else if (width === 4) view.setUint32(at, value, true)
      else view.setBigUint64(at, BigInt(value), true)
      at += width
    }
  }
  put(
    16,
    [2, ET.DYN],
    [2, EM_RISCV],
    [4, EV_CURRENT],
    [8, 0],
    [8, SIZEOF_EHDR],
    [8, headersAt],
    [4, EF_RISCV_FLOAT_ABI_DOUBLE],
    [2, SIZEOF_EHDR],
  )
  put(54, [2, SIZEOF_PHDR], [2, 2], [2, SIZEOF_SHDR], [2, sectionCount], [2, sectionCount - 1])
  const segment = (n: number, type: number, flags: number, at: number, length: number, align: number): void =>
    put(SIZEOF_EHDR + n * SIZEOF_PHDR, [4, type], [4, flags], [8, at], [8, at], [8, at], [8, length], [8, length], [8, align])
  segment(0, PT.LOAD, PF.R | PF.X, 0, end, PAGE_SIZE)
  segment(1, PT.DYNAMIC, PF.R, place('.dynamic'), dynamic.bytes.length, 8)
  const indexOf = (name: string): number => sections.findIndex(s => s.name === name) + 1
  sections.forEach((s, i) => {
    const at = place(s.name)
    bytes.set(s.bytes, at)
    const links: readonly (readonly [number, number])[] = [
      [4, indexOf(s.link)],
      [4, s.info],
      [8, s.align],
      [8, s.entrySize],
    ]
    put(
      headersAt + (i + 1) * SIZEOF_SHDR,
      [4, names.at(s.name)],
      [4, s.type],
      [8, s.flags],
      [8, at],
      [8, at],
      [8, s.bytes.length],
      ...links,
    )
  })
  bytes.set(names.bytes, namesAt)
  const strtab = headersAt + (sections.length + 1) * SIZEOF_SHDR
  put(
    strtab,
    [4, names.at('.shstrtab')],
    [4, SHT.STRTAB],
    [8, 0],
    [8, 0],
    [8, namesAt],
    [8, names.bytes.length],
    [4, 0],
    [4, 0],
    [8, 1],
    [8, 0],
  )
  if (headersAt + sectionCount * SIZEOF_SHDR > PAGE_SIZE) throw new Error('making the vDSO: it does not fit a page')
  return { bytes, sigreturn: addressOf('__vdso_rt_sigreturn') }
}

/** Two definitions: the object itself, and the version of its symbols. */
function versionDefinitions(at: (text: string) => number): Uint8Array {
  const bytes = new Uint8Array(2 * VERDEF_BYTES)
  const view = new DataView(bytes.buffer)
  const define = (n: number, flags: number, index: number, name: string, last: boolean): void => {
    const start = n * VERDEF_BYTES
    view.setUint16(start, 1, true)
    view.setUint16(start + 2, flags, true)
    view.setUint16(start + 4, index, true)
    view.setUint16(start + 6, 1, true)
    view.setUint32(start + 8, elfHash(name), true)
    view.setUint32(start + 12, 20, true)
    view.setUint32(start + 16, last ? 0 : VERDEF_BYTES, true)
    view.setUint32(start + 20, at(name), true)
  }
  define(0, VER_FLG_BASE, BASE_VERSION, SONAME, false)
  define(1, 0, OUR_VERSION, VERSION, true)
  return bytes
}
