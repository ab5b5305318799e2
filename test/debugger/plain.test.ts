// hartbeat debug in lines: scripts on labs with their whole answers, completion, and the exit status.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { spawnSync } from '../spawn.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function debug(words: readonly string[], input = ''): { out: string; err: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/hartbeat.js', 'debug', ...words], {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  })
  return { out: stdout, err: stderr, status }
}
/** Commands from standard input. */
const script = (program: string, ...lines: string[]): string => debug(['--plain', ...program.split(' ')], lines.join('\n')).out
const lab = (name: string): string => `programs/labs/${name}.s`

test('cow: a breakpoint, lines, a frame, and back over them', () => {
  const out = script(
    `${lab('cow')} 2`,
    'break write_step',
    'run',
    'backtrace',
    'next',
    'step',
    'reverse-next',
    'reverse-step',
    'stepi',
    'reverse-stepi',
    'next 2',
    'reverse-finish',
    'step',
    'finish',
    'info breakpoints',
    'delete',
    'tbreak child',
    'set follow-fork-mode child',
    'continue',
    'print $s0',
    'print/x $',
    'x/2i $pc',
    'continue',
  )
  expect(out).toMatchInlineSnapshot(`
    "Breakpoint 1 at 0x10244: file cow.s, line 106.

    Breakpoint 1, write_step () at cow.s:106
    106	    enter 6
    #0  write_step () at cow.s:106
    #1  0x1017c in main () at cow.s:52
    107	    mv s3, a0
    108	    mv s4, a1
    107	    mv s3, a0
    106	    enter 6
    0x10246	106	    enter 6
    106	    enter 6
    108	    mv s4, a1
    main () at cow.s:52
    52	    call write_step

    Breakpoint 1, write_step () at cow.s:106
    106	    enter 6
    parent fills the fresh buffer          2 faults
    Run till exit from #0  0x10244 in write_step () at cow.s:106
    main () at cow.s:53
    53	    call fork
    Value returned is $1 = 48
    Num     Type           Disp Enb Address            What
    1       breakpoint     keep y   0x0000000000010244 in write_step at cow.s:106 inf 2
    	breakpoint already hit 2 times
    Temporary breakpoint 2 at 0x101ca: file cow.s, line 73.

    Thread 3.3 "cow" hit Temporary breakpoint 2, child () at cow.s:73
    73	    lstr s2, "child "
    $2 = 140737354117120
    $3 = 0x7ffff7ffb000
    => 0x101ca <child>:	auipc	s2,0x2
       0x101ce <child+4>:	addi	s2,s2,-1933
    child  reads every page                0 faults
    child  writes to every page            2 faults
    child  writes a second time            0 faults
    parent reads after the child's end     0 faults
    parent: all 2 pages still hold what I wrote
    parent writes again                    2 faults
    [Inferior 2 (process 2) exited normally]
    "
  `)
})

test('pipe-pingpong: a condition, threads, a watchpoint both ways', () => {
  const out = script(
    `${lab('pipe-pingpong')} 20`,
    'break receive inferior 2 if s3 == 18',
    'run',
    'info threads',
    'watch *(u8 *)(sp + 16)',
    'continue',
    'continue',
    'reverse-continue',
    'delete 2',
    'thread 3',
    'backtrace',
    'info pipes',
    'until 60',
    'continue',
  )
  expect(out).toMatchInlineSnapshot(`
    "Breakpoint 1 at 0x101fa: file pipe-pingpong.s, line 97.

    Thread 2.2 "pipe-pingpong" hit Breakpoint 1, receive () at pipe-pingpong.s:97
    97	    enter 0
      Id    Target Id              Frame 
      1.1   Thread 1 "init" (S) (sleeps in the kernel)
    * 2.2   Thread 2 "pipe-pingpong" (R) receive () at pipe-pingpong.s:97
      3.3   Thread 3 "pipe-pingpong" (R) 0x108bc in read ()
    Hardware watchpoint 2: *(u8 *)(sp + 16)

    Thread 2.2 "pipe-pingpong" hit Hardware watchpoint 2: *(u8 *)(sp + 16)

    Old value = 4
    New value = 6
    receive () at pipe-pingpong.s:106
    106	    leave 0

    Thread 2.2 "pipe-pingpong" hit Hardware watchpoint 2: *(u8 *)(sp + 16)

    Old value = 6
    New value = 8
    receive () at pipe-pingpong.s:106
    106	    leave 0

    Thread 2.2 "pipe-pingpong" hit Hardware watchpoint 2: *(u8 *)(sp + 16)

    Old value = 4
    New value = 6
    receive () at pipe-pingpong.s:105
    105	    sb t0, TURN_FRAME + BYTE(sp)
    [Switching to thread 3.3 (pipe-pingpong)]
    #0  0x108bc in read ()
    #0  0x108bc in read ()
    #1  0x10208 in receive () at pipe-pingpong.s:101
    #2  0x10176 in child_turn () at pipe-pingpong.s:58
    #3  0x1042e in _start ()
    PIPE     USED  SIZE READ pid:fd WRITE pid:fd WAITING
    pipe:[3]    0 65536 2:3 3:3     2:4 3:4      3 for data
    pipe:[4]    0 65536 2:5 3:5     2:6 3:6
    child_turn () at pipe-pingpong.s:60
    60	    addi s3, s3, -1
    child: 19 voluntary switches, 0 involuntary
    parent: 20 voluntary switches, 0 involuntary
    20 round trips, the byte is 40
    [Inferior 2 (process 2) exited normally]
    "
  `)
})

