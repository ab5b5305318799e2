// Every view, by name: what the faces list.
import { countersView } from './counters.ts'
import { descriptorsView } from './descriptors.ts'
import { disassemblyView } from './disassembly.ts'
import { framesView } from './frames.ts'
import { ipcView } from './ipc.ts'
import { ledgerView } from './ledger.ts'
import { memoryView } from './memory.ts'
import { pageCacheView } from './page-cache.ts'
import { pipesView } from './pipes.ts'
import { ringsView } from './rings.ts'
import { socketsView } from './sockets.ts'
import { regionsView } from './regions.ts'
import { registersView } from './registers.ts'
import { runqueuesView } from './runqueues.ts'
import { signalsView } from './signals.ts'
import { tablesView } from './tables.ts'
import { tasksView } from './tasks.ts'
import { timelineView } from './timeline.ts'
import { timersView } from './timers.ts'
import { tlbView } from './tlb.ts'
import { treeView } from './tree.ts'
import type { AnyView } from './types.ts'
import { walkView } from './walk.ts'

export const VIEWS: readonly AnyView[] = [
  registersView,
  disassemblyView,
  memoryView,
  regionsView,
  walkView,
  tablesView,
  framesView,
  tlbView,
  tasksView,
  treeView,
  runqueuesView,
  signalsView,
  descriptorsView,
  pipesView,
  ipcView,
  socketsView,
  ringsView,
  timersView,
  pageCacheView,
  countersView,
  timelineView,
  ledgerView,
]

/** The views by their names: `viewByName.get('pt')?.show(k)`. */
export const viewByName: ReadonlyMap<string, AnyView> = new Map(VIEWS.map(v => [v.name, v]))
