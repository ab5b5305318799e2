// Faults of the machine.
import type { Fault } from './fault.ts'

export const vmFaults: readonly Fault[] = [
  {
    what: 'reserved bits of fence make it illegal',
    file: 'vm/isa/rv64i.ts',
    find: "'fm:4 pred:4 succ:4 rs1:5 000 rd:5 0001111'",
    put: "'fm:4 pred:4 succ:4 00000 000 rd:5 0001111'",
    near: ['vm/isa/decode.test.ts', 'vm/engines.test.ts'],
  },
  {
    what: 'a float load looks at its address before the unit is known to be on',
    file: 'vm/isa/float.ts',
    find: '      m.fpOn()\n',
    put: '',
    near: ['vm/engines.test.ts'],
  },
  {
    what: 'a reservation is lost when its page is copied',
    file: 'vm/machine.ts',
    find: 'words[WORD_RESERVATION] += (to - from) * PAGE_SIZE',
    put: 'words[WORD_RESERVATION] += (from - to) * PAGE_SIZE',
    near: ['kernel/loop.test.ts'],
  },
]
