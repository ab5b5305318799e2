// Arguments by name, as strace 6.1 prints them (each line was compared with it), and what -e takes.
import { describe, expect, it } from 'vitest'
import { callClasses, SYSCALL_NAMES } from '../abi/index.ts'
import { copyOut } from '../mm/index.ts'
import { start } from '../testing.ts'
import { CALL_CLASSES, callsInClass } from './call-classes.ts'
import { SYSCALLS } from './table.ts'
import { traceFilter } from './trace-filter.ts'

const { k } = start('  ebreak')
const [task] = [...k.state.tasks.values()]
const NUMBERS = new Map(Object.entries(SYSCALL_NAMES).map(([nr, name]) => [name, Number(nr)]))

/** The arguments of a call as they are shown on entry. */
function shown(name: string, ...raw: number[]): string {
  const row = SYSCALLS[NUMBERS.get(name) as number]
  if (row === undefined) return 'no such call'
  const all = [...raw, 0, 0, 0, 0, 0, 0].slice(0, 6)
  return row.text?.(k, task, all) ?? row.args.map(([, arg], i) => arg.show(arg.word ? all[i] | 0 : all[i], k, task, all)).join(', ')
}
const answered = (name: string, result: number, ...raw: number[]): string =>
  SYSCALLS[NUMBERS.get(name) as number]?.answer?.(k, task, [...raw, 0, 0, 0, 0, 0, 0], result) ?? ''

const ADD_EQ = (1 << 28) | (5 << 12) | 10
const WILD_OP = 0xdfff_ffff | 0

