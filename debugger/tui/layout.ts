// Which panes are where, by the size of the screen. A small one shows one pane after the other in one place; a large one all of them.

export const PANES = ['source', 'registers', 'log', 'stack', 'tasks', 'walk', 'tlb', 'timeline', 'output'] as const
export type PaneName = (typeof PANES)[number]

export interface Rect {
  pane: PaneName
  x: number
  y: number
  width: number
  /** With the line of its title. */
  height: number
}

/** Of the small layout: always there; the others take turns. */
const ALWAYS: readonly PaneName[] = ['source', 'registers', 'log']
const LARGE_WIDTH = 110
const LARGE_HEIGHT = 34
/** The least that anything can be seen on. */
export const LEAST = { width: 40, height: 10 }

interface Share {
  pane: PaneName
  /** Parts of the column's height. */
  parts: number
}

/** Stacks panes in a column; the last one takes what rounding left. */
function column(x: number, width: number, top: number, height: number, shares: readonly Share[]): Rect[] {
  const total = shares.reduce((sum, share) => sum + share.parts, 0)
  let y = top
  return shares.map(({ pane, parts }, n) => {
    const rows = n === shares.length - 1 ? top + height - y : Math.floor((height * parts) / total)
    const rect = { pane, x, y, width, height: rows }
    y += rows
    return rect
  })
}

/** The panes of a screen below its status line and above its command line. `chosen` is among them. */
export function layout(width: number, height: number, chosen: PaneName): Rect[] {
  const rows = height - 2
  if (width >= LARGE_WIDTH && height >= LARGE_HEIGHT) {
    const left = Math.floor(width * 0.56)
    return [
      ...column(0, left, 1, rows, [
        { pane: 'source', parts: 18 },
        { pane: 'log', parts: 10 },
        { pane: 'timeline', parts: 10 },
      ]),
      ...column(left + 1, width - left - 1, 1, rows, [
        { pane: 'registers', parts: 13 },
        { pane: 'stack', parts: 6 },
        { pane: 'tasks', parts: 5 },
        { pane: 'walk', parts: 8 },
        { pane: 'tlb', parts: 6 },
        { pane: 'output', parts: 6 },
      ]),
    ]
  }
  const left = Math.floor(width * 0.52)
  const slot = ALWAYS.includes(chosen) ? 'stack' : chosen
  return [
    ...column(0, left, 1, rows, [
      { pane: 'source', parts: 13 },
      { pane: 'log', parts: 9 },
    ]),
    ...column(left + 1, width - left - 1, 1, rows, [
      { pane: 'registers', parts: 13 },
      { pane: slot, parts: 9 },
    ]),
  ]
}
