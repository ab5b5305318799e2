// Numbers that programs write into files of /proc and /sys, as Linux's kstrtoint and its kin read them.
import { EINVAL, ERANGE } from '../abi/index.ts'

const INT_MAX = 2 ** 31 - 1
const INT_MIN = -(2 ** 31)
const INTEGER = /^([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i

/** One integer in C's notations, blanks around it. EINVAL: something else; ERANGE: too large for its type. */
export function readInteger(text: string, min = INT_MIN, max = INT_MAX): number {
  const found = INTEGER.exec(text.trim())
  if (!found) throw EINVAL
  const [, sign, digits] = found
  const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits) * (sign === '-' ? -1 : 1)
  if (value < min || value > max) throw ERANGE
  return value
}
