// Code that is nowhere hot: many small different blocks that run one after another in an order that jumps all over them. In assembly, since a
// compiler takes minutes for 50,000 functions, and in C for the host. The same text each time.

const WORDS = 128
const STATEMENTS_EACH = 6

type Numbers = readonly [constant: number, small: number, word: number, other: number]

/** Statements over `x` (a0) and the words of `memory` (s1), in C and as instructions. */
const STATEMENTS: readonly { c(n: Numbers): string; s(n: Numbers): string }[] = [
  { c: ([k]) => `x += ${k}u;`, s: ([k]) => `li t0, ${k}; add a0, a0, t0` },
  { c: ([k]) => `x *= ${k | 1}u;`, s: ([k]) => `li t0, ${k | 1}; mul a0, a0, t0` },
  { c: ([, n]) => `x ^= x >> ${n};`, s: ([, n]) => `srli t0, a0, ${n}; xor a0, a0, t0` },
  { c: ([, n]) => `x = x << ${n} | x >> ${64 - n};`, s: ([, n]) => `slli t0, a0, ${n}; srli a0, a0, ${64 - n}; or a0, a0, t0` },
  { c: ([, , w]) => `x += memory[${w}];`, s: ([, , w]) => `ld t0, ${w * 8}(s1); add a0, a0, t0` },
  {
    c: ([k, , w]) => `memory[${w}] += x ^ ${k}u;`,
    s: ([k, , w]) => `li t0, ${k}; xor t0, t0, a0; ld t1, ${w * 8}(s1); add t1, t1, t0; sd t1, ${w * 8}(s1)`,
  },
  {
    c: ([, , w, o]) => `memory[${w}] -= memory[${o}];`,
    s: ([, , w, o]) => `ld t0, ${w * 8}(s1); ld t1, ${o * 8}(s1); sub t0, t0, t1; sd t0, ${w * 8}(s1)`,
  },
]

/** Numbers that look random (Marsaglia's xorshift32). */
function drawing(): (below: number) => number {
  let state = 2463534242
  return below => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

interface Block {
  statements: readonly { kind: (typeof STATEMENTS)[number]; numbers: Numbers }[]
  /** A value of x that ends it all, as an error would: it never comes. */
  wrong: number
  /** The block that follows; none follows the last one. */
  next: number | undefined
}

function blocksOf(count: number): { first: number; blocks: Block[] } {
  const draw = drawing()
  const order = Array.from({ length: count }, (_, n) => n)
  for (let n = count - 1; n > 0; n--) {
    const other = draw(n + 1)
    const kept = order[n]
    order[n] = order[other]
    order[other] = kept
  }
  const next = new Map(order.map((block, n) => [block, order[n + 1]]))
  const statement = (): Block['statements'][number] => ({
    kind: STATEMENTS[draw(STATEMENTS.length)],
    numbers: [draw(1 << 20), 1 + draw(63), draw(WORDS), draw(WORDS)],
  })
  const blocks = Array.from({ length: count }, (_, n) => ({
    statements: Array.from({ length: STATEMENTS_EACH }, statement),
    wrong: draw(1 << 20),
    next: next.get(n),
  }))
  return { first: order[0], blocks }
}

/** A kernel each round of which runs each of the blocks once, in RISC-V assembly. A block ends in a jump to another one. */
export function dispersedAssembly(count: number): string {
  const { first, blocks } = blocksOf(count)
  const body = ({ statements, wrong, next }: Block, n: number): string =>
    [
      `b${n}:`,
      ...statements.map(({ kind, numbers }) => kind.s(numbers)),
      `li t0, ${wrong}; bne a0, t0, 1f; ret`,
      `1: ${next === undefined ? 'ret' : `tail b${next}`}`,
    ].join('\n')
  return `        .text
        .globl kernel
kernel: addi sp, sp, -32
        sd ra, 0(sp)
        sd s0, 8(sp)
        sd s1, 16(sp)
        mv s0, a0
        lla s1, memory
        li a0, 1
1:      beqz s0, 2f
        addi s0, s0, -1
        add a0, a0, s0
        call b${first}
        j 1b
2:      ld ra, 0(sp)
        ld s0, 8(sp)
        ld s1, 16(sp)
        addi sp, sp, 32
        ret
${blocks.map(body).join('\n')}
        .bss
        .balign 8
memory: .skip ${WORDS * 8}
        .section .note.GNU-stack, "", @progbits
`
}

/** The same in C. */
export function dispersedC(count: number): string {
  const { first, blocks } = blocksOf(count)
  const body = ({ statements, wrong, next }: Block, n: number): string => {
    const all = statements.map(({ kind, numbers }) => kind.c(numbers)).join(' ')
    return `B u64 b${n}(u64 x) { ${all} if (x == ${wrong}u) return x; return ${next === undefined ? 'x' : `b${next}(x)`}; }`
  }
  return [
    '#include "kernels.h"',
    '#define B static __attribute__((noinline, noclone))',
    `static u64 memory[${WORDS}];`,
    ...blocks.map((_, n) => `B u64 b${n}(u64 x);`),
    ...blocks.map(body),
    `u64 kernel(u64 n) { u64 x = 1; while (n--) x = b${first}(x + n); return x; }`,
    '',
  ].join('\n')
}
