// Our linker against GNU ld: the same programs from the same objects, accepted by readelf, run by QEMU; compiled C included.
import { afterAll, describe, expect, it } from 'vitest'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { assemble, formatDiagnostics, link, writeArchive } from '../../assembler/index.ts'
import { spawnSync } from '../spawn.ts'
import { gnu, includeFlags, includesOf, librarySources, listing, missingTool, programs, run, workspace } from './assembler-gnu.ts'
import { have } from './tools.ts'

const missing = missingTool()
if (missing) console.warn(`skipped: ${missing} is not installed`)
const w = workspace()
afterAll(() => w.remove())

function object(source: string): Uint8Array {
  const result = assemble({ name: source, text: readFileSync(source, 'utf8') }, { readFile: includesOf(source) })
  if (!result.object) throw new Error(result.diagnostics.map(d => d.message).join('\n'))
  return result.object
}

const objectName = (source: string): string => basename(source).replace(/\.s$/, '.o')
const library = missing ? new Uint8Array(0) : writeArchive(librarySources().map(s => ({ name: objectName(s), bytes: object(s) })))

/** The executable that our linker makes. */
function linked(inputs: { name: string; bytes: Uint8Array }[], options: Parameters<typeof link>[1] = {}): Uint8Array {
  const result = link(inputs, options)
  expect(result.diagnostics).toEqual([])
  return result.image ?? new Uint8Array(0)
}

/** Programs that end by themselves and always print the same, or nearly: process numbers are masked. */
const UNSTEADY = ['yes', 'top', 'init', 'preemption', 'fork-many', 'sleep', 'ps', 'pstree', 'kill', 'pwd']
/** For programs that do not take the number 2 as their first argument, or not to end soon. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'ctx-ws': ['two', '8'],
  'fpu-switch': ['dirty'],
  shootdown: ['0'],
}
const masked = (text: string): string => text.replace(/\d+/g, 'N')

describe.skipIf(missing)('programs', () => {
  it('the archive is one that GNU ar reads', () => {
    const path = w.write('lib.a', library)
    expect(gnu('ar', ['t', path]).out.trim().split('\n')).toEqual(librarySources().map(objectName))
    expect(gnu('nm', ['-s', path]).out).toContain('printf in printf.o')
  })

  it.each(programs().map(p => [`${p.kind}/${p.name}`, p] as const))('%s is laid out as by GNU ld, and runs', (_, p) => {
    const inputs = p.sources.map(s => ({ name: objectName(s), bytes: object(s) }))
    const ours = linked([...inputs, { name: 'lib.a', bytes: library }], { relax: false })
    const paths = inputs.map(i => w.write(i.name, i.bytes))
    const target = w.path('gnu.out')
    const ld = gnu('ld', ['--no-relax', '-z', 'noexecstack', '-u', '_start', ...paths, w.write('lib.a', library), '-o', target])
    expect(ld.err).toBe('')
    const theirs = new Uint8Array(readFileSync(target))
    expect(listing(w, 'objdump', ['-d'], ours)).toEqual(listing(w, 'objdump', ['-d'], theirs))
    expect(listing(w, 'objdump', ['-s', '-j', '.data', '-j', '.rodata'], ours)).toEqual(
      listing(w, 'objdump', ['-s', '-j', '.data', '-j', '.rodata'], theirs),
    )

    const relaxed = linked([...inputs, { name: 'lib.a', bytes: library }])
    const path = w.write('ours.out', relaxed, 0o755)
    const readelf = gnu('readelf', ['-aW', path])
    expect(readelf.err).toBe('')
    expect(readelf.out).not.toMatch(/warning|error:/i)
    if (UNSTEADY.includes(p.name)) return
    const results = [path, target].map(program =>
      run('timeout', ['10', 'qemu-riscv64-static', program, ...(ARGUMENTS[p.name] ?? ['2'])], 'b 2\na 1\n', w.directory()),
    )
    expect([results[0].status, masked(results[0].out)]).toEqual([results[1].status, masked(results[1].out)])
  })
})

describe.skipIf(missing)('line tables', () => {
  /** Address and line of each place where the line changes, as objdump finds them. */
  const lines = (path: string): string[] => {
    const out: string[] = []
    let line = ''
    for (const text of gnu('objdump', ['-dl', path]).out.split('\n')) {
      const place = /([\w.-]+\.(?:s|inc)):(\d+)/.exec(text)
      if (place) line = `${place[1]}:${place[2]}`
      const address = /^ +([0-9a-f]+):\t/.exec(text)
      if (address && line) {
        out.push(`${address[1]} ${line}`)
        line = ''
      }
    }
    return out
  }

  it.each(
    programs()
      .slice(0, 12)
      .map(p => [p.name, p] as const),
  )('of %s are those of GNU as', (_, p) => {
    for (const relax of [false, true]) {
      const ours: string[] = []
      const theirs: string[] = []
      for (const [i, source] of p.sources.entries()) {
        const text = readFileSync(source, 'utf8')
        const result = assemble({ name: source, text }, { readFile: includesOf(source), debug: true, relax })
        expect(result.diagnostics).toEqual([])
        ours.push(w.write(`o${i}.o`, result.object ?? ''))
        theirs.push(w.path(`g${i}.o`))
        expect(
          gnu('as', ['-march=rv64gc', '-g', relax ? '-mrelax' : '-mno-relax', ...includeFlags(source), source, '-o', theirs[i]]).err,
        ).toBe('')
      }
      const archive = w.write('lib.a', library)
      const image = linked([...ours.map(o => ({ name: o, bytes: new Uint8Array(readFileSync(o)) })), { name: 'lib.a', bytes: library }], {
        relax,
      })
      const path = w.write('ours', image, 0o755)
      expect(
        gnu('ld', [...(relax ? [] : ['--no-relax']), '-z', 'noexecstack', '-u', '_start', ...ours, archive, '-o', w.path('mixed')]).err,
      ).toBe('')
      expect(
        gnu('ld', [...(relax ? [] : ['--no-relax']), '-z', 'noexecstack', '-u', '_start', ...theirs, archive, '-o', w.path('theirs')]).err,
      ).toBe('')
      const want = lines(w.path('theirs'))
      // Linkers shorten by their own rules: then the lines count, not their addresses.
      const shown = (l: string[]): string[] => (relax ? l.map(x => x.split(' ')[1]) : l)
      expect(shown(lines(w.path('mixed')))).toEqual(shown(want))
      expect(shown(lines(path))).toEqual(shown(want))
    }
  })
})

