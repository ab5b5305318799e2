// A debugger over a session, ready for commands.
import type { Session } from '../session/index.ts'
import { logEvents } from './events.ts'
import { stopsByDefault } from './signals.ts'
import { COMMANDS } from './table.ts'
import type { CommandHost, Debugger } from './types.ts'

const WIDTH = 80

/** `width`: columns of views. Events are noted from here on. */
export function newDebugger(session: Session, host: CommandHost, width = WIDTH): Debugger {
  session.signalStops = stopsByDefault()
  return {
    session,
    host,
    commands: COMMANDS,
    log: logEvents(session),
    cache: new Map(),
    sources: new Map(),
    frame: 0,
    started: false,
    ended: null,
    lastStop: null,
    shown: '',
    values: [],
    variables: new Map(),
    displays: [],
    listed: null,
    examined: { address: 0, format: 'xw' },
    places: new Map(),
    history: [],
    width,
    quit: null,
    depth: 0,
  }
}