test('the timeline is the same whichever way one came', () => {
  const timeline = (...way: string[]): string[] => {
    const lines = script(`${lab('cow')} 2`, ...way, 'info timeline count=60').split('\n')
    return lines.slice(lines.findIndex(line => line.includes('TIME')))
  }
  const straight = timeline('goto 5000')
  expect(straight.length).toBeGreaterThan(30)
  expect(timeline('goto 4000', 'goto 100', 'goto 4300', 'goto 3000', 'goto 5000')).toEqual(straight)
  expect(timeline('catch exit', 'run', 'reverse-continue', 'goto 5000')).toEqual(straight)
})

test('signal-handler: a signal stops, the handler is stepped, and the mask is seen', () => {
  const out = script(
    lab('signal-handler'),
    'handle SIGUSR2 nostop',
    'run',
    'backtrace',
    'display $a0',
    'next 3',
    'finish',
    'reverse-continue',
    'undisplay 1',
    'handle all nostop',
    'continue',
    'step',
  )
  expect(out).toMatchInlineSnapshot(`
    "Signal        Stop	Pass to program	Description
    SIGUSR2       No	Yes		User defined signal 2
    I am 2
    before: blocked signals 0
    child 3 sends SIGUSR1 and SIGUSR2

    Program received signal SIGUSR1, User defined signal 1.
    on_signal () at signal-handler.s:124
    124	    enter 2
    #0  on_signal () at signal-handler.s:124
    #1  <signal handler called>
    #2  0x10efa in sigsuspend ()
    #3  0x101ae in main () at signal-handler.s:72
    1: $a0 = 10
    127	    lw a3, SIGINFO_PID(s1)
    1: $a0 = 10
      handler: signal 10 from pid 3, code 0
      handler: blocked signals a00
    Run till exit from #0  0x1025e in on_signal () at signal-handler.s:127
    <signal handler called>
    1: $a0 = 31
    Value returned is $1 = 31

    Program received signal SIGUSR1, User defined signal 1.
    on_signal () at signal-handler.s:124
    124	    enter 2
    1: $a0 = 10
    Signal        Stop	Pass to program	Description
    SIGHUP        No	Yes		Hangup
    SIGINT        No	Yes		Interrupt
    SIGQUIT       No	Yes		Quit
    SIGILL        No	Yes		Illegal instruction
    SIGTRAP       No	Yes		Trace/breakpoint trap
    SIGABRT       No	Yes		Aborted
    SIGBUS        No	Yes		Bus error
    SIGFPE        No	Yes		Arithmetic exception
    SIGKILL       No	Yes		Killed
    SIGUSR1       No	Yes		User defined signal 1
    SIGSEGV       No	Yes		Segmentation fault
    SIGUSR2       No	Yes		User defined signal 2
    SIGPIPE       No	Yes		Broken pipe
    SIGALRM       No	Yes		Alarm clock
    SIGTERM       No	Yes		Terminated
    SIGSTKFLT     No	Yes		Stack fault
    SIGCHLD       No	Yes		Child status changed
    SIGCONT       No	Yes		Continued
    SIGSTOP       No	Yes		Stopped (signal)
    SIGTSTP       No	Yes		Stopped (user)
    SIGTTIN       No	Yes		Stopped (tty input)
    SIGTTOU       No	Yes		Stopped (tty output)
    SIGURG        No	Yes		Urgent I/O condition
    SIGXCPU       No	Yes		CPU time limit exceeded
    SIGXFSZ       No	Yes		File size limit exceeded
    SIGVTALRM     No	Yes		Virtual timer expired
    SIGPROF       No	Yes		Profiling timer expired
    SIGWINCH      No	Yes		Window size changed
    SIGIO         No	Yes		I/O possible
    SIGPWR        No	Yes		Power fail/restart
    SIGSYS        No	Yes		Bad system call
      handler: signal 12 from pid 3, code 0
      handler: blocked signals 800
      handler: signal 10 from pid 2, code 0
      handler: blocked signals a00
    after: blocked signals 0
    3 signals handled
    [Inferior 2 (process 2) exited normally]
    The program is not being run.
    "
  `)
})

