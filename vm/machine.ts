// Making a machine and letting its harts run. Everything architectural is in its bytes; a snapshot is a copy of them (snapshot.ts).
import {
  layoutFor,
  hartBase,
  hartViews,
  PAGE_SIZE,
  RAM_BASE,
  COUNTERS,
  FS_INITIAL,
  FS_OFF,
  TLB_ENTRIES,
  PRIVILEGE_U,
  VECTOR,
  VTYPE_VILL,
  WORD_FS,
  WORD_PRIVILEGE,
  WORD_RESERVATION,
} from './layout.ts'
import { createTlbKeys, refreshTlbKey } from './tlb.ts'
import { announceAddressSpace, clockOf, resetCsrs, timeOf } from './csr.ts'
import { defaultIsa, type Isa } from './isa/index.ts'
import { compilerEngine, HOT_AFTER } from './compiler/index.ts'
import { decodeCacheBytes, interpreterEngine, timedEngine, type PreparedLoop } from './interpreter/index.ts'
import { physicalMap } from './physical.ts'
import { hosted } from './platform.ts'
import { REFERENCE, referenceEngine } from './reference/index.ts'
import type { Engine, EngineName, Hart, Machine, Platform, Stop } from './state.ts'
import { newTiming, type Timing, type TimingConfig } from './timing/index.ts'

/** The engines, the fastest first: it is what machines have unless somebody says otherwise. */
export const ENGINE_NAMES: readonly EngineName[] = ['compiler', 'interpreter', 'reference']

export interface MachineOptions {
  /** Bytes of RAM, whole pages. */
  ramBytes: number
  harts?: number
  engine?: EngineName
  /** What is under it. Default: `hosted`, where the caller of `run` takes the traps. */
  platform?: Platform
  /** Default: `defaultIsa`, RV64GC. */
  isa?: Isa
  /** The interpreter's loop, made beforehand (`prepareLoop`): used where it fits. Default: it is made. */
  loop?: PreparedLoop
  /** The compiler: how often a place is run before it is hot, 1 to 65535. Whatever it is, programs compute the same. Default: 128. */
  hotAfter?: number
  /** The compiler: regions go on to each other by tail calls. Default: where WebAssembly has them. */
  tailCalls?: boolean
}

/** Of a machine that is being made. */
const NO_ENGINE: Engine = {
  name: 'none',
  run() {
    throw new Error('running a machine that has no engine yet')
  },
  enter: () => 0,
  isCode: () => false,
  forget() {},
  forgetBytes() {},
  aside: new Map(),
  forgetAll() {},
  order: () => ({ frames: new Int32Array(0), next: 0 }),
  takeOrder() {},
}

/** A machine with zeroed RAM, harts in user mode at pc 0 and translation off. */
export function createMachine(options: MachineOptions): Machine {
  const { harts: count = 1, platform = hosted } = options
  const layout = layoutFor(count, options.ramBytes, decodeCacheBytes(options.ramBytes))
  const pages = layout.total / 65536
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const buffer = memory.buffer
  const harts: Hart[] = []
  for (let id = 0; id < count; id++) {
    harts.push({ id, base: hartBase(id), fetchFrames: new Int32Array(TLB_ENTRIES).fill(-1), delivered: 0, ...hartViews(buffer, id) })
  }
  const machine: Machine = {
    layout,
    memory,
    bytes: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    view: new DataView(buffer),
    ram: new Uint8Array(buffer, layout.ram, layout.ramBytes),
    ram32: new Int32Array(buffer, layout.ram, layout.ramBytes / 4),
    ramBytes: layout.ramBytes,
    physical: physicalMap(layout.ramBytes, platform),
    framesUsed: 0,
    harts,
    keys: createTlbKeys(),
    isa: options.isa ?? defaultIsa,
    stop: { kind: 'fuel', cause: -1, tval: 0, access: 'read', retired: 0 },
    engine: NO_ENGINE,
    chosen: {
      name: options.engine ?? ENGINE_NAMES[0],
      hotAfter: options.hotAfter ?? HOT_AFTER,
      tailCalls: options.tailCalls ?? null,
    },
    platform,
    debug: null,
    marks: new Map(),
    written: null,
    visited: null,
    timing: null,
    lastHart: -1,
  }
  for (const hart of harts) {
    hart.words[WORD_PRIVILEGE] = PRIVILEGE_U
    hart.words[WORD_FS] = machine.isa.names.has('F') ? FS_INITIAL : FS_OFF
    hart.vector[VECTOR.vs] = machine.isa.vector === null ? FS_OFF : FS_INITIAL
    hart.vector[VECTOR.vtype] = machine.isa.vector === null ? 0 : VTYPE_VILL
    resetCsrs(machine, hart)
    refreshTlbKey(machine, hart)
  }
  machine.engine = engineOf(machine, options.loop)
  return machine
}

