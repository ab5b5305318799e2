// One editor's connection: requests looked up in tables, their answers and errors sent back, and the machine that is debugged.
import { DebugSession, Event, Response } from '@vscode/debugadapter'
import type { DebugProtocol } from '@vscode/debugprotocol'
import type { dap } from '../../debugger/index.ts'
import { checkedArguments } from './shapes.ts'
import { closeDebuggee, type Debuggee } from './debuggee.ts'

/** Answers a request with its body, or with an Error in words. */
export type Handler = (a: Adapter, args: unknown) => object | Promise<object> | void
export type Requests = Readonly<Record<string, Handler>>

/** A row of a table of requests, which knows the shape of its arguments (as far as an editor keeps to the protocol). */
export const request =
  <A>(handler: (a: Adapter, args: A) => object | Promise<object> | void): Handler =>
  (a, args) =>
    handler(a, args as A)

/** A row for a request about a machine that stands still. */
export const whileStopped = <A>(handler: (a: Adapter, d: Debuggee, args: A) => object | Promise<object> | void): Handler =>
  request<A>((a, args) => {
    const d = a.debuggeeOrError()
    if (d.running) throw new Error('the machine is running: pause it first')
    if (d.closed) throw new Error('the machine has ended')
    return handler(a, d, args)
  })

/** Errors that nobody throws on purpose: they are told with the place where they came from. */
const DEFECTS = [TypeError, RangeError, ReferenceError]
/** Numbers of errors mean nothing to editors but must be there. */
const ERROR = 1

/** A response that says why there is no answer. */
function refused(response: DebugProtocol.Response, error: unknown): DebugProtocol.Response {
  const text = error instanceof Error ? error.message : String(error)
  const format = error instanceof Error && DEFECTS.some(kind => error instanceof kind) ? (error.stack ?? text) : text
  response.success = false
  response.message = text
  response.body = { error: { id: ERROR, format: format.replace(/[{}]/g, ''), showUser: true } }
  return response
}

export class Adapter extends DebugSession {
  debuggee: Debuggee | null = null
  /** What to stop at, by group: a source's path, or what sets them all at once. Survives a restart. */
  readonly wanted = new Map<string, dap.Wanted[]>()
  nextWanted = 1
  private readonly requests: Requests
  private readonly ended: () => void
  private after: (() => void)[] = []

  /** @param ended called when the editor is gone */
  constructor(requests: Requests, ended: () => void) {
    super()
    this.requests = requests
    this.ended = ended
  }

  debuggeeOrError(): Debuggee {
    if (this.debuggee === null) throw new Error('nothing was launched yet')
    return this.debuggee
  }

  /** Sends an event. */
  tell(event: string, body: object = {}): void {
    this.sendEvent(new Event(event, body))
  }

  say(category: 'console' | 'important' | 'stdout' | 'stderr', output: string): void {
    this.tell('output', { category, output })
  }

  /** Does something once the request that is answered now has its answer. */
  afterwards(what: () => void): void {
    this.after.push(what)
  }

  protected override dispatchRequest(message: DebugProtocol.Request): void {
    const response: DebugProtocol.Response = new Response(message)
    const handler = Object.hasOwn(this.requests, message.command) ? this.requests[message.command] : undefined
    this.after = []
    try {
      if (handler === undefined) throw new Error(`there is no request '${message.command}'`)
      const body = handler(this, checkedArguments(message.command, message.arguments))
      if (body instanceof Promise) {
        // It takes a while, and other requests are heard meanwhile.
        body.then(
          found => this.sendResponse(Object.assign(response, { body: found })),
          error => this.sendResponse(refused(response, error)),
        )
        return
      }
      if (body !== undefined) response.body = body
    } catch (error) {
      refused(response, error)
    }
    this.sendResponse(response)
    for (const what of this.after.splice(0)) what()
  }

  /** The editor has gone, or wants no more. */
  override shutdown(): void {
    if (this.debuggee !== null) closeDebuggee(this.debuggee)
    this.ended()
  }
}
