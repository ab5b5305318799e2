// What boot makes of a machine: its date, its init, and what becomes of a shell that is killed.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bootDate, dateOption } from '../../cli/boot-date.ts'
import { hostInput, runKernel, shellStatus } from '../../kernel/index.ts'
import { start } from '../machine.ts'

const NS = 1e9
const FIXED = 1_735_689_600 * NS

const folder = mkdtempSync(join(tmpdir(), 'hartbeat-boot-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a shell on a terminal that is killed is started again, with a line that says so', () => {
  const { kernel, host } = start([], { init: true, stdio: ['console', 'console', 'console'] })
  const type = (text: string): void => {
    expect(runKernel(kernel).kind).toBe('idle')
    hostInput(kernel, new TextEncoder().encode(text))
  }
  type('kill -9 $$\n')
  type('exit 3\n')
  const result = runKernel(kernel)
  expect(result.kind === 'halted' && shellStatus(result.status)).toBe(3)
  expect(host.out).toContain('init: the shell was killed by signal 9; another one is started')
})

test('the date of a virtual clock is fixed, but not before the newest file of the root', () => {
  const file = { path: '/x', kind: 'regular', mode: 0o644 } as const
  expect(bootDate('virtual', { root: [file] })).toBe(FIXED)
  expect(bootDate('virtual', { root: [file, { ...file, mtime: { sec: 1_800_000_000, nsec: 5 } }, file] })).toBe(1_800_000_001 * NS)
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a', 'new'), '')
  utimesSync(join(folder, 'a', 'new'), 1_900_000_000, 1_900_000_000)
  expect(bootDate('virtual', { root: [], hostRoot: folder })).toBe(1_900_000_000 * NS)
  expect(Math.abs(bootDate('real', { root: [] }) / 1e6 - Date.now())).toBeLessThan(5000)
})

test('--date', () => {
  expect(dateOption('2026-02-28')).toBe(Date.UTC(2026, 1, 28) * 1e6)
  expect(dateOption('@1700000000')).toBe(1_700_000_000 * NS)
  for (const bad of ['tomorrow', '@', '-5', '@99999999999', '']) expect(() => dateOption(bad)).toThrow('--date')
})
