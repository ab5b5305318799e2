// Directives that make bytes in ways of their own, against GNU as: alternate macros, raw instructions, 16-byte numbers, frames. And
// gdb unwinds through what we assembled.
import { afterAll, describe, expect, it } from 'vitest'
import { assemble, build } from '../../assembler/index.ts'
import { gnuAssemble, listing, missingTool, run, workspace } from './assembler-gnu.ts'
import { have } from './tools.ts'

const missing = missingTool()
if (missing) console.warn(`skipped: ${missing} is not installed`)
const w = workspace()
afterAll(() => w.remove())

const SOURCES: Readonly<Record<string, string>> = {
  'defaults, requirements and expressions of alternate macros': `
    .altmacro
    .macro m a:req, b=<7>
    .word \\a, \\b
    .endm
    m 1
    m 2, <3>
    m %2+3
    .macro strs s
    .ascii "&s&!"
    .endm
    strs hey`,
  'alternate macros inside each other, with local names and repetitions': `
    .altmacro
    .macro outer n
    local l
l:  j l
    .irp r, 1, 2
    .word \\r + \\n
    .endr
    .irpc c, 34
    .byte \\c, \\n
    .endr
    .macro inner&n q
    local k
k:  bnez a0, k
    .word \\q, \\@
    .endm
    inner&n %n*2
    .endm
    outer 4
    outer 5`,
  'the number of macro calls': `
    .macro count
    .word \\@
    .endm
    count
    .rept 2
    count
    .endr`,
  'raw instructions of every format': `
    .insn r 0x33, 1, 2, a0, a1, a2
    .insn r OP, 0, 1, a0, a1, a2
    .insn r4 MADD, 0, 0, fa0, fa1, fa2, fa3
    .insn i 0x13, 0, a0, a1, %lo(foo)
    .insn i LOAD, 2, a0, 4(a1)
    .insn s 0x23, 2, a0, %lo(foo)(a1)
    .insn b 0x63, 1, a0, a1, foo
    .insn sb BRANCH, 1, a0, a1, foo
    .insn u 0x37, a0, %hi(foo)
    .insn j 0x6f, a0, foo
    .insn uj JAL, ra, foo
    .insn cr 2, 8, a0, a1
    .insn ci 1, 0, a0, 5
    .insn ciw 0, 0, a0, 4
    .insn css 2, 6, a0, 4
    .insn cl 0, 2, a0, 0(a1)
    .insn cs 0, 6, a0, 0(a1)
    .insn ca 1, 0x23, 3, a0, a1
    .insn cb 1, 6, a0, foo
    .insn cj 1, 5, foo
    .insn 0x00b50533
    .insn 2, 0x8082
    .insn 4, 0x13`,
  'long numbers': `
    .octa 0x112233445566778899aabbccddeeff00
    .octa 1, -1, -5, 1 + 2
    .quad 1 << 63, -1, 0xffffffffffffffff
    .8byte 1, 2`,
}

describe.skipIf(missing)('as GNU as', () => {
  it.each(Object.entries(SOURCES))('%s', (_, source) => {
    const text = `${source}\n`
    const theirs = gnuAssemble(w, text)
    const ours = assemble({ name: 'gnu.s', text })
    expect(theirs.errors).toBe('')
    expect(ours.diagnostics.filter(d => d.severity === 'error')).toEqual([])
    const shown = (bytes: Uint8Array | null): string[] => listing(w, 'objdump', ['-drsj.text', '-Mno-aliases'], bytes ?? new Uint8Array(0))
    expect(shown(ours.object)).toEqual(shown(theirs.object))
  })
})

const FRAMES = `
    .globl _start, middle, leaf
_start:
    .cfi_startproc
    .cfi_undefined ra
    call middle
    li a7, 93
    ecall
    .cfi_endproc
middle:
    .cfi_startproc
    addi sp, sp, -32
    .cfi_def_cfa_offset 32
    sd ra, 24(sp)
    sd s0, 16(sp)
    .cfi_offset ra, -8
    .cfi_offset s0, -16
    addi s0, sp, 32
    .cfi_def_cfa s0, 0
    .cfi_remember_state
    call leaf
    ld ra, 24(sp)
    .cfi_restore ra
    ld s0, 16(sp)
    .cfi_restore s0
    .cfi_def_cfa sp, 32
    addi sp, sp, 32
    .cfi_adjust_cfa_offset -32
    ret
    .cfi_restore_state
    .cfi_endproc
leaf:
    .cfi_startproc
    addi sp, sp, -16
    .cfi_adjust_cfa_offset 16
    sd s1, 8(sp)
    .cfi_rel_offset s1, 8
inside:
    ebreak
    ld s1, 8(sp)
    addi sp, sp, 16
    ret
    .cfi_endproc
`

it.skipIf(missing)('frames of .cfi directives are those of GNU as', () => {
  const frames = (bytes: Uint8Array | null): string[] => listing(w, 'readelf', ['--debug-dump=frames'], bytes ?? new Uint8Array(0))
  // Without relaxation the distances are known; with it they are the linker's.
  const ours = assemble({ name: 'gnu.s', text: FRAMES }, { relax: false })
  expect(frames(ours.object)).toEqual(frames(gnuAssemble(w, FRAMES, ['-mno-relax']).object))
  expect(frames(ours.object).join('\n')).toMatch(/DW_CFA_remember_state/)
})

it.skipIf(missing !== null || !have('gdb-multiarch'))('gdb unwinds through them', () => {
  const { image } = build([{ name: 'frames.s', text: FRAMES }])
  const path = w.write('frames', image ?? new Uint8Array(0), 0o755)
  // The program stops at its own ebreak in qemu, which waits for gdb.
  const script = `timeout 60 qemu-riscv64-static -g $PORT ${path} & pid=$!
    gdb-multiarch -nx -batch -ex 'set confirm off' -ex 'target remote :'$PORT -ex 'break *inside' -ex continue -ex bt ${path} 2>&1
    kill $pid 2>/dev/null; wait $pid 2>/dev/null`
  const port = 20_000 + (process.pid % 20_000)
  const { out } = run('bash', ['-c', `PORT=${port}\n${script}`])
  expect([...out.matchAll(/^#\d+ .*? in (\w+) \(\)/gm)].map(m => m[1])).toEqual(['inside', 'middle', '_start'])
})
