// Expressions that are shown at every stop.
import { printLines } from './print.ts'
import { CommandFailure, fail, type Command, type Debugger, type Display } from './types.ts'

function show(d: Debugger, { id, command, expression }: Display): string[] {
  const slash = command === '' ? '' : `/${command}`
  const { text, isMemory } = printLines(d, command, expression)
  return isMemory ? [`${id}: x${slash} ${expression}`, ...text] : [`${id}: ${slash}${slash && ' '}${expression} = ${text[0]}`]
}

/** Those that can be shown: one whose value is not to be had says nothing, as in gdb. */
export function runDisplays(d: Debugger): string[] {
  return d.displays.flatMap(one => {
    if (!one.enabled) return []
    try {
      return show(d, one)
    } catch (error) {
      if (error instanceof CommandFailure) return []
      throw error
    }
  })
}

export const DISPLAY: readonly Command[] = [
  {
    name: 'display',
    group: 'data',
    usage: '[/FMT] [EXPRESSION]',
    doc: 'Show an expression, or memory with the formats of x, at every stop.',
    run(d, { text, format }) {
      if (text === '') return runDisplays(d)
      const id = (d.displays.at(-1)?.id ?? 0) + 1
      const one = { id, enabled: true, command: format, expression: text }
      const lines = show(d, one)
      d.displays.push(one)
      return lines
    },
  },
  {
    name: 'undisplay',
    group: 'data',
    usage: '[N...]',
    doc: 'Stop showing expressions.',
    run(d, { text }) {
      const numbers = text.split(/\s+/).filter(word => word !== '')
      const unknown = numbers.find(word => !d.displays.some(one => String(one.id) === word))
      if (unknown !== undefined) fail(`Could not find display number ${unknown}.`)
      d.displays = numbers.length === 0 ? [] : d.displays.filter(one => !numbers.includes(String(one.id)))
      return []
    },
  },
]
