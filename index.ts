// The npm library: the machine, the kernel and the assembler, each behind its own name.
export * as vm from './vm/index.ts'
export * as kernel from './kernel/index.ts'
export * as assembler from './assembler/index.ts'
