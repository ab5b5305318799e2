// Programs that take what they can get of one thing until they are refused: each is a loop in the kernel's test assembly, s2 counts.
import {
  AT_FDCWD,
  MAP_ANONYMOUS,
  MAP_LOCKED,
  MAP_NORESERVE,
  MAP_PRIVATE,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from '../../kernel/abi/index.ts'
import { DATA, program } from '../../kernel/testing.ts'

export interface Bomb {
  name: string
  /** Done once, and again and again; a negative a0 ends it. */
  before?: string
  again: string
  /** What it is refused with; `limit`: it goes on until the run's limit; `killed`: memory ran out. */
  ends: readonly (number | 'limit' | 'killed')[]
  /** Not for the short form. */
  long?: true
}

const NAME = 64
const BUFFER = 0x1000
/** What there is of it was taken. */
const DONE = 200
const EAGAIN = 11
const ENOMEM = 12
const ENFILE = 23
const EMFILE = 24
const ENOSPC = 28
const ENAMETOOLONG = 36
const ENOLCK = 37
const EMLINK = 31
const O_TMPFILE = 0o20200000

/** A name of eight letters made of s2, at DATA + NAME; with `length` letters behind it. */
let labels = 0
const nameOf = (length = 0): string => {
  const n = labels++
  return `
  li t1, 8
  mv t2, s2
  addi t3, s1, ${NAME}
name${n}:
  andi t4, t2, 15
  addi t4, t4, 97
  sb t4, 0(t3)
  addi t3, t3, 1
  srli t2, t2, 4
  addi t1, t1, -1
  bnez t1, {name${n}}
  li t1, ${length}
  beqz t1, {end${n}}
more${n}:
  sb t4, 0(t3)
  addi t3, t3, 1
  addi t1, t1, -1
  bnez t1, {more${n}}
end${n}:
  sb zero, 0(t3)`
}
const text = (value: string, at: number): string =>
  `li t6, ${at}\nadd t6, t6, s1\n` + [...`${value}\0`].map((c, i) => `li t0, ${c.charCodeAt(0)}\nsb t0, ${i}(t6)`).join('\n')

const args = (values: readonly (number | string)[]): string =>
  values
    .map((value, i) =>
      typeof value === 'number' ? `li a${i}, ${value}` : /^[as]\d+$|^zero$/.test(value) ? `mv a${i}, ${value}` : `addi a${i}, s1, ${value}`,
    )
    .join('\n')
const call = (nr: number, ...values: (number | string)[]): string => `${args(values)}\nsys ${nr}`

const open = (flags: number): string => call(56, AT_FDCWD, `${NAME}`, flags, 0o600)
const mmap = (bytes: number, flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1): string =>
  call(222, 0, bytes, PROT_READ | PROT_WRITE, flags, fd, 0)
const close = call(57, 's3')
const fork = (flags = 17): string => call(220, flags, 0, 0, 0, 0)
/** The child sleeps for ever. */
const forkSleeper = (flags = 17): string => {
  const n = labels++
  return `${fork(flags)}\nbnez a0, {parent${n}}\nsleep${n}:\nli a0, 0\nli a1, 0\nli a2, 0\nli a3, 0\nli a4, 0\nsys 73\nj {sleep${n}}\nparent${n}:`
}
/** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM. */
const THREAD = 0x50f00
const PROTECT = `${mmap(2 ** 30, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)}\nmv s3, a0`
const file = `${text('f', NAME)}\n${open(O_RDWR | O_CREAT)}\nmv s3, a0`

export const BOMBS: readonly Bomb[] = [
  { name: 'processes', again: forkSleeper(), ends: [EAGAIN, ENOMEM, 'killed', 'limit'], long: true },
  { name: 'zombies', again: fork() + '\nbnez a0, {on}\nsys 93\non:', ends: [EAGAIN, ENOMEM, 'killed', 'limit'], long: true },
  { name: 'processes that fork', again: fork() + '\nli a0, 0', ends: [EAGAIN, ENOMEM, 'killed', 'limit'], long: true },
  {
    name: 'threads',
    again: `${mmap(8192)}\nbltz a0, {quit}\nli t0, 8192\nadd a1, a0, t0\nli a0, 0x50f00\nli a2, 0\nli a3, 0\nli a4, 0\nsys 220\nbnez a0, {on}\nwait:\nli a0, 0\nli a1, 0\nli a2, 0\nli a3, 0\nli a4, 0\nsys 73\nj {wait}\non:`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
  },
  { name: 'sessions', again: forkSleeper().replace('sleep', 'sys 157\nsleep'), ends: [EAGAIN, ENOMEM, 'killed', 'limit'], long: true },
  { name: 'pipes, empty', again: call(59, `${NAME}`, 0), ends: [ENFILE, EMFILE] },
  {
    name: 'pipes, full',
    again: `${call(59, `${NAME}`, O_NONBLOCK)}\nbltz a0, {quit}\nlw a0, ${NAME + 4}(s1)\nli a1, ${DATA + BUFFER}\nli a2, 65536\nsys 64`,
    ends: [ENFILE, ENOMEM],
  },
  { name: 'eventfds', again: call(19, 0, 0), ends: [ENFILE, EMFILE] },
  { name: 'epolls', again: call(20, 0), ends: [ENFILE, EMFILE], long: true },
  {
    name: 'epoll items',
    before: `${call(20, 0)}\nmv s3, a0`,
    again: `${call(19, 0, 0)}\nbltz a0, {quit}\nmv a2, a0\nmv a0, s3\nli a1, 1\naddi a3, s1, ${NAME}\nsys 21`,
    ends: [ENFILE, ENOMEM, EMFILE, ENOSPC],
  },
  { name: 'timerfds', again: call(85, 1, 0), ends: [ENFILE, EMFILE], long: true },
  { name: 'signalfds', before: 'li t0, 512\nsd t0, 0(s1)', again: call(74, -1, '0', 8, 0), ends: [ENFILE, EMFILE], long: true },
  { name: 'memfds', before: text('m', NAME), again: call(279, `${NAME}`, 0), ends: [ENFILE, EMFILE], long: true },
  {
    name: 'memfds with a page each',
    before: text('m', NAME),
    again: `${call(279, `${NAME}`, 0)}\nbltz a0, {quit}\nmv a1, s1\nli a2, 4096\nsys 64`,
    ends: [ENFILE, EMFILE, ENOSPC, ENOMEM],
  },
  { name: 'timers', again: call(107, 1, 0, `${NAME}`), ends: [EAGAIN, ENOMEM] },
  {
    name: 'signals',
    before: `li t0, -1\nsd t0, 0(s1)\n${call(135, 0, '0', 0, 8)}\nsys 172\nmv s3, a0\nli t0, -1\nsw t0, ${NAME + 8}(s1)`,
    again: call(138, 's3', 40, `${NAME}`),
    ends: [EAGAIN],
    long: true,
  },
  { name: 'files', again: `${nameOf()}\n${open(O_RDWR | O_CREAT)}\nbltz a0, {quit}\nmv s3, a0\n${close}`, ends: [ENOSPC, ENFILE] },
  {
    name: 'long names',
    again: `${nameOf(240)}\n${open(O_RDWR | O_CREAT)}\nbltz a0, {quit}\nmv s3, a0\n${close}`,
    ends: [ENOSPC, ENFILE],
    long: true,
  },
  { name: 'open files without names', before: text('/tmp', NAME), again: open(O_RDWR | O_TMPFILE), ends: [ENFILE, EMFILE, ENOSPC] },
  {
    name: 'open files, deleted',
    again: `${nameOf()}\n${open(O_RDWR | O_CREAT)}\nbltz a0, {quit}\n${call(35, AT_FDCWD, `${NAME}`, 0)}`,
    ends: [ENFILE, EMFILE, ENOSPC],
  },
  { name: 'directories', again: `${nameOf()}\n${call(34, AT_FDCWD, `${NAME}`, 0o700)}`, ends: [ENOSPC] },
  {
    name: 'directories in directories',
    again: `${nameOf()}\n${call(34, AT_FDCWD, `${NAME}`, 0o700)}\nbltz a0, {quit}\n${call(49, `${NAME}`)}`,
    ends: [ENOSPC],
    long: true,
  },
  {
    name: 'symbolic links',
    before: `li t1, 4000\nli t2, ${DATA + BUFFER}\nli t3, 120\nfill:\nsb t3, 0(t2)\naddi t2, t2, 1\naddi t1, t1, -1\nbnez t1, {fill}`,
    again: `${nameOf()}\nli a0, ${DATA + BUFFER}\nli a1, ${AT_FDCWD}\naddi a2, s1, ${NAME}\nsys 36`,
    ends: [ENOSPC, ENAMETOOLONG],
    long: true,
  },
  {
    name: 'hard links',
    before: `${text('f', 16)}\n${text('f', NAME)}\n${open(O_RDWR | O_CREAT)}`,
    again: `${nameOf()}\n${call(37, AT_FDCWD, '16', AT_FDCWD, `${NAME}`, 0)}`,
    ends: [ENOSPC, EMLINK],
    long: true,
  },
  { name: 'fifos', again: `${nameOf()}\n${call(33, AT_FDCWD, `${NAME}`, 0o10600, 0)}`, ends: [ENOSPC], long: true },
  { name: 'data in files', before: file, again: `mv a0, s3\nli a1, ${DATA}\nli a2, 65536\nsys 64`, ends: [ENOSPC], long: true },
  {
    name: 'files with holes',
    before: file,
    again: `mv a0, s3\nli a1, ${DATA}\nli a2, 1\nslli a3, s2, 24\nsys 68`,
    ends: [ENOSPC, 27, 22],
  },
  {
    name: 'extended attributes',
    before: file,
    again:
      `${nameOf()}\nli t0, 0x2e72657375\nsd t0, ${NAME - 8}(s1)\n` +
      `addi a1, s1, ${NAME - 8}\n${text('user.aa', 32)}\nlb t0, ${NAME + 2}(s1)\nmv a0, s3\naddi a1, s1, 32\nli a2, ${DATA + BUFFER}\nli a3, 60000\nli a4, 0\nsys 7`,
    ends: ['limit', ENOSPC],
    long: true,
  },
  {
    name: 'record locks',
    before: file,
    again: `slli t0, s2, 1\nsh zero, ${NAME}(s1)\nsh zero, ${NAME + 2}(s1)\nsd t0, ${NAME + 8}(s1)\nli t0, 1\nsd t0, ${NAME + 16}(s1)\n${call(25, 's3', 6, `${NAME}`)}`,
    ends: [ENOLCK],
    long: true,
  },
  {
    name: 'regions',
    again: `${args([0, 4096])}\nandi a2, s2, 1\nli a3, ${MAP_PRIVATE | MAP_ANONYMOUS}\nli a4, -1\nli a5, 0\nsys 222`,
    ends: [ENOMEM],
    long: true,
  },
  {
    name: 'regions cut in two',
    before: PROTECT,
    again: `slli t0, s2, 13\nadd a0, s3, t0\nli a1, 4096\nli a2, 1\nsys 226`,
    ends: [ENOMEM],
  },
  {
    name: 'memory that is touched',
    again: `${mmap(65536)}\nbltz a0, {quit}\nli t1, 16\nli t2, 4096\ntouch:\nsb t1, 0(a0)\nadd a0, a0, t2\naddi t1, t1, -1\nbnez t1, {touch}`,
    ends: ['killed', ENOMEM],
  },
  { name: 'memory that is locked', again: mmap(65536, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED), ends: [EAGAIN, ENOMEM, 'killed'] },
  {
    name: 'shared memory',
    again: `${mmap(65536, 1 | MAP_ANONYMOUS)}\nbltz a0, {quit}\nli t1, 16\nli t2, 4096\ntouch:\nsb t1, 0(a0)\nadd a0, a0, t2\naddi t1, t1, -1\nbnez t1, {touch}`,
    ends: ['killed', ENOMEM],
  },
  {
    name: 'page tables',
    before: `${mmap(2 ** 37, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)}\nmv s3, a0`,
    again: `slli t0, s2, 21\nadd t0, t0, s3\nlb t0, 0(t0)\nli a0, 0`,
    ends: ['killed'],
  },
  {
    name: 'heap',
    before: `${call(214, 0)}\nmv s3, a0`,
    again: `li t0, 1048576\nadd s3, s3, t0\nmv a0, s3\nsys 214\nbeq a0, s3, {grown}\nli a0, -${ENOMEM}\ngrown:`,
    ends: [ENOMEM, 'limit'],
    long: true,
  },
  { name: 'terminals', before: text('/dev/ptmx', NAME), again: open(O_RDWR), ends: [ENOSPC, ENFILE, EMFILE] },
  { name: 'descriptors', again: call(23, 1), ends: [EMFILE, ENOMEM], long: true },
  {
    name: 'descriptors far apart',
    before: 'li s3, 1048000',
    again: `${fork()}\nbnez a0, {on}\n${call(24, 1, 's3', 0)}\nwait:\nli a0, 0\nli a1, 0\nli a2, 0\nli a3, 0\nli a4, 0\nsys 73\nj {wait}\non:`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'groups',
    again: `${fork()}\nbnez a0, {on}\nli a0, 16384\nli a1, ${DATA + BUFFER}\nsys 159\nwait:\nli a0, 0\nli a1, 0\nli a2, 0\nli a3, 0\nli a4, 0\nsys 73\nj {wait}\non:`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'writes of 2 GiB',
    before: `${text('/dev/null', NAME)}\n${open(O_RDWR)}\nmv s4, a0\n${text('/dev/zero', NAME)}\n${open(O_RDWR)}\nmv s3, a0`,
    again: call(71, 's4', 's3', 0, 0x7fffffff),
    ends: ['limit'],
    long: true,
  },
  {
    name: 'lists to wait for',
    before: PROTECT,
    again: `${fork()}\nbnez a0, {on}\n${call(73, 's3', 100_000, 0, 0, 0)}\non:\nli a0, 0`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'sets to wait for',
    before: PROTECT,
    again: `${fork()}\nbnez a0, {on}\n${call(72, 1_000_000, 's3', 's3', 's3', 0, 0)}\non:\nli a0, 0`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'threads that wait for a word each',
    before: PROTECT,
    again: `${fork(THREAD)}\nbnez a0, {on}\nslli t0, s2, 3\nadd s4, s3, t0\nwait:\n${call(98, 's4', 128, 0, 0, 0, 0)}\nj {wait}\non:`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
  },
  {
    name: 'tasks that wait for one epoll',
    before: `${call(20, 0)}\nmv s3, a0\nli s4, 2000\nmore:\n${call(19, 0, 0)}\nmv a2, a0\nmv a0, s3\nli a1, 1\naddi a3, s1, ${NAME}\nsys 21\naddi s4, s4, -1\nbnez s4, {more}`,
    again: `${fork(THREAD)}\nbnez a0, {on}\nwait:\n${call(22, 's3', `${NAME}`, 1, -1, 0, 0)}\nj {wait}\non:`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'arguments that are kept',
    before: `${text('/proc/self/exe', NAME)}\nli t1, 100000\nli t2, ${DATA + BUFFER}\nli t3, 120\nfill:\nsb t3, 0(t2)\naddi t2, t2, 1\naddi t1, t1, -1\nbnez t1, {fill}\nsb zero, 0(t2)\nli t0, ${DATA + BUFFER}\nli t1, 15\naddi t2, s1, 256\npoint:\nsd t0, 0(t2)\naddi t2, t2, 8\naddi t1, t1, -1\nbnez t1, {point}\nsd zero, 0(t2)`,
    again: `${fork()}\nbnez a0, {on}\n${call(221, `${NAME}`, '256', '256')}\non:\nli a0, 0`,
    ends: [EAGAIN, ENOMEM, 'killed', 'limit'],
    long: true,
  },
  {
    name: 'leases',
    before: text('/tmp', NAME),
    again: `${open(O_RDWR | O_TMPFILE)}\nbltz a0, {quit}\n${call(25, 'a0', 1024, 1)}`,
    ends: [ENFILE, EMFILE, ENOSPC, ENOLCK],
  },
  {
    name: 'watched directories',
    before: text('/tmp', NAME),
    again: `${open(0)}\nbltz a0, {quit}\n${call(25, 'a0', 1026, 0x8000003f - 2 ** 32)}`,
    ends: [ENFILE, EMFILE, ENOLCK],
    long: true,
  },
  {
    name: 'lines of the log',
    before: `${text('/dev/kmsg', NAME)}\n${open(O_RDWR)}\nmv s3, a0`,
    again: `li a5, ${DATA + BUFFER}\n${call(64, 's3', 'a5', 900)}`,
    ends: ['limit'],
    long: true,
  },
  {
    name: 'readers of the log',
    before: text('/dev/kmsg', NAME),
    again: `${open(O_RDWR)}\nbltz a0, {quit}\nli a5, ${DATA + BUFFER}\n${call(63, 'a0', 'a5', 900)}\nli a0, 0`,
    ends: [ENFILE, EMFILE],
    long: true,
  },
  {
    name: 'texts of /proc, read in part',
    before: text('/proc/self/status', NAME),
    again: `${open(0)}\nbltz a0, {quit}\nli a5, ${DATA + BUFFER}\n${call(63, 'a0', 'a5', 1)}`,
    ends: [ENFILE, EMFILE, ENOMEM],
  },
  {
    name: 'smaps of 60,000 regions',
    before: `li s4, 60000\nmore:\n${args([0, 4096])}\nandi a2, s4, 1\nli a3, ${MAP_PRIVATE | MAP_ANONYMOUS}\nli a4, -1\nli a5, 0\nsys 222\naddi s4, s4, -1\nbnez s4, {more}\n${text('/proc/self/smaps', NAME)}`,
    again: `${open(0)}\nbltz a0, {quit}\nmv s3, a0\nread:\nli a5, ${DATA + BUFFER}\n${call(63, 's3', 'a5', 65536)}\nbgtz a0, {read}\nli a0, -${DONE}`,
    ends: [DONE],
    long: true,
  },
  {
    name: 'locks that are shared',
    before: text('f', NAME),
    again: `${open(O_RDWR | O_CREAT)}\nbltz a0, {quit}\nmv s3, a0\n${call(32, 's3', 1)}\nbltz a0, {quit}\nsw zero, ${256}(s1)\nsd zero, ${264}(s1)\nsd zero, ${272}(s1)\n${call(25, 's3', 37, '256')}`,
    ends: [ENFILE, EMFILE, ENOLCK, ENOSPC],
  },
  {
    name: 'files in memory by number',
    again: `${nameOf()}\n${call(33, AT_FDCWD, `${NAME}`, 0o100600, 0)}`,
    ends: [ENOSPC],
    long: true,
  },
  { name: 'descriptors of processes', before: 'sys 172\nmv s3, a0', again: call(434, 's3', 0), ends: [ENFILE, EMFILE], long: true },
]

/** Raises the limits that it may, then goes on until it is refused: the exit status is the errno. */
export const bombProgram = ({ before = '', again }: Bomb): Uint8Array =>
  program(`
  li s1, ${DATA}
  li s2, 0
  li t0, 1048576
  sd t0, 0(s1)
  sd t0, 8(s1)
  ${call(261, 0, 7, '0', 0)}
  ${text('/tmp', 32)}
  ${call(49, '32')}
  ${before}
again:
  ${again}
  bltz a0, {quit}
  addi s2, s2, 1
  j {again}
quit:
  neg a0, a0
  sys 94`)
