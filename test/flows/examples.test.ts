// The examples of the library's reference and of the README: each is run as it stands, and prints what its `// =>` lines say. And the
// reference names every name there is.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import * as abi from '../../kernel/abi/index.ts'
import * as assembler from '../../assembler/index.ts'
import * as node from '../../cli/node.ts'
import * as debug from '../../debugger/index.ts'
import * as hartbeat from '../../index.ts'
import * as kernel from '../../kernel/index.ts'
import * as vm from '../../vm/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** What an example can import; package.json says the same (below). */
const PATHS: Readonly<Record<string, object>> = {
  hartbeat,
  'hartbeat/vm': vm,
  'hartbeat/kernel': kernel,
  'hartbeat/abi': abi,
  'hartbeat/assembler': assembler,
  'hartbeat/debugger': debug,
  'hartbeat/node': node,
}

interface Example {
  title: string
  code: string
}

/** The blocks of TypeScript in a page, by the heading that they are under and their number. */
function examplesOf(path: string): Example[] {
  const found: Example[] = []
  let heading = ''
  for (const [, title, code] of read(path).matchAll(/^#+ (.*)$|^```ts\n([^]*?)^```$/gm)) {
    if (title !== undefined) heading = title
    else found.push({ title: `${path}: ${heading}, ${found.length + 1}`, code })
  }
  return found
}

/** Runs it with what it imports; answers the lines that it printed. */
async function printed(code: string): Promise<string[]> {
  const { code: plain } = await transform(code, { loader: 'ts' })
  const body = plain.replace(/^import \{([^}]*)\} from "([^"]+)";?$/gm, (_, names: string, from: string) => {
    if (PATHS[from] === undefined) throw new Error(`an example imports '${from}', which the package does not have`)
    return `const {${names.replaceAll(' as ', ': ')}} = paths[${JSON.stringify(from)}]`
  })
  const lines: string[] = []
  const run = new Function('paths', 'console', `return (async () => {${body}\n})()`) as (
    paths: typeof PATHS,
    console: { log(...values: unknown[]): void },
  ) => Promise<void>
  await run(PATHS, { log: (...values) => void lines.push(...format(...values).split('\n')) })
  return lines
}

const expected = (code: string): string[] => [...code.matchAll(/^\s*\/\/ => (.*)$/gm)].map(([, line]) => line)

describe.each(['docs/library.md', 'README.md'])('%s', path => {
  test.each(examplesOf(path))('$title', async ({ code }) => {
    expect(expected(code).length).toBeGreaterThan(0)
    expect(await printed(code)).toEqual(expected(code))
  })
})

test('the reference has every name, and no other', () => {
  const [, table] = read('docs/library.md').split('\n## Names\n')
  const told = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  const names = [...read('index.ts').matchAll(/^export (type )?\{([^}]*)\} from/gm)].flatMap(([, , list]) =>
    list
      .split(',')
      .map(name => name.trim().replace(/^type /, ''))
      .filter(name => name !== ''),
  )
  expect([...told].sort()).toEqual([...names].sort())
})

test('the table of paths is what the package exports', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
  const paths = Object.keys(exports).filter(path => path !== './package.json')
  const told = [...read('docs/library.md').matchAll(/^\| `(hartbeat[\w/]*)` \|/gm)].map(([, path]) => path)
  expect(told).toEqual(paths.map(path => path.replace('.', 'hartbeat')))
  expect(Object.keys(PATHS).sort()).toEqual([...told].sort())
})
