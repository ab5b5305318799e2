// Archives and recordings that somebody damaged on purpose: a tree, or a sentence. No other exception, no hang, nothing without bound.
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { imageFiles } from '../../cli/image.ts'
import { isEntry, isHeader, lineOf, parseLine, type Header } from '../../cli/recording-format.ts'
import { buildImage, ImageError, writeCpio, writeTar, type ImageFile } from '../../kernel/index.ts'
import { fileKernel } from '../../kernel/vfs/testing.ts'
import { randomNumbers } from '../../vm/index.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const mtime = { sec: 1_700_000_000, nsec: 0 }
const data = Uint8Array.from('\x7fELF and so on', c => c.charCodeAt(0))
const FILES: ImageFile[] = [
  { path: 'bin', kind: 'directory', mode: 0o755, mtime },
  { path: 'bin/tool', kind: 'regular', mode: 0o4755, mtime, data },
  { path: 'bin/again', kind: 'regular', mode: 0o4755, mtime, link: 'bin/tool' },
  { path: 'sbin', kind: 'symlink', mode: 0o777, mtime, target: 'bin' },
  { path: 'sbin/more', kind: 'regular', mode: 0o644, mtime, link: 'sbin/tool' },
  { path: 'null', kind: 'chardev', mode: 0o666, mtime, rdev: 0x103 },
  { path: `long/${'n'.repeat(120)}`, kind: 'symlink', mode: 0o777, mtime, target: 't'.repeat(130) },
]
/** What hurts where it lands. */
const PIECES = [
  '..',
  '/',
  '-1',
  'NaN',
  '0x10',
  '\x80\xff\xff\xff\xff\xff\xff\xff',
  '\xff'.repeat(12),
  '7'.repeat(11),
  'bin/tool',
  'bin\0',
  '\0',
  'x',
  'g',
  '1',
  '5',
  'TRAILER!!!',
  'FFFFFFFF',
  '99 path=',
  'size=-512\n',
]

type Random = (below: number) => number

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let now = Uint8Array.from(bytes)
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(now.length)
    const what = random(4)
    if (what === 0) now[at] ^= 1 << random(8)
    else if (what === 1) now.set([...PIECES[random(PIECES.length)]].map(c => c.charCodeAt(0)).slice(0, now.length - at), at)
    else if (what === 2) now = now.slice(0, Math.max(1, at))
    else now.copyWithin(at, random(now.length), now.length)
  }
  return now
}

const HEADER_BYTES = 512
/** A tar archive whose sums are right again, so that more than the sum is looked at. */
function summed(tar: Uint8Array): Uint8Array {
  for (let at = 0; at + HEADER_BYTES <= tar.length; at += HEADER_BYTES) {
    if (String.fromCharCode(...tar.subarray(at + 257, at + 262)) !== 'ustar') continue
    let sum = 0
    for (let i = 0; i < HEADER_BYTES; i++) sum += i >= 148 && i < 156 ? 32 : tar[at + i]
    tar.set(
      [...`${sum.toString(8).padStart(6, '0')}\0 `].map(c => c.charCodeAt(0)),
      at + 148,
    )
  }
  return tar
}

test('archives: a tree or a sentence', { timeout: PATIENCE }, () => {
  const random = randomNumbers(SEED)
  const [tar, cpio] = [writeTar(FILES), writeCpio(FILES)]
  const makers: (() => Uint8Array)[] = [
    () => summed(damaged(tar, random)),
    () => damaged(cpio, random),
    () => damaged(gzipSync(tar), random),
    () => gzipSync(summed(damaged(tar, random))),
  ]
  let [made, refused] = [0, 0]
  const { k } = fileKernel()
  const COUNT = amount(800, 10_000)
  for (let n = 0; n < COUNT; n++) {
    let files: ImageFile[]
    try {
      files = imageFiles(makers[n % makers.length]())
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // What zlib says of a stream has a code of its own.
      expect(error instanceof ImageError || code?.startsWith('Z_') === true || /unpacks to more/.test(String(error)), String(error)).toBe(
        true,
      )
      refused++
      continue
    }
    const root = k.state.ns.mnt.root.root
    root.children?.clear()
    try {
      buildImage(k, root, files)
      made++
    } catch (error) {
      expect(error, String(error)).toBeInstanceOf(ImageError)
      refused++
    }
  }
  expect(Math.min(made, refused)).toBeGreaterThan(COUNT / 20)
})

test('lines of recordings: taken or not', { timeout: PATIENCE }, () => {
  const random = randomNumbers(SEED + 1)
  const header: Header = {
    format: 'f',
    build: 'b',
    command: 'c',
    made: { ramBytes: 2 ** 26, harts: 1, shares: [{ host: '/x', guest: '/s', writable: true }] },
    ownRoot: false,
    files: FILES,
    init: { path: '/bin/tool', argv: ['tool'], env: ['A=b'], stdio: ['pipe', 'pipe', 'pipe'] },
  }
  const stat = { id: '1:2', kind: 'regular', mode: 0o644, size: 3, mtime: 1.7e18 }
  const lines = [lineOf(header), lineOf({ entry: { time: 1, executed: 2, steps: 3, kind: 'host.lookup', data: stat } })].map(line =>
    Buffer.from(line),
  )
  const { k } = fileKernel()
  const COUNT = amount(800, 10_000)
  for (let n = 0; n < COUNT; n++) {
    const line = parseLine(Buffer.from(damaged(lines[n % 2], random)).toString())
    isEntry(line?.entry)
    if (!isHeader(line)) continue
    try {
      const root = k.state.ns.mnt.root.root
      root.children?.clear()
      buildImage(k, root, line.files)
    } catch (error) {
      expect(error, String(error)).toBeInstanceOf(ImageError)
    }
  }
})
