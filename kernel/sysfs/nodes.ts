// What is in /sys: directories that make their entries when somebody looks, files of one value, and links.
import type { Kernel } from '../kernel.ts'

export interface SysDirectory {
  entries(k: Kernel): Readonly<Record<string, SysNode>>
}

/** One value. What cannot be written is refused at open (EACCES), root's too. */
export interface SysFile {
  text(k: Kernel): string
  /** EINVAL for what it does not take. */
  write?(k: Kernel, text: string): void
}

/** A relative path from the directory that holds it. */
export interface SysLink {
  target: string
}

export type SysNode = SysDirectory | SysFile | SysLink

export const directory = (
  entries: Readonly<Record<string, SysNode>> | ((k: Kernel) => Readonly<Record<string, SysNode>>),
): SysDirectory => ({
  entries: typeof entries === 'function' ? entries : () => entries,
})
export const value = (text: string | number): SysFile => ({ text: () => `${text}\n` })
/** Made when it is read. */
export const shown = (text: (k: Kernel) => string | number): SysFile => ({ text: k => `${text(k)}\n` })
export const link = (target: string): SysLink => ({ target })
export const EMPTY = directory({})

/** "0-2,5": ascending numbers as ranges; an empty list is an empty line. */
export function rangesText(numbers: readonly number[]): string {
  const runs: string[] = []
  for (let i = 0; i < numbers.length;) {
    let j = i
    while (j + 1 < numbers.length && numbers[j + 1] === numbers[j] + 1) j++
    runs.push(i === j ? `${numbers[i]}` : `${numbers[i]}-${numbers[j]}`)
    i = j + 1
  }
  return runs.join(',')
}

/** The same as a hex mask, as wide as the machine has harts. */
export function maskText(numbers: readonly number[], harts: number): string {
  const bits = numbers.reduce((sum, n) => sum + 2 ** n, 0)
  return bits.toString(16).padStart(Math.ceil(harts / 4), '0')
}
