// The name that somebody who mistyped one probably meant: for suggestions in errors, of the assembler and of everything with names.

/** Damerau-Levenshtein distance: insertions, deletions, replacements and swaps of neighbours each count 1. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], beforeLast[j - 2] + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]
}

/** The candidate that is close to what was written (a third of its length at most), or null. */
export function nearestName(written: string, candidates: Iterable<string>): string | null {
  if (!/^\.?[A-Za-z]/.test(written) || written.length < 2) return null
  const limit = Math.max(1, Math.floor(written.length / 3))
  let best: string | null = null
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue
    const d = distance(written, candidate)
    if (d < bestDistance) {
      best = candidate
      bestDistance = d
    }
  }
  return best
}
