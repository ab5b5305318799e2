// The door of the timeline: recording a run and going to any instant of it.
export { dropAfter, forgetPoint, type Point as TimelinePoint, type Store } from './store.ts'
export { isBefore, LATEST, nowOf, sameInstant, type Instant } from './instant.ts'
export {
  advance,
  forgetFuture,
  markHere,
  pointBefore,
  startRecording,
  stopRecording,
  travel,
  travelSome,
  type Timeline,
  type Travelled,
} from './timeline.ts'
