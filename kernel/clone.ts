// Copies the kernel's state for a snapshot. structuredClone walks by recursion, and a chain of a few thousand processes or
// directories is deeper than its stack; this walks by a list. What is frozen never changes, so it is shared instead of copied:
// error constants stay themselves, and the bytes of an image are there once.

type Typed = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array

/** A copy of plain data (records, arrays, Maps, Sets, typed arrays), with the same sharing and cycles. Throws for anything else. */
export const clonePlain = <T>(root: T): T => cloneCounted(root).copy

/** The same, and how many objects it has. */
export function cloneCounted<T>(root: T): { copy: T; objects: number } {
  const copies = new Map<object, object>()
  const work: object[] = []

  /** An empty or shallow copy, to be filled with copies when its turn comes. */
  function begin(value: object): object {
    if (Array.isArray(value)) return value.slice()
    if (value instanceof Map) return new Map()
    if (value instanceof Set) return new Set()
    if (ArrayBuffer.isView(value)) return (value as Typed).slice()
    const prototype = Object.getPrototypeOf(value) as unknown
    if (prototype !== Object.prototype && prototype !== null) throw new Error(`copying the state: it holds a ${value.constructor.name}`)
    return { ...value }
  }

  function copyOf(value: unknown): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') throw new Error(`copying the state: it holds a ${typeof value}`)
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
    const known = copies.get(value)
    if (known) return known
    const copy = begin(value)
    copies.set(value, copy)
    if (!ArrayBuffer.isView(value)) work.push(value)
    return copy
  }

  function fill(value: object, copy: object): void {
    if (Array.isArray(copy)) {
      for (let i = 0; i < copy.length; i++) copy[i] = copyOf(copy[i])
    } else if (copy instanceof Map) {
      for (const [key, item] of value as Map<unknown, unknown>) copy.set(copyOf(key), copyOf(item))
    } else if (copy instanceof Set) {
      for (const item of value as Set<unknown>) copy.add(copyOf(item))
    } else {
      const record = copy as Record<string, unknown>
      for (const key in record) {
        const item = record[key]
        if (typeof item === 'object' || typeof item === 'function') record[key] = copyOf(item)
      }
    }
  }

  const copy = copyOf(root) as T
  for (let value = work.pop(); value !== undefined; value = work.pop()) fill(value, copies.get(value)!)
  return { copy, objects: copies.size }
}
