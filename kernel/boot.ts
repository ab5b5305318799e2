// From nothing to a machine: the hardware, an empty kernel over it, its file systems. Its first process is first.ts.
import {
  createMachine,
  parseIsa,
  restoreMachine,
  snapshotMachine,
  type EngineName,
  type Isa,
  type MachineSnapshot,
  type PreparedLoop,
  type Preset,
} from '../vm/index.ts'
import { newEventStream } from './events.ts'
import { buildImage, mountHost, mountSystem, useHostRoot, type ImageFile } from './fs/index.ts'
import { newProcRoot } from './proc/index.ts'
import { newSysRoot } from './sysfs/index.ts'
import { mappedFiles } from './mapped-files.ts'
import { clonePlain } from './clone.ts'
import type { Host } from './host.ts'
import { NO_TASK } from './ids.ts'
import { isReplaying, newJournal, rewindJournal, type Journal } from './journal.ts'
import { cutNetwork } from './input.ts'
import type { Kernel } from './kernel.ts'
import { KINDS } from './kinds.ts'
import { createAsids, createFrames, type FramePlacement, type ThpPolicy, newKmem, newPassing } from './mm/index.ts'
import { newIpcNamespace } from './ipc/index.ts'
import { newPidNamespace, newTrapFrames } from './task/index.ts'
import { fillVdso, newVdso } from './process/index.ts'
import { seedRandom } from './random.ts'
import { newHartState, newLoadAverages, schedTable, SHARING } from './sched/index.ts'
import { newTimerQueue } from './time/index.ts'
import { MACHINE, RELEASE, SYSNAME, VERSION } from './version.ts'
import type { KernelState } from './state.ts'
import { LOG_INFO, LOG_NOTICE, log, newKernelLog } from './klog.ts'
import { newKeyStore } from './keys/index.ts'
import { newSysctls } from './sysctl.ts'
import { newCostState, startTiming } from './timing/index.ts'
import { newNetNamespace } from './net/index.ts'
import { newConsole, resizeTty } from './tty/index.ts'
import { newVfs, timestampOfNs } from './vfs/index.ts'

const MIB = 2 ** 20
const DEFAULT_RAM = 256 * MIB
/** A hart is a bit in an affinity mask. */
const MAX_HARTS = 32
/** 2025-01-01 00:00:00 UTC: what the clock shows at boot when nobody says otherwise, so that runs are equal. */
const DEFAULT_EPOCH = 1_735_689_600e9

export interface KernelOptions {
  host: Host
  /** Bytes of RAM; default 256 MiB. */
  ramBytes?: number
  /** 1..32; default 1. */
  harts?: number
  engine?: EngineName
  /** The compiler: how often a place is run before it is compiled (MachineOptions). */
  hotAfter?: number
  /** The interpreter's loop, made beforehand: of no consequence but the time that making it takes. */
  loop?: PreparedLoop
  /** The instruction set, such as `rv64imac_zifencei`; default rv64gc. */
  isa?: string
  hostname?: string
  /** CLOCK_REALTIME at boot, nanoseconds since 1970. */
  epoch?: number
  /** Of the random generator, and of `frames: 'random'`. */
  seed?: number
  /** Transparent huge pages: default 'never'. */
  thp?: ThpPolicy
  /** Which free page of RAM is handed out next: default 'sequential'. */
  frames?: FramePlacement
  /** Page colours that `frames: 'coloured'` goes through: default 64. */
  colours?: number
  /** Who serves SCHED_OTHER, SCHED_BATCH and SCHED_IDLE: a name of `SHARING` (sched/classes), default 'fair'. */
  policy?: string
  /** Files of the root, in memory. */
  root?: readonly ImageFile[]
  /** A host directory as root: read through, writes stay in memory. `root`'s files are laid over it. */
  hostRoot?: string
  shares?: readonly { host: string; guest: string; writable: boolean }[]
  /** Does a way lead out of the machine's network, through `Host.network`? Default: 'none'. */
  network?: 'none' | 'host'
  clock?: Kernel['clock']
  window?: { rows: number; columns: number }
  /**
   * Cycles by a model: from the first process on, from the first mark that a program writes to /dev/timing (`warm`, `begin NAME`), or once
   * so many instructions have been executed.
   */
  timing?: { preset: Preset; start: 'boot' | 'mark' | number }
  /** Check the invariants after every run. */
  debug?: boolean
  /** A journal to replay, or `newJournal()` to have one that keeps all that comes in. Default: nothing is kept before the first snapshot. */
  journal?: Journal
}

function timingStart({ timing }: KernelOptions): number {
  if (typeof timing?.start === 'number') return timing.start
  return timing?.start === 'boot' ? 0 : Infinity
}

/** As many address-space numbers as the timed hardware has; one that has none is none of the kernel's business. */
function asidLimit({ timing }: KernelOptions): number | undefined {
  const bits = timing?.preset.config.asidBits ?? 0
  return bits === 0 ? undefined : 2 ** bits - 1
}

const NS_PER_MS = 1e6

