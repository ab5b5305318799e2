// A fork seen through the views: what copy-on-write shares, what the first write changes, and what each view says of it.
import { beforeEach, describe, expect, test } from 'vitest'
import { findTask } from '../../kernel/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { CODE, DATA, start } from '../../kernel/testing.ts'
import { framesView } from './frames.ts'
import { regionsView } from './regions.ts'
import { tablesView, type LeafRun, type TableNode } from './tables.ts'
import { runUntil } from './testing.ts'
import { tlbView } from './tlb.ts'
import { walkView } from './walk.ts'

const ZERO = DATA + 0x1000
const UNTOUCHED = DATA + 0x2000
const PARENT = 1
const CHILD = 2

/** The parent writes one page, reads another and forks; the child writes the page, then both spin. */
const PROGRAM = `
  li s1, ${DATA}
  li s2, ${ZERO}
  li t0, 0x5a
  sd t0, 0(s1)
  ld t1, 0(s2)
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {spin}
  sd zero, 0(s1)
spin:
  j {spin}`

let k: Kernel
beforeEach(() => {
  k = start(PROGRAM, { debug: false }).k
})
const afterFork = (): void => runUntil(k, ({ state }) => state.tasks.size === 2, 1)
const afterCopy = (): void => runUntil(k, ({ state }) => state.counts.cowCopies === 1)
const walk = (pid: number, address: number) => walkView.data(k, { pid, address })
const leafOf = (pid: number, address: number) => walk(pid, address).steps.at(-1)

describe('after the fork', () => {
  beforeEach(afterFork)

  test('both map the written page without W and D, on one frame of count 2', () => {
    const [parent, child] = [walk(PARENT, DATA), walk(CHILD, DATA)]
    expect(parent.steps.map(s => [s.level, s.kind, s.flags])).toEqual([
      [3, 'table', '-------V'],
      [2, 'table', '-------V'],
      [1, 'table', '-------V'],
      [0, 'leaf', '-A-U--RV'],
    ])
    expect(parent.steps.map(s => s.index)).toEqual([0, 0, 0, DATA / 4096])
    expect(parent.result).toMatchObject({ size: 4096, use: 'anon', count: 2 })
    expect(child.result).toEqual(parent.result)
    // It has not run yet; what is mapped of files it will fault in for itself.
    expect([child.asid, child.tlb]).toEqual([null, []])
    expect(walk(CHILD, CODE).why.map(w => w.reason)).toEqual(['file page in cache'])
    expect(parent).toMatchObject({ present: true, writable: false, sharers: [{ pids: [CHILD], va: DATA }] })
    expect(parent.why.map(w => [w.about, w.reason])).toEqual([
      ['read-only', 'copy-on-write'],
      ['shared', 'shared'],
    ])
    expect(parent.why[0].text).toBe('copy-on-write: the frame is shared with 1 other: pid 2 at 0x40000, the first to write copies it')
  })

  test('the page that was only read is the page of zeroes', () => {
    expect(walk(PARENT, ZERO).result).toMatchObject({ use: 'zero', frame: k.state.frames.zero })
    expect(walk(PARENT, ZERO).why.map(w => w.reason)).toEqual(['zero page'])
  })

  test('an untouched page has no entry, an address without region none either', () => {
    expect(walk(PARENT, UNTOUCHED)).toMatchObject({ present: false, result: null })
    expect(leafOf(PARENT, UNTOUCHED)).toMatchObject({ kind: 'empty', level: 0, frame: null, pte: '0x0000000000000000' })
    expect(walk(PARENT, UNTOUCHED).why.map(w => w.reason)).toEqual(['never touched'])
    expect(walk(PARENT, 0x1000_0000).why.map(w => w.reason)).toEqual(['no region'])
    expect(walk(PARENT, 0x1000_0000).region).toBeNull()
  })

  test('the parent has lost its write translation', () => {
    const rows = tlbView.data(k, { pid: PARENT, address: DATA }).rows
    expect(rows.filter(r => r.access === 'write')).toEqual([])
    expect(tlbView.data(k, {}).harts[0].stale).toBe(0)
  })

  test('the stack below its region may grow', () => {
    const stack = findTask(k.state.ns, PARENT)!.mm!.regions.find(r => r.growsDown)!
    expect(walk(PARENT, stack.start - 0x1000).why.map(w => w.reason)).toEqual(['stack may grow'])
  })
})

