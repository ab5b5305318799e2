// By hand: how far the guest's clock is from the host's under load, with the real clock. `node bench/clock.mjs [MINUTES]`, after a build.
// A program with a busy child and one that writes to /dev/null without end says five times a second what time it is. What it says lies
// between when it said so and when we hear of it, so what we are late to hear counts as behind: on a busy host, run this at a high priority.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MINUTES = Number(process.argv[2] ?? 10)
const HARTBEAT = fileURLToPath(new URL('../dist/hartbeat.js', import.meta.url))
const TIME = 16
/** fork, a busy loop; fork, write(null, buffer, 8192) for ever; then clock_gettime, write, nanosleep. */
const SOURCE = `
	.globl _start
_start:	call fork
	bnez a0, second
busy:	j busy
second:	call fork
	bnez a0, tell
	li a0, -100
	la a1, null
	li a2, 1
	li a7, 56
	ecall
	mv s0, a0
yes:	mv a0, s0
	la a1, buffer
	li a2, 8192
	li a7, 64
	ecall
	j yes
tell:	li a0, 0
	la a1, buffer
	li a7, 113
	ecall
	li a0, 1
	la a1, buffer
	li a2, ${TIME}
	li a7, 64
	ecall
	la a0, pause
	li a1, 0
	li a7, 101
	ecall
	j tell
fork:	li a0, 17
	li a1, 0
	li a2, 0
	li a3, 0
	li a4, 0
	li a7, 220
	ecall
	ret
	.data
null:	.asciz "/dev/null"
	.balign 8
pause:	.dword 0, 200000000
	.bss
	.balign 8
buffer:	.space 8192
`

const folder = mkdtempSync(join(tmpdir(), 'hartbeat-clock-'))
const path = join(folder, 'clock.s')
writeFileSync(path, SOURCE)
const child = spawn(process.execPath, [HARTBEAT, 'run', '--clock', 'real', path], { stdio: ['ignore', 'pipe', 'inherit'] })
const behind = []
let rest = Buffer.alloc(0)
child.stdout.on('data', data => {
  const heard = Date.now()
  rest = Buffer.concat([rest, data])
  for (; rest.length >= TIME; rest = rest.subarray(TIME)) {
    behind.push(heard - (Number(rest.readBigUInt64LE(0)) * 1000 + Number(rest.readBigUInt64LE(8)) / 1e6))
  }
})
setTimeout(() => child.kill('SIGKILL'), MINUTES * 60_000)
child.on('exit', () => {
  rmSync(folder, { recursive: true })
  behind.sort((a, b) => a - b)
  const at = share => behind[Math.min(behind.length - 1, Math.floor(behind.length * share))].toFixed(1)
  console.log(
    `${behind.length} times: behind by (ms) median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(1)}; ahead at most ${(-behind[0]).toFixed(1)}`,
  )
})
