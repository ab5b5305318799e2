// The tables of the internet protocols, empty.
import type { InetTables, PortTable } from '../types.ts'

const newPortTable = (): PortTable => ({ ports: new Map(), bound: new Map(), next: 0 })

export const newInetTables = (): InetTables => ({
  tcp: newPortTable(),
  datagrams: { 0: newPortTable(), 1: newPortTable(), 17: newPortTable(), 58: newPortTable() },
  counts: { sent: 0, received: 0, noPorts: 0 },
  connections: new Map(),
  timeWaits: 0,
})
