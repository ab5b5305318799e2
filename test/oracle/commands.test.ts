// What the flow tests expect of our programs is what dash and GNU coreutils print; and our assembler's programs run under QEMU too.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../flows/commands.ts'
import { BUILT_ROOT, run } from '../machine.ts'
import { execute, have, QEMU, workDirectory } from './tools.ts'

const directory = workDirectory()
const DASH = '/bin/dash'

describe.skipIf(!have(DASH))('dash and coreutils', () => {
  test.each(COMMANDS)('$name', ({ script, stdout, status }) => {
    const empty = mkdtempSync(join(directory, 'case-'))
    const ran = execute('env', ['-i', 'PATH=/usr/bin:/bin', 'LC_ALL=C', 'TZ=UTC', 'HOME=/', DASH, '-c', script], '', empty)
    expect(ran.stdout).toBe(stdout)
    expect(ran.status).toBe(status ?? 0)
  })
})

describe.skipIf(!have(QEMU))('our assembler’s programs under QEMU', () => {
  const bin = join(directory, 'bin')
  mkdirSync(bin)
  for (const file of BUILT_ROOT) {
    const [, name] = /^\/?(?:bin|labs)\/(.+)$/.exec(file.path) ?? []
    if (name !== undefined && file.data !== undefined) writeFileSync(join(bin, name), file.data, { mode: 0o755 })
  }
  const CASES: readonly (readonly [args: readonly string[], input: string])[] = [
    [['echo', 'a', 'b'], ''],
    [['cat', '-n'], 'one\ntwo\n'],
    [['seq', '-w', '8', '3', '20'], ''],
    [['sort', '-rn'], '3\n10\n2\n'],
    [['wc'], 'one two\nthree\n'],
    [['head', '-n', '1'], 'x\ny\n'],
    [['tail', '-n', '1'], 'x\ny\n'],
    [['grep', '-c', 'a*b'], 'aab\nc\nb\n'],
    [['tr', 'a-z', 'A-Z'], 'shout\n'],
    [['cut', '-d', ' ', '-f', '2'], 'a b c\n'],
    [['uniq', '-c'], 'a\na\nb\n'],
    [['basename', '/a/b.c', '.c'], ''],
    [['sh', '-c', 'for i in 1 2 3; do echo $((i * i)); done; exit 5'], ''],
    [['sh'], 'x=abc; echo ${x%c} ${#x}; case $x in a*) echo yes;; esac\n'],
    [['fork-chain', '0'], ''],
  ]
  test.each(CASES)('%s', (args, input) => {
    const theirs = execute(QEMU, [join(bin, args[0]), ...args.slice(1)], input)
    const place = args[0].startsWith('fork') ? '/labs' : '/bin'
    const ours = run([`${place}/${args[0]}`, ...args.slice(1)], { stdin: input })
    // A process's own numbers are the system's.
    const plain = (text: string): string => text.replace(/pid \d+, parent \d+/g, 'pid P, parent Q')
    expect([ours.status, plain(ours.stdout), ours.stderr]).toEqual([theirs.status, plain(theirs.stdout), theirs.stderr])
  })
})
