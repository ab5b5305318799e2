// RAM by physical address. Looking goes everywhere; what may be written is what programs have there: a byte of the kernel's own (a page table,
// saved registers, the page of zeroes that all share, a free frame) would break it behind its back.
import { FRAME_USES, type Kernel } from '../../kernel/index.ts'
import { frameWritten, PAGE_SIZE, RAM_BASE } from '../../vm/index.ts'
import { hex } from '../hex.ts'
import { changed, type Session } from '../session/index.ts'

type Use = (typeof FRAME_USES)[number]

/** Whose a frame is that may not be written, by its use. */
const KEPT: { [U in Use]?: string } = {
  free: 'free',
  zero: 'the page of zeroes that all programs share',
  table: "a page table: the kernel's own",
  kernel: "the kernel's own",
}

export function peekRam({ machine }: Kernel, address: number, length: number): Uint8Array {
  const at = address - RAM_BASE
  return at < 0 || at >= machine.ramBytes ? new Uint8Array(0) : machine.ram.slice(at, at + length)
}

/** Writes all of it, or nothing and says why not. */
export function pokeRam(s: Session, address: number, bytes: Uint8Array): string | null {
  const { machine, state } = s.k
  const at = address - RAM_BASE
  if (at < 0 || at + bytes.length > machine.ramBytes) return `there is no RAM at ${hex(address)}`
  const frames: number[] = []
  for (let frame = Math.floor(at / PAGE_SIZE); frame * PAGE_SIZE < at + bytes.length; frame++) frames.push(frame)
  for (const frame of frames) {
    const kept = KEPT[FRAME_USES[state.frames.use[frame]]]
    if (kept !== undefined) return `frame ${frame} at ${hex(RAM_BASE + frame * PAGE_SIZE)} is ${kept}, and not written from outside`
  }
  machine.ram.set(bytes, at)
  for (const frame of frames) frameWritten(machine, frame)
  changed(s)
  return null
}
