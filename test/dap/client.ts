// A client for the adapter's tests: the program that is shipped, driven over a port.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DebugClient } from '@vscode/debugadapter-testsupport'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { afterAll, beforeAll } from 'vitest'

const HARTBEAT = fileURLToPath(new URL('../../dist/hartbeat.js', import.meta.url))
const LABS = fileURLToPath(new URL('../../programs/labs', import.meta.url))
/** Milliseconds that an answer or event may take on a machine with much else to do. */
export const PATIENCE = 60_000

/** MiB of RAM: a recording begins by looking at all of it. */
const SMALL = 16

export const labSource = (name: string): string => join(LABS, `${name}.s`)

let folder: string | undefined
let port = 0

/** One adapter for all tests of a file that calls this, with a machine for each connection. */
export function withAdapter(): void {
  let server: ChildProcess | undefined
  beforeAll(async () => {
    server = spawn(process.execPath, [HARTBEAT, 'dap', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const told = await new Promise<string>(resolve => server?.stderr?.once('data', (data: Buffer) => resolve(String(data))))
    port = Number(/^hartbeat: dap: listening on 127\.0\.0\.1:(\d+)\n$/.exec(told)?.[1])
  })
  afterAll(() => {
    server?.kill()
    if (folder !== undefined) rmSync(folder, { recursive: true })
    folder = undefined
  })
}

/** A file of a test's own. */
export function fileOf(name: string, text: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'hartbeat-dap-'))
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

type Stopped = DebugProtocol.StoppedEvent['body']
/** The part of an adapter's answers that tests look at. */
type Body = Record<string, never>

export interface Debugged {
  client: DebugClient
  /** Sends a request of any name, and answers its body. */
  ask<B = Body>(command: string, args?: object): Promise<B>
  /** What the adapter says when a request fails. */
  refusal(command: string, args?: object): Promise<string>
  /** Sends a request that lets the machine run, and waits for its stop. */
  run(command: string, args?: object): Promise<Stopped>
  /** Sends a request that lets the machine run, and waits for its end. */
  toEnd(command: string, args?: object): Promise<number>
  frame(threadId?: number): Promise<DebugProtocol.StackFrame>
  /** Output of the program so far. */
  output(): string
}

/** An adapter that has been initialized, and nothing more. */
export async function connect(): Promise<Debugged> {
  const client = new DebugClient('', '', 'hartbeat')
  client.defaultTimeout = PATIENCE
  let output = ''
  client.on('output', (event: DebugProtocol.OutputEvent) => void (output += event.body.output))
  await client.start(port)
  const ask = async <B>(command: string, args: object = {}): Promise<B> => (await client.customRequest(command, args)).body as B
  const eventAfter = async <E extends DebugProtocol.Event>(name: string, command: string, args: object): Promise<E> => {
    const event = client.waitForEvent(name, PATIENCE)
    await ask(command, args)
    return (await event) as E
  }
  await client.initializeRequest()
  return {
    client,
    ask,
    refusal: (command, args) =>
      ask(command, args).then(
        () => 'it was granted',
        (error: Error) => error.message,
      ),
    run: async (command, args = { threadId: 2 }) => (await eventAfter<DebugProtocol.StoppedEvent>('stopped', command, args)).body,
    toEnd: async (command, args = { threadId: 2 }) => (await eventAfter<DebugProtocol.ExitedEvent>('exited', command, args)).body.exitCode,
    async frame(threadId = 2) {
      const { stackFrames } = await ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })
      return stackFrames[0]
    },
    output: () => output,
  }
}

/** Launches, and sets what is to be set before the program begins. */
export async function launched(args: object): Promise<Debugged> {
  const debugged = await connect()
  const initialized = debugged.client.waitForEvent('initialized', PATIENCE)
  await debugged.ask('launch', { memory: SMALL, ...args })
  await initialized
  return debugged
}
