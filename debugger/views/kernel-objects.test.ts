// Tasks, waits, pipes, descriptors, timers and runqueues seen through their views, in machines stopped where it matters.
import { describe, expect, test } from 'vitest'
import { findTask, runKernel, type Kernel } from '../../kernel/index.ts'
import { DATA, start } from '../../kernel/testing.ts'
import { descriptorsView } from './descriptors.ts'
import { pageCacheView } from './page-cache.ts'
import { pipesView } from './pipes.ts'
import { socketsView } from './sockets.ts'
import { runqueuesView } from './runqueues.ts'
import { tasksView } from './tasks.ts'
import { runUntil } from './testing.ts'
import { timersView } from './timers.ts'
import { treeView } from './tree.ts'

const fork = (label: string): string => `
  li a0, 17
  li a1, 0
  sys 220
  beqz a0, {${label}}`
const asleep = (k: Kernel, pid: number): boolean => findTask(k.state.ns, pid)?.state === 'S'

/** Process 1 waits for its children; 2 reads an empty pipe; 3 sleeps for a second. */
const SLEEPERS = `
  li s1, ${DATA}
  mv a0, s1
  li a1, 0x80000
  sys 59
  ${fork('reader')}
  ${fork('sleeper')}
  li a0, -1
  li a1, 0
  li a2, 0
  li a3, 0
  sys 260
reader:
  lw a0, 0(s1)
  addi a1, s1, 64
  li a2, 10
  sys 63
sleeper:
  li t0, 1
  sd t0, 128(s1)
  sd zero, 136(s1)
  addi a0, s1, 128
  li a1, 0
  sys 101`

