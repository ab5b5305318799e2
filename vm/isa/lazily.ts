// Tables that few runs ask for are made when one does: a start is too short for all of them.

/** What `make` gives, made at the first call. It has to give the same whenever it is called. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}
