// Classic BPF as seccomp takes it (bpf_check_classic, seccomp_check_filter): whether a program is one, and running it. All arithmetic is of
// unsigned 32 bits. A program that passed the check ends: it jumps forward only, and its last instruction returns.
import { BPF_MEMWORDS, SECCOMP_DATA_BYTES } from '../abi/index.ts'
import type { BpfProgram } from './types.ts'

/** Classes. */
const [LD, LDX, ST, STX, ALU, JMP, RET, MISC] = [0, 1, 2, 3, 4, 5, 6, 7]
/** Operands, modes and sizes. */
const [X, ABS, MEM, LEN, IMM] = [0x08, 0x20, 0x60, 0x80, 0]
const RET_A = RET | 0x10
const [TAX, TXA] = [MISC | 0, MISC | 0x80]
const LD_ABS = LD | ABS

type Operation = (a: number, b: number) => number
/** By code without the class and the operand. A division by 0 ends the program with 0. */
const ALU_OPS: Readonly<Record<number, Operation>> = {
  0x00: (a, b) => a + b,
  0x10: (a, b) => a - b,
  0x20: Math.imul,
  0x30: (a, b) => Math.floor(a / b),
  0x40: (a, b) => a | b,
  0x50: (a, b) => a & b,
  0x60: (a, b) => a << (b & 31),
  0x70: (a, b) => a >>> (b & 31),
  0xa0: (a, b) => a ^ b,
}
const [DIV, LSH, RSH, NEG] = [0x30, 0x60, 0x70, 0x80]
const JUMPS: Readonly<Record<number, (a: number, b: number) => boolean>> = {
  0x10: (a, b) => a === b,
  0x20: (a, b) => a > b,
  0x30: (a, b) => a >= b,
  0x40: (a, b) => (a & b) !== 0,
}
const [JA, JSET] = [0x00, 0x40]
const TWO_31 = 2 ** 31

const classOf = (code: number): number => code & 7
const operationOf = (code: number): number => code & 0xf0
const isJump = (code: number): boolean => classOf(code) === JMP && operationOf(code) !== JA
/** Which bits of a code its class uses. */
const isWhole = (code: number): boolean => code <= 0xff

/** Is there such an instruction, with this operand? */
function isInstruction(code: number, k: number): boolean {
  if (!isWhole(code)) return false
  switch (classOf(code)) {
    case ALU: {
      const operation = operationOf(code)
      if (code === (ALU | NEG)) return true
      if (!(operation in ALU_OPS)) return false
      if (code & X) return true
      return operation === DIV ? k !== 0 : operation === LSH || operation === RSH ? k < 32 : true
    }
    case JMP:
      return code === (JMP | JA) || operationOf(code) in JUMPS
    case LD:
      if (code === LD_ABS) return k < SECCOMP_DATA_BYTES && (k & 3) === 0
      return code === (LD | IMM) || code === (LD | LEN) || (code === (LD | MEM) && k < BPF_MEMWORDS)
    case LDX:
      return code === (LDX | IMM) || code === (LDX | LEN) || (code === (LDX | MEM) && k < BPF_MEMWORDS)
    case ST:
    case STX:
      return (code === ST || code === STX) && k < BPF_MEMWORDS
    case RET:
      return code === RET || code === RET_A
    default:
      return code === TAX || code === TXA
  }
}

/** No word of its memory is read that was not written on every way there (check_load_and_stores). */
function readsWhatItWrote(program: BpfProgram): boolean {
  const known = new Uint16Array(program.length).fill(0xffff)
  let valid = 0
  for (const [at, [code, jt, jf, k]] of program.entries()) {
    valid &= known[at]
    if (code === ST || code === STX) valid |= 1 << k
    else if (code === (LD | MEM) || code === (LDX | MEM)) {
      if (!(valid & (1 << k))) return false
    } else if (code === (JMP | JA)) {
      known[at + 1 + k] &= valid
      valid = 0xffff
    } else if (isJump(code)) {
      known[at + 1 + jt] &= valid
      known[at + 1 + jf] &= valid
      valid = 0xffff
    }
  }
  return true
}

/** Is it a program that seccomp takes? */
export function isFilter(program: BpfProgram): boolean {
  const end = program.length
  for (const [at, [code, jt, jf, k]] of program.entries()) {
    if (!isInstruction(code, k)) return false
    if (code === (JMP | JA) && k >= end - at - 1) return false
    if (isJump(code) && (at + jt + 1 >= end || at + jf + 1 >= end)) return false
  }
  return end > 0 && classOf(program[end - 1][0]) === RET && readsWhatItWrote(program)
}

/** Linux's registers are set up by so many instructions. */
const PROLOGUE = 3
const DIVISION_BY_X = 5

/** How long Linux's translation of it is (bpf_convert_filter), which is what a task's filters are limited in. */
export function translatedLength(program: BpfProgram): number {
  let length = PROLOGUE
  for (const [code, jt, jf, k] of program) {
    if (code === RET) length += 2
    else if (code === (ALU | DIV | X)) length += DIVISION_BY_X
    else if (isJump(code)) {
      const isShort = jf === 0 || (jt === 0 && operationOf(code) !== JSET)
      length += (isShort ? 1 : 2) + (!(code & X) && k >= TWO_31 ? 1 : 0)
    } else length++
  }
  return length
}

/** What it answers for a call, given as the sixteen words of struct seccomp_data. */
export function runFilter(program: BpfProgram, data: Uint32Array): number {
  const memory = new Uint32Array(BPF_MEMWORDS)
  let a = 0
  let x = 0
  for (let at = 0; ; at++) {
    const [code, jt, jf, k] = program[at]
    const operand = code & X ? x : k
    switch (classOf(code)) {
      case ALU: {
        const operation = operationOf(code)
        if (operation === DIV && operand === 0) return 0
        a = (operation === NEG ? -a : ALU_OPS[operation](a, operand)) >>> 0
        break
      }
      case JMP:
        at += operationOf(code) === JA ? k : JUMPS[operationOf(code)](a, operand) ? jt : jf
        break
      case LD:
        a = load(code, k, data, memory)
        break
      case LDX:
        x = load(code, k, data, memory)
        break
      case ST:
        memory[k] = a
        break
      case STX:
        memory[k] = x
        break
      case RET:
        return code === RET_A ? a : k
      default:
        if (code === TAX) x = a
        else a = x
    }
  }
}

const load = (code: number, k: number, data: Uint32Array, memory: Uint32Array): number => {
  const mode = code & 0xe0
  if (mode === ABS) return data[k >> 2]
  return mode === MEM ? memory[k] : mode === LEN ? SECCOMP_DATA_BYTES : k
}
