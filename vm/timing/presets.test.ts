// Presets: each one is complete and fits together; what is wrong with one, or with an override, is said in a way that helps.
import { describe, expect, test } from 'vitest'
import { fieldNames } from './fields.ts'
import { checkFile, DEFAULT_PRESET, presetConstants, presetDoc, presetNames, resolvePreset, type Constant } from './presets.ts'

test.each(presetNames)('%s is whole, fits together, and says where each value comes from', name => {
  const constants = presetConstants(name)
  expect(Object.keys(constants).sort()).toEqual([...fieldNames].sort())
  for (const constant of Object.values(constants)) expect('source' in constant).toBe(!('estimated' in constant))
  expect(presetDoc(name)).not.toBe('')
  const { config, overrides, hash } = resolvePreset(name)
  for (const key of fieldNames) expect(config[key]).toBe(constants[key].value)
  expect(overrides).toEqual([])
  expect(hash).toMatch(/^[0-9a-f]{16}$/)
})

test('an unknown preset', () => {
  expect(() => resolvePreset('servr')).toThrow(
    "there is no preset 'servr', did you mean 'server'?; there are u74, xiangshan, server, textbook, ppro1996, xeon2007",
  )
})

describe('a file that is no preset', () => {
  type Constants = Record<string, unknown>
  /** The default preset's constants with some of them changed, as a file called `mine`. */
  const file = (change: Constants, without = ''): { name: string; doc: string; constants: Constants } => ({
    name: 'mine',
    doc: '',
    constants: Object.fromEntries(Object.entries({ ...presetConstants(DEFAULT_PRESET), ...change }).filter(([key]) => key !== without)),
  })
  const satp = presetConstants(DEFAULT_PRESET).satp as Constant
  const rows: readonly [string, Constants, string][] = [
    ['an unknown constant', { 'l2.latncy': satp }, "unknown constant 'l2.latncy', did you mean 'l2.latency'?"],
    ['one that is like no other', { turbo: satp }, "unknown constant 'turbo'"],
    ['the wrong type', { satp: { value: '10', source: 'x' } }, 'satp=10: it is a number of cycles'],
    ['no value', { satp: { source: 'x' } }, 'satp=undefined: it is a number of cycles'],
    ['too much', { asidBits: { value: 17, source: 'x' } }, 'asidBits=17: it lies between 0 and 16 bits'],
    ['too little', { 'l1d.latency': { value: 0, source: 'x' } }, 'l1d.latency=0: it lies between 1 and 100000 cycles'],
    ['a part of one', { satp: { value: 1.5, source: 'x' } }, 'satp=1.5: it is a whole number of cycles'],
    ['lines of an odd size', { line: { value: 48, source: 'x' } }, 'line=48: it is a power of two'],
    ['no such choice', { replacement: { value: 'fifo', source: 'x' } }, 'replacement=fifo: it is one of plru, random, lru'],
    ['no mark', { satp: { value: 10 } }, 'satp is to be marked with either a source or how it was estimated'],
    ['an empty mark', { satp: { value: 10, source: '' } }, 'satp is to be marked with either a source or how it was estimated'],
    ['both marks', { satp: { ...satp, source: 'x', estimated: 'y' } }, 'satp is to be marked with either a source or how it was estimated'],
  ]

  test.each(rows)('%s', (_name, change, message) => {
    expect(() => checkFile(file(change))).toThrow(new Error(`preset mine: ${message}`))
  })

  test('a constant is missing', () => {
    expect(() => checkFile(file({}, 'trapIn'))).toThrow(new Error("preset mine: constant 'trapIn' is missing"))
  })

  test('nothing wrong', () => {
    expect(checkFile(file({ satp: { value: 11, estimated: 'x' } })).satp.value).toBe(11)
  })
})

describe('overrides', () => {
  const rows: readonly [string, string][] = [
    ['satp', '--set satp: it is key=value'],
    ['=3', '--set =3: it is key=value'],
    ['l2.latncy=3', "--set l2.latncy=3: there is no constant 'l2.latncy', did you mean 'l2.latency'?"],
    ['turbo=3', "--set turbo=3: there is no constant 'turbo'"],
    ['satp=', '--set satp=: it is a number of cycles'],
    ['satp=many', '--set satp=many: it is a number of cycles'],
    ['satp=-1', '--set satp=-1: it lies between 0 and 100000 cycles'],
    ['kpti=yes', '--set kpti=yes: it is one of off, on'],
    ['toString=1', "--set toString=1: there is no constant 'toString'"],
  ]

  test.each(rows)('%s', (text, message) => {
    expect(() => resolvePreset('u74', [text])).toThrow(new Error(message))
  })

  test.each([
    [['l1d.ways=3'], 'l1d: 512 lines in 3 ways do not make a power of two of sets'],
    [['l2.size=100'], 'l2: 1.5625 lines in 16 ways do not make a power of two of sets'],
    [['dtlb.entries=48', 'dtlb.ways=4'], 'dtlb: 48 entries in 4 ways do not make a power of two of sets'],
    [['l1d.size=131072', 'l1d.ways=1'], 'l1d: a way has at most 1024 lines and 64 KiB'],
  ])('%j do not fit together', (overrides, message) => {
    expect(() => resolvePreset('u74', overrides)).toThrow(new Error(`preset u74 with ${overrides.join(' ')}: ${message}`))
  })

  test('the last one of a key holds, and they are kept as they were given', () => {
    const { config, overrides } = resolvePreset('u74', ['satp=3', 'kpti=on', 'satp=4'])
    expect([config.satp, config.kpti]).toEqual([4, 'on'])
    expect(overrides).toEqual(['satp=3', 'kpti=on', 'satp=4'])
  })

  test('one preset does not change another', () => {
    resolvePreset('u74', ['satp=99'])
    expect(resolvePreset('u74').config.satp).toBe(presetConstants('u74').satp.value)
  })
})

describe('the hash', () => {
  const hash = (...overrides: string[]): string => resolvePreset('u74', overrides).hash

  test('is of the values: their order and how they were written do not matter', () => {
    expect(hash('satp=3', 'trapIn=4')).toBe(hash('trapIn=4.0', 'satp=3'))
    expect(hash(`satp=${presetConstants('u74').satp.value}`)).toBe(hash())
  })

  test('is the same in every version until a value of the preset changes', () => {
    expect(hash()).toBe('58cf42dbfe6d32dd')
  })

  test('is another one for another value of any constant, and for each preset', () => {
    const one: Record<string, string> = {
      kpti: 'on',
      fpu: 'eager',
      pageSize: '2M',
      frames: 'coloured',
      time: 'instructions',
      replacement: 'lru',
    }
    const overrides = [
      'satp=11',
      'trapIn=21',
      'trapOut=21',
      'satp=20',
      'trapIn=10',
      ...Object.entries(one).map(([key, value]) => `${key}=${value}`),
    ]
    const hashes = [...presetNames.map(name => resolvePreset(name).hash), ...overrides.map(text => hash(text))]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})
