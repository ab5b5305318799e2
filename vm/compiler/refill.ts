// A read that missed its TLB, refilled without leaving WebAssembly: the walk of vm/walk.ts and what vm/tlb.ts fills, for the plain case. That
// is user code under Sv48, a 4 KiB leaf in RAM that may be read and was accessed before, and nobody watching. Everything else answers 0 and
// changes nothing: then it is done outside.
import { csrStorage } from '../csr-storage.ts'
import { TLB, tlbTag, pageOf } from '../emit/index.ts'
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SATP_MODE_SV48, SSTATUS_MXR } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Machine } from '../state.ts'
import { brIf, get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code, type WasmFunction } from '../wasm/bytes.ts'

const INDEX = 0
const VA = 1
const KEY = 2
const TABLE = 3
const PTE = 4
const FRAME = 5
const LOCALS = [TYPE.i32, TYPE.i64, TYPE.i64, TYPE.i64, TYPE.i64, TYPE.i64]

const PPN_SHIFT = 10
const LEVEL_SHIFTS = [39, 30, 21, 12]
const VPN_MASK = 511
const NEEDED = PTE_V | PTE_R | PTE_U | PTE_A
const NON_LEAF = PTE_R | PTE_W | PTE_X | PTE_A | PTE_D | PTE_U
/** Bits of a PTE that must be zero here: reserved ones, and those of extensions that are not there. */
const RESERVED = 0xffc0_0000_0000_0000n
const INFO_FLAGS = 0xff
const INFO_ASID_SHIFT = 16n
const SATP_PPN = 0xfff_ffff_ffffn
const SATP_MODE_SHIFT = 60
const SATP_ASID_SHIFT = 44
const ASID_MASK = 0xffff

const base0 = i32Const(0)

/** `refillN` of a hart: takes nothing, answers 1 when the access at exitVa can be tried again. */
export function refill(machine: Machine, base: number, hart: number): WasmFunction {
  const { layout, ramBytes } = machine
  const csr = (name: string): Code => [...base0, ...mem(OP.i64Load, base + csrStorage(name))]
  const not = (condition: Code): Code => [...condition, ...brIf(0)]
  const ppn = (v: Code): Code => [...v, ...i64Const(L.RAM_PPN), OP.i64Sub, ...tee(FRAME), ...i64Const(ramBytes / L.PAGE_SIZE), OP.i64GeU]
  const pteAt = (shift: number): Code => [
    ...[...get(TABLE), ...get(VA), ...i64Const(shift), OP.i64ShrU, ...i64Const(VPN_MASK), OP.i64And],
    ...[...i64Const(3), OP.i64Shl, OP.i64Add, OP.i32WrapI64, ...mem(OP.i64Load, layout.ram)],
  ]
  const step = (shift: number): Code => [
    // The table lies in RAM.
    ...[...get(FRAME), ...i64Const(L.PAGE_SHIFT), OP.i64Shl, ...set(TABLE), ...pteAt(shift), ...set(PTE)],
    ...not([...get(PTE), ...i64Const(RESERVED), OP.i64And, OP.i64Eqz, OP.i32Eqz]),
    ...(shift === L.PAGE_SHIFT
      ? not([...get(PTE), ...i64Const(NEEDED), OP.i64And, ...i64Const(NEEDED), OP.i64Ne])
      : not([...get(PTE), ...i64Const(NON_LEAF | PTE_V), OP.i64And, ...i64Const(PTE_V), OP.i64Ne])),
    ...not(ppn([...get(PTE), ...i64Const(PPN_SHIFT), OP.i64ShrU])),
  ]
  const count = (counter: number): Code => {
    const at = base + L.HART.counters + 8 * counter
    return [...base0, ...base0, ...mem(OP.f64Load, at), ...i64Const(1), OP.f64ConvertI64S, OP.f64Add, ...mem(OP.f64Store, at)]
  }
  const entry = base + TLB.read
  const tag: Code = [...pageOf(get(VA)), ...get(KEY), OP.i64Or]
  const addend: Code = [
    ...[...get(FRAME), ...i64Const(L.PAGE_SHIFT), OP.i64Shl, ...i64Const(layout.ram), OP.i64Add, ...pageOf(get(VA)), OP.i64Sub],
    OP.i32WrapI64,
  ]
  const info: Code = [
    ...[...get(PTE), ...i64Const(INFO_FLAGS), OP.i64And, ...csr('satp'), ...i64Const(SATP_ASID_SHIFT), OP.i64ShrU],
    ...[...i64Const(ASID_MASK), OP.i64And, ...i64Const(INFO_ASID_SHIFT), OP.i64Shl, OP.i64Or, OP.i32WrapI64],
  ]
  return {
    export: `refill${hart}`,
    params: [],
    results: [TYPE.i32],
    locals: LOCALS,
    code: [
      [OP.block, TYPE.empty],
      not([...base0, ...mem(OP.i32Load, base + L.HART.refills), OP.i32Eqz]),
      not([...base0, ...mem(OP.i32Load, base + L.HART.privilege), ...i32Const(L.PRIVILEGE_U), OP.i32Ne]),
      not([...csr('satp'), ...i64Const(SATP_MODE_SHIFT), OP.i64ShrU, ...i64Const(SATP_MODE_SV48), OP.i64Ne]),
      not([...csr('mstatus'), ...i64Const(SSTATUS_MXR), OP.i64And, OP.i64Eqz, OP.i32Eqz]),
      [...base0, ...mem(OP.i64Load, base + L.HART.exitVa), ...set(VA), ...base0, ...mem(OP.i64Load, base + L.HART.tlbKey), ...set(KEY)],
      not([...get(VA), ...i64Const(16), OP.i64Shl, ...i64Const(16), OP.i64ShrS, ...get(VA), OP.i64Ne]),
      // An access that goes on into the next page missed though its first page is there.
      not([...tlbTag(base, 'read', { va: VA, index: INDEX }), ...tag, OP.i64Eq]),
      not(ppn([...csr('satp'), ...i64Const(SATP_PPN), OP.i64And])),
      ...LEVEL_SHIFTS.map(step),
      count(L.COUNTERS.readMisses),
      [...get(INDEX), ...mem(OP.i32Load, entry), OP.if, TYPE.empty, ...count(L.COUNTERS.evictions), OP.end],
      [...get(INDEX), ...tag, ...mem(OP.i64Store, entry + L.TLB_ENTRY.tag)],
      [...get(INDEX), ...addend, ...mem(OP.i32Store, entry + L.TLB_ENTRY.addend)],
      [...get(INDEX), ...info, ...mem(OP.i32Store, entry + L.TLB_ENTRY.info)],
      [...i32Const(1), OP.return, OP.end, ...base0],
    ],
  }
}
