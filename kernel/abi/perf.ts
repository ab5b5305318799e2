// Counting what programs do (perf_event_open(2); Linux uapi linux/perf_event.h).
import { struct } from './structs.ts'

export const PERF_TYPES = { PERF_TYPE_HARDWARE: 0, PERF_TYPE_SOFTWARE: 1 } as const
export const PERF_COUNT_HW_INSTRUCTIONS = 1
export const PERF_COUNT_SW = {
  CPU_CLOCK: 0,
  TASK_CLOCK: 1,
  PAGE_FAULTS: 2,
  CONTEXT_SWITCHES: 3,
  CPU_MIGRATIONS: 4,
  PAGE_FAULTS_MIN: 5,
  PAGE_FAULTS_MAJ: 6,
  ALIGNMENT_FAULTS: 7,
  EMULATION_FAULTS: 8,
  DUMMY: 9,
} as const

/** The beginning of struct perf_event_attr: as much as its first version had. */
export const PERF_ATTR = struct({
  type: 'u32',
  size: 'u32',
  config: 'big',
  sample: 'big',
  sampleType: 'big',
  readFormat: 'big',
  bits: 'big',
  wakeup: 'u32',
  bpType: 'u32',
  config1: 'big',
})
export const PERF_ATTR_SIZE_VER0 = 64
/** Of Linux 6.12 (VER8). */
export const PERF_ATTR_SIZE = 136

/** Flags of the attribute. */
export const PERF_BITS = {
  DISABLED: 1,
  INHERIT: 2,
  EXCLUDE_USER: 16,
  EXCLUDE_KERNEL: 32,
  FREQ: 1024,
  ENABLE_ON_EXEC: 4096,
} as const

export const PERF_FORMAT = { TIME_ENABLED: 1, TIME_RUNNING: 2, ID: 4, GROUP: 8, LOST: 16 } as const
export const PERF_FLAGS = {
  PERF_FLAG_FD_NO_GROUP: 1,
  PERF_FLAG_FD_OUTPUT: 2,
  PERF_FLAG_PID_CGROUP: 4,
  PERF_FLAG_FD_CLOEXEC: 8,
} as const

export const PERF_IOC = {
  ENABLE: 0x2400,
  DISABLE: 0x2401,
  REFRESH: 0x2402,
  RESET: 0x2403,
  ID: 0x8008_2407,
} as const
export const PERF_IOC_FLAG_GROUP = 1
