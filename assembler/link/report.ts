// The linker's complaints.
import { fileDiagnostic } from '../diagnostic.ts'
import type { InputSection, Link } from './state.ts'

export function error(link: Link, file: string, message: string): void {
  link.diagnostics.push(fileDiagnostic(file, message))
}
export function warning(link: Link, file: string, message: string): void {
  link.diagnostics.push(fileDiagnostic(file, message, 'warning'))
}

/** `(.text+0x20)` */
export const placeText = (section: InputSection, offset: number): string => `(${section.name}+0x${offset.toString(16)})`
