// A terminal with nobody behind it: enough of a kernel for the line discipline, and what it put on the screen.
import type { Kernel } from '../kernel.ts'
import { bareKernel, NO_HOST } from '../process/testing.ts'
import { newConsole } from './create.ts'
import { ttyInput } from './input.ts'
import { takeLine } from './read.ts'
import { setTermios } from './termios.ts'
import type { Termios, Tty } from './types.ts'

export interface Desk {
  k: Kernel
  tty: Tty
  type(text: string): void
  /** All output so far. */
  screen(): string
  /** One line as a program reads it, null when it would sleep. */
  line(max?: number): string | null
  change(change: (termios: Termios) => void): void
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, letter => letter.charCodeAt(0))
const text = (from: Uint8Array): string => String.fromCharCode(...from)

export function newDesk(): Desk {
  const tty = newConsole()
  let shown = ''
  const host: Pick<Kernel['host'], 'write'> = {
    write(_stream, out) {
      shown += text(out)
      return 0
    },
  }
  const k = bareKernel({ host: { ...NO_HOST, ...host } })
  k.state.ttys = [tty]
  return {
    k,
    tty,
    type: typed => ttyInput(k, tty, bytes(typed)),
    screen: () => shown,
    line(max = 4096) {
      const line = takeLine(k, tty, max)
      return line && text(line)
    },
    change(change) {
      const termios = { ...tty.termios, cc: tty.termios.cc.slice() }
      change(termios)
      setTermios(k, tty, termios)
    },
  }
}
