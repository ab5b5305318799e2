// /sys: what the machine has, as Linux writes it, and what can be set.
import { expect, test } from 'vitest'
import { resolvePreset } from '../../vm/index.ts'
import { AT_FDCWD, O_CREAT, O_RDONLY, O_WRONLY } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newHartState } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { childNames, findChild, lookup } from '../vfs/index.ts'
import { buffer, BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'
import { maskText, rangesText } from './nodes.ts'

function read(k: Kernel, task: Task, path: string): string {
  const fd = outcome(k, task, 'openat', AT_FDCWD, `/sys/${path}`, O_RDONLY, 0)
  if (typeof fd !== 'number') return fd
  const count = call(k, task, 'read', fd, BUFFER, 5000) as number
  call(k, task, 'close', fd)
  return buffer(k, task, count)
}

const names = (k: Kernel, task: Task, path: string): string[] => childNames(k, task, lookup(k, task, AT_FDCWD, `/sys/${path}`).dentry)

/** Every file below a directory, with links left alone. */
function* files(k: Kernel, task: Task, path = ''): Iterable<string> {
  const dir = lookup(k, task, AT_FDCWD, `/sys/${path}`).dentry
  for (const name of childNames(k, task, dir)) {
    const at = path === '' ? name : `${path}/${name}`
    if (findChild(k, task, dir, name)?.inode.kind === 'directory') yield* files(k, task, at)
    else yield at
  }
}

test('lists and masks of harts', () => {
  expect(rangesText([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8')
  expect(rangesText([])).toBe('')
  expect(maskText([0, 1], 2)).toBe('3')
  expect(maskText([4], 12)).toBe('010')
})

test('harts and their places', () => {
  const { k, task } = fileKernel()
  k.state.harts.push(newHartState(1), newHartState(2))
  const cpu = (file: string): string => read(k, task, `devices/system/cpu/${file}`)
  expect(cpu('online')).toBe('0-2\n')
  expect(cpu('possible')).toBe('0-2\n')
  expect(cpu('offline')).toBe('\n')
  expect(cpu('kernel_max')).toBe('31\n')
  expect(cpu('cpu2/topology/thread_siblings')).toBe('4\n')
  expect(cpu('cpu2/topology/core_siblings_list')).toBe('0-2\n')
  expect(cpu('cpu3/online')).toBe('ENOENT')
  expect(names(k, task, 'devices/system/cpu/cpu0')).not.toContain('cache')
  expect(read(k, task, 'devices/system/node/node0/cpu1/online')).toBe('1\n')
})

test('the caches are those of the timing model', () => {
  const { k, task } = fileKernel()
  Object.assign(k, { preset: resolvePreset('ppro1996') })
  const cache = (index: number, file: string): string => read(k, task, `devices/system/cpu/cpu0/cache/index${index}/${file}`)
  expect([cache(0, 'type'), cache(0, 'size'), cache(0, 'ways_of_associativity'), cache(0, 'number_of_sets')]).toEqual([
    ...['Data\n', '8K\n', '2\n', '128\n'],
  ])
  expect([cache(2, 'type'), cache(2, 'level'), cache(2, 'size'), cache(2, 'shared_cpu_list')]).toEqual([
    'Unified\n',
    '2\n',
    '256K\n',
    '0\n',
  ])
  expect(cache(3, 'size')).toBe('ENOENT')
})

test('transparent huge pages can be chosen', () => {
  const { k, task } = fileKernel()
  const path = 'kernel/mm/transparent_hugepage/enabled'
  expect(read(k, task, path)).toBe('always madvise [never]\n')
  const write = (text: string) => {
    const fd = call(k, task, 'openat', AT_FDCWD, `/sys/${path}`, O_WRONLY, 0) as number
    return outcome(k, task, 'write', fd, text, text.length)
  }
  expect(write('madvise\n')).toBe(8)
  expect(k.state.thp).toBe('madvise')
  expect(read(k, task, path)).toBe('always [madvise] never\n')
  expect(write('sometimes')).toBe('EINVAL')
})

test('devices by class and by number; nothing can be made, removed or written that is only shown', () => {
  const { k, task } = fileKernel()
  expect(read(k, task, 'class/tty/ttyS0/dev')).toBe('4:64\n')
  expect(read(k, task, 'class/mem/null/uevent')).toBe('MAJOR=1\nMINOR=3\nDEVNAME=null\n')
  expect(read(k, task, 'dev/char/5:1/active')).toBe('ttyS0\n')
  expect(read(k, task, 'class/tty/ttyS0/subsystem/null/dev')).toBe('ENOENT')
  expect(names(k, task, 'block')).toEqual([])
  expect(names(k, task, 'fs')).toEqual(['cgroup'])
  expect(outcome(k, task, 'openat', AT_FDCWD, '/sys/kernel/fscaps', O_WRONLY, 0)).toBe('EACCES')
  expect(outcome(k, task, 'openat', AT_FDCWD, '/sys/kernel/new', O_WRONLY | O_CREAT, 0o644)).toBe('EPERM')
  expect(outcome(k, task, 'mkdirat', AT_FDCWD, '/sys/new', 0o755)).toBe('EPERM')
  expect(outcome(k, task, 'unlinkat', AT_FDCWD, '/sys/kernel/fscaps', 0)).toBe('EPERM')
})

test('every file can be read, is one page at most, and every link leads somewhere', () => {
  const { k, task } = fileKernel()
  let count = 0
  for (const path of files(k, task)) {
    count++
    const { inode } = lookup(k, task, AT_FDCWD, `/sys/${path}`).dentry
    if (inode.kind === 'regular') expect(read(k, task, path)).toMatch(/^[^]{0,4095}\n$/)
    else expect(inode.kind).toBe('directory')
  }
  expect(count).toBeGreaterThan(60)
})
