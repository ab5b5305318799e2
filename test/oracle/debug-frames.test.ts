// Stacks of running C programs: frames and variables here, on our machine, are what gdb shows of the same program under QEMU's user mode.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  addressesOfFunction,
  backtraceOf,
  formatValue,
  localsOf,
  openDebugFile,
  printExpression,
  symbolsInSpace,
  taskMemory,
  taskRegisters,
  valueOfVariable,
  type DebugFileCache,
  type StackFrame,
  type SymbolSpace,
} from '../../debugger/index.ts'
import { createKernel, runKernel, spawnInit, type Kernel, type Task } from '../../kernel/index.ts'
import { program } from '../build.ts'
import { fingerprint, streams } from '../machine.ts'
import { CROSS_ROOT, execute, GCC, have, QEMU, workDirectory } from './tools.ts'

const GDB = 'gdb-multiarch'
const ready = have(GCC, GDB, QEMU)
const directory = workDirectory()

const SOURCE = `
#include <signal.h>
#include <stdio.h>
#include <string.h>
struct point { int x, y; const char *name; };
volatile int sink;
_Thread_local int mine = 77;
__attribute__((noinline)) void stop_here(int depth) { sink = depth; }
__attribute__((noinline)) int deeper(struct point *where, int left, double weight)
{
  struct point here = { where->x + 1, left, "here" };
  char label[12] = "";
  int answer = 0;
  int squares[3] = { left, left * left, left * left * left };
  sprintf(label, "left %d", left);
  if (left > 0) {
    answer = deeper(&here, left - 1, weight / 2);
    sink = answer;
    return answer + here.y + (int)strlen(label);
  }
  stop_here(where->x);
  return here.x + squares[left] + (int)weight + label[0];
}
void handler(int signal) { struct point p = { signal, 2, "handled" }; sink = deeper(&p, 1, 0.5); }
int main(int argc, char **argv)
{
  struct point start = { 10, 20, "start" };
  long total = argc;
  signal(SIGUSR1, handler);
  total += deeper(&start, 3, 8.0);
  raise(SIGUSR1);
  return (int)total & 1;
}
`
const source = join(directory, 'stacks.c')
writeFileSync(source, SOURCE)

const WAYS = [['-O0'], ['-O0', '-gdwarf-4'], ['-O1'], ['-O2'], ['-O2', '-gdwarf-4'], ['-O0', '-fomit-frame-pointer']] as const

function built(flags: readonly string[]): string {
  const path = join(directory, `stacks${flags.join('')}`)
  const { status, stderr } = execute(GCC, [source, '-o', path, '-static', '-g', ...flags], '', directory)
  if (status !== 0) throw new Error(stderr)
  return path
}

/** The machine with the program stopped when it is at an address for the nth time. */
function stopped(path: string, address: number, times: number): { k: Kernel; task: Task } {
  const k = createKernel({ host: streams(), ramBytes: 32 * 2 ** 20, root: [program('/stacks', readFileSync(path))] })
  spawnInit(k, { path: '/stacks', argv: ['stacks'], env: [], stdio: ['pipe', 'pipe', 'pipe'] })
  const task = k.state.init
  if (task === null) throw new Error('no task')
  for (let left = times, n = 0; n < LIMIT; n++) {
    if (taskRegisters(k, task).pc === address && --left === 0) return { k, task }
    if (runKernel(k, { maxInstructions: 1 }).kind === 'halted') break
  }
  throw new Error(`the program never came to 0x${address.toString(16)}`)
}
const LIMIT = 400_000

const PORT_BASE = 20_000
const PORTS = 10_000
const delay = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** What gdb answers to each command once the program, under QEMU, stopped at stop_here for the nth time. */
async function underGdb(path: string, times: number, commands: readonly string[]): Promise<string[]> {
  const port = PORT_BASE + (process.pid % PORTS)
  const emulator = spawn(QEMU, ['-g', String(port), path], { stdio: 'ignore' })
  try {
    await delay(STARTUP)
    const MARK = '----'
    const before = [
      'set width 0',
      'set charset ASCII',
      `target remote 127.0.0.1:${port}`,
      'break stop_here',
      'handle SIGUSR1 nostop noprint pass',
    ]
    const run = Array.from({ length: times }, () => 'continue')
    const all = [...before, ...run, `echo ${MARK}\\n`, ...commands.flatMap(c => [c, `echo ${MARK}\\n`]), 'kill']
    const { stdout } = execute(GDB, ['-batch', '-nx', ...all.flatMap(c => ['-ex', c]), path], '', directory)
    return stdout.split(`${MARK}\n`).slice(1, -1)
  } finally {
    emulator.kill()
  }
}
const STARTUP = 700

/** `#1  deeper (...) at stacks.c:19` without its arguments and the addresses that differ. */
const frameText = (frame: StackFrame): string =>
  frame.signal ? '<signal handler called>' : `${frame.function} ${frame.line ? `stacks.c:${frame.line.line}` : ''}`.trim()
