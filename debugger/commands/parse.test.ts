// Lines as words, and what short words mean.
import { expect, test } from 'vitest'
import { findCommand, matching, parseLine } from './parse.ts'
import { readFormat } from './print.ts'
import { COMMANDS } from './table.ts'

test.each([
  ['x/4xg $sp', { word: 'x', format: '4xg', text: '$sp' }],
  ['x /4xg $sp', { word: 'x', format: '4xg', text: '$sp' }],
  ['p/x 1 + 2 ', { word: 'p', format: 'x', text: '1 + 2' }],
  ['print a0 / 2', { word: 'print', format: '', text: 'a0 / 2' }],
  ['source /tmp/x', { word: 'source', format: '', text: '/tmp/x' }],
  ['who-wrote sp, 8', { word: 'who-wrote', format: '', text: 'sp, 8' }],
  ['  b\tmain ', { word: 'b', format: '', text: 'main' }],
  ['# break main', { word: '', format: '', text: '' }],
  ['', { word: '', format: '', text: '' }],
])('%j', (line, parsed) => {
  expect(parseLine(line)).toEqual(parsed)
})

test.each([
  ['s', 'step'],
  ['n', 'next'],
  ['c', 'continue'],
  ['b', 'break'],
  ['br', 'break'],
  ['si', 'stepi'],
  ['ni', 'nexti'],
  ['fin', 'finish'],
  ['u', 'until'],
  ['bt', 'backtrace'],
  ['i', 'info'],
  ['r', 'run'],
  ['p', 'print'],
  ['x', 'x'],
  ['rs', 'reverse-step'],
  ['rc', 'reverse-continue'],
  ['cont', 'continue'],
  ['wat', 'watch'],
  ['tb', 'tbreak'],
  ['disas', 'disassemble'],
  ['dis', 'disable'],
  ['d', 'delete'],
  ['reverse-stepi', 'reverse-stepi'],
  ['reverse-f', 'reverse-finish'],
])('%s means %s', (word, name) => {
  expect(findCommand(COMMANDS, word).name).toBe(name)
})

test('a prefix of several names them, one of none says so', () => {
  expect(() => findCommand(COMMANDS, 'reverse-step')).not.toThrow()
  expect(() => findCommand(COMMANDS, 'und')).not.toThrow()
  expect(() => findCommand(COMMANDS, 'unt')).not.toThrow()
  expect(() => findCommand(COMMANDS, 'con')).toThrow('Ambiguous command "con": condition, continue.')
  expect(() => findCommand(COMMANDS, 'frobnicate')).toThrow('Undefined command: "frobnicate".  Try "help".')
  expect(matching(['all', 'alone'], 'al')).toEqual(['all', 'alone'])
  expect(matching(['all', 'alone', 'al'], 'al')).toEqual(['al'])
})

test('no two commands share a name, and no short name hides one', () => {
  const names = COMMANDS.flatMap(c => [c.name, ...(c.short ?? [])])
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('formats: count, letter and size, those that are missing from the one before', () => {
  expect(readFormat('4xg')).toEqual({ count: 4, letter: 'x', size: 8 })
  expect(readFormat('2', 'xw')).toEqual({ count: 2, letter: 'x', size: 4 })
  expect(readFormat('i', 'xw')).toEqual({ count: 1, letter: 'i', size: 4 })
  expect(() => readFormat('q')).toThrow('Undefined output format "q".')
})
