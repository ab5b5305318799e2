// /proc's text of an address space, as Linux prints it.
import { expect, test } from 'vitest'
import { PROT_EXEC, PROT_READ } from '../abi/index.ts'
import { addChild } from '../vfs/index.ts'
import { getU8, mapsText, mmStatistics, putU32, smapsRollupText, smapsText } from './index.ts'
import { fileOf, map, memoryKernel, memoryTask, space } from './testing.ts'

function setup() {
  const k = memoryKernel()
  const task = memoryTask(k)
  const inode = fileOf(k, new Uint8Array(2 * 4096))
  const mount = k.state.ns.mnt.root
  const dentry = addChild(mount.root, 'prog', inode)
  const mm = space(task)
  map(k, task, 0x1_0000, 2, { inode, path: { mount, dentry }, prot: PROT_READ | PROT_EXEC })
  mm.startCode = 0x1_0000
  mm.endCode = 0x1_1800
  mm.brkStart = 0x5_0000
  mm.brk = 0x5_1000
  map(k, task, 0x5_0000, 1)
  map(k, task, 0x3f_0000_0000, 1, { inode: fileOf(k, new Uint8Array(4096)), shared: true })
  map(k, task, 0x7fff_ffff_0000, 1, { prot: PROT_READ | PROT_EXEC, label: '[vdso]' })
  mm.startStack = 0x7fff_ffff_dff0
  map(k, task, 0x7fff_ffff_d000, 2, { growsDown: true })
  return { k, task, mm, inode, dentry }
}

test('maps: columns, names, permissions', () => {
  const { k, mm, inode, dentry } = setup()
  const dev = inode.fs.dev.toString(16).padStart(2, '0')
  expect(mapsText(k, mm)).toBe(
    [
      `00010000-00012000 r-xp 00000000 00:${dev} ${inode.ino}                                  /prog`,
      '00050000-00051000 rw-p 00000000 00:00 0                                  [heap]',
      `3f00000000-3f00001000 rw-s 00000000 00:${dev} ${inode.ino + 1}                              /dev/zero (deleted)`,
      '7fffffff0000-7fffffff1000 r-xp 00000000 00:00 0                          [vdso]',
      '7fffffffd000-7fffffffF000 rw-p 00000000 00:00 0                          [stack]'.toLowerCase(),
      '',
    ].join('\n'),
  )
  dentry.deleted = true
  expect(mapsText(k, mm)).toContain('/prog (deleted)\n')
})

test('statm and status count pages by kind', () => {
  const { k, task, mm } = setup()
  getU8(k, task, 0x1_0000)
  putU32(k, task, 0x5_0000, 1)
  putU32(k, task, 0x3f_0000_0000, 1)
  getU8(k, task, 0x7fff_ffff_d000)
  expect(mmStatistics(mm)).toMatchObject({ size: 7, resident: 4, anon: 1, data: 1, stack: 2, code: 2, library: 1, tables: mm.tablePages })
  expect(mmStatistics(mm).file + mmStatistics(mm).shmem).toBe(3)
})

test('smaps: what is shared, what is private, what is dirty', () => {
  const { k, task, mm } = setup()
  putU32(k, task, 0x5_0000, 1)
  const heap = smapsText(k, mm).split(/(?=^[0-9a-f]+-)/m)[1]
  expect(heap).toMatch(/^00050000-.*\nSize: {18}4 kB\nKernelPageSize: {8}4 kB\n/)
  expect(heap).toContain('Private_Dirty:         4 kB\n')
  expect(heap).toContain('Anonymous:             4 kB\n')
  expect(heap).toMatch(/VmFlags: rd wr mr mw me ac \n$/)
})

// The program's file is of a tmpfs, as all here: shared memory.
test('smaps_rollup: whose pages they are, of all regions', () => {
  const { k, task, mm } = setup()
  getU8(k, task, 0x1_0000)
  putU32(k, task, 0x5_0000, 1)
  putU32(k, task, 0x7fff_ffff_d000, 1)
  const rows = smapsRollupText(k, mm).match(/^Pss.*/gm)
  expect(rows).toEqual(
    [16, 16, 8, 0, 8].map(
      (kb, i) => `${['Pss', 'Pss_Dirty', 'Pss_Anon', 'Pss_File', 'Pss_Shmem'][i]}:`.padEnd(16) + `${kb} kB`.padStart(11),
    ),
  )
})
