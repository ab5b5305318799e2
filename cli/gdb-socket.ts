// A socket at which gdb or lldb can take hold of the machine, let it go, and come back.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { closeGdb, openGdb, pump, receive, type GdbServer, type Pumped } from '../debugger/index.ts'
import { isMainStopped, isReplaying, workOf, type Kernel } from '../kernel/index.ts'
import { newArrivals, openTerminal, runTurn, sleepUntil, standStill, type Arrivals, type Outcome } from './drive.ts'
import { CommandError, EXIT } from './errors.ts'
import type { GdbPlace } from './gdb.ts'
import type { MachineRun } from './options.ts'
import { inTurns } from './turns.ts'

function listenAt({ host, port }: GdbPlace, onClient: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onClient)
    server.once('error', error => reject(new CommandError(EXIT.ours, `--gdb ${host}:${port}: ${error.message}`)))
    server.listen(port, host, () => resolve(server))
  })
}

/** Instructions between two looks at what came in: some milliseconds. */
const PIECE = 500_000

interface Client {
  socket: Socket
  gdb: GdbServer
  /** The connection is closed, from whichever side. */
  ended: boolean
}

/** Runs for a turn as a debugger wants it. */
function runForClient(k: Kernel, { gdb, socket }: Client, left: number): Pumped {
  inTurns(k)
  try {
    for (;;) {
      const pumped = pump(gdb, Math.min(PIECE, left))
      if (pumped.bytes.length > 0) socket.write(pumped.bytes)
      if (pumped.kind !== 'running' || left <= PIECE || k.enough?.() === true) return pumped
    }
  } finally {
    k.enough = null
  }
}

/** The connection ends when gdb has what was sent to it. */
const hangUp = (client: Client): Promise<void> => new Promise(resolve => void client.socket.end(resolve))

interface Desk {
  client: Client | null
  take(socket: Socket): void
}

/** Accepts one debugger at a time; whatever it sends arrives in between pieces of the run. */
function acceptClients(k: Kernel, { view, wait }: GdbPlace, arrivals: Arrivals): Desk {
  // To begin a recording takes a while in a large machine, and debuggers do not wait long for an answer: where one is waited for, it is
  // done before.
  let ready = wait ? openGdb(k, view) : null
  const desk: Desk = {
    client: null,
    take(socket) {
      if (desk.client !== null) {
        socket.destroy()
        return
      }
      socket.setNoDelay(true)
      const client: Client = { socket, gdb: ready ?? openGdb(k, view), ended: false }
      ready = null
      desk.client = client
      const leave = (): void => arrivals.add(() => (client.ended = true))
      socket.on('data', data => arrivals.add(() => void socket.write(receive(client.gdb, new Uint8Array(data)))))
      socket.on('end', leave).on('error', leave).on('close', leave)
      arrivals.add(() => {})
    },
  }
  return desk
}

/** Runs the machine with a socket for debuggers. While one is there, it says when the machine runs; without one it runs as ever. */
export async function driveWithGdb(run: MachineRun, place: GdbPlace): Promise<Outcome> {
  const { kernel: k, limit, interactive } = run
  const fromGdb = newArrivals()
  // Keys wait by themselves, but wake the same sleeper.
  const effects: (() => void)[] = []
  const host: Arrivals = { ...fromGdb, effects, add: effect => (effects.push(effect), fromGdb.add(() => {})) }
  run.network?.start(k, host.add)
  const desk = acceptClients(k, place, fromGdb)
  const server = await listenAt(place, socket => desk.take(socket))
  const { address, port } = server.address() as AddressInfo
  process.stderr.write(`hartbeat: waiting for gdb on ${address}:${port}\n`)
  let closeTerminal = interactive ? openTerminal(k, host) : null
  const start = workOf(k.state)
  const leave = async (client: Client): Promise<void> => {
    desk.client = null
    closeGdb(client.gdb)
    if (!client.ended) await hangUp(client)
  }
  try {
    if (place.wait) while (desk.client === null) await fromGdb.pause(Infinity)
    for (;;) {
      for (const effect of fromGdb.effects.splice(0)) effect()
      if (!isReplaying(k)) for (const effect of host.effects.splice(0)) effect()
      const { client } = desk
      if (client !== null && (client.ended || client.gdb.gone)) {
        await leave(client)
        continue
      }
      const left = limit.instructions - (workOf(k.state) - start)
      if (left <= 0 || k.state.time >= limit.time) return { kind: 'limit' }
      const result = client === null ? runTurn(k, left, limit.time) : runForClient(k, client, left)
      if (result.kind === 'halted' && (client === null || client.gdb.gone)) return { kind: 'halted', status: result.status }
      if (client === null && closeTerminal !== null && isMainStopped(k)) closeTerminal = await standStill(k, host, closeTerminal)
      else if (result.kind === 'budget' || result.kind === 'paused' || result.kind === 'running') await new Promise(setImmediate)
      else if (result.kind === 'idle') {
        const until = Math.min(result.until, limit.time)
        if (client === null && !interactive && until === Infinity && run.network?.expects() !== true) return { kind: 'stuck' }
        if (fromGdb.effects.length === 0) await sleep(k, fromGdb, until)
      } else if (fromGdb.effects.length === 0) await fromGdb.pause(Infinity)
    }
  } finally {
    if (desk.client !== null) await leave(desk.client)
    closeTerminal?.()
    server.close()
  }
}

/** A virtual clock stands still while everybody sleeps for ever; a real one goes on. */
async function sleep(k: Kernel, arrivals: Arrivals, until: number): Promise<void> {
  if (k.clock === 'real' && !isReplaying(k)) await sleepUntil(k, arrivals, until)
  else await arrivals.pause(Infinity)
}
