// The VS Code extension agrees with the adapter about launch arguments, and with the machine about what registers are called.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SHARING } from '../../kernel/index.ts'
import { fNames, xNames } from '../../vm/index.ts'
import { checkedLaunch, LAUNCH_CHECKS } from './launch.ts'

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../editors/vscode/${name}`, import.meta.url)), 'utf8')) as T

interface Manifest {
  contributes: {
    debuggers: {
      configurationAttributes: { launch: { required: string[]; properties: Record<string, { default?: unknown; enum?: string[] }> } }
      initialConfigurations: object[]
    }[]
    languages: { extensions: string[] }[]
  }
}
interface Rule {
  match?: string
  name?: string
}
interface Grammar {
  repository: { operands: { patterns: Rule[] }; instruction: Rule; directive: { patterns: Rule[] }; label: { patterns: Rule[] } }
}

const manifest = read<Manifest>('package.json')
const [{ configurationAttributes, initialConfigurations }] = manifest.contributes.debuggers
const { repository } = read<Grammar>('syntaxes/riscv-asm.tmLanguage.json')

test('the schema of launch configurations is what the adapter checks, and its defaults pass', () => {
  const { required, properties } = configurationAttributes.launch
  expect(Object.keys(properties).sort()).toEqual(Object.keys(LAUNCH_CHECKS).sort())
  expect(required).toEqual(['program'])
  const defaults = Object.fromEntries(
    Object.entries(properties).flatMap(([name, p]) => (p.default === undefined ? [] : [[name, p.default]])),
  )
  expect(checkedLaunch(defaults)).toBe(defaults)
  for (const [name, { enum: words = [] }] of Object.entries(properties)) {
    for (const word of words) expect(checkedLaunch({ program: 'a.s', [name]: word })).toMatchObject({ [name]: word })
  }
  expect(properties.policy.enum).toEqual(SHARING.map(row => row.name))
  for (const configuration of initialConfigurations) expect(checkedLaunch(configuration)).toBe(configuration)
})

describe('the grammar', () => {
  const wholly = (pattern: string | undefined, text: string): boolean => new RegExp(pattern ?? '').exec(text)?.[0] === text
  test('knows every register, and no other word', () => {
    const rule = repository.operands.patterns.find(p => p.name === 'variable.language.register.asm')
    const numbers = Array.from({ length: 32 }, (_, n) => [`x${n}`, `f${n}`]).flat()
    for (const name of [...xNames, ...fNames, ...numbers, 'fp', 'pc']) expect([name, wholly(rule?.match, name)]).toEqual([name, true])
    for (const name of ['x32', 'f32', 's12', 't7', 'a8', 'main', 'fa8', 'ft12'])
      expect([name, wholly(rule?.match, name)]).toEqual([name, false])
  })

  test.each([
    ['    fmadd.d fa0, fa1, fa2', 'fmadd.d'],
    ['loop: c.addi sp, -16', 'c.addi'],
    ['ecall', 'ecall'],
  ])('finds the instruction of %j', (line, name) => {
    const afterLabel = new RegExp(repository.instruction.match ?? '').exec(line)
    expect(afterLabel?.[1]).toBe(name)
  })

  test('finds labels and directives', () => {
    const [label] = repository.label.patterns
    expect(new RegExp(label.match ?? '').exec('main: nop')?.[1]).toBe('main')
    const [named, plain] = repository.directive.patterns
    expect([...(new RegExp(named.match ?? '').exec('    .globl main') ?? [])].slice(1)).toEqual(['.globl', 'main'])
    expect(new RegExp(plain.match ?? '').exec('    .balign 8')?.[1]).toBe('.balign')
  })
})
