// From sources to a running program in one step: assemble each, link them with a library of which only the needed members are taken.
import { assemble, type AssembleOptions } from './assemble/index.ts'
import { hasErrors, type Diagnostic } from './diagnostic.ts'
import { link, type LinkInput } from './link/index.ts'
import type { LinkOptions } from './link/state.ts'

/** An executable, and what there was to say about its sources. */
export interface BuildResult {
  image: Uint8Array | null
  diagnostics: Diagnostic[]
}

const objectName = (source: string): string => source.replace(/^.*\//, '').replace(/\.[sS]$/, '.o')

/**
 * Assembles the sources and links them.
 * @param libraries archives or objects to link with
 */
export function build(
  sources: readonly { name: string; text: string }[],
  libraries: readonly LinkInput[] = [],
  options: AssembleOptions & LinkOptions = {},
): BuildResult {
  const diagnostics: Diagnostic[] = []
  const objects: LinkInput[] = []
  for (const source of sources) {
    const result = assemble(source, options)
    diagnostics.push(...result.diagnostics)
    if (result.object) objects.push({ name: objectName(source.name), bytes: result.object })
  }
  if (hasErrors(diagnostics)) return { image: null, diagnostics }
  const linked = link([...objects, ...libraries], options)
  return { image: linked.image, diagnostics: [...diagnostics, ...linked.diagnostics] }
}
