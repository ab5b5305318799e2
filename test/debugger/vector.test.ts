// Vector registers under a debugger: gdb's feature and packets, names of our own, and none where a machine has no vectors.
import { expect, test } from 'vitest'
import {
  createSession,
  openGdb,
  pump,
  readRegister,
  receive,
  resume,
  taskById,
  addBreakpoint,
  writeRegister,
  type GdbServer,
} from '../../debugger/index.ts'
import { assembled, program } from '../build.ts'
import { bytesOf, start } from '../machine.ts'

const SOURCE = `
    .option arch, +v
    .globl _start
_start:
    li a0, 4
    vsetvli t0, a0, e32, m1, ta, ma
    vid.v v3
    vadd.vi v4, v3, 5
    ebreak
    vmv.x.s a1, v4
    li a7, 93
    ecall
`
const kernelOf = (isa: string) => start(['/v'], { files: [program('/v', assembled('v.s', SOURCE))], debug: false, isa }).kernel

function ask(g: GdbServer, text: string): string {
  const sum = ([...text].reduce((a, c) => a + c.charCodeAt(0), 0) & 0xff).toString(16).padStart(2, '0')
  let bytes = receive(g, bytesOf(`$${text}#${sum}`))
  for (let n = 0; n < 50 && !Buffer.from(bytes).includes('$'); n++) bytes = pump(g, 100_000).bytes
  return /\$([^#]*)#/.exec(Buffer.from(bytes).toString('latin1'))?.[1] ?? ''
}
/** `}c` and `c*n` undone. */
const plain = (text: string): string => text.replace(/(.)\*(.)/g, (_, char: string, count: string) => char.repeat(count.charCodeAt(0) - 28))

test.each([
  ['rv64gcv', 128],
  ['rv64gcv_zvl256b', 256],
])('gdb reads and writes them: %s', (isa, bits) => {
  const g = openGdb(kernelOf(isa), 'process', {})
  const xml = plain(ask(g, 'qXfer:features:read:target.xml:0,ffff'))
  const feature = /<feature name="org.gnu.gdb.riscv.vector">(.*?)<\/feature>/.exec(xml)?.[1] ?? ''
  expect(feature.match(/<reg name="v\d+" bitsize="(\d+)" type="riscv_vector"/g)?.length).toBe(32)
  expect(feature).toContain(`<vector id="words" type="uint32" count="${bits / 32}"/>`)
  for (const csr of ['vstart', 'vxsat', 'vxrm', 'vcsr', 'vl', 'vtype', 'vlenb']) expect(xml).toContain(`<reg name="${csr}" `)
  const numberOf = (name: string): string => Number(new RegExp(`name="${name}"[^>]*? regnum="(\\d+)"`).exec(xml)?.[1]).toString(16)
  // Not used yet: nobody can say what they are.
  expect(plain(ask(g, `p${numberOf('v4')}`))).toBe('x'.repeat(bits / 4))
  ask(g, 'vCont;c')
  const [v4, rest] = [`p${numberOf('v4')}`, '0'.repeat((bits - 128) / 4)]
  expect(plain(ask(g, v4)).slice(0, 32)).toBe('05000000060000000700000008000000')
  expect(plain(ask(g, `p${numberOf('vl')}`))).toBe('0400000000000000')
  expect(plain(ask(g, `p${numberOf('vlenb')}`)).slice(0, 2)).toBe((bits / 8).toString(16))
  expect(ask(g, `P${v4.slice(1)}=2a${'0'.repeat(30)}${rest}`)).toBe('OK')
  expect(plain(ask(g, v4))).toBe(`2a${'0'.repeat(30)}${rest}`)
})

test('a session knows them by name; a change is the program’s', () => {
  const s = createSession(kernelOf('rv64gcv'))
  const task = () => taskById(s, s.focus) ?? expect.fail('it has ended')
  expect(readRegister(s, task(), 'v3')).toBe(null)
  addBreakpoint(s, { address: Number(readRegister(s, task(), 'pc')) + 14 })
  resume(s)
  expect(readRegister(s, task(), 'v3')).toBe(0x3_00000002_00000001_00000000n)
  expect(['vl', 'vtype', 'vstart', 'vcsr', 'vxrm', 'vlenb'].map(name => readRegister(s, task(), name))).toEqual([
    4n,
    0xd0n,
    0n,
    0n,
    0n,
    16n,
  ])
  expect(writeRegister(s, task(), 'v4', 42n)).toBe(true)
  expect(writeRegister(s, task(), 'vl', 1n)).toBe(false)
  expect(resume(s, { budget: 1e6 })).toMatchObject({ kind: 'halted' })
})

test('a machine without vectors has none', () => {
  const g = openGdb(kernelOf('rv64gc'), 'process', {})
  const xml = plain(ask(g, 'qXfer:features:read:target.xml:0,ffff'))
  expect(xml).not.toMatch(/vector|vlenb|vtype/)
  const machine = openGdb(kernelOf('rv64gc'), 'machine', {})
  expect(plain(ask(machine, 'qXfer:features:read:target.xml:0,ffff'))).not.toMatch(/vector|vlenb|vtype/)
})
