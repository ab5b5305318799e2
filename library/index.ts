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
  type Output,
  type Program,
  type StartOptions,
} from './machine.ts'
export { DEFAULT_ENV } from './environment.ts'
export { BuildError, type BuildSettings, type Source } from './build.ts'
export { readFile, type FileContent, type FileMap } from './files.ts'
export { statistics, type Statistics, type TimedStatistics } from './statistics.ts'
