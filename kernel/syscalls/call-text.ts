// A call that has not returned, as strace would show it: for views of what a task is in.
import { REG } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { callArguments, regBig } from '../task/index.ts'
import type { Task } from '../state.ts'
import { wideText } from './args.ts'
import { SYSCALLS } from './table.ts'
import { callName, hex } from './text.ts'

/** `read(0, 0x7ffe10, 4096)`, of the arguments that are in the registers now. What the call will fill in shows as its address. */
export function callText(k: Kernel, task: Task, nr: number): string {
  const raw = callArguments(k, task)
  const row = SYSCALLS[nr]
  if (row === undefined) return `${callName(nr)}(${raw.map(hex).join(', ')})`
  const args = row.args.map(([, arg], i) =>
    !arg.word && !Number.isSafeInteger(raw[i])
      ? wideText(arg, regBig(k, task, REG.a0 + i))
      : arg.show(arg.word ? raw[i] | 0 : raw[i], k, task, raw),
  )
  return `${callName(nr)}(${row.text?.(k, task, raw) ?? args.join(', ')})`
}
