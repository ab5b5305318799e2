// A real kernel to ask: Debian's own for riscv64, booted in qemu-system-riscv64 with the root as its first file system.
import { spawnSync } from '../spawn.ts'
import { closeSync, lstatSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from './sides.ts'
import { folderOf, PLACE } from './script.ts'
import type { Row } from './row.ts'

export const KERNEL_PACKAGE = 'linux-image-riscv64'
const QEMU_SYSTEM = 'qemu-system-riscv64'
const MINUTE = 60_000
const LIMIT = 60 * MINUTE
/** An emulated machine is slow: what a case may take there, beside ours. */
const PATIENCE = 10
/** Kernel modules: large, and none is needed. */
const LEFT_OUT = ['usr/lib/modules', 'boot', 'usr/share/doc', 'usr/share/locale', 'usr/share/man']
const ROWS_AT = 'rows'
const MARK = '#### row'

const initOf = (rows: readonly Row[]): string =>
  [
    '#!/bin/sh',
    'export PATH=/usr/bin:/usr/sbin',
    'mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mkdir -p /dev/pts /dev/shm',
    'mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts; mount -t tmpfs shm /dev/shm; mkdir /dev/mqueue; mount -t mqueue mqueue /dev/mqueue; mkdir -p /run; mount -t tmpfs run /run; stty -onlcr',
    'ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr',
    'echo; echo "#### kernel $(uname -r)"',
    ...rows.flatMap((_, n) => [
      'mount -t tmpfs tmp /tmp; mkdir /tmp/case',
      `mount --bind /${ROWS_AT}/${n} ${PLACE}`,
      `echo "${MARK} ${n}"`,
      // One after the other, and what a row leaves running ends with it; in namespaces of its own, so that each sees a fresh system.
      `unshare -pfmnui --mount-proc --kill-child sh ${PLACE}/main.sh < /dev/null`,
      `umount ${PLACE}; umount -l /tmp`,
    ]),
    `echo "${MARK} ${rows.length}"`,
    'exec busybox poweroff -f',
    '',
  ].join('\n')

/** A file of a newc archive, as the kernel takes for its first file system. */
function entry(name: string, mode: number, bytes: Uint8Array): Buffer {
  const fields = [0, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0]
  const head = Buffer.from(`070701${fields.map(n => n.toString(16).padStart(8, '0')).join('')}${name}\0`, 'latin1')
  const padded = (part: Uint8Array): Buffer => Buffer.concat([part, Buffer.alloc(-part.length & 3)])
  return Buffer.concat([padded(head), padded(bytes)])
}
const [FOLDER, FILE] = [0o40755, 0o100755]
const NOTHING = new Uint8Array()

function* entriesOf(root: string, folder: string): Iterable<Buffer> {
  for (const name of readdirSync(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (LEFT_OUT.includes(path)) continue
    const { mode } = lstatSync(join(root, path))
    const kind = mode & 0o170000
    if (kind === 0o40000) {
      yield entry(path, mode, NOTHING)
      yield* entriesOf(root, path)
    } else if (kind === 0o120000) yield entry(path, mode, Buffer.from(readlinkSync(join(root, path))))
    else if (kind === 0o100000) yield entry(path, mode, readFileSync(join(root, path)))
  }
}

function writeImage(file: string, debian: string, rows: readonly Row[]): void {
  const fd = openSync(file, 'w')
  const put = (bytes: Buffer): void => void writeSync(fd, bytes)
  for (const bytes of entriesOf(debian, '')) put(bytes)
  put(entry('init', FILE, Buffer.from(initOf(rows))))
  put(entry(ROWS_AT, FOLDER, NOTHING))
  for (const [n, row] of rows.entries()) {
    const place = `${ROWS_AT}/${n}`
    put(entry(place, FOLDER, NOTHING))
    put(entry(`${place}/files`, FOLDER, NOTHING))
    for (const [path, text] of Object.entries(folderOf(row, PATIENCE))) put(entry(`${place}/${path}`, 0o100644, Buffer.from(text)))
  }
  put(entry('TRAILER!!!', 0, NOTHING))
  closeSync(fd)
}

/** What each row's script printed there, and the kernel's name. */
export async function kernelOutputs(debian: string, rows: readonly Row[]): Promise<{ from: string; outputs: readonly string[] }> {
  if (spawnSync(QEMU_SYSTEM, ['--version']).error !== undefined)
    throw new Error(`${QEMU_SYSTEM} is not installed: nobody can be asked what is right`)
  const image = readdirSync(join(debian, 'boot')).find(name => name.startsWith('vmlinu'))
  if (image === undefined) throw new Error(`${KERNEL_PACKAGE} has no kernel in /boot`)
  const place = mkdtempSync(join(tmpdir(), 'hartbeat-kernel-'))
  try {
    const initrd = join(place, 'root.cpio')
    writeImage(initrd, debian, rows)
    const machine = [
      '-M',
      'virt',
      '-m',
      '6G',
      '-smp',
      '1',
      '-display',
      'none',
      '-monitor',
      'none',
      '-no-reboot',
      '-kernel',
      join(debian, 'boot', image),
      '-initrd',
      initrd,
    ]
    // To a file, as an hour of emulation is worth having even where it is cut short.
    const said = join(place, 'console')
    await finish(QEMU_SYSTEM, [...machine, '-serial', `file:${said}`, '-append', 'console=ttyS0 quiet rdinit=/init'], LIMIT)
    const text = readFileSync(said, 'utf8').replaceAll('\r\n', '\n')
    const kernel = /^#### kernel (\S+)$/m.exec(text)?.[1]
    if (kernel === undefined) throw new Error(`the kernel did not come up: ${text.slice(-2000)}`)
    const outputs = rows.map((_, n) => {
      const start = text.indexOf(`${MARK} ${n}\n`)
      const end = text.indexOf(`${MARK} ${n + 1}\n`)
      return start < 0 ? '' : text.slice(start, end < 0 ? undefined : end)
    })
    return { from: `Linux ${kernel}`, outputs }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
