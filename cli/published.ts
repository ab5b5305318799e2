// `--publish [ADDR:]HOSTPORT:GUESTPORT[/udp]`: a port of the host's that leads to one of the guest's.
import { isIP } from 'node:net'
import { CommandError, EXIT } from './errors.ts'

export interface Published {
  /** As it was given. */
  text: string
  address: string
  /** 0: the host chooses. */
  host: number
  guest: number
  protocol: 'tcp' | 'udp'
}

const FORM = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d+):(\d+)(?:\/(tcp|udp))?$/
const PORTS = 65536

export function parsePublished(text: string): Published {
  const [, six, four, host, guest, protocol] = FORM.exec(text) ?? []
  const address = six ?? four ?? '127.0.0.1'
  if (guest === undefined || Number(host) >= PORTS || Number(guest) >= PORTS || Number(guest) === 0 || isIP(address) === 0)
    throw new CommandError(
      EXIT.usage,
      `--publish ${text}: it is [ADDRESS:]HOSTPORT:GUESTPORT or the same with /udp, ADDRESS an address of this host`,
    )
  return { text, address, host: Number(host), guest: Number(guest), protocol: protocol === 'udp' ? 'udp' : 'tcp' }
}
