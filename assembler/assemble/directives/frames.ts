// .cfi_*: what a procedure has done to the stack and to saved registers, from here on (gas manual, CFI directives).
import { csrByName, fByName, REG, xByName } from '../../../vm/isa/index.ts'
import { sleb128, uleb128 } from '../../bytes.ts'
import { accept, acceptName, atEnd, rest, SourceError, type Cursor } from '../cursor.ts'
import { absolute, absoluteIn, expression } from '../operand-expression.ts'
import { DATA_ALIGNMENT, pointerSize } from '../frames.ts'
import { placeHere } from '../sections.ts'
import { madeUpLabel } from '../symbols.ts'
import type { Assembly, Frame, Pointer } from '../state.ts'
import type { Directive } from './directive.ts'

const FIRST_FLOAT = 32
const FIRST_CSR = 4096
const MAX_COLUMN = 8191
const PE_OMIT = 0xff

/** A register by name, or by its number in DWARF (psABI, DWARF Register Numbers). */
function column(asm: Assembly, c: Cursor): number {
  const start = c.at
  const name = acceptName(c)
  if (name === null) return absoluteIn(asm, c, 0, MAX_COLUMN, 'register number')
  const x = xByName.get(name)
  if (x !== undefined) return x
  const f = fByName.get(name)
  if (f !== undefined) return FIRST_FLOAT + f
  const csr = csrByName.get(name)
  if (csr !== undefined) return FIRST_CSR + csr.number
  throw new SourceError(`no register \`${name}'`, start, c.at)
}

function comma(c: Cursor): void {
  if (!accept(c, ',')) throw new SourceError('missing separator', c.at, c.at + 1)
}

const u = (n: number | bigint): number[] => [...uleb128(BigInt(n))]
const s = (n: bigint): number[] => [...sleb128(n)]

function frameOf(asm: Assembly): Frame {
  const { open } = asm.cfi
  if (open === null) throw new SourceError('CFI instruction used without previous .cfi_startproc')
  return open
}

/** An instruction at the current place. `own` ones never move into what procedures share. */
function add(asm: Assembly, frame: Frame, bytes: number[], own = false): void {
  const here = placeHere(asm)
  const last = frame.instructions.at(-1)?.at ?? frame.start
  const { place } = last
  const same =
    place !== null && place.section === here.section && place.fixed === here.fixed && place.gaps === here.gaps && place.slack === here.slack
  frame.instructions.push({ at: same ? last : madeUpLabel(asm), bytes, own })
}

const DW_CFA_OFFSET = 0x80
const DW_CFA_RESTORE = 0xc0
const LOW_COLUMNS = 64

function scaled(offset: bigint): bigint {
  if (offset % DATA_ALIGNMENT !== 0n) throw new SourceError(`offset ${offset} is not a multiple of ${-DATA_ALIGNMENT}`)
  return offset / DATA_ALIGNMENT
}

function offsetBytes(register: number, offset: bigint): number[] {
  const n = scaled(offset)
  if (n < 0n) return [0x11, ...u(register), ...s(n)]
  return register < LOW_COLUMNS ? [DW_CFA_OFFSET | register, ...u(n)] : [0x05, ...u(register), ...u(n)]
}

const valueOffsetBytes = (register: number, offset: bigint): number[] => {
  const n = scaled(offset)
  return n < 0n ? [0x15, ...u(register), ...s(n)] : [0x14, ...u(register), ...u(n)]
}

function setOffset(asm: Assembly, frame: Frame, offset: bigint): void {
  frame.cfaOffset = offset
  add(asm, frame, offset < 0n ? [0x13, ...s(scaled(offset))] : [0x0e, ...u(offset)])
}

type Handler = (asm: Assembly, c: Cursor, frame: Frame) => void

const registers =
  (bytes: (register: number) => number[]): Handler =>
  (asm, c, frame) => {
    do add(asm, frame, bytes(column(asm, c)))
    while (accept(c, ','))
  }

