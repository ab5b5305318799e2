// No module keeps state: what could change lies in the machine, the kernel's state or a session, so that it can be saved, copied and
// run twice. Found by its forms in the text: a variable, or a container of a module that its functions write to.
import { expect, test } from 'vitest'
import { readModules } from './modules.ts'

const PURE = /^(vm|kernel|assembler|debugger|library)\//

/** What is written to and yet is no state, with why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'kernel/abi/errno.ts: byCode': 'filled by the rows below it, while the module is made',
  'kernel/abi/errno.ts: byName': 'the same',
  'vm/emit/soft/index.ts: host': 'what the host can, and its module for it: neither changes while it runs',
  'vm/interpreter/index.ts: compiledLoops': 'code by what it is made for: a pure function, remembered since it costs tens of milliseconds',
  'vm/reference/step.ts: TRAP': 'thrown and caught within one step; made once, so that a trap allocates nothing',
  'vm/tlb.ts: currentMode': 'an argument of one walk, which allocates nothing',
  'vm/tlb.ts: scratch': 'the answer of one walk, read before the next',
}

const WRITES = 'set|add|push|pop|delete|clear|splice|shift|unshift|sort|reverse|fill|copyWithin|set(?:Int|Uint|BigInt|BigUint|Float)\\d+'
const ASSIGN = '(?:[-+*/|&^]|\\?\\?|<<|>>>?)?=(?![=>])'

/** Does a statement write to what `name` holds, or to something in it? */
const writesTo = (name: string): RegExp => {
  const inside = `\\b${name}(?:\\.\\w+|\\[[^\\]]*\\])*`
  return new RegExp(
    `(?<![.\\w])${inside}(?:\\.(?:${WRITES})\\(|\\[[^\\]]*\\] ?${ASSIGN}|\\.(?!lastIndex\\b)\\w+ ?${ASSIGN})|Object\\.assign\\(${name}\\b`,
  )
}
/** Is the name bound anew in a function, so that it means something else there? */
const rebinds = (name: string): RegExp =>
  new RegExp(
    `\\b(?:const|let) (?:${name}\\b|[{[][^=\\n]*\\b${name}\\b[^=\\n]*[}\\]] =)|[({,]\\s*${name}(?:\\?)?: |[(,] ?${name}\\) =>|\\b${name} =>|for \\(const \\[?[\\w, ]*\\b${name}\\b`,
  )

/** The text cut where a line begins without a blank: declarations and statements of the module itself. */
function statements(text: string): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (/^[^\s}\])]/.test(line) || found.length === 0) found.push(line)
    else found[found.length - 1] += `\n${line}`
  }
  return found
}

/** While the module is made it may fill its tables: a loop at its top, or a statement on the name itself. */
const isMaking = (statement: string, name: string): boolean => /^(for|if) /.test(statement) || new RegExp(`^${name}\\b`).test(statement)

test('no module of the machine, the kernel, the assembler or the debugger keeps state', () => {
  const found = readModules()
    .filter(({ path }) => PURE.test(path) && !path.endsWith('testing.ts'))
    .flatMap(({ path, text }) => {
      const all = statements(text)
      const names = all.flatMap(s => /^(?:export )?const (?!(?:number|string)\b)(\w+)\b/.exec(s)?.[1] ?? [])
      const variables = all.flatMap(s => /^(?:export )?(?:let|var) (\w+)/.exec(s)?.[1] ?? [])
      const written = names.filter(name =>
        all.some(statement => {
          const body = statement.replace(new RegExp(`^(?:export )?const ${name}\\b`), '')
          return !isMaking(statement, name) && writesTo(name).test(body) && !rebinds(name).test(body)
        }),
      )
      return [...variables, ...written].map(name => `${path}: ${name}`)
    })
  expect(found.filter(place => !(place in EXPLAINED))).toEqual([])
  // What is explained is still there.
  expect(Object.keys(EXPLAINED).filter(place => !found.includes(place))).toEqual([])
})
