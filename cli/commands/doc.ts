// `doc TOPIC`: manuals made from the tables themselves, so they cannot be out of date.
import { Argument, type Command } from 'commander'
import { isaManual } from '../../vm/index.ts'
import { syscallDocs, SYSCALLS, unimplementedCalls } from '../../kernel/index.ts'

const TOPICS: Record<string, { text(): string; json(): unknown }> = {
  syscalls: {
    text: syscallDocs,
    json: () => ({
      implemented: SYSCALLS.filter(row => row !== undefined).map(({ nr, name, args, note }) => ({
        nr,
        name,
        args: args.map(([n, a]) => ({ name: n, type: a.type })),
        note,
      })),
      enosys: unimplementedCalls(),
    }),
  },
  isa: { text: isaManual, json: () => ({ markdown: isaManual() }) },
}

export function addDocCommand(cli: Command): void {
  cli
    .command('doc')
    .description('print a manual made from the tables')
    .addArgument(new Argument('<topic>').choices(Object.keys(TOPICS)))
    .option('--json', 'as JSON')
    .action((topic: string, flags: { json?: boolean }) => {
      const { text, json } = TOPICS[topic]
      process.stdout.write(flags.json ? JSON.stringify(json(), null, 2) + '\n' : text())
    })
}