describe('three that wait', () => {
  const { k } = start(SLEEPERS, { debug: false })
  // Long before the second is over, and long after everything else.
  runKernel(k, { until: 500_000_000 })

  test('each says what for, and in which call', () => {
    const waits = tasksView.data(k, {}).tasks.map(({ pid, ppid, state, wait }) => [pid, ppid, state, wait.call, wait.queues])
    expect(waits).toEqual([
      [1, 0, 'S', 'wait4(-1, NULL, 0, NULL)', ['a change of state of a child']],
      [2, 1, 'S', 'read(3, 0x40040, 10)', ['data in pipe:[4]']],
      [3, 1, 'S', 'nanosleep({tv_sec=1, tv_nsec=0}, NULL)', []],
    ])
    expect(tasksView.data(k, { pid: 3 }).tasks[0].wait.deadline).toBeGreaterThan(1e9)
  })

  test('the pipe is empty, both processes and the parent hold both ends, one waits', () => {
    const ends = (fd: number) => [1, 2, 3].map(pid => ({ pid, fd }))
    expect(pipesView.data(k, {}).pipes).toEqual([
      { ino: 4, name: 'pipe:[4]', used: 0, capacity: 65536, readers: ends(3), writers: ends(4), waitForData: [2], waitForRoom: [] },
    ])
    expect(pipesView.data(k, { pid: 3 }).pipes).toHaveLength(1)
  })

  test('descriptors: flags, who shares the open file, what is behind it', () => {
    const { descriptors, cwd } = descriptorsView.data(k, { pid: 2 })
    expect(cwd).toBe('/')
    expect(descriptors.map(d => [d.fd, d.name, d.flags])).toEqual([
      [0, 'pipe:[1]', 'O_RDONLY|O_LARGEFILE'],
      [1, 'pipe:[2]', 'O_WRONLY|O_LARGEFILE'],
      [2, 'pipe:[3]', 'O_WRONLY|O_LARGEFILE'],
      [3, 'pipe:[4]', 'O_RDONLY'],
      [4, 'pipe:[4]', 'O_WRONLY'],
    ])
    // A call that waits holds it too.
    expect(descriptors[3]).toMatchObject({ refs: 4, cloexec: true, sharedBy: [1, 2, 3].map(pid => ({ pid, fd: 3 })) })
  })

  test('one timer: the sleeper’s', () => {
    const { timers } = timersView.data(k, {})
    expect(timers).toHaveLength(1)
    expect(timers[0]).toMatchObject({ kind: 'wake', pid: 3, text: 'wakes 3 test' })
    expect(timers[0].in).toBe(timers[0].at - k.state.time)
  })

  test('the page cache has the program, mapped', () => {
    const file = pageCacheView.data(k, {}).files.find(f => f.name === '/bin/test')
    expect(file).toMatchObject({ pages: 2, dirty: 0, mapped: 1, backing: 'image', reclaimable: true })
  })

  test('as text', () => {
    expect(tasksView.show(k).join('\n')).toMatchInlineSnapshot(`
      "PID PPID PGID SID S H      TIME COMMAND WHY
        1    0    1   1 S - 15.527 us test    waits for a change of state of a child
        2    1    1   1 S -  1.412 us test    waits for data in pipe:[4]
        3    1    1   1 S -   2.42 us test    sleeps for 500.019 ms yet"
    `)
    expect(tasksView.show(k, { pid: 2 }).join('\n')).toMatchInlineSnapshot(`
      "Name:     test
      State:    S (waits for data in pipe:[4])
      Ids:      pid 2 tgid 2 ppid 1 pgid 1 sid 1 uid 0
      Tty:      none
      Pc:       0x10064
      Call:     read(3, 0x40040, 10)
      Time:     user 6 ns, system 1.406 us, process 1.412 us
      Faults:   1 minor, 0 major
      Switches: 1 voluntary, 0 involuntary
      Threads:  1
      Memory:   272 kB, 12 kB resident, 7 page tables
      Space:    root frame 15, ASID 2, 1 using it"
    `)
    expect(treeView.show(k).join('\n')).toMatchInlineSnapshot(`
      "1 test (S) waits for a change of state of a child
      ├─2 test (S) waits for data in pipe:[4]
      └─3 test (S) sleeps for 500.019 ms yet"
    `)
    expect(pipesView.show(k).join('\n')).toMatchInlineSnapshot(`
      "PIPE     USED  SIZE READ pid:fd WRITE pid:fd WAITING
      pipe:[4]    0 65536 1:3 2:3 3:3 1:4 2:4 3:4  2 for data"
    `)
    expect(descriptorsView.show(k, { pid: 2 }).join('\n')).toMatchInlineSnapshot(`
      "pid 2 (test), in /
      FD FILE     FLAGS                OFFSET REFS STATE
       0 pipe:[1] O_RDONLY|O_LARGEFILE      0    3 host stream 0
       1 pipe:[2] O_WRONLY|O_LARGEFILE      0    3 host stream 1
       2 pipe:[3] O_WRONLY|O_LARGEFILE      0    3 host stream 2
       3 pipe:[4] O_RDONLY|O_CLOEXEC        0    4 0/65536, 2 waits
       4 pipe:[4] O_WRONLY|O_CLOEXEC        0    3 0/65536, 2 waits"
    `)
    expect(timersView.show(k).join('\n')).toMatchInlineSnapshot(`
      "now 0.500000000
      ID          AT         IN KIND WHAT
       1 1.000019359 500.019 ms wake wakes 3 test"
    `)
    expect(pageCacheView.show(k).join('\n')).toMatchInlineSnapshot(`
      "4 pages (16K) of 2 files
      PAGES DIRTY MAPPED SIZE FROM   FILE
          2     0      1 4228 image  /bin/test
          2     2      0 8192 memory [vdso]"
    `)
  })
})

test('a dead child waits for its parent', () => {
  const { k } = start(`${fork('child')}\nspin:\nj {spin}\nchild:\nli a0, 3\nsys 93`, { debug: false })
  runUntil(k, () => findTask(k.state.ns, 2)?.state === 'Z')
  const [dead] = tasksView.data(k, { pid: 2 }).tasks
  expect(dead).toMatchObject({ state: 'Z', pc: null, mm: null, exitStatus: 3 << 8 })
  expect(dead.wait.words).toBe('dead: until its parent 1 test waits for it')
})

test('sockets: kind, state, what is in them, whose they are, who waits', () => {
  const { k } = start(
    `
    li s1, ${DATA}
    li a0, 1
    li a1, 1
    li a2, 0
    mv a3, s1
    sys 199
    lw a0, 0(s1)
    mv a1, s1
    li a2, 5
    sys 64
    lw a0, 0(s1)
    mv a1, s1
    li a2, 5
    sys 63`,
    { debug: false },
  )
  runUntil(k, () => asleep(k, 1))
  const common = { family: 'unix', type: 'stream', state: 'connected', sendBuffer: 212992, local: '', waitToSend: [] }
  expect(socketsView.data(k, {}).sockets).toEqual([
    { ...common, ino: 1, readable: 0, sent: 768, peer: 'socket 2', holders: [{ pid: 1, fd: 3 }], waitToRead: [1] },
    { ...common, ino: 2, readable: 5, sent: 0, peer: 'socket 1', holders: [{ pid: 1, fd: 4 }], waitToRead: [] },
  ])
  expect(tasksView.data(k, { pid: 1 }).tasks[0].wait.words).toBe('waits for data at socket:[1]')
  expect(socketsView.show(k).join('\n')).toMatchInlineSnapshot(`
    "INODE KIND        STATE     READ SENT LOCAL PEER     HELD pid:fd WAITING
        1 unix stream connected    0  768 -     socket 2 1:3         1 to read
        2 unix stream connected    5    0 -     socket 1 1:4"
  `)
})

