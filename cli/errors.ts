// How the command line fails: a message on standard error and an exit status that says whose fault it was.

/** Exit statuses, as env, timeout and the shells have them (faces of the project: see docs/command-line.md). */
export const EXIT = { failed: 1, usage: 2, limit: 124, ours: 125, notExecutable: 126, notFound: 127, brokenPipe: 141 } as const

/** Ends the command with `hartbeat: message` and a status. */
export class CommandError extends Error {
  readonly status: number
  /** `cause`: what may be a defect of ours behind it. */
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

/** The environment variable that has the stack of a cause printed below its sentence. */
const STACK = 'HARTBEAT_STACK'

/** What is printed of it: a sentence, and of what is behind it the stack or how to see it. */
export function commandErrorText({ message, cause }: CommandError, env: NodeJS.ProcessEnv): string {
  if (!(cause instanceof Error)) return message
  return env[STACK] ? `${message}\n${cause.stack ?? String(cause)}` : `${message} (${STACK}=1 shows where)`
}

/** What the host did not give, in a sentence; null: it is not the host's fault. */
export function hostProblem(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code, syscall } = error as NodeJS.ErrnoException
  if (typeof WebAssembly === 'undefined' && error instanceof ReferenceError)
    return 'this Node has no WebAssembly (it runs with --jitless?), which the machine is made of'
  if (code === 'ERR_MODULE_NOT_FOUND') return `the installation is not whole: ${error.message}`
  if (code !== undefined && syscall !== undefined) return error.message
  if (error instanceof RangeError && /WebAssembly|[Aa]rray buffer allocation/.test(error.message))
    return `the host has no memory for this machine: ${error.message}`
  return null
}
