#!/usr/bin/env node
// Where the command line begins: what needs nothing is answered, and the rest is loaded, compiled already where Node keeps that.
import { keepCompiled } from './compile-cache.ts'
import { VERSION } from './version.ts'

const [word, ...more] = process.argv.slice(2)
if ((word === '--version' || word === '-V') && more.length === 0) process.stdout.write(`${VERSION}\n`)
else {
  keepCompiled()
  await (await import('./main.ts')).begin()
}
