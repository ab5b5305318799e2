// Of the first tasks and processes of a machine, what identities and numbers are: the same, as long as no number was given out twice.
import type { ProcessRef, TaskRef } from '../debugger/index.ts'
import type { GroupId, TaskId } from '../kernel/index.ts'

export const nth = (n: number): TaskRef => ({ id: n as TaskId, pid: n })
export const nthProcess = (n: number): ProcessRef => ({ id: n as GroupId, pid: n })
