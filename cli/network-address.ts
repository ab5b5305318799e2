// Addresses of the network as the kernel has them (dotted, or 32 hexadecimal digits), and as Node does.

/** What QEMU's user network has there: the host itself, and its name server. */
export const GATEWAY = '10.0.2.2'
export const NAME_SERVER = '10.0.2.3'

const V6_DIGITS = 32
const GROUPS = 8

/** For Node. */
export const textOf = (address: string): string => (address.length === V6_DIGITS ? (address.match(/.{4}/g) as string[]).join(':') : address)

/** An address of Node's for the kernel; a zone is left out, and a mapped address is of IPv4. */
export function addressOf(text: string): string {
  const [bare] = text.split('%')
  if (!bare.includes(':')) return bare
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped !== null) return mapped[1]
  const [head, tail] = bare.split('::')
  const groups = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].map(group => group.padStart(4, '0').toLowerCase()).join('')
}
