// Node's own modules. An import of one makes Node list all that it exports, which starts parts of it that nobody asked for (streams for
// node:fs, standard input for node:process), and some take longer to load than our own code: they are asked for by name, the slow ones when
// they are first called. CommonJS packages get them the same way, since an ES module has no `require`.
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'

/** Slow to load, and mostly not needed: their functions load them. */
const LATE = ['child_process', 'crypto', 'util', 'zlib']
/** What CommonJS packages of ours call of those. */
const LATE_FUNCTIONS = { child_process: ['spawn'] }

const BUILTIN = 'node-builtin'
const plain = name => name.replace(/^node:/, '')
/** Older than Node 22.3 it is `require`. */
const HELPER = `import { createRequire } from 'node:module'
export const builtin = process.getBuiltinModule ?? createRequire(import.meta.url)`

const lateFunction = (module, name, local) => `const ${local} = (...given) => builtin('node:${module}').${name}(...given);`
/** `import { a, b as c } from 'node:x'` in statements that need no import. */
function asked(list, module) {
  const names = list
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '' && !part.startsWith('type '))
    .map(part => part.split(/\s+as\s+/))
  if (LATE.includes(module)) return names.map(([name, local = name]) => lateFunction(module, name, local)).join('')
  return `const { ${names.map(pair => pair.join(': ')).join(', ')} } = builtin('node:${module}');`
}

/** The text of a file of ours, line for line. */
function withoutNodeImports(text) {
  let found = false
  const changed = text.replace(/^import (?:\{([^}]*)\}|\* as (\w+)) from 'node:([\w/]+)'$/gm, (statement, list, space, module) => {
    if (module === 'module') return statement
    found = true
    const lines = '\n'.repeat(statement.split('\n').length - 1)
    return (list === undefined ? `const ${space} = builtin('node:${module}');` : asked(list, module)) + lines
  })
  return found ? `import { builtin } from '${BUILTIN}';${changed}` : text
}

export const nodeModules = {
  name: 'node-modules',
  setup(building) {
    building.onResolve({ filter: /^node-builtin$/ }, () => ({ path: BUILTIN, namespace: BUILTIN, sideEffects: false }))
    building.onLoad({ filter: /.*/, namespace: BUILTIN }, () => ({ contents: HELPER }))
    building.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      const name = plain(path)
      if (!builtinModules.includes(name)) return undefined
      return kind === 'require-call' ? { path: name, namespace: 'node-required' } : { path: `node:${name}`, external: true }
    })
    building.onLoad({ filter: /.*/, namespace: 'node-required' }, ({ path }) => {
      const late = LATE_FUNCTIONS[path]?.map(name => `${lateFunction(path, name, name)} exports.${name} = ${name};`).join('\n')
      const whole = path === 'process' ? 'module.exports = process' : `module.exports = builtin('node:${path}')`
      return { contents: `const { builtin } = require('${BUILTIN}'); ${late ?? whole}`, loader: 'js' }
    })
  },
}

/** For other plugins that read a file of ours. */
export const sourceOf = path => withoutNodeImports(readFileSync(path, 'utf8'))