test('registers and memory are changed, and the future with them', () => {
  const out = script(
    `${lab('cow')} 2`,
    'break write_step',
    'run',
    'set $s1 = 1',
    'set *(u64 *)($sp - 64) = 0x1234',
    'x/xg $sp - 64',
    'set $mine = s1 + 41',
    'print $mine',
    'print $a0 = 88',
    'goto end',
    'set $satp = 1',
    'set 5 = 6',
    'delete',
    'continue',
  )
  expect(out).toMatchInlineSnapshot(`
    "Breakpoint 1 at 0x10244: file cow.s, line 106.

    Breakpoint 1, write_step () at cow.s:106
    106	    enter 6
    0x7fffffffece0:	0x0000000000001234
    $1 = 42
    $2 = 88
    At instant 103.5.
    write_step () at cow.s:106
    106	    enter 6
    satp is set by the machine alone.
    Left operand of assignment is not an lvalue.
    parent fills the fresh buffer          1 faults
    child  reads every page                0 faults
    parent reads after the child's end     0 faults
    [Inferior 2 (process 2) exited with code 01]
    "
  `)
})

test('what cannot be done is said as gdb says it', () => {
  const out = script(
    `${lab('cow')} 2`,
    'frobnicate',
    'con 1',
    'break nowhere',
    'break cow.s:9999',
    'break other.c:1',
    'break main if nonsense ==',
    'delete 7',
    'x/x 0',
    'print nothing',
    'info registers q7',
    'info nothing',
    'catch nothing',
    'catch syscall nothing',
    'thread 99',
    'up',
    'down',
    'list 9999',
    'source /nonexistent',
    'set follow-fork-mode nobody',
    'handle SIGNOTHING stop',
    'finish',
    'reverse-finish',
    'input x',
    'print $3',
    'info walk 99999999999999999999',
  )
  expect(out).toMatchInlineSnapshot(`
    "Undefined command: "frobnicate".  Try "help".
    Ambiguous command "con": condition, continue.
    Function "nowhere" not defined.
    No line 9999 in file "cow.s".
    No source file named other.c.
    No symbol "nonsense" in current context.
    No breakpoint number 7.
    Cannot access memory at address 0x0
    No symbol "nothing" in current context.
    Invalid register \`q7'
    Undefined info command: "nothing".  Try "help info".
    What to catch: syscall return fork vfork exec exit signal sent fault cow switch wake schedule timer tlb flush.
    Unknown syscall name 'nothing'.
    Unknown thread 99.
    Initial frame selected; you can't go up.
    Bottom (innermost) frame selected; you can't go down.
    Line number 9994 out of range; "cow.s" has 156 lines.
    /nonexistent: No such file or directory.
    Undefined item: "nobody".
    Unrecognized or ambiguous flag word: "SIGNOTHING".
    "finish" not meaningful in the outermost frame.
    "reverse-finish" not meaningful in the outermost frame.
    The guest has no console: its input is a file or a pipe.
    History has not yet reached $3.
    7766279631452242000 is no address of a program's.
    "
  `)
})

describe('completion', () => {
  const complete = (line: string): string[] =>
    script(`${lab('cow')} 2`, `complete ${line}`)
      .trim()
      .split('\n')
  test.each([
    ['reverse-s', ['reverse-step', 'reverse-stepi']],
    ['break write_s', ['break write_step']],
    ['tbreak cow', ['tbreak cow.s:']],
    ['info th', ['info threads']],
    ['catch s', ['catch syscall', 'catch signal', 'catch sent', 'catch switch', 'catch schedule']],
    ['catch syscall wait', ['catch syscall waitid', 'catch syscall wait4']],
    ['set fo', ['set follow-fork-mode']],
    ['set follow-fork-mode c', ['set follow-fork-mode child']],
    ['handle SIGUS', ['handle SIGUSR1', 'handle SIGUSR2']],
  ])('%s', (line, found) => {
    expect([...complete(line)].sort()).toEqual([...found].sort())
  })
})

