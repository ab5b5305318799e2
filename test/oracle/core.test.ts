// Core dumps: when Linux leaves one, whose, and what is in it (programs/core.c against what it printed there, recorded as root on x86-64 with
// core_pattern `core`); and what gdb makes of ours, of a program in assembly, of C with glibc, and of threads.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile, execute, GCC, hartbeat, have, workDirectory } from './tools.ts'

const GDB = 'gdb-multiarch'
const READELF = 'riscv64-linux-gnu-readelf'
const ready = have(GCC)
const withGdb = ready && have(GDB, READELF)
const directory = workDirectory()
const at = (name: string): string => join(directory, name)
const SOURCES = new URL('programs', import.meta.url).pathname

test.skipIf(!ready)('as on Linux', () => {
  const program = compile(join(SOURCES, 'core.c'), at('cores'), '-static', '-w')
  const { stdout } = hartbeat(['run', '--check', program])
  expect(stdout.split('\n')).toEqual(readFileSync(join(SOURCES, 'core.txt'), 'utf8').split('\n'))
})

const gdb = (program: string, core: string, ...commands: string[]): string =>
  execute(GDB, ['-nx', '-batch', ...commands.flatMap(command => ['-ex', command]), program, core]).stdout

function source(name: string, text: string): string {
  writeFileSync(at(name), text)
  return at(name)
}

const C = `#include <stdio.h>
#include <string.h>
int global = 1;
char big[200000];
__attribute__((noinline)) static void inner(int *p, double d) { asm volatile("" ::"f"(d)); *p = 42; }
__attribute__((noinline)) static void outer(int n) { volatile int local[8]; local[n] = n; inner((int *)(long)(n - 3), 2.5); printf("%d", local[2]); }
int main(int argc, char **argv) {
  strcpy(big + 5000, "hello");
  global = 77;
  outer(argc + 2);
  return 0;
}
`
const frames = (text: string): string[] => [...text.matchAll(/^#\d+ .*?(\w+) \(/gm)].map(([, name]) => name)

test.skipIf(!withGdb)('C with glibc: of --core, and of ulimit in the guest', () => {
  const program = compile(source('fall.c', C), at('fall'), '-static', '-g')
  const { stderr, status } = hartbeat(['run', '--core', at('fall.core'), program, 'x'])
  expect(status).toBe(139)
  expect(stderr).toContain(`hartbeat: core dumped to ${at('fall.core')}\n`)
  // The shell in the guest, in the same directory.
  const script = 'cd /s; ulimit -c unlimited; ./fall x; echo $?'
  const inside = hartbeat(['run', '--share', `${directory}:/s:rw`, 'sh', '-c', script])
  expect(inside.stdout).toBe('139\n')
  expect(inside.stderr).toMatch(/^Segmentation fault \(core dumped\)\nfall\[\d+\]: write to 0x1 at pc 0x[0-9a-f]+/)
  for (const core of [at('fall.core'), at('core')]) {
    const text = gdb(
      program,
      core,
      'bt',
      'p global',
      'x/s big+5000',
      'p $fs0',
      'p $_siginfo._sifields._sigfault.si_addr',
      'info registers pc',
    )
    expect(text).toContain('Program terminated with signal SIGSEGV')
    expect(frames(text).slice(-3)).toEqual(['inner', 'outer', 'main'])
    expect(text).toMatch(/^\$1 = 77\n0x[0-9a-f]+ <big\+5000>:\t"hello"\n/m)
    expect(text).toContain('$3 = (void *) 0x1')
    expect(text).toMatch(/^pc +0x([0-9a-f]+)\t0x\1 <inner/m)
    expect(gdb(program, core, 'info proc mappings')).toMatch(/0x10000 +0x[0-9a-f]+ +0x[0-9a-f]+ +0x0 .*\/fall/)
    const notes = execute(READELF, ['-n', core]).stdout
    expect([...notes.matchAll(/CORE +0x([0-9a-f]+)\s+NT_(\w+)/g)].map(([, size, name]) => `${name} ${Number(`0x${size}`)}`)).toEqual([
      'PRSTATUS 376',
      'PRPSINFO 136',
      'SIGINFO 128',
      expect.stringMatching(/^AUXV \d+$/),
      expect.stringMatching(/^FILE \d+$/),
      'FPREGSET 264',
    ])
  }
})

test.skipIf(!withGdb)('assembly', () => {
  const name = source('fall.s', '.globl _start\n_start:\n  li s3, 0x55\n  call far\nfar:\n  li a0, 16\n  ld a1, 8(a0)\n')
  expect(hartbeat(['as', '-g', '-o', at('fall.o'), name]).status).toBe(0)
  expect(hartbeat(['ld', '-o', at('fall-s'), at('fall.o')]).status).toBe(0)
  expect(hartbeat(['run', '--core', at('s.core'), at('fall-s')]).stderr).toMatch(/SIGSEGV: read of 0x18 at pc .*, far/)
  const text = gdb(at('fall-s'), at('s.core'), 'x/2i $pc', 'info registers s3')
  expect(text).toMatch(/^#0 +far \(\) at .*fall\.s:7$/m)
  expect(text).toMatch(/^=> 0x[0-9a-f]+ <far\+\d+>:\tld\ta1,8\(a0\)$/m)
  expect(text).toMatch(/^s3 +0x55\t85$/m)
})

const THREADS = `#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static int go;
__attribute__((noinline)) static void sleeper(int n) { for (;;) { pause(); if (n == 99) break; } }
__attribute__((noinline)) static void spinner(void) { for (volatile long i = 0;; i++) __atomic_store_n(&go, 1, __ATOMIC_SEQ_CST); }
static void *sleeps(void *p) { sleeper((long)p); return 0; }
static void *spins(void *p) { spinner(); return 0; }
__attribute__((noinline)) static void boom(void) { abort(); }
int main(void) {
  pthread_t t;
  pthread_create(&t, 0, sleeps, (void *)1);
  pthread_create(&t, 0, spins, 0);
  while (!__atomic_load_n(&go, __ATOMIC_SEQ_CST)) ;
  usleep(1000);
  boom();
}
`
test.skipIf(!withGdb).each(['1', '4'])('threads, on %s harts', harts => {
  const program = compile(source('threads.c', THREADS), at('threads'), '-static', '-g', '-pthread')
  hartbeat(['run', '--smp', harts, '--core', at('threads.core'), program])
  const threads = gdb(program, at('threads.core'), 'thread apply all bt')
    .split(/^Thread /m)
    .slice(1)
  const found = threads.map(text => ['boom', 'spinner', 'sleeper'].find(name => text.includes(` ${name} (`)))
  expect(found.sort()).toEqual(['boom', 'sleeper', 'spinner'])
})
