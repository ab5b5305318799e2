// Files that are made from tables or sources of ours and kept, because users or the kernel read them as files: they say what those say.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { assemble, link } from '../assembler/index.ts'
import { includeFiles, readElf, readSymbols, sectionBytes, SHT, type ElfFile } from '../kernel/index.ts'

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
/** After a change of what it is made from, the file follows by this. */
const HOW = 'the file is made: write it anew by `npm run generate`'
const HEX_COLUMNS = 128

test.each(includeFiles().map(({ name, text }) => [`programs/include/${name}`, text]))('%s', async (name, text) => {
  await expect(text, HOW).toMatchFileSnapshot(path(name))
})

/** The bytes of the one section that programs/vdso.s fills, and the values of its symbols: labels are counted from its start. */
function vdso(): { bytes: Uint8Array; valueOf: (symbol: string) => number } {
  const source = 'programs/vdso.s'
  const includes = new Map(includeFiles().map(({ name, text }) => [name, text]))
  const { object } = assemble({ name: source, text: readFileSync(path(source), 'utf8') }, { readFile: name => includes.get(name) ?? null })
  const { image } = link([{ name: source, bytes: object ?? new Uint8Array() }], { entry: '0' })
  const text = (bytes: Uint8Array): Uint8Array => {
    const elf = readElf(bytes, source)
    return sectionBytes(
      elf,
      elf.sections.find(s => s.name === '.text')!,
    )
  }
  const elf: ElfFile = readElf(object!, source)
  const symbols = readSymbols(
    elf,
    elf.sections.find(s => s.type === SHT.SYMTAB)!,
  )
  return { bytes: text(image!), valueOf: name => Number(symbols.find(s => s.name === name)!.value) }
}

test('kernel/process/vdso-bytes.ts', async () => {
  const { bytes, valueOf } = vdso()
  const hex = [...bytes].map(b => b.toString(16).padStart(2, '0')).join('')
  const lines = hex.match(new RegExp(`.{1,${HEX_COLUMNS}}`, 'g')) ?? []
  const text = `// What programs/vdso.s assembles to. Made by \`npm run generate\`.

/** The image in hexadecimal digits. */
export const VDSO_HEX = [
${lines.map(line => `  '${line}',\n`).join('')}]
/** Offset of the code that signal handlers return to: unwinders know it by its two instructions. */
export const VDSO_SIGRETURN = ${valueOf('__vdso_rt_sigreturn')}
/** Layout of the data page, which lies before the code: the date at boot. */
export const VVAR = { epochSec: ${valueOf('VVAR_SEC')}, epochNsec: ${valueOf('VVAR_NSEC')} } as const
`
  await expect(text, HOW).toMatchFileSnapshot(path('kernel/process/vdso-bytes.ts'))
})
