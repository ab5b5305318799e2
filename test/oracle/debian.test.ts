// Debian's own programs, as its archive has them, on our machine: dash, bash, coreutils, busybox, awk, Lua, Python print what they
// print on Linux.
import { describe, expect, test } from 'vitest'
import { debianRoot } from '../../bench/host/testing.ts'
import { COMMANDS } from '../flows/commands.ts'
import { execute, hartbeat } from './tools.ts'

const root = debianRoot('tests')
const guest = (...args: readonly string[]): ReturnType<typeof hartbeat> =>
  hartbeat(['run', '--check', '--env', 'LC_ALL=C', '--env', 'TZ=UTC', '--root', root ?? '', ...args])

describe.skipIf(root === null)('Debian', () => {
  // One machine for all of them: a machine takes longer to start than a script.
  test('dash and coreutils: the scripts of the flow tests', () => {
    const MARK = '@@@@@@'
    const each = COMMANDS.map((_, n) => `mkdir /tmp/c${n}; cd /tmp/c${n}; dash -c "$C${n}"; echo ${MARK}`).join('\n')
    const scripts = COMMANDS.flatMap(({ script }, n) => ['--env', `C${n}=${script}`])
    const { stdout, status } = hartbeat([
      'run',
      '--check',
      '--root',
      root ?? '',
      '--env',
      'LC_ALL=C',
      '--env',
      'TZ=UTC',
      ...scripts,
      'dash',
      '-c',
      each,
    ])
    const parts = stdout.split(`${MARK}\n`)
    expect(COMMANDS.map(({ name }, n) => [name, parts[n]])).toEqual(COMMANDS.map(c => [c.name, c.stdout]))
    expect(status).toBe(0)
  })

  const SCRIPTS: readonly (readonly [name: string, args: readonly string[], stdout: string])[] = [
    [
      'bash',
      [
        'bash',
        '-c',
        'for i in {1..3}; do echo $((i**2)); done; declare -A m=([a]=1); echo ${m[a]}; [[ abc =~ b(.) ]] && echo ${BASH_REMATCH[1]}; printf "%05.1f\\n" 3.14',
      ],
      '1\n4\n9\n1\nc\n003.1\n',
    ],
    [
      'process substitution',
      ['bash', '-c', 'diff() { cat "$@"; }; diff <(echo a) <(echo b); wait; exec 3<>/tmp/x; echo hi >&3; cat /tmp/x'],
      'a\nb\nhi\n',
    ],
    [
      'bash jobs',
      ['bash', '-c', 'sleep 1 & jobs; wait; echo done; kill -l 15; trap "echo int" INT; kill -INT $$'],
      '[1]+  Running                 sleep 1 &\ndone\nTERM\nint\n',
    ],
    ['sha256sum', ['sh', '-c', 'seq 10000 | sha256sum | cut -c 1-16; seq 10000 | md5sum | cut -c 1-16; seq 100 | cksum'], '\0'],
    ['factor', ['factor', '123456789012345678', '97'], '123456789012345678: 2 3 3 3 21491747 106377431\n97: 97\n'],
    ['sed', ['sh', '-c', 'seq 5 | sed -n "2,4{s/[0-9]/<&>/;p}"'], '<2>\n<3>\n<4>\n'],
    [
      'awk',
      [
        'gawk',
        'BEGIN { for (i = 1; i <= 5; i++) s += sqrt(i); printf "%.10f\\n", s; print substr("hello", 2, 3), toupper("x"), length("abc") }',
      ],
      '8.3823323474\nell X 3\n',
    ],
    [
      'find',
      [
        'sh',
        '-c',
        'mkdir -p /tmp/t/a/b; touch /tmp/t/a/b/c; find /tmp/t | sort; find /tmp/t -type f -exec basename {} ";"; echo a b | xargs -n 1 echo -',
      ],
      '/tmp/t\n/tmp/t/a\n/tmp/t/a/b\n/tmp/t/a/b/c\nc\n- a\n- b\n',
    ],
    [
      'busybox',
      [
        'busybox',
        'sh',
        '-c',
        'busybox seq 3 | busybox tac; busybox expr 6 \\* 7; echo a | busybox md5sum; busybox awk "BEGIN{print 2*10}"',
      ],
      '3\n2\n1\n42\n60b725f10c9c85c70d97880dfe8191b3  -\n20\n',
    ],
    [
      'Lua',
      [
        'lua5.4',
        '-e',
        'local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 10007 end table.sort(t) print(t[1], t[10000], #t) print(string.format("%5.2f|%q", 1/3, "x")) print(pcall(error, "caught"))',
      ],
      '\0',
    ],
    [
      'Python',
      [
        'python3.13',
        '-c',
        'import sys; d = {i: i * i for i in range(1000)}; print(sum(d.values()), 2 ** 100, 0.1 + 0.2, sorted("hello"), sys.byteorder); print(f"{1e100:.3e}", [x for x in map(str, range(3))])',
      ],
      "332833500 1267650600228229401496703205376 0.30000000000000004 ['e', 'h', 'l', 'l', 'o'] little\n1.000e+100 ['0', '1', '2']\n",
    ],
    [
      'Python forks',
      [
        'python3.13',
        '-c',
        'import os\nr, w = os.pipe()\npid = os.fork()\nif pid == 0:\n    os.write(w, b"child"); os._exit(3)\nprint(os.waitpid(pid, 0)[1] >> 8, os.read(r, 10))\ntry:\n    open("/nonexistent")\nexcept OSError as e:\n    print(e)',
      ],
      "3 b'child'\n[Errno 2] No such file or directory: '/nonexistent'\n",
    ],
  ]
  test.each(SCRIPTS)('%s', (_name, args, stdout) => {
    const ran = guest(...args)
    // Where the text is long or not known by heart, the host's own program says it.
    const expected =
      stdout === '\0'
        ? args[0] === 'lua5.4'
          ? '0\t5003\t20000\n 0.33|"x"\nfalse\tcaught\n'
          : execute(args[0], args.slice(1)).stdout
        : stdout
    expect([ran.stdout, ran.status]).toEqual([expected, 0])
    expect(ran.stderr).toBe('hartbeat: check: invariants hold, no zombie is left\n')
  })
})