describe('after the child wrote', () => {
  beforeEach(afterCopy)

  test('the child has a frame of its own, the parent is the last sharer of the old one', () => {
    const [parent, child] = [walk(PARENT, DATA), walk(CHILD, DATA)]
    expect(leafOf(CHILD, DATA)?.flags).toBe('DA-U-WRV')
    expect(child.result).toMatchObject({ use: 'anon', count: 1 })
    expect(child).toMatchObject({ writable: true, sharers: [], why: [] })
    expect(leafOf(PARENT, DATA)?.flags).toBe('-A-U--RV')
    expect(parent.result?.frame).not.toBe(child.result?.frame)
    expect(parent.result?.count).toBe(1)
    expect(parent.why.map(w => w.reason)).toEqual(['last sharer'])
  })

  test('code is the page cache’s, mapped by both and never to be written', () => {
    const code = walk(PARENT, CODE)
    expect(code.result).toMatchObject({ use: 'cache', count: 3 })
    expect(code.why.map(w => w.reason)).toEqual(['region read-only', 'shared'])
    expect(code.why[1].text).toBe('page of the file /bin/test: also mapped by 1 other: pid 2 at 0x10000')
  })

  test('the TLB has the child’s write translation, in the set of its page number', () => {
    const asid = findTask(k.state.ns, CHILD)!.mm!.asid
    expect(tlbView.data(k, { pid: CHILD, address: DATA }).rows.filter(r => r.access === 'write')).toEqual([
      {
        hart: 0,
        access: 'write',
        index: DATA / 4096,
        va: DATA,
        asid,
        pids: [CHILD],
        level: 0,
        flags: 'DA-U-WRV',
        frame: walk(CHILD, DATA).result!.frame,
        active: true,
        state: 'current',
      },
    ])
  })

  test('a PTE that is changed without a flush makes its translation stale', () => {
    const { physical } = leafOf(CHILD, DATA)!
    k.machine.ram32[(physical - 0x8000_0000) / 4] &= ~(1 << 2)
    const [row] = tlbView.data(k, { pid: CHILD, address: DATA }).rows.filter(r => r.access === 'write')
    expect(row.state).toBe('stale')
    expect(tlbView.data(k, {}).harts[0].stale).toBeGreaterThan(0)
  })

  test('frames: who holds one, and how many there are of each kind', () => {
    const { frame } = walk(PARENT, DATA).result!
    expect(framesView.data(k, { frame }).detail).toEqual({
      frame,
      physical: 0x8000_0000 + frame * 4096,
      use: 'anon',
      count: 1,
      dirty: false,
      shmem: false,
      owners: [{ kind: 'page', pids: [PARENT], va: DATA, flags: '-A-U--RV', level: 0, valid: true }],
    })
    const code = framesView.data(k, { frame: walk(PARENT, CODE).result!.frame }).detail
    expect(code?.owners).toHaveLength(code!.count)
    expect(code?.owners.at(-1)).toEqual({ kind: 'cache', file: '/bin/test', index: 1 })
    const root = framesView.data(k, { frame: walk(CHILD, DATA).root }).detail
    expect(root?.owners).toEqual([{ kind: 'table', pids: [CHILD], level: 3, va: 0, bytes: 2 ** 48 }])
    const all = framesView.data(k, {})
    expect(all.uses.reduce((sum, u) => sum + u.frames, 0)).toBe(all.total)
    expect(all.counts.reduce((sum, c) => sum + c.frames, 0)).toBe(all.total - all.uses[0].frames)
  })

  test('the owners of every frame are as many as its count', () => {
    const { count, total } = k.state.frames
    for (let frame = 0; frame < total; frame++) {
      if (count[frame] === 0) continue
      const owners = framesView.data(k, { frame }).detail!.owners
      expect(owners.length, `frame ${frame}`).toBe(count[frame])
    }
  })
})

test('the tree of page tables has every leaf, and joins those that continue each other', () => {
  afterCopy()
  const { root, tables } = tablesView.data(k, { pid: CHILD })
  const nodes: (TableNode | LeafRun)[] = [root]
  for (const node of nodes) if (node.kind === 'table') nodes.push(...node.below)
  expect(nodes.filter(n => n.kind === 'table')).toHaveLength(tables)
  const leaves = nodes.filter(n => n.kind === 'leaves')
  const mm = findTask(k.state.ns, CHILD)!.mm!
  const zeroes = leaves.filter(l => l.frame === k.state.frames.zero).reduce((sum, l) => sum + l.count, 0)
  expect(leaves.reduce((sum, l) => sum + l.count, 0)).toBe(mm.anonPages + mm.filePages + mm.shmemPages + zeroes)
  expect(leaves.find(l => l.va === DATA)).toMatchObject({ level: 0, flags: 'DA-U-WRV', frame: walk(CHILD, DATA).result!.frame })
})

test('the tree of page tables says how many hold the frames of its leaves', () => {
  const held = (address: number): unknown => {
    const nodes: (TableNode | LeafRun)[] = [tablesView.data(k, { pid: CHILD }).root]
    for (const node of nodes) if (node.kind === 'table') nodes.push(...node.below)
    return nodes.find(n => n.kind === 'leaves' && n.va === address)
  }
  afterFork()
  expect(held(DATA)).toMatchObject({ references: { least: 2, most: 2 } })
  afterCopy()
  expect(held(DATA)).toMatchObject({ references: { least: 1, most: 1 } })
})

