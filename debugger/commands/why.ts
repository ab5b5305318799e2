// `why`: the reason of a state, answered from what is: of a page, of a wait, of a signal that a task stands before.
import { causeText, dueSignal, explainSignal, signalName, SIGNALS, type SigInfo, type SignalEffect, type Task } from '../../kernel/index.ts'
import { explainPage, waitOf } from '../views/index.ts'
import { hex } from '../hex.ts'
import { selected, valueOf } from './look.ts'
import { showView } from './machine.ts'
import { fail, type Command, type Debugger } from './types.ts'

const DOES: Readonly<Record<SignalEffect, string>> = {
  handler: 'runs its handler',
  terminate: 'ends it',
  core: 'ends it',
  stop: 'stops it',
  continue: 'changes nothing',
  ignore: 'changes nothing',
}

/** It stands before a signal: what that is about, and of a fault what is known of the page. */
function whySignal(d: Debugger, task: Task, { info, action }: { info: SigInfo; action: SignalEffect }): string[] {
  const { k } = d.session
  const lines = [
    `${task.pid} (${task.comm}) is about to take ${signalName(info.signal)}, which ${DOES[action]}.`,
    `${causeText(explainSignal(k, task, info))}.`,
  ]
  const { fields } = info
  const isPage = fields.kind === 'fault' && task.mm !== null && (info.signal === SIGNALS.SIGSEGV || info.signal === SIGNALS.SIGBUS)
  return isPage ? [...lines, ...whyPage(d, task, fields.address)] : lines
}

/** Why a page is as it is. */
function whyPage({ session: { k } }: Debugger, task: Task, address: number): string[] {
  if (task.mm === null) fail('It has no memory left.')
  const facts = explainPage(k, task, task.mm, address)
  const what = facts.present ? (facts.writable ? 'present and writable' : 'present, not writable') : 'not present'
  return [`The page of ${hex(address)} is ${what}.`, ...facts.why.map(why => `${why.about}: ${why.text}.`)]
}

/** What a task waits for or, of one that can run, how its hart's queue chose. */
function whyHere(d: Debugger, task: Task): string[] {
  const due = dueSignal(d.session.k, task)
  if (due !== null && task.call === null) return whySignal(d, task, due)
  const { words, queues, call } = waitOf(d.session.k, task)
  const lines = [`${task.pid} (${task.comm}) ${words}.`]
  if (call !== null) lines.push(`It is in ${call}.`)
  for (const queue of queues) lines.push(`Woken by: ${queue}.`)
  if (task.state === 'R') lines.push(...showView(d, 'runqueue', {}))
  return lines
}

export const WHY: Command = {
  name: 'why',
  group: 'reverse',
  usage: '[ADDRESS]',
  doc: 'Say why a page is not present, read-only or shared; without an address, what the selected task waits for, or why it runs.',
  run(d, { text }) {
    const task = selected(d)
    if (text === '') return whyHere(d, task)
    return whyPage(d, task, Number(valueOf(d, text)))
  },
}
