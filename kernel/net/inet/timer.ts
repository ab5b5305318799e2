// What happens to connections by time alone.
import type { Kernel } from '../../kernel.ts'
import type { Socket, TimeWait } from '../types.ts'
import { tcpTimer } from './opening.ts'
import { forgetTimeWait } from './time-wait.ts'

export function networkTimer(k: Kernel, of: Socket | TimeWait): void {
  if (of.kind === 'timeWait') forgetTimeWait(k, of)
  else tcpTimer(k, of)
}