test('regions: what of each is in memory', () => {
  afterFork()
  const { regions } = regionsView.data(k, { pid: PARENT, address: DATA })
  expect(regions).toHaveLength(1)
  expect(regions[0]).toMatchObject({
    start: DATA,
    permissions: 'rw-p',
    resident: 4096,
    shared: 4096,
    dirty: 4096,
    zeroPages: 1,
    anonymous: 4096,
  })
  afterCopy()
  expect(regionsView.data(k, { pid: PARENT, address: DATA }).regions[0]).toMatchObject({ resident: 4096, shared: 0, dirty: 4096 })
})

test('as text', () => {
  afterFork()
  expect(walkView.show(k, { pid: PARENT, address: DATA }).join('\n')).toMatchInlineSnapshot(`
    "walk of 0x40000 for pid 1, ASID 1, root in frame 5 (0x80005000)
      level 3 [  0] at 0x80005000: 0x0000000020002801 -------V -> frame 10
      level 2 [  0] at 0x8000a000: 0x0000000020002c01 -------V -> frame 11
      level 1 [  0] at 0x8000b000: 0x0000000020003001 -------V -> frame 12
      level 0 [ 64] at 0x8000c200: 0x0000000020003853 -A-U--RV -> frame 14
      = 0x8000e000, anon frame 14 of count 2, in a page of 4K
    region: 00040000-00060000 rw-p 00000000 00:00 0
    TLB: no entry
    read-only: copy-on-write: the frame is shared with 1 other: pid 2 at 0x40000,
      the first to write copies it
    shared: inherited by fork, not written since: also mapped by 1 other: pid 2 at
      0x40000"
  `)
  expect(regionsView.show(k, { pid: PARENT }).join('\n')).toMatchInlineSnapshot(`
    "pid 1 (test), sizes in KiB
    Address                   Perm Size RSS Shared Dirty Mapping
    00010000-00011000         r-xp    4   4      0     0 /bin/test
    00040000-00060000         rw-p  128   4      4     4
    7ffff7ffd000-7ffff7ffe000 r--p    4   0      0     0 [vvar]
    7ffff7ffe000-7ffff7fff000 r-xp    4   0      0     0 [vdso]
    7ffffffde000-7ffffffff000 rw-p  132   4      4     4 [stack]"
  `)
  expect(framesView.show(k).join('\n')).toMatchInlineSnapshot(`
    "4096 frames (16M): 4074 free, 1 zero, 2 anon, 14 table, 4 cache and 1 kernel
    page cache: 4 frames, 2 dirty; huge pages: 0, room for 7 more
    references: 18 with 1, 3 with 2 and 1 with 3; 2 shared copy-on-write
    PID COMMAND ANON FILE SHMEM HUGETLB TABLES ZERO
    1   test       2    1     0       0      7    1
    2   test       2    0     0       0      7    1"
  `)
  expect(framesView.show(k, { frame: walk(PARENT, DATA).result!.frame }).join('\n')).toMatchInlineSnapshot(`
    "frame 14 at 0x8000e000: anon, 2 references
      pid 1 000000040000 -A-U--RV
      pid 2 000000040000 -A-U--RV"
  `)
  expect(tablesView.show(k, { pid: CHILD }).join('\n')).toMatchInlineSnapshot(`
    "pid 2, ASID none: 7 tables
    root level 3 table in frame 15 (0x8000f000), 2 entries
      [0] level 2 table in frame 16 (0x80010000), 1 entry
        [0] level 1 table in frame 17 (0x80011000), 1 entry
          [0] level 0 table in frame 18 (0x80012000), 2 entries
            [64] 000000040000-000000041000 -A-U--RV 4K frame 14
            [65] 000000041000-000000042000 -A-U--RV 4K frame 0
      [255] level 2 table in frame 19 (0x80013000), 1 entry
        [511] level 1 table in frame 20 (0x80014000), 1 entry
          [511] level 0 table in frame 21 (0x80015000), 1 entry
            [510] 7fffffffe000-7ffffffff000 -A-U--RV 4K frame 9"
  `)
  expect(tlbView.show(k, { pid: PARENT }).join('\n')).toMatchInlineSnapshot(`
    "hart 0: ASID 1, 2 entries
    HART FOR   INDEX ADDRESS ASID PID FLAGS    LVL FRAME STATE
       0 read     65 0x41000    1 1   -A-U--RV   0     0 current active
       0 fetch    16 0x10000    1 1   -A-UX-RV   0    13 current active"
  `)
})
