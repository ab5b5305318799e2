// RISC-V's own directives: .option switches what the assembler may do, .attribute describes the object file.
import { encodeUtf8 } from '../../bytes.ts'
import { changeArch, hasExtension, parseArch } from '../arch.ts'
import { ATTRIBUTE_TAGS, isTextTag } from '../attributes.ts'
import { accept, acceptName, expectName, expectString, peek, rest, SourceError } from '../cursor.ts'
import { absolute, absoluteIn } from '../operand-expression.ts'
import { warn } from '../report.ts'
import type { Assembly, Flags } from '../state.ts'
import type { Directive } from './directive.ts'

const change =
  (flags: Partial<Flags>) =>
  (asm: Assembly): void =>
    void (asm.flags = { ...asm.flags, ...flags })

const OPTIONS: Readonly<Record<string, (asm: Assembly) => void>> = {
  push: asm => void asm.flagStack.push(asm.flags),
  pop: asm => {
    const saved = asm.flagStack.pop()
    if (!saved) throw new SourceError('.option pop with no .option push')
    asm.flags = saved
  },
  rvc(asm) {
    asm.flags = { ...asm.flags, rvc: true, arch: changeArch(asm.flags.arch, '+c') }
    asm.usedRvc = true
  },
  norvc: asm => void (asm.flags = { ...asm.flags, rvc: false, arch: changeArch(asm.flags.arch, '-c') }),
  relax: change({ relax: true }),
  norelax: change({ relax: false }),
  pic: change({ pic: true }),
  nopic: change({ pic: false }),
}

/** `.option arch, +c, -c` or a whole -march string. */
function optionArch(asm: Assembly, list: string): void {
  let { arch } = asm.flags
  for (const item of list.split(',').map(s => s.trim())) {
    arch = /^[+-]/.test(item) ? changeArch(arch, item) : parseArch(item)
  }
  asm.flags = { ...asm.flags, arch, rvc: hasExtension(arch, 'c') }
}

const option: Directive = (asm, c) => {
  const name = expectName(c)
  if (name === 'arch') {
    accept(c, ',')
    optionArch(asm, rest(c))
    return
  }
  const action = OPTIONS[name]
  if (action) action(asm)
  else warn(asm, `unrecognized .option directive: ${name}`)
}

const decoder = new TextDecoder()

const attribute: Directive = (asm, c) => {
  const start = c.at
  const name = /[A-Za-z_]/.test(peek(c)) ? (acceptName(c) ?? '') : null
  const tag = name === null ? absoluteIn(asm, c, 0, 0xffff, 'attribute tag') : ATTRIBUTE_TAGS[name.replace(/^Tag_RISCV_/, '')]
  if (tag === undefined) throw new SourceError(`unknown attribute \`${name}'`, start, c.at)
  if (!accept(c, ',')) throw new SourceError('expected comma after the attribute', c.at, c.at + 1)
  if (!isTextTag(tag)) {
    asm.attributes.set(tag, Number(absolute(asm, c)))
    return
  }
  const value = decoder.decode(Uint8Array.from(expectString(c, encodeUtf8)))
  if (tag !== ATTRIBUTE_TAGS.arch) {
    asm.attributes.set(tag, value)
    return
  }
  const arch = parseArch(value)
  asm.flags = { ...asm.flags, arch, rvc: hasExtension(arch, 'c') }
  asm.attributes.set(tag, arch)
}

export const options: Readonly<Record<string, Directive>> = { '.option': option, '.attribute': attribute }
