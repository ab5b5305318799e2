// The kernel's inner order: which of its rooms may name which, and that no modules of any top folder import each other in a circle.
import { describe, expect, test } from 'vitest'
import { cyclesOf, readModules, type Import, type Module } from './modules.ts'

/** From the leaves to the top; rooms of one row do not know each other. */
const ORDER: readonly (readonly string[])[] = [
  ['abi'],
  // What the state is, and how a call says that it waits; the doors to the host.
  ['state', 'current', 'ids', 'kernel', 'waiting', 'version', 'sysctl', 'host', 'events', 'journal', 'journal-lots', 'random', 'output'],
  ['timing'],
  ['time'],
  ['mm'],
  ['task'],
  ['sched'],
  ['klog'],
  ['signal'],
  ['vfs'],
  ['fs', 'tty', 'ipc', 'net'],
  ['seccomp', 'keys', 'perf', 'ring'],
  ['process'],
  ['proc', 'sysfs'],
  ['syscalls'],
]
/** The rank of what the state is made of. */
const STATE = 1
/** Below, and still none of their business. */
const STRANGERS: Readonly<Record<string, readonly string[]>> = { vfs: ['mm', 'signal'], sched: ['mm'] }
/** What puts everything together, or runs it: it may name everything. */
const TOP = 'boot clone explain first includes index input invariants kinds loop mapped-files switch symbol timers trap'.split(' ')
/** Modules that name each other's types, with why. Of values there is no circle. */
const TYPE_CIRCLES: readonly { of: RegExp; why: string }[] = [
  {
    of: /^kernel\/(?:(?:\w+\/)+(?:lock-|kind-)?types|state|kernel|waiting|events|journal|journal-lots)\.ts$/,
    why: 'the state is one graph: a task names its files, an open file its pipe, a pipe the tasks that sleep on it; nothing in it runs',
  },
]

const roomOf = (path: string): string => path.split('/')[1]!.replace(/\.ts$/, '')
const rankOf = (room: string): number => {
  const rank = ORDER.findIndex(row => row.includes(room))
  return rank < 0 ? ORDER.length : rank
}
/** Types may be named from below where they are only types: the state is made of every room's. */
const isDeclaration = (path: string): boolean => path.endsWith('/types.ts')

const modules = readModules().filter(({ path }) => !path.endsWith('testing.ts'))

test('rooms of the kernel import only those below them', () => {
  /** Is it an arrow that the order does not have? */
  const isWrong = (m: Module, line: Import): boolean => {
    const [from, to] = [roomOf(m.path), roomOf(line.path)]
    const [rank, other] = [rankOf(from), rankOf(to)]
    // The top may name everything; what the state is, and the doors to the host, are one.
    if (!line.path.startsWith('kernel/') || from === to || rank === ORDER.length || (rank === STATE && other === STATE)) return false
    if (line.typeOnly && (isDeclaration(line.path) || rank === other)) return false
    return other >= rank || STRANGERS[from]?.includes(to) === true
  }
  const upward = (m: Module): string[] =>
    m.imports.filter(line => isWrong(m, line)).map(line => `${m.path} -> ${line.path}${line.typeOnly ? ' (type)' : ''}`)
  expect(modules.filter(m => m.path.startsWith('kernel/')).flatMap(upward)).toEqual([])
})

test('every room of the kernel has its place', () => {
  const rooms = new Set(modules.filter(m => m.path.startsWith('kernel/')).map(m => roomOf(m.path)))
  const placed = [...ORDER.flat(), ...TOP]
  // To mend: name the room in ORDER, above all that it imports, or among TOP, which nothing below may import.
  expect([...rooms].filter(room => !placed.includes(room))).toEqual([])
  expect(placed.filter(room => !rooms.has(room))).toEqual([])
})

describe('no circles', () => {
  test('of values', () => {
    expect(cyclesOf(modules, line => !line.typeOnly)).toEqual([])
  })
  test('of types, but for those explained', () => {
    const circles = cyclesOf(modules, () => true)
    expect(circles.filter(circle => !TYPE_CIRCLES.some(({ of }) => circle.every(path => of.test(path))))).toEqual([])
    expect(circles.length).toBe(TYPE_CIRCLES.length)
  })
})
