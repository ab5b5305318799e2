import { describe, expect, it } from 'vitest'
import { E2BIG, EACCES, ELOOP, ENOENT, ENOEXEC, errnoByCode, isErrno, shellStatus } from '../abi/index.ts'
import { createKernel } from '../boot.ts'
import { spawnInit } from '../first.ts'
import type { ImageFile } from '../fs/index.ts'
import { checkInvariants } from '../invariants.ts'
import { runKernel } from '../loop.ts'
import { program, runToEnd, start } from '../testing.ts'
import { exitTask } from './exit.ts'
import { parseScript } from './program.ts'
import { reapGroup } from './reap.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))
const file = (path: string, data: Uint8Array, mode = 0o755): ImageFile => ({ path, kind: 'regular', mode, data })

/** Exits with argc. */
const ARGC = 'ld a0, 0(sp)\nsys 94'

/** What starting a file as the first process ends with: the shell's status, or the errno. */
function outcome(path: string, files: readonly ImageFile[], argv: readonly string[] = ['x']): number | unknown {
  try {
    return shellStatus(runToEnd(program(ARGC), { files, argv, path }).status)
  } catch (error) {
    if (isErrno(error)) return errnoByCode(error.code)
    throw error
  }
}

describe('#! lines', () => {
  it.each([
    ['#!/bin/sh\n', { interpreter: '/bin/sh', argument: null }],
    ['#! /bin/sh -e \nrest', { interpreter: '/bin/sh', argument: '-e' }],
    ['#!/bin/sh a b\t\n', { interpreter: '/bin/sh', argument: 'a b' }],
    ['\x7fELF', null],
    ['', null],
  ])('%j', (text, expected) => expect(parseScript(bytes(text))).toEqual(expected))
  it('that name nothing are refused', () => {
    expect(() => parseScript(bytes('#!  \n'))).toThrow()
    expect(() => parseScript(bytes(`#!${'x'.repeat(254)}`))).toThrow()
  })
})

describe('exec', () => {
  it('passes arguments', () => expect(outcome('/bin/test', [], ['a', 'b', 'c'])).toBe(3))
  it('gives an empty argv one empty string', () => expect(outcome('/bin/test', [], [])).toBe(1))
  it('runs scripts by their interpreter, through several levels', () => {
    const one = file('/one', bytes('#!/bin/test x y\n'))
    const two = file('/two', bytes('#!/one z\n'))
    expect(outcome('/one', [one], ['one', 'p', 'q'])).toBe(5)
    expect(outcome('/two', [one, two], ['two', 'p'])).toBe(6)
  })
  it('fails as Linux does', () => {
    expect(outcome('/none', [])).toBe(ENOENT)
    expect(outcome('/bin', [])).toBe(EACCES)
    expect(outcome('/plain', [file('/plain', program(ARGC), 0o644)])).toBe(EACCES)
    expect(outcome('/junk', [file('/junk', bytes('junk'))])).toBe(ENOEXEC)
    expect(outcome('/empty', [file('/empty', bytes(''))])).toBe(ENOEXEC)
    expect(outcome('/self', [file('/self', bytes('#!/self\n'))])).toBe(ELOOP)
    expect(outcome('/bin/test', [], ['x'.repeat(131072)])).toBe(E2BIG)
    expect(outcome('/bin/test', [], new Array<string>(60).fill('x'.repeat(100_000)))).toBe(E2BIG)
  })
  it('leaves the old program alone when it fails', () => {
    // execve of a directory, then of junk: -EACCES and -ENOEXEC add up to -21.
    const { status } = runToEnd(
      program(`
        addi sp, sp, -32
        li t0, 0x6e69622f
        sd t0, 0(sp)
        mv a0, sp
        li a1, 0
        li a2, 0
        sys 221
        mv s0, a0
        li t0, 0x6b6e756a2f
        sd t0, 0(sp)
        mv a0, sp
        li a1, 0
        li a2, 0
        sys 221
        add s0, s0, a0
        neg a0, s0
        sys 94`),
      { files: [file('/junk', bytes('junk'))] },
    )
    expect(shellStatus(status)).toBe(21)
  })
})

const FILES = 2000

describe('mutated ELF files', () => {
  it('are refused or run, and never break the kernel', { timeout: 120_000 }, () => {
    const good = program(ARGC)
    let seed = 7
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return Math.floor((seed / 2 ** 32) * n)
    }
    const outcomes = new Set<string>()
    const files = Array.from({ length: FILES }, (_, n) => {
      const data = good.slice(0, random(10) === 0 ? random(good.length) : good.length)
      for (let i = 0; i <= random(4); i++) {
        // Mostly in the headers.
        const at = random(random(4) === 0 ? data.length : 176)
        if (at < data.length) data[at] = random(3) === 0 ? 1 << random(8) : [0, 0xff, 0x7f, 0x80, random(256)][random(5)]
      }
      return file(`/f${n}`, data)
    })
    const { host } = start(good).k
    const k = createKernel({ host, ramBytes: 64 * 2 ** 20, root: files })
    for (const { path } of files) {
      try {
        const task = spawnInit(k, { path, argv: ['x'], env: [], stdio: ['null', 'null', 'null'] })
        outcomes.add('started')
        // As far as its program goes; what it leaves behind would show in the invariants.
        runKernel(k, { maxInstructions: 100 })
        exitTask(k, task, 0)
        reapGroup(k, task.group, false)
        k.state.init = k.state.main = k.state.halted = null
      } catch (error) {
        if (!isErrno(error)) throw error
        outcomes.add(error.name)
      }
    }
    expect(checkInvariants(k)).toEqual([])
    expect([...outcomes].sort()).toEqual(['EFAULT', 'EINVAL', 'ENOEXEC', 'ENOMEM', 'started'])
  })
})
