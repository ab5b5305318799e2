// The command line as people call it: exit statuses, messages, options. It runs what the build made.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { randomNumbers } from '../../vm/index.ts'
import { staticElf } from '../fuzz/elves.ts'
import { mutate } from '../fuzz/mutate.ts'
import { amount } from '../fuzz/size.ts'
import { spawnSync } from '../spawn.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(ROOT, 'dist', 'hartbeat.js')
const directory = mkdtempSync(join(tmpdir(), 'hartbeat-cli-'))
afterAll(() => rmSync(directory, { recursive: true }))

interface Result {
  status: number | null
  stdout: string
  stderr: string
}
function hartbeat(args: readonly string[], input = '', cwd = ROOT): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { input, encoding: 'latin1', cwd })
  return { status, stdout, stderr }
}

const HELLO = `
  .globl main
main:
  la a0, text
  addi sp, sp, -16
  sd ra, 0(sp)
  call puts
  ld ra, 0(sp)
  addi sp, sp, 16
  li a0, 5
  ret
  .section .rodata
text: .asciz "hello"
`
const EXITS_5 = '  .globl _start\n_start:\n  li a0, 5\n  li a7, 93\n  ecall\n'
function file(name: string, content: string | Uint8Array, mode = 0o644): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}
const exits5 = file('exits5.s', EXITS_5)

