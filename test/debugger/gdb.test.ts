// The remote protocol over real programs, packet by packet: what is answered, and what becomes of the machine. No gdb is needed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closeGdb, openGdb, PACKETS, pump, receive, type GdbServer, type GdbView } from '../../debugger/index.ts'
import { findTask, checkInvariants, regPc, runKernel, walkMm } from '../../kernel/index.ts'
import { amount } from '../fuzz/size.ts'
import { bytesOf, fingerprint, run, start } from '../machine.ts'
import { symbolAddress } from './symbols.ts'

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const checksum = (text: string): string =>
  ([...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) & 0xff).toString(16).padStart(2, '0')
const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex')
const textOf = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1')

/** The texts of the packets in a stream, escapes and runs undone. */
function packets(bytes: Uint8Array): string[] {
  return [...latin1(bytes).matchAll(/\$([^#]*)#[0-9a-f]{2}/gs)].map(m =>
    m[1].replace(/\}(.)|(.)\*(.)/gs, (_, escaped?: string, char?: string, count?: string) =>
      escaped !== undefined ? String.fromCharCode(escaped.charCodeAt(0) ^ 0x20) : (char ?? '').repeat((count ?? '').charCodeAt(0) - 28),
    ),
  )
}

/** A debugger: sends a packet, and runs the machine until its answer comes. */
class Talk {
  readonly g: GdbServer
  constructor(
    argv: readonly string[],
    view: GdbView = 'process',
    features = 'multiprocess+;swbreak+;fork-events+;vfork-events+;exec-events+',
  ) {
    this.g = openGdb(start(argv, { debug: false }).kernel, view, { distance: 20_000 })
    this.ask(`qSupported:${features}`)
  }
  ask(text: string): string {
    const [now] = packets(receive(this.g, bytesOf(`$${text}#${checksum(text)}`)))
    if (now !== undefined) return now
    for (let n = 0; n < 500; n++) {
      const pumped = pump(this.g, 100_000)
      const [late] = packets(pumped.bytes)
      if (late !== undefined) return late
      if (pumped.kind === 'idle' && pumped.until === Infinity) return 'idle'
      if (pumped.kind === 'stopped') return ''
    }
    throw new Error(`no answer to ${text}`)
  }
  hex(address: number): string {
    return address.toString(16)
  }
}

const MAIN = symbolAddress('labs/cow', 'main').toString(16)

describe('packets', () => {
  const talk = new Talk(['/labs/cow', '2'])
  test.each([
    ['?', /^T05thread:p1\.1;/],
    ['qC', /^QCp1\.1$/],
    ['qfThreadInfo', /^mp1\.1$/],
    ['qsThreadInfo', /^l$/],
    ['qAttached:1', /^1$/],
    ['Hgp1.1', /^OK$/],
    ['Hc-1', /^OK$/],
    ['Hgp9.9', /^E/],
    ['Tp1.1', /^OK$/],
    ['Tp1.7', /^E/],
    ['vMustReplyEmpty', /^$/],
    ['qCRC:0,10', /^$/],
    ['vCont?', /^vCont;c;C;s;S;t;r$/],
    ['g', /^[0-9a-fx]{1040}$/],
    ['p20', /^[0-9a-f]{16}$/],
    ['p9999', /^E/],
    ['P5=0102030405060708', /^OK$/],
    ['p5', /^0102030405060708$/],
    ['P42=1f000000', /^OK$/],
    ['p44', /^1f000000$/],
    ['m0,4', /^E0e$/],
    [`m${MAIN},4`, /^[0-9a-f]{8}$/],
    [`X${MAIN},0:`, /^OK$/],
    ['Z0,zz,4', /^E16$/],
    ['Z2,1000,0', /^E16$/],
    ['vRun;61', /^E\..* started with/],
    ['vAttach;63', /^E03$/],
    ['qXfer:exec-file:read:1:0,ff', /^l\/labs\/cow$/],
    ['qXfer:auxv:read::0,1000', /^l/],
    ['qXfer:features:read:target.xml:0,ffff', /^l.*GNU\/Linux.*dwarf_regnum="2" generic="sp"/s],
    ['qXfer:features:read:other.xml:0,ffff', /^E00$/],
    ['qXfer:features:read:target.xml:0,10', /^m.{16}$/s],
    ['qXfer:threads:read::0,ffff', /<thread id="p1.1" core="\d" name="cow"\/>|<thread id="p1.1" name="cow"\/>/],
    ['qXfer:memory-map:read::0,ff', /^$/],
    ['qXfer:osdata:read::0,ffff', /<column name="Type">processes<\/column>.*tlb/s],
    ['qXfer:osdata:read:procs:0,ffff', /<column name="pid">1<\/column>.*<column name="command">cow<\/column>/s],
    ['qXfer:osdata:read:pagetables:0,ffff', /<column name="flags">[^<]*<\/column>\s*<column name="references">\d+(-\d+)?<\/column>/],
    ['qXfer:siginfo:read::0,ff', /^E00$/],
    ['qHostInfo', /^triple:/],
    [`qMemoryRegionInfo:${MAIN}`, /permissions:rx;/],
  ])('%s', (text, answer) => expect(talk.ask(text)).toMatch(answer))

  test.each(PACKETS.map(row => [row.prefix, row.doc]))('%s has words', (_prefix, doc) => expect(doc.length).toBeGreaterThan(3))

  test.each([
    ['help', /pagetables/],
    ['when', /^instant \d+:\d+ .* recorded from/],
    ['pt sp', /level 3: entry \d+ of the table in frame \d+: V/],
    ['maps', /r-xp.*\/labs\/cow/],
    ['ps', /cow/],
    ['why sp, 1 +', /missing/],
    ['goto yesterday', /no instant/],
    ['nonsense', /no monitor command/],
  ])('monitor %s', (text, answer) => expect(textOf(talk.ask(`qRcmd,${hexOf(text)}`))).toMatch(answer))

  test('files of the guest, without a trace in it', () => {
    const before = fingerprint(talk.g.session.k)
    expect(talk.ask(`vFile:setfs:0`)).toBe('F0')
    expect(talk.ask(`vFile:open:${hexOf('/labs/./../labs/cow')},0,0`)).toBe('F3')
    const elf = /^F[0-9a-f]+;(.*)$/s.exec(talk.ask('vFile:pread:3,100,0'))?.[1] ?? ''
    expect(elf.slice(0, 4)).toBe('\x7fELF')
    expect(talk.ask('vFile:fstat:3')).toMatch(/^F40;/)
    expect(talk.ask('vFile:close:3')).toBe('F0')
    expect(talk.ask('vFile:pread:3,100,0')).toBe('F-1,9')
    expect(talk.ask(`vFile:open:${hexOf('/none')},0,0`)).toBe('F-1,2')
    expect(talk.ask(`vFile:open:${hexOf('/labs/cow')},1,0`)).toBe('F-1,1e')
    expect(fingerprint(talk.g.session.k)).toBe(before)
  })
})

describe('running', () => {
  test('a breakpoint, a step, a range, the end', () => {
    const talk = new Talk(['/labs/cow', '2'])
    expect(talk.ask(`Z0,${MAIN},0`)).toBe('OK')
    expect(talk.ask('vCont;c:p1.-1')).toMatch(/^T05swbreak:;thread:p1\.1;/)
    expect(talk.ask(`z0,${MAIN},0`)).toBe('OK')
    const pc = (): number => Number(Buffer.from(talk.ask('p20'), 'hex').readBigUInt64LE())
    expect(pc().toString(16)).toBe(MAIN)
    expect(talk.ask('vCont;s:p1.1;c')).toMatch(/^T05thread/)
    expect(pc()).toBeGreaterThan(parseInt(MAIN, 16))
    const end = pc() + 8
    expect(talk.ask(`vCont;r${pc().toString(16)},${end.toString(16)}:p1.1`)).toMatch(/^T05/)
    expect(pc() >= end || pc() < end - 8).toBe(true)
    // A fork is told of; its child is ours until it is let go.
    expect(talk.ask('vCont;c')).toMatch(/^T05fork:p2\.2;thread:p1\.1;/)
    expect(talk.ask('D;2')).toBe('OK')
    expect(talk.ask('vCont;c')).toBe('W00;process:1')
    expect(fingerprint(talk.g.session.k)).toBe(fingerprint(run(['/labs/cow', '2']).kernel))
  })

  test('a system call stops before and after it, with its arguments', () => {
    const talk = new Talk(['/labs/cow', '2'])
    expect(talk.ask('QCatchSyscalls:1;dc')).toBe('OK')
    expect(talk.ask('vCont;c')).toMatch(/^T05syscall_entry:dc;thread:p1\.1;/)
    // a7 is still what was asked for, and there is no child.
    expect(talk.ask('p11')).toBe('dc00000000000000')
    expect(talk.g.session.k.state.tasks.size).toBe(1)
    expect(talk.ask('vCont;c')).toMatch(/^T05fork:p2\.2;/)
    expect(talk.ask('vCont;c')).toMatch(/^T05syscall_return:dc;/)
    expect(talk.ask('p0a')).toBe('0200000000000000')
    // Backwards over both.
    expect(talk.ask('bc')).toMatch(/^T05/)
    expect(talk.ask('bc')).toMatch(/^T05/)
    expect(talk.ask('bc')).toMatch(/replaylog:begin/)
  })

  test('on the long way back it hears an interrupt, and stands some way back', () => {
    const talk = new Talk(['/labs/pipe-pingpong', '2000'], 'process', 'multiprocess+;swbreak+')
    talk.ask(`Z0,${symbolAddress('labs/pipe-pingpong', 'main').toString(16)},4`)
    talk.ask('vCont;c')
    talk.ask(`z0,${symbolAddress('labs/pipe-pingpong', 'main').toString(16)},4`)
    receive(talk.g, bytesOf('$vCont;c#a8'))
    pump(talk.g, 100_000)
    receive(talk.g, bytesOf('\x03'))
    expect(packets(pump(talk.g, 1).bytes)[0]).toMatch(/^T02/)
    const { executed } = talk.g.session.k.state
    expect(executed).toBeGreaterThan(100_000)
    // Where no instruction begins, in a page that is run: all of the past is looked through for it.
    talk.ask(`Z0,${(symbolAddress('labs/pipe-pingpong', 'main') + 1).toString(16)},4`)
    receive(talk.g, bytesOf(`$bc#${checksum('bc')}`))
    for (let n = 0; n < 4; n++) expect(pump(talk.g, 10_000).kind).toBe('running')
    receive(talk.g, bytesOf('\x03'))
    expect(packets(pump(talk.g, 10_000).bytes)[0]).toMatch(/^T02/)
    const here = talk.g.session.k.state.executed
    expect(here).toBeLessThan(executed - 20_000)
    expect(here).toBeGreaterThan(50_000)
    expect(talk.ask('bc')).toMatch(/replaylog:begin/)
  })

  test('a long way to an instant comes in pieces: an interrupt is heard, and nothing else may run meanwhile', () => {
    const talk = new Talk(['/labs/pipe-pingpong', '2000'])
    const goto = `qRcmd,${hexOf('goto 99999999999999')}`
    expect(receive(talk.g, bytesOf(`$${goto}#${checksum(goto)}`)).length).toBe(1)
    expect(pump(talk.g, 10_000).kind).toBe('running')
    expect(packets(receive(talk.g, bytesOf(`$bs#${checksum('bs')}`)))[0]).toMatch(/^E\.the machine is running/)
    receive(talk.g, bytesOf('\x03'))
    const [answer] = packets(pump(talk.g, 10_000).bytes)
    expect(textOf(answer)).toMatch(/^interrupted on the way: /)
    expect(talk.ask('qC')).toBe('QCp1.1')
  })

  test('nobody is listened to who has let go, and the machine ends as ever', () => {
    const argv = ['/labs/cow', '2']
    const talk = new Talk(argv)
    expect(talk.ask('vCont;s')).toMatch(/^T05/)
    expect(talk.ask('D')).toBe('OK')
    for (const packet of ['bs', 'bc', 'g', 'vCont;c', `qRcmd,${hexOf('goto 0')}`, 'D', 'k'])
      expect(receive(talk.g, bytesOf(`$${packet}#${checksum(packet)}`)).length).toBe(0)
    closeGdb(talk.g)
    expect(receive(talk.g, bytesOf(`$bs#${checksum('bs')}`)).length).toBe(0)
    expect(runKernel(talk.g.session.k).kind).toBe('halted')
    expect(fingerprint(talk.g.session.k)).toBe(fingerprint(run(argv, { debug: false }).kernel))
  })

  test('a watchpoint says which address', () => {
    const talk = new Talk(['/labs/cow', '2'])
    talk.ask(`Z0,${MAIN},4`)
    talk.ask('vCont;c')
    const sp = Number(Buffer.from(talk.ask('p2'), 'hex').readBigUInt64LE())
    expect(talk.ask(`Z2,${(sp - 64).toString(16)},40`)).toBe('OK')
    const stop = talk.ask('vCont;c')
    const address = parseInt(/^T05watch:([0-9a-f]+);/.exec(stop)?.[1] ?? '', 16)
    expect(address).toBeGreaterThanOrEqual(sp - 64)
    expect(address).toBeLessThan(sp)
  })

  test('a signal stops before it is taken, and can be withheld', () => {
    const sh = ['/bin/sh', '-c', 'kill -TERM $$; exit 3']
    const passed = new Talk(sh)
    expect(passed.ask('vCont;c')).toMatch(/^T0fthread:p1\.1;/)
    expect(passed.ask('qXfer:siginfo:read::0,80')).toMatch(/^l\x0f/)
    expect(passed.ask('vCont;C0f')).toBe('X0f;process:1')
    const withheld = new Talk(sh)
    expect(withheld.ask('vCont;c')).toMatch(/^T0f/)
    expect(withheld.ask('vCont;c')).toBe('W03;process:1')
    const silent = new Talk(sh)
    expect(silent.ask('QPassSignals:f')).toBe('OK')
    expect(silent.ask('vCont;c')).toBe('X0f;process:1')
  })

  test('exec, and the end of a child of vfork', () => {
    const talk = new Talk(['/bin/sh', '-c', '/bin/true; exit 4'])
    const stops: string[] = []
    for (let stop = ''; !stop.startsWith('W') && stops.length < 12; stops.push(stop)) {
      stop = talk.ask('vCont;c')
      const child = /v?fork:p([0-9a-f]+)/.exec(stop)
      if (child !== null) talk.ask(`D;${child[1]}`)
    }
    expect(stops.some(stop => /fork:p2\.2/.test(stop))).toBe(true)
    expect(stops.at(-1)).toBe('W04;process:1')
    const child = new Talk(['/bin/sh', '-c', '/bin/true; exit 4'])
    expect(child.ask('vCont;c')).toMatch(/fork:p2\.2/)
    expect(child.ask('D;1')).toBe('OK')
    expect(child.ask('vCont;c')).toMatch(new RegExp(`^T05exec:${hexOf('/bin/true')};thread:p2\\.2;`))
    expect(child.ask('vCont;c')).toMatch(/^(W00;process:2|T05vforkdone)/)
  })

  test('Ctrl-C in a machine that waits for ever', () => {
    const talk = new Talk(['/bin/sh', '-c', 'kill -STOP $$'])
    talk.ask('QPassSignals:11')
    expect(talk.ask('vCont;c')).toBe('idle')
    receive(talk.g, bytesOf('\x03'))
    expect(packets(pump(talk.g, 1000).bytes)[0]).toMatch(/^T02thread:p1\.1;/)
  })

  test('harts of the machine: steps go from process to process', () => {
    const talk = new Talk(['/labs/pipe-pingpong', '5'], 'machine')
    expect(talk.ask('qXfer:features:read:target.xml:0,ffff')).toMatch(/<osabi>none.*satp.*priv/s)
    expect(talk.ask('qXfer:memory-map:read::0,fff')).toMatch(/type="ram"/)
    expect(talk.ask('qfThreadInfo')).toBe('mp1.1')
    const address = symbolAddress('labs/pipe-pingpong', 'receive').toString(16)
    expect(talk.ask(`Z1,${address},4`)).toBe('OK')
    const seen = new Set<string>()
    for (let n = 0; n < 6; n++) {
      expect(talk.ask('vCont;c')).toMatch(/^T05.*thread:p1\.1;core:0;/)
      seen.add(textOf(talk.ask('qThreadExtraInfo,p1.1')))
    }
    expect(seen.size).toBe(2)
    expect(talk.ask('Qqemu.PhyMemMode:1')).toBe('OK')
    expect(talk.ask('m80000000,4')).toBe('00000000')
    expect(talk.ask('m0,4')).toBe('E0e')
  })

  test('a stop at a breakpoint is that of the thread that came by, whoever was looked at', () => {
    const talk = new Talk(['/labs/pipe-pingpong', '5'])
    const address = symbolAddress('labs/pipe-pingpong', 'receive')
    expect(talk.ask(`Z0,${address.toString(16)},4`)).toBe('OK')
    const seen = new Set<string>()
    for (let n = 0; n < 8; n++) {
      const m = /swbreak:;thread:p[0-9a-f]+\.([0-9a-f]+);/.exec(talk.ask('vCont;c'))
      if (m === null) continue
      const task = findTask(talk.g.session.k.state.ns, parseInt(m[1], 16))
      expect(task === null ? 0 : regPc(talk.g.session.k, task)).toBe(address)
      seen.add(m[1])
    }
    expect(seen.size).toBe(2)
  })

  test("what is written for a parent after its fork is not its child's", () => {
    const talk = new Talk(['/labs/cow', '2'])
    const m = /fork:(p[0-9a-f]+\.[0-9a-f]+);thread:(p[0-9a-f]+\.[0-9a-f]+);/.exec(talk.ask('vCont;c'))
    const [child, parent] = [m?.[1] ?? '', m?.[2] ?? '']
    const at = (thread: string): string => {
      expect(talk.ask(`Hg${thread}`)).toBe('OK')
      return talk.ask('m7fffffffeff0,4')
    }
    const before = at(child)
    expect(at(parent)).toBe(before)
    expect(talk.ask('M7fffffffeff0,4:abababab')).toBe('OK')
    expect([at(child), at(parent)]).toEqual([before, 'abababab'])
    expect(checkInvariants(talk.g.session.k)).toEqual([])
  })

  test('by physical address what programs have is written, and nothing of the kernel', () => {
    const talk = new Talk(['/labs/cow', '2'], 'machine')
    talk.ask(`Z1,${MAIN},4`)
    talk.ask('vCont;c')
    const { k } = talk.g.session
    const sp = 'm7fffffffeff0,4'
    expect(talk.ask(sp)).not.toBe('abababab')
    const { mm } = k.state.main ?? { mm: null }
    if (mm === null) throw new Error('the program has ended')
    const leaf = walkMm(k, mm, 0x7fffffffeff0).at(-1)?.lo ?? 0
    talk.ask('Qqemu.PhyMemMode:1')
    const at = (frame: number): string => (0x80000000 + frame * 4096 + 0xff0).toString(16)
    const refused: [string, number][] = [
      ['a page table', mm.root],
      ['free', k.state.frames.use.lastIndexOf(0)],
      ['the page of zeroes', 0],
      ["the kernel's own", k.state.frames.use.indexOf(5)],
    ]
    for (const [what, frame] of refused) {
      expect(talk.ask(`M${at(frame)},4:01020304`)).toMatch(new RegExp(`^E\\.frame ${frame} at 0x[0-9a-f]+ is ${what}`))
    }
    const stackFrame = ((leaf >>> 10) & 0xfffff) - 0x80000
    expect(talk.ask(`M${at(stackFrame)},4:abababab`)).toBe('OK')
    talk.ask('Qqemu.PhyMemMode:0')
    expect(talk.ask(sp)).toBe('abababab')
    expect(checkInvariants(k)).toEqual([])
  })

  test('let go, the machine ends as if nobody had ever looked', () => {
    const talk = new Talk(['/labs/cow', '2'])
    talk.ask(`Z0,${MAIN},4`)
    talk.ask('vCont;c')
    expect(talk.ask('D;1')).toBe('OK')
    expect(talk.g.gone).toBe(true)
    closeGdb(talk.g)
    const { k } = talk.g.session
    expect(runKernel(k).kind).toBe('halted')
    expect(fingerprint(k)).toBe(fingerprint(run(['/labs/cow', '2']).kernel))
  })
})

describe('whatever is sent', () => {
  const parts = fc.oneof(
    fc.constantFrom(...PACKETS.map(row => row.prefix)),
    fc.constantFrom('p1.1', 'p0.0', 'p-1.-1', ',', ';', ':', '=', '-', MAIN, '0', '1', 'ffffffffffffffff', 'read', 'c', 's', 'r', '10000'),
    fc.string({ maxLength: 8, unit: 'binary-ascii' }),
  )
  const packet = fc.array(parts, { minLength: 1, maxLength: 6 }).map(words => words.join('').replace(/[$#}*]/g, ''))

  test.each(['process', 'machine'] as const)('it is answered, in the %s view', view => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 12 }), texts => {
        const talk = new Talk(['/labs/cow', '2'], view)
        for (const text of texts) {
          receive(talk.g, bytesOf(`$${text}#${checksum(text)}`))
          for (let n = 0; n < 3; n++) pump(talk.g, 2_000)
          receive(talk.g, bytesOf('\x03'))
          pump(talk.g, 2_000)
        }
      }),
      { numRuns: amount(8, 250) },
    )
  })
})
