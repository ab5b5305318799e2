// Run by the build: assembles and links our programs with our own tools, and leaves in dist what the command line needs:
// root.cpio (the root file system), libhartbeat.a (the assembly library), and the interpreter's loop.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { assemble, build, formatDiagnostics, writeArchive, type Diagnostic } from '../assembler/index.ts'
import { writeCpio, type ImageFile } from '../kernel/index.ts'
import { defaultIsa, prepareLoop } from '../vm/index.ts'
import { imagePath, includeReader, libraryPath, loopPaths, packageRoot, packedImagePath } from './resources.ts'

const programs = join(packageRoot, 'programs')
const EXECUTABLE = 0o755
const isSource = (name: string): boolean => name.endsWith('.s')
/** In order, so that two builds make the same image. */
const list = (folder: string): string[] => readdirSync(folder).sort()

function stop(diagnostics: readonly Diagnostic[]): never {
  process.stderr.write(formatDiagnostics(diagnostics))
  process.exit(1)
}

function makeLibrary(): Uint8Array {
  const folder = join(programs, 'lib')
  const members = list(folder)
    .filter(isSource)
    .map(name => {
      const path = join(folder, name)
      const options = { readFile: includeReader([folder]), discardConstants: true }
      const { object, diagnostics } = assemble({ name: path, text: readFileSync(path, 'utf8') }, options)
      return object ? { name: name.replace(/s$/, 'o'), bytes: object } : stop(diagnostics)
    })
  return writeArchive(members)
}

/** A program is NAME.s, or a folder NAME whose sources are linked together. `whole`: with all of a library's module, as `hartbeat run` links it. */
function makeProgram(path: string, library: Uint8Array, whole: boolean): Uint8Array {
  const folder = statSync(path).isDirectory()
  const sources = folder
    ? list(path)
        .filter(isSource)
        .map(name => join(path, name))
    : [path]
  const texts = sources.map(name => ({ name, text: readFileSync(name, 'utf8') }))
  const { image, diagnostics } = build(texts, [{ name: 'libhartbeat.a', bytes: library }], {
    readFile: includeReader([folder ? path : join(path, '..')]),
    undefined: ['_start'],
    discardConstants: true,
    gcSections: !whole,
  })
  return image ?? stop(diagnostics)
}

const directory = (path: string, mode = EXECUTABLE): ImageFile => ({ path, kind: 'directory', mode })
const STICKY = 0o1777
const text = (path: string, content: string): ImageFile => ({ path, kind: 'regular', mode: 0o644, data: new TextEncoder().encode(content) })

const library = makeLibrary()
writeFileSync(libraryPath, library)
const files: ImageFile[] = [
  directory('/'),
  ...['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'labs'].map(name => directory(`/${name}`)),
  directory('/tmp', STICKY),
]
for (const [from, to] of [
  ['bin', '/bin'],
  ['labs', '/labs'],
]) {
  const folder = join(programs, from)
  for (const name of list(folder)) {
    const path = join(folder, name)
    if (!isSource(name) && !(statSync(path).isDirectory() && list(path).some(isSource))) continue
    files.push({
      path: `${to}/${basename(name, '.s')}`,
      kind: 'regular',
      mode: EXECUTABLE,
      data: makeProgram(path, library, from === 'labs'),
    })
  }
}
files.push({ path: '/bin/[', kind: 'symlink', mode: 0o777, target: 'test' })
files.push(text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'), text('/etc/group', 'root:x:0:\n'), text('/etc/hostname', 'hartbeat\n'))
const image = writeCpio(files)
writeFileSync(imagePath, image)
writeFileSync(packedImagePath, gzipSync(image, { level: 9 }))

const { code, soft, ...data } = prepareLoop(defaultIsa)
writeFileSync(loopPaths.data, JSON.stringify(data))
writeFileSync(loopPaths.code, code)
writeFileSync(loopPaths.soft.plain, soft.plain)
writeFileSync(loopPaths.soft.fused, soft.fused)
