// Requests about the life of what is debugged: from `initialize` to `disconnect`, and running in between.
import type { DebugProtocol } from '@vscode/debugprotocol'
import { findTask } from '../../kernel/index.ts'
import { dap, type Task } from '../../debugger/index.ts'
import { request, whileStopped, type Adapter, type Requests } from './adapter.ts'
import { CAPABILITIES } from './capabilities.ts'
import { closeDebuggee, newDebuggee, taskOf, type Debuggee } from './debuggee.ts'
import { checkedLaunch } from './launch.ts'
import { forgetSites, resolveAll } from './points.ts'
import { entered, move } from './run.ts'

/** Makes the machine, and the points that were asked for before. */
function launch(a: Adapter, given: unknown): Debuggee {
  const d = newDebuggee(checkedLaunch(given), text => a.say('stderr', text))
  a.debuggee = d
  forgetSites(a)
  resolveAll(a, d)
  return d
}

function begin(a: Adapter, d: Debuggee): void {
  d.begun = true
  if (d.launched.stopOnEntry === true && d.launched.noDebug !== true) entered(a, d)
  else move(a, d, dap.motion(d.sight, 'stop'))
}

/** Over for good: the editor is told, and the machine is nobody's. */
function end(a: Adapter): void {
  const d = a.debuggee
  if (d === null || d.closed) return
  closeDebuggee(d)
  a.afterwards(() => a.tell('terminated'))
}

interface Step {
  threadId: number
  granularity?: DebugProtocol.SteppingGranularity
}

const living = (d: Debuggee, id: number): Task => {
  const task = taskOf(d, id)
  if (task.mm === null) throw new Error(`task ${id} has ended: it can only go back`)
  return task
}

/** The machine has not begun before the configuration is done, and does not go on after its end. */
const steps = (name: keyof typeof dap.STEPS, back = false) =>
  whileStopped<Step>((a, d, { threadId, granularity }) => {
    if (!d.begun) throw new Error('the configuration is not done')
    if (d.closed) throw new Error('the machine has ended')
    if (back) recorded(d)
    else living(d, threadId)
    const who = back ? (findTask(d.sight.s.k.state.ns, threadId) ?? d.sight.s.focus) : taskOf(d, threadId)
    move(a, d, dap.motion(d.sight, dap.STEPS[name][granularity === 'instruction' ? 'instruction' : 'line'], who))
  })

function recorded(d: Debuggee): void {
  if (d.sight.s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
}

export const lifeRequests: Requests = {
  initialize: request<DebugProtocol.InitializeRequestArguments>((_, args) => {
    if (args.pathFormat !== undefined && args.pathFormat !== 'path') throw new Error(`paths as '${args.pathFormat}' are not supported`)
    if (args.linesStartAt1 === false) throw new Error('lines that start at 0 are not supported')
    return CAPABILITIES
  }),
  launch: request((a, args) => {
    if (a.debuggee !== null) throw new Error('a program was launched already: restart it')
    launch(a, args)
    a.afterwards(() => a.tell('initialized'))
  }),
  attach: request(() => {
    throw new Error('there is nothing to attach to: a machine lives in its debugger; use launch')
  }),
  configurationDone: request(a => {
    const d = a.debuggeeOrError()
    if (!d.begun) a.afterwards(() => begin(a, d))
  }),
  restart: request<{ arguments?: unknown }>((a, { arguments: given }) => {
    const old = a.debuggeeOrError()
    const again = given ?? old.launched
    checkedLaunch(again)
    closeDebuggee(old)
    const d = launch(a, again)
    a.afterwards(() => begin(a, d))
  }),
  terminate: request(a => {
    a.debuggeeOrError()
    end(a)
  }),
  disconnect: request(a => {
    end(a)
    a.afterwards(() => a.shutdown())
  }),

  continue: whileStopped((a, d) => {
    if (!d.begun || d.closed) throw new Error(d.closed ? 'the machine has ended' : 'the configuration is not done')
    move(a, d, dap.motion(d.sight, 'stop'))
    return { allThreadsContinued: true }
  }),
  pause: request(a => {
    const d = a.debuggeeOrError()
    if (!d.running) throw new Error('the machine does not run')
    d.pauseAsked = true
  }),
  next: steps('next'),
  stepIn: steps('stepIn'),
  stepOut: steps('stepOut'),
  stepBack: steps('stepBack', true),
  reverseContinue: whileStopped((a, d) => {
    recorded(d)
    if (!d.begun || d.closed) throw new Error(d.closed ? 'the machine has ended' : 'the configuration is not done')
    move(a, d, dap.motion(d.sight, 'stopBack'))
  }),
}
