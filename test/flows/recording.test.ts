// `run --record` and `replay`: the same output and status, on nothing but the file; and what a file that is not whole, or not ours, says.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCpio } from '../../kernel/index.ts'
import { spawnSync } from '../spawn.ts'

const CLI = new URL('../../dist/hartbeat.js', import.meta.url).pathname
const IMAGE = new URL('../../dist/root.cpio', import.meta.url)
let work: string
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'hartbeat-recording-'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const hartbeat = (args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { input, encoding: 'latin1' })
  return { status, stdout, stderr }
}
const SCRIPT = 'read a; echo got $a; (sleep 1; echo later) & cat; wait; head -c 8 /dev/urandom | wc -c; exit 5'

test.each([
  ['one hart', []],
  ['three harts', ['--smp', '3']],
  ['a timed machine', ['--timing', 'server']],
  ['another seed and 2 MB pages', ['--seed', '9', '--thp', 'always']],
  ['another scheduling policy', ['--policy', 'stride', '--smp', '2']],
  ['another instruction set', ['--isa', 'rv64gc_zicond']],
])('%s', (name, options) => {
  const file = join(work, `${name}.rec`)
  const first = hartbeat(['run', '--record', file, ...options, 'sh', '-c', SCRIPT], 'one\ntwo\n')
  expect([first.status, first.stdout]).toEqual([5, 'got one\ntwo\nlater\n8\n'])
  expect(hartbeat(['replay', file])).toEqual(first)
})

test('what was read of a host directory is in the recording', () => {
  const share = join(work, 'share')
  mkdirSync(share)
  writeFileSync(join(share, 'text'), 'from the host\n')
  const file = join(work, 'share.rec')
  const first = hartbeat(['run', '--record', file, '--share', `${share}:/mnt`, 'sh', '-c', 'cat /mnt/text; ls /mnt'])
  expect([first.status, first.stdout]).toEqual([0, 'from the host\ntext\n'])
  rmSync(share, { recursive: true })
  expect(hartbeat(['replay', file])).toEqual(first)
})

test('a file that was cut short plays up to the cut', () => {
  const file = join(work, 'cut.rec')
  hartbeat(['run', '--record', file, 'sh', '-c', SCRIPT], 'one\ntwo\n')
  const whole = readFileSync(file, 'utf8')
  const lines = whole.split('\n')
  const upToMark = lines.findIndex(line => line.startsWith('{"at"'))
  for (const text of [lines.slice(0, upToMark + 1).join('\n'), `${lines.slice(0, upToMark + 1).join('\n')}\n{"end":{"exec`]) {
    writeFileSync(file, text)
    // All but the end was there.
    expect(hartbeat(['replay', file])).toEqual({ status: 5, stdout: 'got one\ntwo\nlater\n8\n', stderr: '' })
  }
  // Without what came in: as far as that.
  writeFileSync(file, lines.slice(0, 1).join('\n'))
  const { status, stdout, stderr } = hartbeat(['replay', file])
  expect([status, stdout]).toEqual([124, ''])
  expect(stderr).toMatch(/the recording was cut short here, after [\d,]+ instructions/)
})

test('a program of the host is in the recording, byte for byte', () => {
  const echo = join(work, 'echo')
  writeFileSync(echo, readCpio(readFileSync(IMAGE)).find(file => file.path === 'bin/echo')!.data!, { mode: 0o755 })
  const file = join(work, 'elf.rec')
  const first = hartbeat(['run', '--record', file, echo, 'from', 'an', 'ELF', 'file'])
  expect([first.status, first.stdout]).toEqual([0, 'from an ELF file\n'])
  expect(hartbeat(['replay', file])).toEqual(first)
  expect(hartbeat(['debug', '--batch', '-ex', 'continue', file]).stdout).toContain('from an ELF file\n')
})

