// The table of scenarios, in the order of reports. To add one, write its file and add a row.
import { nearestName } from '../../vm/index.ts'
import { usage } from '../errors.ts'
import type { Scenario } from '../scenario.ts'
import { asidPages } from './asid-pages.ts'
import { ctxRing } from './ctx-ring.ts'
import { ctxWs } from './ctx-ws.ts'
import { cowFault, pageFault } from './faults.ts'
import { forkSize } from './fork-size.ts'
import { fpuSwitch } from './fpu-switch.ts'
import { kpti } from './kpti.ts'
import { metamorphic } from './metamorphic.ts'
import { quantum } from './quantum.ts'
import { shootdown } from './shootdown.ts'
import { signal } from './signal.ts'
import { tlbStride } from './tlb-stride.ts'
import { walkDepth } from './walk-depth.ts'

export const SCENARIOS: readonly Scenario[] = [
  ctxRing,
  ctxWs,
  asidPages,
  tlbStride,
  walkDepth,
  kpti,
  forkSize,
  cowFault,
  pageFault,
  shootdown,
  fpuSwitch,
  quantum,
  signal,
  metamorphic,
]

/** A scenario by name. Throws a usage error that names a near one, or the one that a lab of that name belongs to. */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find(s => s.name === name)
  if (found !== undefined) return found
  const user = SCENARIOS.find(s => s.labs.includes(name))
  const near =
    user?.name ??
    nearestName(
      name,
      SCENARIOS.map(s => s.name),
    )
  const hint = near === undefined || near === null ? `; there are ${SCENARIOS.map(s => s.name).join(', ')}` : `, did you mean '${near}'?`
  throw usage(`there is no scenario '${name}'${hint}`)
}