describe('arguments', () => {
  it.each([
    ['prctl', [1, 9, 7, 8, 9], 'PR_SET_PDEATHSIG, SIGKILL'],
    ['prctl', [1, -1], 'PR_SET_PDEATHSIG, 18446744073709551615'],
    ['prctl', [3, 6, 7, 8, 9], 'PR_GET_DUMPABLE'],
    ['prctl', [4, 9], 'PR_SET_DUMPABLE, 0x9 /* SUID_DUMP_??? */'],
    ['prctl', [22, 1], 'PR_SET_SECCOMP, SECCOMP_MODE_STRICT'],
    ['prctl', [22, 9, 7, 8, 9], 'PR_SET_SECCOMP, 0x9 /* SECCOMP_MODE_??? */, 0x7, 0x8, 0x9'],
    ['prctl', [23, 45], 'PR_CAPBSET_READ, 0x2d /* CAP_??? */'],
    ['prctl', [24, 1], 'PR_CAPBSET_DROP, CAP_DAC_OVERRIDE'],
    ['prctl', [28, 9], 'PR_SET_SECUREBITS, SECBIT_NOROOT|SECBIT_NO_SETUID_FIXUP_LOCKED'],
    ['prctl', [29, -1], 'PR_SET_TIMERSLACK, -1'],
    ['prctl', [33, 1, 2, 3, 4], 'PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_DEFAULT, 0x3, 0x4'],
    ['prctl', [35, 9, 7, 8, 9], 'PR_SET_MM, PR_SET_MM_ARG_END, 0x7, 0x8, 0x9'],
    ['prctl', [38, 1], 'PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0'],
    ['prctl', [47, 2, 2, 3, 4], 'PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0x3, 0x4'],
    ['prctl', [47, 4, 2], 'PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0x2, 0, 0'],
    ['prctl', [53, 1, 2], 'PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_ENABLE'],
    ['prctl', [62, 1, 2, 3, 4], 'PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 2, 0x3 /* PIDTYPE_SID */, 0x4'],
    ['prctl', [0x59616d61, -1], 'PR_SET_PTRACER, PR_SET_PTRACER_ANY'],
    ['prctl', [0x53564d41, 0, 0, 4096, 0], 'PR_SET_VMA, PR_SET_VMA_ANON_NAME, NULL, 4096, NULL'],
    ['prctl', [0, 1, 2, 3, 4], '0 /* PR_??? */, 0x1, 0x2, 0x3, 0x4'],
    ['futex', [0, 5, 1, 2, 0, ADD_EQ], 'NULL, FUTEX_WAKE_OP, 1, 2, NULL, FUTEX_OP_ADD<<28|0x5<<12|FUTEX_OP_CMP_EQ<<24|0xa'],
    [
      'futex',
      [0, 133, 1, 2, 0, WILD_OP],
      'NULL, FUTEX_WAKE_OP_PRIVATE, 1, 2, NULL, FUTEX_OP_OPARG_SHIFT<<28|0x5<<28 /* FUTEX_OP_??? */|0xfff<<12|0xf<<24 /* FUTEX_OP_CMP_??? */|0xfff',
    ],
    ['futex', [0, 1, -1], 'NULL, FUTEX_WAKE, 4294967295'],
    ['futex', [0, 7, 1, 2], 'NULL, FUTEX_UNLOCK_PI'],
    ['futex', [0, 0x185, 1, 2, 0, ADD_EQ], 'NULL, 0x185 /* FUTEX_??? */, 1, 2, NULL, FUTEX_OP_ADD<<28|0x5<<12|FUTEX_OP_CMP_EQ<<24|0xa'],
    ['futex', [0, 14, 1, 2, 0, 3], 'NULL, 0xe /* FUTEX_??? */, 1, 0x2, NULL, 0x3'],
    ['wait4', [-1, 0, 11, 0], '-1, NULL, WNOHANG|WSTOPPED|WCONTINUED, NULL'],
    ['wait4', [-1, 0, -1, 0], '-1, NULL, WNOHANG|WEXITED|WSTOPPED|WCONTINUED|WNOWAIT|__WCLONE|__WALL|__WNOTHREAD|0x1efffff0, NULL'],
    ['wait4', [-1, 0, 16, 0], '-1, NULL, 0x10 /* W??? */, NULL'],
    ['waitid', [9, 1, 0, 0, 0], '0x9 /* P_??? */, 1, NULL, 0, NULL'],
    ['openat', [-100, 0, 0o10200000], 'AT_FDCWD, NULL, O_RDONLY|O_PATH|O_DIRECTORY'],
    [
      'openat',
      [-100, 0, -1, 0o777],
      'AT_FDCWD, NULL, O_ACCMODE|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|O_NONBLOCK|O_SYNC|O_DIRECT|O_LARGEFILE|O_NOFOLLOW|O_NOATIME|O_CLOEXEC|O_PATH|O_TMPFILE|FASYNC|0xff80003c, 0777',
    ],
    ['openat', [-100, 0, 0o4000000], 'AT_FDCWD, NULL, O_RDONLY|__O_SYNC'],
    ['dup3', [1, 2, 2], '1, 2, 0x2 /* O_??? */'],
    ['ioctl', [88, 0x12345678, 5], '88, _IOC(_IOC_NONE, 0x56, 0x78, 0x1234), 0x5'],
    ['ioctl', [88, -1, 5], '88, _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff), 0x5'],
    ['ioctl', [88, 0, 5], '88, _IOC(_IOC_NONE, 0, 0, 0), 0x5'],
  ])('%s %j', (name, raw, text) => expect(shown(name, ...raw)).toBe(text))

  it('and results that have names', () => {
    expect([0, 1, 2].map(n => answered('prctl', n, 3))).toEqual(['0 (SUID_DUMP_DISABLE)', '1 (SUID_DUMP_USER)', '2 (SUID_DUMP_ROOT)'])
    expect([0, 5].map(n => answered('prctl', n, 27))).toEqual(['0', '0x5 (SECBIT_NOROOT|SECBIT_NO_SETUID_FIXUP)'])
  })
})

