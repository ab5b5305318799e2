// Real gdb and lldb on our machine, in batch mode: stops, steps, processes, signals, and the way back in time, in both views.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spawnSync } from '../spawn.ts'
import { execute, GCC, have, ROOT, workDirectory } from './tools.ts'

const GDB = 'gdb-multiarch'
const LLDB = 'lldb'
const CLI = join(ROOT, 'dist', 'hartbeat.js')
const withGdb = have(GDB)
const withLldb = have(LLDB)
const withGcc = have(GCC)
const directory = workDirectory()
const TIMEOUT = 60_000

interface Debugged {
  /** What the debugger printed. */
  text: string
  status: number | null
  stdout: string
}

/** Starts the machine waiting for a debugger, runs one on it, and waits for the machine's own end. */
async function debug(words: readonly string[], client: (port: string) => [string, string[]]): Promise<Debugged> {
  const machine = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  machine.stdout.on('data', data => (stdout += String(data)))
  const ended = new Promise<number | null>(resolve => machine.on('close', resolve))
  const port = await new Promise<string>((resolve, reject) => {
    let said = ''
    machine.stderr.on('data', data => {
      const m = /waiting for gdb on [\d.]+:(\d+)\n/.exec((said += String(data)))
      if (m !== null) resolve(m[1])
    })
    machine.on('close', () => reject(new Error(`the machine ended: ${said}`)))
  })
  const [command, args] = client(port)
  const debuggerEnds = await new Promise<string>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (text += String(data)))
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
  const timer = setTimeout(() => machine.kill('SIGKILL'), TIMEOUT)
  const status = await ended
  clearTimeout(timer)
  return { text: debuggerEnds, status, stdout }
}

const gdb = (program: string, commands: readonly string[], options: readonly string[] = [], file = true): Promise<Debugged> =>
  debug(['run', '--gdb', '0', '-S', ...options, program], port => [
    GDB,
    [
      '-batch',
      '-nx',
      ...(file ? [program] : []),
      ...['set confirm off', 'set width 0', 'set remotetimeout 30', `target remote 127.0.0.1:${port}`, ...commands].flatMap(c => [
        '-ex',
        c,
      ]),
    ],
  ])

const C = `#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int counter;
static void on_usr1(int n) { counter += 100; }
int work(int n) {
  counter += n;
  return counter * 2;
}
int main(void) {
  signal(SIGUSR1, on_usr1);
  for (int i = 0; i < 5; i++)
    work(i);
  kill(getpid(), SIGUSR1);
  pid_t child = fork();
  if (child == 0) {
    work(7);
    _exit(3);
  }
  int status;
  waitpid(child, &status, 0);
  printf("counter %d status %d\\n", counter, WEXITSTATUS(status));
  return 42;
}
`
const ASSEMBLY = `.globl _start
_start:
  li a0, 3
  call twice
  li a7, 93
  ecall
twice:
  slli a0, a0, 1
  ret
`
const program = join(directory, 'prog')
const assembled = join(directory, 'twice')
if (withGcc) {
  writeFileSync(`${program}.c`, C)
  const { status, stderr } = execute(GCC, ['-g', '-O0', '-static', '-o', program, `${program}.c`])
  if (status !== 0) throw new Error(stderr)
}
writeFileSync(`${assembled}.s`, ASSEMBLY)
for (const words of [
  ['as', '-g', '-o', `${assembled}.o`, `${assembled}.s`],
  ['ld', '-o', assembled, `${assembled}.o`],
])
  if (spawnSync(process.execPath, [CLI, ...words]).status !== 0) throw new Error(`${words.join(' ')} failed`)

