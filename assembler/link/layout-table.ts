// The order of the output, one row per output section, after the default script of GNU ld for riscv64: which input sections go in, in
// which order, and which symbols mark its borders.

export interface LayoutRow {
  name: string
  /** Patterns of input section names, `*` for the rest; sections that match an earlier pattern come first. */
  inputs: readonly string[]
  /** In this order they begin: the text segment, the data segment's part that GNU calls relro, data, space. */
  region: 'text' | 'data' | 'bss'
  /** --gc-sections leaves these alone. */
  keep?: boolean
  /** Sections with a priority in their name (`.init_array.100`) come first, in its order. */
  byPriority?: boolean
  /** Hidden symbols for its start and end, defined if something uses them. */
  borders?: readonly [string, string]
}

export const layoutTable: readonly LayoutRow[] = [
  { name: '.note.gnu.build-id', inputs: ['.note.gnu.build-id'], region: 'text', keep: true },
  { name: '.note.ABI-tag', inputs: ['.note.ABI-tag'], region: 'text', keep: true },
  { name: '.init', inputs: ['.init'], region: 'text', keep: true },
  {
    name: '.text',
    inputs: ['.text.unlikely', '.text.unlikely.*', '.text.*_unlikely', '.text.exit', '.text.exit.*', '.text.startup', '.text.startup.*', '.text.hot', '.text.hot.*', '.text', '.text.*'], // prettier-ignore
    region: 'text',
  },
  { name: '.fini', inputs: ['.fini'], region: 'text', keep: true },
  { name: '.rodata', inputs: ['.rodata', '.rodata.*'], region: 'text' },
  { name: '.sdata2', inputs: ['.sdata2', '.sdata2.*'], region: 'text' },
  { name: '.eh_frame', inputs: ['.eh_frame'], region: 'text', keep: true },
  { name: '.gcc_except_table', inputs: ['.gcc_except_table', '.gcc_except_table.*'], region: 'text' },
  { name: '.tdata', inputs: ['.tdata', '.tdata.*'], region: 'data' },
  { name: '.tbss', inputs: ['.tbss', '.tbss.*', '.tcommon'], region: 'data' },
  {
    name: '.preinit_array',
    inputs: ['.preinit_array'],
    region: 'data',
    keep: true,
    borders: ['__preinit_array_start', '__preinit_array_end'],
  },
  { name: '.init_array', inputs: ['.init_array.*', '.init_array'], region: 'data', keep: true, byPriority: true, borders: ['__init_array_start', '__init_array_end'] }, // prettier-ignore
  { name: '.fini_array', inputs: ['.fini_array.*', '.fini_array'], region: 'data', keep: true, byPriority: true, borders: ['__fini_array_start', '__fini_array_end'] }, // prettier-ignore
  { name: '.ctors', inputs: ['.ctors', '.ctors.*'], region: 'data', keep: true },
  { name: '.dtors', inputs: ['.dtors', '.dtors.*'], region: 'data', keep: true },
  { name: '.data.rel.ro', inputs: ['.data.rel.ro.local', '.data.rel.ro.local.*', '.data.rel.ro', '.data.rel.ro.*'], region: 'data' },
  { name: '.data', inputs: ['.data', '.data.*'], region: 'data' },
  { name: '.got', inputs: ['.got'], region: 'data' },
  { name: '.sdata', inputs: ['.srodata.cst16', '.srodata.cst8', '.srodata.cst4', '.srodata.cst2', '.srodata', '.srodata.*', '.sdata', '.sdata.*'], region: 'data' }, // prettier-ignore
  { name: '.sbss', inputs: ['.sbss', '.sbss.*', '.scommon'], region: 'bss' },
  { name: '.bss', inputs: ['.bss', '.bss.*', 'COMMON'], region: 'bss' },
]

/** Sections of the input that never reach the output. */
export const DISCARDED: readonly RegExp[] = [/^\.note\.GNU-stack$/, /^\.gnu\.lto_/, /^\.gnu\.warning/, /^\.gnu_debuglink$/]

/** Index of the first pattern that a name matches, or -1. */
export function matchIndex(patterns: readonly string[], name: string): number {
  return patterns.findIndex(p => {
    const star = p.indexOf('*')
    if (star < 0) return p === name
    const head = p.slice(0, star)
    const tail = p.slice(star + 1)
    return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
  })
}
