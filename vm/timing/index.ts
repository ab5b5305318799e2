// The timing model's door.
export * from './access.ts'
export { BARE, newTiming, settle, stall, type Core, type Timing } from './core.ts'
export { FIELDS, fieldNames, type Field, type FieldName as TimingField, type FramePlacement, type TimingConfig } from './fields.ts'
export * from './ledger.ts'
export { checkFetches, noteFetch } from './lines.ts'
export { DEFAULT_PRESET, presetConstants, presetDoc, presetNames, resolvePreset, type Constant, type Preset } from './presets.ts'
export { copyTiming, type TimingSnapshot, restoreTiming } from './snapshot.ts'
export { timeAddressSpace, timeFlush, timeKernelTable } from './translate.ts'
