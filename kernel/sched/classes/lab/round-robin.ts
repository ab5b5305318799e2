// Everybody in turn, for as long as everybody else: no weights, no credit for having slept.
import { sharing } from '../shares.ts'

const SLICE = 4_000_000

export const roundRobin = sharing({
  name: 'round-robin',
  doc: 'everybody in turn for 4 ms; nice values do not count',
  orders: () => 0,
  slice: () => SLICE,
  says: () => 'its turn',
  whyNext: (_s, _other, words) => `it came before ${words.other}`,
  whySlice: () => 'the same for everybody',
})
