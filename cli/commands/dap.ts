// `dap`: an adapter for editors that speak the Debug Adapter Protocol.
import type { Command } from 'commander'
import { CommandError, EXIT } from '../errors.ts'
import { wholeNumber } from '../sizes.ts'
import { command } from './words.ts'

const LAST_PORT = 65535

export function addDapCommand(cli: Command): void {
  command(cli, 'dap')
    .option('--port <n>', 'listen on this port of 127.0.0.1 (0: any free one, which is told)')
    .action(async ({ port }: { port?: string }) => {
      const { servePort, serveStreams } = await import('../dap/index.ts')
      if (port === undefined) return serveStreams()
      try {
        await servePort(wholeNumber('--port', port, 0, LAST_PORT), n =>
          process.stderr.write(`hartbeat: dap: listening on 127.0.0.1:${n}\n`),
        )
      } catch (error) {
        throw error instanceof CommandError ? error : new CommandError(EXIT.ours, `--port ${port}: ${(error as Error).message}`)
      }
    })
}
