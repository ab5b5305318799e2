// Programs that look at this machine's own processes, boot, jobs and the console: what no other system prints the same way.
import { expect, test } from 'vitest'
import { hostInput, runKernel, shellStatus } from '../../kernel/index.ts'
import { COUNTERS } from '../../vm/index.ts'
import { boot, bytesOf, expectSound, shell, start } from '../machine.ts'

test('the boot script: pipes, a background job, lists, the exit status', () => {
  const { status, stdout, stderr } = boot('echo hi | cat | wc -c\nsleep 1 &\njobs\nfalse || echo no\nexit 7\n')
  expect(stdout).toBe('3\n[1]+  Running                 sleep 1 &\nno\n')
  expect([status, stderr]).toEqual([7, ''])
})

test('boot ends with the shell, and reaps orphans on the way', () => {
  const { status, stdout, kernel } = boot('sh -c "sleep 1 &"\nsleep 2\necho end\n')
  expect([status, stdout]).toEqual([0, 'end\n'])
  expect(kernel.state.time).toBeGreaterThan(2e9)
})

test('ps shows every process', () => {
  const { stdout } = shell('sleep 5 & ps; kill $!')
  const [head, ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^ +PID TTY +TIME CMD$/)
  expect(rows.map(row => row.trim().split(/\s+/).at(-1)).sort()).toEqual(expect.arrayContaining(['ps', 'sh', 'sleep']))
})

test('pstree draws the family', () => {
  const { stdout } = shell('sleep 5 & pstree; kill $!')
  expect(stdout).toBe('init---sh-+-pstree\n          `-sleep\n')
})

test('top shows tasks and memory once', () => {
  const { stdout, status } = shell('top -b -n 1')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^top - /)
  expect(stdout).toMatch(/^Tasks: +\d+ total/m)
  expect(stdout).toMatch(/^ +1 root .* init$/m)
})

test('sleeping costs no time of the host: an hour of the guest', () => {
  const { status, kernel } = shell('sleep 3600')
  expect(status).toBe(0)
  expect(kernel.state.time).toBeGreaterThan(3600e9)
})

test('/proc knows the process that reads it', () => {
  expect(shell('cat /proc/self/comm; cat /proc/$$/comm; read a b < /proc/self/stat; echo $b | cut -c 1-4').stdout).toBe('cat\nsh\n(sh)\n')
})

test.each([
  ["taskset 5 sh -c 'taskset -p $$; taskset -cp $$'", "pid 2's current affinity mask: 5\npid 2's current affinity list: 0,2\n"],
  ["taskset -c 1-3 sh -c 'taskset -p $$; taskset -cp $$'", "pid 2's current affinity mask: e\npid 2's current affinity list: 1-3\n"],
  ["taskset ffffffffffffffff sh -c 'taskset -p $$'", "pid 2's current affinity mask: ffffffff\n"],
  ["taskset -c 0-99:31 sh -c 'taskset -p $$'", "pid 2's current affinity mask: 80000001\n"],
  [
    'sleep 9 & taskset -cp 7,1,2 $! | cut -d " " -f 3-; taskset -p 0x80 $! | cut -d " " -f 3-; kill $!',
    ['list: 0-31', 'list: 1,2,7', 'mask: 86', 'mask: 80'].map((text, n) => `${n % 2 ? 'new' : 'current'} affinity ${text}\n`).join(''),
  ],
])('%s, on 32 processors', (script, stdout) => {
  expect(shell(script, { harts: 32 }).stdout).toBe(stdout)
})

test('taskset keeps a program on its processor', () => {
  const { kernel } = shell('taskset 4 seq 100 > /dev/null; taskset 4 seq 100 > /dev/null', { harts: 4 })
  const busy = kernel.machine.harts.map(hart => hart.counters[COUNTERS.instret])
  expect(busy[2]).toBeGreaterThan(10_000)
})

