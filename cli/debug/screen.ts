// The debugger on a terminal: keys in, differences of cells out. Whatever ends it, the terminal is as it was before.
import {
  addOutput,
  closeSession,
  createSession,
  depthOf,
  diff,
  execute,
  newDebugger,
  newUi,
  press,
  readKeys,
  rememberRegisters,
  render,
  say,
  sequenceOf,
  type CellBuffer,
  type Debugger,
  type Key,
  type Ui,
} from '../../debugger/index.ts'
import { hostInput, JournalProblem, shellStatus, type Kernel } from '../../kernel/index.ts'
import { writeSync } from 'node:fs'
import type { Network } from '../network.ts'
import { inTurns } from '../turns.ts'
import type { Given } from './plain.ts'
import { online } from './online.ts'

/** Where the guest's output goes: out at once, or into a pane. */
export interface Output {
  write(stream: 1 | 2, bytes: Uint8Array): void
}

export interface ScreenOptions {
  readFile(path: string): string | null
  given: readonly Given[]
  /** What the guest writes goes through it: the screen puts itself there. */
  output: Output
  title: string
  /** The guest has a console. */
  console: boolean
  /** The way out of its network; null: there is none. */
  network: Network | null
}

/** The alternate screen, no cursor, wheel and buttons in SGR form. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1006h'
const LEAVE = '\x1b[?1006l\x1b[?1000l\x1b[0m\x1b[?25h\x1b[?1049l'
/** Milliseconds after which a lone ESC is the key, and between two pictures of a program that runs. */
const ESCAPE_MS = 50
const PICTURE_MS = 100

function out(text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

interface Screen {
  d: Debugger
  ui: Ui
  shown: CellBuffer | null
  interrupted: boolean
  drawnAt: number
}

function draw(screen: Screen): void {
  const { d, ui } = screen
  const depth = depthOf(process.env)
  const { buffer, cursor } = render(d, ui)
  const changes = diff(screen.shown, buffer, depth)
  const end = cursor === null ? '\x1b[?25l' : `\x1b[${cursor.y + 1};${cursor.x + 1}H\x1b[?25h`
  out(`\x1b[?25l${changes}${sequenceOf('plain', depth)}${end}`)
  screen.shown = buffer
  screen.drawnAt = performance.now()
}

async function run(screen: Screen, line: string): Promise<void> {
  const { d, ui } = screen
  ui.busy = true
  ui.last = line
  screen.interrupted = false
  d.history.push(line)
  rememberRegisters(d, ui)
  say(ui, [`:${line}`], 'prompt')
  draw(screen)
  try {
    const { lines, failed } = await execute(d, line)
    say(
      ui,
      lines.filter(text => text !== ''),
      failed ? 'error' : 'plain',
    )
  } catch (error) {
    if (!(error instanceof JournalProblem)) throw error
    say(ui, [`The replay cannot go on: ${error.message}.`], 'error')
  }
  ui.busy = false
}

/** Restores the terminal once, whatever comes. */
function takeTerminal(): () => void {
  let taken = true
  const giveBack = (): void => {
    if (!taken) return
    taken = false
    try {
      out(LEAVE)
      process.stdin.setRawMode(false)
    } catch {
      // The terminal is gone.
    }
    process.stdin.pause()
  }
  process.on('exit', giveBack)
  process.stdin.setRawMode(true)
  out(ENTER)
  return giveBack
}

/** Runs the debugger on the terminal until it is left. Answers the exit status. */
export async function debugOnScreen(kernel: Kernel, options: ScreenOptions): Promise<number> {
  const session = createSession(kernel)
  const ui = newUi(options.title, process.stdout.columns || 80, process.stdout.rows || 24)
  const d = newDebugger(
    session,
    {
      readFile: options.readFile,
      goOn: async () => {
        await new Promise(setImmediate)
        if (performance.now() - screen.drawnAt > PICTURE_MS) draw(screen)
        nextTurn()
        return !screen.interrupted
      },
      type: bytes => {
        if (options.console) hostInput(kernel, bytes)
        return options.console
      },
    },
    ui.width,
  )
  if (options.network !== null) Object.assign(d.host, online({ ...d.host }, session, options.network))
  const nextTurn = inTurns(kernel)
  const screen: Screen = { d, ui, shown: null, interrupted: false, drawnAt: 0 }
  options.output.write = (_, bytes) => addOutput(ui, Buffer.from(bytes).toString('latin1'))
  const giveBack = takeTerminal()
  try {
    return await loop(screen, options)
  } finally {
    giveBack()
    closeSession(session)
  }
}

function loop(screen: Screen, options: ScreenOptions): Promise<number> {
  const { d, ui } = screen
  return new Promise((resolve, reject) => {
    let rest = ''
    let waiting: NodeJS.Timeout | undefined
    const keys: Key[] = []
    let working = false
    const status = (): number => d.quit ?? (d.ended === null ? 0 : shellStatus(d.ended))

    const end = (value: number): void => {
      clearTimeout(waiting)
      process.stdin.off('data', onData).off('end', onHangUp)
      process.stdout.off('resize', onResize)
      for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.off(name, onSignal)
      resolve(value)
    }
    const work = async (): Promise<void> => {
      if (working) return
      working = true
      try {
        for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
          const action = press(d, ui, key)
          if (action.kind === 'quit') return end(status())
          if (action.kind === 'redraw') screen.shown = null
          if (action.kind === 'command') await run(screen, action.line)
          if (d.quit !== null) return end(status())
          draw(screen)
        }
      } catch (error) {
        reject(error)
      } finally {
        working = false
      }
    }
    const take = (found: readonly Key[]): void => {
      for (const key of found) {
        if (ui.busy && key.kind === 'named' && key.name === 'interrupt') screen.interrupted = true
        else keys.push(key)
      }
      void work()
    }
    const onData = (data: Buffer): void => {
      clearTimeout(waiting)
      const read = readKeys(rest + data.toString('utf8'))
      rest = read.rest
      if (rest !== '') {
        waiting = setTimeout(() => {
          const alone = rest
          rest = ''
          take(alone.startsWith('\x1b') ? [{ kind: 'named', name: 'escape' }] : [])
        }, ESCAPE_MS)
      }
      take(read.keys)
    }
    const onResize = (): void => {
      ui.width = process.stdout.columns
      ui.height = process.stdout.rows
      d.width = ui.width
      screen.shown = null
      draw(screen)
    }
    const onHangUp = (): void => end(status())
    const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }
    const onSignal = (name: NodeJS.Signals): void => end(SIGNALS[name])

    process.stdin.on('data', onData).on('end', onHangUp).resume()
    process.stdout.on('resize', onResize)
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(name, onSignal)

    const begin = async (): Promise<void> => {
      working = true
      say(ui, ['Before the first instruction: c goes on, :break main and r stop at main, ? lists keys.'], 'faint')
      draw(screen)
      for (const { kind, text } of options.given) {
        if (d.quit === null) await run(screen, kind === 'file' ? `source ${text}` : text)
        draw(screen)
      }
      working = false
      if (d.quit !== null) end(status())
      else void work()
    }
    begin().catch(reject)
  })
}
