// What assembly does to its stack, read from the code itself: for functions that have no frame information. It follows the
// instructions from the function's start to the pc: sp going down, registers saved and taken back.
import { decode, instructionLength, isTailJump, REG, type Decoded } from '../../vm/index.ts'

export interface CodeFrame {
  /** The register that the frame counts from, and the sp at entry less its value. */
  base: number
  offset: number
  /** Where registers of the caller are, from the sp at entry. */
  saved: ReadonlyMap<number, number>
}

interface State {
  /** sp at entry less sp now; null once it moved by something that is not a constant. */
  sp: number | null
  /** sp at entry less s0, once s0 points into the frame. */
  fp: number | null
  saved: Map<number, number>
}

/** No more code than this is read: longer functions are those of compilers, which describe their frames. */
const MAX_CODE = 2 ** 16

interface Step {
  state: State
  /** The frame of the function's body, while its end is being executed. */
  body: State | null
}

const copy = (state: State): State => ({ ...state, saved: new Map(state.saved) })

/** How far a register is below the sp at entry; null when it is no pointer into the frame. */
const below = (state: State, register: number): number | null => (register === REG.sp ? state.sp : register === REG.s0 ? state.fp : null)

function leaveBody(step: Step): void {
  step.body ??= copy(step.state)
}

type Follow = (step: Step, d: Decoded) => void

const follows: Readonly<Record<string, Follow>> = {
  addi(step, { values: { rd, rs1, imm } }) {
    const { state } = step
    const from = below(state, rs1)
    const to = from === null ? null : from - imm
    if (rd === REG.sp) {
      if (state.sp !== null && to !== null && to < state.sp) leaveBody(step)
      state.sp = to
    } else if (rd === REG.s0) state.fp = to
  },
  sd({ state }, { values: { rs1, rs2, imm } }) {
    const from = below(state, rs1)
    // Saved is what is put below the entry's sp for the first time.
    if (from !== null && imm < from && !state.saved.has(rs2) && keeps(rs2)) state.saved.set(rs2, imm - from)
  },
  ld(step, { values: { rd, rs1, imm } }) {
    const { state } = step
    const from = below(state, rs1)
    if (from === null || state.saved.get(rd) !== imm - from) return
    leaveBody(step)
    state.saved.delete(rd)
    if (rd === REG.s0) state.fp = null
  },
  // A way out: what follows is reached from the body.
  jalr: (step, { values: { rd } }) => void (rd === 0 && enterBody(step)),
  jal: (step, { values: { rd } }) => void (rd === 0 && enterBody(step)),
}

function enterBody(step: Step): void {
  if (step.body) step.state = step.body
  step.body = null
}

/** ra, sp, s0 to s11: what a caller finds again. */
export const keeps = (register: number): boolean =>
  register === REG.ra || register === REG.sp || register === REG.s0 || register === REG.s1 || (register >= REG.s2 && register <= REG.s11)

/** Anything else that writes sp or s0 loses track of it. */
function other(state: State, { row, values }: Decoded): void {
  if (!row.fields.some(field => field === 'rd')) return
  if (values.rd === REG.sp) state.sp = null
  else if (values.rd === REG.s0) state.fp = null
}

/**
 * The frame at `pc` of the function that begins at `start`; null when its code cannot be read or followed.
 * @param read bytes of memory, or null
 */
export function readPrologue(start: number, pc: number, read: (address: number, length: number) => Uint8Array | null): CodeFrame | null {
  const length = pc - start
  if (length < 0 || length > MAX_CODE) return null
  const code = length === 0 ? new Uint8Array(0) : read(start, length)
  if (code === null) return null
  const view = new DataView(code.buffer, code.byteOffset, code.length)
  const step: Step = { state: { sp: 0, fp: null, saved: new Map() }, body: null }
  for (let at = 0; at + 2 <= code.length;) {
    const low = view.getUint16(at, true)
    const size = instructionLength(low)
    if (at + size > code.length) break
    const decoded = decode(size === 4 ? view.getUint32(at, true) : low)
    at += size
    if (decoded === null) continue
    const follow = follows[decoded.row.name]
    if (follow) follow(step, decoded)
    else other(step.state, decoded)
  }
  const { sp, fp, saved } = step.state
  if (sp !== null) return { base: REG.sp, offset: sp, saved }
  return fp === null ? null : { base: REG.s0, offset: fp, saved }
}

/** Whether control cannot run from the instruction that ends at `at` into the next one: what is behind is another function. */
export function endsFlow(at: number, read: (address: number, length: number) => Uint8Array | null): boolean {
  const bytes = read(at - 4, 4)
  if (bytes === null) return true
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4)
  const high = view.getUint16(2, true)
  const low = view.getUint16(0, true)
  const leaves = (d: Decoded | null): boolean => d !== null && isTailJump(d)
  if (instructionLength(low) === 4) return leaves(decode(view.getUint32(0, true)))
  return instructionLength(high) === 2 && leaves(decode(high))
}