test.each([
  ['taskset 0 true', "taskset: failed to set pid 2's affinity: Invalid argument\n"],
  ['taskset -c 1 true', "taskset: failed to set pid 2's affinity: Invalid argument\n"],
  ['taskset -p 99', "taskset: failed to get pid 99's affinity: No such process\n"],
  ['taskset 1g true', 'taskset: failed to parse CPU mask: 1g\n'],
  ['taskset -c 3-1 true', 'taskset: failed to parse CPU list: 3-1\n'],
  ['taskset -p x', "taskset: invalid PID argument: 'x'\n"],
  ['taskset 1', "taskset: bad usage\nTry 'taskset --help' for more information.\n"],
])('%s fails', (script, stderr) => {
  const ran = shell(script)
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([1, '', stderr])
})

/** A shell on the console; `type` sends keys and lets the machine run until it waits for more. */
function console_(): { type: (keys: string, until?: string) => string; end: () => number } {
  const machine = start([], { init: true, stdio: ['console', 'console', 'console'], clock: 'real' })
  const { kernel, host } = machine
  /** Until it waits for more, or has shown `until`: looked for often, as a program may print a page every hundred instructions. */
  const settle = (until?: string): void => {
    const from = host.out.length
    if (until === undefined) return void runKernel(kernel, { maxInstructions: 400_000 })
    for (let n = 0; n < 400 && !host.out.includes(until, from); n++) runKernel(kernel, { maxInstructions: 1000 })
  }
  settle()
  return {
    type: (keys, until) => {
      const from = host.out.length
      hostInput(kernel, bytesOf(keys))
      settle(until)
      return host.out.slice(from)
    },
    end: () => {
      const result = runKernel(kernel, { maxInstructions: 200_000 })
      if (result.kind !== 'halted') throw new Error(`the machine did not halt: ${result.kind}; ${host.out}`)
      expectSound(kernel)
      return shellStatus(result.status)
    },
  }
}

const PROMPT = /[$#] $/

test('the console: echo, Ctrl-C, Ctrl-Z, jobs, bg, fg, Ctrl-D', () => {
  const { type, end } = console_()
  expect(type('echo one\n')).toMatch(/^echo one\r\none\r\n/)
  expect(type('sleep 1000\n')).toBe('sleep 1000\r\n')
  expect(type('\x03')).toMatch(/^\^C\r?\n/)
  expect(type('echo $?\n')).toContain('130\r\n')
  expect(type('sleep 1000\n')).toBe('sleep 1000\r\n')
  expect(type('\x1a')).toMatch(/\^Z[^]*Stopped +sleep 1000/)
  expect(type('jobs\n')).toMatch(/\[1\]\+ +Stopped +sleep 1000/)
  expect(type('bg\n')).toMatch(/\[1\]\+ sleep 1000 &/)
  expect(type('jobs\n')).toMatch(/\[1\]\+ +Running +sleep 1000/)
  expect(type('fg\n')).toMatch(/sleep 1000\r\n$/)
  expect(type('\x03')).toMatch(/\^C/)
  expect(type('jobs\n')).toMatch(/^jobs\r\n[^[]*$/)
  expect(type('exit 4\x7f5\n')).toContain('exit 4\b \b5')
  expect(end()).toBe(5)
})

test('the console: Ctrl-C ends a running yes, and the shell stays', () => {
  const { type, end } = console_()
  expect(type('yes\n', 'y\r\ny\r\n')).toMatch(/^yes\r\ny\r\ny\r\n/)
  expect(type('\x03')).toMatch(PROMPT)
  expect(type('echo still $?\n')).toContain('still 130\r\n')
  expect(type('\x04')).not.toMatch(PROMPT)
  expect(end()).toBe(0)
})

test('the console: Ctrl-D at the start of a line is the end of input', () => {
  const { type, end } = console_()
  expect(type('cat\n')).toBe('cat\r\n')
  expect(type('abc\n')).toBe('abc\r\nabc\r\n')
  expect(type('\x04')).toMatch(PROMPT)
  type('exit 0\n')
  expect(end()).toBe(0)
})

test('the console: a background job that reads is stopped by SIGTTIN', () => {
  const { type, end } = console_()
  type('cat &\n')
  expect(type('jobs\n')).toMatch(/Stopped[^\n]*cat/)
  type('kill -KILL %1\n')
  type('exit 0\n')
  expect(end()).toBe(0)
})
