// What a core dump says of a process besides its memory: notes with registers, identity, the signal, mapped files (Linux's
// fs/binfmt_elf.c, fill_note_info). Asking changes nothing: a debugger asks too.
import { PAGE_SIZE } from '../../vm/index.ts'
import {
  CORE_NOTE_NAME,
  ELF_PRPSINFO,
  ELF_PRSTATUS,
  fixedString,
  LINUX_NOTE_NAME,
  noteAligned,
  NT_CORE,
  NT_RISCV_VECTOR,
  PRARGS_BYTES,
  SIZEOF_NHDR,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekMm, regionFile, regionName, type Mm } from '../mm/index.ts'
import { encodeSigInfo } from '../signal/siginfo.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import { toTimeval } from '../time/index.ts'
import { floatBytes, generalBytes, groupUsage, vectorRegset } from '../task/index.ts'

const WORD = 8
/** Linux leaves the list of files out when it is longer (sysctl core_file_note_size_limit). */
const MOST_FILE_BYTES = 4 * 2 ** 20
/** task_struct flags: dumping, killed by a signal. */
const PF_DUMPCORE = 0x200n
const PF_SIGNALED = 0x400n

function note(type: number, description: Uint8Array, name = CORE_NOTE_NAME): Uint8Array {
  const nameBytes = name.length + 1
  const at = SIZEOF_NHDR + noteAligned(nameBytes)
  const bytes = new Uint8Array(at + noteAligned(description.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, nameBytes, true)
  view.setUint32(4, description.length, true)
  view.setUint32(8, type, true)
  bytes.set(fixedString(name, nameBytes), SIZEOF_NHDR)
  bytes.set(description, at)
  return bytes
}

/** Of a thread that has used vectors. */
function vectorNotes(k: Kernel, task: Task): Uint8Array[] {
  const description = vectorRegset(k, task)
  return description === null ? [] : [note(NT_RISCV_VECTOR, description, LINUX_NOTE_NAME)]
}

/** The leader stands for the whole process in what it used. */
function status(k: Kernel, task: Task, info: SigInfo): Uint8Array {
  const { group } = task
  const usage = task === group.leader ? groupUsage(group) : task.usage
  return writeStruct(ELF_PRSTATUS, {
    signo: info.signal,
    cursig: info.signal,
    sigpend: BigInt.asUintN(64, task.pending.set),
    sighold: BigInt.asUintN(64, task.blocked),
    pid: task.pid,
    ppid: group.parent?.tgid ?? 0,
    pgrp: group.pgid,
    sid: group.sid,
    utime: toTimeval(usage.userTime),
    stime: toTimeval(usage.systemTime),
    cutime: toTimeval(group.childrenUsage.userTime),
    cstime: toTimeval(group.childrenUsage.systemTime),
    reg: generalBytes(k, task),
    fpvalid: 1,
  })
}

/** The command line, as far as it fits, in one line. */
function argumentsOf(k: Kernel, mm: Mm): Uint8Array {
  const bytes = new Uint8Array(PRARGS_BYTES)
  bytes.set(peekMm(k, mm, mm.argStart, Math.min(mm.argEnd - mm.argStart, PRARGS_BYTES - 1)))
  const end = Math.min(mm.argEnd - mm.argStart, PRARGS_BYTES - 1)
  for (let i = 0; i < end; i++) if (bytes[i] === 0) bytes[i] = 0x20
  return bytes
}

function processInfo(k: Kernel, task: Task, mm: Mm): Uint8Array {
  const { group } = task
  const { leader } = group
  return writeStruct(ELF_PRPSINFO, {
    state: 0,
    sname: 'R'.charCodeAt(0),
    nice: leader.sched.nice,
    flag: PF_DUMPCORE | PF_SIGNALED,
    uid: leader.credentials.uid,
    gid: leader.credentials.gid,
    pid: leader.pid,
    ppid: group.parent?.tgid ?? 0,
    pgrp: group.pgid,
    sid: group.sid,
    fname: fixedString(leader.comm, ELF_PRPSINFO.members.fname.bytes),
    psargs: argumentsOf(k, mm),
  })
}

/** NT_FILE: which file is mapped where, offsets in pages; null: it would be too long. */
function mappedFiles(k: Kernel, mm: Mm): Uint8Array | null {
  const files = mm.regions.filter(region => regionFile(region) !== null)
  const numbers = (2 + 3 * files.length) * WORD
  const names: string[] = []
  let size = numbers
  for (const region of files) {
    const name = `${regionName(k, mm, region)}\0`
    size += name.length
    if (size > MOST_FILE_BYTES) return null
    names.push(name)
  }
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  const put = (index: number, value: number): void => view.setBigUint64(index * WORD, BigInt(value), true)
  put(0, files.length)
  put(1, PAGE_SIZE)
  files.forEach(({ start, end, offset }, i) => [start, end, offset / PAGE_SIZE].forEach((value, j) => put(2 + 3 * i + j, value)))
  bytes.set(
    Uint8Array.from(names.join(''), c => c.charCodeAt(0)),
    numbers,
  )
  return bytes
}

/** All notes of a process that `task` brings down by `info`, in Linux's order: those of the whole process stand behind the first thread. */
export function coreNotes(k: Kernel, task: Task, mm: Mm, info: SigInfo): Uint8Array[] {
  const files = mappedFiles(k, mm)
  const ofThread = (thread: Task): Uint8Array => note(NT_CORE.PRSTATUS, status(k, thread, info))
  const floats = (thread: Task): Uint8Array => note(NT_CORE.FPREGSET, floatBytes(k, thread))
  const others = task.group.threads.filter(thread => thread !== task && thread.trapFrame >= 0)
  return [
    ofThread(task),
    note(NT_CORE.PRPSINFO, processInfo(k, task, mm)),
    note(NT_CORE.SIGINFO, encodeSigInfo(info)),
    note(NT_CORE.AUXV, mm.auxv),
    ...(files === null ? [] : [note(NT_CORE.FILE, files)]),
    floats(task),
    ...vectorNotes(k, task),
    ...others.flatMap(thread => [ofThread(thread), floats(thread), ...vectorNotes(k, thread)]),
  ]
}
