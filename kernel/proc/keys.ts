// /proc/keys and /proc/key-users (proc_keys(5)), and the sysctls of their quotas.
import type { Kernel } from '../kernel.ts'
import { keyringsOf, permits, quotaLimit, quotaOf, sweep, wrongWith, type Key } from '../keys/index.ts'
import { KEY_NEED } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { READ_ONLY, type SystemFile } from './nodes.ts'

const NS_PER_SECOND = 1e9
/** The largest unit that is whole. */
const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [604800, 'w'],
  [86400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [0, 's'],
]

function timeLeft(k: Kernel, { expires }: Key): string {
  if (expires === Infinity) return 'perm'
  const seconds = Math.ceil((expires - k.state.time) / NS_PER_SECOND)
  if (seconds <= 0) return 'expd'
  const [unit, name] = UNITS.find(([least]) => seconds >= least) ?? UNITS[UNITS.length - 1]
  return `${unit === 0 ? seconds : Math.floor(seconds / unit)}${name}`
}

const mayView = (task: Task, key: Key): boolean => {
  const { session, process, thread } = keyringsOf(task)
  const possessed = [session, process, thread].some(ring => ring === key || [...(ring?.links?.values() ?? [])].includes(key))
  return permits(task, { key, possessed }, KEY_NEED.VIEW)
}

/** How many keyrings and tasks name it. */
function usage(k: Kernel, key: Key): number {
  let count = 0
  for (const { links } of k.state.keys.byId.values()) for (const linked of links?.values() ?? []) if (linked === key) count++
  for (const task of k.state.tasks.values()) if (Object.values(keyringsOf(task)).includes(key)) count++
  return Math.max(1, count)
}

const contents = ({ type, payload, links }: Key): string =>
  links === null ? (type === 'logon' ? '' : `: ${payload.length}`) : `: ${links.size === 0 ? 'empty' : links.size}`

function lineOf(k: Kernel, key: Key): string {
  const flags = `I${key.revoked ? 'R' : '-'}-${key.quota > 0 ? 'Q' : '-'}--${key.invalidated ? 'i' : '-'}`
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0')
  const numbers = `${String(usage(k, key)).padStart(5)} ${timeLeft(k, key).padStart(4)} ${hex(key.perm)} ${String(key.uid).padStart(5)} ${String(key.gid).padStart(5)}`
  return `${hex(key.serial)} ${flags} ${numbers} ${key.type.slice(0, 9).padEnd(9)} ${key.description}${key.revoked ? '' : contents(key)}\n`
}

function keysText(k: Kernel, reader: Task): string {
  sweep(k)
  return [...k.state.keys.byId.values()]
    .filter(key => mayView(reader, key) && (wrongWith(k, key) === null || !key.invalidated))
    .sort((a, b) => a.serial - b.serial)
    .map(key => lineOf(k, key))
    .join('')
}

function usersText(k: Kernel): string {
  sweep(k)
  const uids = new Set([...k.state.keys.byId.values()].map(({ uid }) => uid))
  return [...uids]
    .sort((a, b) => a - b)
    .map(uid => {
      const used = quotaOf(k, uid)
      const limit = quotaLimit(k, uid)
      const n = used.keys
      return `${String(uid).padStart(5)}: ${String(n + 1).padStart(5)} ${n}/${n} ${n}/${limit.keys} ${used.bytes}/${limit.bytes}\n`
    })
    .join('')
}

export const keyFiles: Readonly<Record<string, SystemFile>> = {
  keys: { mode: READ_ONLY, text: keysText },
  'key-users': { mode: READ_ONLY, text: usersText },
}
