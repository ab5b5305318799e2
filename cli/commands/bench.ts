// `bench`: a bundle of its own beside this one, loaded only when it is asked for. Its words and options are bench/commands.ts's.
import type { Command } from 'commander'
import { command } from './words.ts'

interface BenchBundle {
  benchMain(words: readonly string[]): Promise<number>
}

/** Built beside the command line. */
const BUNDLE = './bench.js'

export function addBenchCommand(cli: Command, done: (status: number) => void): void {
  command(cli, 'bench')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      const { benchMain } = (await import(new URL(BUNDLE, import.meta.url).href)) as BenchBundle
      done(await benchMain(words))
    })
}
