// The door of DWARF, as far as more than the debugger reads it: numbers, a checked cursor, forms of attributes, line programs. The linker
// names lines of relocatable objects with it.
export * from './constants.ts'
export * from './forms.ts'
export * from './line-program.ts'
export * from './reader.ts'
export * from './unit-header.ts'