const PREFIX = '/usr/riscv64-linux-gnu/lib/'
const hasCompiler = !missing && gnu('gcc', ['--version']).status === 0 && existsSync(`${PREFIX}libc.a`)

const COMPLAINTS = {
  x: `int f(int); extern int g; int h(void);
static int part(int x) {
  return f(x) + g;
}
int twice(void) { return 1; }
int main(void) {
  h();
  return part(3);
}
int *p = &g, both = 4;`,
  y: `int before = 1;
int both = 5;
int twice(void) {
  return h2();
}`,
}
describe.skipIf(!hasCompiler)('complaints about C', () => {
  const compiled = (name: keyof typeof COMPLAINTS, flags: readonly string[]): string => {
    const source = w.write(`${name}.c`, COMPLAINTS[name])
    const out = w.path(`${name}.o`)
    expect(gnu('gcc', ['-w', ...flags, '-c', source, '-o', out]).status).toBe(0)
    return out
  }
  const compare = (paths: readonly string[]): void => {
    const theirs = gnu('ld', ['-e', '0', '-u', 'main', ...paths, '-o', w.path('out')]).err.replace(/^\S*-ld: /gm, '')
    const ours = link(
      paths.map(name => ({ name, bytes: new Uint8Array(readFileSync(name)) })),
      { entry: '0', undefined: ['main'] },
    )
    expect(formatDiagnostics(ours.diagnostics)).toBe(theirs)
  }
  it.each([['-g'], ['-g -gdwarf-4'], ['-g -mno-relax'], ['-g -Og -ffunction-sections'], ['-g0'], ['-g1']])(
    'what is missing, and what is there twice, with %s',
    text => {
      const [x, y] = [compiled('x', text.split(' ')), compiled('y', text.split(' '))]
      compare([x])
      compare([x, y])
      const archive = w.path('l.a')
      expect(gnu('ar', ['rc', archive, x]).status).toBe(0)
      compare([archive])
    },
  )
})

