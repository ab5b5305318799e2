// Instructions that do nothing here: may-be-operations, which later extensions may give a meaning (Unprivileged spec, "Zimop"), and waits
// for a reservation to be lost, which may end at once ("Zawrs").
import { standing, type Row, type Rows } from './define.ts'
import { lazily } from './lazily.ts'

const bit = (n: number, at: number): string => String((n >> at) & 1)
const ZERO = 'addi rd, 0, 0'
const DOC = 'rd = 0; later extensions may give it a meaning.'

export const zimop: Rows = lazily(() => [
  ...Array.from({ length: 32 }, (_, n) =>
    standing(
      'Zimop',
      `mop.r.${n} rd, rs1`,
      `1 ${bit(n, 4)} 00 ${bit(n, 3)}${bit(n, 2)} 0111 ${bit(n, 1)}${bit(n, 0)} rs1:5 100 rd:5 1110011`,
      ZERO,
      DOC,
    ),
  ),
  ...Array.from({ length: 8 }, (_, n) =>
    standing('Zimop', `mop.rr.${n} rd, rs1, rs2`, `1 ${bit(n, 2)} 00 ${bit(n, 1)}${bit(n, 0)} 1 rs2:5 rs1:5 100 rd:5 1110011`, ZERO, DOC),
  ),
])

const wait = (name: string, funct12: string, doc: string): Row =>
  standing('Zawrs', name, `${funct12} 00000 000 00000 1110011`, 'addi 0, 0, 0', doc)
export const zawrs: Rows = lazily(() => [
  wait('wrs.nto', '000000001101', 'Wait until the reservation is lost; may end at once.'),
  wait('wrs.sto', '000000011101', 'Wait a short while for the reservation to be lost; may end at once.'),
])
