// How much a test of many random cases does: a third of a sample in `npm test`, the sample in continuous integration (HARTBEAT_FUZZ=sample),
// everything in `npm run fuzz` (full). HARTBEAT_SEED chooses other random numbers; HARTBEAT_PART=2/20 plays each twentieth dialogue, from
// the second on, so that a long form can be run in slices.
const SIZE = process.env.HARTBEAT_FUZZ
export const FULL = SIZE === 'full'
/** `npm test` does one part of so many. */
const PARTS = 3
export const SEED = Number(process.env.HARTBEAT_SEED ?? 1)
/** Milliseconds that a long fuzz test may take. */
export const PATIENCE = 3_600_000
export const amount = (sample: number, full: number): number => (FULL ? full : SIZE === 'sample' ? sample : Math.ceil(sample / PARTS))
/** Of a list, as many as that, spread over it; all of them in full. */
export const some = <T>(list: readonly T[], every: number): T[] => {
  const step = FULL ? 1 : SIZE === 'sample' ? every : PARTS * every
  return list.filter((_, n) => n % step === 0)
}
const [SLICE, SLICES] = (process.env.HARTBEAT_PART ?? '1/1').split('/').map(Number)
/** Is this one of the cases that this slice plays? */
export const inPart = (n: number): boolean => n % SLICES === SLICE - 1
