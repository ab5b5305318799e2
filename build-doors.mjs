// A chunk has every file that its files import, and a door (index.ts) imports a whole room: imports through doors are taken from where the
// names are written, so that a command loads what it needs. Doors only pass names on, and no module does anything but define
// (package.json: sideEffects). What is not found so is left as it stands.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sourceOf } from './build-node.mjs'

const DOOR = /\bindex\.ts$/

/** `a, type B, c as d`: the values of such a list. */
const specifiers = list =>
  list
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '' && !part.startsWith('type '))
    .map(part => part.split(/\s+as\s+/))
    .map(([name, local = name]) => ({ name, local }))

/** What files export: by name, the file that writes it and its name there. */
function exportTables() {
  const tables = new Map()
  return function exportsOf(path) {
    const known = tables.get(path)
    if (known !== undefined) return known
    const found = new Map()
    tables.set(path, found)
    const text = readFileSync(path, 'utf8')
    for (const [, names, from] of text.matchAll(/^export (?:\*|\{([^}]*)\}) from '(\.[^']*\.ts)'$/gm)) {
      const inside = exportsOf(join(dirname(path), from))
      const passed = names === undefined ? Array.from(inside.keys(), name => ({ name, local: name })) : specifiers(names)
      for (const { name, local } of passed) if (inside.has(name)) found.set(local, inside.get(name))
    }
    for (const [, names] of text.matchAll(/^export const \{([^}]*)\}/gm))
      for (const { local } of specifiers(names.replaceAll(':', ' as '))) found.set(local, { path, name: local })
    for (const [, name] of text.matchAll(/^export (?:const|let|class|(?:async )?function\*?) (\w+)/gm)) found.set(name, { path, name })
    return found
  }
}

/** `import * as C` whose every use is `C.name`, as imports of those names. */
function withoutNamespaces(text) {
  let plain = text
  for (const [statement, space, from] of text.matchAll(/^import \* as (\w+) from '(\.[^']*)'$/gm)) {
    if (!DOOR.test(from)) continue
    const rest = plain.replace(statement, '')
    const names = new Set(Array.from(rest.matchAll(new RegExp(`(?<![\\w.])${space}\\.(\\w+)`, 'g')), ([, name]) => name))
    const uses = rest.match(new RegExp(`(?<![\\w.])${space}\\b(?!\\.\\w)`, 'g'))
    if (uses !== null) continue
    plain = plain.replace(statement, `import { ${[...names].map(name => `${name} as ${space}_${name}`).join(', ')} } from '${from}'`)
    plain = plain.replace(new RegExp(`(?<![\\w.])${space}\\.(\\w+)`, 'g'), `${space}_$1`)
  }
  return plain
}

export const throughDoors = {
  name: 'through-doors',
  setup(building) {
    const exportsOf = exportTables()
    building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes('node_modules')) return undefined
      const text = withoutNamespaces(sourceOf(path))
      const contents = text.replace(/^import \{([^}]*)\} from '(\.[^']*)'$/gm, (statement, names, from) => {
        if (!DOOR.test(from)) return statement
        const inside = exportsOf(join(dirname(path), from))
        const one = ({ name, local }) => {
          const { path: place, name: there } = inside.get(name) ?? { path: from, name }
          return `import { ${there} as ${local} } from ${JSON.stringify(place)};`
        }
        // As many lines as there were, for the source map.
        return specifiers(names).map(one).join('') + '\n'.repeat(statement.split('\n').length - 1)
      })
      return { contents, loader: 'ts' }
    })
  },
}
