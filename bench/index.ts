// The door of the bench: `benchMain` is what `hartbeat bench` calls. A bundle of its own, since nothing else needs it.
import { benchCommand } from './commands.ts'
import { openPool } from './pool.ts'
import { laboratory } from './run-cell.ts'
import type { Surroundings } from './run.ts'

const DEFAULT_WIDTH = 100
/** Lines longer than this are hard to read. */
const MOST_WIDTH = 140
/** Built beside this bundle. */
const WORKER = new URL('./bench-worker.js', import.meta.url)

/** Ctrl-C, and what a cluster sends before it takes a machine away. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM'] as const

function surroundings(interrupt: AbortSignal): Surroundings {
  const { stdout, stderr, env } = process
  return {
    laboratory,
    openPool: lanes => openPool(lanes, WORKER),
    print: text => void stdout.write(text),
    complain: text => void stderr.write(text),
    progress: stderr.isTTY === true,
    style: { width: Math.min(MOST_WIDTH, stdout.columns ?? DEFAULT_WIDTH), colour: stdout.isTTY === true && !env.NO_COLOR },
    interrupt,
  }
}

/** Runs the words after `hartbeat bench`; answers with the exit status. */
export async function benchMain(words: readonly string[]): Promise<number> {
  const controller = new AbortController()
  const onSignal = (): void => controller.abort(new Error('interrupted'))
  for (const name of ENDING_SIGNALS) process.on(name, onSignal)
  try {
    return await benchCommand(
      words,
      () => surroundings(controller.signal),
      text => void process.stdout.write(text),
    )
  } finally {
    for (const name of ENDING_SIGNALS) process.off(name, onSignal)
  }
}
