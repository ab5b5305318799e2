// The door of the events: what the kernel did, in words, for every face.
export { EVENT_KINDS, eventText, recordEvent, type TimelineEvent } from './record.ts'