describe('what the host does not give is said in a sentence', () => {
  const CLI = new URL('../../dist/hartbeat.js', import.meta.url).pathname
  test.each<[string, NodeJS.ProcessEnv, readonly string[], RegExp]>([
    ['no WebAssembly', { NODE_OPTIONS: '--jitless' }, ['run', 'true'], /^hartbeat: this Node has no WebAssembly/m],
    ['statistics nowhere', {}, ['run', '--stat-file', '/nonexistent/stat', 'true'], /^hartbeat: ENOENT: .*\/nonexistent\/stat'$/m],
    ['a trace nowhere', {}, ['trace', '-o', '/nonexistent/trace', 'true'], /^hartbeat: ENOENT: .*\/nonexistent\/trace'$/m],
  ])('%s', (_name, env, args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' })
    expect([status, stderr.includes('    at ')], stderr).toEqual([125, false])
    expect(stderr).toMatch(message)
  })
})

describe('exit statuses', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['no command', [], 2, /Usage: hartbeat/],
    ['an unknown command', ['frobnicate'], 2, /unknown command 'frobnicate'/],
    ['an unknown option', ['run', '--frobnicate', 'true'], 2, /unknown option '--frobnicate'/],
    ['no program', ['run'], 2, /missing required argument 'program'/],
    ['bad memory', ['run', '-m', 'lots', 'true'], 2, /lots/],
    ['too many harts', ['run', '--smp', '99', 'true'], 2, /--smp/],
    ['a bad clock', ['run', '--clock', 'lunar', 'true'], 2, /lunar/],
    ['a bad limit', ['run', '--limit', 'soon', 'true'], 2, /soon/],
    ['a bad environment', ['run', '--env', 'novalue', 'true'], 2, /NAME=value/],
    ['a bad share', ['run', '--share', 'nothing', 'true'], 2, /HOST:GUEST/],
    ['a share of no directory', ['run', '--share', '/nonexistent:/s', 'true'], 2, /no directory/],
    ['a missing root', ['run', '--root', '/nonexistent', 'true'], 2, /No such file or directory/],
    ['a missing program', ['run', './nonexistent'], 127, /nonexistent: No such file or directory/],
    ['a missing name', ['run', 'nonexistent'], 127, /nonexistent: No such file or directory/],
    ['a directory', ['run', './programs'], 126, /Is a directory/],
    ['text that is no program', ['run', file('text', 'not a program\n', 0o755)], 126, /[Ee]xec format error/],
    ['half a program', ['run', file('half', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1), 0o755)], 126, /[Ee]xec format error/],
    ['an empty file', ['run', file('empty', '', 0o755)], 126, /[Ee]xec format error/],
    ['a script without interpreter', ['run', file('lost', '#!/no/such/shell\n', 0o755)], 127, /No such file or directory/],
    ['a program for another machine', ['run', process.execPath], 126, /[Ee]xec format error/],
    ['a damaged image', ['run', '--root', file('bad.tgz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0)), 'true'], 126, /--root .*bad\.tgz/],
    ['a log that is not there', ['compat', 'nowhere.log'], 2, /nowhere.log: No such file or directory/],
    ['a log without calls', ['compat', CLI], 2, /there is no system call in it/],
    ['an unknown topic', ['doc', 'nothing'], 2, /nothing/],
    ['an unknown preset', ['doc', 'timing', 'nothing'], 2, /there is no preset 'nothing'; there are u74, /],
    ['a preset where there is none', ['doc', 'isa', 'u74'], 2, /doc isa takes no argument 'u74'/],
  ])('%s', (_name, args, status, message) => {
    const ran = hartbeat(args)
    expect(ran.stderr).toMatch(message)
    expect(ran.status).toBe(status)
    expect(ran.stderr).not.toMatch(/defect of ours|\n {4}at /)
  })

  test('a damaged program is refused in words, or ends by itself', () => {
    const random = randomNumbers(3)
    let refused = 0
    for (let n = 0; n < amount(8, 80); n++) {
      const { bytes, how } = mutate(staticElf, random)
      const { status, stderr } = hartbeat(['run', '--limit', '100k', file('damaged', bytes, 0o755)])
      expect(stderr, how).not.toMatch(/defect of ours|\n {4}at /)
      if (status === 126) refused++
      if (status === 126) expect(stderr).toMatch(/^hartbeat: .*damaged: [A-Z].+\n$/)
      else expect(status === 7 || status === 124 || (status !== null && status > 128), `${how}: ${status}`).toBe(true)
    }
    expect(refused).toBeGreaterThan(0)
  })

  test('the guest’s own', () => expect(hartbeat(['run', exits5])).toEqual({ status: 5, stdout: '', stderr: '' }))
  test('141 when whoever reads has gone, as of a program that SIGPIPE kills', () => {
    const piped = (command: string): unknown => {
      const script = `{ ${process.execPath} ${CLI} ${command}; echo "status $?" >&2; } | head -c 1`
      return spawnSync('sh', ['-c', script], { encoding: 'latin1', cwd: ROOT }).stderr
    }
    const large = file('large.s', '.globl _start\n_start:\n.rept 30000\n nop\n.endr\n')
    expect(hartbeat(['as', '-o', join(directory, 'large.o'), large]).status).toBe(0)
    expect(piped(`objdump -d ${join(directory, 'large.o')}`)).toBe('status 141\n')
    expect(piped('run seq 100000')).toBe('status 141\n')
  })

  test('128 + signal', () => {
    expect(hartbeat(['run', 'sh', '-c', 'kill -TERM $$']).status).toBe(143)
    expect(hartbeat(['run', 'sh', '-c', 'kill -KILL $$']).status).toBe(137)
    expect(hartbeat(['run', file('segv.s', '  .globl _start\n_start:\n  ld a0, 0(zero)\n')]).status).toBe(139)
    expect(hartbeat(['run', file('ill.s', '  .globl _start\n_start:\n  unimp\n')]).status).toBe(132)
  })
  test('124 when the limit is reached', () => {
    const spin = file('spin.s', '  .globl _start\n_start:\n  j _start\n')
    for (const limit of ['100000', '100k', '1ms']) {
      const { status, stderr } = hartbeat(['run', '--limit', limit, spin])
      expect([status, stderr]).toEqual([124, 'hartbeat: the limit was reached\n'])
    }
  })
  test('a limit of guest time counts sleep too', () => {
    expect(hartbeat(['run', '--limit', '10ms', 'sleep', '5']).status).toBe(124)
    expect(hartbeat(['run', '--limit', '1000000', 'sleep', '5']).status).toBe(0)
    expect(hartbeat(['run', '--clock', 'real', '--limit', '10ms', 'sleep', '5']).status).toBe(124)
  })
  test('a machine that sleeps for ever is told, not waited for', () => {
    const { status, stderr } = hartbeat([
      'run',
      file('pause.s', '  .globl _start\n_start:\n  li a0, 0\n  li a1, 0\n  li a2, 0\n  li a3, 0\n  li a7, 73\n  ecall\n'),
    ])
    expect([status, stderr]).toEqual([125, 'hartbeat: every task sleeps and nothing can wake one\n'])
  })
  test('help and version succeed', () => {
    expect(hartbeat(['--version'])).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
    expect(hartbeat(['run', '--help']).stdout).toMatch(/Usage: hartbeat run \[options\] <program> \[args...\]/)
  })
})

describe('run', () => {
  test('a source file is assembled with the library', () => {
    expect(hartbeat(['run', file('hello.s', HELLO)])).toEqual({ status: 5, stdout: 'hello\n', stderr: '' })
  })
  test('arguments after the program are its own', () => {
    expect(hartbeat(['run', 'echo', '-n', '--stat', '-m', 'x']).stdout).toBe('--stat -m x')
  })
  test('standard streams of the host are the guest’s', () => {
    expect(hartbeat(['run', 'cat'], 'in\n').stdout).toBe('in\n')
    expect(hartbeat(['run', 'sh', '-c', 'echo err >&2; echo out'])).toEqual({ status: 0, stdout: 'out\n', stderr: 'err\n' })
  })
  test('a host script with #! runs', () => {
    expect(hartbeat(['run', file('script', '#!/bin/sh\necho $1 $#\nexit 9\n', 0o755), 'arg']).status).toBe(9)
  })
  test('a name that is a program of another machine on the host is the guest’s', () => {
    expect(hartbeat(['run', '/bin/sh', '-c', 'exit 6']).status).toBe(6)
  })
  test('devices of the host are read and written; what they refuse the guest is told', () => {
    const through = (redirect: string, ...args: string[]): Result => {
      const command = `"$0" "$@" ${redirect}`
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command, process.execPath, CLI, ...args], { encoding: 'latin1' })
      return { status, stdout, stderr }
    }
    expect(through('</dev/zero', 'run', 'head', '-c', '3')).toEqual({ status: 0, stdout: '\0\0\0', stderr: '' })
    expect(through('</dev/null', 'run', 'cat')).toEqual({ status: 0, stdout: '', stderr: '' })
    const full = through('>/dev/full', 'run', 'echo', 'hi')
    expect([full.status, full.stderr]).toEqual([1, expect.stringMatching(/No space left on device/)])
  })
  test('files that fill the memory are told ENOSPC; programs live on', () => {
    const { status, stdout, stderr } = hartbeat([
      'run',
      '-m',
      '4',
      'sh',
      '-c',
      'yes >/tmp/x; echo $?; rm /tmp/x; echo ok >/tmp/y && cat /tmp/y',
    ])
    expect([status, stdout]).toEqual([0, '1\nok\n'])
    expect(stderr).toMatch(/No space left on device/)
  })
  test('any byte goes through', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, n) => n))
    expect(hartbeat(['run', 'cat'], '').stdout).toBe('')
    const { stdout } = spawnSync(process.execPath, [CLI, 'run', 'cat'], { input: Buffer.from(bytes, 'latin1'), encoding: 'latin1' })
    expect(stdout).toBe(bytes)
  })
  test('--env adds to the environment and replaces', () => {
    expect(
      hartbeat(['run', '--env', 'A=1', '--env', 'B=x=y', '--env', 'USER=me', 'env'])
        .stdout.split('\n')
        .filter(l => /^(A|B|USER)=/.test(l)),
    ).toEqual(['USER=me', 'A=1', 'B=x=y'])
  })
  test('-m is the machine’s memory', () => {
    const total = (m: string): number => Number(/MemTotal: +(\d+) kB/.exec(hartbeat(['run', '-m', m, 'cat', '/proc/meminfo']).stdout)?.[1])
    expect([total('64') > 50_000 && total('64') <= 65_536, total('1G') > 1_000_000]).toEqual([true, true])
  })
  test('--smp is the number of harts', () => {
    expect(hartbeat(['run', '--smp', '3', 'grep', '-c', '^processor', '/proc/cpuinfo']).stdout).toBe('3\n')
  })
  test('--isa is the instruction set, which programs are told', () => {
    const isa = (...flags: string[]): string => hartbeat(['run', ...flags, 'grep', '^isa', '/proc/cpuinfo']).stdout
    expect(isa()).toBe('isa\t\t: rv64imafdc_zicntr_zicsr_zifencei\n')
    expect(isa('--isa', 'rv64gc')).toBe(isa())
    expect(isa('--isa=rv64gc_zicond')).toBe('isa\t\t: rv64imafdc_zicntr_zicond_zicsr_zifencei\n')
    const choose = file('choose.s', '  .globl _start\n_start:\n  li a0, 42\n  li a7, 93\n  czero.eqz a0, a0, a7\n  ecall\n')
    expect(hartbeat(['run', '--isa', 'rv64gc_zicond', choose])).toEqual({ status: 42, stdout: '', stderr: '' })
    expect(hartbeat(['run', choose])).toMatchObject({ status: 126, stderr: expect.stringContaining("extension `zicond' required") })
    expect(hartbeat(['run', '--isa', 'rv64gc_zwhat', 'true'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^hartbeat: --isa rv64gc_zwhat: there is no extension zwhat here; there are: i m a f d c /),
    })
  })
  test('--thp and --frames choose how memory is given, which a program does not see', () => {
    const huge = file(
      'huge.s',
      '  .globl _start\n_start:\n  la s1, memory\n  sd s1, 0(s1)\n  li a0, 0\n  li a7, 93\n  ecall\n  .bss\nmemory: .space 0x600000\n',
    )
    const instructions = (...flags: string[]): string | undefined => {
      const { status, stderr } = hartbeat(['run', '--stat', '--check', ...flags, huge])
      expect(status).toBe(0)
      return /^ +(\d+) {6}instructions/m.exec(stderr)?.[1]
    }
    const plain = instructions()
    expect(plain).toBeDefined()
    expect(instructions('--thp', 'always', '--frames', 'coloured')).toBe(plain)
    expect(instructions('--thp=madvise', '--frames=random', '--seed', '0')).toBe(plain)
    expect(hartbeat(['run', '--thp', 'always', 'grep', 'AnonHugePages', '/proc/meminfo']).stdout).toMatch(/^AnonHugePages: +\d+ kB\n$/)
    expect(hartbeat(['run', '--frames', 'best', 'true']).status).toBe(2)
    expect(hartbeat(['run', '--thp', 'sometimes', 'true']).status).toBe(2)
  })
  test('--policy takes a name of those there are', () => {
    expect(hartbeat(['run', '--policy', 'round-robin', 'echo', 'hi']).stdout).toBe('hi\n')
    const { status, stderr } = hartbeat(['run', '--policy', 'luck', 'true'])
    expect([status, stderr]).toEqual([2, expect.stringMatching(/luck.*fair, round-robin, stride, mlfq/)])
  })
  test('--check says that all is well, or what is not', () => {
    expect(hartbeat(['run', '--check', 'sh', '-c', 'true | true']).stderr).toBe('hartbeat: check: invariants hold, no zombie is left\n')
    // A program that does not wait.
    const { status, stderr } = hartbeat([
      'run',
      '--check',
      file(
        'zombie.s',
        '  .globl _start\n_start:\n  li a0, 17\n  li a1, 0\n  li a2, 0\n  li a3, 0\n  li a4, 0\n  li a7, 220\n  ecall\n  mv s0, a0\n  beqz s0, 1f\n  la a0, t\n  li a1, 0\n  li a7, 101\n  ecall\n1: li a0, 0\n  li a7, 93\n  ecall\n  .data\n  .balign 8\nt: .dword 1, 0\n',
      ),
    ])
    expect([status, stderr]).toEqual([125, 'hartbeat: check: process 3 (zombie) is still a zombie\nhartbeat: 1 check failed\n'])
  })
})

