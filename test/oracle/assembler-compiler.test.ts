// What gcc writes, assembled by us and by GNU as: the same code, data and relocations; and gdb finds our lines.
import { afterAll, describe, expect, it } from 'vitest'
import { assemble, build } from '../../assembler/index.ts'
import { gnu, gnuAssemble, listing, missingTool, run, workspace } from './assembler-gnu.ts'

const missing = missingTool() ?? (gnu('gcc', ['--version']).status === 0 ? null : 'riscv64-linux-gnu-gcc')
if (missing) console.warn(`skipped: ${missing} is not installed`)
const w = workspace()
afterAll(() => w.remove())

/** A little of everything that a compiler emits differently: tables, floats, threads, atomics, weak and aliased names, constructors. */
const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <stdint.h>
#include <stdatomic.h>
typedef struct { int a; double b; char c[13]; float f; long double ld; } S;
static const S table[] = {{1, 2.5, "hello", 1e10f, 3.25L}, {2, -0.0, "x\\"y\\\\\\n\\001", -1.5f, 1.0L}};
static _Thread_local int tls = 4; _Thread_local long tz[4]; _Atomic long counter; extern int ext; extern _Thread_local int tx;
int arr[100] = {[3] = 7, [50] = -1}; static int zs[1000]; const char *strs[] = {"a", "bb", "ccc", 0}; int comm;
__attribute__((section(".mysec"), used)) int insec = 5; __attribute__((weak)) int weakf(int x) { return x; } int ali(int) __attribute__((alias("weakf")));
__attribute__((constructor)) static void ctor(void) { counter++; } __attribute__((visibility("hidden"))) int hid = 3;
static int sw(int x) { switch (x) { case 0: return ext; case 1: return 3; case 2: return arr[x]; case 3: return 9; case 4: return zs[x]; case 5: return 12; case 9: return 77; default: return -x; } }
double fl(double a, float b) { return a * b + sqrt(a) - (b > 1 ? 0x1p-1022 : 1e300); } uint64_t mulh(uint64_t a, uint64_t b) { return (unsigned __int128)a * b >> 64; }
static inline int add(int a, int b) { __asm__("add %0, %1, %2" : "=r"(a) : "r"(a), "r"(b)); return a; }
long at(void) { long e = 3; atomic_fetch_add(&counter, 5); atomic_compare_exchange_strong(&counter, &e, 9); return atomic_exchange(&counter, 2) + tls + tz[2] + tx; }
int va(const char *f, ...) { __builtin_va_list ap; __builtin_va_start(ap, f); int x = __builtin_va_arg(ap, int); double d = __builtin_va_arg(ap, double); __builtin_va_end(ap); return x + (int)d; }
int main(int argc, char **argv) { char buf[300]; for (int i = 0; i < argc; i++) { snprintf(buf, sizeof buf, "%s %d %g", argv[i], sw(i), fl(i, 2)); puts(buf); if (!strcmp(buf, strs[i & 3])) abort(); }
 void *p[] = {&&l1, &&l2}; goto *p[argc & 1]; l1: return va("x", 1, 2.0) + table[argc & 1].a; l2: return (int)at() + add(1, 2) + (int)mulh(argc, 77) + hid + ali(3) + (int)(long)&comm; }
`

const OPTIONS: readonly string[][] = [
  ['-O0'],
  ['-O2'],
  ['-O2', '-g'],
  ['-O1', '-fPIC', '-g3'],
  ['-Os', '-ffunction-sections', '-fdata-sections'],
  ['-O3', '-funroll-loops', '-gdwarf-4'],
  ['-O2', '-mno-relax'],
  ['-O2', '-mcmodel=medany', '-fno-pie'],
]
/** Sections whose contents may differ: tables that only GNU as makes, and distances that it leaves to the linker. */
const OWN_WAYS = /^\.(debug|eh_frame|riscv\.attributes)/

describe.skipIf(missing)('compiler output', () => {
  it.each(OPTIONS.map(o => [o.join(' '), o] as const))('%s', (_, options) => {
    const source = w.write('c.c', SOURCE)
    expect(gnu('gcc', [...options, '-S', source, '-o', w.path('c.s')]).err).toBe('')
    const text = new TextDecoder().decode(w.read('c.s'))
    const theirs = gnuAssemble(w, text)
    const ours = assemble({ name: 'c.s', text })
    expect([theirs.errors, ours.diagnostics]).toEqual(['', []])
    const both = [ours.object, theirs.object].map(o => o ?? new Uint8Array(0))
    // Labels inside of code are of either's own making.
    const code = both.map(o =>
      listing(w, 'objdump', ['-dr'], o)
        .filter(l => /^ *[0-9a-f]+:|R_RISCV/.test(l))
        .map(l => l.replace(/<.*>/, '').replace(/\.L0 .*/, '')),
    )
    expect(code[0]).toEqual(code[1])
    const names = both.map(o =>
      listing(w, 'readelf', ['-SW'], o)
        .flatMap(l => /\] (\.?[\w.-]+) +\w+BITS/.exec(l)?.[1] ?? [])
        .filter(n => !OWN_WAYS.test(n))
        .sort(),
    )
    expect(names[0]).toEqual(names[1])
    for (const name of names[0]) {
      const [mine, other] = both.map(o => listing(w, 'objdump', ['-s', '-j', name], o))
      expect(mine).toEqual(other)
    }
  })

  const gdb = run('gdb-multiarch', ['--version']).status === 0
  it.skipIf(!gdb)('gdb finds our lines', () => {
    const text = '\t.globl _start\n_start:\n\tli a0, 1\n\tcall f\n\tli a7, 93\n\tecall\nf:\tbeqz a0, f\n\tret\n'
    const { image } = build([{ name: 'lines.s', text }], [], { debug: true, directory: w.path('') })
    w.write('lines.s', text)
    const path = w.write('lines', image ?? '', 0o755)
    const { out } = run('gdb-multiarch', ['-batch', '-ex', 'info line f', '-ex', 'list lines.s:7,7', '-ex', 'info symbol f', path])
    expect(out).toMatch(/Line 7 of "lines\.s" starts at address 0x[0-9a-f]+ <f> and ends at/)
    expect(out).toContain('f:\tbeqz a0, f')
  })
})
