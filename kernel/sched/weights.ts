// Nice values as shares of the processor: one step of nice is about a quarter more or less (Linux sched_prio_to_weight).

export const NICE_MIN = -20
export const NICE_MAX = 19
export const NICE_0_WEIGHT = 1024
export const IDLE_WEIGHT = 3

/** By nice + 20. */
const WEIGHTS: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277, 1024,
  820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
]

export const weightOfNice = (nice: number): number => WEIGHTS[nice - NICE_MIN] as number