describe('a recording that somebody edited', () => {
  const SCRIPT = 'cat /s/secret; echo written > /s/owned; rm /s/secret; mkdir /s/d; cat'
  const inputs = (text: string, folder: string): [string, string][] => {
    const lines = text.split('\n')
    const shares = JSON.stringify([{ host: folder, guest: '/s', writable: true }])
    const header = lines[0].replace(/"shares":\[.*?\]/, `"shares":${shares}`)
    const upTo = (kind: string): number => lines.findIndex(line => line.includes(`"kind":"${kind}"`))
    return [
      ['the whole with another directory', [header, ...lines.slice(1)].join('\n')],
      ['only the start', header],
      ['up to its first file', [header, ...lines.slice(1, upTo('host.lookup') + 1)].join('\n')],
    ]
  }

  test('neither reads nor writes a file of the host, and its end is the end', () => {
    const [given, other] = [join(work, 'given'), join(work, 'other')]
    for (const folder of [given, other]) {
      mkdirSync(folder)
      writeFileSync(join(folder, 'secret'), folder === other ? 'TOP SECRET' : 'harmless')
    }
    const file = join(work, 'edited.rec')
    hartbeat(['run', '--record', file, '--share', `${given}:/s:rw`, 'sh', '-c', SCRIPT], 'typed\n')
    for (const [name, text] of inputs(readFileSync(file, 'utf8'), other)) {
      writeFileSync(file, text)
      const debug = ['debug', '--batch', '-ex', 'continue', '-ex', 'continue']
      for (const command of name === 'only the start' ? [['replay']] : [['replay'], debug]) {
        const { status, stdout, stderr } = hartbeat([...command, file], 'LIVE INPUT\n')
        expect(stdout + stderr, name).not.toMatch(/TOP SECRET|LIVE INPUT|defect/)
        if (command[0] === 'replay' && name !== 'the whole with another directory')
          expect([124, 125, 126], `${name}: ${stderr}`).toContain(status)
        expect(readdirSync(other), name).toEqual(['secret'])
        expect(readFileSync(join(other, 'secret'), 'utf8')).toBe('TOP SECRET')
      }
    }
  })

  test('is refused in a sentence where its shape is wrong', () => {
    const file = join(work, 'shape.rec')
    hartbeat(['run', '--record', file, 'cat'], 'typed\n')
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, whole.replace(/"ramBytes":\d+/, '"ramBytes":"many"'))
    expect(hartbeat(['replay', file])).toMatchObject({ status: 126, stderr: expect.stringMatching(/^[^\n]*damaged[^\n]*\n$/) as string })
    writeFileSync(file, whole.replace(/"kind":"stdin","data":\{[^}]*\}/, '"kind":"stdin","data":7'))
    expect(hartbeat(['replay', file])).toMatchObject({
      status: 126,
      stderr: expect.stringMatching(/damaged: line \d+ is no entry/) as string,
    })
  })
})

test('another build, a damaged file and no file are told in words', () => {
  const file = join(work, 'bad.rec')
  hartbeat(['run', '--record', file, 'true'])
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.replace(/"build":"..../, '"build":"0000'))
  expect(hartbeat(['replay', file])).toMatchObject({
    status: 126,
    stderr: expect.stringMatching(/recorded by another build of hartbeat \(0000/) as string,
  })
  writeFileSync(file, 'ELF\n')
  expect(hartbeat(['replay', file])).toMatchObject({ status: 126, stderr: expect.stringMatching(/it is no recording/) as string })
  expect(hartbeat(['replay', join(work, 'none')]).status).toBe(127)
  // Another course than the recorded one is noticed.
  writeFileSync(file, whole.replace(/"word":"[0-9a-f]{4}/, '"word":"0000'))
  expect(hartbeat(['replay', file])).toMatchObject({ status: 125, stderr: expect.stringMatching(/took another course/) as string })
  expect(hartbeat(['run', '--record', join(work, 'no', 'dir'), 'true']).status).toBe(125)
})
