// The npm library: the machine, the kernel, the assembler and the debugger, each behind its own name. It imports nothing of Node: a web
// page can have it. What each name offers is the list in its index.ts; a mistake throws an Error (ElfError, ImageError, Errno, ...).
export * as vm from './vm/index.ts'
export * as kernel from './kernel/index.ts'
export * as assembler from './assembler/index.ts'
// `debugger` is a word that no import can bind.
export * as debug from './debugger/index.ts'
