// The adapter as editors start it: on standard streams, gone when the editor wants no more or has gone itself.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const HARTBEAT = fileURLToPath(new URL('../../dist/hartbeat.js', import.meta.url))

interface Message {
  type: string
  event?: string
  command?: string
  success?: boolean
}

const write = (adapter: ChildProcess, text: string): void =>
  void adapter.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)

/** Starts an adapter, sends it requests, and waits for its end. */
async function serve(
  requests: readonly object[],
  last: (adapter: ChildProcess) => void,
): Promise<{ status: number | null; messages: Message[]; errors: string }> {
  const adapter = spawn(process.execPath, [HARTBEAT, 'dap'], { stdio: 'pipe' })
  let out = ''
  let errors = ''
  adapter.stdout.on('data', (data: Buffer) => void (out += String(data)))
  adapter.stderr.on('data', (data: Buffer) => void (errors += String(data)))
  requests.forEach((body, n) => write(adapter, JSON.stringify({ seq: n + 1, type: 'request', ...body })))
  last(adapter)
  const status = await new Promise<number | null>(resolve => adapter.once('close', resolve))
  const messages = out.split(/Content-Length: \d+\r\n\r\n/).flatMap(text => (text === '' ? [] : [JSON.parse(text) as Message]))
  return { status, messages, errors }
}

const launch = [
  { command: 'initialize', arguments: { adapterID: 'test' } },
  { command: 'launch', arguments: { program: '/bin/cat', memory: 16, stdin: 'through the guest\n' } },
  { command: 'configurationDone' },
]

test('disconnect in the middle of a run ends it', async () => {
  const spin = { command: 'launch', arguments: { program: '/bin/sh', args: ['-c', 'while :; do :; done'], memory: 16 } }
  const { status, messages, errors } = await serve([launch[0], spin, launch[2], { command: 'disconnect' }], () => undefined)
  expect({ status, errors }).toEqual({ status: 0, errors: '' })
  expect(messages.filter(m => m.type === 'response').map(m => [m.command, m.success])).toEqual([
    ['initialize', true],
    ['launch', true],
    ['configurationDone', true],
    ['disconnect', true],
  ])
})

test('an editor that goes without a word, and bytes that are no message', async () => {
  const gone = await serve(launch, adapter => adapter.stdin?.end())
  expect(gone.status).toBe(0)
  const nonsense = await serve([], adapter => write(adapter, '{"seq": 1,'))
  expect(nonsense.status).toBe(0)
})
