// The npm library: what people use, by its names. It imports nothing of Node, so a web page can have it; what needs Node is
// `hartbeat/node`. All the rest is under the name of its folder: `hartbeat/vm`, `/kernel`, `/abi`, `/assembler`, `/debugger`.
// docs/library.md is the reference, and a test holds it equal to this list.

// ---- run a program
export { run, RUN_LIMITS, type RunOptions, type RunResult } from './library/index.ts'
export { BuildError, StartError } from './library/index.ts'
export type { Ending, FileMap, Limits, Program, Source, Statistics } from './library/index.ts'

// ---- a machine that one keeps
export { createMachine, proceed, readFile, sendInput, start, statistics } from './library/index.ts'
export type { MachineOptions, StartOptions } from './library/index.ts'
export { newJournal, replayOf, restore, snapshot, type Host, type Kernel, type Snapshot } from './kernel/index.ts'

// ---- what happens in it
export { subscribe, traceSyscalls, type EventKind, type KernelEvent, type TraceOptions } from './kernel/index.ts'

// ---- file systems
export { readCpio, readTar, writeCpio, writeTar, ImageError, type ImageFile } from './kernel/index.ts'

// ---- the assembler, the linker and what they made
export { assemble, build, formatDiagnostics, link, nm, objdump, readelf, writeArchive } from './assembler/index.ts'
export type { AssembleOptions, Diagnostic, LinkOptions } from './assembler/index.ts'
export { ElfError, readElf, type ElfFile } from './kernel/index.ts'

// ---- a debugger, forwards and backwards
export {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  closeSession,
  createSession,
  goTo,
  readMemory,
  readRegister,
  removePoint,
  resume,
  reverseResume,
  reverseStepInstruction,
  stepInstruction,
  taskById,
  taskByPid,
  viewByName,
  writeMemory,
  writeRegister,
} from './debugger/index.ts'
export type { Instant, Session, Stop } from './debugger/index.ts'