describe('-e', () => {
  const of = (expression: string): unknown => {
    const filter = traceFilter(expression)
    if ('error' in filter) return filter.error
    return [...(filter.calls ?? filter.signals ?? filter.statuses ?? ['everything'])].join(' ')
  }
  it.each([
    ['trace=read,write', 'read write'],
    ['read', 'read'],
    ['t=63', 'read'],
    ['trace=%stat', ''],
    ['trace=%clock', 'adjtimex clock_adjtime clock_getres clock_gettime clock_settime gettimeofday settimeofday'],
    ['trace=/^pread', 'pread64 preadv preadv2'],
    ['trace=?nosuch,?read', 'read'],
    ['trace=all', 'everything'],
    ['trace=!all', ''],
    ['signal=!SIGCHLD', Array.from({ length: 64 }, (_, i) => i + 1).filter(n => n !== 17).join(' ')], // prettier-ignore
    ['signal=chld,INT,9', '17 2 9'],
    ['signal=none', ''],
    ['status=failed,unfinished', 'failed unfinished'],
    ['trace=foo', "invalid system call 'foo'"],
    ['foo', "invalid system call 'foo'"],
    ['bogus=3', "invalid system call 'bogus=3'"],
    ['trace=%foo', "invalid system call '%foo'"],
    ['trace=read,none', "invalid system call 'none'"],
    ['trace=', "invalid system call ''"],
    ['trace=READ', "invalid system call 'READ'"],
    ['trace=999', "invalid system call '999'"],
    ['signal=foo', "invalid signal 'foo'"],
    ['status=foo', "invalid status 'foo'"],
    ['quiet=all', '-e quiet= is not supported: an expression is trace=, signal= or status=, as in -e trace=%file,read'],
  ])('%s', (expression, expected) => expect(of(expression)).toBe(expected))

  it('has rows of calls whose classes are known, and a class for every word', () => {
    const words = new Set(Object.values(CALL_CLASSES).flat())
    const unknown = [...NUMBERS].flatMap(([name, nr]) =>
      callClasses(nr)
        .filter(word => !words.has(word))
        .map(word => `${name}: ${word}`),
    )
    expect(unknown, 'a class is a row in call-classes.ts').toEqual([])
    const empty = Object.keys(CALL_CLASSES).filter(name => callsInClass(name)?.length === 0)
    expect(empty, 'classes that no call of riscv64 is in').toEqual(['lstat', 'stat'])
  })
})

