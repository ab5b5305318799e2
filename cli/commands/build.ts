// `as` and `ld`: the assembler and linker under their GNU names and flags.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Option, type Command } from 'commander'
import { assemble, formatDiagnostics, hasErrors, link, type Diagnostic, type LinkInput } from '../../assembler/index.ts'
import { LIBRARY_MARK, WHOLE_MARKS } from '../gnu-flags.ts'
import { CommandError, EXIT } from '../errors.ts'
import { includeReader, libraryArchive } from '../resources.ts'
import { command } from './words.ts'

const EXECUTABLE = 0o755
const collect = (value: string, list: string[]): string[] => [...list, value]
const DEFSYM = /^([^=]+)=(-?\d+|-?0x[0-9a-fA-F]+)$/

function report(diagnostics: readonly Diagnostic[]): void {
  process.stderr.write(formatDiagnostics(diagnostics))
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new CommandError(
      EXIT.failed,
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory' : (error as Error).message}`,
    )
  }
}

function defines(list: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(
    list.map(text => {
      const m = DEFSYM.exec(text)
      if (!m) throw new CommandError(EXIT.usage, `--defsym ${text}: it is SYMBOL=NUMBER`)
      return [m[1], m[2].startsWith('-') ? -BigInt(m[2].slice(1)) : BigInt(m[2])]
    }),
  )
}

function address(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const n = Number(/^(0x)?[0-9a-f]+$/i.test(text) ? `0x${text.replace(/^0x/i, '')}` : NaN)
  if (!Number.isSafeInteger(n)) throw new CommandError(EXIT.usage, `${option}${text}: an address in hexadecimal`)
  return n
}

interface AsFlags {
  o: string
  I: string[]
  march?: string
  mabi: string
  g?: boolean
  defsym: string[]
  relax?: boolean
  fpic?: boolean
}

function runAs(files: readonly string[], flags: AsFlags): number {
  if (flags.mabi !== 'lp64' && flags.mabi !== 'lp64d' && flags.mabi !== 'lp64f')
    throw new CommandError(EXIT.usage, `-mabi=${flags.mabi}: this is a 64-bit machine (lp64, lp64f, lp64d)`)
  const [file] = files
  const result = assemble(
    { name: file, text: new TextDecoder().decode(read(file)) },
    {
      readFile: includeReader([...flags.I, dirname(file)]),
      march: flags.march,
      defines: defines(flags.defsym),
      debug: flags.g,
      relax: flags.relax,
      pic: flags.fpic,
    },
  )
  report(result.diagnostics)
  if (result.object === null || hasErrors(result.diagnostics)) return EXIT.failed
  writeFileSync(flags.o, result.object)
  return 0
}

interface LdFlags {
  o: string
  e?: string
  L: string[]
  Ttext?: string
  Tdata?: string
  Tbss?: string
  TtextSegment?: string
  Map?: string
  gcSections?: boolean
  relax: boolean
  strip?: boolean
  defsym: string[]
  undefined: string[]
}

function findLibrary(name: string, folders: readonly string[]): LinkInput {
  for (const folder of folders) {
    const path = join(folder, `lib${name}.a`)
    if (existsSync(path)) return { name: path, bytes: readFileSync(path) }
  }
  if (name === 'hartbeat') return libraryArchive()
  throw new CommandError(EXIT.failed, `cannot find -l${name}`)
}

function inputsOf(files: readonly string[], folders: readonly string[]): LinkInput[] {
  const inputs: LinkInput[] = []
  let whole = false
  for (const name of files) {
    if (Object.hasOwn(WHOLE_MARKS, name)) {
      whole = WHOLE_MARKS[name]
      continue
    }
    const isLibrary = name.startsWith(LIBRARY_MARK)
    inputs.push({ ...(isLibrary ? findLibrary(name.slice(LIBRARY_MARK.length), folders) : { name, bytes: read(name) }), whole })
  }
  return inputs
}

function runLd(files: readonly string[], flags: LdFlags): number {
  const { image, map, diagnostics } = link(inputsOf(files, flags.L), {
    entry: flags.e,
    text: address('-Ttext=', flags.Ttext),
    data: address('-Tdata=', flags.Tdata),
    bss: address('-Tbss=', flags.Tbss),
    textSegment: address('-Ttext-segment=', flags.TtextSegment),
    gcSections: flags.gcSections,
    relax: flags.relax,
    strip: flags.strip,
    defines: defines(flags.defsym),
    undefined: [...flags.undefined, flags.e ?? '_start'],
  })
  report(diagnostics)
  if (image === null || hasErrors(diagnostics)) return EXIT.failed
  writeFileSync(flags.o, image, { mode: EXECUTABLE })
  if (flags.Map) writeFileSync(flags.Map, map)
  return 0
}

export function addBuildCommands(cli: Command, done: (status: number) => void): void {
  command(cli, 'as')
    .option('-o <file>', 'output', 'a.out')
    .option('-I <dir>', 'where .include looks', collect, [])
    .option('--march <isa>', '-march=: the architecture, rv64gc')
    .option('--mabi <abi>', '-mabi=: the calling convention', 'lp64d')
    .option('-g', 'a line table for debuggers')
    .option('--defsym <symbol=number>', 'define a symbol', collect, [])
    .option('--fpic', 'position-independent code')
    .addOption(new Option('--fno-pic').hideHelp())
    .addOption(new Option('--mrelax').hideHelp())
    .option('--mno-relax', '-mno-relax: no linker relaxation')
    .action((file: string, flags: AsFlags & { mnoRelax?: boolean }) => done(runAs([file], { ...flags, relax: !flags.mnoRelax })))

  command(cli, 'ld')
    .option('-o <file>', 'output', 'a.out')
    .option('-e <symbol>', 'entry point')
    .option('-L <dir>', 'where -l looks', collect, [])
    .option('-l <name>', 'link with libNAME.a (-lhartbeat: our assembly library)', collect, [])
    .option('-u, --undefined <symbol>', 'look for a symbol in archives', collect, [])
    .option('-s, --strip-all', 'no symbol table')
    .option('--Ttext <address>', '-Ttext=: address of .text')
    .option('--Tdata <address>', '-Tdata=: address of .data')
    .option('--Tbss <address>', '-Tbss=: address of .bss')
    .option('--Ttext-segment <address>', '-Ttext-segment=: address of the first segment')
    .option('--Map <file>', '-Map=: write a link map')
    .option('--gc-sections', 'leave out sections that nothing refers to')
    .option('--no-relax', 'no linker relaxation')
    .option('--defsym <symbol=number>', 'define a symbol', collect, [])
    .addOption(new Option('--static').hideHelp())
    .action((files: string[], flags: LdFlags & { stripAll?: boolean }) => done(runLd(files, { ...flags, strip: flags.stripAll })))
}
