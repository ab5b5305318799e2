// Axes: where a value stands between two ends, and the ticks that a person expects: 64K, 1 us, 0.1 %.
import { quantity } from '../claims.ts'
import { binary, duration } from '../results.ts'
import type { Axis, ScaleKind } from './figures.ts'

interface Tick {
  value: number
  label: string
}

export interface Scale {
  min: number
  max: number
  /** 0 at `min`, 1 at `max`. */
  at(value: number): number
  ticks: Tick[]
}

const LABELS: Readonly<Record<Axis['unit'], (value: number) => string>> = {
  bytes: binary,
  count: value => (value >= 1e6 ? `${quantity(value / 1e6)}M` : value >= 1e4 ? `${quantity(value / 1e3)}k` : quantity(value)),
  ns: duration,
  ms: value => quantity(value),
  percent: value => `${quantity(value)} %`,
  cycles: value => quantity(value),
}

/** A value of an axis in words, for hover titles and tables. */
export const valueText = (axis: Pick<Axis, 'unit'>, value: number): string => LABELS[axis.unit](value)

const MOST_TICKS = 8

/** Every n-th of a list, so that no more than MOST_TICKS are left. */
function thin<T>(list: readonly T[]): T[] {
  const step = Math.ceil(list.length / MOST_TICKS)
  return list.filter((_, n) => n % step === 0)
}

function powersOfTwo(min: number, max: number): number[] {
  const all: number[] = []
  for (let e = Math.ceil(Math.log2(min) - 1e-9); e <= Math.floor(Math.log2(max) + 1e-9); e++) all.push(2 ** e)
  return thin(all)
}

/** 1, 10, 100 ..., with 2 and 5 between them when the span is short. */
function decades(min: number, max: number): number[] {
  const [from, to] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))]
  const steps = to - from <= 3 ? [1, 2, 5] : [1]
  const all: number[] = []
  for (let e = from; e <= to; e++) for (const s of steps) all.push(Number((s * 10 ** e).toPrecision(3)))
  const inside = all.filter(v => v >= min * 0.999 && v <= max * 1.001)
  return inside.length > MOST_TICKS ? inside.filter(v => Number.isInteger(Number(Math.log10(v).toFixed(6)))) : inside
}

function evenSteps(min: number, max: number): number[] {
  const raw = (max - min) / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map(s => s * power).find(s => s >= raw)!
  const all: number[] = []
  for (let v = Math.ceil(min / step) * step; v <= max + step / 1e6; v += step) all.push(Number(v.toPrecision(12)))
  return all
}

/** Ends, ticks and the mapping of each kind of scale. */
const KINDS: Readonly<
  Record<ScaleKind, { map(v: number): number; ends(min: number, max: number): [number, number]; ticks(min: number, max: number): number[] }>
> = {
  linear: {
    map: v => v,
    ends: (min, max) => [Math.min(0, min), max > 0 ? max * 1.05 : 1],
    ticks: evenSteps,
  },
  log2: { map: Math.log2, ends: (min, max) => (min === max ? [min / 2, max * 2] : [min, max]), ticks: powersOfTwo },
  log10: { map: Math.log10, ends: (min, max) => [min / 1.15, max * 1.15], ticks: decades },
}

/** A scale over these values. Logarithms need values above zero: others are left out of the ends. */
export function makeScale(axis: Axis, values: readonly number[]): Scale {
  const kind = KINDS[axis.scale]
  const usable = values.filter(v => Number.isFinite(v) && (axis.scale === 'linear' || v > 0))
  const [min, max] = usable.length === 0 ? [1, 2] : kind.ends(Math.min(...usable), Math.max(...usable))
  const [low, high] = [kind.map(min), kind.map(max)]
  return {
    min,
    max,
    at: value =>
      high === low
        ? 0.5
        : Math.min(1, Math.max(0, (kind.map(Math.max(value, axis.scale === 'linear' ? -Infinity : min)) - low) / (high - low))),
    ticks: kind.ticks(min, max).map(value => ({ value, label: valueText(axis, value) })),
  }
}
