// The way out of the machine's network over Node: published ports, connections and datagrams to other hosts. It tells the kernel what comes
// between two pieces of a run, and does what the kernel tells it. Buffers are bounded by windows both ways (kernel/host.ts).
import { createSocket, type RemoteInfo, type Socket as DatagramSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { createServer, isIPv6, Socket, type AddressInfo, type Server } from 'node:net'
import { hostNetwork, NETWORK_WINDOW, type Kernel, type NetworkCommand, type NetworkEvent } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { addressOf, GATEWAY, NAME_SERVER, textOf } from './network-address.ts'
import type { Published } from './published.ts'

/** Connections and flows of datagrams that came in, at most. */
const COMING_MOST = 512
/** Pieces of what comes: an entry of the journal each. */
const PIECE = 1 << 16
/** How long what a guest sent last may take to leave, after it has ended (ms). */
const LAST_MS = 2000

interface Connection {
  socket: Socket
  /** Bytes that may still be told before the guest has read some. */
  room: number
  /** What came and is not told yet, at most what Node reads at once. */
  waiting: Uint8Array[]
  opened: boolean
  connected: boolean
  ended: boolean
  endTold: boolean
}

/** A socket of the guest's for datagrams. It is closed once nothing is on its way. */
interface Outlet {
  socket: DatagramSocket
  sending: number
  closed: boolean
  /** What waits until it is connected; null: nothing has to. */
  held: (() => void)[] | null
  /** What the guest calls those that it sent to. */
  names: Map<string, { address: string; port: number }>
}

interface Flow {
  socket: DatagramSocket
  from: RemoteInfo
}

export interface Network {
  tell(command: NetworkCommand): void
  /** From now on what comes is handed to `add`, which calls it when the machine may hear it. */
  start(k: Kernel, add: (effect: () => void) => void): void
  /** Listens at the published ports. Answers a line for each whose number the host chose. */
  listen(): Promise<string[]>
  /** May anything still come? */
  expects(): boolean
  close(): Promise<void>
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? 'ECONNRESET'

export function newNetwork(published: readonly Published[], out: boolean): Network {
  const connections = new Map<number, Connection>()
  const flows = new Map<number, Flow>()
  const flowOf = new Map<string, number>()
  /** The guest's sockets of datagrams, by their number and, where they are connected, whom to. */
  const datagrams = new Map<string, Outlet>()
  const servers: (Server | DatagramSocket)[] = []
  let lastComing = 0
  /** Datagrams that are being sent, and who waits for that. */
  let underway = 0
  const whenLeft: (() => void)[] = []
  let closing = false
  let say: (event: NetworkEvent) => void = () => {}

  function keep(id: number, socket: Socket): Connection {
    const connection: Connection = {
      socket,
      room: NETWORK_WINDOW,
      waiting: [],
      opened: id > 0,
      connected: id < 0,
      ended: false,
      endTold: false,
    }
    connections.set(id, connection)
    socket.setNoDelay(true)
    socket.on('data', (data: Buffer) => {
      socket.pause()
      for (let at = 0; at < data.length; at += PIECE) connection.waiting.push(new Uint8Array(data.subarray(at, at + PIECE)))
      pump(id, connection)
    })
    socket.on('end', () => {
      connection.ended = true
      pump(id, connection)
    })
    socket.on('error', error => {
      if (connections.get(id) !== connection) return
      connections.delete(id)
      say({ what: 'closed', id, error: codeOf(error) })
    })
    socket.on('close', () => {
      // What came before the end may still wait for room.
      if (connections.get(id) !== connection || (connection.ended && !connection.endTold && socket.writableFinished)) return
      connections.delete(id)
      if (!connection.endTold || !socket.writableFinished) say({ what: 'closed', id, error: 'ECONNRESET' })
    })
    return connection
  }

  /** Tells what came, as far as there is room for it. */
  function pump(id: number, connection: Connection): void {
    const { waiting, socket } = connection
    if (!connection.opened || !connection.connected) return
    while (waiting.length > 0 && connection.room > 0) {
      const bytes = waiting.shift() as Uint8Array
      connection.room -= bytes.length
      say({ what: 'bytes', id, bytes })
    }
    if (waiting.length > 0) return
    if (!connection.ended) socket.resume()
    else if (!connection.endTold) {
      connection.endTold = true
      say({ what: 'ended', id })
      if (socket.destroyed) connections.delete(id)
    }
  }

  function connect({ id, address, port }: Extract<NetworkCommand, { what: 'connect' }>): void {
    const socket = new Socket({ allowHalfOpen: true })
    const connection = keep(id, socket)
    socket.on('connect', () => {
      connection.connected = true
      say({ what: 'connected', id })
      pump(id, connection)
    })
    socket.connect({ host: address === GATEWAY ? '127.0.0.1' : textOf(address), port })
  }

  function send(id: number, bytes: Uint8Array): void {
    const connection = connections.get(id)
    connection?.socket.write(bytes, error => {
      if (!error && connections.get(id) === connection) say({ what: 'took', id, count: bytes.length })
    })
  }

  function drop(id: number): void {
    const connection = connections.get(id)
    connections.delete(id)
    connection?.socket.resetAndDestroy()
  }

  // ---- datagrams

  /** One less is on its way. */
  const left = (): void => {
    underway--
    if (underway === 0) for (const done of whenLeft.splice(0)) done()
  }

  function sendDatagram({ id, address, port, bytes, connected }: Extract<NetworkCommand, { what: 'datagram' }>): void {
    const flow = flows.get(id)
    if (flow !== undefined) {
      underway++
      flow.socket.send(bytes, flow.from.port, flow.from.address, left)
      return
    }
    if (id < 0 || port === 0) return
    const [to, at] = address === GATEWAY ? ['127.0.0.1', port] : address === NAME_SERVER ? nameServer(port) : [textOf(address), port]
    const v6 = isIPv6(to)
    const key = connected ? `${id} ${to} ${at}` : `${id} ${v6 ? 6 : 4}`
    const outlet = datagrams.get(key) ?? newOutlet(id, key, connected ? { to, at } : v6)
    outlet.names.set(`${addressOf(to)} ${at}`, { address, port })
    outlet.sending++
    underway++
    const sent = (error?: Error | null): void => {
      outlet.sending--
      left()
      if (error) failed(id, outlet, error)
      if (outlet.closed && outlet.sending === 0) outlet.socket.close()
    }
    const send = connected ? () => outlet.socket.send(bytes, sent) : () => outlet.socket.send(bytes, at, to, sent)
    if (outlet.held === null) send()
    else outlet.held.push(send)
  }

  const failed = (id: number, { closed }: Outlet, error: Error): void => {
    if (!closed) say({ what: 'closed', id, error: codeOf(error) })
  }

  /** `way`: whom to be connected to, or whether it is of IPv6. */
  function newOutlet(id: number, key: string, way: { to: string; at: number } | boolean): Outlet {
    const v6 = typeof way === 'object' ? isIPv6(way.to) : way
    const socket = createSocket(v6 ? 'udp6' : 'udp4')
    const outlet: Outlet = { socket, sending: 0, closed: false, held: null, names: new Map() }
    datagrams.set(key, outlet)
    socket.on('error', error => failed(id, outlet, error))
    socket.on('message', (data, from) => {
      if (outlet.closed) return
      const real = addressOf(from.address)
      const { address, port } = outlet.names.get(`${real} ${from.port}`) ?? { address: real, port: from.port }
      say({ what: 'datagram', id, address, port, bytes: new Uint8Array(data) })
    })
    if (typeof way === 'boolean') return outlet
    outlet.held = []
    socket.connect(way.at, way.to, ((error?: Error) => {
      const held = outlet.held ?? []
      outlet.held = null
      if (!error) for (const send of held) send()
      else {
        failed(id, outlet, error)
        outlet.sending -= held.length
        for (const _ of held) left()
        if (outlet.closed) socket.close()
      }
    }) as () => void)
    return outlet
  }

  function closeDatagrams(id: number): void {
    const flow = flows.get(id)
    if (flow !== undefined) {
      flows.delete(id)
      flowOf.delete(keyOf(flow.from))
    }
    for (const [key, outlet] of datagrams) {
      if (!key.startsWith(`${id} `)) continue
      datagrams.delete(key)
      outlet.closed = true
      if (outlet.sending === 0) outlet.socket.close()
    }
  }

  const keyOf = ({ address, port }: RemoteInfo): string => `${address} ${port}`

  function cameIn(socket: DatagramSocket, { guest }: Published, data: Buffer, from: RemoteInfo): void {
    const bytes = new Uint8Array(data)
    const key = keyOf(from)
    const known = flowOf.get(key)
    if (known !== undefined) {
      say({ what: 'datagram', id: known, address: '', port: 0, bytes })
      return
    }
    // The one that has been longest goes.
    if (flows.size >= COMING_MOST) {
      const [oldest] = flows.keys()
      closeDatagrams(oldest)
      say({ what: 'closed', id: oldest, error: 'ECONNRESET' })
    }
    const id = --lastComing
    flows.set(id, { socket, from })
    flowOf.set(key, id)
    say({ what: 'flow', id, port: guest, bytes })
  }

  // ---- all

  function forget(): void {
    for (const id of [...connections.keys()]) drop(id)
    for (const key of [...datagrams.keys()]) closeDatagrams(Number(key.slice(0, key.indexOf(' '))))
    flows.clear()
    flowOf.clear()
  }

  const DO: { [W in NetworkCommand['what']]: (command: Extract<NetworkCommand, { what: W }>) => void } = {
    connect,
    open({ id }) {
      const connection = connections.get(id)
      if (connection === undefined) return
      connection.opened = true
      pump(id, connection)
    },
    bytes: ({ id, bytes }) => send(id, bytes),
    taken({ id, count }) {
      const connection = connections.get(id)
      if (connection === undefined) return
      connection.room += count
      pump(id, connection)
    },
    end({ id }) {
      connections.get(id)?.socket.end()
    },
    reset: ({ id }) => drop(id),
    datagram: sendDatagram,
    close: ({ id }) => closeDatagrams(id),
    forget,
  }

  function listenTcp({ address, host, guest }: Published): Promise<number> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => {
      if (connections.size >= COMING_MOST || closing) return void socket.resetAndDestroy()
      const id = --lastComing
      keep(id, socket)
      say({ what: 'arrive', id, port: guest })
    })
    servers.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(host, address, () => resolve((server.address() as AddressInfo).port))
    })
  }

  function listenUdp(row: Published): Promise<number> {
    const socket = createSocket(isIPv6(row.address) ? 'udp6' : 'udp4')
    servers.push(socket)
    socket.on('message', (data, from) => cameIn(socket, row, data, from))
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(row.host, row.address, () => {
        // An answer that comes back as an error is none of ours.
        socket.off('error', reject).on('error', () => {})
        resolve(socket.address().port)
      })
    })
  }

  return {
    tell(command) {
      const run = DO[command.what] as (command: NetworkCommand) => void
      run(command)
    },
    start(k, add) {
      say = event => add(() => hostNetwork(k, event))
    },
    async listen() {
      const lines: string[] = []
      for (const row of published) {
        try {
          const port = await (row.protocol === 'udp' ? listenUdp(row) : listenTcp(row))
          if (row.host === 0) lines.push(`${row.address}:${port} is the guest's port ${row.guest}${row.protocol === 'udp' ? '/udp' : ''}`)
        } catch (error) {
          throw new CommandError(EXIT.ours, `--publish ${row.text}: ${(error as Error).message}`)
        }
      }
      return lines
    },
    expects: () => servers.length > 0 || connections.size > 0 || (out && datagrams.size > 0),
    async close() {
      closing = true
      say = () => {}
      // What was sent and ended goes out; the rest is broken off.
      const leaving: Promise<void>[] = underway === 0 ? [] : [new Promise(resolve => void whenLeft.push(resolve))]
      for (const [id, { socket }] of [...connections]) {
        if (!socket.writableEnded) drop(id)
        else if (!socket.writableFinished) leaving.push(new Promise(resolve => socket.once('finish', resolve).once('close', resolve)))
      }
      if (leaving.length > 0) await Promise.race([Promise.all(leaving), new Promise(resolve => setTimeout(resolve, LAST_MS).unref())])
      for (const server of servers) server.close()
      for (const { socket } of connections.values()) socket.destroy()
      for (const key of [...datagrams.keys()]) closeDatagrams(Number(key.slice(0, key.indexOf(' '))))
    },
  }
}

/** The host's own name server, and its port where that is another one. */
function nameServer(port: number): [string, number] {
  const [first = '127.0.0.1'] = getServers()
  const [, six, four, own] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d+))?$/.exec(first) ?? []
  return [six ?? four ?? first, own === undefined ? port : Number(own)]
}
