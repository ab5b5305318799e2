// What the vector unit asks of the reference engine: registers of the hart that it steps, and memory through its TLB.
import { getFBig, getXBig, setFBig, setXBig } from '../registers.ts'
import { COUNTERS, FS_DIRTY, PAGE_SIZE, WORD_FS } from '../layout.ts'
import type { Access, Hart, Machine } from '../state.ts'
import type { VectorHost } from '../vector/index.ts'

/** What the engine does for instructions of every kind; `place` answers the offset of a byte in the linear memory, below zero for a device. */
export interface Stepping extends Pick<VectorHost, 'illegal' | 'fpOn' | 'roundingMode' | 'raiseFlags' | 'load' | 'store' | 'isTrap'> {
  machine(): Machine
  hart(): Hart
  place(address: bigint, access: Access): number
}

const OFFSET_IN_PAGE = BigInt(PAGE_SIZE - 1)
const ELEMENT_BY_ELEMENT = -1

export function vectorHost(engine: Stepping): VectorHost {
  const { machine, hart, place, ...rest } = engine
  return {
    ...rest,
    xAt: n => getXBig(hart(), n),
    setXAt: (n, value) => setXBig(hart(), n, value),
    fAt: n => getFBig(hart(), n),
    setFAt(n, bits) {
      hart().words[WORD_FS] = FS_DIRTY
      setFBig(hart(), n, bits)
    },
    memory: () => machine().bytes,
    span(address, bytes, write, accesses) {
      const { debug, timing } = machine()
      const offset = Number(address & OFFSET_IN_PAGE)
      if (debug !== null || timing !== null || offset + bytes > PAGE_SIZE) return ELEMENT_BY_ELEMENT
      const at = place(BigInt.asIntN(64, address), write ? 'write' : 'read')
      if (at >= 0) hart().counters[write ? COUNTERS.stores : COUNTERS.loads] += accesses
      return at
    },
  }
}
