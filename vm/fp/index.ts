// Exact floating point on raw bits: pure functions, every rounding mode, every flag.
export { arithmetic } from './arithmetic.ts'
export { classify, compare } from './compare.ts'
export { convert, truncateModulo } from './convert.ts'
export { DZ, NV, NX, OF, RDN, RMM, RNE, RTZ, RUP, UF, type Result, type RoundingMode } from './format.ts'
