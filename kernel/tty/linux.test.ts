// Random typing under random settings, against what Linux 6.18's line discipline did with it on a pseudo-terminal:
// [iflag, oflag, lflag, VEOL, VEOL2, [typed, size of the read that follows][], what was read (null: EAGAIN)[], the screen].
import { expect, it } from 'vitest'
import { ICANON, VEOL, VEOL2, VMIN } from '../abi/index.ts'
import transcripts from './linux-transcripts.json' with { type: 'json' }
import { takeRaw } from './read.ts'
import { newDesk } from './testing.ts'

type Transcript = [number, number, number, number, number, [string, number][], (string | null)[], string]

function play([iflag, oflag, lflag, eol, eol2, typed]: Transcript): { reads: (string | null)[]; screen: string } {
  const d = newDesk()
  d.change(t => {
    Object.assign(t, { iflag, oflag, lflag })
    t.cc[VEOL] = eol
    t.cc[VEOL2] = eol2
    t.cc[VMIN] = 1
  })
  const reads = typed.map(([text, max]) => {
    d.type(text)
    if (lflag & ICANON) return d.line(max)
    return String.fromCharCode(...takeRaw(d.k, d.tty, max)) || null
  })
  d.type('\x11')
  return { reads, screen: d.screen() }
}

it.each(transcripts as Transcript[])('iflag %o oflag %o lflag %o', (...transcript) => {
  const [, , , , , , reads, screen] = transcript
  expect(play(transcript)).toEqual({ reads, screen })
})