describe.skipIf(!withGdb)('gdb on a program of our assembler', () => {
  test('line breakpoints, steps over and into lines, finish', async () => {
    const { text, status } = await gdb(assembled, [
      'break twice',
      'continue',
      'bt',
      'x/i $pc',
      'finish',
      'info line',
      'step',
      'print $a0',
      'detach',
    ])
    expect(text).toMatch(/Breakpoint 1, .*twice.*twice\.s:8/)
    expect(text).toMatch(/#1 .*_start \(\) at .*twice\.s:4/)
    expect(text).toMatch(/=> 0x[0-9a-f]+ <twice>:\tsll?i?\ta0,a0,(0x)?1/)
    expect(text).toMatch(/\$1 = 6/)
    expect(status).toBe(6)
  })

  test('without a file: gdb reads the program through the connection', async () => {
    const { text } = await gdb(assembled, ['break twice', 'continue', 'detach'], [], false)
    expect(text).toMatch(/Reading symbols from target:.*twice/)
    expect(text).toMatch(/Breakpoint 1, .*twice/)
  })
})

describe.skipIf(!withGdb || !withGcc)('gdb on a C program', () => {
  test('conditions, watchpoints, next, finish, registers', async () => {
    const { text, status, stdout } = await gdb(program, [
      'break work if n == 3',
      'continue',
      'info registers pc a0',
      'info args',
      'watch counter',
      'continue',
      'delete',
      'finish',
      'info threads',
      'info proc mappings',
      'handle SIGUSR1 nostop noprint pass',
      'detach',
    ])
    expect(text).toMatch(/Breakpoint 1, work \(n=3\) at .*prog\.c:8/)
    expect(text).toMatch(/pc +0x[0-9a-f]+\t0x[0-9a-f]+ <work\+\d+>/)
    expect(text).toMatch(/Hardware watchpoint 2: counter\n\nOld value = 3\nNew value = 6/)
    expect(text).toMatch(/Value returned is \$1 = 12/)
    expect(text).toMatch(/Thread 2\.2 "prog"/)
    expect(text).toMatch(/\[stack\]/)
    expect(status).toBe(42)
    expect(stdout).toBe('counter 110 status 3\n')
  })

  test('signals: stopped for before they are taken, passed on or not', async () => {
    const passed = await gdb(program, ['continue', 'print $_siginfo.si_signo', 'break on_usr1', 'continue', 'detach'])
    expect(passed.text).toMatch(/Program received signal SIGUSR1[^]*in kill \(\)/)
    expect(passed.text).toMatch(/\$1 = 10/)
    expect(passed.text).toMatch(/Breakpoint 1, on_usr1 \(n=10\)/)
    expect(passed.stdout).toBe('counter 110 status 3\n')
    const withheld = await gdb(program, ['handle SIGUSR1 nopass', 'continue', 'continue'])
    expect(withheld.stdout).toBe('counter 10 status 3\n')
    expect(withheld.text).toMatch(/exited with code 052/)
  })

  test('following the child of a fork, which ends by itself', async () => {
    const { text, status } = await gdb(program, [
      'handle SIGUSR1 nostop noprint pass',
      'set follow-fork-mode child',
      'catch fork',
      'continue',
      'break work',
      'continue',
      'bt 1',
      'info inferiors',
      'continue',
    ])
    expect(text).toMatch(/Catchpoint 1 \(forked process 3\)/)
    expect(text).toMatch(/Thread 2\.1 "prog" hit Breakpoint 2, work \(n=7\)/)
    expect(text).toMatch(/\* 2 +process 3/)
    expect(text).toMatch(/Inferior 2 \(process 3\) exited with code 03/)
    expect(status).toBe(42)
  })

  test('both sides of a fork', async () => {
    const { text, status } = await gdb(program, [
      'handle SIGUSR1 nostop noprint pass',
      'set detach-on-fork off',
      'catch fork',
      'continue',
      'stepi',
      'info inferiors',
      'inferior 2',
      'continue',
      'inferior 1',
      'continue',
    ])
    expect(text).toMatch(/ 2 +process 3/)
    expect(text).toMatch(/Inferior 2 \(process 3\) exited with code 03/)
    expect(text).toMatch(/Inferior 1 \(process 2\) exited with code 052/)
    expect(status).toBe(42)
  })

  test('back over a system call, a switch and a copy of a page', async () => {
    const { text } = await gdb(program, [
      'handle SIGUSR1 nostop noprint pass',
      'break 22',
      'continue',
      'print counter',
      'monitor when',
      // The wait for the child, in which it ran and copied pages, is undone; then the fork.
      'reverse-next',
      'reverse-next',
      'info line',
      'monitor ps',
      'reverse-next',
      'monitor ps',
      'watch counter',
      'reverse-continue',
      'print counter',
      'reverse-stepi',
      'delete',
      'reverse-continue',
      'continue',
    ])
    expect(text).toMatch(/Breakpoint 1, main \(\) at .*prog\.c:22/)
    expect(text).toMatch(/\$1 = 110/)
    expect(text).toMatch(/Hardware watchpoint 2: counter\n\nOld value = 110\nNew value = 10/)
    expect(text).toMatch(/\$2 = 10/)
    expect(text).toMatch(/No more reverse-execution history/)
    expect(text).toMatch(/exited with code 052/)
  })

  test('monitor commands and tables', async () => {
    const { text } = await gdb(program, [
      'break work',
      'continue',
      'monitor help',
      'monitor pt &counter',
      'monitor pt sp',
      'monitor why sp',
      'monitor condition pc a0 == 4',
      'continue',
      'info args',
      'info os',
      'info os tlb',
      'info os pagetables',
      'kill',
    ])
    expect(text).toMatch(/level 0: entry \d+ of the table in frame \d+: VRW-U/)
    expect(text).toMatch(/n = 4/)
    expect(text).toMatch(/pagetables Mapped pages of every address space/)
    expect(text).toMatch(/0 +fetch +\d+ +0x/)
  })

  test('a call of a function in the program, and memory set by hand', async () => {
    const { text, status, stdout } = await gdb(program, [
      'break main',
      'continue',
      'print work(20)',
      'set var counter = 1',
      'handle SIGUSR1 nostop noprint pass',
      'detach',
    ])
    expect(text).toMatch(/\$1 = 40/)
    expect(stdout).toBe('counter 111 status 3\n')
    expect(status).toBe(42)
  })

  test('harts of the machine', async () => {
    const { text, status } = await gdb(
      program,
      [
        'break work',
        'continue',
        'info threads',
        'info registers satp priv',
        'reverse-stepi',
        'stepi',
        'stepi',
        'info os runqueue',
        'delete',
        'continue',
      ],
      ['--gdb-view', 'machine'],
    )
    expect(text).toMatch(/Thread 1\.1 "hart 0"/)
    expect(text).toMatch(/satp +0x9[0-9a-f]{15}/)
    expect(text).toMatch(/prv:0 \[User\/Application\]/)
    expect(text).toMatch(/Inferior 1 \(process 1\) exited with code 052/)
    expect(status).toBe(42)
  })
})

describe.skipIf(!withGdb || !withGcc)('gdb on the harts of the machine', () => {
  test('back over a system call, a switch and a copy of a page', async () => {
    const { text, status } = await gdb(
      program,
      [
        'break 23',
        'continue',
        'monitor ps',
        'break work',
        // The end of the wait and the child's exit are undone: hart 0 runs the child, which has a page of its own.
        'reverse-continue',
        'print n',
        'monitor ps',
        'stepi',
        'reverse-stepi',
        'print counter',
        // And the fork.
        'reverse-continue',
        'print n',
        'monitor ps',
        'delete',
        'continue',
      ],
      ['--gdb-view', 'machine'],
    )
    expect(text).toMatch(/Breakpoint 1, main \(\) at .*prog\.c:23/)
    expect(text).toMatch(/Breakpoint 2, work \(n=7\)/)
    expect(text).toMatch(/\$1 = 7/)
    expect(text).toMatch(/\$2 = 110/)
    expect(text).toMatch(/Breakpoint 2, work \(n=4\)/)
    expect(text).toMatch(/\$3 = 4/)
    expect(text).toMatch(/exited with code 052/)
    expect(status).toBe(42)
  })
})

describe.skipIf(!withLldb || !withGcc)('lldb', () => {
  test('breakpoints, registers, steps, continue', async () => {
    const { text, status } = await debug(['run', '--gdb', '0', '-S', program], port => [
      LLDB,
      [
        '-b',
        '-x',
        ...[
          `target create ${program}`,
          `gdb-remote 127.0.0.1:${port}`,
          'process handle SIGUSR1 -s false -n false -p true',
          'breakpoint set -n work',
          'continue',
          'register read pc sp',
          'thread backtrace',
          'thread step-inst',
          'next',
          'breakpoint delete -f',
          'continue',
        ].flatMap(command => ['-o', command]),
      ],
    ])
    expect(text).toMatch(/stop reason = breakpoint 1\.1/)
    expect(text).toMatch(/pc = 0x0000[0-9a-f]{12} +prog`work/)
    expect(text).toMatch(/frame #1: 0x[0-9a-f]+ prog`main/)
    expect(text).toMatch(/stop reason = instruction step into/)
    expect(text).toMatch(/exited with status = 42/)
    expect(status).toBe(42)
  })
})