/** `encoding[, expression]`; 0xff for none. */
function pointer(asm: Assembly, c: Cursor): Pointer | null {
  const start = c.at
  const encoding = absoluteIn(asm, c, 0, PE_OMIT, 'encoding')
  if (encoding === PE_OMIT) return null
  if (pointerSize(encoding) === undefined) throw new SourceError('invalid or unsupported encoding', start, c.at)
  comma(c)
  return { encoding, value: expression(asm, c) }
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  def_cfa(asm, c, frame) {
    const register = column(asm, c)
    comma(c)
    const offset = absolute(asm, c)
    frame.cfaOffset = offset
    add(asm, frame, offset < 0n ? [0x12, ...u(register), ...s(scaled(offset))] : [0x0c, ...u(register), ...u(offset)])
  },
  def_cfa_register: (asm, c, frame) => add(asm, frame, [0x0d, ...u(column(asm, c))]),
  def_cfa_offset: (asm, c, frame) => setOffset(asm, frame, absolute(asm, c)),
  adjust_cfa_offset: (asm, c, frame) => setOffset(asm, frame, frame.cfaOffset + absolute(asm, c)),
  offset(asm, c, frame) {
    const register = column(asm, c)
    comma(c)
    add(asm, frame, offsetBytes(register, absolute(asm, c)))
  },
  rel_offset(asm, c, frame) {
    const register = column(asm, c)
    comma(c)
    add(asm, frame, offsetBytes(register, absolute(asm, c) - frame.cfaOffset))
  },
  val_offset(asm, c, frame) {
    const register = column(asm, c)
    comma(c)
    add(asm, frame, valueOffsetBytes(register, absolute(asm, c)))
  },
  register(asm, c, frame) {
    const register = column(asm, c)
    comma(c)
    add(asm, frame, [0x09, ...u(register), ...u(column(asm, c))])
  },
  restore: registers(r => (r < LOW_COLUMNS ? [DW_CFA_RESTORE | r] : [0x06, ...u(r)])),
  undefined: registers(r => [0x07, ...u(r)]),
  same_value: registers(r => [0x08, ...u(r)]),
  remember_state(asm, _c, frame) {
    frame.remembered.push(frame.cfaOffset)
    add(asm, frame, [0x0a], true)
  },
  restore_state(asm, _c, frame) {
    const offset = frame.remembered.pop()
    if (offset === undefined) throw new SourceError('CFI state restore without previous remember')
    frame.cfaOffset = offset
    add(asm, frame, [0x0b])
  },
  window_save: (asm, _c, frame) => add(asm, frame, [0x2d]),
  escape(asm, c, frame) {
    const bytes: number[] = []
    do bytes.push(absoluteIn(asm, c, -128, 255, 'byte') & 0xff)
    while (accept(c, ','))
    add(asm, frame, bytes, true)
  },
  return_column: (asm, c, frame) => void (frame.returnColumn = column(asm, c)),
  signal_frame: (_asm, _c, frame) => void (frame.signalFrame = true),
  personality: (asm, c, frame) => void (frame.personality = pointer(asm, c)),
  lsda: (asm, c, frame) => void (frame.lsda = pointer(asm, c)),
}

const refused =
  (name: string): Directive =>
  () => {
    throw new SourceError(`.cfi_${name} is not supported`)
  }

export const frames: Readonly<Record<string, Directive>> = {
  '.cfi_sections': (asm, c) => {
    asm.cfi.sections = atEnd(c) ? [] : rest(c).split(/\s*,\s*/)
  },
  '.cfi_startproc': (asm, c) => {
    if (asm.cfi.open) throw new SourceError('previous CFI entry not closed (missing .cfi_endproc)')
    const isSimple = accept(c, 'simple')
    const { statement } = c
    const frame: Frame = {
      start: madeUpLabel(asm),
      end: null,
      instructions: [],
      personality: null,
      lsda: null,
      signalFrame: false,
      returnColumn: REG.ra,
      cfaOffset: 0n,
      remembered: [],
      statement,
    }
    asm.cfi.open = frame
    asm.cfi.frames.push(frame)
    if (!isSimple) add(asm, frame, [0x0d, REG.sp])
  },
  '.cfi_endproc': asm => {
    if (!asm.cfi.open) throw new SourceError('.cfi_endproc without corresponding .cfi_startproc')
    asm.cfi.open.end = madeUpLabel(asm)
    asm.cfi.open = null
  },
  ...Object.fromEntries(
    Object.entries(HANDLERS).map(([name, run]) => [`.cfi_${name}`, ((asm, c) => run(asm, c, frameOf(asm))) satisfies Directive]),
  ),
  '.cfi_val_encoded_addr': refused('val_encoded_addr'),
  '.cfi_label': refused('label'),
}
