// Meanings turned into WebAssembly, in parts that an engine puts together: values (arithmetic, floats, memory) over operands, which are
// the engine's, and a probe, plain or timed. Whatever is rare or impossible here leaves before the instruction changed anything, and the
// reference engine runs it instead.
export { arithmetic } from './arithmetic.ts'
export { FAR_FROM_UNDERFLOW, FCSR_FRM, FCSR_NX, floats, UNIT_IS_DIRTY, UNIT_ON, type Rounding } from './floats.ts'
export { memory } from './memory.ts'
export { hostFuses, SOFT_IMPORTS, softCalls, softFloats, softModules, type SoftModules } from './soft/index.ts'
export { addendOf, lastByte, misses, pageOf, plainProbe, TLB, tlbTag, uncountedProbe, type Probe } from './probe.ts'
export { CALL_FETCH, highWord, MODEL_CALLS, spendMore, timedProbe, type TimedShape } from './timed-probe.ts'
export { LEFT_TO_REFERENCE, leftToReference, Writer, type Depths, type Leave } from './writer.ts'
