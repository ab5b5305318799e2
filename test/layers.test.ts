// The layer rule: who may import whom. It holds the house together, so it is a test and not a custom.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isTest, readAllModules, ROOT } from './modules.ts'

const EVERYTHING = ['vm/isa', 'vm', 'kernel/abi', 'kernel', 'assembler', 'debugger', 'library', 'cli', 'web']

/** A room of the house and what it may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'vm/isa': [],
  'kernel/abi': [],
  vm: ['vm/isa'],
  assembler: ['vm/isa', 'vm', 'kernel/abi'],
  kernel: ['vm', 'vm/isa', 'kernel/abi'],
  debugger: ['vm', 'vm/isa', 'kernel', 'kernel/abi', 'assembler'],
  // Puts the others together for people who import them; pure as they are, so that a page can have it.
  library: ['vm', 'vm/isa', 'kernel', 'kernel/abi', 'assembler', 'debugger'],
  cli: EVERYTHING,
  web: EVERYTHING,
  bench: [...EVERYTHING, 'bench'],
  test: [...EVERYTHING, 'bench', 'test'],
  // The library's door.
  '.': EVERYTHING,
}
/** The packages from outside that a room may use, and whether it may use Node. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'kernel/abi': ['binary-parser'],
  cli: ['commander', '@vscode/debugadapter', '@vscode/debugprotocol'],
  bench: ['benchmark', 'commander'],
}
const WITH_NODE = ['cli', 'bench', 'test']
/** What would make two equal runs differ, or tie the machine to a host. */
const IMPURE = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|(?<![/\w])process\.|require\(|setTimeout|setInterval|crypto\.)/
const PURE = ['vm/isa', 'kernel/abi', 'vm', 'kernel', 'assembler', 'debugger', 'library']
const SMALL = 500

const roomOf = (path: string): string => {
  const top = path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
  return ['vm/isa', 'kernel/abi'].find(leaf => path.startsWith(`${leaf}/`)) ?? top
}

const all = readAllModules().map(m => ({ ...m, room: roomOf(m.path) }))
/** Tests beside the code may look across the house, and use Node to read what they compare with. */
const modules = all.filter(m => !isTest(m.path) && !m.path.endsWith('.config.ts'))

/** A module of another top-level folder is reached through its door; a leaf's own folder is a door as well. */
const DOORS = ['vm/isa/index.ts', 'kernel/abi/index.ts', 'kernel/abi/dwarf/index.ts']
const isDoor = (path: string): boolean => /^[^/]+\/index\.ts$/.test(path) || DOORS.includes(path)

test('the rule sees the modules', () => {
  expect(modules.length).toBeGreaterThan(150)
  expect(all.flatMap(m => m.imports).length).toBeGreaterThan(600)
  expect(new Set(modules.map(m => m.room))).toEqual(new Set(Object.keys(ALLOWED).filter(room => modules.some(m => m.room === room))))
  for (const room of ['vm/isa', 'vm', 'kernel/abi', 'kernel', 'assembler', 'debugger', 'library', 'cli', 'bench', 'test', '.'])
    expect(modules.filter(m => m.room === room).length, room).toBeGreaterThan(0)
})

test('every import has its extension and leads to a module', () => {
  const known = new Set(all.map(m => m.path))
  const lost = all.flatMap(m => m.imports.filter(i => !i.path.endsWith('.d.ts') && !known.has(i.path)).map(i => `${m.path} -> ${i.line}`))
  // Data is not a module.
  expect(lost.filter(text => !text.endsWith('.json'))).toEqual([])
})

test('rooms import only the rooms they stand on', () => {
  const wrong = modules.flatMap(m =>
    m.imports.filter(i => roomOf(i.path) !== m.room && !ALLOWED[m.room].includes(roomOf(i.path))).map(i => `${m.path} -> ${i.path}`),
  )
  expect(wrong).toEqual([])
})

test('across top-level folders only the door is imported', () => {
  const top = (path: string): string => path.split('/')[0]
  const wrong = modules.flatMap(m =>
    m.imports.filter(i => top(i.path) !== top(m.path) && !isDoor(i.path)).map(i => `${m.path} -> ${i.path}`),
  )
  expect(wrong.filter(line => !line.startsWith('test/'))).toEqual([])
  // Tests too, except that they may use the helpers that other tests share.
  expect(wrong.filter(line => line.startsWith('test/') && !line.endsWith('testing.ts'))).toEqual([])
})

test('there is no cycle between rooms', () => {
  const edges = new Map<string, Set<string>>()
  for (const m of modules.filter(m => m.room !== 'test' && m.room !== 'bench'))
    for (const i of m.imports) if (roomOf(i.path) !== m.room) edges.set(m.room, (edges.get(m.room) ?? new Set()).add(roomOf(i.path)))
  const cycles: string[] = []
  const visit = (room: string, path: readonly string[]): void => {
    if (path.includes(room)) return void cycles.push([...path, room].join(' -> '))
    for (const next of edges.get(room) ?? []) visit(next, [...path, room])
  }
  for (const room of edges.keys()) visit(room, [])
  expect(cycles).toEqual([])
})

test('packages from outside are used where they were chosen for', () => {
  const wrong = modules.flatMap(m =>
    m.packages
      .filter(name => !(name.startsWith('node:') ? WITH_NODE.includes(m.room) : m.room === 'test' || PACKAGES[m.room]?.includes(name)))
      .map(name => `${m.path} -> ${name}`),
  )
  expect(wrong).toEqual([])
})

describe('the machine, the kernel, the assembler and the debugger are pure', () => {
  test('no host clock, randomness or input and output', () => {
    const wrong = modules
      .filter(m => PURE.includes(m.room) && !m.path.endsWith('testing.ts'))
      .flatMap(m => {
        const found = m.text.split('\n').find(line => IMPURE.test(line))
        return found === undefined ? [] : [`${m.path}: ${found.trim()}`]
      })
    expect(wrong).toEqual([])
  })
})

test('files stay small', () => {
  const large = modules
    .map(m => ({ path: m.path, lines: readFileSync(join(ROOT, m.path), 'utf8').split('\n').length }))
    .filter(f => f.lines > SMALL + 1)
  expect(large).toEqual([])
})

test('every file opens with why it exists', () => {
  const bare = modules
    .filter(m => m.path !== 'index.ts' && !/^(#!.*\n)?\s*(\/\/|\/\*)/.test(readFileSync(join(ROOT, m.path), 'utf8')))
    .map(m => m.path)
  expect(bare).toEqual([])
})

test('only erasable syntax: a newer Node runs the sources unbuilt', () => {
  const wrong = modules.flatMap(m =>
    [
      ...m.text.matchAll(
        /^\s*(?:export )?(?:declare )?(?:const )?(?:enum|namespace) \w+ ?\{|constructor\([^)]*\b(?:private|public|readonly|protected) /gm,
      ),
    ].map(([line]) => `${m.path}: ${line}`),
  )
  expect(wrong).toEqual([])
})

test('the architecture text names files and folders that are there', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  const named = [...text.matchAll(/`((?:vm|kernel|assembler|debugger|cli|bench|test|library|programs)\/[\w./-]*)`/g)].map(m => m[1])
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
})
