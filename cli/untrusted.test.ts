// Files that may be anybody's: archives that unpack without end, sources that include what is not theirs.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeCpio, writeTar, type ImageFile } from '../kernel/index.ts'
import { imageFiles, readImage } from './image.ts'
import { confinedReader } from './resources.ts'

let work: string
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'hartbeat-untrusted-'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('an archive', () => {
  const FILE: ImageFile = {
    path: 'f',
    kind: 'regular',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: { sec: 0, nsec: 0 },
    data: new Uint8Array(5000),
  }

  test('is read packed or not', () => {
    for (const bytes of [writeTar([FILE]), writeCpio([FILE])])
      for (const packed of [bytes, gzipSync(bytes)]) expect(imageFiles(packed).map(file => file.data?.length)).toEqual([5000])
  })

  test('that unpacks without end is refused before it fills memory', () => {
    const bomb = join(work, 'bomb.tar.gz')
    writeFileSync(bomb, gzipSync(new Uint8Array(80 * 2 ** 20), { level: 1 }))
    expect(() => readImage(bomb)).toThrow(
      expect.objectContaining({ status: 126, message: expect.stringContaining(`--root ${bomb}: it unpacks to more than`) as string }),
    )
  })

  test('that is damaged is named, with what is wrong', () => {
    const path = join(work, 'bad.tar.gz')
    writeFileSync(path, gzipSync(writeTar([FILE])).subarray(0, 60))
    expect(() => readImage(path)).toThrow(expect.objectContaining({ status: 126, message: expect.stringContaining(path) as string }))
  })
})

test('a source that is run reads only files below its folder', () => {
  const [own, inner, outside] = [join(work, 'own'), join(work, 'own', 'inner'), join(work, 'outside')]
  for (const folder of [own, inner, outside]) mkdirSync(folder)
  writeFileSync(join(inner, 'f'), 'inside')
  writeFileSync(join(outside, 'f'), 'SECRET')
  symlinkSync(join(outside, 'f'), join(own, 'link'))
  symlinkSync(outside, join(own, 'folder'))
  symlinkSync(join(inner, 'f'), join(own, 'good'))
  const read = (name: string, folders = [own]): string | null => {
    const bytes = confinedReader(folders)(name)
    return bytes === null ? null : new TextDecoder().decode(bytes)
  }
  for (const name of ['inner/f', './inner/../inner/f', join(inner, 'f'), 'good']) expect(read(name), name).toBe('inside')
  for (const name of ['link', 'folder/f', '../outside/f', join(outside, 'f'), '/etc/passwd', '/dev/zero', 'inner', '..', ''])
    expect(read(name), name).toBe(null)
  expect(read('f', [own, outside])).toBe('SECRET')
})