test('a full pipe: the writer waits for room', () => {
  const { k } = start(
    `
    li s1, ${DATA}
    mv a0, s1
    li a1, 0
    sys 59
    lw s2, 4(s1)
again:
    mv a0, s2
    mv a1, s1
    li a2, 65536
    sys 64
    j {again}`,
    { debug: false },
  )
  runUntil(k, () => asleep(k, 1))
  expect(pipesView.data(k, {}).pipes[0]).toMatchObject({ used: 65536, capacity: 65536, waitForData: [], waitForRoom: [1] })
  expect(tasksView.data(k, { pid: 1 }).tasks[0].wait.words).toBe('waits for room in pipe:[4]')
})

/** Two children spin, the second with nice 5; the parent then spins as SCHED_OTHER too. */
const SPINNERS = `
  ${fork('spin')}
  ${fork('nicer')}
spin:
  j {spin}
nicer:
  li a0, 0
  li a1, 0
  li a2, 5
  sys 140
  j {spin}`

describe('three that run', () => {
  const { k } = start(SPINNERS, { debug: false })
  runUntil(k, () => k.state.time > 20_000_000)
  const [hart] = runqueuesView.data(k, {}).harts

  test('one runs, two wait in the order of their vruntime', () => {
    expect(hart.current).not.toBeNull()
    expect(hart.queue).toHaveLength(2)
    expect([hart.current!.pid, ...hart.queue.map(t => t.pid)].sort()).toEqual([1, 2, 3])
    expect(hart.queue[0].vruntime).toBeLessThanOrEqual(hart.queue[1].vruntime)
    expect(hart.queueWeight).toBe(hart.queue[0].weight + hart.queue[1].weight)
    const nicer = [hart.current!, ...hart.queue].find(t => t.pid === 3)
    expect(nicer).toMatchObject({ nice: 5, weight: 335, policy: 'OTHER' })
  })

  test('its slice is its weight’s share of 6 ms', () => {
    const { weight, slice, used } = hart.current!
    expect(slice).toBeCloseTo((6e6 * weight) / (weight + hart.queueWeight))
    expect(used).toBeLessThanOrEqual(slice!)
  })

  test('who is next is what the scheduler then does', () => {
    const next = hart.queue[0].pid
    const now = hart.current!.pid
    expect(hart.whyNext).toMatch(new RegExp(`^${next} test is next: least vruntime`))
    runUntil(k, () => k.state.harts[0].current!.pid !== now)
    expect(k.state.harts[0].current!.pid).toBe(next)
  })

  test('as text', () =>
    expect(runqueuesView.text({ harts: [hart] }).join('\n')).toMatchInlineSnapshot(`
      "hart 0: 11 switches, idle 0 ns, floor 7.914 ms
        2 test runs for 2.001 ms yet of a slice of 2.578 ms (its weight's share of 6
          ms, or the least slice)
        3 test is next: least vruntime (8.5 ms), 1.235 ms less than 1 test
         PID COMMAND POLICY NICE WEIGHT VRUNTIME     TIME
      =>   2 test    OTHER     0   1024  8.49 ms 7.733 ms
           3 test    OTHER     5    335   8.5 ms 2.532 ms
           1 test    OTHER     0   1024 9.735 ms 9.735 ms"
    `))
})

test('real time goes first', () => {
  const { k } = start(
    `
    li s1, ${DATA}
    ${fork('spin')}
    li t0, 7
    sw t0, 0(s1)
    li a0, 0
    li a1, 1
    mv a2, s1
    sys 119
    ${fork('spin')}
spin:
    j {spin}`,
    { debug: false },
  )
  runUntil(k, () => k.state.tasks.size === 3)
  const [hart] = runqueuesView.data(k, {}).harts
  expect(hart.whyNext).toBe('3 test is next: real-time priority 7 goes before every fair task')
  expect(hart.current).toMatchObject({ pid: 1, policy: 'FIFO', slice: null })
})