const frameOfGdb = (line: string): string[] => {
  if (line.includes('<signal handler called>')) return ['<signal handler called>']
  const [, name, at] = /^#\d+ +(?:0x[0-9a-f]+ in )?([\w.]+) .*?(?: at (?:.*\/)?(stacks\.c:\d+))?$/.exec(line) ?? []
  return name === undefined ? [] : [`${name} ${at ?? ''}`.trim()]
}
/** Addresses of the stack are not the same under QEMU. */
const withoutStack = (text: string): string => text.replace(/0x[0-9a-f]{8,}/g, 'STACK')
/** What a function was called with is told by its caller's call sites: gdb follows them, we say that we do not. */
const UNSUPPORTED = /<unsupported: DW_OP_(GNU_)?entry_value>$/
const nameIn = (line: string): string => line.slice(0, line.indexOf(' = '))

describe.skipIf(!ready).each(WAYS.map(flags => ({ flags, name: flags.join(' ') })))('$name', ({ flags }) => {
  test.each([
    { what: 'in nested calls', times: 1 },
    { what: 'in a signal handler', times: 2 },
  ])('$what', async ({ times }) => {
    const path = built(flags)
    const file = openDebugFile(readFileSync(path), path)
    const [address] = addressesOfFunction(file, 'stop_here')
    const { k, task } = stopped(path, address, times)
    const before = fingerprint(k)
    const cache: DebugFileCache = new Map()
    const { frames, space, ended } = backtraceOf(k, task, cache)
    expect(ended).toBe('main is the outermost')
    const shown = frames.filter(f => f.line !== null)
    const locals = shown.map(frame => {
      const variables = localsOf(frame)
      const values = variables.map(
        v =>
          `${v.variable.name} = ${formatValue({ space, read: taskMemory(k, task) }, valueOfVariable({ space, frame, read: taskMemory(k, task) }, v))}`,
      )
      return values.sort()
    })
    const commands = shown.flatMap(f => [`frame ${f.level}`, 'info args', 'info locals'])
    const [bt, ...answers] = await underGdb(path, times, ['bt', ...commands])
    expect(frames.map(frameText)).toEqual(bt.split('\n').flatMap(frameOfGdb))
    const theirs = shown.map((_, i) =>
      `${answers[3 * i + 1]}${answers[3 * i + 2]}`
        .split('\n')
        .filter(line => line.includes(' = '))
        .sort(),
    )
    const unknown = locals.map(list => list.filter(line => UNSUPPORTED.test(line)).map(nameIn))
    const told = (all: string[][]): string[][] =>
      all.map((list, i) => list.filter(line => !unknown[i].includes(nameIn(line))).map(withoutStack))
    expect(told(locals)).toEqual(told(theirs))
    expect(told(locals).flat().length).toBeGreaterThan(15)
    // Looking changed nothing.
    expect(fingerprint(k)).toBe(before)
    expect(printExpression({ space, frame: frames[0], read: taskMemory(k, task) }, 'mine')).toBe('77')
  })
})

const LIBRARIES = ['ld-linux-riscv64-lp64d.so.1', 'libc.so.6']
describe.skipIf(!ready || !have(`${CROSS_ROOT}/lib/libc.so.6`))('position-independent, with shared libraries', () => {
  test.each(['-O0', '-O2'])('%s: the stack goes through libc', flag => {
    const text = SOURCE.replace('{ sink = depth; }', '{ sink = depth; pause(); sink = 0; }').replace(
      '#include <signal.h>',
      '$&\n#include <unistd.h>',
    )
    const path = join(directory, `pausing${flag}`)
    writeFileSync(`${path}.c`, text)
    const { status, stderr } = execute(GCC, [`${path}.c`, '-o', path, '-g', flag], '', directory)
    if (status !== 0) throw new Error(stderr)
    const libraries = LIBRARIES.map(name => program(`/lib/${name}`, readFileSync(`${CROSS_ROOT}/lib/${name}`)))
    const k = createKernel({ host: streams(), ramBytes: 32 * 2 ** 20, root: [program('/pausing', readFileSync(path)), ...libraries] })
    spawnInit(k, { path: '/pausing', argv: ['pausing'], env: [], stdio: ['null', 'null', 'null'] })
    expect(runKernel(k, { maxInstructions: 20_000_000 }).kind).not.toBe('halted')
    const task = k.state.init as Task
    const before = fingerprint(k)
    const { frames, ended, space } = backtraceOf(k, task, new Map())
    expect(space.files.map(f => f.file.name.split('/').at(-1)).sort()).toEqual(['[vdso]', ...LIBRARIES, 'pausing'].sort())
    expect(frames.map(f => f.function)).toEqual(['pause', 'stop_here', 'deeper', 'deeper', 'deeper', 'deeper', 'main'])
    expect(ended).toBe('main is the outermost')
    expect(frames.at(-1)?.line?.line).toBe(lineOf(text, 'total += deeper'))
    const main = { space, frame: frames[frames.length - 1], read: taskMemory(k, task) }
    expect(printExpression(main, 'start.name')).toMatch(/^0x[0-9a-f]+ "start"$/)
    expect(printExpression(main, 'sink')).toBe('13')
    expect(printExpression(main, 'handler')).toBe(`{void (int)} 0x${(lookUp(space, 'handler') ?? 0).toString(16)} <handler>`)
    expect(fingerprint(k)).toBe(before)
  })
})
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
const lookUp = (space: SymbolSpace, name: string): number | undefined => symbolsInSpace(space, name)[0]?.address
