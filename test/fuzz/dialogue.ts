// What a fuzzer of dialogues shares: random sequences of steps, each played from the beginning on a machine of its own, and the smallest
// sequence that still goes wrong.
import { Worker } from 'node:worker_threads'
import type { Random } from '../../vm/index.ts'

export const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]

/** Numbers at which readers of protocols break, as hexadecimal digits. */
export const EDGES: readonly string[] = [
  '0',
  '1',
  '2',
  '7',
  '8',
  'ff',
  '1000',
  '10000',
  '7fffffff',
  '80000000',
  'ffffffff',
  '100000000',
].concat(['20000000000000', '7fffffffffffffff', 'ffffffffffffffff', 'fffffffffffffffff', '', '-1', 'x', 'nan'])

const WILD = ['\0', '\xff', '}', '*', '#', '$', ';', ':', ',', '-', '(', '"', '\n', '~', 'ffffffff', ' ', '%s', '*\x1d', '*~']

/** A text with something wrong in it. */
export function damaged(random: Random, text: string): string {
  const at = random(text.length + 1)
  const end = Math.min(text.length, at + random(4))
  switch (random(5)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(end)
    case 2:
      return text.slice(0, at) + text.slice(random(text.length + 1))
    case 3:
      return text.slice(0, at) + pick(random, WILD).repeat(1 + random(random(20) === 0 ? 3000 : 3)) + text.slice(end)
    default:
      return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(end)
  }
}

/** Plays steps from the beginning: what went wrong, or null. */
export type Play<S> = (steps: readonly S[]) => string | null | Promise<string | null>

/** Whatever is thrown is something that went wrong. */
async function outcome<S>(play: Play<S>, steps: readonly S[]): Promise<string | null> {
  try {
    return await play(steps)
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

const firstLine = (text: string): string => text.split('\n')[0].replace(/\d+/g, 'N')
/** Dialogues that shrinking may play. */
const MOST_TRIES = 400

/** Fewer steps with which the same goes wrong. */
async function shrink<S>(play: Play<S>, steps: readonly S[], problem: string): Promise<readonly S[]> {
  let least = steps
  let tries = 0
  for (let part = Math.ceil(least.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let at = 0; at < least.length && tries < MOST_TRIES;) {
      const fewer = [...least.slice(0, at), ...least.slice(at + part)]
      tries++
      const again = await outcome(play, fewer)
      if (again !== null && firstLine(again) === firstLine(problem)) least = fewer
      else at += part
    }
  }
  return least
}

/** Throws with the smallest dialogue that goes wrong. */
export async function expectWell<S>(title: string, play: Play<S>, steps: readonly S[]): Promise<void> {
  const problem = await outcome(play, steps)
  if (problem === null) return
  const least = await shrink(play, steps, problem)
  const shown = least
    .map(step => JSON.stringify(step))
    .map(text => (text.length > 300 ? `${text.slice(0, 300)}... (${text.length})` : text))
  throw new Error(`${title}: ${problem}\nafter:\n${shown.join('\n')}`)
}

/** What this process has used so far, in milliseconds: does not count what the host's other processes were given meanwhile. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds after which a step is taken to be endless: nobody else could end it, as it holds the only thread. */
const ENDLESS_MS = 60_000
const SHOWN = 4000
/** [0]: steps begun; from BYTES on the latest one's text, [1] bytes of it. */
const BYTES = 8

const WATCHER = `
  const { workerData: { memory, limit } } = require('node:worker_threads')
  const counts = new Int32Array(memory, 0, 2)
  let [seen, since] = [0, Date.now()]
  setInterval(() => {
    if (counts[0] !== seen) [seen, since] = [counts[0], Date.now()]
    else if (seen > 0 && Date.now() - since > limit) {
      const text = Buffer.from(new Uint8Array(memory, ${BYTES}).slice(0, counts[1])).toString('latin1')
      require('node:fs').writeSync(2, 'a step does not end: ' + text + '\\n')
      process.kill(process.pid, 'SIGKILL')
    }
  }, 250)`

/** A thread that ends the whole process, with the step that hangs, when no other step is begun for long. Tell it of each, and of the end. */
export function watchSteps(limit = ENDLESS_MS): { begin(step: unknown): void; done(): void } {
  const memory = new SharedArrayBuffer(BYTES + SHOWN)
  const counts = new Int32Array(memory, 0, 2)
  const text = new Uint8Array(memory, BYTES)
  const worker = new Worker(WATCHER, { eval: true, workerData: { memory, limit } })
  worker.unref()
  return {
    begin(step) {
      const bytes = Buffer.from(JSON.stringify(step).slice(0, SHOWN), 'latin1')
      text.set(bytes)
      counts[1] = bytes.length
      counts[0]++
    },
    done: () => void worker.terminate(),
  }
}
