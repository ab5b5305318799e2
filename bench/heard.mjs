// By hand: host milliseconds from Ctrl-C to the debugger's answer, for what takes long. `node bench/heard.mjs [ROUNDS]`, after a build.
// A program is debugged in lines, a command begun that would take minutes, and SIGINT sent at a moment that differs each round.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROUNDS = Number(process.argv[2] ?? 5)
const HARTBEAT = fileURLToPath(new URL('../dist/hartbeat.js', import.meta.url))
const ANSWER = /SIGINT|Interrupted/

// s2 = /dev/zero, s3 = /dev/null; a terabyte goes from one to the other at `long`, sixteen mebibytes at `short`, then it counts for ever.
const SOURCE = `
	.globl _start
_start:	li a0, -100
	la a1, zero
	li a2, 2
	li a7, 56
	ecall
	mv s2, a0
	li a0, -100
	la a1, null
	li a2, 2
	li a7, 56
	ecall
	mv s3, a0
	la s4, cell
	beqz zero, begin
long:	li a3, 1 << 40
	call send
	nop
begin:	call much
loop:	addi s5, s5, 1
	sd s5, 8(s4)
	j loop
much:	li a3, 256 << 20
send:	mv a0, s3
	mv a1, s2
	li a2, 0
	li a7, 71
here:	ecall
after:	nop
	ret
page:	mv a0, s2
	la a1, buffer
	li a2, 65536
	li a7, 63
	ecall
	j page
	.data
zero:	.asciz "/dev/zero"
null:	.asciz "/dev/null"
	.balign 8
cell:	.dword 1, 0
	.bss
buffer:	.space 65536
`

/** What is measured: commands that come before, and the one that is interrupted. */
const CASES = {
  'continue in a loop': [['break loop', 'run', 'delete'], 'continue'],
  'continue through calls of 64 KiB': [['break loop', 'run', 'delete', 'set $pc = page'], 'continue'],
  'reverse-continue': [['break loop', 'run', 'delete', 'goto +300000000'], 'reverse-continue'],
  'watchpoint backwards': [['break loop', 'run', 'delete', 'goto +100000000', 'watch cell'], 'reverse-continue'],
  'who-wrote': [['break loop', 'run', 'delete', 'goto +300000000'], 'who-wrote cell'],
  'goto far': [['break loop', 'run', 'delete'], 'goto 99999999999999'],
  'goto back and far': [['break loop', 'run', 'delete', 'goto +400000000', 'goto +0'], 'goto 99999999999999'],
  'stepi over a call of a tebibyte': [['break long', 'break begin', 'run', 'set $pc = long', 'break here', 'continue'], 'stepi'],
  'next over a call of a tebibyte': [['break begin', 'run', 'set $pc = long', 'stepi', 'stepi'], 'next'],
  'back over a call of 256 MiB': [['break after', 'run', 'stepi'], 'reverse-stepi 100000'],
}

function measure(path, before, command, wait) {
  const child = spawn(process.execPath, [HARTBEAT, 'debug', '--plain', path], { stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let text = ''
    let sent = 0
    let begun = false
    child.stdout.on('data', data => {
      text += data
      if (!begun && text.includes('BEGIN')) {
        begun = true
        setTimeout(() => {
          text = ''
          sent = performance.now()
          child.kill('SIGINT')
        }, wait)
      } else if (sent > 0 && ANSWER.test(text)) {
        resolve(performance.now() - sent)
        child.kill('SIGKILL')
      } else if (sent > 0 && text.includes('END')) {
        resolve(0)
        child.kill('SIGKILL')
      }
    })
    child.on('error', reject)
    child.stdin.write([...before, 'echo BEGIN', command, 'echo END', ''].join('\n'))
  })
}

const folder = mkdtempSync(join(tmpdir(), 'hartbeat-heard-'))
try {
  const path = join(folder, 'long.s')
  writeFileSync(path, SOURCE)
  console.log('| what is interrupted | host ms: worst | all |\n| --- | ---: | --- |')
  for (const [name, [before, command]] of Object.entries(CASES)) {
    const times = []
    for (let n = 0; n < ROUNDS; n++) times.push(await measure(path, before, command, 150 + 97 * n))
    const told = times.map(ms => (ms === 0 ? 'over before' : ms.toFixed(0)))
    console.log(`| ${name} | ${Math.max(...times).toFixed(0)} | ${told.join(', ')} |`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