test('where on the host one works is not seen by the guest', () => {
  const script = '#!/bin/sh\necho $0; tr "\\0" "\\n" < /proc/self/cmdline | head -2; ls -i $0\n'
  const run = (place: string, name: string): string => {
    mkdirSync(join(directory, place, name, '..'), { recursive: true })
    file(join(place, name), script, 0o755)
    return hartbeat(['run', name], '', join(directory, place)).stdout
  }
  const here = run('a', 'b/place.sh')
  expect(here).toMatch(/^\/b\/place\.sh\n/)
  expect(run('a/much/longer/way/to/it', 'b/place.sh')).toBe(here)
  // A directory of the guest's, or below a mount or a file: it would not be found there.
  for (const taken of ['dev/place.sh', 'bin/ls/place.sh']) expect(run('a', taken)).toMatch(/^\/tmp\/place\.sh\n/)
  expect(run('c', 'bin')).toMatch(/^\/tmp\/bin\n/)
  const shared = join(directory, 'shared')
  mkdirSync(shared)
  const inShare = hartbeat(['run', '--share', `${shared}:/b`, 'b/place.sh'], '', join(directory, 'a')).stdout
  expect(inShare).toMatch(/^\/tmp\/place\.sh\n/)
  expect(run('a', '../place.sh')).toMatch(/^\/place\.sh\n/)
})

