// The seeded faults keep their places: each stands once in its file, and names tests that exist. `npm run mutate` tries them.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withFault } from './fault.ts'
import { FAULTS } from './index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('every seeded fault has its place, changes something there, and has tests near it', () => {
  for (const fault of FAULTS) {
    const text = readFileSync(join(ROOT, fault.file), 'utf8')
    expect(withFault(fault, text), fault.what).not.toBe(text)
    expect(fault.near.length, fault.what).toBeGreaterThan(0)
    for (const path of fault.near) expect(existsSync(join(ROOT, path)), `${fault.what}: ${path}`).toBe(true)
  }
})

test('no two seeded faults are the same', () => {
  const keys = FAULTS.map(f => `${f.file} ${f.find} ${f.put}`)
  expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([])
})
