// `doc TOPIC`: manuals made from the tables themselves, so they cannot be out of date.
import { Argument, type Command } from 'commander'
import { FIELDS, fieldNames, isaManual, presetConstants, presetDoc, presetNames } from '../../vm/index.ts'
import { CommandError, EXIT } from '../errors.ts'
import { syscallDocs, SYSCALLS, unimplementedCalls } from '../../kernel/index.ts'
import { command } from './words.ts'

/** The presets to tell of: the one that was asked for, or all. */
function chosenPresets(preset?: string): readonly string[] {
  if (preset === undefined || presetNames.includes(preset)) return preset === undefined ? presetNames : [preset]
  throw new CommandError(EXIT.usage, `there is no preset '${preset}'; there are ${presetNames.join(', ')}`)
}

/** Every constant of the timing model: what it is, and its value and mark in each preset. */
function timingText(asked?: string): string {
  const presets = chosenPresets(asked)
  const lines = [`# The constants of the timing model`, '', 'Presets:', ...presets.map(name => `  ${name.padEnd(10)} ${presetDoc(name)}`)]
  for (const field of fieldNames) {
    const { doc, ...kind } = FIELDS[field]
    lines.push('', `${field} (${kind.type === 'choice' ? kind.choices.join(' | ') : kind.unit})`, `  ${doc}`)
    for (const preset of presets) {
      const constant = presetConstants(preset)[field]
      const mark = 'source' in constant ? `sourced: ${constant.source}` : `estimated: ${constant.estimated}`
      lines.push(`    ${preset.padEnd(10)} ${String(constant.value).padStart(8)}  ${mark}`)
    }
  }
  return lines.join('\n') + '\n'
}

const TOPICS: Record<string, { text(asked?: string): string; json(asked?: string): unknown; ofPreset?: true }> = {
  syscalls: {
    text: syscallDocs,
    json: () => ({
      implemented: SYSCALLS.filter(row => row !== undefined).map(({ nr, name, args, note, refused }) => ({
        nr,
        name,
        args: args.map(([n, a]) => ({ name: n, type: a.type, names: a.names })),
        note,
        refused,
      })),
      enosys: unimplementedCalls(),
    }),
  },
  timing: {
    ofPreset: true,
    text: timingText,
    json: asked => Object.fromEntries(chosenPresets(asked).map(name => [name, { doc: presetDoc(name), constants: presetConstants(name) }])),
  },
  isa: { text: isaManual, json: () => ({ markdown: isaManual() }) },
}

export function addDocCommand(cli: Command): void {
  command(cli, 'doc', true)
    .addArgument(new Argument('<topic>').choices(Object.keys(TOPICS)))
    .argument('[preset]', 'with timing: this preset only')
    .option('--json', 'as JSON')
    .action((topic: string, asked: string | undefined, flags: { json?: boolean }) => {
      const { text, json, ofPreset } = TOPICS[topic]
      if (asked !== undefined && ofPreset === undefined) throw new CommandError(EXIT.usage, `doc ${topic} takes no argument '${asked}'`)
      process.stdout.write(flags.json ? JSON.stringify(json(asked), null, 2) + '\n' : text(asked))
    })
}
