// The door of the timeline: recording a run and going to any instant of it.
export { dropAfter, forgetPoint, visitedFrom, type Point as TimelinePoint, type Store } from './store.ts'
export { canHold, type Sought } from './visited.ts'
export { isBefore, LATEST, nowOf, sameInstant, type Instant } from './instant.ts'
export { advance, forgetFuture, pointBefore, startRecording, stopRecording, type Timeline } from './timeline.ts'
export { replay, type Replayer } from './replayer.ts'
export { markHere, travel, travelIn, travelSome, type Travelled } from './travel.ts'
