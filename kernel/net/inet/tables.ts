// The tables of the internet protocols, empty.
import type { InetTables, PortTable } from '../types.ts'

const newPortTable = (): PortTable => ({ ports: new Map(), bound: new Map(), next: 0 })

export const newInetTables = (): InetTables => ({ tcp: newPortTable(), connections: new Map(), timeWaits: 0 })
