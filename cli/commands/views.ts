// `objdump`, `readelf` and `nm` under their GNU flags, printing GNU's text.
import { readFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { nm, objdump, readelf } from '../../assembler/index.ts'
import { ElfError } from '../../kernel/index.ts'
import { CommandError, EXIT } from '../errors.ts'
import { command } from './words.ts'

const collect = (value: string, list: string[]): string[] => [...list, value]

/** Prints each file's text; a file that cannot be read is complained about and the others go on, as the GNU tools do. */
function printEach(tool: string, files: readonly string[], show: (bytes: Uint8Array, name: string) => string): number {
  let status = 0
  for (const file of files) {
    try {
      process.stdout.write(show(readFileSync(file), file))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === undefined && !(error instanceof ElfError)) throw error
      const words =
        code === 'ENOENT' ? `'${file}': No such file` : code === 'EISDIR' ? `'${file}' is a directory` : (error as Error).message
      process.stderr.write(`${tool}: ${words}\n`)
      status = EXIT.failed
    }
  }
  return status
}

function need(tool: string, flags: object, wanted: readonly string[]): void {
  if (!wanted.some(name => name in flags))
    throw new CommandError(EXIT.usage, `${tool}: say what to show: ${wanted.length} options, see ${tool} --help`)
}

interface ObjdumpFlags {
  disassemble?: boolean
  disassembleAll?: boolean
  headers?: boolean
  syms?: boolean
  fullContents?: boolean
  reloc?: boolean
  disassembleZeroes?: boolean
  section: string[]
  M: string[]
}

function addObjdump(cli: Command, done: (status: number) => void): void {
  command(cli, 'objdump')
    .option('-d, --disassemble', 'code of executable sections')
    .option('-D, --disassemble-all', 'all sections as code')
    .option('-h, --headers', 'section headers')
    .option('-t, --syms', 'the symbol table')
    .option('-s, --full-contents', 'contents in hexadecimal')
    .option('-r, --reloc', 'with -d: relocations between the lines')
    .option('-z, --disassemble-zeroes', 'do not leave out zeros')
    .option('-j, --section <name>', 'only this section; may be repeated', collect, [])
    .option('-M <option>', 'no-aliases: no pseudo-instructions', collect, [])
    .helpOption('--help', 'show this help')
    .action((files: string[], flags: ObjdumpFlags) => {
      need('objdump', flags, ['disassemble', 'disassembleAll', 'headers', 'syms', 'fullContents'])
      const unknown = flags.M.find(option => option !== 'no-aliases')
      if (unknown) throw new CommandError(EXIT.usage, `objdump: -M ${unknown}: only no-aliases is there`)
      const options = {
        disassemble: flags.disassembleAll ? ('all' as const) : flags.disassemble,
        headers: flags.headers,
        symbols: flags.syms,
        contents: flags.fullContents,
        relocations: flags.reloc,
        noAliases: flags.M.length > 0,
        zeros: flags.disassembleZeroes,
        only: flags.section.length ? flags.section : undefined,
      }
      done(printEach('objdump', files, (bytes, name) => objdump(bytes, name, options)))
    })
}

interface ReadelfFlags {
  all?: boolean
  headers?: boolean
  fileHeader?: boolean
  programHeaders?: boolean
  sectionHeaders?: boolean
  syms?: boolean
  relocs?: boolean
  dynamic?: boolean
  notes?: boolean
  archSpecific?: boolean
  wide?: boolean
}

function addReadelf(cli: Command, done: (status: number) => void): void {
  command(cli, 'readelf')
    .option('-a, --all', 'everything')
    .option('-e, --headers', 'all headers: -h -l -S')
    .option('-h, --file-header', 'the ELF header')
    .option('-l, --program-headers', 'segments')
    .option('-S, --section-headers', 'sections')
    .option('-s, --syms', 'symbol tables')
    .option('-r, --relocs', 'relocations')
    .option('-d, --dynamic', 'the dynamic section')
    .option('-n, --notes', 'notes')
    .option('-A, --arch-specific', 'attributes')
    .option('-W, --wide', 'lines as long as they need')
    .helpOption('--help', 'show this help')
    .action((files: string[], flags: ReadelfFlags) => {
      const parts = [
        'all',
        'headers',
        'fileHeader',
        'programHeaders',
        'sectionHeaders',
        'syms',
        'relocs',
        'dynamic',
        'notes',
        'archSpecific',
      ]
      need('readelf', flags, parts)
      const { all } = flags
      const headers = all || flags.headers
      const options = {
        header: headers || flags.fileHeader,
        segments: headers || flags.programHeaders,
        sections: headers || flags.sectionHeaders,
        symbols: all || flags.syms,
        relocations: all || flags.relocs,
        dynamic: all || flags.dynamic,
        notes: all || flags.notes,
        attributes: all || flags.archSpecific,
        all,
        wide: flags.wide,
      }
      done(printEach('readelf', files, (bytes, name) => (files.length > 1 ? `\nFile: ${name}\n` : '') + readelf(bytes, name, options)))
    })
}

interface NmFlags {
  numericSort?: boolean
  sort: boolean
  reverseSort?: boolean
  externOnly?: boolean
  undefinedOnly?: boolean
  definedOnly?: boolean
  debugSyms?: boolean
  printSize?: boolean
  dynamic?: boolean
}

function addNm(cli: Command, done: (status: number) => void): void {
  command(cli, 'nm')
    .option('-n, --numeric-sort', 'by address')
    .option('-p, --no-sort', 'in the order of the file')
    .option('-r, --reverse-sort', 'the other way round')
    .option('-g, --extern-only', 'only global symbols')
    .option('-u, --undefined-only', 'only undefined symbols')
    .option('-U, --defined-only', 'only defined symbols')
    .option('-a, --debug-syms', 'section and file symbols too')
    .option('-S, --print-size', 'sizes too')
    .option('-D, --dynamic', 'the dynamic symbols')
    .addOption(new Option('-B').hideHelp())
    .action((files: string[], flags: NmFlags) => {
      const options = {
        sort: flags.numericSort ? ('address' as const) : flags.sort ? ('name' as const) : ('none' as const),
        reverse: flags.reverseSort,
        externOnly: flags.externOnly,
        undefinedOnly: flags.undefinedOnly,
        definedOnly: flags.definedOnly,
        all: flags.debugSyms,
        size: flags.printSize,
        dynamic: flags.dynamic,
      }
      done(printEach('nm', files, (bytes, name) => (files.length > 1 ? `\n${name}:\n` : '') + nm(bytes, name, options)))
    })
}

export function addViewCommands(cli: Command, done: (status: number) => void): void {
  addObjdump(cli, done)
  addReadelf(cli, done)
  addNm(cli, done)
}