describe('structures', () => {
  const AT = 0x7fff_ffff_e000
  const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer)
  const put = (bytes: Uint8Array, at = AT): number => (copyOut(k, task, at, bytes), at)
  /** All arguments, once the call has returned. */
  function whole(name: string, result: number, ...raw: number[]): string {
    const row = SYSCALLS[NUMBERS.get(name) as number]!
    const all = [...raw, 0, 0, 0, 0, 0, 0].slice(0, 6)
    if (row.text) return row.text(k, task, all) + row.text(k, task, all, result)
    return row.args.map(([, arg], i) => arg.show(arg.word ? all[i] | 0 : all[i], k, task, all, result)).join(', ')
  }

  it('capabilities, in as many words as the version has', () => {
    const header = put(words(0x20080522, 0))
    const data = put(words(2 ** 21 + 1, 0, 3, 2 ** 8 + 2 ** 9, 0, 0), AT + 64)
    const shownSets =
      'effective=1<<CAP_CHOWN|1<<CAP_SYS_ADMIN|1<<CAP_CHECKPOINT_RESTORE|0x200, permitted=0, inheritable=1<<CAP_CHOWN|1<<CAP_DAC_OVERRIDE'
    expect(whole('capset', -1, header, data)).toBe(`{version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {${shownSets}}`)
    expect(whole('capget', -22, header, data)).toBe(`{version=_LINUX_CAPABILITY_VERSION_3, pid=0}, 0x${data.toString(16)}`)
    put(words(0x19980330, 7))
    expect(whole('capget', 0, header, data)).toBe(
      '{version=_LINUX_CAPABILITY_VERSION_1, pid=7}, {effective=1<<CAP_CHOWN|1<<CAP_SYS_ADMIN, permitted=0, inheritable=1<<CAP_CHOWN|1<<CAP_DAC_OVERRIDE}',
    )
    put(words(1, 0))
    expect(whole('capset', -22, header, data)).toBe(`{version=0x1 /* _LINUX_CAPABILITY_VERSION_??? */, pid=0}, 0x${data.toString(16)}`)
    expect(whole('capget', -14, 0, 0)).toBe('NULL, NULL')
  })

  it('scheduling attributes, by size and flags', () => {
    const attr = (size: number, policy: number, flags: number) => put(words(size, policy, flags, 0, 5, 0, 7, 0, 0, 1, 0, 0, 1, 100))
    const rest = 'sched_nice=5, sched_priority=0, sched_runtime=7, sched_deadline=4294967296, sched_period=0'
    expect(whole('sched_setattr', 0, 0, attr(48, 6, 0), 0)).toBe(`0, {size=48, sched_policy=SCHED_DEADLINE, sched_flags=0, ${rest}}, 0`)
    expect(whole('sched_setattr', 0, 9, attr(56, 0, 9), 1)).toBe(
      `9, {size=56, sched_flags=SCHED_FLAG_RESET_ON_FORK|SCHED_FLAG_KEEP_POLICY, ${rest}, sched_util_min=1, sched_util_max=100}, 1`,
    )
    expect(whole('sched_setattr', 0, 0, attr(56, 0, 0x10), 0)).toBe(
      '0, {size=56, sched_flags=SCHED_FLAG_KEEP_PARAMS, sched_util_min=1, sched_util_max=100}, 0',
    )
    expect(shown('sched_setattr', 0, attr(4, 0, 0))).toBe('0, {size=4}')
    put(words(56))
    expect(SYSCALLS[NUMBERS.get('sched_setattr') as number]!.text!(k, task, [0, AT, 0], -7)).toBe(' => {size=56}, 0')
    expect(whole('sched_getattr', 0, 0, attr(48, 3, 8), 48, 0)).toBe(
      `0, {size=48, sched_policy=SCHED_BATCH, sched_flags=SCHED_FLAG_KEEP_POLICY, ${rest}}, 48, 0`,
    )
    expect(whole('sched_getattr', -22, 0, AT, 10, 0)).toBe(`0, 0x${AT.toString(16)}, 10, 0`)
  })

  it("clone3's arguments, and what it leaves behind", () => {
    const struct = (...values: number[]) => put(new Uint8Array(BigUint64Array.from(values, BigInt).buffer))
    put(words(42), AT + 256)
    const flags = 0x100000 + 0x1000 + 0x1000000
    struct(flags, AT + 256, 0x5000, AT + 256, 17, 0, 0, 0, 0, 0, 0)
    const address = `0x${(AT + 256).toString(16)}`
    expect(whole('clone3', 42, AT, 88)).toBe(
      `{flags=CLONE_PIDFD|CLONE_PARENT_SETTID|CLONE_CHILD_SETTID, pidfd=${address}, child_tid=0x5000, parent_tid=${address}, exit_signal=SIGCHLD, stack=NULL, stack_size=0}` +
        ' => {pidfd=[42], parent_tid=[42]}, 88',
    )
    struct(2 ** 40, 0, 0, 0, 0, 0, 0, 0, AT + 256, 1, 0)
    expect(whole('clone3', -22, AT, 88)).toBe(
      '{flags=0x10000000000 /* CLONE_??? */, exit_signal=0, stack=NULL, stack_size=0, set_tid=[42], set_tid_size=1}, 88',
    )
    struct(2 ** 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99, 2 ** 32)
    expect(whole('clone3', -7, AT, 96)).toBe(
      String.raw`{flags=CLONE_INTO_CGROUP, exit_signal=0, stack=NULL, stack_size=0, cgroup=99, /* bytes 88..95 */ "\x00\x00\x00\x00\x01\x00\x00\x00"}, 96`,
    )
    expect(whole('clone3', -22, AT, 8)).toBe(`0x${AT.toString(16)}, 8`)
  })
})
