// How the command line fails: a message on standard error and an exit status that says whose fault it was.

/** Exit statuses, as env, timeout and the shells have them (faces of the project: see docs/command-line.md). */
export const EXIT = { failed: 1, usage: 2, limit: 124, ours: 125, notExecutable: 126, notFound: 127, brokenPipe: 141 } as const

/** Ends the command with `hartbeat: message` and a status. */
export class CommandError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
