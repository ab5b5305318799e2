// The library's surface: what its doors hand out says what it is, and what it throws is an Error.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DOORS = ['vm', 'kernel', 'assembler', 'debugger', 'library']

/** Of index.ts: more is a heap. */
const MOST_NAMES = 75

interface Export {
  path: string
  kind: string
  documented: boolean
}

const DECLARATION = /^export (?:declare )?(function\*?|const|class|interface|type) (\w+)/gm

/** Names that a module exports, with where each is declared; it follows `export ... from`. */
function exportsOf(path: string, open: readonly string[] = []): Map<string, Export> {
  const out = new Map<string, Export>()
  if (open.includes(path)) return out
  const text = readFileSync(join(ROOT, path), 'utf8')
  const from = (specifier: string): Map<string, Export> => exportsOf(join(dirname(path), specifier), [...open, path])
  for (const [, specifier] of text.matchAll(/^export \* from '(\.[^']+)'/gm))
    for (const [name, found] of from(specifier)) if (!out.has(name)) out.set(name, found)
  for (const [, space, specifier] of text.matchAll(/^export \* as (\w+) from '(\.[^']+)'/gm))
    for (const [name, found] of from(specifier)) out.set(`${space}.${name}`, found)
  for (const [, list, specifier] of text.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)) {
    const inner = from(specifier)
    for (const item of list.split(',').filter(text => text.trim() !== '')) {
      const [name, other] = item
        .trim()
        .replace(/^type /, '')
        .split(' as ')
      // What a module hands on under an import of its own is somebody else's to document.
      const found = inner.get(name) ?? { path, kind: 'import', documented: true }
      out.set(other ?? name, found)
    }
  }
  for (const match of text.matchAll(DECLARATION)) {
    const before = text.slice(0, match.index)
    out.set(match[2], {
      path,
      kind: match[1],
      documented: /(\*\/|^\/\/.*)\n$/m.test(before.slice(before.lastIndexOf('\n', before.length - 2))),
    })
  }
  return out
}

const bare = (door: string, wanted: (e: Export) => boolean): string[] =>
  [...exportsOf(`${door}/index.ts`)].filter(([, e]) => wanted(e) && !e.documented).map(([name, e]) => `${e.path}: ${name}`)

test('the rule sees the exports', () => {
  expect(DOORS.map(door => exportsOf(`${door}/index.ts`).size > 20)).toEqual(DOORS.map(() => true))
  expect(exportsOf('index.ts').size).toBeGreaterThan(50)
})

// To mend: a line `/** ... */` above it that says what it answers, in which units, and what it throws.
test('every exported function and class says what it is', () => {
  expect(DOORS.flatMap(door => bare(door, e => /^(?:function|class)/.test(e.kind)))).toEqual([])
})

test('and of the assembler and the library everything does', () => {
  expect(['assembler', 'library'].flatMap(door => bare(door, () => true))).toEqual([])
})

// What most people see is small, and each name of it says what it is. To mend: as above, or hand it out under `hartbeat/...` alone.
test('the library has about sixty names, each documented', () => {
  const names = exportsOf('index.ts')
  expect([...names].filter(([, e]) => !e.documented).map(([name, e]) => `${e.path}: ${name}`)).toEqual([])
  expect(names.size).toBeLessThanOrEqual(MOST_NAMES)
})

function* sources(folder: string): Iterable<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* sources(path)
    else if (/(?<!\.test|\.d)\.ts$/.test(entry.name)) yield path
  }
}

test('what is thrown is an Error, and has a name of its own', () => {
  const texts = DOORS.flatMap(door => [...sources(door)].map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })))
  const errors = new Set(['Error'])
  const nameless: string[] = []
  for (const { path, text } of texts) {
    for (const [, name, base, body] of text.matchAll(/^(?:export )?class (\w+) extends (\w*(?:Error|Problem))\b ?\{([^]*?)\n?\}/gm)) {
      if (errors.has(base)) errors.add(name)
      if (!/override (?:readonly )?name\b/.test(body)) nameless.push(`${path}: ${name}`)
    }
  }
  expect(nameless).toEqual([])
  // Neither classes that are none, nor values; the compiler knows what an expression is.
  const wrong = texts.flatMap(({ path, text }) =>
    [...text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '').matchAll(/(?<![\w.'])throw (?:new (\w+)|["'`{\d])/g)]
      .filter(([, what]) => what === undefined || !errors.has(what))
      .map(([whole]) => `${path}: ${whole}`),
  )
  expect(wrong).toEqual([])
})
