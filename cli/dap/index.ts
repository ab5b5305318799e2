// The door of the Debug Adapter Protocol: an adapter on our own standard streams, or one for every connection to a port.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Adapter, type Requests } from './adapter.ts'
import { lifeRequests } from './life.ts'
import { lookRequests } from './look.ts'
import { pointRequests } from './points.ts'
import { ownRequests } from './views.ts'

export const REQUESTS: Requests = { ...lifeRequests, ...pointRequests, ...lookRequests, ...ownRequests }
const LOOPBACK = '127.0.0.1'

/** Serves one editor on standard input and output; ends when it has gone. */
export const serveStreams = (): Promise<void> =>
  new Promise(resolve => {
    const adapter = new Adapter(REQUESTS, () => {
      process.stdin.destroy()
      resolve()
    })
    adapter.start(process.stdin, process.stdout)
  })

/** Serves editors on a port of this host, each with a machine of its own. 0: any port; `listening` is told which. Never ends by itself. */
export const servePort = (port: number, listening: (port: number) => void): Promise<void> =>
  new Promise((_, reject) => {
    const server = createServer(socket => {
      const adapter = new Adapter(REQUESTS, () => void socket.end())
      socket.on('error', () => socket.destroy())
      adapter.start(socket, socket)
    })
    server.on('error', reject)
    server.listen(port, LOOPBACK, () => listening((server.address() as AddressInfo).port))
  })
