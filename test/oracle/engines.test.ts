// Debian's programs on every engine, and on the timed machine with guest time by instructions: equal after every piece, in registers, counts,
// what the kernel did, memory and output. A little of each here; more, and from start to end, with HARTBEAT_FUZZ=full.
import { describe, expect, test } from 'vitest'
import { debianRoot } from '../../bench/host/testing.ts'
import { nodeHost } from '../../cli/host.ts'
import { createKernel, newJournal, spawnInit } from '../../kernel/index.ts'
import { resolvePreset } from '../../vm/index.ts'
import { lockstep } from '../lockstep.ts'
import { streams, type TestMachine } from '../machine.ts'
import { FULL, PATIENCE } from '../fuzz/size.ts'

const KINDS = ['reference', 'interpreter', 'compiler', 'timed'] as const
const RAM = 64 * 2 ** 20
const HOT_AFTER = 200
const ENVIRONMENT = ['PATH=/usr/bin:/bin', 'HOME=/tmp', 'LC_ALL=C', 'TZ=UTC', 'PYTHONHASHSEED=0']
const root = debianRoot(FULL ? 'programs' : 'tests')

function machineOf(kind: (typeof KINDS)[number], argv: readonly string[]): TestMachine {
  const host = { ...streams(), files: nodeHost.files }
  const timing = kind === 'timed' ? ({ preset: resolvePreset('u74', ['time=instructions']), start: 'boot' } as const) : undefined
  const kernel = createKernel({
    ...{ ramBytes: RAM, journal: newJournal(), host, root: [], hostRoot: root ?? '', hotAfter: HOT_AFTER, timing },
    engine: kind === 'timed' ? 'interpreter' : kind,
  })
  spawnInit(kernel, { path: argv[0], argv, env: ENVIRONMENT, cwd: '/tmp', stdio: ['pipe', 'pipe', 'pipe'], underInit: true })
  return { kernel, host }
}

const SHORT: readonly (readonly string[])[] = [
  ['/usr/bin/bash', '-c', 'for i in 1 2 3; do echo $((i ** 2)) | cat; done'],
  ['/usr/bin/python3.13', '-S', '-c', 'print(sum(1 / i for i in range(1, 1000)))'],
  ['/usr/bin/lua5.4', '-e', 'local t = {} for i = 1, 1000 do t[i] = i ^ 0.5 end print(#t)'],
]
const WHOLE: readonly (readonly string[])[] = [
  ['/usr/bin/python3.13', '-c', 'import json, re; print(json.dumps([1.5, {"a": re.sub("b", "c", "abc")}]))'],
  ['/usr/bin/perl', '-e', 'my %h; $h{$_ % 100} .= chr(65 + $_ % 26) for 1 .. 5000; print join(",", map { length } values %h), "\\n"'],
  ['/usr/bin/sqlite3', ':memory:', 'create table t(a, b); insert into t values (1, 2.5), (2, 3.5); select sum(a * b) from t;'],
  ['/usr/bin/bash', '-c', 'seq 2000 | gzip -9 | gzip -d | sort -R --random-source=/bin/ls | md5sum; ls -R /usr/include/linux | grep -c h'],
  ['/usr/bin/gcc', '-v', '-O2', '-S', '-x', 'c', '-o', '-', '/usr/include/stdio.h'],
]
const LONGEST = FULL ? 400_000_000 : 700_000

describe.skipIf(root === null)('Debian, in lockstep', () => {
  test.each([...SHORT, ...(FULL ? WHOLE : [])].map(argv => ({ argv, title: argv.slice(0, 3).join(' ') })))(
    '$title',
    { timeout: PATIENCE },
    ({ argv }) => {
      const executed = lockstep(KINDS, kind => machineOf(kind, argv), { piece: 19_997, memoryEvery: FULL ? 200 : 12, longest: LONGEST })
      expect(executed).toBeGreaterThan(500_000)
    },
  )
})
