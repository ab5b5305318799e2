// The tables of the internet protocols, empty.
import type { DatagramCounts, InetTables, PortTable } from '../types.ts'

const newPortTable = (): PortTable => ({ ports: new Map(), bound: new Map(), next: 0 })

const newCounts = (): DatagramCounts => ({ sent: 0, received: 0, noPorts: 0, errors: 0 })

export const newInetTables = (): InetTables => ({
  tcp: newPortTable(),
  datagrams: { 0: newPortTable(), 1: newPortTable(), 17: newPortTable(), 136: newPortTable(), 58: newPortTable() },
  counts: newCounts(),
  lite: newCounts(),
  connections: new Map(),
  timeWaits: 0,
})