function emptyState(options: KernelOptions, ramBytes: number, harts: number): KernelState {
  const bootEpoch = timestampOfNs(options.epoch ?? DEFAULT_EPOCH)
  const timed = options.timing?.preset.config
  const { vfs, mnt } = newVfs(bootEpoch)
  return {
    time: 0,
    executed: 0,
    steps: 0,
    pieces: 0,
    round: { hart: 0, start: 0, end: 0, open: false, ran: false },
    bootEpoch,
    tasks: new Map(),
    lastTaskId: NO_TASK,
    ns: {
      uts: { hostname: options.hostname ?? 'hartbeat', domainname: '(none)' },
      mnt,
      pid: newPidNamespace(),
      net: newNetNamespace(options.network === 'host'),
      ipc: newIpcNamespace(),
    },
    groups: new Map(),
    init: null,
    main: null,
    initProtected: false,
    harts: Array.from({ length: harts }, (_, id) => newHartState(id, (timed?.quantum ?? 0) * NS_PER_MS)),
    timers: newTimerQueue(),
    load: newLoadAverages(),
    policy: options.policy ?? SHARING[0].name,
    schedOrder: 0,
    queuedSignals: new Map(),
    asyncNotes: [],
    rings: new Set(),
    ringNotes: [],
    frames: createFrames(ramBytes, {
      placement: options.frames ?? timed?.frames,
      colours: options.colours,
      seed: options.seed,
    }),
    thp: options.thp ?? (timed?.pageSize === '2M' ? 'always' : 'never'),
    kmem: newKmem(),
    failing: null,
    asids: createAsids(asidLimit(options)),
    trapFrames: newTrapFrames(),
    vdso: newVdso(vfs, bootEpoch),
    vfs,
    ttys: [newConsole()],
    futexes: new Map(),
    random: seedRandom(options.seed ?? 0),
    sysctl: newSysctls(ramBytes),
    klog: newKernelLog(),
    keys: newKeyStore(),
    perfEvents: 0,
    costs: options.timing ? newCostState(harts) : null,
    counts: {
      contextSwitches: 0,
      migrations: 0,
      minorFaults: 0,
      majorFaults: 0,
      cowCopies: 0,
      oomKills: 0,
      forks: 0,
      syscalls: 0,
      timerTicks: 0,
      idleTime: 0,
    },
    halted: null,
  }
}

/** What the kernel says first: itself, its memory and its harts. */
function logBoot(k: Kernel): void {
  const { frames, harts } = k.state
  const kib = (pages: number): string => `${pages * 4}K`
  log(k, LOG_NOTICE, `${SYSNAME} version ${RELEASE} (hartbeat@${MACHINE}) (TypeScript) ${VERSION}`)
  log(k, LOG_INFO, `Memory: ${kib(frames.freeCount)}/${kib(frames.total)} available`)
  log(k, LOG_INFO, `smp: Brought up 1 node, ${harts.length} CPU${harts.length === 1 ? '' : 's'}`)
  log(k, LOG_INFO, 'printk: console [ttyS0] enabled')
}

function isaOf({ isa }: KernelOptions): Isa | undefined {
  const found = isa === undefined ? undefined : parseIsa(isa)
  if (typeof found === 'string') throw new Error(`creating a machine of ${found}`)
  return found
}

/** A machine and a kernel that has done nothing yet: no file systems mounted, no process. Throws an Error when the options make no machine. */
export function emptyKernel(options: KernelOptions): Kernel {
  const ramBytes = options.ramBytes ?? DEFAULT_RAM
  const harts = options.harts ?? 1
  if (!(harts >= 1 && harts <= MAX_HARTS)) throw new Error(`creating a machine of ${harts} harts: 1 to ${MAX_HARTS} are possible`)
  return {
    machine: createMachine({
      ramBytes,
      harts,
      engine: options.engine,
      hotAfter: options.hotAfter,
      isa: isaOf(options),
      loop: options.loop,
    }),
    state: emptyState(options, ramBytes, harts),
    classes: schedTable(options.policy),
    host: options.host,
    mappedFiles,
    passing: newPassing(),
    outputBytes: 0,
    shownBytes: 0,
    networkTold: 0,
    pause: false,
    holdSignal: null,
    enough: null,
    doing: 'booting',
    journal: options.journal ?? newJournal(false),
    events: newEventStream(),
    kinds: KINDS,
    clock: options.clock ?? 'virtual',
    preset: options.timing?.preset ?? null,
    timingStart: timingStart(options),
    debug: options.debug ?? false,
  }
}

/** A machine with its file systems mounted and no process. Throws an Error when the options make no machine, an Errno for a bad image or share. */
export function createKernel(options: KernelOptions): Kernel {
  const k = emptyKernel(options)
  logBoot(k)
  if (k.timingStart === 0) startTiming(k)
  fillVdso(k)
  if (options.hostRoot !== undefined) useHostRoot(k, options.hostRoot)
  buildImage(k, k.state.ns.mnt.root.root, options.root ?? [])
  mountSystem(k, { proc: newProcRoot, sys: newSysRoot })
  for (const { host, guest, writable } of options.shares ?? []) mountHost(k, host, guest, writable)
  const { window } = options
  if (window !== undefined) resizeTty(k, k.state.ttys[0], { ...window, xpixel: 0, ypixel: 0 })
  return k
}

/** The whole machine at an instant: nothing in it is shared with the running one. */
export interface Snapshot {
  state: KernelState
  machine: MachineSnapshot
  /** How much of the journal had been written or replayed. */
  journalNext: number
}

/** What comes in from here on is kept, so that `restore` can bring it again. */
export function snapshot(k: Kernel): Snapshot {
  k.journal.keeps = true
  return { state: clonePlain(k.state), machine: snapshotMachine(k.machine, k.machine.framesUsed), journalNext: k.journal.next }
}

/**
 * Makes the machine what it was; the snapshot can be used again. What came in since is replayed at its instants, unless `forget`:
 * then the run takes another course from here.
 */
export function restore(k: Kernel, from: Snapshot, forget = false): void {
  const { policy } = from.state
  if (policy !== k.state.policy) throw new Error(`restoring a machine of policy ${policy}: this one has ${k.state.policy}`)
  k.state = clonePlain(from.state)
  restoreMachine(k.machine, from.machine, k.machine.framesUsed)
  rewindJournal(k, from.journalNext, forget)
  // What the journal brings again is as it was. Else the world has gone on without us.
  if (!isReplaying(k)) cutNetwork(k)
}