describe('--stat', () => {
  test('the same run twice is identical to the byte', () => {
    const stat = (...flags: string[]): Result => hartbeat(['run', '--stat', ...flags, 'programs/labs/cow.s'])
    const [first, second] = [stat(), stat()]
    expect(first).toEqual(second)
    expect(first.stderr).toMatch(/^ Performance counter stats for 'programs\/labs\/cow\.s':$/m)
    expect(first.stderr).toMatch(/^ {16}32 {6}cow-copies$|^ +\d+ {6}cow-copies$/m)
    // Nor does it depend on the engine.
    expect(stat('--engine', 'reference')).toEqual(first)
  })
  test('what the engine does not do itself is told by kind', () => {
    const toZero = file('rtz.s', `  .globl _start\n_start:\n  fadd.d fa0, fa1, fa2, rtz\n${EXITS_5.slice(EXITS_5.indexOf('_start:') + 7)}`)
    const { status, stderr } = hartbeat(['run', '--stat', toZero])
    expect([status, /^ Instructions beside the fast code, by kind:\n\n {17}1 {6}fadd\.d\n/m.test(stderr)]).toEqual([5, true])
  })
  test('--stat=FILE and --json', () => {
    const path = join(directory, 'stat.json')
    expect(hartbeat(['run', `--stat=${path}`, exits5]).stderr).toBe('')
    const saved = JSON.parse(readFileSync(path, 'utf8')) as { schema: string; counts: Record<string, number> }
    expect([saved.schema, saved.counts.syscalls, saved.counts.forks]).toEqual(['hartbeat-stat/1', 1, 0])
    expect(JSON.parse(hartbeat(['run', '--stat', '--json', exits5]).stderr)).toEqual(saved)
  })
})

