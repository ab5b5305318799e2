// A hart without anybody's help: its registers by name, and memory as it sees it, through the page tables that its satp names. Looking changes
// nothing, not even A and D bits.
import {
  fByName,
  getFBig,
  getPcBig,
  getXBig,
  csrExists,
  leafSize,
  PAGE_SIZE,
  ptePpn,
  PTE_R,
  PTE_V,
  PTE_X,
  PRIVILEGE_M,
  RAM_BASE,
  RAM_PPN,
  readCsr,
  rootFrame,
  SATP_MODE_SV48,
  satpMode,
  setFBig,
  setPcBig,
  setXBig,
  frameWritten,
  walk,
  WORD_PRIVILEGE,
  xByName,
  type Hart,
  type Machine,
} from '../../vm/index.ts'

/** Does the hart translate addresses now? Machine mode never does. */
export const translates = (machine: Machine, hart: Hart): boolean =>
  hart.words[WORD_PRIVILEGE] !== PRIVILEGE_M && satpMode(readCsr(machine, hart, 'satp')) === SATP_MODE_SV48

/** RAM offset of a virtual address of a hart's, or -1: it leads nowhere. */
export function offsetOf(machine: Machine, hart: Hart, va: number): number {
  const inRam = (offset: number): number => (offset >= 0 && offset < machine.ramBytes ? offset : -1)
  if (!translates(machine, hart)) return inRam(va - RAM_BASE)
  const last = walk(machine, rootFrame(machine, hart), va).at(-1)
  if (last === undefined || !(last.lo & PTE_V) || !(last.lo & (PTE_R | PTE_X))) return -1
  return inRam((ptePpn(last.lo, last.hi) - RAM_PPN) * PAGE_SIZE + (va % leafSize(last.level)))
}

/** A page's part at a time, as far as there is memory. */
function eachPart(
  machine: Machine,
  hart: Hart,
  va: number,
  length: number,
  visit: (offset: number, done: number, part: number) => void,
): number {
  let done = 0
  while (done < length) {
    const at = va + done
    const offset = offsetOf(machine, hart, at)
    if (offset < 0) break
    const part = Math.min(length - done, PAGE_SIZE - (at % PAGE_SIZE))
    visit(offset, done, part)
    done += part
  }
  return done
}

/** Bytes that a hart sees at an address, shorter where nothing is. */
export function readHart(machine: Machine, hart: Hart, va: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const done = eachPart(machine, hart, va, length, (offset, at, part) => bytes.set(machine.ram.subarray(offset, offset + part), at))
  return bytes.subarray(0, done)
}

/** Writes bytes where a hart sees them, whatever its page tables allow; answers how many. */
export const writeHart = (machine: Machine, hart: Hart, va: number, bytes: Uint8Array): number =>
  eachPart(machine, hart, va, bytes.length, (offset, at, part) => {
    machine.ram.set(bytes.subarray(at, at + part), offset)
    frameWritten(machine, Math.floor(offset / PAGE_SIZE))
  })

/** A register by any of its names (x10, a0, fa0, pc, a CSR). null: there is none such. */
export function hartRegister(machine: Machine, hart: Hart, name: string): bigint | null {
  if (name === 'pc') return getPcBig(hart)
  const x = xByName.get(name)
  if (x !== undefined) return getXBig(hart, x)
  const f = fByName.get(name)
  if (f !== undefined) return getFBig(hart, f)
  return csrExists(name) ? BigInt.asIntN(64, readCsr(machine, hart, name)) : null
}

/** Sets a register; false for one that is not there or that only the machine sets. */
export function setHartRegister(hart: Hart, name: string, value: bigint): boolean {
  const bits = BigInt.asIntN(64, value)
  const x = xByName.get(name)
  const f = fByName.get(name)
  if (name === 'pc') setPcBig(hart, bits)
  else if (x !== undefined) setXBig(hart, x, bits)
  else if (f !== undefined) setFBig(hart, f, bits)
  else return false
  return true
}
