// `doc TOPIC`: manuals made from the tables themselves, so they cannot be out of date.
import { Argument, type Command } from 'commander'
import { FIELDS, fieldNames, isaManual, presetConstants, presetDoc, presetNames } from '../../vm/index.ts'
import { syscallDocs, SYSCALLS, unimplementedCalls } from '../../kernel/index.ts'

/** Every constant of the timing model: what it is, and its value and mark in each preset. */
function timingText(): string {
  const lines = [
    `# The constants of the timing model`,
    '',
    'Presets:',
    ...presetNames.map(name => `  ${name.padEnd(10)} ${presetDoc(name)}`),
  ]
  for (const field of fieldNames) {
    const { doc, ...kind } = FIELDS[field]
    lines.push('', `${field} (${kind.type === 'choice' ? kind.choices.join(' | ') : kind.unit})`, `  ${doc}`)
    for (const preset of presetNames) {
      const constant = presetConstants(preset)[field]
      const mark = 'source' in constant ? `sourced: ${constant.source}` : `estimated: ${constant.estimated}`
      lines.push(`    ${preset.padEnd(10)} ${String(constant.value).padStart(8)}  ${mark}`)
    }
  }
  return lines.join('\n') + '\n'
}

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
  timing: {
    text: timingText,
    json: () => Object.fromEntries(presetNames.map(name => [name, { doc: presetDoc(name), constants: presetConstants(name) }])),
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
