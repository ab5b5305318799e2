// What a row of the table of Debian's programs says: which packages, what is run, and how what it prints is judged.

/** A script of sh, whose output (both streams, and its status where that is not 0) is to be what a real kernel gave. */
export interface Case {
  name: string
  script: string
}

/** What a program that counts by itself says that it passed. `failed`: the names that it gives. */
export interface Counted {
  passes: number
  all: number
  failed: readonly string[]
}

export interface Row {
  /** One word, or a few: the first chooses it on the command line, and names the file of what is expected. */
  program: string
  /** For the table. */
  what: string
  /** Of Debian's archive, besides BASE; what they depend on comes with them. */
  packages: readonly string[]
  /** Files of the folder that every case starts in, by name. */
  files?: Readonly<Record<string, string>>
  /** Puts what is fetched or made on the host into that folder; a string says why it cannot be had. */
  prepare?(folder: string): string | null
  /** Run before the cases, in the same shell: servers, which live until the row's end. */
  setup?: string
  cases: readonly Case[]
  /** What differs from run to run, and what it is made the same by. */
  masks?: readonly Mask[]
  /** For test suites: a case's output is not compared, it is counted by this. */
  count?(output: string): Counted
  /** Seconds a case may take on our machine (60), in guest time. */
  seconds?: number
  /** Minutes the whole row may take on the host (15). */
  minutes?: number
  /** MiB of our machine (1024). */
  ram?: number
  harts?: number
  /** Why user-mode QEMU is not asked. */
  noQemu?: string
  /** What falls short, and why; for the table. */
  limits?: string
}

export type Mask = readonly [pattern: RegExp, put: string]

/** In every root. */
export const BASE: readonly string[] = [
  ...['bash', 'busybox-static', 'coreutils', 'dash', 'diffutils', 'findutils', 'gawk', 'grep', 'gzip', 'iproute2', 'procps', 'sed', 'tar'],
  ...['util-linux', 'libc-bin', 'ncurses-base'],
]

/** A mask that rows share. */
export const NUMBERS: Mask = [/\d+/g, 'N']

export const wordOf = ({ program }: Row): string => program.split(/[ ,]/)[0]

export const maskedBy = (masks: readonly Mask[], text: string): string =>
  masks.reduce((all, [pattern, put]) => all.replaceAll(pattern, put), text)
