// The files below /proc/net that tell of sockets: each family has its own, and rows in those of all.
import type { Kernel } from '../kernel.ts'
import { allFamilies } from './families.ts'

const HEADER = 'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n'

/** /proc/net/protocols: the newest first, as Linux has it. */
function protocolsText(k: Kernel): string {
  const counts = new Map<string, number>()
  for (const socket of k.state.ns.net.sockets) {
    const name = allFamilies()
      .find(({ family }) => family === socket.family)
      ?.protocolOf(socket.type, socket.protocol)
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const row = (name: string, size: number, uses: string): string =>
    `${name.padEnd(9)} ${String(size).padStart(4)} ${String(counts.get(name) ?? 0).padStart(6)}  ${'-1'.padStart(6)}   NI       0   yes  kernel     ${uses}\n`
  return (
    HEADER +
    allFamilies()
      .flatMap(({ protocols }) => protocols.map(({ name, size, calls }) => row(name, size, calls)))
      .join('')
  )
}

/** /proc/net/sockstat. */
function sockstatText(k: Kernel): string {
  let used = 0
  for (const { file } of k.state.ns.net.sockets) if (file !== null) used++
  return `sockets: used ${used}\n${allFamilies()
    .map(({ sockstat }) => sockstat?.(k) ?? '')
    .join('')}`
}

/** By their names below /proc/PID. */
export const netFiles = (): Record<string, (k: Kernel) => string> => ({
  'net/protocols': protocolsText,
  'net/sockstat': sockstatText,
  ...Object.assign({}, ...allFamilies().map(({ files }) => files)),
})
