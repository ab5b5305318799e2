// Every lab that shows something, its output in full (those that measure are in measuring.test.ts): what a course shows on the screen is a promise. The texts are in golden/; `vitest -u` writes them.
import { describe, expect, test } from 'vitest'
import { BUILT_ROOT, fingerprint, run, type TestOptions } from '../machine.ts'
import { MEASURING } from './measuring.ts'

/** Arguments, exit status when it is not 0, and whether the lab runs under an init (or is process 1 itself). */
interface Lab {
  name: string
  args?: readonly string[]
  status?: number
  init?: boolean
}

const LABS: readonly Lab[] = [
  { name: 'cow' },
  { name: 'cow', args: ['3'] },
  { name: 'eintr' },
  { name: 'exec-fd-inheritance' },
  { name: 'exec-resets-handlers', status: 143 },
  { name: 'fork-chain' },
  { name: 'fork-chain', args: ['20'], init: true },
  { name: 'fork-many', args: ['200'] },
  { name: 'fork-tree', args: ['3'] },
  { name: 'fork-tree', args: ['5'], init: true },
  { name: 'orphan' },
  { name: 'orphan', init: true },
  { name: 'pipe-pingpong' },
  { name: 'preemption', args: ['20'] },
  { name: 'signal-handler' },
  { name: 'zombie-factory', args: ['4'] },
]

const commandOf = ({ name, args = [] }: Lab): string[] => [`/labs/${name}`, ...args]
const titleOf = (lab: Lab): string => [lab.init === true ? 'init' : '', lab.name, ...(lab.args ?? [])].filter(Boolean).join(' ')

test('every lab is here', () => {
  const built = BUILT_ROOT.flatMap(file => /^\/?labs\/(.+)$/.exec(file.path)?.[1] ?? [])
  expect(built.length).toBeGreaterThanOrEqual(26)
  expect([...new Set([...LABS, ...MEASURING].map(lab => lab.name))].sort(), 'a new lab is named in LABS, or in measuring.ts').toEqual(
    built.sort(),
  )
})

test.each(LABS.map(lab => ({ ...lab, title: titleOf(lab) })))('$title', async lab => {
  const { status, stdout, stderr } = run(commandOf(lab), { init: lab.init })
  expect([status, stderr]).toEqual([lab.status ?? 0, ''])
  await expect(stdout).toMatchFileSnapshot(`golden/${titleOf(lab).replaceAll(' ', '-')}.txt`)
})

/** Pid, parent and generation of each line of fork-tree's drawing, with the pid one level above it. */
function treeOf(drawing: string): { pid: number; parent: number; above: number; generation: number; depth: number }[] {
  const path: number[] = []
  return [...drawing.matchAll(/^( *)(\d+) \(parent (\d+), generation (\d+)\)$/gm)].map(([, indent, pid, parent, generation]) => {
    const depth = indent.length / 4
    path.length = depth
    path.push(Number(pid))
    return {
      pid: Number(pid),
      parent: Number(parent),
      above: depth === 0 ? Number(parent) : path[depth - 1],
      generation: Number(generation),
      depth,
    }
  })
}

test('fork-tree 3: 1+2+4+8 processes, each the child of the one above it', () => {
  const tree = treeOf(run(['/labs/fork-tree', '3']).stdout)
  expect([0, 1, 2, 3].map(g => tree.filter(p => p.generation === g).length)).toEqual([1, 2, 4, 8])
  expect(new Set(tree.map(p => p.pid)).size).toBe(15)
  expect(tree.filter(p => p.parent !== p.above || p.generation !== p.depth)).toEqual([])
})

test('fork-tree 3 leaves no frame, task or number behind', () => {
  const { kernel } = run(['/labs/fork-tree', '3'], { init: true })
  // Only init, which halted the machine, is left.
  expect([...kernel.state.tasks.keys()]).toEqual([1])
  expect(kernel.state.groups.size).toBe(1)
  expect(kernel.state.trapFrames.taken.size).toBeLessThanOrEqual(1)
})

describe('the labs do the same on the reference engine', () => {
  const SHORT: readonly Lab[] = [
    { name: 'cow', args: ['3'] },
    { name: 'eintr' },
    { name: 'fork-tree', args: ['2'] },
    { name: 'signal-handler' },
  ]
  test.each(SHORT.map(lab => ({ ...lab, title: titleOf(lab) })))('$title', lab => {
    const on = (options: TestOptions): [number, string, string] => {
      const { status, stdout, kernel } = run(commandOf(lab), options)
      return [status, stdout, fingerprint(kernel)]
    }
    expect(on({ engine: 'reference' })).toEqual(on({ engine: 'interpreter' }))
  })
})
