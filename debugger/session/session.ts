// A session over a machine: made once its first process is there, closed when nobody debugs it any more.
import type { Kernel } from '../../kernel/index.ts'
import { setDebugPoints } from '../../vm/index.ts'
import { startRecording, stopRecording } from '../timeline/index.ts'
import { NOBODY, refTo } from './state.ts'
import type { Session, SessionOptions } from './types.ts'

/** Begins to debug a machine, recording from here on unless told not to. */
export function createSession(k: Kernel, options: SessionOptions = {}): Session {
  return {
    k,
    timeline: options.record === false ? null : startRecording(k, options.distance),
    points: new Map(),
    nextPoint: 1,
    focus: k.state.main === null ? NOBODY : refTo(k.state.main),
    follow: 'parent',
    signalStops: new Set(),
    held: null,
    interrupted: false,
  }
}

/** The machine is nobody's business any more, and runs as fast as ever. */
export function closeSession(s: Session): void {
  setDebugPoints(s.k.machine, null)
  if (s.timeline !== null) stopRecording(s.timeline)
}
