// The door of the library: what people use first, over everything else. It knows no host and no page.
export { run, RUN_LIMITS, type RunOptions, type RunResult } from './run.ts'
export {
  createMachine,
  proceed,
  sendInput,
  start,
  StartError,
  type Ending,
  type Limits,
  type MachineOptions,
  type Program,
  type StartOptions,
} from './machine.ts'
export { DEFAULT_ENV } from './environment.ts'
export { BuildError, type Source } from './build.ts'
export { readFile, type FileMap } from './files.ts'
export { statistics, type Statistics } from './statistics.ts'
