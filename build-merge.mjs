// esbuild cuts what several entries share by who reaches it, to the last byte: a command would load fifty files, and a quarter of its start
// is Node resolving their imports. Chunks that the same commands need are joined: a command loads all of a joined chunk anyway. That is
// sound since no module does anything but define (package.json: sideEffects), as what a joined chunk has comes with all of it.
import { build } from 'esbuild'
import { basename } from 'node:path'

const IMPORT = /import(?:\{([^}]*)\}from)?"\.\/([\w-]+\.js)";/g
const DYNAMIC = /import\("\.\/([\w-]+\.js)"\)/g

/** Which of the commands load a chunk: all that is reached from the sources a command begins with, without dynamic imports. */
function reachedBy(outputs, commands) {
  const places = new Map(
    Object.entries(outputs).flatMap(([path, { entryPoint }]) => (entryPoint === undefined ? [] : [[entryPoint, path]])),
  )
  const words = new Map()
  for (const [word, sources] of Object.entries(commands)) {
    const left = sources.map(source => {
      if (!places.has(source)) throw new Error(`${source} begins no chunk: what ${word} loads cannot be told`)
      return places.get(source)
    })
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const known = words.get(path) ?? []
      if (known.includes(word)) continue
      words.set(path, [...known, word])
      left.push(...outputs[path].imports.filter(({ kind, external }) => kind === 'import-statement' && !external).map(one => one.path))
    }
  }
  return words
}

/** The chunks to join, by the file that they become. One alone stays what it is, and so does what the package names. */
function groupsOf(outputs, commands, fixed) {
  const groups = new Map()
  for (const [path, words] of reachedBy(outputs, commands)) {
    if (fixed.has(basename(path))) continue
    const file = `hartbeat-${words.join('_')}.js`
    groups.set(file, [...(groups.get(file) ?? []), basename(path)])
  }
  for (const [file, chunks] of groups) if (chunks.length === 1) groups.delete(file)
  return groups
}

/** A text and the comment at its end that has its source map, '' where there is none. */
export function splitMap(text) {
  const at = text.lastIndexOf('\n//# sourceMappingURL=')
  return at === -1 ? { code: text, map: '' } : { code: text.slice(0, at + 1), map: text.slice(at + 1) }
}

/** `a,b as c`: what is asked for, and what it is called here. */
const namesIn = (list = '') =>
  list
    .split(',')
    .filter(one => one !== '')
    .map(one => one.split(' as '))
    .map(([name, local = name]) => ({ name, local }))
const specifier = (name, local) => (name === local ? name : `${name} as ${local}`)

/** What other files ask of each joined chunk: by chunk, the names there and as the group exports them, once each. */
function exportsOfGroups(files, groups, exportsOf) {
  const home = new Map()
  for (const [file, chunks] of groups) for (const chunk of chunks) home.set(chunk, { file, names: new Map() })
  const ask = (chunk, name) => home.get(chunk)?.names.set(name, name)
  for (const [from, text] of files) {
    for (const [, list, chunk] of text.matchAll(IMPORT))
      if (home.get(from)?.file !== home.get(chunk)?.file) for (const { name } of namesIn(list)) ask(chunk, name)
    for (const [, chunk] of text.matchAll(DYNAMIC)) for (const name of exportsOf.get(chunk)) ask(chunk, name)
  }
  for (const chunks of groups.values()) {
    const taken = new Set()
    for (const [at, chunk] of chunks.entries()) {
      const { names } = home.get(chunk)
      for (const name of names.keys()) {
        const free = taken.has(name) ? `${name}$${at}` : name
        taken.add(free)
        names.set(name, free)
      }
    }
  }
  return home
}

/** A text with its imports from where things are now. They move to the end, and blanks keep every column for the source map. */
function moved(text, inside, home, exportsOf) {
  const late = []
  const plain = text.replace(IMPORT, (statement, list, chunk) => {
    const { file, names } = home.get(chunk) ?? {}
    if (file === undefined || file === inside) return statement
    const asked = namesIn(list).map(({ name, local }) => specifier(names.get(name), local))
    late.push(`import${list === undefined ? '' : `{${asked}}from`}"./${file}";`)
    return ' '.repeat(statement.length)
  })
  const whole = plain.replace(DYNAMIC, (call, chunk) => {
    const { file, names } = home.get(chunk) ?? {}
    if (file === undefined) return call
    return `import("./${file}").then(all=>({${exportsOf.get(chunk).map(name => `${name}:all.${names.get(name)}`)}}))`
  })
  const { code, map } = splitMap(whole)
  return `${code}\n${late.join('')}\n${map}`
}

/** Joins chunks: `files` of a build of `outputs` (its metafile's), as name and text with its map inside; the same in fewer files. */
export async function joined(files, outputs, commands, fixed, options) {
  const groups = groupsOf(outputs, commands, fixed)
  const exportsOf = new Map(Object.entries(outputs).map(([path, one]) => [basename(path), one.exports]))
  const home = exportsOfGroups(files, groups, exportsOf)
  const result = new Map()
  for (const [name, text] of files) if (!home.has(name)) result.set(name, moved(text, null, home, exportsOf))
  for (const [file, chunks] of groups) {
    const all = chunks.map(chunk => {
      const { names } = home.get(chunk)
      return names.size === 0
        ? `import"./${chunk}";`
        : `export{${Array.from(names, ([name, there]) => specifier(name, there))}}from"./${chunk}";`
    })
    const here = {
      name: 'chunks',
      setup(building) {
        building.onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path, kind }) => {
          const inside = kind !== 'dynamic-import' && chunks.includes(basename(path))
          return inside ? { path: basename(path), namespace: 'chunk' } : { path, external: true }
        })
        building.onResolve({ filter: /^[\w:/-]+$/ }, ({ path }) => ({ path, external: true }))
        building.onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path }) => ({
          contents: moved(files.get(path), file, home, exportsOf),
          loader: 'js',
        }))
      },
    }
    const stdin = { contents: all.join('\n'), sourcefile: file, loader: 'js' }
    const made = await build({ ...options, stdin, bundle: true, write: false, outfile: file, sourcemap: 'inline', plugins: [here] })
    result.set(file, made.outputFiles[0].text)
  }
  return result
}