function engineOf(machine: Machine, loop?: PreparedLoop): Engine {
  const { name } = machine.chosen
  if (name === 'reference') return referenceEngine(machine)
  return name === 'interpreter' ? interpreterEngine(machine, loop) : compilerEngine(machine, loop)
}

/**
 * From now on the machine is timed, with cold caches and TLBs; null: not any more. What programs compute stays the same. The engine that
 * was chosen goes on, in its timed form; what was decoded for the other form is forgotten.
 */
export function setTiming(machine: Machine, config: TimingConfig | null): void {
  machine.timing = config === null ? null : newTiming(config, machine.memory.buffer, machine.harts)
  for (const hart of machine.harts) announceAddressSpace(machine, hart)
  // That was not an action of the machine's.
  for (const core of machine.timing?.cores ?? []) {
    core.stalls = 0
    core.row.fill(0)
    core.counts.fill(0)
  }
  if (machine.engine.name === REFERENCE) return
  machine.engine.forgetAll()
  machine.engine = machine.timing === null ? engineOf(machine) : timedEngine(machine, machine.timing)
}

/**
 * Lets a hart run for at most `fuel` instructions and, when it is timed, until `cycles` have passed at the end of one. The answer is one record used again by the next run: read it first.
 * Harts of a machine run one after another in the order the caller chooses; a reservation does not outlive another hart's turn.
 */
export function run(machine: Machine, hart: Hart, fuel: number, cycles = Infinity): Stop {
  if (machine.debug !== null) machine.debug.hit = null
  if (machine.lastHart !== hart.id) {
    if (machine.harts.length > 1) hart.words[WORD_RESERVATION] = 0
    machine.lastHart = hart.id
  }
  const { counters, delivered } = hart
  const cyclesBefore = counters[COUNTERS.cycles]
  const untimed = machine.timing === null
  let retired = 0
  for (;;) {
    const interrupt = machine.platform.pending(machine, hart)
    if (interrupt !== null) {
      interrupt.retired = retired
      return interrupt
    }
    const left = fuel - retired - (hart.delivered - delivered)
    const stop = untimed
      ? machine.engine.run(hart, Math.min(left, untilTimer(machine, hart)), cycles)
      : runTimed(machine, machine.timing as Timing, hart, left, cycles - (counters[COUNTERS.cycles] - cyclesBefore))
    retired += stop.retired
    stop.retired = retired
    if (stop.kind !== 'fuel') return stop
    // With some left of both, it was an instruction that may have let an interrupt in (Csr.asks).
    const isOver = retired + hart.delivered - delivered >= fuel || counters[COUNTERS.cycles] - cyclesBefore >= cycles
    if (isOver && timeOf(machine, hart) < counters[COUNTERS.timer]) return stop
  }
}

/** Nanoseconds until the hart's own clock reaches its timer: that ends a run, on the same instruction in every engine. */
function untilTimer(machine: Machine, hart: Hart): number {
  const { counters } = hart
  const timer = counters[COUNTERS.timer]
  const clock = clockOf(machine, hart)
  if (clock >= timer || counters[COUNTERS.timeFloor] >= timer) throw new Error(`platform ${machine.platform.name} left a timer that is due`)
  return timer - clock
}

/** Each cycle is 1 / clock nanoseconds, or each instruction is one. */
function runTimed(machine: Machine, { config }: Timing, hart: Hart, fuel: number, cycles: number): Stop {
  const until = untilTimer(machine, hart)
  return config.time === 'cycles'
    ? machine.engine.run(hart, fuel, Math.min(cycles, Math.ceil(until * config.clock)))
    : machine.engine.run(hart, Math.min(fuel, until), cycles)
}

/**
 * A page was copied for the hart's task, which goes on with the copy: what it reserved there stays reserved, since nobody wrote to it.
 * Without this a store-conditional to a page that its load-reserved touched first would fail once. `from` and `to` are the first frames.
 */
export function moveReservation(machine: Machine, hart: Hart, from: number, to: number, frames = 1): void {
  const { words } = hart
  const within = (words[WORD_RESERVATION] >>> 0) - 1 - machine.layout.ram - from * PAGE_SIZE
  if (within >= 0 && within < frames * PAGE_SIZE) words[WORD_RESERVATION] += (to - from) * PAGE_SIZE
}

/** Physical address of a RAM frame's first byte. */
export const frameAddress = (frame: number): number => RAM_BASE + frame * PAGE_SIZE
