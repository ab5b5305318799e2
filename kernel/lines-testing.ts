// Assembly in a few lines, for tests: instructions and labels only.
import { encode, loadImmediate, parseInstruction, rowNamed, xByName } from '../vm/index.ts'

type Labels = ReadonlyMap<string, number>

/** Addresses can change the length of what loads them; after so many passes nothing honest moves any more. */
const MAX_PASSES = 8

export interface Assembled {
  words: number[]
  labels: Labels
}

/** `li` of any value is several instructions; null: it is no li. */
function loadWords(text: string): number[] | null {
  const li = /^li\s+(\w+)\s*,\s*(\S+)$/.exec(text)
  if (!li) return null
  return loadImmediate(xByName.get(li[1]) ?? 0, BigInt(li[2])).map(({ name, values }) => {
    const row = rowNamed(name)
    const word = row && encode(row, values)
    if (typeof word !== 'number') throw new Error(`assembling '${text}': ${name} ${values.join(', ')}`)
    return word
  })
}

/** Labels that are not known yet count as where we are. */
function pass(lines: readonly string[], base: number, known: Labels): Assembled {
  const words: number[] = []
  const labels = new Map<string, number>()
  for (const line of lines) {
    const pc = base + 4 * words.length
    const label = /^(\w+):$/.exec(line)
    if (label) {
      labels.set(label[1], pc)
      continue
    }
    const text = line.replace(/\{(\w+)\}/g, (_, name: string) => String(known.get(name) ?? pc))
    const encoded = loadWords(text) ?? parseInstruction(text, pc)
    if (typeof encoded === 'string') throw new Error(`assembling '${text}': ${encoded}`)
    words.push(...encoded)
  }
  return { words, labels }
}

/**
 * Assembles code for address `base`. One instruction, or `label:`, a line; `{label}` is its address; `#` starts a comment; `sys NR`
 * is `li a7, NR` and `ecall`. Throws an Error for what is no instruction.
 */
export function assembleLines(source: string, base: number): Assembled {
  const lines = source
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(line => line !== '')
    .flatMap(line => (line.startsWith('sys ') ? [`li a7, ${line.slice(4)}`, 'ecall'] : [line]))
  let labels: Labels = new Map()
  for (let i = 0; i < MAX_PASSES; i++) {
    const assembled = pass(lines, base, labels)
    if ([...assembled.labels].every(([name, at]) => labels.get(name) === at)) return assembled
    labels = assembled.labels
  }
  throw new Error('assembling: the labels do not settle')
}
