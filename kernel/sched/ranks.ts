// Which classes go before which.

export const DEADLINE_RANK = 0
export const REAL_TIME_RANK = 1
export const FAIR_RANK = 2