const FREESTANDING = `
static long sys(long n, long a, long b, long c) {
  register long a7 asm("a7") = n, a0 asm("a0") = a, a1 asm("a1") = b, a2 asm("a2") = c;
  asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}
const char *names[] = {"zero\\n", "one\\n", "two\\n"};
static int counter;
int common[100];
extern int missing(void) __attribute__((weak));
int choose(int x) { switch (x) { case 0: return 10; case 1: return 20; case 2: return 35; case 3: return 47; case 4: return 1; } return -1; }
double half(double x) { return x / 2; }
void _start(void) {
  for (int i = 0; i < 3; i++) {
    int n = 0;
    while (names[i][n]) n++;
    sys(64, 1, (long)names[i], n);
    common[i] = counter += i;
  }
  if (missing) missing();
  sys(93, counter + common[2] + choose(3) + (int)half(4.0), 0, 0);
}
`
const HOSTED = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <math.h>
static __thread int initialised = 7;
static __thread int zeroed[10];
static int compare(const void *a, const void *b) { return *(char *)a - *(char *)b; }
__attribute__((constructor)) static void before(void) { zeroed[3] = 5; }
int main(int argc, char **argv) {
  errno = 3;
  initialised += argc;
  char *p = malloc(1000);
  strcpy(p, "dbca");
  qsort(p, 4, 1, compare);
  printf("%d %d %d %s %.3f\\n", initialised, zeroed[3], errno, p, sqrt(argc + 1.0));
  return 42;
}
`

describe.skipIf(!hasCompiler)('compiled C', () => {
  it.each([['-O2'], ['-O0', '-g'], ['-Os', '-fPIC'], ['-O2', '-ffunction-sections', '-fdata-sections']])('freestanding, %s', (...flags) => {
    const source = w.write('free.c', FREESTANDING)
    expect(gnu('gcc', [...flags, '-ffreestanding', '-fno-stack-protector', '-c', source, '-o', w.path('free.o')]).err).toBe('')
    for (const options of [{}, { relax: false }, { gcSections: true }]) {
      const path = w.write('free', linked([{ name: 'free.o', bytes: w.read('free.o') }], options), 0o755)
      const result = run('qemu-riscv64-static', [path])
      expect([result.status, result.out]).toEqual([55, 'zero\none\ntwo\n'])
      expect(gnu('readelf', ['-aW', path]).err).toBe('')
    }
  })

  it.each([['-O2'], ['-O1', '-fPIC'], ['-O0', '-g']])('with the C library, static, %s', (...flags) => {
    const source = w.write('hosted.c', HOSTED)
    expect(gnu('gcc', [...flags, '-c', source, '-o', w.path('hosted.o')]).err).toBe('')
    const gcc = dirname(gnu('gcc', ['-print-libgcc-file-name']).out.trim())
    const files = [
      `${PREFIX}crt1.o`,
      `${PREFIX}crti.o`,
      `${gcc}/crtbeginT.o`,
      w.path('hosted.o'),
      `${PREFIX}libm.a`,
      `${gcc}/libgcc.a`,
      `${gcc}/libgcc_eh.a`,
      `${PREFIX}libc.a`,
      `${gcc}/crtend.o`,
      `${PREFIX}crtn.o`,
    ]
    const inputs = files.map(f => ({ name: f, bytes: new Uint8Array(readFileSync(f)) }))
    const path = w.write('hosted', linked(inputs), 0o755)
    const result = run('qemu-riscv64-static', [path])
    expect([result.status, result.out]).toEqual([42, '8 5 3 abcd 1.414\n'])
    expect(gnu('readelf', ['-aW', path]).err).toBe('')
  })

  it('assembles what the compiler writes', () => {
    for (const [text, flags, want] of [
      [FREESTANDING, ['-O2', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-g'], 55],
      [FREESTANDING, ['-O1', '-ffreestanding', '-fno-stack-protector', '-fPIC'], 55],
    ] as const) {
      const source = w.write('s.c', text)
      expect(gnu('gcc', [...flags, '-S', source, '-o', w.path('s.s')]).err).toBe('')
      const result = assemble({ name: 's.s', text: new TextDecoder().decode(w.read('s.s')) })
      expect(result.diagnostics).toEqual([])
      const path = w.write('s', linked([{ name: 's.o', bytes: result.object ?? new Uint8Array(0) }]), 0o755)
      expect(run('qemu-riscv64-static', [path]).status).toBe(want)
    }
  })
})

const GXX = 'riscv64-linux-gnu-g++'
const EXCEPTIONS = `
#include <stdexcept>
#include <cstdio>
struct D { ~D() { puts("unwound"); } };
void f(int n) { D d; if (n == 0) throw std::runtime_error("boom"); f(n - 1); }
int main() { try { f(2); } catch (const std::exception &e) { printf("caught %s\\n", e.what()); } return 0; }
`

describe.skipIf(!have(GXX, 'qemu-riscv64-static'))('C++', () => {
  it('exceptions go through code that we assembled and linked', { timeout: 120_000 }, () => {
    const source = w.write('x.cc', new TextEncoder().encode(EXCEPTIONS))
    const assembly = w.path('x.s')
    expect(spawnSync(GXX, ['-O1', '-S', source, '-o', assembly]).status).toBe(0)
    expect(gnu('as', [assembly, '-o', w.path('gnu.o')]).err).toBe('')
    const frames = (bytes: Uint8Array): string[] => listing(w, 'readelf', ['--debug-dump=frames'], bytes)
    expect(frames(object(assembly))).toEqual(frames(new Uint8Array(readFileSync(w.path('gnu.o')))))
    const find = (name: string): string => spawnSync(GXX, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim()
    const file = (name: string): { name: string; bytes: Uint8Array } => ({ name, bytes: new Uint8Array(readFileSync(find(name))) })
    const image = linked([
      ...['crt1.o', 'crti.o', 'crtbeginT.o'].map(file),
      { name: 'x.o', bytes: object(assembly) },
      ...['libstdc++.a', 'libm.a', 'libgcc.a', 'libgcc_eh.a', 'libc.a', 'crtend.o', 'crtn.o'].map(file),
    ])
    const path = w.write('exceptions', image, 0o755)
    expect(spawnSync('qemu-riscv64-static', [path], { encoding: 'utf8' }).stdout).toBe('unwound\nunwound\nunwound\ncaught boom\n')
  })
})