describe('files, options and the exit status', () => {
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'debug-')), 'commands')
    writeFileSync(path, text)
    return path
  }
  test('-x and -ex in their order, then standard input', () => {
    const path = file('echo two\\n\n# nothing\n\n')
    const { out, err } = debug(['--plain', '-ex', 'echo one', '-x', path, '-ex', 'echo three', lab('cow')], 'echo four\n')
    expect({ out, err }).toEqual({ out: 'one\ntwo\nthree\nfour\n', err: '' })
  })
  test('a script ends at its first mistake, which is placed', () => {
    const path = file('echo one\nbreak nowhere\necho never\n')
    const { out, status } = debug(['--batch', '-x', path, lab('cow')])
    expect(out).toBe(`one\n${path}:2: Error in sourced command file:\nFunction "nowhere" not defined.\n`)
    expect(status).toBe(1)
  })
  test("a batch has the guest's status, its standard input, and its arguments", () => {
    const { out, status } = debug(['--batch', '-ex', 'run', '/bin/sh', '-c', 'cat; exit $0', '7'], 'from the host\n')
    expect(out).toBe('from the host\n[Inferior 2 (process 2) exited with code 07]\n')
    expect(status).toBe(7)
  })
  test('a signal that kills', () => {
    const { out, status } = debug(['--batch', '-ex', 'handle all nostop', '-ex', 'run', '/bin/sh', '-c', 'kill -SEGV $$'])
    expect(out.split('\n').slice(-4)).toEqual([
      '',
      'Program terminated with signal SIGSEGV, Segmentation fault.',
      'The program no longer exists.',
      '',
    ])
    expect(status).toBe(139)
  })
  test('quit has a status; none is 0', () => {
    expect(debug(['--plain', lab('cow')], 'quit 3\necho never\n')).toEqual({ out: '', err: '', status: 3 })
    expect(debug(['--plain', lab('cow')], '')).toEqual({ out: '', err: '', status: 0 })
  })
  test('no such program', () => {
    expect(debug(['--batch', './nothing'])).toEqual({ out: '', err: 'hartbeat: ./nothing: No such file or directory\n', status: 127 })
  })
  test('a recording is debugged as it ran', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'debug-')), 'recording')
    spawnSync(process.execPath, ['dist/hartbeat.js', 'run', '--record', path, '/bin/cat'], { cwd: ROOT, input: 'what came in\n' })
    const { out, status } = debug(['--batch', '-ex', 'catch syscall write', '-ex', 'run', '-ex', 'x/s $a1', '-ex', 'continue', path])
    expect(out).toContain('"what came in\\n"')
    expect(out).toContain('exited normally')
    expect(status).toBe(0)
  })
})

/** A program in a file of its own. */
function written(source: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hartbeat-plain-')), 'p.s')
  writeFileSync(path, source)
  return path
}

test('a child of vfork crashes: steps back from there end where it was made', () => {
  const path = written(`	.globl main
main:	li a0, 0x4111
	li a1, 0
	li a7, 220
	ecall
	bnez a0, parent
	li t0, 4
	lw t1, 0(t0)
parent:	li a0, 0
	ret
`)
  const out = script(path, 'run', 'print $pid', 'reverse-stepi', 'x/i $pc', 'reverse-stepi 2', 'reverse-stepi', 'print $pid', 'continue')
  expect(out).toMatchInlineSnapshot(`
    "
    Thread 3.3 "p" received signal SIGSEGV, Segmentation fault.
    main () at p.s:8
    8		lw t1, 0(t0)
    read of 0x4: no region there.
    $1 = 3
    7		li t0, 4
    => 0x10132 <main+18>:	li	t0,4

    No more reverse-execution history.
    main () at p.s:6
    6		bnez a0, parent

    No more reverse-execution history.
    main () at p.s:6
    6		bnez a0, parent
    $2 = 3

    Thread 3.3 "p" received signal SIGSEGV, Segmentation fault.
    main () at p.s:8
    8		lw t1, 0(t0)
    read of 0x4: no region there.
    "
  `)
})

test('a jump to nowhere, and to data, has the call as its caller', () => {
  const path = written(`	.globl main
	.type main, @function
	.type call, @function
call:	addi sp, sp, -16
	sd ra, 8(sp)
	jalr a0
	ld ra, 8(sp)
	addi sp, sp, 16
	ret
main:	addi sp, sp, -16
	sd ra, 8(sp)
	addi a0, a0, -1
	beqz a0, 1f
	la a0, data
1:	call call
	ret
	.data
data:	.word 0x13
`)
  expect(script(path, 'run', 'backtrace')).toMatchInlineSnapshot(`
    "
    Program received signal SIGSEGV, Segmentation fault.
    0x0 in ?? ()
    jump to 0x0: no region there.
    #0  0x0 in ?? ()
    #1  0x10126 in call () at p.s:6
    #2  0x10140 in main () at p.s:15
    "
  `)
  expect(script(`${path} x`, 'run', 'backtrace').replace(/of .*\/p/, 'of p')).toMatchInlineSnapshot(`
    "
    Program received signal SIGSEGV, Segmentation fault.
    0x13358 in __DATA_BEGIN__ ()
    jump to 0x13358: not executable: rw-p of p.
    #0  0x13358 in __DATA_BEGIN__ ()
    #1  0x10126 in call () at p.s:6
    #2  0x10140 in main () at p.s:15
    "
  `)
})
