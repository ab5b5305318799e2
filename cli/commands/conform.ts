// `conform`: conformance tests that are built already, each on a machine of its own.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { ELF_MAGIC, ElfError } from '../../kernel/abi/index.ts'
import { fullIsa, parseIsa, type EngineName } from '../../vm/index.ts'
import { conform, outcomeText, type Conformance } from '../conform/run.ts'
import { CommandError, EXIT } from '../errors.ts'
import { instructionCount } from '../sizes.ts'
import { command } from './words.ts'

interface ConformFlags {
  isa?: string
  engine: string
  limit: string
}

const DEFAULT_LIMIT = '10M'
const ENGINES: readonly EngineName[] = ['interpreter', 'reference']

/** The ELF files of a directory and below it, in the order of their names; a file is itself. */
function testsIn(place: string): string[] {
  if (!existsSync(place)) throw new CommandError(EXIT.usage, `${place}: No such file or directory`)
  if (!statSync(place).isDirectory()) return [place]
  const found = readdirSync(place, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return found
    .map(entry => join(entry.parentPath, entry.name))
    .filter(isElf)
    .sort()
}

function isElf(path: string): boolean {
  const bytes = readFileSync(path)
  return bytes.length >= 4 && bytes.readUInt32LE(0) === ELF_MAGIC
}

function conformanceOf(flags: ConformFlags): Conformance {
  const isa = flags.isa === undefined ? fullIsa() : parseIsa(flags.isa)
  if (typeof isa === 'string') throw new CommandError(EXIT.usage, `--isa ${isa}`)
  const engine = ENGINES.find(name => name === flags.engine)
  if (engine === undefined) throw new CommandError(EXIT.usage, `--engine ${flags.engine}: there are ${ENGINES.join(' and ')}`)
  const limit = instructionCount(flags.limit)
  if (limit === null) throw new CommandError(EXIT.usage, `--limit ${flags.limit}: a limit is a number of instructions (k, M, G)`)
  return { isa, engine, limit }
}

function result(path: string, how: Conformance): string {
  try {
    return outcomeText(conform(readFileSync(path), path, how))
  } catch (error) {
    // A file that is damaged, or that the machine has no room for, fails alone.
    if (error instanceof ElfError || (error instanceof Error && /outside of RAM/.test(error.message))) return `not run: ${error.message}`
    throw error
  }
}

function runConform(place: string, flags: ConformFlags): number {
  const how = conformanceOf(flags)
  const tests = testsIn(place)
  if (tests.length === 0) throw new CommandError(EXIT.usage, `${place}: no ELF file`)
  const nameOf = (path: string): string => (path === place ? path : relative(place, path))
  const width = Math.max(...tests.map(path => nameOf(path).length))
  let passed = 0
  for (const path of tests) {
    const text = result(path, how)
    if (text === 'passed') passed++
    process.stdout.write(`${nameOf(path).padEnd(width)}  ${text}\n`)
  }
  process.stdout.write(`${passed} of ${tests.length} passed\n`)
  return passed === tests.length ? 0 : EXIT.failed
}

export function addConformCommand(cli: Command, done: (status: number) => void): void {
  command(cli, 'conform')
    .option('--isa <set>', "the machine's instruction set; all extensions that there are, if it is not said")
    .option('--engine <name>', 'interpreter or reference', 'interpreter')
    .option('--limit <count>', 'instructions that a test may take', DEFAULT_LIMIT)
    .action((place: string, flags: ConformFlags) => done(runConform(place, flags)))
}
