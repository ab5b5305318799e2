// A seeded fault: one small change to the sources that makes them wrong, and the tests beside them that ought to notice. A test that
// exists is worth something only if it fails when what it tests is broken; these rows find out.

export interface Fault {
  /** What goes wrong, in a sentence. */
  what: string
  /** The file, and a piece of it that stands there once. */
  file: string
  find: string
  /** What stands there instead. It must still be a program: a fault that does not load says nothing about tests. */
  put: string
  /** Test files near it, of which one has to fail. */
  near: readonly string[]
  /** Why no test can notice, for a fault that survives on purpose. */
  survives?: string
}

/** Where a row's text stands in its file: it has to be there exactly once, or the row has lost its place. */
function place({ file, find }: Fault, text: string): number {
  const at = text.indexOf(find)
  if (at < 0) throw new Error(`${file}: no longer has ${JSON.stringify(find)}: bring the row of test/mutate in step`)
  if (text.indexOf(find, at + 1) >= 0) throw new Error(`${file}: has ${JSON.stringify(find)} more than once: quote more of it`)
  return at
}

export const withFault = (fault: Fault, text: string): string => {
  const at = place(fault, text)
  return text.slice(0, at) + fault.put + text.slice(at + fault.find.length)
}