describe('--root and --share', () => {
  const root = join(directory, 'root')
  mkdirSync(join(root, 'sub'), { recursive: true })
  writeFileSync(join(root, 'file'), 'of the host\n')
  symlinkSync('file', join(root, 'link'))

  test('a directory as root is read through; writes stay in memory', () => {
    const { stdout, status } = hartbeat([
      'run',
      '--root',
      root,
      'sh',
      '-c',
      'cat /file /link; echo changed > /file; cat /file; echo new > /sub/new; cat /sub/new; rm /link; ls /sub',
    ])
    expect([status, stdout]).toEqual([0, 'of the host\nof the host\nchanged\nnew\nnew\n'])
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('of the host\n')
    expect([existsSync(join(root, 'sub/new')), existsSync(join(root, 'link'))]).toEqual([false, true])
  })
  test('what is written to a share stays in memory unless it says rw', () => {
    const kept = hartbeat([
      'run',
      '--share',
      `${root}:/mnt`,
      'sh',
      '-c',
      'cat /mnt/file; echo x > /mnt/new; cat /mnt/new; rm /mnt/file; ls /mnt',
    ])
    expect([kept.stdout, kept.stderr, kept.status]).toEqual(['of the host\nx\nlink\nnew\nsub\n', '', 0])
    expect([existsSync(join(root, 'new')), existsSync(join(root, 'file'))]).toEqual([false, true])
    const written = hartbeat([
      'run',
      '--share',
      `${root}:/mnt:rw`,
      'sh',
      '-c',
      'echo x > /mnt/new; mkdir /mnt/d; mv /mnt/new /mnt/d/moved; ls /mnt/d',
    ])
    expect([written.stdout, written.stderr, written.status]).toEqual(['moved\n', '', 0])
    expect(readFileSync(join(root, 'd/moved'), 'utf8')).toBe('x\n')
  })
  test('a share does not lead out of its directory', () => {
    symlinkSync('/etc/passwd', join(root, 'out'))
    const { stdout } = hartbeat(['run', '--share', `${root}:/mnt`, 'sh', '-c', 'cat /mnt/out; cat /mnt/../mnt/file'])
    // The link is the guest's: it leads to the guest's file.
    expect(stdout).toBe('root:x:0:0:root:/root:/bin/sh\nof the host\n')
  })
  test('an archive as root', () => {
    const { status } = spawnSync('tar', ['-C', root, '-cf', join(directory, 'root.tar'), 'file', 'sub'])
    expect(status).toBe(0)
    expect(hartbeat(['run', '--root', join(directory, 'root.tar'), 'cat', '/file']).stdout).toBe('of the host\n')
    expect(hartbeat(['run', '--root', file('bad.tar', 'x'.repeat(2000)), 'true']).status).toBe(126)
  })
})

