// What the arguments of prctl(2) can be (Linux uapi linux/prctl.h, seccomp.h, securebits.h): the trace's names.

export const SUID_DUMP = { SUID_DUMP_DISABLE: 0, SUID_DUMP_USER: 1, SUID_DUMP_ROOT: 2 } as const
export const PR_UNALIGN = { PR_UNALIGN_NOPRINT: 1, PR_UNALIGN_SIGBUS: 2 } as const
export const PR_TSC = { PR_TSC_ENABLE: 1, PR_TSC_SIGSEGV: 2 } as const
export const SECCOMP_MODES = { SECCOMP_MODE_DISABLED: 0, SECCOMP_MODE_STRICT: 1, SECCOMP_MODE_FILTER: 2 } as const
export const MCE_KILL = { PR_MCE_KILL_CLEAR: 0, PR_MCE_KILL_SET: 1 } as const
export const MCE_KILL_POLICY = { PR_MCE_KILL_LATE: 0, PR_MCE_KILL_EARLY: 1, PR_MCE_KILL_DEFAULT: 2 } as const
export const PR_SET_MM_OPS = {
  PR_SET_MM_START_CODE: 1,
  PR_SET_MM_END_CODE: 2,
  PR_SET_MM_START_DATA: 3,
  PR_SET_MM_END_DATA: 4,
  PR_SET_MM_START_STACK: 5,
  PR_SET_MM_START_BRK: 6,
  PR_SET_MM_BRK: 7,
  PR_SET_MM_ARG_START: 8,
  PR_SET_MM_ARG_END: 9,
  PR_SET_MM_ENV_START: 10,
  PR_SET_MM_ENV_END: 11,
  PR_SET_MM_AUXV: 12,
  PR_SET_MM_EXE_FILE: 13,
  PR_SET_MM_MAP: 14,
  PR_SET_MM_MAP_SIZE: 15,
} as const
export const PR_SPEC_FEATURES = { PR_SPEC_STORE_BYPASS: 0, PR_SPEC_INDIRECT_BRANCH: 1, PR_SPEC_L1D_FLUSH: 2 } as const
export const PR_SPEC_STATES = {
  PR_SPEC_PRCTL: 1,
  PR_SPEC_ENABLE: 2,
  PR_SPEC_DISABLE: 4,
  PR_SPEC_FORCE_DISABLE: 8,
  PR_SPEC_DISABLE_NOEXEC: 16,
} as const
export const PR_SYS_DISPATCH = { PR_SYS_DISPATCH_OFF: 0, PR_SYS_DISPATCH_ON: 1 } as const
export const PR_SCHED_CORE_OPS = {
  PR_SCHED_CORE_GET: 0,
  PR_SCHED_CORE_CREATE: 1,
  PR_SCHED_CORE_SHARE_TO: 2,
  PR_SCHED_CORE_SHARE_FROM: 3,
} as const
export const PIDTYPES = { PIDTYPE_PID: 0, PIDTYPE_TGID: 1, PIDTYPE_PGID: 2, PIDTYPE_SID: 3 } as const
export const PRCTL_VMA = { PR_SET_VMA_ANON_NAME: 0 } as const
/** PR_RISCV_V_SET_CONTROL: now and after the next exec, and whether that stays. */
export const PR_RISCV_V = { DEFAULT: 0, OFF: 1, ON: 2, CUR_MASK: 3, NEXT_MASK: 0xc, NEXT_SHIFT: 2, INHERIT: 0x10, MASK: 0x1f } as const
