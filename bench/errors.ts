// How a bench ends when it cannot go on: a message for a person, and the exit status that says whose fault it was.

export const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const

export class BenchError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const usage = (message: string): BenchError => new BenchError(EXIT.usage, message)
