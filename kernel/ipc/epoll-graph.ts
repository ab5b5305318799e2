// What epolls may watch each other: no circles, no deeper than five, and few ways from a file up to an epoll that nobody watches, so that
// waking, and looking through them, stays short (fs/eventpoll.c).
import { EINVAL, ELOOP } from '../abi/index.ts'
import type { FileDescription } from '../vfs/types.ts'

const MAX_NESTS = 4
/** Ways up to an epoll of its own through so many others: of the direct ones there may be any number. */
const PATH_LIMITS = [Infinity, 500, 100, 50, 10]

const watchersOf = ({ epolls }: FileDescription): Iterable<FileDescription> => epolls?.keys() ?? []

function* watchedEpolls({ data }: FileDescription): Generator<FileDescription> {
  if (data?.kind === 'epoll') for (const { file } of data.items) if (file.kind === 'epoll') yield file
}

/** How far one can go from an epoll, down or up. Beyond what is allowed it is not counted. */
function depth(
  from: FileDescription,
  next: (file: FileDescription) => Iterable<FileDescription>,
  known: Map<FileDescription, number>,
): number {
  const before = known.get(from)
  if (before !== undefined) return before
  // What leads back to where one is, is not finite.
  known.set(from, MAX_NESTS + 1)
  let deepest = 0
  for (const file of next(from)) deepest = Math.max(deepest, depth(file, next, known) + 1)
  known.set(from, deepest)
  return deepest
}

/** ELOOP: the epoll would watch itself, or too deep, by watching the other one. */
export function checkNesting(epoll: FileDescription, other: FileDescription): void {
  const down = new Map([[epoll, MAX_NESTS + 1]])
  if (depth(other, watchedEpolls, down) + 1 + depth(epoll, watchersOf, new Map()) > MAX_NESTS) throw ELOOP
}

/** EINVAL: too many ways lead up from what the epoll now watches by way of `added`. */
export function checkPaths(added: FileDescription): void {
  const seen = new Set<FileDescription>()
  const left = [added]
  for (let file = left.pop(); file; file = left.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    if (file.data?.kind === 'epoll') for (const item of file.data.items) left.push(item.file)
    else if (!waysUp(file, 0, [0, 0, 0, 0, 0])) throw EINVAL
  }
}

/** Counts ways; false when there are too many of a length. A way is there once for each descriptor that names it. */
function waysUp(file: FileDescription, nests: number, counts: number[]): boolean {
  if (nests > MAX_NESTS) return false
  for (const [epoll, items] of file.epolls ?? []) {
    for (let i = 0; i < items.length; i++) {
      if (epoll.epolls === null ? ++counts[nests] > PATH_LIMITS[nests] : !waysUp(epoll, nests + 1, counts)) return false
    }
  }
  return true
}
