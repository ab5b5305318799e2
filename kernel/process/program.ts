// From a path to something that can be executed: permissions, `#!` scripts and the headers of an ELF file (execve(2)).
import {
  AT_FDCWD,
  EACCES,
  ELIBBAD,
  ELOOP,
  EM_RISCV,
  ENOENT,
  ENOEXEC,
  ET,
  ETXTBSY,
  ElfError,
  PATH_MAX,
  PT,
  SIZEOF_EHDR,
  SIZEOF_PHDR,
  readElfHeaders,
  type ElfHeader,
  type Segment,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { readInode } from '../fs/index.ts'
import { MAY_EXEC, checkAccess, lookup, type Inode, type LookupOptions, type Path } from '../vfs/index.ts'

/** Bytes of a script's first line that count (Linux BINPRM_BUF_SIZE). */
const SCRIPT_LINE = 256
/** Scripts whose interpreters are scripts: so many in a row. */
const SCRIPT_DEPTH = 5
/** Program headers beyond this offset are refused (Linux allows any offset; no linker puts them past the first page). */
const HEADERS_END = 2 ** 20

/** A file that may be executed. */
export interface Executable {
  path: Path
  inode: Inode
}

/** An ELF file ready to be mapped. */
export interface Image extends Executable {
  header: ElfHeader
  segments: Segment[]
  /** Path of PT_INTERP, '' when there is none. */
  interpreter: string
}

/** What execve shall start: the image, and argv as the script lines have changed it. */
export interface Program {
  image: Image
  /** The file that was asked for: a script, or the image itself. */
  asked: Executable
  argv: string[]
}

/** EACCES unless it is a regular file with permission to execute; ETXTBSY while open for writing. */
export function findExecutable(k: Kernel, task: Task, dirfd: number, name: string, options: LookupOptions = {}): Executable {
  const path = lookup(k, task, dirfd, name, options)
  const { inode } = path.dentry
  if (inode.kind === 'symlink') throw ELOOP
  if (inode.kind !== 'regular') throw EACCES
  checkAccess(k, task, inode, MAY_EXEC)
  if (inode.writers > 0) throw ETXTBSY
  return { path, inode }
}

const bytesText = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** `#! interpreter [one argument]`, or null when the file does not start so. ENOEXEC: the line is cut off or names nothing. */
export function parseScript(start: Uint8Array): { interpreter: string; argument: string | null } | null {
  if (start[0] !== 0x23 || start[1] !== 0x21) return null
  const text = bytesText(start.subarray(2))
  const end = text.search(/[\n\0]/)
  const line = (end < 0 ? text : text.slice(0, end)).replace(/^[ \t]+|[ \t]+$/g, '')
  const space = line.search(/[ \t]/)
  // Without a line's end the name itself may be cut off.
  if (line === '' || (end < 0 && start.length === SCRIPT_LINE && space < 0)) throw ENOEXEC
  if (space < 0) return { interpreter: line, argument: null }
  return { interpreter: line.slice(0, space), argument: line.slice(space).replace(/^[ \t]+/, '') }
}

/** Resolves scripts to the interpreter that runs them. `name` is how scripts are called on their interpreter's command line. */
export function resolveProgram(k: Kernel, task: Task, asked: Executable, name: string, argv: readonly string[]): Program {
  let found = asked
  let names = [...argv]
  let called = name
  for (let depth = 0; ; depth++) {
    const script = parseScript(readInode(k, found.inode, 0, SCRIPT_LINE))
    if (script === null) return { image: readImage(k, found), asked, argv: names }
    if (depth === SCRIPT_DEPTH) throw ELOOP
    names = [script.interpreter, ...(script.argument === null ? [] : [script.argument]), called, ...names.slice(1)]
    called = script.interpreter
    found = findExecutable(k, task, AT_FDCWD, script.interpreter)
  }
}

/** Reads and checks an ELF file's headers. ENOEXEC for anything but a RISC-V program or shared object with something to load. */
function readImage(k: Kernel, file: Executable): Image {
  const { inode } = file
  try {
    // What is read is looked at where it lies: nothing of it is kept.
    const first = readInode(k, inode, 0, SIZEOF_EHDR)
    if (first.length < SIZEOF_EHDR) throw ENOEXEC
    const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
    const end = Number(view.getBigUint64(32, true)) + view.getUint16(56, true) * SIZEOF_PHDR
    if (end > HEADERS_END) throw ENOEXEC
    const { header, segments } = readElfHeaders(readInode(k, inode, 0, Math.max(SIZEOF_EHDR, end)), '')
    if (header.machine !== EM_RISCV || (header.type !== ET.EXEC && header.type !== ET.DYN)) throw ENOEXEC
    if (!segments.some(segment => segment.type === PT.LOAD)) throw ENOEXEC
    return { ...file, header, segments, interpreter: interpreterOf(k, inode, segments) }
  } catch (error) {
    if (error instanceof ElfError) throw ENOEXEC
    throw error
  }
}

function interpreterOf(k: Kernel, inode: Inode, segments: readonly Segment[]): string {
  const segment = segments.find(s => s.type === PT.INTERP)
  if (segment === undefined) return ''
  if (segment.fileSize < 2 || segment.fileSize > PATH_MAX) throw ENOEXEC
  const text = bytesText(readInode(k, inode, segment.offset, segment.fileSize))
  if (text.length !== segment.fileSize || !text.endsWith('\0')) throw ENOEXEC
  return text.slice(0, text.indexOf('\0'))
}

/** The dynamic linker that an image asks for, or null. ELIBBAD when it is no such thing. */
export function findInterpreter(k: Kernel, task: Task, image: Image): Image | null {
  if (image.interpreter === '') return null
  const file = findExecutable(k, task, AT_FDCWD, image.interpreter)
  if (file.inode.size < SIZEOF_EHDR) throw ELIBBAD
  try {
    return readImage(k, file)
  } catch (error) {
    throw error === ENOEXEC ? ELIBBAD : error
  }
}

/** An empty path is ENOENT, whatever the flags. */
export function requireName(name: string): void {
  if (name === '') throw ENOENT
}
