// Numbers that have one name: where a register is in the file of registers, where RAM begins, and 2^32.
import { expect, test } from 'vitest'
import { REG } from '../vm/index.ts'
import { readModules } from './modules.ts'

const ROOMS = ['assembler', 'debugger', 'kernel', 'library', 'vm']

const registers = Object.entries(REG).map(([name, number]) => `${name.toUpperCase()} = ${number}`)
/** What is found, where it is defined, and what to write instead. */
const NAMED: readonly { what: RegExp; home: readonly string[]; instead: string }[] = [
  { what: new RegExp(`\\bconst (?:${registers.join('|')})\\b`), home: [], instead: 'REG of vm/isa' },
  { what: /= 0x8000_?0000\b.*RAM|RAM.*= 0x8000_?0000\b/, home: ['vm/layout.ts'], instead: 'RAM_BASE of vm' },
  {
    what: /(?:=|\*|\/) *(?:2 \*\* 32|4294967296|0x1_?0000_?0000)\)?$|[*/] (?:2 \*\* 32|4294967296)\b/m,
    home: ['vm/isa/words.ts', 'kernel/abi/int64.ts', 'vm/isa/testing.ts', 'assembler/link/load.ts'],
    instead: 'TWO_32, of vm/isa in the hardware and of kernel/abi elsewhere',
  },
]

test('a number that has a name is called by it', () => {
  const modules = readModules().filter(m => ROOMS.some(room => m.path.startsWith(`${room}/`)))
  const found = modules.flatMap(({ path, text }) =>
    NAMED.flatMap(({ what, home, instead }) => {
      const match = home.includes(path) ? null : what.exec(text)
      return match === null ? [] : [`${path}: '${match[0].trim()}': write ${instead}`]
    }),
  )
  expect(found).toEqual([])
})
