// The linker's complaints.
import { fileDiagnostic, type Diagnostic } from '../diagnostic.ts'
import { placeOf } from './place.ts'
import type { Definition, InputSection, Link } from './state.ts'

export function error(link: Link, file: string, message: string): void {
  link.diagnostics.push(fileDiagnostic(file, message))
}
export function warning(link: Link, file: string, message: string): void {
  link.diagnostics.push(fileDiagnostic(file, message, 'warning'))
}

/** `(.text+0x20)` */
export const placeText = (section: InputSection, offset: number): string => `(${section.name}+0x${offset.toString(16)})`

/** exact: line and offset; line: the offset only where no line is known; brief: without the function too. */
type PlaceForm = 'exact' | 'line' | 'brief'

/** A complaint about a place of an input section. */
export function complainAt(link: Link, section: InputSection, offset: number, message: string, form: PlaceForm = 'exact'): void {
  const { file, line, within } = placeOf(section, offset)
  const at = form === 'exact' || line === 0 ? placeText(section, offset) : ''
  const object: Diagnostic['object'] = { name: section.file.name, within: form === 'brief' ? null : within, at }
  link.diagnostics.push({ ...fileDiagnostic(file, message), line, object })
}

/** `a.o:a.c:3`, `a.o:(.text+0x8)`, as far as it is known. */
function definitionText({ file, section, offset }: Definition): string {
  if (!file) return 'the linker'
  if (!section) return file.name
  const place = placeOf(section, offset)
  return [file.name, place.file, place.line > 0 ? String(place.line) : placeText(section, offset)].filter(part => part !== '').join(':')
}

/** A name that is defined twice, and where. */
export function complainTwice(link: Link, first: Definition, again: Definition): void {
  const message = `multiple definition of \`${again.name}'; ${definitionText(first)}: first defined here`
  if (again.section) complainAt(link, again.section, again.offset, message, 'line')
  else error(link, again.file?.name ?? '', message)
}

/** So many complaints about one name in a row are enough; one more says that others follow. */
const MAX_IN_A_ROW = 5

/** A use of a name that nothing defines; `hint` is asked only where it is told. */
export function complainMissing(link: Link, section: InputSection, offset: number, name: string, hint: () => string): void {
  const { missing } = link
  if (missing.name === name) missing.times++
  else link.missing = { name, times: 1 }
  const { times } = link.missing
  if (times <= MAX_IN_A_ROW) complainAt(link, section, offset, `undefined reference to \`${name}'${hint()}`, 'line')
  else if (times === MAX_IN_A_ROW + 1) complainAt(link, section, offset, `more undefined references to \`${name}' follow`, 'brief')
}
