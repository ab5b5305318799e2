// Signals as programs know them (Linux uapi asm-generic/signal.h, siginfo.h; signal(7)): numbers, what each does by default,
// flags of dispositions and the codes that say why a signal was sent.

/** The ordinary signals; 32..64 are real-time. */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const
export const {
  SIGHUP,
  SIGINT,
  SIGQUIT,
  SIGILL,
  SIGTRAP,
  SIGABRT,
  SIGBUS,
  SIGFPE,
  SIGKILL,
  SIGUSR1,
  SIGSEGV,
  SIGUSR2,
  SIGPIPE,
  SIGALRM,
  SIGTERM,
  SIGSTKFLT,
  SIGCHLD,
  SIGCONT,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGXCPU,
  SIGXFSZ,
  SIGVTALRM,
  SIGPROF,
  SIGWINCH,
  SIGIO,
  SIGPWR,
  SIGSYS,
} = SIGNALS

export const SIGPOLL = SIGIO
/** Highest signal number; the size of a mask is NSIG / 8 bytes. */
export const NSIG = 64
export const SIGRTMIN = 32
export const SIGRTMAX = 64
export const SIGSET_BYTES = 8

/** What a signal does when its disposition is SIG_DFL. */
export type DefaultAction = 'terminate' | 'core' | 'stop' | 'continue' | 'ignore'

const NOT_TERMINATE: Readonly<Record<number, DefaultAction>> = {
  [SIGQUIT]: 'core',
  [SIGILL]: 'core',
  [SIGTRAP]: 'core',
  [SIGABRT]: 'core',
  [SIGBUS]: 'core',
  [SIGFPE]: 'core',
  [SIGSEGV]: 'core',
  [SIGXCPU]: 'core',
  [SIGXFSZ]: 'core',
  [SIGSYS]: 'core',
  [SIGSTOP]: 'stop',
  [SIGTSTP]: 'stop',
  [SIGTTIN]: 'stop',
  [SIGTTOU]: 'stop',
  [SIGCONT]: 'continue',
  [SIGCHLD]: 'ignore',
  [SIGURG]: 'ignore',
  [SIGWINCH]: 'ignore',
}

export const defaultAction = (signal: number): DefaultAction => NOT_TERMINATE[signal] ?? 'terminate'

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(SIGNALS).map(([name, number]) => [number, name]))

/** strace's name: SIGCHLD, SIGRT_3 (counted from 32), or the number. */
export const signalName = (signal: number): string =>
  NAMES[signal] ??
  (signal === SIGRTMIN ? 'SIGRTMIN' : signal > SIGRTMIN && signal <= SIGRTMAX ? `SIGRT_${signal - SIGRTMIN}` : String(signal))

export const SIG_DFL = 0
export const SIG_IGN = 1
export const SIG_ERR = -1

/** How rt_sigprocmask(2) applies its set. */
export const SIGPROCMASK_HOW = {
  SIG_BLOCK: 0,
  SIG_UNBLOCK: 1,
  SIG_SETMASK: 2,
} as const
export const { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK } = SIGPROCMASK_HOW

/** sigaction(2) flags, in strace's order. riscv64 has no SA_RESTORER. */
export const SA_FLAGS = {
  SA_ONSTACK: 0x8000000,
  SA_RESTART: 0x10000000,
  SA_NODEFER: 0x40000000,
  SA_RESETHAND: 0x80000000,
  SA_SIGINFO: 0x4,
  SA_NOCLDSTOP: 0x1,
  SA_NOCLDWAIT: 0x2,
} as const
export const { SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO, SA_ONSTACK, SA_RESTART, SA_NODEFER, SA_RESETHAND } = SA_FLAGS

/** sigaltstack(2) flags. */
export const SS_FLAGS = {
  SS_ONSTACK: 0x1,
  SS_DISABLE: 0x2,
  SS_AUTODISARM: 0x80000000,
} as const
export const { SS_ONSTACK, SS_DISABLE, SS_AUTODISARM } = SS_FLAGS

/** Heads the vector registers in a signal frame (asm/sigcontext.h). */
export const RISCV_V_MAGIC = 0x53465457
/** AT_MINSIGSTKSZ is larger: it counts the vector state that later processors save. */
export const MINSIGSTKSZ = 2048

/** si_code of signals that a program or the kernel sent (any signal). */
export const SI_CODES = {
  SI_USER: 0,
  SI_KERNEL: 128,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_MESGQ: -3,
  SI_ASYNCIO: -4,
  SI_SIGIO: -5,
  SI_TKILL: -6,
} as const
export const { SI_USER, SI_KERNEL, SI_QUEUE, SI_TIMER, SI_MESGQ, SI_ASYNCIO, SI_SIGIO, SI_TKILL } = SI_CODES

/** si_code of SIGILL. */
export const ILL_CODES = {
  ILL_ILLOPC: 1,
  ILL_ILLOPN: 2,
  ILL_ILLADR: 3,
  ILL_ILLTRP: 4,
  ILL_PRVOPC: 5,
  ILL_PRVREG: 6,
  ILL_COPROC: 7,
  ILL_BADSTK: 8,
} as const
export const { ILL_ILLOPC, ILL_ILLOPN, ILL_ILLADR, ILL_ILLTRP, ILL_PRVOPC, ILL_PRVREG, ILL_COPROC, ILL_BADSTK } = ILL_CODES

/** si_code of SIGFPE. */
export const FPE_CODES = {
  FPE_INTDIV: 1,
  FPE_INTOVF: 2,
  FPE_FLTDIV: 3,
  FPE_FLTOVF: 4,
  FPE_FLTUND: 5,
  FPE_FLTRES: 6,
  FPE_FLTINV: 7,
  FPE_FLTSUB: 8,
} as const
export const { FPE_INTDIV, FPE_INTOVF, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES, FPE_FLTINV, FPE_FLTSUB } = FPE_CODES

/** si_code of SIGSEGV. */
export const SEGV_CODES = {
  SEGV_MAPERR: 1,
  SEGV_ACCERR: 2,
} as const
export const { SEGV_MAPERR, SEGV_ACCERR } = SEGV_CODES

/** si_code of SIGBUS. */
export const BUS_CODES = {
  BUS_ADRALN: 1,
  BUS_ADRERR: 2,
  BUS_OBJERR: 3,
} as const
export const { BUS_ADRALN, BUS_ADRERR, BUS_OBJERR } = BUS_CODES

/** si_code of SIGTRAP. */
export const TRAP_CODES = {
  TRAP_BRKPT: 1,
  TRAP_TRACE: 2,
} as const
export const { TRAP_BRKPT, TRAP_TRACE } = TRAP_CODES

/** si_code of SIGCHLD. */
export const CLD_CODES = {
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_TRAPPED: 4,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
} as const
export const { CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED } = CLD_CODES

/** si_code of SIGPOLL. */
export const POLL_CODES = {
  POLL_IN: 1,
  POLL_OUT: 2,
  POLL_MSG: 3,
  POLL_ERR: 4,
  POLL_PRI: 5,
  POLL_HUP: 6,
} as const
export const { POLL_IN, POLL_OUT, POLL_MSG, POLL_ERR, POLL_PRI, POLL_HUP } = POLL_CODES

/** Which timer setitimer(2) means. */
export const ITIMERS = {
  ITIMER_REAL: 0,
  ITIMER_VIRTUAL: 1,
  ITIMER_PROF: 2,
} as const
export const { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF } = ITIMERS
