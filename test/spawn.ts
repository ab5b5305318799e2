// Commands of the host, run to their end with a limit, so that no test can hang a run for ever: the only place in test/ that calls node's spawnSync.
import * as host from 'node:child_process'

/** What a command may take where its caller says nothing, in milliseconds. Far above what any of them needs, far below what a whole run may take. */
const LIMIT = 120_000

type Options = host.SpawnSyncOptions

/** Like node's, but a command that is not done in time is killed, and that is an error which says what it had written. */
export function spawnSync(
  command: string,
  args: readonly string[],
  options: Options & { encoding: BufferEncoding },
): host.SpawnSyncReturns<string>
export function spawnSync(
  command: string,
  args: readonly string[],
  options?: Options & { encoding?: 'buffer' },
): host.SpawnSyncReturns<Buffer>
export function spawnSync(command: string, args: readonly string[], options: Options = {}): host.SpawnSyncReturns<string | Buffer> {
  const limited = { timeout: LIMIT, killSignal: 'SIGKILL', ...options } as const
  const done = host.spawnSync(command, args, limited)
  if (done.error !== undefined && 'code' in done.error && done.error.code === 'ETIMEDOUT') {
    const written = [done.stdout, done.stderr].map(text => text?.toString('latin1').slice(-1000) ?? '').join('')
    throw new Error(`not done after ${limited.timeout / 1000} s: ${[command, ...args].join(' ')}\n${written}`)
  }
  return done
}
