// How much a fuzz test does: a sample in `npm test`, everything in `npm run fuzz`. HARTBEAT_SEED chooses other random numbers.
export const FULL = process.env.HARTBEAT_FUZZ === 'full'
export const SEED = Number(process.env.HARTBEAT_SEED ?? 1)
/** Milliseconds that a long fuzz test may take. */
export const PATIENCE = 3_600_000
export const amount = (sample: number, full: number): number => (FULL ? full : sample)
