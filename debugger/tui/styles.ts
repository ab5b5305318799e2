// Styles by what they mean, and how a terminal shows them: without colours, with 16, 256, or all of them.

export type ColourDepth = 'none' | '16' | '256' | 'true'

export type StyleName =
  'plain' | 'title' | 'focused' | 'frame' | 'pc' | 'breakpoint' | 'disabled' | 'changed' | 'faint' | 'name' | 'status' | 'error' | 'prompt'

interface Look {
  bold?: boolean
  dim?: boolean
  reverse?: boolean
  underline?: boolean
  /** Of the 16; then of the 256 and as red, green, blue where there are more. */
  fore?: readonly [number, number, readonly [number, number, number]]
  back?: readonly [number, number, readonly [number, number, number]]
}

const CYAN = [6, 44, [0, 200, 200]] as const
const YELLOW = [3, 220, [250, 210, 60]] as const
const RED = [1, 203, [250, 90, 90]] as const
const GREEN = [2, 114, [120, 210, 120]] as const
const GREY = [8, 244, [128, 128, 128]] as const
const BLUE = [4, 24, [0, 80, 130]] as const
const WHITE = [15, 231, [255, 255, 255]] as const

/** What tells two apart must do so without colours too. */
const LOOKS: Readonly<Record<StyleName, Look>> = {
  plain: {},
  title: { fore: CYAN },
  focused: { bold: true, underline: true, fore: CYAN },
  frame: { dim: true },
  pc: { reverse: true },
  breakpoint: { bold: true, fore: RED },
  disabled: { dim: true, fore: RED },
  changed: { bold: true, fore: YELLOW },
  faint: { dim: true, fore: GREY },
  name: { fore: GREEN },
  status: { reverse: true, fore: WHITE, back: BLUE },
  error: { bold: true, fore: RED },
  prompt: { bold: true },
}

const FIRST_BRIGHT = 8

function colour(
  depth: ColourDepth,
  [low, middle, [r, g, b]]: readonly [number, number, readonly [number, number, number]],
  back: boolean,
): string {
  if (depth === '16') return String(low < FIRST_BRIGHT ? low + (back ? 40 : 30) : low - FIRST_BRIGHT + (back ? 100 : 90))
  if (depth === '256') return `${back ? 48 : 38};5;${middle}`
  return `${back ? 48 : 38};2;${r};${g};${b}`
}

/** The sequence that sets a style, whatever was before. */
export function sequenceOf(style: StyleName, depth: ColourDepth): string {
  const { bold, dim, reverse, underline, fore, back } = LOOKS[style]
  const codes = ['0']
  if (bold) codes.push('1')
  if (dim) codes.push('2')
  if (underline) codes.push('4')
  // A background of its own needs no reversal.
  if (reverse && (back === undefined || depth === 'none')) codes.push('7')
  if (depth !== 'none') {
    if (fore && !reverse) codes.push(colour(depth, fore, false))
    if (back) codes.push(...(fore ? [colour(depth, fore, false)] : []), colour(depth, back, true))
  }
  return `\x1b[${codes.join(';')}m`
}

/** What a terminal can show, by its environment: NO_COLOR, FORCE_COLOR, COLORTERM and TERM. */
export function depthOf(env: Readonly<Record<string, string | undefined>>): ColourDepth {
  const { NO_COLOR, FORCE_COLOR, COLORTERM, TERM = '' } = env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return 'none'
  const forced = { '0': 'none', '1': '16', '2': '256', '3': 'true' } as const
  if (FORCE_COLOR !== undefined && Object.hasOwn(forced, FORCE_COLOR)) return forced[FORCE_COLOR as keyof typeof forced]
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit') return 'true'
  if (TERM === 'dumb' || TERM === '' || TERM.startsWith('vt')) return 'none'
  return TERM.includes('256') ? '256' : '16'
}
