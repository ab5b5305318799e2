// Directives that move the current place: alignment, skipping, .org.
import { isPowerOfTwo } from '../../bytes.ts'
import { accept, peek, SourceError, type Cursor } from '../cursor.ts'
import { absolute, absoluteIn, expression } from '../operand-expression.ts'
import { warn } from '../report.ts'
import { align, MAX_ALIGN_POWER, organise, skip } from '../space.ts'
import type { Assembly } from '../state.ts'
import type { Directive } from './directive.ts'

const MAX_ALIGN = 2 ** MAX_ALIGN_POWER

/** The optional `, fill, max` of the alignment directives; an empty fill is the default one. */
function fillAndMax(asm: Assembly, c: Cursor): { fill: number | null; max: number } {
  if (!accept(c, ',')) return { fill: null, max: 0 }
  const fill = peek(c) === ',' || peek(c) === '' ? null : Number(BigInt.asUintN(32, absolute(asm, c)))
  return { fill, max: accept(c, ',') ? absoluteIn(asm, c, 0, MAX_ALIGN, 'alignment limit') : 0 }
}

const byPower =
  (fillSize: number): Directive =>
  (asm, c) => {
    let power = peek(c) === '' ? 0n : absolute(asm, c)
    if (power < 0n) {
      warn(asm, 'alignment negative; 0 assumed')
      power = 0n
    }
    if (power > BigInt(MAX_ALIGN_POWER)) throw new SourceError(`alignment too large: at most ${MAX_ALIGN_POWER}`)
    const { fill, max } = fillAndMax(asm, c)
    align(asm, 2 ** Number(power), fill, fillSize, max)
  }

const byBytes =
  (fillSize: number): Directive =>
  (asm, c) => {
    const start = c.at
    const bytes = peek(c) === '' ? 1 : absoluteIn(asm, c, 0, MAX_ALIGN, 'alignment') || 1
    if (!isPowerOfTwo(bytes)) throw new SourceError('alignment not a power of 2', start, c.at)
    const { fill, max } = fillAndMax(asm, c)
    align(asm, bytes, fill, fillSize, max)
  }

const space: Directive = (asm, c) => {
  const count = expression(asm, c)
  const fill = accept(c, ',') ? Number(absolute(asm, c) & 0xffn) : 0
  skip(asm, count, fill)
}

const org: Directive = (asm, c) => {
  const target = expression(asm, c)
  organise(asm, target, accept(c, ',') ? Number(absolute(asm, c) & 0xffn) : 0)
}

export const layout: Readonly<Record<string, Directive>> = {
  '.align': byPower(1),
  '.p2align': byPower(1),
  '.p2alignw': byPower(2),
  '.p2alignl': byPower(4),
  '.balign': byBytes(1),
  '.balignw': byBytes(2),
  '.balignl': byBytes(4),
  '.skip': space,
  '.space': space,
  '.zero': space,
  '.org': org,
}
