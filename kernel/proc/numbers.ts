// Numbers that programs write into files of /proc and /sys, as Linux's kstrtoint and its kin read them.
import { PAGE_SIZE } from '../../vm/index.ts'
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

/** A setting's number must be followed by one of these. */
const NUMBER = /^[ \t\n]*(-?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)(?=[ \t\n]|$)/i

/**
 * Up to `most` numbers of a text, in C's notations. EINVAL: none, something else, or one out of bounds. What follows the last one
 * after a blank is not looked at.
 */
export function readNumbers(text: string, most: number, min: number, max: number): number[] {
  const values: number[] = []
  let rest = text.slice(0, PAGE_SIZE - 1)
  while (values.length < most && /[^ \t\n]/.test(rest)) {
    const found = NUMBER.exec(rest)
    if (!found) throw EINVAL
    const digits = found[2]
    const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits) * (found[1] ? -1 : 1)
    if (!(value >= min && value <= max)) throw EINVAL
    values.push(value)
    rest = rest.slice(found[0].length)
  }
  if (values.length === 0) throw EINVAL
  return values
}
