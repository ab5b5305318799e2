// capget(2) and capset(2): capabilities as three sets of one word (version 1) or two.
import {
  CAP_DATA,
  CAP_SETPCAP,
  CAPABILITY_VERSIONS,
  EINVAL,
  EPERM,
  LINUX_CAPABILITY_VERSION_3,
  readStruct,
  TWO_32,
  writeStruct,
  type StructValues,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../mm/index.ts'
import { ALL_CAPABILITIES, both, capable, commitCredentials, either, isSubset, taskByPid } from '../task/index.ts'
import type { Task } from '../state.ts'
import { capData, capDataOut, capHeader } from './capability-text.ts'
import { syscall, type Syscall } from './define.ts'

const PID_OFFSET = 4

/** How many words a set has; null for a version that is none, and then the header says which one to use. EFAULT. */
function words(k: Kernel, task: Task, header: number): number | null {
  const count = CAPABILITY_VERSIONS[getU32(k, task, header)]
  if (count === undefined) putU32(k, task, header, LINUX_CAPABILITY_VERSION_3)
  return count ?? null
}

const pidIn = (k: Kernel, task: Task, header: number): number => getU32(k, task, header + PID_OFFSET) | 0

/** Without a place for the answer it only asks for the version. */
function capget(k: Kernel, task: Task, header: number, data: number): number {
  const count = words(k, task, header)
  if (data === 0) return 0
  if (count === null) throw EINVAL
  const pid = pidIn(k, task, header)
  if (pid < 0) throw EINVAL
  const { capEffective, capPermitted, capInheritable } = taskByPid(task, pid).credentials
  for (let i = 0; i < count; i++) {
    const word = (set: number): number => Math.floor(set / TWO_32 ** i) % TWO_32
    const values = { effective: word(capEffective), permitted: word(capPermitted), inheritable: word(capInheritable) }
    copyOut(k, task, data + i * CAP_DATA.size, writeStruct(CAP_DATA, values))
  }
  return 0
}

type Words = StructValues<(typeof CAP_DATA)['members']>

function capset(k: Kernel, task: Task, header: number, data: number): number {
  const count = words(k, task, header)
  if (count === null) throw EINVAL
  const pid = pidIn(k, task, header)
  if (pid !== 0 && pid !== task.pid) throw EPERM
  const bytes = copyIn(k, task, data, count * CAP_DATA.size).slice()
  const given = Array.from({ length: count }, (_, i) => readStruct(CAP_DATA, bytes.subarray(i * CAP_DATA.size)) as Words)
  const set = (name: keyof Words): number => both(ALL_CAPABILITIES, given[0][name] + (given[1]?.[name] ?? 0) * TWO_32)
  const [capEffective, capPermitted, capInheritable] = [set('effective'), set('permitted'), set('inheritable')]
  const old = task.credentials
  if (!capable(old, CAP_SETPCAP) && !isSubset(capInheritable, either(old.capInheritable, old.capPermitted))) throw EPERM
  if (!isSubset(capInheritable, either(old.capInheritable, old.capBounding))) throw EPERM
  if (!isSubset(capPermitted, old.capPermitted) || !isSubset(capEffective, capPermitted)) throw EPERM
  const capAmbient = both(old.capAmbient, both(capPermitted, capInheritable))
  commitCredentials(task, { ...old, capEffective, capPermitted, capInheritable, capAmbient })
  return 0
}

export const capabilityCalls: Syscall[] = [
  syscall(90, 'capget', { hdrp: capHeader, datap: capDataOut }, (k, task, { hdrp, datap }) => capget(k, task, hdrp, datap)),
  syscall(91, 'capset', { hdrp: capHeader, datap: capData }, (k, task, { hdrp, datap }) => capset(k, task, hdrp, datap)),
]
