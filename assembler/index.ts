// The assembler and linker: GNU syntax in, ELF files out. The only door of this folder.
export { assemble, type AssembleOptions, type AssembleResult } from './assemble/index.ts'
export { build, type BuildResult } from './build.ts'
export { formatDiagnostic, hasErrors, type Diagnostic } from './diagnostic.ts'
export { writeArchive } from './link/archive.ts'
export { link, type LinkInput, type LinkResult } from './link/index.ts'
export type { LinkOptions } from './link/state.ts'
