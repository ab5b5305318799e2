// What a motion is: a way through time that a face asks for by name, in pieces between which whoever waits is heard.
import type { Catchpoint, Instant, Session, Stop, TaskRef } from '../session/index.ts'
import type { DebugFileCache } from '../symbols/index.ts'

export type Interrupted = Extract<Stop, { kind: 'interrupted' }>
export const INTERRUPTED: Interrupted = { kind: 'interrupted' }

/**
 * A motion that was begun. It is asked until it says something else than `interrupted`; asked again after a stop on the way that does not count
 * it goes on with what is left of it, and after its own end it begins anew from there.
 */
export interface Motion<T = Stop> {
  /** It replays the past: what it passes on the way does not happen anew. */
  readonly backwards: boolean
  /** Does about so much work: instructions that are executed or run again, and pieces of long calls. */
  go(budget: number): T | Stop
  /** It is enough: of the past, the session stands where nothing that was looked for lies between there and where it began. */
  giveUp(): void
}

/** The body of a motion: it gives way where it may be interrupted, and tells stops on the way. */
export type Work<T = Stop> = Generator<Stop, T, void>

/** How far a motion may come until it gives way. */
export interface Turn {
  /** Forwards: the count of executed instructions. */
  executed: number
  /** Backwards: the timeline's work. */
  worked: number
  /** Backwards: where to stand when it is given up. */
  standing: Instant
  /** Points of the recording that the way needs as long as it goes on: how to forget them. */
  marks: (() => void)[]
}

/** Who looks: a session, and the tables of the files that its programs are made of. */
export interface Sight {
  s: Session
  files: DebugFileCache
}

/** What faces have always done differently where lines are concerned. */
export interface LineRules {
  /** A step from where there are no lines leaves the function, or is one of an instruction. */
  withoutLines: 'function' | 'instruction'
  /** A function that is stepped into is stood in at its first instruction, or where its body begins. */
  enters: 'first' | 'body'
  /** Back in the caller, in the middle of the line that called: there it ends, or at the end of that line. */
  returns: 'amid' | 'line'
  /** A step that ends where a breakpoint is has hit it. */
  hits: boolean
  /** A line of so many steps is left in its middle on the way back: each is a run of its own. */
  mostBack: number
}

/** Who moves: a task as it is seen, by these rules. */
export interface Mover extends Sight {
  rules: LineRules
}

/** Addresses [start, end). */
export interface Range {
  start: number
  end: number
}

/** What else stops on the way back, and what does not. */
export interface BackOptions {
  /** Signals stop there as they do forwards. Default true. */
  signals?: boolean
  /** Points of this search alone. */
  catchpoints?: readonly Catchpoint[]
}

/** What a motion is about, as far as its kind needs to know. */
export interface About extends BackOptions {
  /** Missing: the task that has the focus. */
  task?: TaskRef
  /** How many times; 1. */
  count?: number
  /** The frame to be left; 0: the innermost one. */
  frame?: number
  address?: number
  range?: Range
  hart?: number
  instant?: Instant
}

/** There is no way to where it should go: the message is for whoever asked. */
export class NoWay extends Error {
  override readonly name = 'NoWay'
}
