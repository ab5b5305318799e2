// What the machine and its kernel have, as /proc lists it: interrupts by hart, devices, locks, free memory by size, symbols. There are
// no disks and no modules: their lists are empty.
import { PAGE_SIZE, RAM_BASE } from '../../vm/index.ts'
import { F_RDLCK, F_UNLCK, F_WRLCK, SYSCALL_NAMES } from '../abi/index.ts'
import { allInodes } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import { eachLock } from '../vfs/index.ts'
import type { HartState } from '../sched/types.ts'
import { devices } from '../fs/index.ts'
import { buddyText, slabText, zoneText } from './zones.ts'
import { OWNER_ONLY, READ_ONLY, type SystemFile } from './nodes.ts'

/** Rows of /proc/interrupts: label, count of a hart, what it is (as riscv's Linux has them). */
const INTERRUPTS: readonly (readonly [string, (hart: HartState) => number, string])[] = [
  [' 10', hart => hart.timerInterrupts, ' RISC-V INTC   5 Edge      riscv-timer'],
  ['IPI0', hart => hart.rescheduleCalls, ' Rescheduling interrupts'],
  ['IPI1', hart => hart.flushCalls, ' Function call interrupts'],
]

function interruptsText({ state: { harts } }: Kernel): string {
  const head = `     ${harts.map(hart => `      ${`CPU${hart.id}`.padEnd(5)}`).join('')}\n`
  const row = ([label, count, what]: (typeof INTERRUPTS)[number]): string =>
    `${label}: ${harts.map(hart => `${String(count(hart)).padStart(10)} `).join('')}${what}\n`
  return head + INTERRUPTS.map(row).join('')
}

/** Names of drivers by major number. */
const DRIVERS: Readonly<Record<number, readonly string[]>> = {
  1: ['mem'],
  4: ['ttyS'],
  5: ['/dev/tty', '/dev/console', '/dev/ptmx'],
  136: ['pts'],
  240: ['timing'],
}

function devicesText(): string {
  const majors = [...new Set([...devices.map(device => device.major), 136])].sort((a, b) => a - b)
  const rows = majors.flatMap(major => (DRIVERS[major] ?? []).map(name => `${String(major).padStart(3)} ${name}\n`))
  return `Character devices:\n${rows.join('')}\nBlock devices:\n`
}

const LEASE_KINDS: Readonly<Record<number, string>> = { [F_RDLCK]: 'READ', [F_WRLCK]: 'WRITE', [F_UNLCK]: 'UNLCK' }

/** Each lock once, and leases: record locks are numbered with flocks, in no order that means anything (proc_locks(5)). */
function locksText(k: Kernel): string {
  const rows: string[] = []
  for (const inode of allInodes(k)) {
    const place = `${(inode.fs.dev >> 8).toString(16).padStart(2, '0')}:${(inode.fs.dev & 0xff).toString(16).padStart(2, '0')}:${inode.ino}`
    const mode = (write: boolean): string => (write ? 'WRITE' : 'READ')
    for (const lock of eachLock(inode.locks?.all ?? [])) {
      const kind = 'files' in lock.owner ? 'POSIX ' : 'OFDLCK'
      const end = lock.end === Infinity ? 'EOF' : String(Number(lock.end) - 1)
      rows.push(`${kind} ADVISORY  ${mode(lock.write)} ${lock.pid} ${place} ${lock.start} ${end}`)
    }
    for (const lock of inode.locks?.flocks.values() ?? []) rows.push(`FLOCK  ADVISORY  ${mode(lock.write)} ${lock.pid} ${place} 0 EOF`)
    for (const { type, breakTo, pid } of inode.leases?.held.values() ?? []) {
      // One that is being broken shows what it shall become.
      const [state, kind] = breakTo === null ? ['ACTIVE  ', type] : ['BREAKING', breakTo]
      rows.push(`LEASE  ${state}  ${LEASE_KINDS[kind]} ${pid} ${place} 0 EOF`)
    }
  }
  return rows.map((row, i) => `${i + 1}: ${row}\n`).join('')
}

/** The handlers of system calls; addresses are not for programs. */
const symbolsText = (): string =>
  Object.values(SYSCALL_NAMES)
    .map(name => `${'0'.repeat(16)} T __riscv_sys_${name}\n`)
    .join('')

/** An address as this file has it. */
const hex8 = (n: number): string => n.toString(16).padStart(8, '0')
const file = (text: (k: Kernel) => string, mode = READ_ONLY): SystemFile => ({ mode, text })

export const inventoryFiles: Readonly<Record<string, SystemFile>> = {
  buddyinfo: file(buddyText),
  devices: file(devicesText),
  diskstats: file(() => ''),
  interrupts: file(interruptsText),
  iomem: file(k => `${[RAM_BASE, RAM_BASE + k.state.frames.total * PAGE_SIZE - 1].map(hex8).join('-')} : System RAM\n`, OWNER_ONLY),
  kallsyms: file(symbolsText),
  locks: file(locksText),
  modules: file(() => ''),
  partitions: file(() => ''),
  slabinfo: file(slabText, OWNER_ONLY),
  zoneinfo: file(zoneText),
}