describe('boot', () => {
  test('commands from standard input, the shell’s exit status', () => {
    const { status, stdout } = hartbeat(['boot'], 'echo hi | cat | wc -c\nsleep 1 &\njobs\nfalse || echo no\nexit 7\n')
    expect([status, stdout]).toEqual([7, '3\n[1]+  Running                 sleep 1 &\nno\n'])
  })
  test('a command instead of the shell', () => expect(hartbeat(['boot', 'echo', 'a', 'b']).stdout).toBe('a b\n'))
  test('an unknown command is 127', () => expect(hartbeat(['boot', 'nonexistent']).status).toBe(127))
})

describe('trace', () => {
  test('strace’s form', () => {
    const { stderr, status } = hartbeat(['trace', 'sh', '-c', 'exit 3'])
    const lines = stderr.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^execve\("\/bin\/sh", \["sh", "-c", "exit 3"\], 0x[0-9a-f]+ \/\* \d+ vars \*\/\) = 0$/)
    expect(lines.at(-1)).toBe('+++ exited with 3 +++')
    expect(status).toBe(3)
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/^[a-z0-9_]+\(.*\) += (-?\d+|0x[0-9a-f]+|\?)|^--- SIG/)
  })
  test('-e chooses calls, -f follows children, -c counts, -o writes to a file', () => {
    expect(hartbeat(['trace', '-e', 'trace=write', 'echo', 'hi']).stderr).toMatch(
      /^write\(1, "hi\\n", 3\) +?= 3\n\+\+\+ exited with 0 \+\+\+\n$/,
    )
    expect(hartbeat(['trace', '-f', 'programs/labs/fork-chain.s', '1']).stderr).toMatch(/^\[pid +2\] /m)
    expect(hartbeat(['trace', '-c', 'echo', 'hi']).stderr).toMatch(/% time +seconds +usecs\/call +calls +errors syscall/)
    const path = join(directory, 'trace.txt')
    expect(hartbeat(['trace', '-o', path, 'echo', 'hi']).stderr).toBe('')
    expect(readFileSync(path, 'latin1')).toMatch(/write\(1, "hi\\n", 3\)/)
  })
  test('-y shows what descriptors are, -T the time', () => {
    expect(hartbeat(['trace', '-y', 'sh', '-c', 'cd /tmp; echo x > f; cat f']).stderr).toMatch(/<\/tmp\/f>/)
    expect(hartbeat(['trace', '-T', 'echo', 'hi']).stderr).toMatch(/ = 3 <\d+\.\d{6}>/)
  })
  test.each(['trace=nosuch', 'signal=nosuch', 'status=nosuch', 'quiet=all'])('a bad expression is a usage error: %s', expression =>
    expect(hartbeat(['trace', '-e', expression, 'true']).status).toBe(2),
  )
})

test('compat: what of a log of strace is not there', () => {
  const lines = [
    'close(3) = 0',
    'kexec_load(0, 0, NULL, 0) = -1 EPERM (Operation not permitted)',
    'fallocate(3, FALLOC_FL_INSERT_RANGE, 0, 4096) = 0',
  ]
  const { status, stdout } = hartbeat(['compat', file('strace.log', lines.join('\n'))])
  expect([status, stdout]).toEqual([
    1,
    [
      ...['Not there (ENOSYS):', '  kexec_load               1 call', ''],
      ...['Flags that are refused:', '  fallocate', '    FALLOC_FL_INSERT_RANGE: EOPNOTSUPP', ''],
      ...['There, with limits:', '  fallocate: Room is not reserved.', ''],
      ...['3 calls of 3 kinds: 2 of them not there in full', ''],
    ].join('\n'),
  ])
})

describe('doc', () => {
  test('syscalls: what is there and what answers ENOSYS', () => {
    const text = hartbeat(['doc', 'syscalls']).stdout
    expect(text).toMatch(/^\| 64 \| `write\(/m)
    expect(text).toMatch(/^## Answered with ENOSYS$/m)
    const json = JSON.parse(hartbeat(['doc', 'syscalls', '--json']).stdout) as {
      implemented: { nr: number; name: string }[]
      enosys: string[]
    }
    expect(json.implemented.length).toBeGreaterThan(150)
    expect(json.implemented.find(c => c.name === 'openat')?.nr).toBe(56)
    expect(json.enosys.filter(name => json.implemented.some(c => c.name === name))).toEqual([])
  })
  test('timing: every constant with its mark in each preset', () => {
    const text = hartbeat(['doc', 'timing']).stdout
    expect(text).toMatch(/^l2\.latency \(cycles\)\n {2}\S.*\n( {4}\w+ +\d+ {2}(sourced|estimated): \S.*\n){6}/m)
    const json = JSON.parse(hartbeat(['doc', 'timing', '--json']).stdout) as Record<string, { constants: Record<string, unknown> }>
    expect(json.u74.constants['dtlb.entries']).toMatchObject({ value: 40 })
  })
  test('timing PRESET: the constants of that one', () => {
    const text = hartbeat(['doc', 'timing', 'server']).stdout
    expect(text).toMatch(/^Presets:\n {2}server +\S.*\n\n/m)
    expect(text).toMatch(/^l2\.latency \(cycles\)\n {2}\S.*\n {4}server +14 {2}(sourced|estimated): \S.*\n\n/m)
    expect(Object.keys(JSON.parse(hartbeat(['doc', 'timing', 'server', '--json']).stdout) as object)).toEqual(['server'])
  })
  test('isa: one line for each instruction', () => expect(hartbeat(['doc', 'isa']).stdout).toMatch(/addi? /))
})

test('a crash is told; its core dump comes out of a run and, the same, out of the recording', () => {
  const source = file('null.s', '  .globl _start\n_start:\n  li a0, 0\n  lw a1, 0(a0)\n')
  const [first, second, recording] = ['core1', 'core2', 'null.rec'].map(name => join(directory, name))
  expect(hartbeat(['run', '--record', recording, '--core', first, source])).toEqual({
    status: 139,
    stdout: '',
    stderr:
      `hartbeat: ${source}: SIGSEGV: read of 0x0 at pc 0x100ea, _start (null.s:4): no region there\n` +
      `hartbeat: core dumped to ${first}\nhartbeat: to look at it there: hartbeat debug ${source}\n`,
  })
  expect(hartbeat(['replay', recording, '--core', second])).toEqual({
    status: 139,
    stdout: '',
    stderr: `hartbeat: core dumped to ${second}\n`,
  })
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true)
})

describe('as and ld', () => {
  test('a program for another machine says which one, by an absolute path too', () => {
    const path = file('foreign', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0\x3e\0${'\0'.repeat(64)}`)
    expect(hartbeat(['run', path])).toEqual({
      status: 126,
      stdout: '',
      stderr: `hartbeat: ${path}: Exec format error (it is for x86-64)\n`,
    })
  })
  test('assemble, link, run', () => {
    const [object, image] = [join(directory, 'hello.o'), join(directory, 'hello')]
    expect(hartbeat(['as', '-march=rv64gc', '-mabi=lp64d', '-o', object, file('hello2.s', HELLO)])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(hartbeat(['ld', '-o', image, '--start-group', object, '-lhartbeat', '--end-group'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(hartbeat(['run', image])).toEqual({ status: 5, stdout: 'hello\n', stderr: '' })
  })
  test('every error is told, with its place and a caret', () => {
    const source = file('bad.s', '  addd a0, a1, a2\n  addi a0, a1, 5000\n  li a7, 93\n  lw a0, 0(q7)\n')
    const { status, stderr } = hartbeat(['as', '-o', join(directory, 'bad.o'), source])
    expect(status).toBe(1)
    expect(stderr.match(/^.*bad\.s:\d+(:\d+)?: Error: /gm)?.length).toBe(3)
    expect(stderr).toMatch(/bad\.s:1(:\d+)?: Error: unrecognized opcode/)
    expect(stderr).toMatch(/^ *(\d+ \| )?\|? *\^/m)
    expect(existsSync(join(directory, 'bad.o'))).toBe(false)
    const ran = hartbeat(['run', source])
    expect([ran.status, /not assembled/.test(ran.stderr)]).toEqual([126, true])
  })
  test('an undefined symbol is a link error', () => {
    const object = join(directory, 'lonely.o')
    hartbeat(['as', '-o', object, file('lonely.s', '  .globl _start\n_start:\n  call nowhere\n')])
    const { status, stderr } = hartbeat(['ld', '-o', join(directory, 'lonely'), object])
    expect([status, /undefined (reference to|symbol).*nowhere/.test(stderr)]).toEqual([1, true])
  })
  test('a missing input', () => expect(hartbeat(['as', '/nonexistent.s']).status).toBe(1))
})
